"""Modules that only annotations name.

An annotation such as `types.Reply` is text until it is evaluated, by `typing.get_type_hints` for example, so the module
need not be imported before that. Type checkers see the import itself, under `TYPE_CHECKING`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class LazyModule:
    """A module that is imported when an attribute of it is first read."""

    def __init__(self, name: str) -> None:
        """Name the module; after a leading dot, from the package's root."""
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name, __package__), name)
