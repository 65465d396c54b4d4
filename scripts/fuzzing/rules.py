"""How a check says that a rule was broken."""

from __future__ import annotations


class ViolationError(Exception):
    """Something came out that must not."""


def must_equal(found: object, expected: object, rule: str) -> None:
    """Fail unless both are the same."""
    if found != expected:
        raise ViolationError(f"{rule}\n  found    {found!r}\n  expected {expected!r}")
