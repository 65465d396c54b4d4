"""Plans a change of the model list: the objections to it, and the new texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from ruamel.yaml.comments import CommentedMap
from semver import Version

from scripts.openapi.document import below
from scripts.reference.differences import LABELS, Difference
from scripts.reference.facts import Facts
from scripts.reference.model_list import AT
from scripts.reference.ours import PAGE, VALUE_SOURCES, OurDocument
from scripts.reference.tables import as_text

from . import changelog, versions, yaml_edit
from .versions import Impact
from .yaml_edit import EditError

REMOVED = "x-removed"
SERVICE = "guide"
"""The source of a name that only the service lists."""

GOOD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}", re.ASCII)


class RefusedError(Exception):
    """The change is refused. The message says why, and what to do."""


@dataclass(frozen=True)
class Change:
    """A change of the model list.

    Attributes:
        before, after: The old and the new version.
        names: The complete new list.
        document, changelog: The new texts.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[str, ...]
    forgotten: tuple[str, ...]
    before: Version
    after: Version
    names: tuple[str, ...]
    document: str
    changelog: str

    @property
    def is_breaking(self) -> bool:
        """Whether the change is breaking for users."""
        return bool(self.removed)

    def __bool__(self) -> bool:
        return self.before != self.after

    def describe(self) -> str:
        """Return a description of the change."""
        parts = (
            ("added", self.added),
            ("removed", self.removed),
            ("moved", self.moved),
            ("no longer known", self.forgotten),
        )
        lines = [f"{what + ':':<17}{', '.join(names)}" for what, names in parts if names]
        lines.append(f"{'breaking:':<17}{'yes' if self.is_breaking else 'no'}")
        lines.append(f"{'version:':<17}{self.before} -> {self.after}")
        return "\n".join(lines)


def plan(document: OurDocument, log: str, page: Facts, day: date) -> Change:
    """Return the change that updates the list to that of a source.

    Raises:
        RefusedError: The format of the document does not allow the edit, or it has no version.
    """
    holder = _Holder(document)
    old = holder.names
    listed = page.fields[AT].enum
    names, sources = _merged(holder, listed, is_page=page.whole)
    added = tuple(name for name in names if name not in old)
    removed = tuple(name for name in old if name not in names)
    moved = _moved([name for name in old if name in names], [name for name in names if name in old])
    try:
        before = versions.parse(str(document.whole.data["info"]["version"]))
    except (KeyError, ValueError) as error:
        raise RefusedError(f"openapi.yaml: info.version: {error}") from None
    if not (added or removed or moved or sources != holder.sources):
        return Change((), (), (), (), before, before, names, document.text, log)
    impact = Impact.BREAKING if removed else Impact.ADDITION if added else Impact.FIX
    after = versions.after(before, impact)
    known, forgotten = _still_known(holder.removed, removed, names, after)
    text = holder.edited(names, sources, known, str(after))
    entry = changelog.with_release(log, str(after), day, _lines(added, removed, moved, forgotten))
    return Change(added, removed, moved, forgotten, before, after, names, text, entry)


def objections(
    document: OurDocument,
    page: Facts,
    differences: Sequence[Difference],
    *,
    allow_removals: bool = False,
    models_only: bool = False,
) -> list[str]:
    """Return the objections to a list, each with what to do."""
    if page.whole and (page.operation.get("method"), page.operation.get("path")) != _title(document):
        return [f"this is the page of {page.title}, not of {' '.join(_title(document))}. Take that operation's page."]
    field = page.fields.get(AT)
    if field is None or not field.enum:
        return ["there is not a list of model names. Save the whole page again."]
    found = list(_about_names(field.enum))
    if not found:
        holder = _Holder(document)
        found += _about_removals(holder, field.enum, is_page=page.whole, allowed=allow_removals)
    others = [one for one in differences if (one.field, one.property) != (AT, LABELS["enum"])]
    if others and not models_only:
        table = as_text(others)
        found.append(
            "the page differs from openapi.yaml in more than the model names:\n\n"
            f"{table}\n\nEdit openapi.yaml first, or take over the names alone with MODELS_ONLY=1."
        )
    return found


def _title(document: OurDocument) -> tuple[str, str]:
    return document.wanted.method, document.wanted.paths[0]


def _about_names(names: Sequence[Any]) -> Iterable[str]:
    odd = [name for name in names if not isinstance(name, str) or not GOOD_NAME.fullmatch(name)]
    if odd:
        yield f"names with odd characters: {_shown(odd)}. Look at the page; save it again if it was saved badly."
    twice = list(dict.fromkeys(name for i, name in enumerate(names) if name in names[:i]))
    if twice:
        yield f"names that appear twice: {_shown(twice)}. Look at the page; save it again if it was saved badly."
    alike: dict[str, list[Any]] = {}
    for name in dict.fromkeys(names):
        alike.setdefault(re.sub(r"[^a-z0-9]+", "_", str(name).lower()), []).append(name)
    if collisions := [group for group in alike.values() if len(group) > 1]:
        shown = "; ".join(_shown(group) for group in collisions)
        yield f"names that would be one in Python: {shown}. Ask the vendor which is right."


def _about_removals(holder: _Holder, listed: Sequence[str], *, is_page: bool, allowed: bool) -> Iterable[str]:
    names, _ = _merged(holder, listed, is_page=is_page)
    gone = [name for name in holder.names if name not in names]
    if not gone or allowed:
        return
    if len(gone) * 5 > len(holder.names):
        yield (
            f"the list lost more than a fifth of its names ({len(gone)} of {len(holder.names)}): it looks cut off. "
            "Save the page again; if the vendor did withdraw them all, set ALLOW_REMOVALS=1."
        )
    else:
        yield f"names that are gone: {_shown(gone)}. If the vendor withdrew them, set ALLOW_REMOVALS=1."


def _shown(names: Sequence[Any]) -> str:
    shown = ", ".join(repr(name) for name in names[:10])
    return shown + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _merged(holder: _Holder, listed: Sequence[str], *, is_page: bool) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the new list, and the sources of names that are not on the page.

    The names of the page come first, in its order, followed by those that only the service lists. The list of the
    service has no order, so its new names go to the end.
    """
    if is_page:
        others = [name for name in holder.names if name in holder.sources and name not in listed]
        return (*listed, *others), {name: holder.sources[name] for name in others}
    new = [name for name in listed if name not in holder.names]
    names = (*(name for name in holder.names if name in listed), *new)
    sources = {name: holder.sources.get(name, SERVICE) for name in names if name in holder.sources or name in new}
    return names, sources


def _moved(old: list[str], new: list[str]) -> tuple[str, ...]:
    """Return a minimal set of names that changed their positions."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    stayed = {old[i] for block in blocks for i in range(block.a, block.a + block.size)}
    return tuple(name for name in new if name not in stayed)


def _still_known(
    before: Mapping[str, Any], removed: Sequence[str], names: Sequence[str], version: Version
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the withdrawn names to keep, and those to drop because the minor version changed."""
    kept = {name: note for name, note in before.items() if name not in names}
    minor = (version.major, version.minor)
    since = {name: versions.parse(str(note.get("since"))) for name, note in kept.items()}
    over = {name for name, first in since.items() if minor > (first.major, first.minor)}
    known = {name: note for name, note in kept.items() if name not in over}
    return {**known, **{name: {"since": str(version)} for name in removed}}, tuple(
        name for name in kept if name in over
    )


def _lines(
    added: Sequence[str], removed: Sequence[str], moved: Sequence[str], forgotten: Sequence[str]
) -> dict[str, list[str]]:
    """Return the lines for the changelog."""
    lines: dict[str, list[str]] = {}
    if added:
        lines["Added"] = [f"Model names: {_code(added)}."]
    if moved or not (added or removed):
        lines["Changed"] = ["The model names are in the order of the vendor's page."]
    if removed:
        note = "The client knows them as deprecated until the next minor version."
        lines["Removed"] = [f"**Breaking:** model names that the vendor withdrew: {_code(removed)}. {note}"]
    if forgotten:
        line = f"Model names that were withdrawn before are no longer known: {_code(forgotten)}."
        lines.setdefault("Removed", []).append(line)
    return lines


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


class _Holder:
    """The place of the list in openapi.yaml: the schema with the enum, and the component around it."""

    def __init__(self, document: OurDocument) -> None:
        self.document = document
        self.pointer, self.component = _find(document)
        enum = document.whole.node(self.pointer)
        self.names: list[str] = list(enum["enum"])
        self.sources: dict[str, str] = {
            name: source for name, source in enum.get(VALUE_SOURCES, {}).items() if source != PAGE
        }
        self.removed: dict[str, Any] = dict(document.whole.node(self.component).get(REMOVED, {}))

    def edited(self, names: Sequence[str], sources: Mapping[str, str], removed: Mapping[str, Any], version: str) -> str:
        """Return the text of the document with another list.

        Raises:
            RefusedError: The format of the document does not allow the edit.
        """

        def change(tree: CommentedMap) -> None:
            edited = replace(self.document.whole, data=tree)
            schema, component = edited.node(self.pointer), edited.node(self.component)
            above = next(key for key in component if key in ("anyOf", "oneOf", "type", "enum"))
            yaml_edit.set_items(schema["enum"], names)
            yaml_edit.set_entries(schema, VALUE_SOURCES, sources, above="enum")
            yaml_edit.set_entries(component, REMOVED, removed, above=above)
            yaml_edit.set_text(tree["info"], "version", version)

        try:
            return yaml_edit.edited(self.document.text, change)
        except EditError as error:
            raise RefusedError(str(error)) from None


def _find(document: OurDocument) -> tuple[str, str]:
    """Return the pointers of the schema with the enum, and of its component."""
    whole, (method, path) = document.whole, _title(document)
    try:
        content = below("/paths", path, method.lower(), "requestBody", "content")
        body, _ = whole.resolve(below(content, next(iter(whole.node(content))), "schema"))
        component, schema = whole.resolve(below(body, "properties", AT.partition(".")[2]))
        if "enum" in schema:
            return component, component
        for word in ("anyOf", "oneOf"):
            for i, one in enumerate(schema.get(word, [])):
                if "enum" in one:
                    return below(component, word, i), component
    except (KeyError, TypeError, StopIteration):
        pass
    raise RefusedError("openapi.yaml has no list of model names where its operation has `model`")
