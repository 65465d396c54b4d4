"""The certificates that are trusted where the environment names none: those of the operating system."""

from __future__ import annotations

import os
import re
import ssl
import sys
from importlib.util import find_spec

_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.\d+")
_WHOLE_STORE = 50  # certificates; a folder of fewer has only what was added to a store that is elsewhere


def system_context() -> ssl.SSLContext:
    """Make a TLS context that trusts what the operating system trusts.

    Where OpenSSL finds its store, a folder is better than a file: of a folder it reads only the certificates that it
    needs, while reading a whole file takes longer than all else that a first call does. The stores of macOS and Windows
    take truststore, which is used there if it is installed; certifi stands in for a store that cannot be read.
    """
    if sys.platform in ("darwin", "win32"):
        if find_spec("truststore") is not None:
            import truststore

            return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        places = ssl.get_default_verify_paths()
        if places.capath and _is_whole_store(places.capath):
            return ssl.create_default_context(capath=places.capath)
        if places.cafile:
            return ssl.create_default_context(cafile=places.cafile)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _is_whole_store(folder: str) -> bool:
    return sum(bool(_HASHED_NAME.fullmatch(name)) for name in os.listdir(folder)) >= _WHOLE_STORE  # noqa: PTH208
