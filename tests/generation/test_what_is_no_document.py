"""What is no OpenAPI document at all is refused: other text, another version, another encoding, nothing."""

from __future__ import annotations

import pytest

from tests.generation.workshop import Workshop

pytestmark = pytest.mark.generation


TEXTS: dict[str, tuple[str, str]] = {
    "no YAML": ("openapi: 3.1.1\ninfo: [", "document.yaml:2: not valid YAML"),
    "a tab": ("openapi: 3.1.1\n\tinfo: x", "document.yaml:2: not valid YAML"),
    "a key twice": ("openapi: 3.1.1\ninfo: {}\nopenapi: 3.1.0", "document.yaml:3: the key 'openapi' appears twice"),
    "an alias": ("a: &x {}\nb: *x", "document.yaml:1: an alias repeats this part"),
    "a merge": ("a: 1\n<<: {b: 2}", "document.yaml:2: this key is not a string"),
    "a tag": ("a: 1\nb: !!binary aGk=", "document.yaml:2: `aGk=` is not JSON data"),
    "a number that is none": ("a:\n  b: .nan", "document.yaml:2: `.nan` is not JSON data"),
    "half a character": ('a: "\\ud83d"', "document.yaml:1: half a character"),
    "two documents": ("a: 1\n---\nb: 2", "document.yaml:2: not valid YAML"),
    "a list": ("- a\n- b", "document.yaml: expected a mapping at the top, found list"),
    "a text": ("openapi", "document.yaml: expected a mapping at the top, found str"),
    "nothing": ("", "document.yaml: expected a mapping at the top, found nothing"),
    "a comment": ("# nothing yet\n", "document.yaml: expected a mapping at the top, found nothing"),
    "no OpenAPI": ("a: 1", "document.yaml:1 (#): `info` is missing. Add it."),
    "an older OpenAPI": ('swagger: "2.0"\ninfo: {title: x, version: "1"}\npaths: {}', "document.yaml:1 (#): `openapi`"),
    "a version that is a number": (
        "openapi: 3.1.1\ninfo:\n  title: x\n  version: 1.0\npaths: {}",
        "document.yaml:4 (#/info/version): input should be a valid string",
    ),
    "an operation that is text": (
        'openapi: 3.1.1\ninfo: {title: x, version: "1"}\npaths:\n  /a:\n    get: nothing',
        "document.yaml:5 (#/paths/~1a/get):",
    ),
    "a parameter without a place": (
        'openapi: 3.1.1\ninfo: {title: x, version: "1"}\npaths:\n  /a:\n    parameters:\n      - name: x',
        "document.yaml:6 (#/paths/~1a/parameters/0): `in` is missing",
    ),
}


@pytest.mark.parametrize(("text", "words"), TEXTS.values(), ids=TEXTS.keys())
def test_what_is_no_document_is_refused(workshop: Workshop, text: str, words: str) -> None:
    workshop.write(text)
    outcome = workshop.run()
    assert outcome.code == 2
    assert words in outcome.err
    assert not workshop.output.exists()


def test_a_document_that_is_not_there_is_refused(workshop: Workshop) -> None:
    outcome = workshop.run()
    assert outcome.code == 2
    assert f"{workshop.document}: cannot be read" in outcome.err


def test_a_document_in_another_encoding_is_refused(workshop: Workshop) -> None:
    workshop.document.write_bytes("info: {title: Bücher}".encode("latin-1"))
    outcome = workshop.run()
    assert outcome.code == 2
    assert "Name an OpenAPI document in UTF-8." in outcome.err
