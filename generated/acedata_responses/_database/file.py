"""A file of the client: an SQLite database that is created for its owner alone and written in whole transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, NamedTuple, NoReturn
from weakref import WeakSet

from ..errors import JournalError


class Format(NamedTuple):
    """What is in a file.

    Attributes:
        name: What the file is, for messages.
        application_id: What marks such a file (SQLite's `application_id`).
        migrations: What makes each version of the file from the one before; the file says which it has
            (`user_version`).
        longest_wait: The seconds for which a transaction waits until other programs have finished theirs.
        synchronous: SQLite's setting of that name. `NORMAL` keeps the file in order whatever happens to the machine;
            `OFF` is for what has no meaning after that.
    """

    name: str
    application_id: int
    migrations: tuple[str, ...]
    longest_wait: float = 30.0
    synchronous: Literal["NORMAL", "OFF"] = "NORMAL"


_LONGEST_OPENING = 30.0  # seconds to open a file, which other processes may be opening too
_SWITCHES, _BETWEEN_SWITCHES = (
    200,
    0.01,
)  # how often a file is switched to write-ahead logging, and seconds in between
_LONGEST_WAIT_OF_A_FORK = 5.0  # seconds for the transactions of other threads to end


class DatabaseFile:
    """The database, as this process has it open.

    Threads share one connection, one at a time. It is closed before a fork, and opened again by the next transaction:
    a child that has its parent's connection, be it unused, takes the parent's locks for its own, so that the parent may
    remove what the child writes (https://sqlite.org/howtocorrupt.html, section 2.6).
    """

    def __init__(self, path: Path, content: Format) -> None:
        self.path = path
        self._format = content
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        _files.add(self)

    def open(self) -> None:
        """Open the file now, and create it where it is not there; else the first transaction does.

        Raises:
            JournalError: It cannot be opened, belongs to another program, is damaged, or comes from a newer version.
        """
        with self._lock:
            self._open()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Generator[sqlite3.Connection, None, None]:
        """Write in one transaction: all of it is in the file afterwards, or nothing.

        Args:
            durable: Whether it must outlive a failure of the machine too, when this returns. That takes the time of a
                write to the disk, in which others can go on. The process may end at once in any case.

        Raises:
            JournalError: The file cannot be written: the disk is full, say, or another program holds it.
        """
        with self._lock:
            try:
                connection = self._open()
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                self._fail(error)
            try:
                yield connection
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                self._fail(error)
            except BaseException:
                self._roll_back()
                raise
        if durable:
            self._sync()

    def _sync(self) -> None:
        """Have what was committed so far on the disk. SQLite's own `FULL` would do that while it holds the file."""
        try:
            log = os.open(f"{self.path.resolve()}-wal", os.O_RDWR)
        except FileNotFoundError:
            return  # it is all in the database itself, and was synced there
        except OSError as error:
            self._fail(error)
        try:
            os.fsync(log)
        except OSError as error:
            self._fail(error)
        finally:
            os.close(log)

    def close(self) -> None:
        """Close the database; the next transaction opens it again."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None and self._pid == os.getpid():
                connection.close()

    def __del__(self) -> None:
        """Close the database of an object that was dropped."""
        connection: sqlite3.Connection | None = getattr(self, "_connection", None)
        if connection is not None and self._pid == os.getpid():
            connection.close()

    def _roll_back(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._pid == os.getpid():
            return self._connection
        try:
            if self.path.exists() and not self.path.is_file():
                raise JournalError(
                    f"{self.path} cannot be {self._format.name}: it is not a file. Name another path."
                )
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            connection = sqlite3.connect(
                self.path,
                timeout=_LONGEST_OPENING,
                isolation_level=None,
                check_same_thread=False,
            )
            connection.row_factory = sqlite3.Row
        except (OSError, sqlite3.Error) as error:
            self._fail(error)
        try:
            self._check(connection)
            _write_ahead(connection)
            connection.execute(f"PRAGMA synchronous = {self._format.synchronous}")
            self._migrate(connection)
            connection.execute(f"PRAGMA busy_timeout = {int(self._format.longest_wait * 1000)}")
        except sqlite3.Error as error:
            connection.close()
            self._fail(error)
        except BaseException:
            connection.close()
            raise
        self._connection, self._pid = connection, os.getpid()
        return connection

    def _check(self, connection: sqlite3.Connection) -> None:
        """Refuse a database of another format, or of a later version than this client knows."""
        connection.execute(
            "BEGIN"
        )  # what is read belongs together, while another process may be making the file
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("COMMIT")
        if application != self._format.application_id and (application or version or tables):
            raise JournalError(f"{self.path} is a database of another program. Name another path.")
        known = len(self._format.migrations)
        if version > known:
            raise JournalError(
                f"{self.path} was written by a newer version of this client (format {version}, this one knows "
                f"{known}). Install that version, or name another path."
            )

    def _migrate(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            for statement in self._format.migrations[version:]:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {self._format.application_id}")
            connection.execute(f"PRAGMA user_version = {len(self._format.migrations)}")
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _fail(self, error: Exception) -> NoReturn:
        what = str(error)
        advice = "Look at its permissions and the room on its disk"
        is_locked = "locked" in what
        if is_locked:
            advice = "Another program holds it; end that, or wait"
        elif isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            advice = f"It is damaged or not {self._format.name}: restore it from a copy, or name another path"
        text = f"{self.path} cannot be used as {self._format.name}: {what}. {advice}."
        raise JournalError(text, is_locked=is_locked) from None


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch a file to write-ahead logging. While another process does that, SQLite fails at once and never waits."""
    for left in reversed(range(_SWITCHES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not left or "locked" not in str(error):
                raise
            time.sleep(_BETWEEN_SWITCHES)
        else:
            return


_files: WeakSet[DatabaseFile] = WeakSet()
_forking = threading.local()


def _close_before_fork() -> None:
    """Close the files, and hold them until the process has forked, so that no other thread opens them."""
    _forking.held = []
    for file in list(_files):
        if file._lock.acquire(timeout=_LONGEST_WAIT_OF_A_FORK):
            _forking.held.append(file)
            file.close()


def _go_on_after_fork() -> None:
    for file in _forking.held:
        file._lock.release()


def _start_anew_in_child() -> None:
    for file in list(_files):
        file._lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_close_before_fork, after_in_parent=_go_on_after_fork, after_in_child=_start_anew_in_child
    )
