"""Whatever is changed in a document, the package is valid Python or the document is refused: nothing else is raised."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.generation.project import project_for
from scripts.openapi.document import below, load
from scripts.openapi.problems import DocumentError
from tests.generation.documents import GONE, LIBRARY, ROOT, STREAMING, changed, parsed
from tests.generation.generator import Generator

pytestmark = pytest.mark.generation

DOCUMENTS = [STREAMING, parsed(LIBRARY)]


def nodes(node: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value below a node with its JSON pointer."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield below(pointer, key), value
        yield from nodes(value, below(pointer, key))


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Generate a document in which one value is missing, of another type, or copied from elsewhere in it."""
    document = draw(st.sampled_from(DOCUMENTS))
    pointers = list(nodes(document))
    pointer, _ = draw(st.sampled_from(pointers))
    copied = st.sampled_from(pointers).map(lambda node: node[1])
    value = draw(st.sampled_from([GONE, None, {}, [], "text", "", 0, -1.5, True]) | copied)
    return changed(document, {pointer: value})


valid = cache(ast.parse)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(document=documents())
def test_a_changed_document_is_generated_or_refused(generator: Generator, document: dict[str, Any]) -> None:
    generator.write(json.dumps(document, indent=1))
    try:
        project = project_for(load(generator.document), generator.config, ROOT / "templates", generator.output)
    except DocumentError:
        return
    for name, code in project.files().items():
        if name.endswith(".py"):
            valid(code)
