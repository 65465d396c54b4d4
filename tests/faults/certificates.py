"""What a server needs to speak TLS in the name of a host."""

from __future__ import annotations

import ssl


def tls_of(authority, name="127.0.0.1"):
    """The TLS settings of a server for whose name the authority vouches."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context
