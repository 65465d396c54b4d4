"""What the document says of the service as a whole: its address, tokens, limits, and what an error looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .document import Document, Node, below

_USUAL_WAITS = [1, 2, 4, 8, 16]
"""Exponential waits in seconds for a service that asks for none."""

_OUTCOMES = (
    "not-sent",
    "replied",
    "reply-lost",
    "stream-closed",
    "stream-ended",
    "stream-unfinished",
)
"""How a call can end other than with an error of the service, for `x-billing`."""

_ERROR_STATUS = re.compile(r"[3-5](\d\d|XX)")
_ADDRESS = re.compile(r"https?://[^\s{}?#]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Facts:
    """The service as a whole."""

    base_url: str
    needs_token: bool
    token_variables: list[str]
    in_flight: int | None
    per_second: float | None
    waits: list[float]
    jitter: float
    billing: dict[str, bool | None]
    error_kinds: dict[str, Any]
    error_body: dict[str, Any]


def build(document: Document) -> Facts:
    """Read them.

    Raises:
        DocumentError: There is no usable server, a security scheme that the client does not speak, or a limit that
            is none.
    """
    data = document.data
    limits, retry = data.get("x-limits", {}), data.get("x-retry", {})
    in_flight, per_second = limits.get("in-flight"), limits.get("per-second")
    if in_flight is not None and (type(in_flight) is not int or in_flight < 1):
        raise document.error(
            "/x-limits/in-flight", f"`{in_flight}` is no number of calls", "Write 1 or more."
        )
    if per_second is not None and not _is_number(per_second, above=0):
        raise document.error(
            "/x-limits/per-second", f"`{per_second}` is no number of calls", "Write a number above 0."
        )
    waits, jitter = retry.get("waits", _USUAL_WAITS), retry.get("jitter", 1)
    if not (isinstance(waits, list) and waits and all(map(_is_number, [*waits, jitter]))):
        raise document.error(
            "/x-retry", "the waits are no seconds", "Write `waits: [1, 2, 4]` and `jitter: 1`."
        )
    return Facts(
        base_url=_base_url(document),
        needs_token=bool(document.components("securitySchemes")),
        token_variables=_token_variables(document),
        in_flight=in_flight,
        per_second=per_second,
        waits=[float(wait) for wait in waits],
        jitter=float(jitter),
        billing=_billing(document),
        error_kinds=_error_kinds(data.get("x-error-kinds", {})),
        error_body=_error_body(document),
    )


def _is_number(value: Node, above: float = -1) -> bool:
    return type(value) in (int, float) and value >= 0 and value > above


def _billing(document: Document) -> dict[str, bool | None]:
    """Whether a call is billed, by its outcome; None where no source says."""
    billing = {key: billed for key, billed in document.data.get("x-billing", {}).items() if key != "x-source"}
    for outcome, billed in billing.items():
        at = below("/x-billing", outcome)
        if outcome not in _OUTCOMES and not _ERROR_STATUS.fullmatch(outcome):
            advice = f"Use a status such as 404 or 5XX, or one of {', '.join(_OUTCOMES)}."
            raise document.error(at, f"`{outcome}` is no outcome of a call", advice)
        if billed is not None and not isinstance(billed, bool):
            found = f"`{billed}` does not say whether a call is billed"
            raise document.error(at, found, "Write true, false or null.")
    return billing


def _base_url(document: Document) -> str:
    servers = document.data.get("servers")
    if not servers:
        raise document.error("", "the document has no `servers`", "Name the service's address.")
    url = servers[0]["url"]
    if not _ADDRESS.fullmatch(url):
        raise document.error(
            "/servers/0/url", f"`{url}` is no address to send to", "Write https:// and a host."
        )
    return str(url)


def _token_variables(document: Document) -> list[str]:
    variables: list[str] = []
    for name, scheme in document.components("securitySchemes").items():
        at = below("/components/securitySchemes", name)
        if scheme.get("type") != "http" or scheme.get("scheme", "").lower() != "bearer":
            found = f"the scheme {scheme.get('scheme', scheme.get('type'))!r} is not expressed"
            raise document.error(at, found, "Describe a bearer token: `type: http` and `scheme: bearer`.")
        variables += scheme.get("x-environment", [])
        for variable in variables:
            if not _VARIABLE.fullmatch(str(variable)):
                found = f"`{variable}` is no name of an environment variable"
                raise document.error(below(at, "x-environment"), found, "Correct it.")
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
    schemas = document.components("schemas").values()
    said: dict[str, Any] = next(
        (schema["x-error-body"] for schema in schemas if "x-error-body" in schema), {}
    )
    return {
        word: said.get(word, {} if word == "when" else []) for word in ("code", "message", "trace-id", "when")
    }
