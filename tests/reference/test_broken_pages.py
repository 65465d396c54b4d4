"""No broken page is taken for a whole one: cut off anywhere, or without any of its lines.

A silent success is a page that is said to be the same although it says less than the whole page. All facts of a page
and all its headings are guarded. What is left are the few lines whose loss leaves every fact in place; each is named
here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from scripts.reference.facts import Field, UnreadableError
from scripts.reference.reading import parse
from tests.reference import pages

NAMES = pages.facts().fields["body.model"].enum

UNGUARDED = [pages.ENGLISH.skip, pages.ENGLISH.answer, pages.ENGLISH.about.format(name="the end")]
"""The link above the page, the reply's own description, and a second paragraph in a description."""

LAST = pages.ENGLISH.about.format(name="system_fingerprint")
"""The first paragraph of the last description, which is interchangeable with the second."""


@pytest.fixture(scope="module")
def text() -> str:
    return pages.text(pages.facts())


def without_a_line(text: str) -> Iterator[tuple[str, str]]:
    lines = text.splitlines(keepends=True)
    for i, line in enumerate(lines):
        if line.strip():
            yield line.strip(), "".join(lines[:i] + lines[i + 1 :])


def test_a_page_that_lacks_any_line_is_noticed(text: str) -> None:
    unnoticed = [line for line, page in without_a_line(text) if pages.outcome(page) == "same"]
    assert unnoticed == [pages.ENGLISH.skip, pages.ENGLISH.answer, LAST, pages.ENGLISH.about.format(name="the end")]


def test_what_a_missing_line_leaves_is_still_every_fact(text: str) -> None:
    whole = parse(text)
    for line, page in without_a_line(text):
        if line in (*UNGUARDED, LAST):
            assert parse(page) == whole


def test_a_page_that_is_cut_off_anywhere_is_noticed(text: str) -> None:
    unnoticed = [text[:end] for end in range(len(text)) if pages.outcome(text[:end]) == "same"]
    whole = parse(text)
    assert {page.rstrip() for page in unnoticed} == {text.rstrip(), text[: text.index(LAST) + len(LAST)]}
    assert all(parse(page) == whole for page in unnoticed)


def test_a_page_without_its_beginning_is_noticed(text: str) -> None:
    beginning = text.index("POST")
    assert all(pages.outcome(text[start:]) != "same" for start in range(beginning + 1, len(text)))


def test_two_missing_lines_are_noticed(text: str) -> None:
    lines = text.splitlines(keepends=True)
    kept = {pages.ENGLISH.skip, pages.ENGLISH.answer, LAST, pages.ENGLISH.about.format(name="the end"), ""}
    for i in range(len(lines) - 1):
        if not {lines[i].strip(), lines[i + 1].strip()} <= kept:
            assert pages.outcome("".join(lines[:i] + lines[i + 2 :])) != "same", lines[i : i + 2]


def test_a_line_that_stands_twice_is_noticed_or_changes_no_fact(text: str) -> None:
    lines = text.splitlines(keepends=True)
    whole = parse(text)
    for i, line in enumerate(lines):
        page = "".join([*lines[:i], line, *lines[i:]])
        if pages.outcome(page) == "same":
            assert parse(page) == whole, line


@pytest.mark.parametrize("language", [name for name in pages.LANGUAGES if name != "english"])
def test_a_translated_page_is_guarded_alike(language: str) -> None:
    words = pages.LANGUAGES[language]
    page = pages.text(pages.facts(), words)
    unnoticed = [line for line, broken in without_a_line(page) if pages.outcome(broken) == "same"]
    about = [words.about.format(name=name) for name in ("system_fingerprint", "the end")]
    assert unnoticed == [words.skip, words.answer, *about]


def test_html_that_is_cut_off_anywhere_is_noticed() -> None:
    page = pages.html(pages.facts()).rstrip()
    assert all(pages.outcome(page[:end]) == "unreadable" for end in range(len(page)))


def test_html_that_lacks_any_line_is_noticed() -> None:
    page = pages.html(pages.facts())
    shown = page[page.index("-->\n") + 4 : page.index("</main>")]
    head = page[: page.index(shown)]
    for line, left in without_a_line(shown):
        if not any(word.split()[0] in line for word in (*UNGUARDED, LAST, "To ")):
            assert pages.outcome(head + left + page[len(head) + len(shown) :]) != "same", line


def test_markdown_that_is_cut_off_anywhere_is_noticed() -> None:
    page = pages.markdown(pages.facts()).rstrip()
    assert all(pages.outcome(page[:end]) == "unreadable" for end in range(len(page)))


def compared(document: str) -> dict[str, Field]:
    """The fields of an OpenAPI document, without those in which it may differ, as openapi.yaml knows."""
    fields = parse(document, pages.document().wanted).fields
    return {at: one for at, one in fields.items() if not pages.everything().fields[at].specification}


def test_an_openapi_document_that_lacks_a_line_is_noticed_or_says_the_same() -> None:
    page = pages.yaml(pages.facts())
    whole = compared(page)
    for line, left in list(without_a_line(page))[::3]:
        if pages.outcome(left) == "same":
            assert compared(left) == whole, line


def test_an_openapi_document_that_is_cut_off_is_noticed_or_says_the_same() -> None:
    page = pages.yaml(pages.facts())
    whole = compared(page)
    for end in range(0, len(page), 97):
        if pages.outcome(page[:end]) == "same":
            assert compared(page[:end]) == whole


def test_json_that_is_cut_off_anywhere_is_noticed() -> None:
    page = json.dumps(pages.openapi(pages.facts()))
    assert all(pages.outcome(page[:end]) == "unreadable" for end in range(len(page)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("n\nnumber | null", "n\nnumber | null | maybe"),
        ("n\nnumber | null", "the n\nnumber | null"),
        ("Allowed range: 1 <= x <= 128", "Allowed range: 1 <= x <= many"),
        ("default:1\n", "default:1\ndefault:1\n"),
        ('"n": 1,', '"n": 1,\n  "n": 1,'),
        ('"n": 1,', '"m": 1,'),
        (f"{NAMES[0]},\n", f"{NAMES[0]}\n"),
        (f"{NAMES[-1]}\n", f"{NAMES[-1]},\n"),
        ("Possible values:\napplication/json", "Possible values:"),
        ("Payload\n\napplication/json", "Payload\n\napplication/xml"),
        ("curl --request POST", "curl --request GET"),
        ("/openai/responses \\", "/openai/answers \\"),
        ("--data '", "--form '"),
    ],
)
def test_a_page_that_contradicts_itself_is_noticed(text: str, old: str, new: str) -> None:
    assert text.count(old) >= 1
    assert pages.outcome(text.replace(old, new, 1)) != "same"


def test_the_message_names_the_line(text: str) -> None:
    line = text.splitlines().index(NAMES[-1]) + 1
    with pytest.raises(UnreadableError, match=f"line {line}: the list of values has no end before `For example:`"):
        parse(text.replace(f"\n{NAMES[-1]}\n", "\n", 1))
