"""Plans a change of the model list: the objections to it, and the new texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from semver import Version

from scripts.openapi.document import below
from scripts.reference.differences import LABELS, Difference, as_text
from scripts.reference.facts import Facts, UnreadableError
from scripts.reference.our_document import PAGE, VALUE_SOURCES, OurDocument
from scripts.reference.reading import MODEL

from . import changelog, versions
from .versions import Impact
from .yaml_edit import Editor

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
        forgotten: The withdrawn names that were known as deprecated and no longer are.
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

    def __bool__(self) -> bool:
        return self.before != self.after

    def describe(self) -> str:
        """Return a description of the change."""
        entries = {
            "added": ", ".join(self.added),
            "removed": ", ".join(self.removed),
            "moved": ", ".join(self.moved),
            "no longer known": ", ".join(self.forgotten),
            "breaking": "yes" if self.removed else "no",
            "version": f"{self.before} -> {self.after}",
        }
        return "\n".join(f"{what + ':':<17}{value}" for what, value in entries.items() if value)


def plan(document: OurDocument, log: str, page: Facts, day: date) -> Change:
    """Return the change that updates the list to that of a source.

    Raises:
        RefusedError: The format of the document does not allow the edit, or it has no version.
    """
    old = _ModelList(document)
    names, sources = old.updated(page)
    added = tuple(name for name in names if name not in old.names)
    removed = tuple(name for name in old.names if name not in names)
    moved = _moved([name for name in old.names if name in names], [name for name in names if name in old.names])
    try:
        before = versions.parse(str(document.complete.data["info"]["version"]))
    except (KeyError, ValueError) as error:
        raise RefusedError(f"openapi.yaml: info.version: {error}") from None
    if not (added or removed or moved or sources != old.sources):
        return Change((), (), (), (), before, before, names, document.text, log)
    after = versions.after(before, Impact.BREAKING if removed else Impact.ADDITION if added else Impact.FIX)
    kept = {name: note for name, note in old.removed.items() if name not in names}
    forgotten = tuple(name for name, note in kept.items() if _is_over(note, after))
    known = {name: note for name, note in kept.items() if name not in forgotten}
    withdrawn = {**known, **{name: {"since": str(after)} for name in removed}}
    text = old.edited(names, sources, withdrawn, str(after))
    entry = changelog.with_release(log, str(after), day, _log_lines(added, removed, moved, forgotten))
    return Change(added, removed, moved, forgotten, before, after, names, text, entry)


def _moved(old: list[str], new: list[str]) -> tuple[str, ...]:
    """Return a minimal set of names that changed their positions."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    stayed = {old[i] for block in blocks for i in range(block.a, block.a + block.size)}
    return tuple(name for name in new if name not in stayed)


def _is_over(note: Mapping[str, Any], version: Version) -> bool:
    """Whether a withdrawn name is no longer kept: it was withdrawn in an earlier minor version."""
    since = versions.parse(str(note.get("since")))
    return (version.major, version.minor) > (since.major, since.minor)


def _log_lines(
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


# ---- Objections --------------------------------------------------------------------------------------------------


def objections(
    document: OurDocument,
    page: Facts,
    differences: Sequence[Difference],
    *,
    allow_removals: bool = False,
    models_only: bool = False,
) -> list[str]:
    """Return the objections to a list, each with what to do."""
    title = document.from_page().title
    if page.is_complete and page.title != title:
        return [f"this is the page of {page.title}, not of {title}. Take that operation's page."]
    field = page.fields.get(MODEL)
    if field is None or not field.enum:
        return ["there is no list of model names. Save the complete page again."]
    reasons = list(_about_names(field.enum))
    if not reasons and not allow_removals:
        reasons += _about_removals(_ModelList(document), page)
    other_differences = [row for row in differences if (row.field, row.property) != (MODEL, LABELS["enum"])]
    if other_differences and not models_only:
        reasons.append(
            "the page differs from openapi.yaml in more than the model names:\n\n"
            f"{as_text(other_differences)}\n\nEdit openapi.yaml first, or take over the names alone with MODELS_ONLY=1."
        )
    return reasons


def _about_names(names: Sequence[Any]) -> Iterable[str]:
    save_again = "Look at the page; save it again if it was saved badly."
    if invalid := [name for name in names if not isinstance(name, str) or not GOOD_NAME.fullmatch(name)]:
        yield f"names with unexpected characters: {_shown(invalid)}. {save_again}"
    if duplicates := list(dict.fromkeys(name for i, name in enumerate(names) if name in names[:i])):
        yield f"names that appear twice: {_shown(duplicates)}. {save_again}"
    alike: dict[str, list[Any]] = {}
    for name in dict.fromkeys(names):
        alike.setdefault(re.sub(r"[^a-z0-9]+", "_", str(name).lower()), []).append(name)
    if collisions := [group for group in alike.values() if len(group) > 1]:
        shown = "; ".join(_shown(group) for group in collisions)
        yield f"names that would be the same in Python: {shown}. Ask the vendor which is right."


def _about_removals(old: _ModelList, page: Facts) -> Iterable[str]:
    names, _ = old.updated(page)
    missing = [name for name in old.names if name not in names]
    if len(missing) * 5 > len(old.names):
        yield (
            f"the list lost more than a fifth of its names ({len(missing)} of {len(old.names)}): it looks cut off. "
            "Save the page again; if the vendor did withdraw them all, set ALLOW_REMOVALS=1."
        )
    elif missing:
        yield f"names that are missing: {_shown(missing)}. If the vendor withdrew them, set ALLOW_REMOVALS=1."


def _shown(names: Sequence[Any]) -> str:
    shown = ", ".join(repr(name) for name in names[:10])
    return shown + (f" and {len(names) - 10} more" if len(names) > 10 else "")


# ---- The list in openapi.yaml ------------------------------------------------------------------------------------


class _ModelList:
    """The list in openapi.yaml: the schema with the enum, and the component around it.

    Attributes:
        names: The names, in order.
        sources: The sources of names that are not from the page.
        removed: The withdrawn names that are still known, with the version since which they are withdrawn.
    """

    def __init__(self, document: OurDocument) -> None:
        self._document = document
        self._enum, self._component = _find(document)
        schema, component = (document.complete.node(pointer) for pointer in (self._enum, self._component))
        sources = schema.get(VALUE_SOURCES, {})
        self.names: list[str] = list(schema["enum"])
        self.sources: dict[str, str] = {name: source for name, source in sources.items() if source != PAGE}
        self.removed: dict[str, Any] = dict(component.get(REMOVED, {}))

    def updated(self, page: Facts) -> tuple[tuple[str, ...], dict[str, str]]:
        """Return the new list, and the sources of names that are not on the page.

        The names of the page come first, in its order, followed by those that only the service lists. The list of the
        service has no order, so its new names go to the end.
        """
        listed = page.fields[MODEL].enum
        if page.is_complete:
            others = [name for name in self.names if name in self.sources and name not in listed]
            return (*listed, *others), {name: self.sources[name] for name in others}
        new = [name for name in listed if name not in self.names]
        names = (*(name for name in self.names if name in listed), *new)
        sources = {**self.sources, **dict.fromkeys(new, SERVICE)}
        return names, {name: sources[name] for name in names if name in sources}

    def edited(self, names: Sequence[str], sources: Mapping[str, str], removed: Mapping[str, Any], version: str) -> str:
        """Return the text of the document with another list.

        Raises:
            RefusedError: The format of the document does not allow the edit.
        """
        component = self._document.complete.node(self._component)
        above = next(key for key in component if key in ("anyOf", "oneOf", "type", "enum"))
        editor = Editor(self._document.complete, self._document.text)
        editor.set_items(below(self._enum, "enum"), names)
        editor.set_entries(self._enum, VALUE_SOURCES, sources, above="enum")
        editor.set_entries(self._component, REMOVED, removed, above=above)
        editor.set_text("/info/version", version)
        text = editor.text()
        expected = (list(names), dict(sources), dict(removed), version)
        try:
            document = OurDocument(text)
            new = _ModelList(document)
            actual = (new.names, new.sources, new.removed, document.complete.data["info"]["version"])
        except (UnreadableError, RefusedError):
            actual = None
        if actual != expected:
            location = self._document.complete.place(self._enum)
            raise RefusedError(f"{location}: the list cannot be edited. Write one entry per line, then run again.")
        return text


def _find(document: OurDocument) -> tuple[str, str]:
    """Return the pointers of the schema with the enum, and of its component."""
    complete, selection = document.complete, document.selection
    try:
        content = below("/paths", selection.paths[0], selection.method.lower(), "requestBody", "content")
        body, _ = complete.resolve(below(content, next(iter(complete.node(content))), "schema"))
        component, schema = complete.resolve(below(body, "properties", MODEL.partition(".")[2]))
        schemas = {component: schema}
        schemas |= {
            below(component, word, i): node
            for word in ("anyOf", "oneOf")
            for i, node in enumerate(schema.get(word, []))
        }
        return next(pointer for pointer, node in schemas.items() if "enum" in node), component
    except (KeyError, TypeError, StopIteration):
        raise RefusedError("openapi.yaml has no list of model names where its operation has `model`") from None
