"""Tells whether a path still leads to the file that was opened there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from ..errors import JournalError


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
