"""From an input that fails to a smaller one that fails as well."""

from __future__ import annotations

from collections.abc import Callable


def smallest(data: bytes, still_fails: Callable[[bytes], bool]) -> bytes:
    """The data less all that it fails without: halves, quarters, … and single bytes are tried."""
    size = max(len(data) // 2, 1)
    while size:
        at = 0
        while at < len(data):
            shorter = data[:at] + data[at + size :]
            if still_fails(shorter):
                data = shorter
            else:
                at += size
        size //= 2
    return data
