"""Versions by semantic versioning, and which one a change asks for.

From 1.0.0 on a breaking change asks for the next major version, an addition for the next minor one and any other change
for the next patch. Before that, by the usual reading of semver.org's rule 4, breaking changes raise the minor version
and all others the patch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Impact(IntEnum):
    """How much a change matters to users of the client."""

    NONE = 0
    FIX = 1
    ADDITION = 2
    BREAKING = 3


@dataclass(frozen=True)
class Finding:
    """Something that changed, in the document or in the package."""

    impact: Impact
    where: str
    what: str


class Version(NamedTuple):
    """A released version."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """The version that a text such as `0.1.0` names.

        Raises:
            ValueError: It is not of that form.
        """
        match = re.fullmatch(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", text)
        if not match:
            raise ValueError(f"`{text}` is no version of the form 1.2.3")
        return cls(*(int(number) for number in match.groups()))

    def after(self, impact: Impact) -> Version:
        """The version that follows when a change of this impact is released."""
        if impact is Impact.NONE:
            return self
        steps = {Impact.BREAKING: 0, Impact.ADDITION: 1, Impact.FIX: 2}
        step = steps[impact] if self.major else min(steps[impact] + 1, 2)
        numbers = [*self[:step], self[step] + 1, 0, 0]
        return Version(*numbers[:3])

    def is_newer_minor_than(self, other: Version) -> bool:
        """Whether the major or minor version has been raised since the other."""
        return self[:2] > other[:2]

    def __str__(self) -> str:
        return ".".join(str(number) for number in self)
