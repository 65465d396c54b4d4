"""Names in Python: those that the generator gives, and which of them have another meaning already.

The generator puts an underscore behind every name that Python's builtins have. Only those that the generated code needs
itself keep it: the others are the service's own words (`input`, `type`), and stay.
"""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Iterable

from openapi_python_client.strings import snake_case

from .document import Document, below

SCALARS = frozenset("bool datetime float int str".split())
"""What annotations of arguments name: a method of such a name would hide it."""

_WORDS_OF_A_CLASS = SCALARS | {"classmethod", "dict", "list", "property"}
"""What the body of a class with attributes names: an attribute of such a name would hide it."""


def identifier(generated: str) -> str:
    """A name as the generator gives it, without an underscore that nothing here asks for."""
    name = unicodedata.normalize("NFKC", generated)  # as Python itself reads names (PEP 3131)
    bare = name.removesuffix("_")
    is_free = hasattr(builtins, bare) and not keyword.iskeyword(bare) and bare not in _WORDS_OF_A_CLASS
    return bare if is_free else name


def method(endpoint: str, tag: str) -> str:
    """The method for an endpoint: `responses_create` of the tag `responses` is `client.responses.create`."""
    name = endpoint.removeprefix(f"{tag.rstrip('_')}_")
    return f"{name}_" if keyword.iskeyword(name) else name


def function_name(class_: str) -> str:
    """The function that decodes a class: `OutputItem` is read by `decode_output_item`."""
    return f"decode_{snake_case(class_)}"


def constant(name: str) -> str:
    """The name of a module's constant."""
    return snake_case(name).upper()


class Classes:
    """The class names of the package so far: each is given once."""

    def __init__(self, document: Document, reserved: frozenset[str]) -> None:
        self._document = document
        self._reserved = reserved
        self._taken: dict[str, tuple[str, str]] = {}

    def reserve(self, pointer: str, name: str, advice: str) -> None:
        """Add a name; one that Python, the package or something else in the document has already is reported."""
        twin, at = self._taken.setdefault(function_name(name), (name, pointer))
        if not name.isidentifier() or keyword.iskeyword(name):
            found = f"`{name}` cannot be the name of a Python class"
        elif hasattr(builtins, name.removesuffix("_")):
            found = f"the class `{name}` would shadow Python's builtin"
        elif name in self._reserved:
            found = f"the class `{name}` would shadow one of the package's own"
        elif at != pointer:
            found = f"`{name}` and `{twin}` at {self._document.place(at)} give one Python name"
        else:
            return
        self._document.report(pointer, found, advice)


def check_attributes(
    document: Document, fields: Iterable[tuple[str, str, str]], reserved: frozenset[str]
) -> None:
    """Report fields that give one Python name, no Python name, or a name that has another meaning already.

    Args:
        document: The document.
        fields: Each field's pointer, key and Python name.
        reserved: The names that have another meaning.
    """
    seen: dict[str, str] = {}
    advice = "Give it another Python name with `x-python-name`."
    for pointer, key, name in fields:
        if not name.isidentifier() or not any(character.isalnum() for character in key):
            document.report(pointer, f"the field {key!r} cannot be a Python name", advice)
        elif name in reserved:
            document.report(pointer, f"the field {key!r} would hide `{name}` of the client", advice)
        elif name in seen:
            found = f"the fields {seen[name]!r} and {key!r} give one Python name, `{name}`"
            document.report(pointer, found, advice)
        seen.setdefault(name, key)


def check_method(
    document: Document, pointer: str, name: str, taken: Iterable[str], reserved: frozenset[str]
) -> None:
    """Report a method that is no Python name, that its resource has already, or that hides what its code needs."""
    at, advice = below(pointer, "operationId"), "Give the operation another id."
    if not name.isidentifier() or not snake_case(document.node(at)):
        document.report(at, f"{name!r} cannot be a Python method", advice)
    elif name in taken:
        document.report(at, f"the tag has two operations that give one method, `{name}`", advice)
    elif name in reserved:
        document.report(at, f"the method `{name}` would hide what the code of its class needs", advice)
