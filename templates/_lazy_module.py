"""Modules that are only used in annotations.

An annotation such as `types.Reply` is a string until it is evaluated, by `typing.get_type_hints` for example, so the
module is not imported before that. Type checkers see the import under `TYPE_CHECKING`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class LazyModule:
    """A module that is imported when an attribute of it is first read."""

    def __init__(self, name: str) -> None:
        """Accept the name of the module; with a leading dot, it is relative to the package."""
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name, __package__), name)
