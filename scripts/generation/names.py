"""Names of the document as names in Python, and the refusal of those that would not stay apart."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable

from openapi_python_client import strings

from .document import Document

CLASSES_OF_THE_PACKAGE = frozenset(
    """
    Any AsyncClient AsyncIterator AsyncStream Call Client ClassVar HTTPReply Iterator Limits Limiter Literal Mapping
    Model NoReturn NotGiven Problem RetryPolicy Sequence Stream TypeAlias Union Unknown datetime define field
    """.split()
)
"""What the generated modules import or define beside the document's classes."""

ATTRIBUTES_OF_A_MODEL = frozenset({"from_dict", "http", "problems", "to_dict"})
"""What `Model` in templates/runtime/_model.py gives to each class."""

ARGUMENTS_OF_A_CALL = frozenset(
    {"deadline", "extra_body", "extra_headers", "extra_query", "self", "timeout", "unknown"}
)
"""What a resource's method takes beside the document's fields."""


def attribute(name: str) -> str:
    """The snake_case attribute or argument for a field: `userId` is `user_id`, `class` is `class_`.

    A field may be called like a builtin (`input`, `type`, `id`): as an attribute or a keyword it hides nothing
    that the generated code uses.
    """
    snake = name if name.isidentifier() and name.islower() else strings.snake_case(name)
    return f"{snake}_" if keyword.iskeyword(snake) else snake


def class_name(name: str) -> str:
    """The PascalCase class for a schema."""
    return str(strings.ClassName(name, "Schema"))


def function_name(class_: str) -> str:
    """The function that decodes a class: `OutputItem` is read by `decode_output_item`."""
    return f"decode_{strings.snake_case(class_)}"


def check_class(document: Document, pointer: str, name: str, taken: dict[str, str]) -> None:
    """Refuse a class name that Python, the package or another schema has already.

    Args:
        document: For the place in messages.
        pointer: Where the schema stands.
        name: The class name.
        taken: Class names so far, with the pointer of each; the name is added.
    """
    advice = "Give the schema another name."
    if not name.isidentifier() or keyword.iskeyword(name):
        raise document.error(pointer, f"`{name}` cannot be the name of a Python class", advice)
    if hasattr(builtins, name):
        raise document.error(pointer, f"the class `{name}` would shadow Python's builtin", advice)
    if name in CLASSES_OF_THE_PACKAGE or name.endswith("Error"):
        raise document.error(pointer, f"the class `{name}` would shadow one of the package's own", advice)
    twin = next((other for other in taken if function_name(other) == function_name(name)), None)
    if twin is not None:
        raise document.error(
            pointer, f"`{name}` and `{twin}` at {document.place(taken[twin])} give one Python name", advice
        )
    taken[name] = pointer


def check_attributes(document: Document, pointer: str, keys: Iterable[str], reserved: frozenset[str]) -> None:
    """Refuse fields that give one Python name, no Python name, or a name that has another meaning already."""
    seen: dict[str, str] = {}
    for key in keys:
        name = attribute(key)
        at = f"{pointer}/{key}"
        if not name.isidentifier() or name.startswith("_"):
            raise document.error(at, f"the field {key!r} cannot be a Python attribute", "Rename the field.")
        if name in reserved:
            raise document.error(at, f"the field {key!r} would hide `{name}` of the client", "Rename the field.")
        if name in seen:
            raise document.error(
                at, f"the fields {seen[name]!r} and {key!r} give one Python name, `{name}`", "Rename one of them."
            )
        seen[name] = key


def check_values(document: Document, pointer: str, values: list[object]) -> None:
    """Refuse an enum in which two values are equal or differ in nothing that a Python name can show.

    Such a pair (`gpt-4.1`, `gpt-4-1`) is a slip of the page far more often than two things.
    """
    seen: dict[str, object] = {}
    for index, value in enumerate(values):
        name = strings.snake_case(value) if isinstance(value, str) else repr(value)
        if name in seen:
            raise document.error(
                f"{pointer}/enum/{index}",
                f"the values {seen[name]!r} and {value!r} give one Python name, `{name}`",
                "Correct the list.",
            )
        seen[name] = value
