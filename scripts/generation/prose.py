"""Docstrings of the package, made from the document's descriptions and rules."""

from __future__ import annotations

from .document import Document, Node
from .literals import written


def sentence(text: str | None) -> str:
    """A description as one paragraph that ends in a full stop."""
    words = " ".join((text or "").split())
    return words if not words or words[-1] in ".!?:" else f"{words}."


def of_field(schema: Node, source: str | None) -> str:
    """What a field is for, the values that it takes, the service's default and where that is said."""
    parts = [sentence(schema.get("description")), rules(schema), default(schema), deprecation(schema)]
    if source:
        parts.append(f"Source: {source}.")
    return " ".join(part for part in parts if part)


def of_operation(operation: Node) -> str:
    """What an operation does: a line, and a paragraph with the rest."""
    rest = [sentence(operation.get("description")), deprecation(operation)]
    parts = [sentence(operation.get("summary")), " ".join(part for part in rest if part)]
    return "\n\n".join(part for part in parts if part)


def rules(schema: Node) -> str:
    """The bounds of a value in words; empty when there are none."""
    said = []
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        said.append(f"From {low} to {high}.")
    elif low is not None:
        said.append(f"At least {low}.")
    elif high is not None:
        said.append(f"At most {high}.")
    for few, many, unit in (("minLength", "maxLength", "character"), ("minItems", "maxItems", "item")):
        if few in schema:
            said.append(f"At least {_count(schema[few], unit)}.")
        if many in schema:
            said.append(f"At most {_count(schema[many], unit)}.")
    return " ".join(said)


def default(schema: Node) -> str:
    """What the service does when the field is not sent."""
    if "default" not in schema:
        return ""
    return f"When not sent, the service takes {written(schema['default'])}."


def deprecation(node: Node) -> str:
    """That something is not to be used any more."""
    return "Deprecated." if node.get("deprecated") else ""


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def described(document: Document, pointer: str) -> Node:
    """A schema with its own description, or that of the component that it refers to."""
    schema = document.node(pointer)
    if "$ref" not in schema:
        return schema
    _at, target = document.resolve(pointer)
    return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
