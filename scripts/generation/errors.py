"""The kinds of error that the service reports, as exception classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import prose
from .document import Document, Node

ROOT = "APIStatusError"


@dataclass(frozen=True)
class Kind:
    """An exception class for errors of the service."""

    name: str
    parent: str
    doc: str
    meaning: str
    advice: str
    codes: list[str]
    statuses: list[str]
    resend: bool
    slows_down: bool


@dataclass(frozen=True)
class Kinds:
    """All of them, parents before children."""

    kinds: list[Kind]

    def tree(self) -> Iterator[str]:
        """The lines of the tree below `APIStatusError`, for the head of the module."""
        yield from self._below(ROOT, "")

    def _below(self, parent: str, indent: str) -> Iterator[str]:
        children = [kind for kind in self.kinds if kind.parent == parent]
        for kind in children:
            is_last = kind is children[-1]
            when = ", ".join([*kind.codes, *kind.statuses])
            yield f"{indent}{'└' if is_last else '├'}── {kind.name}  ({when})"
            yield from self._below(kind.name, indent + ("    " if is_last else "│   "))


def build(document: Document) -> Kinds:
    """Read `x-error-kinds`.

    Raises:
        DocumentError: A parent is unknown, or a code or status belongs to two kinds.
    """
    described = document.data.get("x-error-kinds", {})
    owner: dict[str, str] = {}
    kinds = [_kind(document, name, kind, described, owner) for name, kind in described.items()]
    ordered: list[Kind] = []
    while kinds:
        known = {ROOT, *(kind.name for kind in ordered)}
        ready = [kind for kind in kinds if kind.parent in known]
        if not ready:
            raise document.error("/x-error-kinds", f"the parents of {kinds[0].name} form a circle", "Break it.")
        ordered += ready
        kinds = [kind for kind in kinds if kind not in ready]
    return Kinds(ordered)


def _kind(document: Document, name: str, kind: Node, described: Node, owner: dict[str, str]) -> Kind:
    at = f"/x-error-kinds/{name}"
    parent = kind.get("parent")
    if parent is not None and parent not in described:
        raise document.error(f"{at}/parent", f"there is no kind {parent!r}", "Name one of x-error-kinds.")
    if not f"{name}Error".isidentifier():
        raise document.error(at, f"{name!r} cannot be the name of a Python class", "Rename it.")
    codes, statuses = list(kind.get("codes", {})), [str(status) for status in kind.get("statuses", [])]
    for one in (*codes, *statuses):
        if one in owner:
            raise document.error(at, f"{one!r} belongs to {owner[one]} already", "Keep it in one kind.")
        owner[one] = name
    return Kind(
        name=f"{name}Error",
        parent=f"{parent}Error" if parent else ROOT,
        doc=_doc(kind, codes, statuses),
        meaning=prose.sentence(kind.get("meaning")),
        advice=prose.sentence(kind.get("advice")),
        codes=codes,
        statuses=statuses,
        resend=kind.get("resend", False),
        slows_down=kind.get("slow-down", False),
    )


def _doc(kind: Node, codes: list[str], statuses: list[str]) -> str:
    lines = [prose.sentence(kind.get("meaning")), ""]
    lines += [f"`{code}`: {prose.sentence(said.get('meaning'))}" for code, said in kind.get("codes", {}).items()]
    if statuses:
        lines.append(f"Also any other error under HTTP {', '.join(statuses)}.")
    if source := kind.get("x-source"):
        lines.append(f"Source: {source}.")
    return "\n".join(lines)
