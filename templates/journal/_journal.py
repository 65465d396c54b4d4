"""The journal, which decides whether a request may be sent, and records its outcome."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TextIO, get_args

from .._clock import SYSTEM_CLOCK, Clock
from .._database.file import DatabaseFile
from .._database.owners import Owner, current_owner
from ..errors import ConfigurationError, JournalError, UnknownOutcomeError
from ..types._http_response import HTTPResponse
from ._records import FORMAT, Record, State, fingerprint_of, headers_as_text, record_of

OnUnknown = Literal["raise", "resend"]
_Ending = tuple[State, str, tuple[Any, ...]]
"""How a request ended: its state, and further assignments for its row with their values."""

_FINISHED: tuple[State, ...] = ("answered", "refused")
_CRASHED = "the process ended between sending the request and recording its response"
_NOT_BILLED = "it is not billed, as its response was a stream that did not reach its end"


class Claim:
    """The right to send one request. Its holder must record how the request ended; only its first record counts."""

    def __init__(self, journal: Journal, fingerprint: str, key: str, *, is_free_unless_whole: bool) -> None:
        self._journal = journal
        self._row = (fingerprint, key)
        self._is_sent = self._is_finished = False
        self._is_free_unless_whole = is_free_unless_whole

    def sending(self) -> None:
        """Record that the request is about to be sent. From now on it may be billed.

        Raises:
            JournalError: The file cannot be written; the request must not be sent.
        """
        changes = "tries = tries + 1, is_free_unless_whole = ?"
        self._journal._update(self._row, "sent", changes, (self._is_free_unless_whole,))
        self._is_sent = True

    def resending(self, *, is_billed: bool | None) -> None:
        """Record that this try has failed and another one follows.

        Args:
            is_billed: Whether the tries so far are billed; None if that is not known.
        """
        if is_billed is False:
            self._journal._update(self._row, "prepared", durable=False)
            self._is_sent = False
        else:
            self._is_free_unless_whole = False

    def refused(self, reason: str, response: HTTPResponse | None = None) -> None:
        """Record that the service does not bill the request, so that it may be sent again."""
        self._finish("refused", reason, response)

    def answered(self, response: HTTPResponse) -> None:
        """Record the response."""
        self._finish("answered", "", response)

    def unknown(self, reason: str) -> None:
        """Record that the request may be billed, although no response was received."""
        self._finish("unknown", reason, None)

    def interrupted(self) -> None:
        """Record that the call was interrupted. If the request was not sent, another call may send it."""
        if not self._is_sent:
            self.refused("interrupted before it was sent")
        elif self._is_free_unless_whole:
            self.refused(f"interrupted; {_NOT_BILLED}")
        else:
            self.unknown("interrupted")

    def _finish(self, state: State, reason: str, response: HTTPResponse | None) -> None:
        if self._is_finished:
            return
        self._is_finished = True
        status, headers, content = None, "[]", b""
        if response is not None:
            status, headers = response.status_code, headers_as_text(response.raw_headers)
            content = response.content
        changes = "reason = ?, status_code = ?, headers = ?, content = ?"
        values = (reason, status, headers, content)
        try:
            self._journal._update(self._row, state, changes, values)
        except JournalError as error:
            if state == "answered":  # a small write may still succeed, so that this does not look like a crash
                with suppress(JournalError):
                    self._journal._update(self._row, "unknown", "reason = ?", (f"answered, but {error}",))
            self._journal._unwritten[self._row] = (state, changes, values)
            raise


class Journal:
    """Keeps requests and their responses in a file. Threads, tasks, clients and processes can share it.

    Args:
        path: The file, an SQLite database. It is created if it does not exist, readable only by its owner. The file
            `PATH-owners` beside it contains the locks by which processes detect each other.
        on_unknown: What to do with a request that was sent before and whose outcome is unknown: `raise` an
            `UnknownOutcomeError`, or `resend` it at the risk of paying twice.
        clock: The clock; for tests.

    Raises:
        JournalError: The file cannot be opened, belongs to another program, is damaged, or was written by a newer
            version of this package.
        ConfigurationError: `on_unknown` is neither `raise` nor `resend`.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, on_unknown: OnUnknown = "raise", clock: Clock = SYSTEM_CLOCK
    ) -> None:
        if on_unknown not in get_args(OnUnknown):
            raise ConfigurationError(f"on_unknown must be 'raise' or 'resend', not {on_unknown!r}")
        self.path = Path(path).absolute()
        self.on_unknown = on_unknown
        self._clock = clock
        self._file = DatabaseFile(self.path, FORMAT)
        self._file.open()
        self._owner: tuple[int, Owner] | None = None
        self._unwritten: dict[tuple[str, str], _Ending] = {}  # outcomes that could not be written yet

    # For calls

    def claim(
        self, method: str, path: str, body: bytes, key: str = "", *, is_free_unless_whole: bool = False
    ) -> Claim | Record | None:
        """Ask whether a request may be sent.

        Args:
            method: The HTTP method.
            path: Path and query, without the base URL.
            body: The body, without the fields that `via_stream` adds.
            key: Distinguishes several responses to the same request.
            is_free_unless_whole: Whether the request is billed only if its response is complete, as the document says
                of streams. Then its outcome is known even after a crash.

        Returns:
            A `Claim` if the request may be sent; the `Record` if the journal has its response; None while another
            thread or process is sending it.

        Raises:
            UnknownOutcomeError: The request was sent before, and it is not known whether it is billed.
        """
        row = (fingerprint_of(method, path, body), key)
        with self._transaction(durable=False) as database:
            found = database.execute("SELECT * FROM calls WHERE fingerprint = ? AND key = ?", row).fetchone()
            if found is None:
                self._insert(database, row, method, path, body)
                return Claim(self, *row, is_free_unless_whole=is_free_unless_whole)
            record = record_of(found)
            if record.state == "answered":
                return record
            if record.state in ("prepared", "sent") and self._this_process.is_alive(found["owner"]):
                return None
            self._refuse_unknown(record, is_free=bool(found["is_free_unless_whole"]))
            self._set(database, row, "prepared")
            return Claim(self, *row, is_free_unless_whole=is_free_unless_whole)

    def _refuse_unknown(self, record: Record, *, is_free: bool) -> None:
        crashed = record.state == "sent" and not is_free
        if (crashed or record.state == "unknown") and self.on_unknown == "raise":
            reason = _CRASHED if crashed else record.reason
            raise UnknownOutcomeError(
                f"this request was sent before, and it is not known whether it is billed: {reason}. It is in "
                "journal.unknown(). To send it again anyway, call journal.forget(error), or open the journal with "
                "on_unknown='resend'",
                fingerprint=record.fingerprint,
                key=record.key,
            )

    # For programs

    def records(self, *states: State) -> Iterator[Record]:
        """Iterate over the requests, the oldest first; only over those in these states, if any are given.

        Raises:
            ConfigurationError: There is no such state.
        """
        wanted = _checked(states) or get_args(State)
        marks = ", ".join("?" * len(wanted))
        query = f"SELECT * FROM calls WHERE state IN ({marks}) ORDER BY created_at"  # noqa: S608
        with self._transaction(durable=False) as database:
            rows = database.execute(query, wanted).fetchall()
        return map(record_of, rows)

    def unknown(self) -> list[Record]:
        """Return the requests for which it is not known whether they are billed, the oldest first.

        Their process ended or their connection broke after the request was sent and before the response was received.
        """
        with self._transaction() as database:
            for fingerprint, key, owner, is_free in database.execute(
                "SELECT fingerprint, key, owner, is_free_unless_whole FROM calls WHERE state = 'sent'"
            ).fetchall():
                if self._this_process.is_alive(owner):
                    continue
                state: State = "refused" if is_free else "unknown"
                reason = f"{_CRASHED}; {_NOT_BILLED}" if is_free else _CRASHED
                self._set(database, (fingerprint, key), state, "reason = ?", (reason,))
        return list(self.records("unknown"))

    def forget(self, *records: Record | UnknownOutcomeError) -> int:
        """Delete requests and their responses, so that they can be sent again. Returns how many were deleted.

        Requests whose calls are under way in any process are kept: they could otherwise be sent twice.
        """
        with self._transaction() as database:
            rows = [(record.fingerprint, record.key) for record in records]
            return self._delete(database, "fingerprint = ? AND key = ?", rows)

    def prune(self, before: datetime, *states: State) -> int:
        """Delete requests that have not changed since a time.

        Requests whose calls are under way in any process are kept: they could otherwise be sent twice.

        Args:
            before: The time, with a time zone.
            states: The states of the requests to delete; by default `answered` and `refused`.

        Returns:
            How many were deleted.

        Raises:
            ConfigurationError: `before` is not a datetime with a time zone, or there is no such state.
        """
        if not isinstance(before, datetime) or before.tzinfo is None:
            raise ConfigurationError(f"before must be a datetime with a time zone, not {before!r}")
        wanted = _checked(states) or _FINISHED
        marks = ", ".join("?" * len(wanted))
        with self._transaction() as database:
            which = f"updated_at < ? AND state IN ({marks})"
            return self._delete(database, which, [(before.timestamp(), *wanted)])

    def export(self, to: TextIO, *states: State) -> int:
        """Write the requests with their responses as JSON Lines. Returns their number."""
        count = 0
        for record in self.records(*states):
            to.write(json.dumps(record.to_dict(), ensure_ascii=False) + "\n")
            count += 1
        return count

    def close(self) -> None:
        """Close the file. It is opened again when the journal is used again."""
        if self._unwritten:
            with suppress(JournalError), self._transaction():
                pass
        self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Journal {str(self.path)!r}>"

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "on_unknown": self.on_unknown, "clock": self._clock}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    # Writing

    @property
    def _this_process(self) -> Owner:
        if self._owner is None or self._owner[0] != os.getpid():
            self._owner = (os.getpid(), current_owner(self.path))
        owner = self._owner[1]
        owner.identity.check(owner.path)
        return owner

    @contextmanager
    def _transaction(self, *, durable: bool = True) -> Generator[sqlite3.Connection, None, None]:
        """Begin a transaction, and first write the outcomes that could not be written before."""
        if self._owner is not None and self._owner[0] != os.getpid():
            self._unwritten = {}  # in a forked process: its parent writes them
        unwritten: dict[tuple[str, str], _Ending] = {}
        try:
            with self._file.transaction(durable=durable or bool(self._unwritten)) as database:
                unwritten, self._unwritten = self._unwritten, {}
                for row, ending in unwritten.items():
                    self._set(database, row, *ending)
                yield database
        except BaseException:
            self._unwritten = {**unwritten, **self._unwritten}
            raise

    def _delete(self, database: sqlite3.Connection, which: str, values: Iterable[tuple[Any, ...]]) -> int:
        """Delete rows, except those of calls under way. Returns how many were deleted."""
        database.create_function("is_alive", 1, self._this_process.is_alive)
        under_way = "state IN ('prepared', 'sent') AND is_alive(owner)"
        delete = f"DELETE FROM calls WHERE {which} AND NOT ({under_way})"  # noqa: S608
        return database.executemany(delete, values).rowcount

    def _insert(self, database: Any, row: tuple[str, str], method: str, path: str, body: bytes) -> None:
        now = self._clock.time()
        database.execute(
            "INSERT INTO calls (fingerprint, key, state, method, path, body, created_at, updated_at, owner)"
            " VALUES (?, ?, 'prepared', ?, ?, ?, ?, ?, ?)",
            (*row, method, path, body, now, now, self._this_process.number),
        )

    def _update(
        self,
        row: tuple[str, str],
        state: State,
        changes: str = "",
        values: tuple[Any, ...] = (),
        *,
        durable: bool = True,
    ) -> None:
        with self._transaction(durable=durable) as database:
            self._set(database, row, state, changes, values)

    def _set(
        self, database: Any, row: tuple[str, str], state: State, changes: str = "", values: tuple[Any, ...] = ()
    ) -> None:
        further = f", {changes}" if changes else ""
        database.execute(
            f"UPDATE calls SET state = ?, owner = ?, updated_at = ?{further}"  # noqa: S608
            " WHERE fingerprint = ? AND key = ?",
            (state, self._this_process.number, self._clock.time(), *values, *row),
        )


def _checked(states: tuple[State, ...]) -> tuple[State, ...]:
    known = get_args(State)
    if unknown := [state for state in states if state not in known]:
        raise ConfigurationError(f"unknown state {unknown[0]!r}: the states are {', '.join(known)}")
    return states
