"""Finds changes of the facts in extensions (`x-...`), and of the known values of open enums and unions.

These facts determine which exceptions are raised, what is retried, what is billed, and the rate limits. Redocly's
`diff` does not know their meaning, so each extension has a rule here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from scripts.openapi.document import Document, below
from scripts.openapi.extensions import FORMS

from .versions import Finding, Impact

NONE, FIX, ADDITION, BREAKING = Impact.NONE, Impact.FIX, Impact.ADDITION, Impact.BREAKING

KINDS = "x-error-kinds"
VARIABLES = "x-environment"
KNOWN_VALUES = "anyOf"
"""Where an open enum has its known values."""

KNOWN_KINDS = "discriminator"
"""Where a union has its known kinds. A client keeps other kinds unchanged."""


class Rule(NamedTuple):
    """The impact on users when an entry of an extension is added, removed or changed."""

    added: Impact
    removed: Impact
    changed: Impact


NOTE = Rule(NONE, NONE, NONE)
BEHAVIOUR = Rule(FIX, FIX, FIX)
OFFER = Rule(ADDITION, BREAKING, BREAKING)
MEANING = Rule(BREAKING, BREAKING, BREAKING)

RULES: Mapping[str, Rule] = {
    extension: rule
    for rule, extensions in {
        NOTE: "x-example-events x-example-lists x-source x-specification x-value-sources",
        BEHAVIOUR: "x-alias-paths x-limits x-removed x-retry x-telemetry x-unfinished-when",
        OFFER: "x-aliases x-assembles x-billing x-data x-event x-log-environment x-stream x-summary x-text",
        MEANING: "x-conversation x-error-body x-failed-when x-python-name x-reply x-safe",
    }.items()
    for extension in extensions.split()
}
"""The rules for extensions, except error kinds and environment variables, whose entries depend on each other. Changes
of extensions without a rule count as breaking."""

_KIND_RULES: Mapping[str, Rule] = {"resend": MEANING, "slow-down": BEHAVIOUR, "every-request": MEANING}
"""The rules for the entries of an error kind that do not determine which errors belong to it."""


def find(old: Document, new: Document) -> Iterator[Finding]:
    """Return all relevant changes in the schemas that both documents have. New schemas are covered as a whole.

    Raises:
        DocumentError: The error kinds of a document are malformed.
    """
    before, after = _extensions(old), _extensions(new)
    places_before, places_after = (dict(document.objects()) for document in (old, new))
    for place, word in sorted(before.keys() | after.keys()):
        if place in places_before and place in places_after:
            values = before.get((place, word)), after.get((place, word))
            yield from (one for one in _changes(place, word, *values) if one.impact is not NONE)


def _extensions(document: Document) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for pointer, node in document.objects():
        if KINDS in node:
            _check_kinds(document, pointer, node[KINDS])
        for word, values in ((KNOWN_VALUES, known_values(node)), (KNOWN_KINDS, known_kinds(node))):
            if values:
                found[pointer, word] = values
        if "/x-" not in pointer:
            found.update({(pointer, word): one for word, one in node.items() if word.startswith("x-")})
    return found


def known_values(schema: Mapping[str, Any]) -> list[str]:
    """Return the known values of an open enum (an `anyOf` of a string enum and a string); empty for other schemas."""
    members = schema.get("anyOf", [])
    are_strings = len(members) == 2 and all(member.get("type") == "string" for member in members)
    return list(members[0].get("enum", [])) if are_strings and "enum" not in members[1] else []


def known_kinds(schema: Mapping[str, Any]) -> list[str]:
    """Return the known kinds of a union: the values of its discriminator; empty for other schemas."""
    return list(schema.get("discriminator", {}).get("mapping", {}))


def _changes(place: str, word: str, old: Any, new: Any) -> Iterator[Finding]:
    at = below(place, word)
    if word == KINDS:
        yield from _kinds(at, old or {}, new or {})
    elif word == VARIABLES:
        yield from _variables(at, old or [], new or [])
    elif word in (KNOWN_VALUES, KNOWN_KINDS):
        yield from _set(at, old or [], new or [])
    else:
        yield from _entries(at, RULES.get(word, MEANING), old, new)


def _entries(at: str, rule: Rule, old: Any, new: Any) -> Iterator[Finding]:
    before, after = dict(_leaves(at, old)), dict(_leaves(at, new))
    for entry in dict.fromkeys((*before, *after)):
        if entry not in after:
            yield Finding(rule.removed, entry, f"removed (was {before[entry]})")
        elif entry not in before:
            yield Finding(rule.added, entry, f"added: {after[entry]}")
        elif json.dumps(before[entry]) != json.dumps(after[entry]):
            yield Finding(rule.changed, entry, f"changed from {before[entry]} to {after[entry]}")


def _leaves(at: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            if key != "x-source":
                yield from _leaves(below(at, key), one)
    elif value is not None:
        yield at, value


def _set(at: str, old: list[str], new: list[str]) -> Iterator[Finding]:
    for name in old:
        if name not in new:
            yield Finding(BREAKING, at, f"removed {name}")
    for name in new:
        if name not in old:
            yield Finding(ADDITION, at, f"added {name}")


def _variables(at: str, old: list[str], new: list[str]) -> Iterator[Finding]:
    """Return the changes of environment variables. The first one that is set is used, so their order matters."""
    yield from _set(at, old, new)
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield Finding(BREAKING, at, "another order")


# ---- Error kinds -------------------------------------------------------------------------------------------------

Kinds = Mapping[str, Mapping[str, Any]]


def _check_kinds(document: Document, pointer: str, kinds: Any) -> None:
    """Refuse what cannot be compared. Words that only another version of the form has are ignored."""
    try:
        FORMS[KINDS].validate_python(kinds, extra="ignore")
    except ValidationError as error:
        first = error.errors()[0]
        at = below(pointer, KINDS, *first["loc"])
        raise document.error(at, first["msg"], "Correct it.") from None


def _kinds(at: str, old: Kinds, new: Kinds) -> Iterator[Finding]:
    for name in dict.fromkeys((*old, *new)):
        place = below(at, name)
        if name not in new:
            yield Finding(BREAKING, place, "removed")
        elif name not in old:
            yield Finding(ADDITION, place, "added")
        else:
            for word, rule in _KIND_RULES.items():
                yield from _entries(below(place, word), rule, *(bool(kinds[name].get(word)) for kinds in (old, new)))
            yield from _entries(
                below(place, "codes"), MEANING, *(_of_every_request(kinds[name]) for kinds in (old, new))
            )
            yield from _caught(place, _with_parents(old, name)[1:], _with_parents(new, name)[1:], "parent")
    for code, status in _errors(old, new):
        was, now = _class(old, code, status), _class(new, code, status)
        if was[:1] != now[:1]:
            yield from _caught(at, was, now, f"the error {code or status}")


def _of_every_request(kind: Mapping[str, Any]) -> dict[str, bool]:
    """Return the codes that have an `every-request` of their own."""
    return {code: True for code, described in kind.get("codes", {}).items() if described.get("every-request")}


def _caught(at: str, old: list[str], new: list[str], what: str) -> Iterator[Finding]:
    """Report another class for an error. It is compatible only if the new class is a subclass of the old one."""
    if old != new:
        was, now = (names[0] if names else "APIStatusError" for names in (old, new))
        yield Finding(ADDITION if set(old) <= set(new) else BREAKING, at, f"{what} is {now}, was {was}")


def _errors(*documents: Kinds) -> Iterator[tuple[str, str]]:
    """Return every code with each of its documented statuses, and every status without a known code."""
    found: dict[tuple[str, str], None] = {}
    for kinds in documents:
        for kind in kinds.values():
            found.update({("", str(status)): None for status in kind.get("statuses", [])})
            for code, described in kind.get("codes", {}).items():
                found.update({(code, str(status)): None for status in described.get("statuses", [""])})
    yield from found


def _class(kinds: Kinds, code: str, status: str) -> list[str]:
    """Return the kind of an error and its parents, by its code or else by its status."""
    codes = {one: name for name, kind in kinds.items() for one in kind.get("codes", {})}
    statuses = {str(one): name for name, kind in kinds.items() for one in kind.get("statuses", [])}
    found = codes.get(code) or statuses.get(status) or statuses.get(f"{status[:1]}XX")
    return _with_parents(kinds, found) if found else []


def _with_parents(kinds: Kinds, name: str) -> list[str]:
    names = [name]
    while (parent := kinds.get(names[-1], {}).get("parent")) and parent not in names:
        names.append(parent)
    return names
