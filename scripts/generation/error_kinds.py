"""The errors that the service reports, as exceptions: `x-error-kinds` of the document."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from scripts.openapi import extensions
from scripts.openapi.document import Document, below
from scripts.openapi.extensions import ErrorKind

from .names import BUILTINS, Namespace

ROOT = "APIStatusError"
"""The exception of which all kinds of error are."""


class Kind(NamedTuple):
    """A kind of error, with its description in the document."""

    key: str
    facts: ErrorKind

    @property
    def name(self) -> str:
        """Its exception."""
        return f"{self.key}Error"

    @property
    def parent(self) -> str:
        """The exception of which it is a special case."""
        return f"{self.facts.parent}Error" if self.facts.parent else ROOT

    @property
    def data(self) -> dict[str, Any]:
        """Its codes and statuses, for the test server."""
        facts = self.facts
        codes = {code: details.model_dump(by_alias=True, exclude_unset=True) for code, details in facts.codes.items()}
        return {"parent": facts.parent, "statuses": facts.statuses, "codes": codes, "resend": facts.resend}


def tree(kinds: list[Kind], parent: str = ROOT, indent: str = "") -> Iterator[str]:
    """Yield the lines of the tree of exceptions below an exception."""
    children = [kind for kind in kinds if kind.parent == parent]
    for kind in children:
        is_last = kind is children[-1]
        when = ", ".join([*kind.facts.codes, *kind.facts.statuses])
        yield f"{indent}{'└' if is_last else '├'}── {kind.name}  ({when})"
        yield from tree(kinds, kind.name, indent + ("    " if is_last else "│   "))


def kinds_of(document: Document, exceptions: frozenset[str]) -> list[Kind]:
    """Return the kinds of error, parents before children. Mistakes, such as names of other exceptions, are reported."""
    kinds: dict[str, ErrorKind] = extensions.read(document.data, "x-error-kinds", {})
    classes = Namespace(document, "Give the kind another name.", exceptions | BUILTINS)
    owners: dict[str, str] = {}
    for name, kind in kinds.items():
        at = below("/x-error-kinds", name)
        classes.add(at, f"the exception `{name}Error`", f"{name}Error")
        if kind.parent is not None and kind.parent not in kinds:
            document.report(below(at, "parent"), f"there is no kind {kind.parent!r}", "Name one of x-error-kinds.")
        for one in [f"the code {code!r}" for code in kind.codes] + [f"the status {one}" for one in kind.statuses]:
            if owners.setdefault(one, name) != name:
                document.report(at, f"{one} already belongs to {owners[one]}", "Keep it in one kind.")
    parents = TopologicalSorter({name: [kind.parent] if kind.parent in kinds else [] for name, kind in kinds.items()})
    try:
        return [Kind(name, kinds[name]) for name in parents.static_order()]
    except CycleError as error:
        document.report("/x-error-kinds", f"the parents of {error.args[1][0]}Error form a cycle", "Break the cycle.")
        return []
