"""The version of this client, which is that of the document it was made from."""

VERSION = "0.1.1"
