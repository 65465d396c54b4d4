"""Text of the document in generated code, as literals and in docstrings, so that it is never executed.

`repr` writes a character as it is if the Unicode tables of the running Python have it, and these grow from Python to
Python: the same document would give other bytes on another one.
"""

from __future__ import annotations

import ast
import textwrap
import unicodedata
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from openapi_python_client.strings import safe_for_docstring

LINE_LENGTH = 120

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Categories of characters that cannot be seen, or change how others are seen."""


class Code(str):
    """Python code, which is written as it is."""

    __slots__ = ()


class Call(NamedTuple):
    """A call with keyword arguments."""

    function: str
    arguments: dict[str, Any]


def _is_hidden(character: str) -> bool:
    """Whether a character is invisible, or misleads a reader of the code."""
    return unicodedata.category(character) in _HIDDEN


def written(value: Any) -> str:
    """Return a value as Python code."""
    if isinstance(value, Code):
        return value
    if isinstance(value, Call):
        arguments = ", ".join(f"{name}={written(argument)}" for name, argument in value.arguments.items())
        return f"{value.function}({arguments})"
    if isinstance(value, str):
        return f'"{"".join(map(_character, value))}"'
    if isinstance(value, dict):
        return f"{{{', '.join(f'{written(key)}: {written(child)}' for key, child in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(written, value))}{',' if len(value) == 1 else ''})"
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    raise TypeError(f"{type(value).__name__} is no plain data with an order")


def _character(character: str) -> str:
    if character == '"':
        return '\\"'
    return character.encode("unicode_escape").decode() if character == "\\" or _is_hidden(character) else character


def sentence(text: str | None) -> str:
    """Return a description as one paragraph that ends in a full stop."""
    words = " ".join((text or "").split())
    return words if not words or words[-1] in ".!?:" else f"{words}."


def _prose(text: str, indent: int, goes_on: bool = False) -> str:
    """Return text for a docstring, wrapped; each line of the text begins a line.

    Args:
        text: The text.
        indent: The indentation of the docstring.
        goes_on: Whether the docstring continues after the text.
    """
    pad = " " * indent
    lines = [_wrapped(line, indent + 3, indent) for line in _safe(text).split("\n")]
    joined = "\n".join(f"{pad}{line}".rstrip() for line in lines).strip()
    return f"{joined}\n{pad}" if "\n" in joined and not goes_on else joined


def _entry(text: str, name: str, indent: int) -> str:
    """Return an entry of a list in a docstring, `name: text`, whose other lines are indented by four."""
    text = _safe(text) or "The document does not describe it."
    return f"{name}: {_wrapped(text, indent + len(name) + 2, indent + 4)}"


def _safe(text: str) -> str:
    """Return text that is safe inside a docstring: it can neither end it nor escape from it."""
    return str(safe_for_docstring("".join(c for c in text if c == "\n" or not _is_hidden(c))))


def _wrapped(text: str, first: int, indent: int) -> str:
    """Wrapped text: the first line begins at column `first`, the others at `indent`."""
    pad = " " * indent
    return textwrap.fill(
        text, LINE_LENGTH, initial_indent=" " * first, subsequent_indent=pad, break_on_hyphens=False
    ).strip()


def _names_of(annotation: str, module: str, names: Collection[str]) -> str:
    """Return an annotation with these names as attributes of a module: `list[Reply]` as `list[types.Reply]`."""
    nodes = [node for node in ast.walk(ast.parse(annotation, mode="eval")) if isinstance(node, ast.Name)]
    code = annotation.encode()  # offsets of nodes count bytes
    for offset in sorted((node.col_offset for node in nodes if node.id in names), reverse=True):
        code = code[:offset] + f"{module}.".encode() + code[offset:]
    return code.decode()


FILTERS: dict[str, Callable[..., Any]] = {
    "entry": _entry,
    "literal": written,
    "names_of": _names_of,
    "prose": _prose,
    "safe": _safe,
    "sentence": sentence,
    "tuple": tuple,
}
