"""The certificates of the operating system, which are trusted unless the environment names others."""

from __future__ import annotations

import re
import ssl
import sys
from importlib.util import find_spec
from pathlib import Path

_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.\d+")
_WHOLE_STORE = 50  # certificates; a folder with fewer only has additions to a store that is elsewhere


def system_context() -> ssl.SSLContext:
    """Create a TLS context that trusts the certificates of the operating system.

    On Linux a folder is preferred to a file: OpenSSL reads from a folder only the certificates that it needs, while
    parsing a whole file takes longer than the rest of a first call. The stores of macOS and Windows can be read with
    truststore, which is used if it is installed. If no store can be read, certifi's certificates are used.
    """
    if sys.platform in ("darwin", "win32"):
        if find_spec("truststore") is not None:
            import truststore

            return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        paths = ssl.get_default_verify_paths()
        if paths.capath and _is_whole_store(paths.capath):
            return ssl.create_default_context(capath=paths.capath)
        if paths.cafile:
            return ssl.create_default_context(cafile=paths.cafile)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _is_whole_store(folder: str) -> bool:
    return sum(bool(_HASHED_NAME.fullmatch(path.name)) for path in Path(folder).iterdir()) >= _WHOLE_STORE
