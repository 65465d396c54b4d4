"""A change of the model list: the plan, the objections, the edit of openapi.yaml, changelog and version."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scripts.change import changelog, model_names, versions
from scripts.change.model_names import Change, RefusedError
from scripts.change.yaml_edit import Editor
from scripts.openapi import document
from scripts.reference.differences import Difference, compare
from scripts.reference.facts import Facts
from scripts.reference.our_document import OurDocument
from scripts.reference.reading import MODEL, from_names, parse
from tests.reference import pages

EVERYTHING = {"allow_removals": True, "models_only": True}
DAY = date(2026, 12, 24)
LOG = "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-11-23\n\n- The first one.\n"
NAMES = pages.facts().fields[MODEL].enum


def listing(names: Sequence[str]) -> Facts:
    """Return a page with this list of models, read from its text."""
    return parse(pages.text(pages.with_field(pages.facts(), replace(pages.facts().fields[MODEL], enum=tuple(names)))))


def rows(page: Facts, document: OurDocument) -> list[Difference]:
    return compare(page, document.from_page(), document.from_all())


def plan(names: Sequence[str], document: OurDocument | None = None, log: str = LOG) -> Change:
    return model_names.plan(document or pages.small_document(), log, listing(names), DAY)


def objections(page: Facts, **options: bool) -> str:
    document = pages.small_document()
    return "\n".join(model_names.objections(document, page, rows(page, document), **options))


def versioned(version: str) -> OurDocument:
    """Return the document with another version."""
    return OurDocument(pages.small_document().text.replace("version: 0.1.0", f"version: {version}", 1))


# ---- The plan ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        (*NAMES, "gpt-9"),
        ("gpt-9", *NAMES),
        (*NAMES[:5], "gpt-9", "gpt-9-mini", *NAMES[5:40], "o9", *NAMES[40:]),
        NAMES[1:],
        NAMES[:-1],
        ("gpt-9", *NAMES[1:]),
        NAMES[::-1],
        (*NAMES[1:30], NAMES[0], *NAMES[30:]),
        tuple(random.Random(7).sample(NAMES, len(NAMES))),
        ("a", "b", "c"),
        (NAMES[3],),
        (*NAMES, "1.5", "2024-05-13", "true", "null", "0x1F", "12:30", "on", "1e3"),  # need quotes in YAML
    ],
    ids=range(12),
)
def test_after_the_change_the_page_does_not_differ_and_a_second_run_changes_nothing(names: tuple[str, ...]) -> None:
    change = plan(names)
    after = OurDocument(change.document)
    assert rows(listing(names), after) == []
    assert after.from_page().fields[MODEL].enum == names
    again = plan(names, after, change.changelog)
    assert not again
    assert (again.document, again.changelog) == (change.document, change.changelog)


def test_only_the_list_and_the_version_change_in_openapi_yaml() -> None:
    names = ("gpt-9", *NAMES[2:], NAMES[1])
    change = plan(names, pages.document())
    assert rows(listing(names), OurDocument(change.document)) == []
    own = re.compile(r"^ +- \S+\n| +x-removed:\n| +\S+: \{since: .*\}\n|  version: .*\n$")
    before = [line for line in pages.document().text.splitlines(keepends=True) if not own.fullmatch(line)]
    after = [line for line in change.document.splitlines(keepends=True) if not own.fullmatch(line)]
    assert after == before


def test_a_change_can_be_described() -> None:
    change = plan(("gpt-9", *NAMES[2:10], NAMES[1], *NAMES[10:]))
    assert (change.added, change.removed, change.moved) == (("gpt-9",), (NAMES[0],), (NAMES[1],))
    for word in ("gpt-9", NAMES[0], NAMES[1], "breaking", str(change.before), str(change.after)):
        assert word in change.describe()


@pytest.mark.parametrize(
    ("before", "names", "after"),
    [
        ("0.1.0", (*NAMES, "gpt-9"), "0.1.1"),
        ("0.1.9", NAMES[::-1], "0.1.10"),
        ("0.1.3", NAMES[1:], "0.2.0"),
        ("1.4.2", (*NAMES, "gpt-9"), "1.5.0"),
        ("1.4.2", NAMES[::-1], "1.4.3"),
        ("1.4.2", NAMES[1:], "2.0.0"),
    ],
)
def test_the_version_follows_the_change(before: str, names: Sequence[str], after: str) -> None:
    change = plan(names, versioned(before))
    assert (str(change.before), str(change.after)) == (before, after)
    assert OurDocument(change.document).complete.data["info"]["version"] == after
    assert changelog.entry(change.changelog, after)


def test_a_malformed_version_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"info\.version"):
        plan(NAMES[1:], versioned("0.1.0rc1"))


def removed_in(document: str) -> dict[str, str]:
    """Return the withdrawn names and their versions, from the text."""
    return dict(re.findall(r'(?m)^ +(\S+): \{since: "(.*)"\}$', document))


def test_a_removed_name_stays_known_for_one_minor_version() -> None:
    removed = plan(NAMES[1:], versioned("0.1.0"))
    assert removed_in(removed.document) == {NAMES[0]: "0.2.0"}
    more = plan((*NAMES[1:], "gpt-9"), OurDocument(removed.document))
    assert (str(more.after), removed_in(more.document)) == ("0.2.1", {NAMES[0]: "0.2.0"})
    next_gone = plan((*NAMES[2:], "gpt-9"), OurDocument(more.document), more.changelog)
    assert (str(next_gone.after), removed_in(next_gone.document)) == ("0.3.0", {NAMES[1]: "0.3.0"})
    assert next_gone.forgotten == (NAMES[0],)
    assert f"no longer known: `{NAMES[0]}`" in (changelog.entry(next_gone.changelog, "0.3.0") or "")


def test_a_removed_name_that_is_listed_again_is_no_longer_deprecated() -> None:
    removed = plan(NAMES[1:])
    back = plan(NAMES, OurDocument(removed.document))
    assert back.added == (NAMES[0],)
    assert removed_in(back.document) == {}
    assert "x-removed" not in back.document


def test_names_from_the_service_are_kept_apart_from_those_of_the_page() -> None:
    live = from_names([*NAMES[::-1], "gpt-9", "o9"])
    (row,) = rows(live, pages.small_document())
    assert (row.field, row.page, row.document) == (MODEL, "also gpt-9, o9", "no others")
    change = model_names.plan(pages.small_document(), LOG, live, DAY)
    after = OurDocument(change.document)
    assert change.names == (*NAMES, "gpt-9", "o9")
    assert rows(listing(NAMES), after) == []
    assert rows(live, after) == []
    assert not model_names.plan(after, change.changelog, live, DAY)
    listed = model_names.plan(after, change.changelog, listing(("gpt-9", *NAMES)), DAY)
    assert listed.names == ("gpt-9", *NAMES, "o9")
    assert rows(listing(("gpt-9", *NAMES)), OurDocument(listed.document)) == []


# ---- Refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("gpt 9", *NAMES), "unexpected characters: 'gpt 9'"),
        (("gpt-9\u200b-x", *NAMES), "unexpected characters"),
        (("gpt-9;rm", *NAMES), "unexpected characters"),
        (("${x}", *NAMES), "unexpected characters"),
        (("gpt-é", *NAMES), "unexpected characters"),
        (("-x", *NAMES), "unexpected characters"),
        (("x" * 101, *NAMES), "unexpected characters"),
        ((*NAMES, NAMES[5]), f"appear twice: '{NAMES[5]}'"),
        ((*NAMES, NAMES[1].upper()), f"would be the same in Python: '{NAMES[1]}', '{NAMES[1].upper()}'"),
        ((*NAMES, "x-9.1", "x-9-1"), "would be the same in Python: 'x-9.1', 'x-9-1'"),
        (NAMES[1:], f"are missing: '{NAMES[0]}'"),
        (NAMES[: -len(NAMES) // 5 - 1], "more than a fifth"),
        (("gpt-9", "o9"), "more than a fifth"),
    ],
)
def test_a_list_that_looks_wrong_is_refused_with_the_reason(names: tuple[str, ...], reason: str) -> None:
    _, advice = objections(listing(names)).split(reason)
    assert "." in advice


def test_removals_and_only_removals_can_be_allowed() -> None:
    for names in ((*NAMES, "gpt-9"), NAMES[1:], NAMES[: len(NAMES) // 2], ("gpt-9", "o9")):
        assert objections(listing(names), allow_removals=True) == ""
    assert objections(listing((*NAMES, "gpt-9"))) == ""
    assert "unexpected characters" in objections(listing(("gpt 9", *NAMES)), **EVERYTHING)
    assert "appear twice" in objections(listing((NAMES[0], *NAMES)), **EVERYTHING)


def test_the_page_of_another_operation_is_refused_whatever_is_allowed() -> None:
    operation = {**pages.facts().operation, "path": "/openai/chat/completions"}
    page = parse(pages.text(replace(pages.facts(), operation=operation)))
    reported = objections(page, **EVERYTHING)
    assert "the page of POST /openai/chat/completions, not of POST /openai/responses" in reported


def test_a_page_without_a_list_is_refused_whatever_is_allowed() -> None:
    page = listing(NAMES)
    field = page.fields[MODEL]
    others = {at: field for at, field in page.fields.items() if at != MODEL}
    for fields in (others, {**others, MODEL: replace(field, enum=())}):
        assert "there is no list of model names" in objections(replace(page, fields=fields), **EVERYTHING)


def test_other_differences_are_refused_with_a_table_unless_models_only_is_set() -> None:
    base = pages.with_field(pages.facts(), replace(pages.facts().fields["body.n"], range="1 <= x <= 64"))
    page = parse(pages.text(pages.with_field(base, replace(base.fields[MODEL], enum=(*NAMES, "gpt-9")))))
    reported = objections(page)
    assert re.search(r"body\.n +range +1 <= x <= 64 +1 <= x <= 128", reported)
    assert "MODELS_ONLY=1" in reported
    assert objections(page, models_only=True) == ""
    after = OurDocument(model_names.plan(pages.small_document(), LOG, page, DAY).document)
    assert {row.field for row in rows(page, after)} == {"body.n"}


# ---- The edit ----------------------------------------------------------------------------------------------------

TEXT = """\
# head
version: '0.1.0' # the first one
holder:
    # about list
    list:  # of names
      - 'a' # about a

      - "b"
      # about c
      - c
      # below
after: |
  - a
"""
ENTRIES = """\
    k: # about k
      a: x # one

      # about b
      b: {c: 2}
"""


def edited(text: str, change: Callable[[Editor], None]) -> str:
    """Make a change in a text, which has to have the same effect in one with Windows line ends."""
    found, with_crlf = (
        Editor(document.parse(Path("openapi.yaml"), each), each) for each in (text, text.replace("\n", "\r\n"))
    )
    change(found)
    change(with_crlf)
    assert with_crlf.text() == found.text().replace("\n", "\r\n")
    return found.text()


@pytest.mark.parametrize(
    ("items", "old", "new"),
    [
        (["a", "b", "c"], "", ""),
        (["a", "b", "c", "d"], "      - c\n", "      - c\n      - d\n"),
        (["x", "a", "b", "c"], "      - 'a' # about a\n", "      - x\n      - 'a' # about a\n"),
        (["a", "b", "x", "c"], '      - "b"\n', '      - "b"\n      - x\n'),
        (["b", "c"], "      - 'a' # about a\n", ""),
        (["a", "b", "2024-05-13"], "      - c\n", '      - "2024-05-13"\n'),
    ],
)
def test_only_the_lines_of_changed_items_change(items: list[str], old: str, new: str) -> None:
    assert edited(TEXT, lambda editor: editor.set_items("/holder/list", items)) == TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("before", "entries", "after"),
    [
        ("", {}, ""),
        ("", {"a": "1", "b": {"since": "0.1"}}, '    k:\n      a: "1"\n      b: {since: "0.1"}\n'),
        (ENTRIES, {"b": "9", "a": "3", "d": "e"}, f"{ENTRIES}      d: e\n"),
        (ENTRIES, {"b": "9"}, ENTRIES.replace("      a: x # one\n", "")),
        (ENTRIES, {}, ""),
    ],
)
def test_only_the_lines_of_changed_entries_change(before: str, entries: dict[str, Any], after: str) -> None:
    text, expected = (TEXT.replace("    list:", f"{block}    list:") for block in (before, after))
    assert edited(text, lambda editor: editor.set_entries("/holder", "k", entries, above="list")) == expected


@pytest.mark.parametrize("version", ["0.1.0", "'0.1.0'", '"0.1.0"'])
def test_a_text_keeps_its_quotes_and_its_comment(version: str) -> None:
    text = TEXT.replace("'0.1.0'", version)
    assert edited(text, lambda editor: editor.set_text("/version", "1.2.3")) == text.replace("0.1.0", "1.2.3")


def test_a_list_that_is_written_in_one_line_is_refused_with_its_location() -> None:
    text = re.sub(r"enum:\n( +- (gpt|o\d|chat).*\n)+", f"enum: [{', '.join(NAMES)}]\n", pages.small_document().text)
    with pytest.raises(RefusedError, match=r"openapi\.yaml:\d+ .* Write one entry per line"):
        plan(("gpt-9", *NAMES), OurDocument(text))


# ---- Changelog and versions --------------------------------------------------------------------------------------


def test_a_release_includes_what_was_unreleased() -> None:
    log = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.1.0] - 2026-11-23\n\n- First.\n"
    after = changelog.with_release(log, "0.2.0", DAY, {"Added": ["Another."], "Removed": ["Old."]})
    assert after == (
        "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-12-24\n\n### Added\n\n- Another.\n- A thing.\n\n"
        "### Removed\n\n- Old.\n\n## [0.1.0] - 2026-11-23\n\n- First.\n"
    )
    assert changelog.entry(after, "0.1.0") == "- First."
    assert changelog.entry(after, "0.3.0") is None


@pytest.mark.parametrize("log", ["", "# Changelog\n", "# Changelog\n\n## [0.1.0] - 2026-11-23\n\n- First.\n"])
def test_a_changelog_without_an_unreleased_part_gets_the_entry_at_its_top(log: str) -> None:
    assert changelog.entry(log, "0.2.0") is None
    after = changelog.with_release(log, "0.2.0", DAY, {"Added": ["x"]})
    assert changelog.entry(after, "0.2.0") == "### Added\n\n- x"
    assert after.index("# Changelog") < after.index("## [0.2.0]")
    assert "First" not in log or after.index("## [0.2.0]") < after.index("## [0.1.0]")


@pytest.mark.parametrize("text", ["", "1.2", "1.2.3.4", "1.2.x", "v1.2.3", "1.2.3-rc1", "1.2.3+a", " 1.2.3"])
def test_a_version_consists_of_three_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        versions.parse(text)
