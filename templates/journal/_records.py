"""A request in the journal, and the format of the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, Literal

from attrs import fields, frozen

from .._database.file import Format

State = Literal["prepared", "sent", "answered", "refused", "unknown"]
"""The state of a request:

- `prepared`: recorded, but not sent yet;
- `sent`: sent, and its response is awaited;
- `answered`: its response is in the journal;
- `refused`: the service did not bill it, so it may be sent again;
- `unknown`: sent, and its outcome is not known: it may be billed.
"""

_MIGRATIONS = (
    """
    CREATE TABLE calls (
        fingerprint TEXT NOT NULL,
        key         TEXT NOT NULL,
        state       TEXT NOT NULL,
        method      TEXT NOT NULL,
        path        TEXT NOT NULL,
        body        BLOB NOT NULL,
        status_code INTEGER,
        headers     TEXT NOT NULL DEFAULT '[]',
        content     BLOB NOT NULL DEFAULT x'',
        reason      TEXT NOT NULL DEFAULT '',
        tries       INTEGER NOT NULL DEFAULT 0,
        created_at  REAL NOT NULL,
        updated_at  REAL NOT NULL,
        owner       INTEGER NOT NULL,
        PRIMARY KEY (fingerprint, key)
    ) WITHOUT ROWID;
    """,
    "CREATE INDEX calls_by_state ON calls (state, updated_at);",
    "ALTER TABLE calls ADD COLUMN is_free_unless_whole INTEGER NOT NULL DEFAULT 0;",
)
FORMAT = Format("a journal", 0x41434A31, _MIGRATIONS)
"""The file, with a row of `calls` for each request."""


@frozen
class Record:
    """A request in the journal.

    Attributes:
        fingerprint: The SHA-256 of method, path and body, in hexadecimal.
        key: The caller's key, which distinguishes several responses to the same request; empty by default.
        state: The state of the request.
        method: The HTTP method.
        path: Path and query, without the base URL.
        body: The body, without the fields that `via_stream` adds.
        status_code: The HTTP status of the response; None without a response.
        headers: The header lines of the response.
        content: The body of the response, which may be an error; empty without a response.
        reason: Why the request was refused, or why its outcome is unknown.
        tries: How many times the request was sent.
        created_at: When the request was recorded first.
        updated_at: When its state changed last.
    """

    fingerprint: str
    key: str
    state: State
    method: str
    path: str
    body: bytes
    status_code: int | None
    headers: list[tuple[bytes, bytes]]
    content: bytes
    reason: str
    tries: int
    created_at: datetime
    updated_at: datetime

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON data. A body that is not JSON is given as text."""
        return {
            "fingerprint": self.fingerprint,
            "key": self.key,
            "state": self.state,
            "method": self.method,
            "path": self.path,
            "request": _readable(self.body),
            "status_code": self.status_code,
            "response": _readable(self.content),
            "reason": self.reason,
            "tries": self.tries,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
        }


def fingerprint_of(method: str, path: str, body: bytes) -> str:
    """The SHA-256 of a request.

    The members of JSON objects are sorted first, so that the same request has the same fingerprint in every version of
    this package, whatever the order of its fields.
    """
    with suppress(ValueError):  # a body that is empty or not JSON is used unchanged
        body = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(b"\n".join([method.encode(), path.encode(), body])).hexdigest()


def record_of(row: Mapping[str, Any]) -> Record:
    """Create a record from a row of the table."""
    values: dict[str, Any] = {field.name: row[field.name] for field in fields(Record)}
    values["headers"] = [tuple(part.encode("latin-1") for part in line) for line in json.loads(row["headers"])]
    for name in ("created_at", "updated_at"):
        values[name] = datetime.fromtimestamp(row[name], timezone.utc)
    return Record(**values)


def headers_as_text(headers: list[tuple[bytes, bytes]]) -> str:
    """Header lines as the table stores them."""
    return json.dumps([(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers])


def _readable(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")
