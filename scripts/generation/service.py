"""What the document says of the service as a whole: its address, tokens, limits, and the errors that it reports."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import prose
from .document import Document, below
from .spec import ErrorKind, Limits, Retry, Usage

ROOT = "APIStatusError"
"""The exception of which all kinds of error are."""

_ADDRESS = re.compile(r"https?://[^\s{}?#]+")
_KINDS = "/x-error-kinds"


class Kind(NamedTuple):
    """An exception class for errors of the service, its parent, and what the document says of it."""

    name: str
    parent: str
    doc: str
    facts: ErrorKind


@dataclass(frozen=True)
class Kinds:
    """All of them, parents before children."""

    kinds: list[Kind] = field(default_factory=list)

    def tree(self, parent: str = ROOT, indent: str = "") -> Iterator[str]:
        """The lines of the tree below `APIStatusError`, for the head of the module."""
        children = [kind for kind in self.kinds if kind.parent == parent]
        for kind in children:
            is_last = kind is children[-1]
            when = ", ".join([*kind.facts.codes, *kind.facts.statuses])
            yield f"{indent}{'└' if is_last else '├'}── {kind.name}  ({when})"
            yield from self.tree(kind.name, indent + ("    " if is_last else "│   "))


@dataclass(frozen=True)
class Facts:
    """The service as a whole."""

    base_url: str = ""
    base_url_variables: list[str] = field(default_factory=list)
    log_variables: list[str] = field(default_factory=list)
    needs_token: bool = False
    token_variables: list[str] = field(default_factory=list)
    in_flight: int | None = None
    per_second: float | None = None
    waits: list[float] = field(default_factory=lambda: [float(wait) for wait in Retry().waits])
    jitter: float = Retry().jitter
    billing: dict[str, bool | None] = field(default_factory=dict)
    usage: dict[str, list[Any]] = field(default_factory=dict)
    error_kinds: dict[str, Any] = field(default_factory=dict)
    error_body: dict[str, Any] = field(default_factory=dict)


def facts_of(document: Document, operations: list[dict[str, Any]]) -> Facts:
    """The service's facts. What is wrong with them is reported.

    Args:
        document: The document.
        operations: The operations as plain data.
    """
    bodies = document.components("schemas").values()
    limits = Limits.model_validate(document.data.get("x-limits", {}))
    retry = Retry.model_validate(document.data.get("x-retry", {}))
    usage = Usage.model_validate(document.data.get("x-usage", {}))
    billing = {key: billed for key, billed in document.data.get("x-billing", {}).items() if key != "x-source"}
    error_body: dict[str, Any] = next(
        (schema["x-error-body"] for schema in bodies if "x-error-body" in schema), {}
    )
    empty: dict[str, Any] = {"code": [], "message": [], "trace-id": [], "when": {}}
    return Facts(
        base_url=_base_url(document),
        base_url_variables=(document.data.get("servers") or [{}])[0].get("x-environment", []),
        log_variables=document.data.get("x-log-environment", []),
        needs_token=any(one["security"] == "required" for one in operations),
        token_variables=_token_variables(document),
        in_flight=limits.in_flight,
        per_second=limits.per_second,
        waits=[float(wait) for wait in retry.waits],
        jitter=float(retry.jitter),
        billing=billing,
        usage={"cost": list(usage.cost), "tokens": list(usage.tokens)},
        error_kinds={
            name: _kind_as_data(document, name, kind) for name, kind in error_kinds(document).items()
        },
        error_body={word: error_body.get(word, value) for word, value in empty.items()},
    )


def _kind_as_data(document: Document, name: str, kind: ErrorKind) -> dict[str, Any]:
    """Codes and statuses of a kind, for whoever plays the service."""
    codes = document.data["x-error-kinds"][name].get("codes", {})
    return {"parent": kind.parent, "statuses": kind.statuses, "codes": codes, "resend": kind.resend}


def _base_url(document: Document) -> str:
    if not document.data.get("servers"):
        document.report("", "the document has no `servers`", "Name the service's address.")
        return ""
    url: str = document.data["servers"][0]["url"]
    if not _ADDRESS.fullmatch(url):
        document.report("/servers/0/url", f"`{url}` is no address to send to", "Write https:// and a host.")
    return url


def _token_variables(document: Document) -> list[str]:
    variables: list[str] = []
    for name in document.components("securitySchemes"):
        at, scheme = document.resolve(below("/components/securitySchemes", name))
        if scheme.get("type") != "http" or scheme.get("scheme", "").lower() != "bearer":
            found = f"the scheme {scheme.get('scheme', scheme.get('type'))!r} is not expressed"
            document.report(at, found, "Describe a bearer token: `type: http` and `scheme: bearer`.")
        variables += scheme.get("x-environment", [])
    return variables


def error_kinds(document: Document) -> dict[str, ErrorKind]:
    """What the document says of each kind of error."""
    kinds = document.data.get("x-error-kinds", {})
    return {name: ErrorKind.model_validate(kind) for name, kind in kinds.items()}


def kinds_of(document: Document, exceptions: frozenset[str]) -> Kinds:
    """The kinds of error. What is wrong with them is reported.

    Args:
        document: The document.
        exceptions: The exceptions that the package has without them.
    """
    owners: dict[str, str] = {}
    kinds = error_kinds(document)
    for name, kind in kinds.items():
        at = below(_KINDS, name)
        _check_name(document, at, f"{name}Error", exceptions)
        if kind.parent is not None and kind.parent not in kinds:
            found = f"there is no kind {kind.parent!r}"
            document.report(below(at, "parent"), found, "Name one of x-error-kinds.")
        owned = [f"the code {code!r}" for code in kind.codes]
        for one in owned + [f"the status {status}" for status in kind.statuses]:
            if owners.setdefault(one, name) != name:
                document.report(at, f"{one} belongs to {owners[one]} already", "Keep it in one kind.")
    if any(kind.parent not in {None, *kinds} for kind in kinds.values()):
        return Kinds()
    in_order = sorted(kinds, key=lambda name: _depth(document, kinds, name))
    return Kinds([_kind(name, kinds[name]) for name in in_order])


def _check_name(document: Document, at: str, class_: str, exceptions: frozenset[str]) -> None:
    advice = "Give the kind another name."
    if not class_.isidentifier() or not class_[0].isupper():
        document.report(at, f"`{class_}` cannot be the name of a Python class", advice)
    elif hasattr(builtins, class_) or class_ in exceptions:
        document.report(at, f"`{class_}` exists already", advice)


def _depth(document: Document, kinds: dict[str, ErrorKind], name: str) -> int:
    """How many parents a kind has above it: a class stands after its parent."""
    depth, parent = 0, kinds[name].parent
    while parent is not None:
        depth, parent = depth + 1, kinds[parent].parent
        if depth > len(kinds):
            document.report(_KINDS, f"the parents of {name}Error form a circle", "Break it.")
            break
    return depth


def _kind(name: str, kind: ErrorKind) -> Kind:
    lines = [prose.sentence(kind.meaning), ""]
    lines += [f"`{code}`: {prose.sentence(one.meaning)}" for code, one in kind.codes.items()]
    if kind.statuses:
        lines.append(f"Also any other error under HTTP {', '.join(kind.statuses)}.")
    if kind.x_source:
        lines.append(f"Source: {kind.x_source}.")
    parent = f"{kind.parent}Error" if kind.parent else ROOT
    return Kind(f"{name}Error", parent, "\n".join(lines), kind)
