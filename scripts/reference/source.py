"""Reads UTF-8 text from a path, standard input (`-`) or a URL, with limits on size and time.

URLs must use https (or http on this machine), also after redirects.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .facts import UnreadableError

if TYPE_CHECKING:
    import httpx

LARGEST = 4 * 1024 * 1024
"""The maximum size in bytes. The reference page has about four thousand."""

LONGEST = 60.0
"""The maximum seconds for a whole download, including redirects."""

REDIRECTS = 5
LOOPBACK = ("localhost", "127.0.0.1", "::1")
BINARY = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def fetch(where: str) -> str:
    """Return the text at a path, a URL or, for `-`, on standard input.

    Raises:
        UnreadableError: The source does not exist, is too large or too slow, or is not text.
    """
    if where == "-":
        return _decode(sys.stdin.buffer.read(LARGEST + 1))
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", where):
        return _decode(_download(where))
    try:
        with Path(where).open("rb") as file:
            return _decode(file.read(LARGEST + 1))
    except (OSError, ValueError) as error:
        raise UnreadableError(f"cannot be opened ({getattr(error, 'strerror', None) or error})") from None


def _decode(data: bytes) -> str:
    if len(data) > LARGEST:
        raise UnreadableError(f"is larger than {LARGEST // 1024 // 1024} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"is not UTF-8 text (byte {error.start})") from None
    if match := BINARY.search(text):
        raise UnreadableError(f"is not text (character U+{ord(match[0]):04X} at {match.start()})")
    if not text.strip():
        raise UnreadableError("is empty")
    return text


def _download(url: str) -> bytes:
    import httpx

    end = time.monotonic() + LONGEST
    headers = {"User-Agent": "acedata-responses (reads the reference page)", "Accept-Encoding": "identity"}
    try:
        with httpx.Client(timeout=10.0, headers=headers) as client:
            request = client.build_request("GET", url)
            for _ in range(REDIRECTS + 1):
                address = request.url
                if not (address.scheme == "https" or (address.scheme == "http" and address.host in LOOPBACK)):
                    raise UnreadableError(f"would be read from {address}; only https is used")
                response = client.send(request, stream=True)
                if response.next_request is None:
                    return _body(response, end)
                response.close()
                request = response.next_request
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnreadableError(f"cannot be downloaded ({type(error).__name__}: {error})") from None
    raise UnreadableError(f"redirects more than {REDIRECTS} times")


def _body(response: httpx.Response, end: float) -> bytes:
    """Return the body up to the largest size. Closing the client closes the response."""
    if response.status_code != 200:
        raise UnreadableError(f"returned HTTP {response.status_code}")
    data = bytearray()
    for piece in response.iter_bytes():
        data += piece
        if len(data) > LARGEST:
            break
        if time.monotonic() > end:
            raise UnreadableError(f"took longer than {LONGEST:g} seconds to arrive")
    return bytes(data)
