"""A document that cannot be represented faithfully is refused, with the place, the mistake and the remedy."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.generation.documents import (
    FIELD,
    OPERATION,
    SMALL,
    STREAMING,
    TEXT,
    absolute,
    changed,
    operation,
    parameter,
    response,
    steps,
)
from tests.generation.generator import Generator, snapshot
from tests.generation.refused_documents import EXTENSIONS, NAMES, OPERATIONS, SCHEMA_CASES, Case

pytestmark = pytest.mark.generation

CASES = {**NAMES, **SCHEMA_CASES, **OPERATIONS, **EXTENSIONS}
PROBLEM = re.compile(r"^(?:generate: |  )document\.yaml:(\d+) \(#(.*?)\): (.*)$", re.MULTILINE)


@pytest.mark.parametrize(("message", "case"), CASES.items(), ids=CASES.keys())
def test_a_refused_document_is_reported_with_its_pointer_and_nothing_is_written(
    generator: Generator, message: str, case: Case
) -> None:
    changes, pointer = case if isinstance(case, tuple) else (case, "")
    document = changed(STREAMING, changes)
    pointer = (pointer if pointer.startswith("/") else f"{absolute(list(changes)[-1])}/{pointer}").rstrip("/")
    generator.write(document)
    generator.package.mkdir(parents=True)
    (generator.package / "errors.py").write_text("# as it was\n")
    before = snapshot(generator.output)
    outcome = generator.run()
    assert outcome.code == 2, outcome.out
    assert outcome.err.startswith("generate: ")
    assert outcome.err.endswith("\nNothing was written.\n")
    assert snapshot(generator.output) == before
    problems = PROBLEM.findall(outcome.err)
    line = next((int(line) for line, at, text in problems if at == pointer and message in text), None)
    assert line is not None, outcome.err
    assert _text_at(document, pointer) in generator.document.read_text(encoding="utf-8").split("\n")[line - 1]


def _text_at(document: Any, pointer: str) -> str:
    """Return what must be on the line of a JSON pointer in the document, which has each key on a line of its own."""
    words = "{"
    for step in steps(pointer):
        if isinstance(document, list):
            document = document[int(step)]
            words = "{" if isinstance(document, dict) else json.dumps(document)
        elif step in document:
            words, document = f"{json.dumps(step)}:", document[step]
    return words


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"NewThing/properties/count": {"type": "integer", "default": "many"}}, "Invalid int value: many"),
        (
            {"/paths/~1things~1{2nd}/get": operation(parameters=[parameter("2nd", "path", required=True)])},
            "Incorrect path templating",
        ),
        ({"Odd": {"type": "array"}}, "type array must have items"),
    ],
)
def test_every_message_of_openapi_python_client_is_fatal(
    generator: Generator, changes: dict[str, Any], message: str
) -> None:
    """It would continue, and leave that part out."""
    error = generator.refuse(changed(SMALL, changes))
    assert re.search(r"document\.yaml:\d+ \(#/\S+\): openapi-python-client: ", error), error
    assert message.lower() in error.lower()


def test_the_unchanged_documents_are_accepted(generator: Generator) -> None:
    assert generator.make(SMALL).is_dir()
    assert generator.make(STREAMING).is_dir()


def test_one_run_reports_all_problems_in_the_order_of_the_document(generator: Generator) -> None:
    another = "/paths/~1things/get"
    problems = {
        f"{another}/parameters/0": parameter("a", "cookie"),
        f"{another}/parameters/1": parameter("b", style="deepObject"),
        f"{another}/requestBody": {"content": {"text/plain": {"schema": TEXT}}},
        f"{another}/responses/200/content/text~1html": {"schema": TEXT},
        f"{OPERATION}/parameters/1/schema": {"items": TEXT},
        "NewThing/properties/timeout": TEXT,
        "NewThing/properties/any": {"items": TEXT},
        "NewThing/properties/all": {"additionalProperties": TEXT},
        "Thing/properties/kind/multipleOf": 2,
        "Thing/properties/kind/enum/1": "a",
        "Thing/x-text/0": "nome",
        "Thing/x-aliases/title": "nome",
        "Part/properties/to_dict": TEXT,
        "/x-error-kinds/Timeout": {},
    }
    created = {
        another: operation(parameters=[], responses={"200": response(TEXT, "text/html")}),
        f"{OPERATION}/parameters/1": parameter("c"),
        "Thing/x-text": [],
    }
    error = generator.refuse(changed(SMALL, {**created, **problems}))
    reported = PROBLEM.findall(error)
    assert {pointer for _line, pointer, _text in reported} == {absolute(pointer) for pointer in problems}
    assert error.startswith("generate: 14 problems:\n")
    lines = [int(line) for line, _pointer, _text in reported]
    assert lines == sorted(lines)


def test_one_run_reports_all_values_of_the_wrong_form(generator: Generator) -> None:
    changes = {"/x-limits/in-flight": 0, "Thing/x-text": "name", "Part/properties/size/minimum": "3"}
    assert generator.refuse(changed(SMALL, changes)).startswith("generate: 3 problems:\n")


NOT_DOCUMENTS: dict[str, str] = {
    "document.yaml:2: not valid YAML": "openapi: 3.1.1\ninfo: [",
    "document.yaml:2: not valid YAML (found character '\\t' that cannot start any token)": "openapi: 3.1.1\n\tinfo: x",
    "document.yaml:3: the key 'openapi' appears twice": "openapi: 3.1.1\ninfo: {}\nopenapi: 3.1.0",
    "document.yaml:1: an alias repeats this part": "a: &x {}\nb: *x",
    "document.yaml:2: this key is not a string": "a: 1\n<<: {b: 2}",
    "document.yaml:2: `aGk=` is not JSON data": "a: 1\nb: !!binary aGk=",
    "document.yaml:2: `.nan` is not JSON data": "a:\n  b: .nan",
    "document.yaml:1: half a character": 'a: "\\ud83d"',
    "document.yaml:2: not valid YAML (but found another document)": "a: 1\n---\nb: 2",
    "document.yaml: expected a mapping at the top, found list": "- a\n- b",
    "document.yaml: expected a mapping at the top, found str": "openapi",
    "document.yaml: expected a mapping at the top, found nothing": "# nothing yet\n",
    "document.yaml:1 (#): `info` is missing. Add it.": "a: 1",
    "document.yaml:1 (#): `openapi`": 'swagger: "2.0"\ninfo: {title: x, version: "1"}\npaths: {}',
    "document.yaml:4 (#/info/version): input should be a valid string": (
        "openapi: 3.1.1\ninfo:\n  title: x\n  version: 1.0\npaths: {}"
    ),
    "document.yaml:5 (#/paths/~1a/get):": (
        'openapi: 3.1.1\ninfo: {title: x, version: "1"}\npaths:\n  /a:\n    get: nothing'
    ),
    "document.yaml:6 (#/paths/~1a/parameters/0): `in` is missing": (
        'openapi: 3.1.1\ninfo: {title: x, version: "1"}\npaths:\n  /a:\n    parameters:\n      - name: x'
    ),
}


@pytest.mark.parametrize(("message", "text"), NOT_DOCUMENTS.items(), ids=NOT_DOCUMENTS.keys())
def test_text_that_is_not_an_openapi_document_is_refused(generator: Generator, message: str, text: str) -> None:
    assert message in generator.refuse(text)


def test_a_missing_document_is_refused(generator: Generator) -> None:
    outcome = generator.run()
    assert outcome.code == 2
    assert f"{generator.document}: cannot be read" in outcome.err


def test_a_document_in_another_encoding_is_refused(generator: Generator) -> None:
    generator.document.write_bytes("info: {title: Bücher}".encode("latin-1"))
    outcome = generator.run()
    assert outcome.code == 2
    assert "Name an OpenAPI document in UTF-8." in outcome.err


@pytest.mark.parametrize("character", "\x85\u2028\u2029")
def test_a_character_that_yaml_treats_as_a_line_break_must_be_escaped(generator: Generator, character: str) -> None:
    generator.write(changed(SMALL, {FIELD: {**TEXT, "const": "a*b"}}))
    text = generator.document.read_text(encoding="utf-8").replace("a*b", f"a{character}b")
    assert f'Write "\\u{ord(character):04x}" for it.' in generator.refuse(text)
