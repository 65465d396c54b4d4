"""Tells whether the process that wrote to a shared file is still alive, and whether the file is still at its path.

Each process locks one byte of a file beside the shared one. The operating system releases the lock when the process
ends, however it ends, so an unlocked byte belongs to a process that has ended.
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
from pathlib import Path
from typing import NamedTuple
from weakref import WeakValueDictionary

from ..errors import JournalError

_NUMBERS = 2**31 - 2
"""The highest position in a file that every platform can lock."""

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, number: int) -> bool:
        os.lseek(descriptor, number, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int, number: int) -> None:
        os.lseek(descriptor, number, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int, number: int) -> bool:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int, number: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, number)


class Identity(NamedTuple):
    """What distinguishes a file from every other one on this machine."""

    device: int
    inode: int

    def is_at(self, path: Path) -> bool:
        """Whether the file is at this path."""
        try:
            return identity_of(path) == self
        except OSError:
            return False

    def check(self, path: Path) -> None:
        """Raise an error unless the file is at this path.

        Raises:
            JournalError: It was deleted, or another one is in its place.
        """
        if not self.is_at(path):
            raise JournalError(
                f"{path} was deleted or replaced while it was in use. Nothing more is sent, since other "
                "programs would not see it in the file. Put the file back, or open it anew with a new Client, Journal "
                "or Limiter"
            )


def identity_of(file: Path | int) -> Identity:
    """Return the identity of the file at a path, or of an open one.

    Raises:
        OSError: There is none, or it cannot be accessed.
    """
    status = os.stat(file)  # noqa: PTH116 - it may be a descriptor
    return Identity(status.st_dev, status.st_ino)


class Owner:
    """This process, as one of those that write to a shared file.

    Attributes:
        path: The file with the locks.
        identity: Its identity. Once another file is at its path, other processes no longer see the locks.
        number: The number of the process in the file.
    """

    def __init__(self, path: Path) -> None:
        self._pid = os.getpid()
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self.path = path
        self.identity = identity_of(self._descriptor)
        self._using = threading.Lock()
        self.number = secrets.randbelow(_NUMBERS) + 1
        while not _lock(self._descriptor, self.number):
            self.number = secrets.randbelow(_NUMBERS) + 1

    def is_alive(self, number: int) -> bool:
        """Whether the process with this number is alive."""
        if number == self.number:
            return True
        with self._using:
            if _lock(self._descriptor, number):
                _unlock(self._descriptor, number)
                return False
            return True

    def __del__(self) -> None:
        """Release the lock.

        A forked child leaves the descriptor of its parent open: closing it would release the lock of the child itself.
        """
        if hasattr(self, "_descriptor") and self._pid == os.getpid():
            os.close(self._descriptor)


_making = threading.Lock()
_owners: WeakValueDictionary[tuple[int, Path], Owner] = WeakValueDictionary()


def current_owner(shared: Path) -> Owner:
    """Return the owner for this process and a shared path. A forked process has another owner than its parent.

    All objects of a process that share a path get the same owner, as closing one descriptor of a file would release all
    locks of the process on that file (POSIX, `fcntl`).
    """
    path = Path(f"{shared.resolve()}-owners")
    with _making:
        owner = _owners.get((os.getpid(), path))
        if owner is None or not owner.identity.is_at(path):
            owner = _owners[os.getpid(), path] = Owner(path)
        return owner
