"""Facts about the service from the OpenAPI document."""

from __future__ import annotations

from typing import Any

BASE_URL = "https://api.acedata.cloud"
"""The base URL of the service."""

BASE_URL_VARIABLES: tuple[str, ...] = ("ACEDATACLOUD_BASE_URL",)
"""Environment variables for the base URL; the first one that is set is used."""

LOG_VARIABLES: tuple[str, ...] = ("ACEDATACLOUD_LOG",)
"""Environment variables for the log level; the first one that is set is used."""

NEEDS_TOKEN: bool = True
"""Whether the service requires a token."""

TOKEN_VARIABLES: tuple[str, ...] = ("ACEDATACLOUD_API_TOKEN", "ACEDATACLOUD_API_KEY", "ACEDATA_API_KEY")
"""Environment variables for the token; the first one that is set is used."""

IN_FLIGHT_LIMIT: int | None = 20
"""How many calls one token may have in flight; None for no limit."""

PER_SECOND_LIMIT: float | None = 60.0
"""How many calls one token may make per second; None for no limit."""

RETRY_WAITS: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds to wait before each retry."""

RETRY_JITTER: float = 1.0
"""The maximum of the random part of each wait, in seconds."""

BILLING: dict[str, bool | None] = {
    "not-sent": False,
    "4XX": False,
    "5XX": False,
    "replied": True,
    "stream-ended": True,
    "stream-closed": False,
    "stream-unfinished": False,
    "reply-lost": None,
}
"""Whether a call is billed, by its outcome: the status or range of statuses (`5XX`) of an error, or a word such as
`stream-unfinished`. Unknown for None and for outcomes that are not listed."""

UNFINISHED_STREAMS_ARE_FREE: bool = all(
    BILLING.get(outcome) is False for outcome in ("stream-closed", "stream-unfinished")
)
"""Whether a stream without its terminal event is not billed, whichever side closed it."""

SUMMARY_FIELDS: list[str] = [
    "cached_tokens",
    "cost",
    "finish_reasons",
    "id",
    "input_tokens",
    "model",
    "output_tokens",
    "reasoning_tokens",
    "total_tokens",
]
"""The fields of the summaries of replies (`x-summary`), such as `cost`. The classes of replies have their paths."""

ERROR_BODY: dict[str, Any] = {
    "code": ["error", "code"],
    "message": ["error", "message"],
    "trace-id": ["trace_id"],
    "when": {"success": False},
}
"""The paths in an error body, and the values (`when`) that mark a body as an error."""

CONVERSATION: dict[str, Any] = {
    "operation": "responses.create",
    "input": "input",
    "tools": "tools",
    "tool_choice": "tool_choice",
    "user": {"role": "user", "content": "$text"},
    "assistant": {"role": "assistant", "content": "$text"},
    "refusal": {"role": "assistant", "content": [{"type": "refusal", "refusal": "$refusal"}]},
    "call": {"type": "function_call", "call_id": "$id", "name": "$name", "arguments": "$arguments"},
    "result": {"type": "function_call_output", "call_id": "$id", "output": "$output"},
    "tool": {
        "type": "function",
        "name": "$name",
        "description": "$description",
        "parameters": "$schema",
        "strict": "$strict",
    },
    "answer_schema": {
        "text": {"format": {"type": "json_schema", "name": "$name", "schema": "$schema", "strict": "$strict"}}
    },
    "strict_schemas": {
        "objects": {"additionalProperties": False},
        "all_required": True,
        "typed": True,
        "bare_references": True,
        "without": ["default", "discriminator"],
    },
}
"""The templates for the parts of a conversation (`x-conversation`); may be empty."""

ERROR_KINDS: dict[str, dict[str, Any]] = {
    "BadRequest": {
        "parent": None,
        "statuses": ["400"],
        "codes": {
            "bad_request": {
                "statuses": [400],
                "meaning": "The request is malformed, or a field has a value that the service does not accept.",
            },
            "api_not_implemented": {"statuses": [400], "meaning": "The service does not offer this function."},
        },
        "resend": False,
    },
    "Authentication": {
        "parent": None,
        "statuses": ["401"],
        "codes": {
            "no_token": {"statuses": [400], "meaning": "The request carries no token."},
            "token_mismatched": {"statuses": [401, 400], "meaning": "The token belongs to another service."},
            "invalid_token": {"statuses": [401], "meaning": "The service does not know this token."},
            "token_expired": {"statuses": [401], "meaning": "The token is no longer valid."},
        },
        "resend": False,
    },
    "PermissionDenied": {
        "parent": None,
        "statuses": ["403"],
        "codes": {
            "disabled": {
                "statuses": [403],
                "every-request": True,
                "meaning": "The account or the service is disabled for this token.",
            }
        },
        "resend": False,
    },
    "NotFound": {
        "parent": None,
        "statuses": ["404"],
        "codes": {
            "no_api": {
                "statuses": [404],
                "every-request": True,
                "meaning": "There is no such operation on the service.",
            }
        },
        "resend": False,
    },
    "RequestTooLarge": {
        "parent": None,
        "statuses": ["413"],
        "codes": {
            "request_too_large": {
                "statuses": [413],
                "meaning": "The body of the request is larger than the service accepts.",
            }
        },
        "resend": False,
    },
    "RateLimit": {
        "parent": None,
        "statuses": ["429"],
        "codes": {
            "too_many_requests": {"statuses": [429], "meaning": "Too many calls per second."},
            "rate_limited": {"statuses": [429], "meaning": "Too many calls at the same time."},
        },
        "resend": True,
    },
    "Server": {
        "parent": None,
        "statuses": ["5XX"],
        "codes": {"api_error": {"statuses": [500], "meaning": "An internal error of the service."}},
        "resend": True,
    },
    "InsufficientBalance": {
        "parent": "PermissionDenied",
        "statuses": [],
        "codes": {"used_up": {"statuses": [403], "meaning": "The balance of the account is used up."}},
        "resend": False,
    },
    "Moderation": {
        "parent": "PermissionDenied",
        "statuses": [],
        "codes": {"forbidden": {"statuses": [403], "meaning": "The vendor's moderation refused the content."}},
        "resend": False,
    },
    "GatewayTimeout": {
        "parent": "Server",
        "statuses": ["504"],
        "codes": {"timeout": {"statuses": [504], "meaning": "The model took too long."}},
        "resend": True,
    },
}
"""The kinds of error with their codes and statuses."""
