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
from tests.generation.small_document import NEW, SCHEMAS, STREAM, Case, operation, parameter
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
    assert outcome.err.startswith("generate: document.yaml:"), outcome.err
    assert words in outcome.err
    assert outcome.err.endswith("\nNothing was written.\n")
    assert snapshot(workshop.output) == before
    line, place = re.search(r"^generate: document\.yaml:(\d+) \(#(.*?)\):", outcome.err).groups()  # type: ignore[union-attr]
    assert place == pointer
    assert _names(document, place) in workshop.document.read_text(encoding="utf-8").split("\n")[int(line) - 1]


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
        {
            "/paths/~1things~1{2nd}/get": operation(parameters=[parameter("2nd", "path", required=True)]),
        },
        "Incorrect path templating",
    ),
    "a schema of which the generator makes nothing": (
        {f"{SCHEMAS}/Odd": {"type": "array"}},
        "type array must have items",
    ),
}


@pytest.mark.parametrize(("changes", "words"), MESSAGES.values(), ids=MESSAGES.keys())
def test_every_message_of_the_generator_is_fatal(
    workshop: Workshop, changes: dict[str, Any], words: str
) -> None:
    """openapi-python-client would go on, and leave the part out."""
    workshop.write(changed(SMALL, changes))
    outcome = workshop.run()
    assert outcome.code == 2
    assert "openapi-python-client does not take the document as it is." in outcome.err
    assert words.lower() in outcome.err.lower()
    assert not workshop.output.exists()


def test_the_small_document_itself_is_taken(workshop: Workshop) -> None:
    """Else the cases above would show nothing."""
    assert workshop.make(SMALL).is_dir()
    assert workshop.make(changed(SMALL, STREAM)).is_dir()
