"""Runs the code blocks of a Markdown page in order, as a reader would who pastes them.

Blocks of Python share a namespace. Blocks of shell commands run in bash, in the same folder; there `make` is a dry run,
which fails if the target does not exist, and `pip` does nothing.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_REPLACEMENTS = f"""
make() {{ command make --dry-run --directory '{ROOT}' "$@" > /dev/null; }}
pip() {{ :; }}
python() {{ '{sys.executable}' "$@"; }}
"""


class Block(NamedTuple):
    """A block of code.

    Attributes:
        language: The word after the opening fence.
        line: The line of the page on which the code begins.
        code: The code.
    """

    language: str
    line: int
    code: str


def blocks_of(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page in order."""
    text = page.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        yield Block(match[1], text.count("\n", 0, match.start(2)) + 1, match[2])


def run(page: Path, *languages: str) -> None:
    """Run the blocks of a page in the current folder.

    Args:
        page: The page.
        languages: The languages of the blocks, by default `python` and `sh`; `py` is Python that needs Ray.

    Raises:
        Exception: A block of Python raised it; its traceback has the line of the page.
        AssertionError: A shell command failed.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks_of(page):
        if block.language not in (languages or ("python", "sh")):
            continue
        if block.language != "sh":
            exec(compile("\n" * (block.line - 1) + block.code, str(page), "exec", dont_inherit=True), names)
        else:
            command = ["bash", "-euo", "pipefail", "-c", _REPLACEMENTS + block.code]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, f"{page.name}:{block.line}: status {done.returncode}\n{done.stderr}"
