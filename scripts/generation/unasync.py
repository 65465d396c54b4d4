"""The sync form of code that is written in its async form.

Code that waits is written once, as asynchronous Python. Its synchronous form is derived by replacing words, so that the
two cannot differ. Code for which that is not enough, such as sockets, is written twice by hand.
"""

from __future__ import annotations

import re

_REPLACEMENTS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\ban (`?)(?=async |Async)", r"a \1"),  # in prose: an AsyncClient, an `async with`
        (r" \(async\)", ""),
        (r"\basync (?=def\b|for\b|with\b)", ""),
        (r"\bawait ", ""),
        (r"\bAsyncGenerator\[(\w+), None\]", r"Generator[\1, None, None]"),
        (r"\bAwaitable\[(\w+)\]", r"\1"),
        (r"\b(_?)Async(?=[A-Z{])", r"\1"),
        (r"\b(_?)async_(?=\w)", r"\1"),
        (r"(?<=\w)_async\b", ""),
        (r"\b__a(enter|exit|iter|next)__\b", r"__\1__"),
        (r"\ba(close|iter_bytes|next)\b", r"\1"),
        (r"\bStopAsyncIteration\b", "StopIteration"),
    )
]


def to_sync(code: str) -> str:
    """Return the synchronous form of asynchronous code: its keywords, protocol methods, names and docstrings."""
    for pattern, replacement in _REPLACEMENTS:
        code = pattern.sub(replacement, code)
    return code


def sync_name(path: str) -> str | None:
    """Return the path of a module's synchronous form: `_sending/async_sender.py` has `_sending/sender.py`."""
    folder, slash, name = path.rpartition("/")
    twin = re.sub(r"^(_?)async_", r"\1", name)
    return None if twin == name else f"{folder}{slash}{twin}"
