"""Decodes the bytes of a response to objects of the classes in `types`."""
