"""The journal's file: an SQLite database that is created for its owner alone and written in whole transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from ..errors import JournalError

_APPLICATION_ID = 0x41434A31
"""What marks the file as a journal (SQLite's `application_id`)."""

_LONGEST_WAIT = 30.0  # seconds for other programs to finish writing

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
"""What makes each version of the file from the one before; the file says which it is in (`user_version`)."""


class JournalFile:
    """The database, open in this process.

    Threads share one connection, one at a time. A forked child opens its own: SQLite's must not cross a fork.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        with self._lock:
            self._open()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Generator[sqlite3.Connection, None, None]:
        """Write in one transaction: all of it is in the file afterwards, or nothing.

        Args:
            durable: Whether it must outlive a failure of the machine too, not only of the process. That takes the time
                of a write to the disk.

        Raises:
            JournalError: The file cannot be written: the disk is full, say, or another program holds it.
        """
        with self._lock:
            try:
                connection = self._open()
                connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
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

    def close(self) -> None:
        """Close the database; the next transaction opens it again."""
        with self._lock:
            connection, self._connection = self._connection, None
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
                raise JournalError(f"{self.path} cannot be a journal: it is not a file. Name another path.")
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            connection = sqlite3.connect(
                self.path, timeout=_LONGEST_WAIT, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
        except (OSError, sqlite3.Error) as error:
            self._fail(error)
        try:
            self._check(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            self._migrate(connection)
        except sqlite3.Error as error:
            connection.close()
            self._fail(error)
        except BaseException:
            connection.close()
            raise
        self._connection, self._pid = connection, os.getpid()
        return connection

    def _check(self, connection: sqlite3.Connection) -> None:
        """Refuse a database that is not a journal, or of a later version than this client knows."""
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != _APPLICATION_ID and (application or version or tables):
            raise JournalError(f"{self.path} is a database of another program. Name another path.")
        if version > len(_MIGRATIONS):
            raise JournalError(
                f"{self.path} was written by a newer version of this client (format {version}, this one knows "
                f"{len(_MIGRATIONS)}). Install that version, or name another path."
            )

    def _migrate(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            for statement in _MIGRATIONS[version:]:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _fail(self, error: Exception) -> NoReturn:
        what = str(error)
        advice = "Look at its permissions and the room on its disk"
        if "locked" in what:
            advice = "Another program holds it; end that, or wait"
        elif isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            advice = "It is damaged or no journal: restore it from a copy, or name another path"
        raise JournalError(f"the journal {self.path} cannot be used: {what}. {advice}.") from None
