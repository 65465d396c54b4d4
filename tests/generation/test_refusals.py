"""A document that cannot be expressed faithfully fails: with the place, what is wrong and what to do.

The cases are in `refused_names.py`, `refused_schemas.py`, `refused_operations.py` and `refused_extensions.py`.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.generation.refused_extensions import EXTENSIONS
from tests.generation.refused_names import NAMES
from tests.generation.refused_operations import OPERATIONS
from tests.generation.refused_schemas import CONSTRUCTS
from tests.generation.small_document import (
    NEW,
    OPERATION,
    PART,
    SCHEMAS,
    STREAM,
    TEXT,
    THING,
    Case,
    answer,
    operation,
    parameter,
)
from tests.generation.workshop import SMALL, Workshop, changed, snapshot, steps

pytestmark = pytest.mark.generation

CASES = {**NAMES, **CONSTRUCTS, **OPERATIONS, **EXTENSIONS}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_it_is_refused_with_its_place(workshop: Workshop, case: Case) -> None:
    changes, pointer, words = case
    document = changed(SMALL, changes)
    workshop.write(document)
    workshop.package.mkdir(parents=True)
    (workshop.package / "errors.py").write_text("# as it was\n")
    before = snapshot(workshop.output)
    outcome = workshop.run()
    assert outcome.code == 2, outcome.out
    assert outcome.err.startswith("generate: ")
    assert outcome.err.endswith("\nNothing was written.\n")
    assert snapshot(workshop.output) == before
    problems = re.findall(r"^(?:generate: |  )document\.yaml:(\d+) \(#(.*?)\): (.*)$", outcome.err, re.MULTILINE)
    line = next((int(line) for line, place, text in problems if place == pointer and words in text), None)
    assert line is not None, outcome.err
    assert _names(document, pointer) in workshop.document.read_text(encoding="utf-8").split("\n")[line - 1]


def _names(document: Any, pointer: str) -> str:
    """What must stand on the line of a JSON pointer in the document, which has each key on a line of its own."""
    words = "{"
    for step in steps(pointer):
        if isinstance(document, list):
            document = document[int(step)]
            words = "{" if isinstance(document, dict) else json.dumps(document)
        elif step in document:
            words, document = f"{json.dumps(step)}:", document[step]
    return words


MESSAGES: dict[str, tuple[dict[str, Any], str]] = {
    "a default of another type": (
        {f"{NEW}/properties/count": {"type": "integer", "default": "many"}},
        "Invalid int value: many",
    ),
    "a path parameter with a digit in front": (
        {"/paths/~1things~1{2nd}/get": operation(parameters=[parameter("2nd", "path", required=True)])},
        "Incorrect path templating",
    ),
    "a schema of which the generator makes nothing": (
        {f"{SCHEMAS}/Odd": {"type": "array"}},
        "type array must have items",
    ),
}


@pytest.mark.parametrize(("changes", "words"), MESSAGES.values(), ids=MESSAGES.keys())
def test_every_message_of_the_generator_is_fatal(workshop: Workshop, changes: dict[str, Any], words: str) -> None:
    """openapi-python-client would go on, and leave the part out."""
    workshop.write(changed(SMALL, changes))
    outcome = workshop.run()
    assert outcome.code == 2
    assert re.search(r"document\.yaml:\d+ \(#/\S+\): openapi-python-client: ", outcome.err), outcome.err
    assert words.lower() in outcome.err.lower()
    assert not workshop.output.exists()


def test_the_small_document_itself_is_taken(workshop: Workshop) -> None:
    """Else the cases above would show nothing."""
    assert workshop.make(SMALL).is_dir()
    assert workshop.make(changed(SMALL, STREAM)).is_dir()


def test_one_run_shows_all_problems_in_the_order_of_the_document(workshop: Workshop) -> None:
    changes = {
        "/paths/~1things/get": operation(
            parameters=[parameter("a", "cookie"), parameter("b", style="deepObject")],
            requestBody={"content": {"text/plain": {"schema": TEXT}}},
            responses={"200": answer(TEXT, "text/html")},
        ),
        f"{NEW}/properties/timeout": TEXT,
        f"{NEW}/properties/any": {"items": TEXT},
        f"{NEW}/properties/all": {"additionalProperties": TEXT},
        f"{OPERATION}/parameters/1": parameter("c", schema={"items": TEXT}),
        f"{THING}/properties/kind/multipleOf": 2,
        f"{THING}/properties/kind/enum": ["a", "a"],
        f"{THING}/x-text": ["nome"],
        f"{THING}/x-aliases": {"title": "nome"},
        f"{PART}/properties/to_dict": TEXT,
        "/x-error-kinds": {"Timeout": {}},
    }
    workshop.write(changed(SMALL, changes))
    outcome = workshop.run()
    assert outcome.code == 2
    places = re.findall(r"^  document\.yaml:(\d+) \(#(\S+?)\): ", outcome.err, re.MULTILINE)
    assert {pointer for _line, pointer in places} == {
        "/paths/~1things/get/parameters/0",
        "/paths/~1things/get/parameters/1",
        "/paths/~1things/get/requestBody",
        "/paths/~1things/get/responses/200/content/text~1html",
        f"{NEW}/properties/timeout",
        f"{NEW}/properties/any",
        f"{NEW}/properties/all",
        f"{OPERATION}/parameters/1/schema",
        f"{THING}/properties/kind/multipleOf",
        f"{THING}/properties/kind/enum/1",
        f"{THING}/x-text/0",
        f"{THING}/x-aliases/title",
        f"{PART}/properties/to_dict",
        "/x-error-kinds/Timeout",
    }
    assert outcome.err.startswith("generate: 14 problems:\n")
    assert [int(line) for line, _pointer in places] == sorted(int(line) for line, _pointer in places)


def test_each_mistake_of_form_is_shown(workshop: Workshop) -> None:
    changes = {"/x-limits/in-flight": 0, f"{THING}/x-text": "name", f"{PART}/properties/size/minimum": "3"}
    workshop.write(changed(SMALL, changes))
    assert workshop.run().err.startswith("generate: 3 problems:\n")
