"""An incomplete page is never taken for a complete one, wherever it is cut off and whichever of its lines is missing.

A page that says less than the whole page must be unreadable or differ. Only a few lines can be missing without notice,
since they state no fact; the tests name them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from scripts.reference.facts import Field, UnreadableError
from scripts.reference.reading import parse
from tests.reference import pages
from tests.reference.pages import Words

NAMES = pages.facts().fields["body.model"].enum
LAST = pages.ENGLISH.about.format(name="system_fingerprint")
"""The first paragraph of the last description, of which the second one can take the place."""


def lines_without_facts(words: Words) -> list[str]:
    """Return the link above the page, the description of the reply, and either paragraph of the last description."""
    return [words.skip, words.answer, *(words.about.format(name=name) for name in ("system_fingerprint", "the end"))]


@pytest.fixture(scope="module")
def text() -> str:
    return pages.text(pages.facts())


def without_each_line(text: str) -> Iterator[tuple[str, str]]:
    """Yield each line that is not blank, with the text that lacks it."""
    lines = text.splitlines(keepends=True)
    for i, line in enumerate(lines):
        if line.strip():
            yield line.strip(), "".join(lines[:i] + lines[i + 1 :])


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_a_missing_line_is_noticed_unless_it_states_no_fact(language: str) -> None:
    words = pages.LANGUAGES[language]
    page = pages.text(pages.facts(), words)
    unnoticed = {line: rest for line, rest in without_each_line(page) if pages.outcome(rest) == "same"}
    assert list(unnoticed) == lines_without_facts(words)
    assert all(parse(rest) == parse(page) for rest in unnoticed.values())


def test_two_missing_lines_are_noticed(text: str) -> None:
    lines = text.splitlines(keepends=True)
    for i in range(len(lines) - 1):
        if not {lines[i].strip(), lines[i + 1].strip()} <= {*lines_without_facts(pages.ENGLISH), ""}:
            assert pages.outcome("".join(lines[:i] + lines[i + 2 :])) != "same", lines[i : i + 2]


def test_a_repeated_line_is_noticed_unless_it_changes_no_fact(text: str) -> None:
    lines = text.splitlines(keepends=True)
    for i, line in enumerate(lines):
        page = "".join([*lines[:i], line, *lines[i:]])
        assert pages.outcome(page) != "same" or parse(page) == parse(text), line


def test_a_page_that_is_cut_off_anywhere_is_noticed(text: str) -> None:
    unnoticed = [text[:end] for end in range(len(text)) if pages.outcome(text[:end]) == "same"]
    assert {page.rstrip() for page in unnoticed} == {text.rstrip(), text[: text.index(LAST) + len(LAST)]}
    assert all(parse(page) == parse(text) for page in unnoticed)


def test_a_page_without_its_beginning_is_noticed(text: str) -> None:
    assert all(pages.outcome(text[start:]) != "same" for start in range(text.index("POST") + 1, len(text)))


@pytest.mark.parametrize("form", [pages.html, pages.markdown, lambda base: json.dumps(pages.openapi(base))])
def test_html_markdown_and_json_that_are_cut_off_anywhere_are_unreadable(form) -> None:  # type: ignore[no-untyped-def]
    page = form(pages.facts()).rstrip()
    assert all(pages.outcome(page[:end]) == "unreadable" for end in range(len(page)))


def test_a_missing_line_of_html_is_noticed() -> None:
    page = pages.html(pages.facts())
    head, _, rest = page.partition("-->\n")
    shown, _, foot = rest.partition("</main>")
    for line, rest in without_each_line(shown):
        if not any(text.split()[0] in line for text in lines_without_facts(pages.ENGLISH)):
            assert pages.outcome(f"{head}-->\n{rest}</main>{foot}") != "same", line


def compared(document: str) -> dict[str, Field]:
    """Return the fields of a document, without those whose differences openapi.yaml records."""
    fields = parse(document, pages.document().selection).fields
    return {at: field for at, field in fields.items() if not pages.everything().fields[at].specification}


def test_a_yaml_document_that_lacks_a_line_or_its_end_is_noticed_or_has_the_same_facts() -> None:
    page = pages.yaml(pages.facts())
    shortened = [rest for _, rest in without_each_line(page)][::3] + [page[:end] for end in range(0, len(page), 97)]
    whole = compared(page)
    for rest in shortened:
        assert pages.outcome(rest) != "same" or compared(rest) == whole


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
    assert old in text
    assert pages.outcome(text.replace(old, new, 1)) != "same"


def test_the_error_message_names_the_line(text: str) -> None:
    line = text.splitlines().index(NAMES[-1]) + 1
    with pytest.raises(UnreadableError, match=f"line {line}: the list of values has no end before `For example:`"):
        parse(text.replace(f"\n{NAMES[-1]}\n", "\n", 1))
