"""What the document says of the service as a whole: its address, tokens, limits, and what an error looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .document import Document, Node

_USUAL_WAITS = [1, 2, 4, 8, 16]
"""Exponential waits in seconds for a service that asks for none."""


@dataclass(frozen=True)
class Facts:
    """The service as a whole."""

    base_url: str
    token_variables: list[str]
    in_flight: int | None
    per_second: float | None
    waits: list[float]
    jitter: float
    error_kinds: dict[str, Any]
    error_body: dict[str, Any]


def build(document: Document) -> Facts:
    """Read them.

    Raises:
        DocumentError: There is no server, or a security scheme that the client does not speak.
    """
    data = document.data
    if not data.get("servers"):
        raise document.error("", "the document has no `servers`", "Name the service's address.")
    limits, retry = data.get("x-limits", {}), data.get("x-retry", {})
    return Facts(
        base_url=data["servers"][0]["url"],
        token_variables=_token_variables(document),
        in_flight=limits.get("in-flight"),
        per_second=limits.get("per-second"),
        waits=[float(wait) for wait in retry.get("waits", _USUAL_WAITS)],
        jitter=float(retry.get("jitter", 1)),
        error_kinds=_error_kinds(data.get("x-error-kinds", {})),
        error_body=_error_body(document),
    )


def _token_variables(document: Document) -> list[str]:
    variables: list[str] = []
    for name, scheme in document.data.get("components", {}).get("securitySchemes", {}).items():
        if scheme.get("type") != "http" or scheme.get("scheme", "").lower() != "bearer":
            at = f"/components/securitySchemes/{name}"
            raise document.error(at, f"the scheme {scheme.get('type')!r} is not expressed", "Describe a bearer token.")
        variables += scheme.get("x-environment", [])
    return variables


def _error_kinds(kinds: Node) -> dict[str, Any]:
    """Codes and statuses of each kind, for whoever plays the service."""
    return {
        name: {
            "parent": kind.get("parent"),
            "statuses": [str(status) for status in kind.get("statuses", [])],
            "codes": kind.get("codes", {}),
            "resend": kind.get("resend", False),
        }
        for name, kind in kinds.items()
    }


def _error_body(document: Document) -> dict[str, Any]:
    """Where an error body has its parts; nowhere, when the document does not say."""
    for schema in document.data.get("components", {}).get("schemas", {}).values():
        if "x-error-body" in schema:
            said = schema["x-error-body"]
            return {word: said.get(word, {} if word == "when" else []) for word in ("code", "message", "trace-id", "when")}
    return {"code": [], "message": [], "trace-id": [], "when": {}}
