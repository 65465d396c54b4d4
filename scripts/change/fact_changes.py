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

KNOWN_VARIANTS = "discriminator"
"""Where a union has its known variants. A client keeps other variants unchanged."""


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
    objects_before, objects_after = (dict(document.objects()) for document in (old, new))
    for pointer, keyword in sorted(before.keys() | after.keys()):
        if pointer in objects_before and pointer in objects_after:
            values = before.get((pointer, keyword)), after.get((pointer, keyword))
            yield from (finding for finding in _changes(pointer, keyword, *values) if finding.impact is not NONE)


def _extensions(document: Document) -> dict[tuple[str, str], Any]:
    extensions: dict[tuple[str, str], Any] = {}
    for pointer, node in document.objects():
        if KINDS in node:
            _check_kinds(document, pointer, node[KINDS])
        for keyword, values in ((KNOWN_VALUES, known_values(node)), (KNOWN_VARIANTS, known_variants(node))):
            if values:
                extensions[pointer, keyword] = values
        if "/x-" not in pointer:
            extensions.update(
                {(pointer, keyword): value for keyword, value in node.items() if keyword.startswith("x-")}
            )
    return extensions


def known_values(schema: Mapping[str, Any]) -> list[str]:
    """Return the known values of an open enum (an `anyOf` of a string enum and a string); empty for other schemas."""
    members = schema.get("anyOf", [])
    are_strings = len(members) == 2 and all(member.get("type") == "string" for member in members)
    return list(members[0].get("enum", [])) if are_strings and "enum" not in members[1] else []


def known_variants(schema: Mapping[str, Any]) -> list[str]:
    """Return the known variants of a union: the values of its discriminator; empty for other schemas."""
    return list(schema.get("discriminator", {}).get("mapping", {}))


def _changes(pointer: str, keyword: str, old: Any, new: Any) -> Iterator[Finding]:
    at = below(pointer, keyword)
    if keyword == KINDS:
        yield from _kinds(at, old or {}, new or {})
    elif keyword == VARIABLES:
        yield from _variables(at, old or [], new or [])
    elif keyword in (KNOWN_VALUES, KNOWN_VARIANTS):
        yield from _set(at, old or [], new or [])
    else:
        yield from _entries(at, RULES.get(keyword, MEANING), old, new)


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
        for key, child in value.items():
            if key != "x-source":
                yield from _leaves(below(at, key), child)
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
        yield Finding(BREAKING, at, "in another order")


# ---- Error kinds -------------------------------------------------------------------------------------------------

Kinds = Mapping[str, Mapping[str, Any]]


def _check_kinds(document: Document, pointer: str, kinds: Any) -> None:
    """Refuse what cannot be compared. Keys that only another version of the form has are ignored."""
    try:
        FORMS[KINDS].validate_python(kinds, extra="ignore")
    except ValidationError as error:
        first = error.errors()[0]
        at = below(pointer, KINDS, *first["loc"])
        raise document.error(at, first["msg"], "Correct it.") from None


def _kinds(at: str, old: Kinds, new: Kinds) -> Iterator[Finding]:
    for name in dict.fromkeys((*old, *new)):
        pointer = below(at, name)
        if name not in new:
            yield Finding(BREAKING, pointer, "removed")
        elif name not in old:
            yield Finding(ADDITION, pointer, "added")
        else:
            for keyword, rule in _KIND_RULES.items():
                yield from _entries(
                    below(pointer, keyword), rule, *(bool(kinds[name].get(keyword)) for kinds in (old, new))
                )
            yield from _entries(
                below(pointer, "codes"), MEANING, *(_of_every_request(kinds[name]) for kinds in (old, new))
            )
            yield from _caught(pointer, _with_parents(old, name)[1:], _with_parents(new, name)[1:], "parent")
    for code, status in _errors(old, new):
        was, now = _class(old, code, status), _class(new, code, status)
        if was[:1] != now[:1]:
            yield from _caught(at, was, now, f"the error {code or status}")


def _of_every_request(kind: Mapping[str, Any]) -> dict[str, bool]:
    """Return the codes that have their own `every-request`."""
    return {code: True for code, described in kind.get("codes", {}).items() if described.get("every-request")}


def _caught(at: str, old: list[str], new: list[str], what: str) -> Iterator[Finding]:
    """Report another class for an error. It is compatible only if the new class is a subclass of the old one."""
    if old != new:
        was, now = (names[0] if names else "APIStatusError" for names in (old, new))
        yield Finding(ADDITION if set(old) <= set(new) else BREAKING, at, f"{what} is {now}, was {was}")


def _errors(*documents: Kinds) -> Iterator[tuple[str, str]]:
    """Return every code with each of its documented statuses, and every status without a known code."""
    errors: dict[tuple[str, str], None] = {}
    for kinds in documents:
        for kind in kinds.values():
            errors.update({("", str(status)): None for status in kind.get("statuses", [])})
            for code, described in kind.get("codes", {}).items():
                errors.update({(code, str(status)): None for status in described.get("statuses", [""])})
    yield from errors


def _class(kinds: Kinds, code: str, status: str) -> list[str]:
    """Return the kind of an error and its parents, by its code or else by its status."""
    by_code = {known: name for name, kind in kinds.items() for known in kind.get("codes", {})}
    by_status = {str(known): name for name, kind in kinds.items() for known in kind.get("statuses", [])}
    name = by_code.get(code) or by_status.get(status) or by_status.get(f"{status[:1]}XX")
    return _with_parents(kinds, name) if name else []


def _with_parents(kinds: Kinds, name: str) -> list[str]:
    names = [name]
    while (parent := kinds.get(names[-1], {}).get("parent")) and parent not in names:
        names.append(parent)
    return names
