"""Places and pace that the processes of one machine share, in a file. It is asked, and never waits."""

from __future__ import annotations

import itertools
import json
import math
import os
import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from .._database.file import DatabaseFile, Format
from .._database.owners import Owner, current_owner
from ..errors import JournalError
from ._pace import Pace
from ._values import Limits

_FORMAT = Format(
    "a shared limiter",
    0x41434C31,
    (
        """
        CREATE TABLE places (
            owner  INTEGER NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (owner, number)
        ) WITHOUT ROWID;
        """,
        "CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), moved_at REAL NOT NULL, pace TEXT);",
        "INSERT INTO state VALUES (1, -1e999, NULL);",
    ),
    longest_wait=0.05,
    synchronous="OFF",
)

_POLL = 0.05  # seconds until a place is asked for again
_RETRY = 1.0  # seconds until a place is freed whose file could not be written
_LONGEST_POLL = 0.25  # seconds, however far off the next start is: other processes may make room for it
_AHEAD = 1.0  # seconds; what is further ahead was noted before the machine, and its clock, started anew

_numbers = itertools.count(1)


class Blocked(NamedTuple):
    """Why a call cannot start now.

    Attributes:
        seconds: When to ask again.
        moved_at: When a call of any process started or finished last.
        in_flight: How many calls of all processes are in flight.
    """

    seconds: float
    moved_at: float
    in_flight: int


class SharedPlaces:
    """The calls in flight of all processes that share a path, and their common pace.

    A place belongs to the process that took it, and is free once that process has ended, however it ended. Whoever
    calls these methods holds the lock, but `finish` may come within another one: the collector can step in anywhere.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        limits: Limits,
        now: Callable[[], float],
        lock: AbstractContextManager[Any],
    ) -> None:
        self._path = Path(path)
        self._now = now
        self._lock = lock
        self._places = math.inf if limits.in_flight is None else limits.in_flight
        self._pace = None if limits.per_second is None else Pace(limits.per_second)
        self._file = DatabaseFile(Path(f"{path}-limits"), _FORMAT)
        self._numbers: dict[object, int] = {}
        self._finished: list[int] = []
        self._is_writing = self._is_waiting = False
        self._owner: Owner | None = None

    @property
    def pace(self) -> Pace | None:
        """The common pace, as this process knew it last; None without a limit."""
        return self._pace

    def open(self) -> None:
        """Open the file, and create it where it is not there.

        Raises:
            JournalError: It cannot be used.
        """
        self._file.open()

    def start(self, call: object) -> Blocked | None:
        """Start a call, if the limits allow it among all processes; else say why not.

        Raises:
            JournalError: The file cannot be used.
        """
        try:
            with self._transaction() as database:
                started = self._start(database)
        except JournalError as error:
            if not error.is_locked:
                raise
            return Blocked(_POLL, -math.inf, 0)
        finally:
            self._free_finished()
        if isinstance(started, Blocked):
            return started
        self._numbers[call] = started
        return None

    def finish(self, call: object) -> None:
        """Free the place of a call. While the file cannot be written, that is tried again and again."""
        number = self._numbers.pop(call, None)
        if number is not None:
            self._finished.append(number)
            self._free_finished()

    def slowed(self) -> None:
        """Slow all processes down after a refusal."""
        self._change_pace(Pace.slowed)

    def succeeded(self) -> None:
        """Let all processes speed up after a success."""
        self._change_pace(Pace.succeeded)

    def _start(self, database: sqlite3.Connection) -> Blocked | int:
        now = self._now()
        moved_at = self._read(database, now)
        in_flight = self._count(database)
        if in_flight >= self._places:
            in_flight -= self._free_dead(database)
        if in_flight >= self._places:
            return Blocked(_POLL, moved_at, in_flight)
        start = now if self._pace is None else self._pace.next_start(now)
        if start > now:
            return Blocked(min(start - now, _LONGEST_POLL), moved_at, in_flight)
        if self._pace is not None:
            self._pace.started(now)
        number = next(_numbers)
        database.execute("INSERT INTO places VALUES (?, ?)", (self._me.number, number))
        self._write(database, now)
        return number

    def _change_pace(self, change: Callable[[Pace, float], None]) -> None:
        if self._pace is None:
            return
        with suppress(JournalError), self._transaction() as database:
            now = self._now()
            moved_at = self._read(database, now)
            change(self._pace, now)
            self._write(database, moved_at)
        self._free_finished()

    def _free_finished(self) -> None:
        if not self._finished or self._is_writing:
            return
        with suppress(JournalError), self._transaction():
            return
        if not self._is_waiting:
            timer = threading.Timer(_RETRY, self._retry)
            timer.daemon = True
            with suppress(RuntimeError):  # the interpreter ends, and with it the process
                timer.start()
                self._is_waiting = True

    def _retry(self) -> None:
        with self._lock:
            self._is_waiting = False
            self._free_finished()

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection, None, None]:
        """Write to the file: first of all, which calls of this process have finished."""
        self._is_writing = True
        try:
            with self._file.transaction(durable=False) as database:
                finished = self._finished[:]
                if finished:
                    rows = [(self._me.number, number) for number in finished]
                    database.executemany("DELETE FROM places WHERE owner = ? AND number = ?", rows)
                    database.execute("UPDATE state SET moved_at = max(moved_at, ?)", (self._now(),))
                yield database
            del self._finished[: len(finished)]
        finally:
            self._is_writing = False

    def _read(self, database: sqlite3.Connection, now: float) -> float:
        """Take over the pace that all processes have; return when a call started or finished last."""
        moved_at, pace = database.execute("SELECT moved_at, pace FROM state").fetchone()
        if moved_at > now + _AHEAD:
            return -math.inf
        if pace is not None and self._pace is not None:
            self._pace.resume(json.loads(pace))
        return float(moved_at)

    def _write(self, database: sqlite3.Connection, moved_at: float) -> None:
        pace = None if self._pace is None else json.dumps(self._pace.state())
        database.execute("UPDATE state SET moved_at = ?, pace = coalesce(?, pace)", (moved_at, pace))

    def _count(self, database: sqlite3.Connection) -> int:
        (count,) = database.execute("SELECT count(*) FROM places").fetchone()
        return int(count)

    def _free_dead(self, database: sqlite3.Connection) -> int:
        """Free the places of processes that have ended. Returns how many there were."""
        owners = database.execute("SELECT DISTINCT owner FROM places").fetchall()
        dead = [(owner,) for (owner,) in owners if not self._me.is_alive(owner)]
        return database.executemany("DELETE FROM places WHERE owner = ?", dead).rowcount if dead else 0

    @property
    def _me(self) -> Owner:
        if self._owner is None:
            self._owner = current_owner(self._path)
        return self._owner
