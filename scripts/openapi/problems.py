"""What keeps a client from being generated."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """Something that keeps a document from being turned into a client.

    Attributes:
        line: The line of the document, from 1.
        text: The place, what was found there and what to do.
    """

    line: int
    text: str


class DocumentError(Exception):
    """The inputs cannot be turned into a client.

    Attributes:
        problems: Each with its place.
    """

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = [Problem(0, problem) if isinstance(problem, str) else problem for problem in problems]
        texts = list(dict.fromkeys(problem.text for problem in sorted(self.problems)))
        super().__init__(texts[0] if len(texts) == 1 else "\n  ".join([f"{len(texts)} problems:", *texts]))
