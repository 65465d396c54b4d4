"""The calls in flight and the pace that the processes of one machine share in a file. Nothing here waits."""

from __future__ import annotations

import itertools
import json
import math
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
    0x41434C32,
    (
        """
        CREATE TABLE slots (
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

_POLL = 0.05  # seconds until a call asks for a slot again
_RETRY = 1.0  # seconds until a failed write is tried again
_LONGEST_POLL = 0.25  # seconds; an earlier start may become possible, by what other processes do
_AHEAD = 1.0  # seconds; a time further in the future was written before the machine, and so its clock, restarted

_numbers = itertools.count(1)


class Blocked(NamedTuple):
    """Why a call cannot start now.

    Attributes:
        seconds: Seconds until the call should ask again.
        moved_at: When a call of any process last started or finished.
        in_flight: The number of calls in flight in all processes.
    """

    seconds: float
    moved_at: float
    in_flight: int


class SharedSlots:
    """The calls in flight of all processes that share a path, and their shared pace.

    A slot belongs to the process that took it, and is freed when that process has ended, however it ended. The caller
    must hold the lock. `finish` may be called within another method, as the garbage collector can run at any point.

    Attributes:
        pace: The shared pace, as this process last read it; None without a limit.
    """

    def __init__(self, path: Path, limits: Limits, now: Callable[[], float], lock: AbstractContextManager[Any]) -> None:
        self._path = path
        self._now = now
        self._lock = lock
        self._slots = math.inf if limits.in_flight is None else limits.in_flight
        self.pace = None if limits.per_second is None else Pace(limits.per_second)
        self._file = DatabaseFile(Path(f"{path}-limits"), _FORMAT)
        self._numbers: dict[object, int] = {}
        self._finished: list[int] = []
        self._is_writing = self._is_waiting = False
        self._owner: Owner | None = None

    def open(self) -> None:
        """Open the file; create it if it does not exist.

        Raises:
            JournalError: The file cannot be used.
        """
        self._file.open()

    def start(self, call: object) -> Blocked | None:
        """Start a call if the limits of all processes allow it. Return None if it has started, else why it cannot.

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
        """Free the slot of a call. If the file cannot be written, this is retried until it can."""
        number = self._numbers.pop(call, None)
        if number is not None:
            self._finished.append(number)
            self._free_finished()

    def change_pace(self, change: Callable[[Pace, float], None]) -> None:
        """Change the pace of all processes by `Pace.slowed` or `Pace.succeeded`."""
        if self.pace is None:
            return
        with suppress(JournalError), self._transaction() as database:
            now = self._now()
            moved_at = self._read(database, now)
            change(self.pace, now)
            self._write(database, moved_at)
        self._free_finished()

    def _start(self, database: sqlite3.Connection) -> Blocked | int:
        now = self._now()
        moved_at = self._read(database, now)
        in_flight = self._count(database)
        if in_flight >= self._slots:
            in_flight -= self._free_dead(database)
        if in_flight >= self._slots:
            return Blocked(_POLL, moved_at, in_flight)
        start = now if self.pace is None else self.pace.next_start(now)
        if start > now:
            return Blocked(min(start - now, _LONGEST_POLL), moved_at, in_flight)
        if self.pace is not None:
            self.pace.started(now)
        number = next(_numbers)
        database.execute("INSERT INTO slots VALUES (?, ?)", (self._this_process.number, number))
        self._write(database, now)
        return number

    def _free_finished(self) -> None:
        if not self._finished or self._is_writing:
            return
        with suppress(JournalError), self._transaction():
            return
        if not self._is_waiting:
            timer = threading.Timer(_RETRY, self._retry)
            timer.daemon = True
            with suppress(RuntimeError):  # the interpreter is shutting down, so the slots are freed anyway
                timer.start()
                self._is_waiting = True

    def _retry(self) -> None:
        with self._lock:
            self._is_waiting = False
            self._free_finished()

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection, None, None]:
        """Begin a transaction, and first free the slots of calls of this process that have finished."""
        self._is_writing = True
        try:
            with self._file.transaction(durable=False) as database:
                finished = self._finished[:]
                if finished:
                    rows = [(self._this_process.number, number) for number in finished]
                    database.executemany("DELETE FROM slots WHERE owner = ? AND number = ?", rows)
                    database.execute("UPDATE state SET moved_at = max(moved_at, ?)", (self._now(),))
                yield database
            del self._finished[: len(finished)]
        finally:
            self._is_writing = False

    def _read(self, database: sqlite3.Connection, now: float) -> float:
        """Read the shared pace, and return when a call last started or finished."""
        moved_at, pace = database.execute("SELECT moved_at, pace FROM state").fetchone()
        if moved_at > now + _AHEAD:
            return -math.inf
        if pace is not None and self.pace is not None:
            self.pace.resume(json.loads(pace))
        return float(moved_at)

    def _write(self, database: sqlite3.Connection, moved_at: float) -> None:
        pace = None if self.pace is None else json.dumps(self.pace.state())
        database.execute("UPDATE state SET moved_at = ?, pace = coalesce(?, pace)", (moved_at, pace))

    def _count(self, database: sqlite3.Connection) -> int:
        (count,) = database.execute("SELECT count(*) FROM slots").fetchone()
        return int(count)

    def _free_dead(self, database: sqlite3.Connection) -> int:
        """Free the slots of processes that have ended. Returns their number."""
        owners = database.execute("SELECT DISTINCT owner FROM slots").fetchall()
        dead = [(owner,) for (owner,) in owners if not self._this_process.is_alive(owner)]
        return database.executemany("DELETE FROM slots WHERE owner = ?", dead).rowcount if dead else 0

    @property
    def _this_process(self) -> Owner:
        if self._owner is None:
            self._owner = current_owner(self._path)
        self._owner.identity.check(self._owner.path)
        return self._owner
