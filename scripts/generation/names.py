"""Python names: the schemas that have one, how they follow from the generator's, and which are already taken."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from openapi_python_client.strings import snake_case

from scripts.openapi.document import SCHEMAS, Document, Node

from .text import sentence

Role = Literal["requests", "replies", "events"]
Kind = Literal["class", "union", "alias"]

BUILTINS = frozenset(dir(builtins))

ADVICE = "Give it another Python name with `x-python-name`."
"""What to do about a field or parameter whose name cannot be used."""


def identifier(generated: str, needed: Collection[str]) -> str:
    """Return the generator's name, without the underscore that it puts after every name of Python's builtins.

    Args:
        generated: The generator's name.
        needed: The builtins that the generated code uses where the name would hide them: these keep it.
    """
    name = unicodedata.normalize("NFKC", generated)  # as Python itself reads names (PEP 3131)
    bare = name.removesuffix("_")
    return bare if bare in BUILTINS - {*keyword.kwlist, *needed} else name


def method(endpoint: str, tag: str) -> str:
    """Return the method for an endpoint: `responses_create` of the tag `responses` is `client.responses.create`."""
    name = endpoint.removeprefix(f"{tag.rstrip('_')}_")
    return f"{name}_" if keyword.iskeyword(name) else name


def function_name(class_: str) -> str:
    """Return the function that decodes a class: `OutputItem` is read by `decode_output_item`."""
    return f"decode_{snake_case(class_)}"


def constant(name: str) -> str:
    """Return the name of a module's constant."""
    return snake_case(name).upper()


@dataclass
class NamedSchema:
    """A schema that has a name in Python.

    Attributes:
        pointer: Its place in the document.
        name: The name of its class or type alias.
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
        return function_name(self.name)

    @property
    def doc(self) -> str:
        """Its description, or its name when the document does not describe it."""
        return sentence(self.schema.get("description")) or f"A `{self.name}`."

    @property
    def component(self) -> str | None:
        """Its name in the document; None for a schema that is written where it is used."""
        return component_name(self.pointer)


def component_name(pointer: str) -> str | None:
    """Return the name of a component; None for a schema that is written where it is used."""
    folder, _, name = pointer.rpartition("/")
    return name if folder == SCHEMAS else None


@dataclass
class Namespace:
    """A set of unique names, such as the attributes of a class.

    Attributes:
        document: The document.
        advice: What to do about a name that cannot be used.
        reserved: The names that are already taken.
        given: What each name belongs to, and the pointer of that.
    """

    document: Document
    advice: str
    reserved: Collection[str]
    given: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, pointer: str, what: str, name: str, *, written: str = "", alike: str = "") -> bool:
        """Add a name. One that is invalid or already taken is reported.

        Args:
            pointer: The place in the document that it comes from.
            what: What it belongs to, for messages: `the field 'id'`.
            name: The name.
            written: The name in the document; without a letter or a digit it gives no Python name.
            alike: What must be unique, when that is not the name itself.

        Returns:
            Whether the name was added.
        """
        twin, at = self.given.setdefault(alike or name, (what, pointer))
        if not name.isidentifier() or keyword.iskeyword(name) or not any(map(str.isalnum, written or name)):
            problem = f"{what} cannot be a Python name"
        elif name in self.reserved:
            problem = f"{what} would hide `{name}`, which Python or the package already has"
        elif (twin, at) != (what, pointer):
            problem = f"{what} and {twin} at {self.document.place(at)} have the same Python name, `{name}`"
        else:
            return True
        self.document.report(pointer, problem, self.advice)
        return False
