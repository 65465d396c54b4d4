"""The templates: each must be there and give Python, and what they import must be known to who hands out names."""

from __future__ import annotations

import ast
import inspect
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from tests.generation.workshop import ROOT, SECOND, SMALL, Workshop, bytes_of, part, snapshot

if TYPE_CHECKING:
    from scripts.generation.reserved import Reserved

pytestmark = pytest.mark.generation

TEMPLATES = ROOT / "templates"
SOURCES = [
    "_macros.jinja",
    "__init__.py.jinja",
    "_document/facts.py.jinja",
    "resources/[tag].py.jinja",
    "types/[module].py.jinja",
    "_transport/async_connections.py",
    "_transport/http1.py",
]

WAITING = '''\
"""What waits (async): an AsyncStream is closed in an `async with` block."""


class AsyncWaiting:
    async def __aenter__(self) -> AsyncIterator[int]:
        async for one in self._async_numbers:
            await anext(one)
        return await self.sleep_async(1)
'''
WAITED = '''\
"""What waits: a Stream is closed in a `with` block."""


class Waiting:
    def __enter__(self) -> Iterator[int]:
        for one in self._numbers:
            next(one)
        return self.sleep(1)
'''


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the templates."""
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))


def refused(workshop: Workshop, templates: Path) -> str:
    """What is said of a package that cannot be made."""
    workshop.write(SMALL)
    outcome = workshop.run(templates=templates)
    assert outcome.code == 2, outcome.out
    assert not workshop.output.exists()
    return outcome.err


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_that_is_missing_is_missed(workshop: Workshop, templates: Path, name: str) -> None:
    """openapi-python-client would take its own of the same name, or the package would lack a module."""
    (templates / name).unlink()
    said = refused(workshop, templates)
    assert f"in {templates}" in said
    assert "Restore it" in said or "Restore the template" in said


def test_what_is_written_in_asynchronous_form_has_a_synchronous_twin(workshop: Workshop, templates: Path) -> None:
    (templates / "more").mkdir()
    (templates / "more" / "__init__.py").write_text('"""More."""\n')
    (templates / "more" / "async_waiting.py").write_text(WAITING)
    workshop.write(SMALL)
    assert workshop.run(templates=templates).code == 0
    made = bytes_of(workshop.package)
    assert made["more/async_waiting.py"].decode() == WAITING
    assert made["more/waiting.py"].decode() == WAITED


def test_no_template_of_the_generator_is_within_reach(workshop: Workshop, templates: Path) -> None:
    (templates / "_version.py.jinja").write_text('{% include "model.py.jinja" %}')
    assert "there is no model.py.jinja" in refused(workshop, templates)


def test_a_mistake_in_a_template_is_shown_with_its_line(workshop: Workshop, templates: Path) -> None:
    (templates / "_version.py.jinja").write_text('"""The version."""\n\n{% if %}\n')
    assert f"{templates}/_version.py.jinja:3: " in refused(workshop, templates)


def test_a_name_that_a_template_does_not_know_is_shown(workshop: Workshop, templates: Path) -> None:
    (templates / "_version.py.jinja").write_text("VERSION = {{ api.versoin }}\n")
    said = refused(workshop, templates)
    assert f"{templates}/_version.py.jinja" in said
    assert "has no attribute 'versoin'. Correct the template." in said


def test_a_template_that_gives_no_python_is_shown(workshop: Workshop, templates: Path) -> None:
    (templates / "_version.py.jinja").write_text("VERSION = = {{ api.version | literal }}\n")
    said = refused(workshop, templates)
    assert "the templates give code that ruff cannot parse" in said
    assert "acedata_responses/_version.py:1:11" in said


def test_further_modules_need_no_registration(workshop: Workshop, templates: Path) -> None:
    (templates / "more").mkdir()
    (templates / "more" / "hints.py").write_text('"""Hints."""\nA=1\n')
    (templates / "more" / "notes.txt").write_text("not for the package")
    workshop.write(SMALL)
    assert workshop.run(templates=templates).code == 0
    made = bytes_of(workshop.package)
    assert made["more/hints.py"] == b'"""Hints."""\n\nA = 1\n'
    assert "more/notes.txt" not in made


def test_a_failure_of_ruff_leaves_the_old_package(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    workshop.make(SMALL)
    before = snapshot(workshop.output)
    ruff = tmp_path / "ruff"
    ruff.write_text("#!/bin/sh\necho 'out of order' >&2\nexit 2\n")
    ruff.chmod(0o755)
    monkeypatch.setattr("scripts.generate._ruff", lambda: str(ruff))
    outcome = workshop.run()
    assert outcome.code == 2
    assert "out of order" in outcome.err
    assert snapshot(workshop.output) == before


def test_a_ruff_that_is_not_installed_is_missed(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """openapi-python-client would leave the files unformatted."""
    monkeypatch.setitem(sys.modules, "ruff", None)
    said = refused(workshop, TEMPLATES)
    assert "ruff is not installed beside this Python. Run: make setup" in said


@pytest.fixture(scope="module")
def reserved(tmp_path_factory: pytest.TempPathFactory) -> Reserved:
    """The names that are kept from the document, as the generator finds them in the templates."""
    from scripts.generation.project import project_for
    from scripts.openapi.document import load

    folder = tmp_path_factory.mktemp("reserved")
    return project_for(load(SECOND), ROOT / "generator-config.yaml", TEMPLATES, folder).reserved


def test_names_that_generated_modules_import_are_kept_from_schemas(reserved: Reserved, tmp_path: Path) -> None:
    """Also those that ruff takes out of a module again that does not need them."""
    from scripts.generation.project import project_for
    from scripts.generation.schemas import MODULES
    from scripts.openapi.document import load

    found: set[str] = set()
    files = project_for(load(SECOND), ROOT / "generator-config.yaml", TEMPLATES, tmp_path).files()
    for name, code in files.items():
        if name.startswith(("types/", "resources/")) and "/_" not in name:
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.ImportFrom) and node.module not in ("types", *MODULES):
                    found |= {alias.asname or alias.name for alias in node.names}
    classes = {name for name in found if name[0].isupper() and not name.isupper()}
    assert "Mapping" in classes
    assert classes <= reserved.classes


def test_names_that_clients_have_are_kept_from_tags(reserved: Reserved, library: ModuleType) -> None:
    tags = {"books", "reading_rooms", "stories"}
    for client in (library.Client, library.AsyncClient):
        assert {name for name in dir(client) if not name.startswith("_")} - tags == reserved.resources


def test_names_that_objects_have_are_kept_from_fields(reserved: Reserved, library: ModuleType) -> None:
    model = part(library, "types").Model
    names = {name for name in dir(model) if not name.startswith("_")}
    assert names | {"further_fields"} == reserved.attributes


def test_names_that_methods_have_are_kept_from_fields(reserved: Reserved, library: ModuleType) -> None:
    signature = inspect.signature(part(library, "resources.books").Books.newest)
    assert {*signature.parameters, "via_stream"} == reserved.arguments  # the last one where there is a stream


def test_names_of_exceptions_are_kept_from_kinds(reserved: Reserved, library: ModuleType) -> None:
    """The document of this package has no kinds of its own."""
    module = part(library, "errors")
    found = {name for name, value in vars(module).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert found == reserved.exceptions
