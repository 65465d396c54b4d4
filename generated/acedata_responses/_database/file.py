"""An SQLite database that only its owner can access, and that is written in transactions."""

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
from .owners import Identity, identity_of


class Format(NamedTuple):
    """The format of a database file.

    Attributes:
        name: The name of the format in messages, such as "a journal".
        application_id: SQLite's `application_id` of such files.
        migrations: The statements that lead from each version of the format to the next. SQLite's `user_version` is the
            version of a file.
        longest_wait: Seconds for which a transaction waits until other programs have finished theirs.
        synchronous: SQLite's setting of that name. `NORMAL` protects the file from corruption when the machine crashes;
            `OFF` is for data that is useless after a crash.
    """

    name: str
    application_id: int
    migrations: tuple[str, ...]
    longest_wait: float = 30.0
    synchronous: Literal["NORMAL", "OFF"] = "NORMAL"


_LONGEST_OPENING = 30.0  # seconds to open a file, while other processes may be opening it too
_SWITCHES, _BETWEEN_SWITCHES = (200, 0.01)  # attempts to switch to write-ahead logging, and the seconds between them
_LONGEST_WAIT_OF_A_FORK = 5.0  # seconds for the transactions of other threads to end


class DatabaseFile:
    """A database file.

    Threads take turns on one connection. It is closed before a fork and opened again by the next transaction: a child
    that inherits a connection, even an unused one, takes over the locks of its parent, which may then remove what the
    child writes (https://sqlite.org/howtocorrupt.html, section 2.6).

    SQLite does not notice if the file is deleted or replaced, and would write to a file that no other process can open.
    So each transaction checks that the path still leads to the file that was opened.
    """

    def __init__(self, path: Path, content: Format) -> None:
        self.path = path
        self._format = content
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._identity: Identity | None = None
        self._pid = 0
        _files.add(self)

    def open(self) -> None:
        """Open the file now instead of in the first transaction; create it if it does not exist.

        Raises:
            JournalError: The file cannot be opened, belongs to another program, is damaged, or was written by a newer
                version of this package.
        """
        with self._lock:
            self._open()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Generator[sqlite3.Connection, None, None]:
        """Run statements in one transaction: either all of them take effect, or none.

        Args:
            durable: Whether the data must survive a crash of the machine from now on. This waits for a write to the
                disk, without locking the file. In any case the data survives a crash of the process.

        Raises:
            JournalError: The file cannot be written, for example because the disk is full or another program has locked
                the file.
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
        """Write the committed data to the disk. SQLite's `synchronous = FULL` would keep the file locked meanwhile."""
        try:
            log = os.open(f"{self.path.resolve()}-wal", os.O_RDWR)
            try:
                os.fsync(log)
            finally:
                os.close(log)
        except FileNotFoundError:
            return  # all data is in the database file, where SQLite has synced it
        except OSError as error:
            self._fail(error)

    def close(self) -> None:
        """Close the database; the next transaction opens it again, or another file that is at its path by then."""
        with self._lock:
            self._disconnect()
            self._identity = None

    def _disconnect(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None and self._pid == os.getpid():
                connection.close()

    def __del__(self) -> None:
        """Close the database if `close` was not called."""
        connection: sqlite3.Connection | None = getattr(self, "_connection", None)
        if connection is not None and self._pid == os.getpid():
            connection.close()

    def _roll_back(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _open(self) -> sqlite3.Connection:
        if self._identity is not None:
            self._identity.check(self.path)
        if self._connection is not None and self._pid == os.getpid():
            return self._connection
        try:
            if self.path.exists() and not self.path.is_file():
                raise JournalError(f"{self.path} cannot be {self._format.name}: it is not a file. Name another path.")
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            connection = sqlite3.connect(
                self.path, timeout=_LONGEST_OPENING, isolation_level=None, check_same_thread=False
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
        self._connection, self._pid, self._identity = connection, os.getpid(), identity_of(self.path)
        return connection

    def _check(self, connection: sqlite3.Connection) -> None:
        """Refuse a database of another format, or of a newer version than this package supports."""
        # One transaction for all reads, as another process may be creating the file.
        connection.execute("BEGIN")
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
        problem = str(error)
        advice = "Check its permissions and the free space on its disk"
        is_locked = "locked" in problem
        if is_locked:
            advice = "Another program has locked it; end that program, or wait"
        elif isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            advice = f"It is damaged or not {self._format.name}: restore it from a backup, or name another path"
        text = f"{self.path} cannot be used as {self._format.name}: {problem}. {advice}."
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
    """Close the files, and hold their locks until the process has forked, so that no other thread opens them."""
    held: list[DatabaseFile] = []
    for file in list(_files):
        if file._lock.acquire(timeout=_LONGEST_WAIT_OF_A_FORK):
            held.append(file)
            file._disconnect()
    _forking.held = held


def _release_after_fork() -> None:
    for file in _forking.held:
        file._lock.release()


def _reset_in_child() -> None:
    for file in list(_files):
        file._lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_close_before_fork, after_in_parent=_release_after_fork, after_in_child=_reset_in_child)
