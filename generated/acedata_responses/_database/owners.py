"""Whether the process that wrote something into a shared file is still alive.

Each process holds a lock on one byte of a file beside the shared one. The operating system drops the lock when the
process ends, however it ends, so a byte that nobody has locked belongs to a process that is gone.
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
from pathlib import Path
from weakref import WeakValueDictionary

_NUMBERS = 2**31 - 2
"""How many processes can be told apart; a position in a file that every platform can lock."""

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


class Owner:
    """This process, as one that writes to a shared file.

    Attributes:
        number: What the file knows it by.
    """

    def __init__(self, path: Path) -> None:
        self._pid = os.getpid()
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._using = threading.Lock()
        self.number = secrets.randbelow(_NUMBERS) + 1
        while not _lock(self._descriptor, self.number):
            self.number = secrets.randbelow(_NUMBERS) + 1

    def is_alive(self, number: int) -> bool:
        """Whether the process of a number is alive; this one is."""
        if number == self.number:
            return True
        with self._using:
            if _lock(self._descriptor, number):
                _unlock(self._descriptor, number)
                return False
            return True

    def __del__(self) -> None:
        """Drop the lock: this process no longer works with the file.

        A forked child leaves the descriptor of its parent open: closing it would drop the lock of the child itself.
        """
        if hasattr(self, "_descriptor") and self._pid == os.getpid():
            os.close(self._descriptor)


_making = threading.Lock()
_owners: WeakValueDictionary[tuple[int, Path], Owner] = WeakValueDictionary()


def current_owner(shared: Path) -> Owner:
    """Return this process as an owner in what is shared at a path; a forked child is another one than its parent.

    It is the same for all objects that share that path: closing one descriptor of a file drops every lock that the
    process holds on it (POSIX, `fcntl`).
    """
    path = Path(f"{shared.resolve()}-owners")
    with _making:
        owner = _owners.get((os.getpid(), path))
        if owner is None:
            owner = _owners[os.getpid(), path] = Owner(path)
        return owner
