"""The names that the package itself uses, read from its templates rendered with an empty document."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .names import BUILTINS


@dataclass(frozen=True)
class Reserved:
    """Names that the package uses, and that nothing in the document may have.

    Attributes:
        classes: What the modules of types and resources import, except the document's classes.
        attributes: What each class of the document has from `Model`, and what its constructor takes.
        arguments: The arguments that every method has.
        builtins: What of Python's builtins the code of a class uses, and an attribute of such a name would hide.
        methods: What the code of a resource's class names, and a method of such a name would hide.
        resources: The attributes of a client, except its resources.
        exceptions: The exceptions that do not come from the document.
    """

    classes: frozenset[str]
    attributes: frozenset[str]
    arguments: frozenset[str]
    builtins: frozenset[str]
    methods: frozenset[str]
    resources: frozenset[str]
    exceptions: frozenset[str]


def of_templates(empty: Callable[[str], ast.Module]) -> Reserved:
    """Read the names from the code that the templates give.

    Args:
        empty: Gives the code that a template makes of a class without fields and a method `call` without arguments.
    """
    types, resource, model = (
        empty(name) for name in ("types/[module].py.jinja", "resources/[tag].py.jinja", "types/_model.py")
    )
    return Reserved(
        classes=frozenset({*_imported(types), *_imported(resource)}),
        attributes=frozenset({*_public(_classes(model)["Model"]), *_arguments(model, "__init__")} - {"self"}),
        arguments=frozenset(_arguments(resource, "call")),
        builtins=_names_in(_classes(types)["Empty"]) & BUILTINS,
        methods=_names_in(_classes(resource)["Empty"]),
        resources=frozenset(_public(_classes(empty("_async_client.py.jinja"))["AsyncClient"])),
        exceptions=frozenset(_classes(empty("errors.py.jinja"))),
    )


def _classes(module: ast.Module) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}


def _imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name for alias in node.names)


def _names_in(class_: ast.ClassDef) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(class_) if isinstance(node, ast.Name))


def _arguments(module: ast.Module, function: str) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            yield from (argument.arg for argument in (*node.args.args, *node.args.kwonlyargs))


def _public(class_: ast.ClassDef) -> Iterator[str]:
    """Return the methods and properties of a class."""
    functions = (node for node in class_.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return (function.name for function in functions if not function.name.startswith("_"))
