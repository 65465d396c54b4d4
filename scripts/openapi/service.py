"""Facts about the service as a whole: its address, tokens, limits, and what it bills."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import extensions
from .document import Document, below
from .extensions import Conversation, ErrorBody, Limits, Retry

_ADDRESS = re.compile(r"https?://[^\s{}?#]+")


@dataclass(frozen=True)
class Service:
    """The service as a whole.

    Attributes:
        base_url: Its address.
        base_url_variables: Environment variables that may hold another address.
        log_variables: Environment variables that may hold the level at which the client logs.
        token_variables: Environment variables that may hold the token.
        limits: What one token may do.
        retry: How long to wait before each retry.
        billing: Whether a call is billed, by its outcome.
        error_body: The paths to the parts of an error body.
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
    conversation: Conversation | None = None


def service_of(document: Document) -> Service:
    """Return the service as the document describes it. Mistakes are reported."""
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
            (extensions.read(schema, "x-error-body") for schema in schemas if "x-error-body" in schema), ErrorBody()
        ),
        conversation=_conversation(document),
    )


def _conversation(document: Document) -> Conversation | None:
    forms: Conversation | None = extensions.read(document.data, "x-conversation")
    if forms and forms.operation not in (node.get("operationId") for _pointer, node in document.objects()):
        document.report("/x-conversation/operation", f"there is no operation {forms.operation!r}", "Name one.")
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
            problem = f"the scheme {scheme.get('scheme', scheme.get('type'))!r} is not supported"
            document.report(at, problem, "Describe a bearer token: `type: http` and `scheme: bearer`.")
        yield from scheme.get("x-environment", [])
