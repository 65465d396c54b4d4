"""Names of the document as names in Python, and the refusal of those that would not stay apart.

A schema, a tag or an operation can be renamed in the document, since its name is not on the wire: where it has another
meaning already, it is refused. A field cannot: its name is changed as little as makes it a Python name.
"""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Iterable

from openapi_python_client.strings import pascal_case, snake_case

from .document import Document, below

CLASSES_OF_THE_PACKAGE = frozenset(
    """
    Any Assembly Awaitable AsyncClient AsyncStream Call Callable Client ClassVar EventRole HTTPResponse ListReply
    Literal Mapping Model NoReturn NotGiven Operation Path Problem Sequence Shapes Stream TypeAlias Union Unknown
    """.split()
)
"""What the generated modules import or define beside the document's classes."""

ATTRIBUTES_OF_A_MODEL = frozenset({"from_dict", "http", "problems", "to_dict", "to_json"})
"""What `Model` in templates/types/_model.py gives to each class."""

ATTRIBUTES_OF_A_CLIENT = frozenset({"close", "with_options"})
"""What a client has beside its tags."""

ARGUMENTS_OF_A_CALL = frozenset(
    {"deadline", "extra_body", "extra_headers", "extra_query", "self", "timeout", "unknown"}
)
"""What a resource's method takes beside the document's fields."""

_WORDS_OF_A_CLASS = frozenset("bool classmethod datetime dict float int list property str".split())
"""What the body of a generated class needs: an attribute of such a name would hide it."""

_WORDS_OF_A_RESOURCE = frozenset("bool datetime float int overload str".split())
"""What the body of a resource needs: a method of such a name would hide it."""


def identifier(name: str) -> str:
    """The snake_case name for a tag, a method or a field: `userId` is `user_id`, `class` is `class_`.

    The result is no identifier where nothing of the name can be one.
    """
    snake = name if name.isidentifier() and name.islower() else snake_case(name)
    snake = unicodedata.normalize("NFKC", snake).lstrip("_")  # as Python itself reads names (PEP 3131)
    return f"{snake}_" if keyword.iskeyword(snake) else snake


def attribute(name: str) -> str:
    """The attribute and the argument for a field. It may be called like a builtin (`input`, `type`, `id`).

    Only those builtins that the code of the class uses get an underscore, and a digit in front a word before it.
    """
    found = identifier(name)
    if found[:1].isdecimal():
        found = f"field_{found}"
    return f"{found}_" if found in _WORDS_OF_A_CLASS else found


def class_name(name: str) -> str:
    """The PascalCase class for a schema."""
    return pascal_case(name)


def function_name(class_: str) -> str:
    """The function that decodes a class: `OutputItem` is read by `decode_output_item`."""
    return f"decode_{snake_case(class_)}"


def constant(name: str) -> str:
    """The name of a module's constant."""
    return snake_case(name).upper()


class Classes:
    """The class names of the package so far: each is given once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._taken: dict[str, tuple[str, str]] = {}

    def take(self, pointer: str, name: str, advice: str) -> None:
        """Add a name.

        Raises:
            DocumentError: Python, the package or something else in the document has it already.
        """
        error = self._document.error
        if not name.isidentifier() or keyword.iskeyword(name):
            raise error(pointer, f"`{name}` cannot be the name of a Python class", advice)
        if hasattr(builtins, name):
            raise error(pointer, f"the class `{name}` would shadow Python's builtin", advice)
        if name in CLASSES_OF_THE_PACKAGE or name.endswith("Error"):
            raise error(pointer, f"the class `{name}` would shadow one of the package's own", advice)
        twin, at = self._taken.setdefault(function_name(name), (name, pointer))
        if at != pointer:
            found = f"`{name}` and `{twin}` at {self._document.place(at)} give one Python name"
            raise error(pointer, found, advice)


def check_attributes(document: Document, keys: Iterable[tuple[str, str]], reserved: frozenset[str]) -> None:
    """Refuse fields that give one Python name, no Python name, or a name that has another meaning already.

    Args:
        document: For the place in messages.
        keys: Each field with its pointer.
        reserved: The names that have another meaning.
    """
    seen: dict[str, str] = {}
    for pointer, key in keys:
        name = attribute(key)
        if not name.isidentifier():
            raise document.error(pointer, f"the field {key!r} cannot be a Python name", "Rename the field.")
        if name in reserved:
            found = f"the field {key!r} would hide `{name}` of the client"
            raise document.error(pointer, found, "Rename the field.")
        if name in seen:
            found = f"the fields {seen[name]!r} and {key!r} give one Python name, `{name}`"
            raise document.error(pointer, found, "Rename one of them.")
        seen[name] = key


def check_method(document: Document, pointer: str, name: str, taken: Iterable[str]) -> None:
    """Refuse a method that is no Python name, that its resource has already, or that hides what its code needs."""
    at, advice = below(pointer, "operationId"), "Give the operation another id."
    if not name.isidentifier():
        raise document.error(at, f"{name!r} cannot be a Python method", advice)
    if name in taken:
        raise document.error(at, f"the tag has two operations that give one method, `{name}`", advice)
    if name in _WORDS_OF_A_RESOURCE:
        raise document.error(at, f"the method `{name}` would hide what the code of its class needs", advice)


def check_tag(document: Document, pointer: str, tag: str, taken: dict[str, str]) -> None:
    """Refuse a tag that is no Python name, or whose name the client has already.

    Args:
        document: For the place in messages.
        pointer: Where the tag stands.
        tag: The tag.
        taken: The tags so far by their attributes; this one is added.
    """
    name, advice = identifier(tag), "Give the tag another name."
    if not name.isidentifier():
        raise document.error(pointer, f"the tag {tag!r} cannot be a Python name", advice)
    if name in ATTRIBUTES_OF_A_CLIENT:
        raise document.error(pointer, f"the tag {tag!r} would hide `{name}` of the client", advice)
    if taken.setdefault(name, tag) != tag:
        found = f"the tags {taken[name]!r} and {tag!r} give one Python name, `{name}`"
        raise document.error(pointer, found, advice)


def check_values(document: Document, pointer: str, values: list[object]) -> None:
    """Refuse an enum in which two values are equal or differ in nothing that a Python name can show.

    Such a pair (`gpt-4.1`, `gpt-4-1`) is a slip of the page far more often than two things.
    """
    seen: dict[str, object] = {}
    for index, value in enumerate(values):
        name = (snake_case(value) or value) if isinstance(value, str) else repr(value)
        if name in seen:
            found = f"the values {seen[name]!r} and {value!r} give one Python name, `{name}`"
            raise document.error(below(pointer, "enum", index), found, "Correct the list.")
        seen[name] = value
