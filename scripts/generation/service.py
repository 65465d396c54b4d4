"""Facts about the service as a whole: its address, tokens, limits, and the errors that it reports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from scripts.openapi import extensions
from scripts.openapi.document import Document, Node, below
from scripts.openapi.extensions import Conversation, ErrorBody, ErrorKind, Limits, Retry

from .names import BUILTINS, Namespace

ROOT = "APIStatusError"
"""The exception of which all kinds of error are."""

_ADDRESS = re.compile(r"https?://[^\s{}?#]+")
_KINDS = "/x-error-kinds"


class Kind(NamedTuple):
    """A kind of error: its name and its description in the document."""

    key: str
    facts: ErrorKind
    node: Node

    @property
    def name(self) -> str:
        """Its exception."""
        return f"{self.key}Error"

    @property
    def parent(self) -> str:
        """The exception of which it is a special case."""
        return f"{self.facts.parent}Error" if self.facts.parent else ROOT

    @property
    def data(self) -> Node:
        """Its codes and statuses, for the embedded service."""
        codes = self.node.get("codes", {})
        facts = self.facts
        return {"parent": facts.parent, "statuses": facts.statuses, "codes": codes, "resend": facts.resend}


@dataclass(frozen=True)
class Service:
    """The service as a whole.

    Attributes:
        base_url: Where it is.
        server: What the document says of that address.
        log_variables: Environment variables that may hold the level at which the client logs.
        token_variables: Environment variables that may hold the token.
        limits: What one token may do.
        retry: How long to wait before a further try.
        billing: Whether a call is billed, by its outcome.
        usage: Where a reply says what its call took.
        error_body: Where an error body has its parts.
        kinds: The kinds of error, parents before children.
        conversation: The forms in which a conversation is written; None where the document has none.
    """

    base_url: str = ""
    base_url_variables: list[str] = field(default_factory=list)
    log_variables: list[str] = field(default_factory=list)
    token_variables: list[str] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    retry: Retry = field(default_factory=Retry)
    billing: dict[str, bool | None] = field(default_factory=dict)
    error_body: ErrorBody = field(default_factory=ErrorBody)
    kinds: list[Kind] = field(default_factory=list)
    conversation: Conversation | None = None

    @property
    def error_kinds(self) -> dict[str, Any]:
        """The kinds of error as plain data."""
        return {kind.key: kind.data for kind in self.kinds}

    def tree(self, parent: str = ROOT, indent: str = "") -> Iterator[str]:
        """The lines of the tree of exceptions below `APIStatusError`."""
        children = [kind for kind in self.kinds if kind.parent == parent]
        for kind in children:
            is_last = kind is children[-1]
            when = ", ".join([*kind.facts.codes, *kind.facts.statuses])
            yield f"{indent}{'└' if is_last else '├'}── {kind.name}  ({when})"
            yield from self.tree(kind.name, indent + ("    " if is_last else "│   "))


def service_of(document: Document, exceptions: frozenset[str]) -> Service:
    """The service as the document describes it. Mistakes are reported.

    Args:
        document: The document.
        exceptions: The exceptions that the package has without the document's.
    """
    data = document.data
    schemas = document.components("schemas").values()
    return Service(
        base_url=_base_url(document),
        base_url_variables=(data.get("servers") or [{}])[0].get("x-environment", []),
        log_variables=data.get("x-log-environment", []),
        token_variables=list(_token_variables(document)),
        limits=extensions.read(data, "x-limits", Limits()),
        retry=extensions.read(data, "x-retry", Retry()),
        billing=extensions.read(data, "x-billing", {}),
        error_body=next(
            (extensions.read(one, "x-error-body") for one in schemas if "x-error-body" in one), ErrorBody()
        ),
        kinds=_kinds_of(document, exceptions),
        conversation=_conversation(document),
    )


def _conversation(document: Document) -> Conversation | None:
    forms: Conversation | None = extensions.read(document.data, "x-conversation")
    operations = [one for path in document.data.get("paths", {}).values() for one in path.values()]
    if forms and not any(
        isinstance(one, dict) and one.get("operationId") == forms.operation for one in operations
    ):
        document.report(
            "/x-conversation/operation", f"there is no operation {forms.operation!r}", "Name one."
        )
    return forms


def _base_url(document: Document) -> str:
    if not document.data.get("servers"):
        document.report("", "the document has no `servers`", "Name the service's address.")
        return ""
    url: str = document.data["servers"][0]["url"]
    if not _ADDRESS.fullmatch(url):
        document.report(
            "/servers/0/url", f"`{url}` is not an http(s) URL without variables", "Write https:// and a host."
        )
    return url


def _token_variables(document: Document) -> Iterator[str]:
    for name in document.components("securitySchemes"):
        at, scheme = document.resolve(below("/components/securitySchemes", name))
        if scheme.get("type") != "http" or scheme.get("scheme", "").lower() != "bearer":
            found = f"the scheme {scheme.get('scheme', scheme.get('type'))!r} is not supported"
            document.report(at, found, "Describe a bearer token: `type: http` and `scheme: bearer`.")
        yield from scheme.get("x-environment", [])


def _kinds_of(document: Document, exceptions: frozenset[str]) -> list[Kind]:
    """The kinds of error, parents before children."""
    described = document.data.get("x-error-kinds", {})
    kinds: dict[str, ErrorKind] = extensions.read(document.data, "x-error-kinds", {})
    classes = Namespace(document, "Give the kind another name.", exceptions | BUILTINS)
    owners: dict[str, str] = {}
    for name, kind in kinds.items():
        at = below(_KINDS, name)
        classes.add(at, f"the exception `{name}Error`", f"{name}Error")
        if kind.parent is not None and kind.parent not in kinds:
            document.report(
                below(at, "parent"), f"there is no kind {kind.parent!r}", "Name one of x-error-kinds."
            )
        for one in [f"the code {code!r}" for code in kind.codes] + [
            f"the status {one}" for one in kind.statuses
        ]:
            if owners.setdefault(one, name) != name:
                document.report(at, f"{one} already belongs to {owners[one]}", "Keep it in one kind.")
    in_order: dict[str, Kind] = {}
    while ready := [
        name for name in kinds if name not in in_order and kinds[name].parent in {None, *in_order}
    ]:
        # A level at a time, each in the order of the document.
        in_order |= {name: Kind(name, kinds[name], described[name]) for name in ready}
    if circle := [name for name in kinds if name not in in_order and kinds[name].parent in kinds]:
        document.report(_KINDS, f"the parents of {circle[0]}Error form a cycle", "Break the cycle.")
    return list(in_order.values())
