"""Reads and edits CHANGELOG.md, in the format of https://keepachangelog.com/en/1.1.0/."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

_HEADING = re.compile(r"^## \[?([^\]\s]+)\]?.*$", re.MULTILINE)


def entry(text: str, version: str) -> str | None:
    """Return the changelog's entry for a version, or None."""
    _, *parts = _HEADING.split(text)
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}.get(version)


def with_release(text: str, version: str, day: date, changes: Mapping[str, Sequence[str]]) -> str:
    """Return the changelog with an entry for a new version, which includes the entries under Unreleased.

    Args:
        text: The changelog; empty for a new one.
        version: The new version.
        day: Its date.
        changes: The lines by section (Added, Removed, ...).
    """
    text = text or "# Changelog\n\n## [Unreleased]\n"
    headings = list(_HEADING.finditer(text))
    positions = [heading.start() for heading in headings] + [len(text)]
    start = end = positions[0]
    for heading, following in zip(headings, positions[1:], strict=True):
        if heading[1].lower() == "unreleased":
            start, end = heading.end(), following
    body = text[start:end].strip("\n")
    for section, lines in changes.items():
        body = _with_lines(body, section, lines)
    before, after = text[:start].rstrip("\n"), text[end:].lstrip("\n")
    return f"{before}\n\n## [{version}] - {day.isoformat()}\n\n{body}\n" + (f"\n{after}" if after else "")


def _with_lines(body: str, section: str, lines: Sequence[str]) -> str:
    added = "\n".join(f"- {line}" for line in lines)
    heading = re.search(rf"^### {section}[ \t]*\n+", body, re.MULTILINE)
    if heading:
        return f"{body[: heading.end()]}{added}\n{body[heading.end() :]}"
    return f"{body}\n\n### {section}\n\n{added}".lstrip("\n")
