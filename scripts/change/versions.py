"""Versions by semantic versioning, and which one a change asks for.

From 1.0.0 on a breaking change asks for the next major version, an addition for the next minor one and any other change
for the next patch. Before that, by the usual reading of semver.org's rule 4, breaking changes raise the minor version
and all others the patch.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from semver import Version


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


def parse(text: str) -> Version:
    """The version that a text such as `0.1.0` names.

    Raises:
        ValueError: It is not of that form.
    """
    if not Version.is_valid(text) or (version := Version.parse(text)).prerelease or version.build:
        raise ValueError(f"`{text}` is no version of the form 1.2.3")
    return version


def after(version: Version, impact: Impact) -> Version:
    """The version that follows when a change of this impact is released."""
    if impact is Impact.NONE:
        return version
    if impact is Impact.BREAKING:
        return version.bump_major() if version.major else version.bump_minor()
    if impact is Impact.ADDITION and version.major:
        return version.bump_minor()
    return version.bump_patch()
