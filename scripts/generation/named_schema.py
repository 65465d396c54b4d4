"""A schema that has a name in Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from scripts.openapi.document import SCHEMAS, Node

from . import names
from .text import sentence

Role = Literal["requests", "replies", "events"]
Kind = Literal["class", "union", "alias"]


@dataclass
class NamedSchema:
    """A schema that has a name in Python.

    Attributes:
        pointer: Where it stands in the document.
        name: Its class or alias.
        kind: A class with attributes, a union of classes, or an alias for known strings and any other.
        schema: The schema.
        roles: Where the document uses it.
    """

    pointer: str
    name: str
    kind: Kind
    schema: Node
    roles: set[Role] = field(default_factory=set)

    @property
    def module(self) -> str:
        """The module of `types/` that defines it."""
        if len(self.roles) > 1 and "requests" in self.roles:
            return "shared"
        return next(role for role in ("requests", "replies", "events") if role in self.roles)

    @property
    def function(self) -> str:
        """The function that decodes it."""
        return names.function_name(self.name)

    @property
    def doc(self) -> str:
        """Its description, or its name when the document does not describe it."""
        return sentence(self.schema.get("description")) or f"A `{self.name}`."

    @property
    def component(self) -> str | None:
        """Its name in the document; None for a schema that is written where it is used."""
        return component_name(self.pointer)


def component_name(pointer: str) -> str | None:
    """The name of a component; None for a schema that is written where it is used."""
    folder, _, name = pointer.rpartition("/")
    return name if folder == SCHEMAS else None
