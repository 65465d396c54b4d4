"""The kinds of error that the service reports, as exception classes."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import prose
from .document import Document, Node, below

ROOT = "APIStatusError"

BASE = [
    "APIStatusError", "AceDataError", "ConfigurationError", "ConnectionFailedError", "ConnectionLostError",
    "ReplyDecodeError", "ReplyFailedError", "RequestTimeoutError", "RequestValidationError", "StreamError",
    "StreamFailedError", "StreamInterruptedError", "TransportError",
]  # fmt: skip
"""The exceptions of templates/errors.py.jinja that do not come from the document."""

_AT = "/x-error-kinds"
_WORDS = frozenset({"advice", "codes", "meaning", "parent", "resend", "slow-down", "statuses", "x-source"})
_STATUS = re.compile(r"[1-5](\d\d|XX)")


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
        DocumentError: A parent is unknown, a code or status belongs to two kinds, or a kind has no name of its own.
    """
    described = _mapping(document, _AT, document.data.get("x-error-kinds", {}))
    owners: dict[str, str] = {}
    kinds = []
    for name, kind in described.items():
        _check_name(document, name)
        _check_kind(document, below(_AT, name), kind, described)
        _check_owned_once(document, name, kind, owners)
        kinds.append(_kind(name, kind))
    return Kinds(_parents_first(document, kinds))


def _check_name(document: Document, name: str) -> None:
    class_, advice = f"{name}Error", "Give the kind another name."
    if not class_.isidentifier() or not name[0].isupper():
        raise document.error(below(_AT, name), f"`{class_}` cannot be the name of a Python class", advice)
    if hasattr(builtins, class_) or class_ in BASE:
        raise document.error(below(_AT, name), f"`{class_}` exists already", advice)


def _mapping(document: Document, at: str, said: Node) -> dict[str, Node]:
    if not isinstance(said, dict):
        raise document.error(at, f"expected a mapping, found `{said}`", "Write `name: value`.")
    return said


def _check_kind(document: Document, at: str, kind: Node, described: Node) -> None:
    for word in _mapping(document, at, kind):
        if word not in _WORDS:
            raise document.error(
                below(at, word), f"`{word}` means nothing here", f"Use {', '.join(sorted(_WORDS))}."
            )
    parent = kind.get("parent")
    if parent is not None and parent not in described:
        raise document.error(
            below(at, "parent"), f"there is no kind {parent!r}", "Name one of x-error-kinds."
        )
    for word in ("resend", "slow-down"):
        if not isinstance(kind.get(word, False), bool):
            raise document.error(below(at, word), f"`{word}` cannot be `{kind[word]}`", "Say true or false.")
    _check_statuses(document, at, kind)


def _check_statuses(document: Document, at: str, kind: Node) -> None:
    for status in kind.get("statuses", []):
        if not _STATUS.fullmatch(str(status)):
            raise document.error(below(at, "statuses"), f"{status!r} is no status", "Write 404 or 4XX.")
    for code, said in _mapping(document, below(at, "codes"), kind.get("codes", {})).items():
        for status in _mapping(document, below(at, "codes", code), said).get("statuses", []):
            if type(status) is not int or not 100 <= status <= 599:
                raise document.error(
                    below(at, "codes", code), f"{status!r} is no status", "Write numbers such as 404."
                )


def _check_owned_once(document: Document, name: str, kind: Node, owners: dict[str, str]) -> None:
    owned = [f"the code {code!r}" for code in kind.get("codes", {})]
    owned += [f"the status {status}" for status in kind.get("statuses", [])]
    for one in owned:
        if one in owners:
            raise document.error(
                below(_AT, name), f"{one} belongs to {owners[one]} already", "Keep it in one kind."
            )
        owners[one] = name


def _parents_first(document: Document, kinds: list[Kind]) -> list[Kind]:
    ordered: list[Kind] = []
    while kinds:
        known = {ROOT, *(kind.name for kind in ordered)}
        ready = [kind for kind in kinds if kind.parent in known]
        if not ready:
            raise document.error(_AT, f"the parents of {kinds[0].name} form a circle", "Break it.")
        ordered += ready
        kinds = [kind for kind in kinds if kind not in ready]
    return ordered


def _kind(name: str, kind: Node) -> Kind:
    statuses = [str(status) for status in kind.get("statuses", [])]
    return Kind(
        name=f"{name}Error",
        parent=f"{kind['parent']}Error" if kind.get("parent") else ROOT,
        doc=_doc(kind, statuses),
        meaning=prose.sentence(kind.get("meaning")),
        advice=prose.sentence(kind.get("advice")),
        codes=list(kind.get("codes", {})),
        statuses=statuses,
        resend=kind.get("resend", False),
        slows_down=kind.get("slow-down", False),
    )


def _doc(kind: Node, statuses: list[str]) -> str:
    lines = [prose.sentence(kind.get("meaning")), ""]
    lines += [
        f"`{code}`: {prose.sentence(said.get('meaning'))}" for code, said in kind.get("codes", {}).items()
    ]
    if statuses:
        lines.append(f"Also any other error under HTTP {', '.join(statuses)}.")
    if source := kind.get("x-source"):
        lines.append(f"Source: {source}.")
    return "\n".join(lines)
