"""Semantic versions, and the version that a change requires.

From 1.0.0 on, a breaking change requires a new major version, an addition a new minor version, and other changes a new
patch version. Before that, by the usual interpretation of rule 4 of semver.org, breaking changes require a new minor
version and all others a new patch version.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from semver import Version


class Impact(IntEnum):
    """The impact of a change on users of the client."""

    NONE = 0
    FIX = 1
    ADDITION = 2
    BREAKING = 3


@dataclass(frozen=True)
class Finding:
    """A change in the document or in the package."""

    impact: Impact
    where: str
    what: str


def parse(text: str) -> Version:
    """Parse a version such as `0.1.0`.

    Raises:
        ValueError: The text is not a version.
    """
    if not Version.is_valid(text) or (version := Version.parse(text)).prerelease or version.build:
        raise ValueError(f"`{text}` is not a version of the form 1.2.3")
    return version


def after(version: Version, impact: Impact) -> Version:
    """Return the next version after a change of this impact."""
    if impact is Impact.NONE:
        return version
    if impact is Impact.BREAKING:
        return version.bump_major() if version.major else version.bump_minor()
    if impact is Impact.ADDITION and version.major:
        return version.bump_minor()
    return version.bump_patch()
