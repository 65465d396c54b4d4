"""The templates: each must be there and give Python, and the names that they use are reserved."""

from __future__ import annotations

import ast
import inspect
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from scripts.generation.project import ClientProject

from tests.generation.documents import LIBRARY, ROOT, SMALL
from tests.generation.generator import Generator, bytes_of, part, snapshot

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

ASYNC = '''\
"""Numbers (async): an AsyncStream is closed in an `async with` block."""


class AsyncNumbers:
    async def __aenter__(self) -> AsyncIterator[int]:
        async for one in self._async_numbers:
            await anext(one)
        return await self.sleep_async(1)
'''
SYNC = '''\
"""Numbers: a Stream is closed in a `with` block."""


class Numbers:
    def __enter__(self) -> Iterator[int]:
        for one in self._numbers:
            next(one)
        return self.sleep(1)
'''


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the templates."""
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))


@pytest.mark.parametrize("name", SOURCES)
def test_a_missing_template_is_reported(generator: Generator, templates: Path, name: str) -> None:
    """openapi-python-client would use its own of the same name, or the package would lack a module."""
    (templates / name).unlink()
    error = generator.refuse(SMALL, templates=templates)
    assert f"in {templates}" in error
    assert "Restore it" in error or "Restore the template" in error


def test_an_async_module_has_a_sync_twin_and_further_modules_need_no_registration(
    generator: Generator, templates: Path
) -> None:
    (templates / "more").mkdir()
    (templates / "more" / "__init__.py").write_text('"""More."""\nA=1\n')
    (templates / "more" / "async_numbers.py").write_text(ASYNC)
    (templates / "more" / "notes.txt").write_text("not for the package")
    generator.write(SMALL)
    assert generator.run(templates=templates).code == 0
    files = bytes_of(generator.package)
    assert files["more/__init__.py"] == b'"""More."""\n\nA = 1\n'
    assert files["more/async_numbers.py"].decode() == ASYNC
    assert files["more/numbers.py"].decode() == SYNC
    assert "more/notes.txt" not in files


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ('{% include "model.py.jinja" %}', "there is no model.py.jinja in {templates}"),  # the generator has one
        ('"""The version."""\n\n{% if %}\n', "{templates}/_version.py.jinja:3: "),
        ("VERSION = {{ api.versoin }}\n", "has no attribute 'versoin'. Correct the template."),
        ("VERSION = = {{ api.version | literal }}\n", "acedata_responses/_version.py:1:11"),
    ],
)
def test_a_mistake_in_a_template_is_reported(
    generator: Generator, templates: Path, template: str, message: str
) -> None:
    (templates / "_version.py.jinja").write_text(template)
    assert message.format(templates=templates) in generator.refuse(SMALL, templates=templates)


def test_a_failure_of_ruff_leaves_the_old_package(
    generator: Generator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    generator.make(SMALL)
    before = snapshot(generator.output)
    ruff = tmp_path / "ruff"
    ruff.write_text("#!/bin/sh\necho 'out of order' >&2\nexit 2\n")
    ruff.chmod(0o755)
    monkeypatch.setattr("scripts.generate._ruff", lambda: str(ruff))
    outcome = generator.run()
    assert outcome.code == 2
    assert "the templates produce code that ruff cannot parse:\nout of order" in outcome.err
    assert snapshot(generator.output) == before


def test_a_missing_ruff_is_reported(generator: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    """openapi-python-client would leave the files unformatted."""
    monkeypatch.setitem(sys.modules, "ruff", None)
    assert "ruff is not installed for this Python. Run: make setup" in generator.refuse(SMALL)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ClientProject:
    """The generator's project for library.yaml."""
    from scripts.generation.project import project_for
    from scripts.openapi.document import load

    folder = tmp_path_factory.mktemp("project")
    return project_for(load(LIBRARY), ROOT / "generator-config.yaml", TEMPLATES, folder)


def test_schemas_may_not_be_named_like_what_generated_modules_import(project: ClientProject) -> None:
    """Including the imports that ruff removes from a module that does not need them."""
    from scripts.generation.schemas import MODULES

    imported: set[str] = set()
    for name, code in project.files().items():
        if name.startswith(("types/", "resources/")) and "/_" not in name:
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.ImportFrom) and node.module not in ("types", *MODULES):
                    imported |= {alias.asname or alias.name for alias in node.names}
    classes = {name for name in imported if name[0].isupper() and not name.isupper()}
    assert "Mapping" in classes
    assert classes <= project.reserved.classes


def test_names_of_the_package_are_reserved(project: ClientProject, library: ModuleType) -> None:
    reserved = project.reserved
    tags = {"books", "reading_rooms", "stories"}
    for client in (library.Client, library.AsyncClient):
        assert {name for name in dir(client) if not name.startswith("_")} - tags == reserved.resources
    model = {name for name in dir(part(library, "types").Model) if not name.startswith("_")}
    assert model | {"further_fields"} == reserved.attributes
    signature = inspect.signature(part(library, "resources.books").Books.newest)
    assert {*signature.parameters, "via_stream"} == reserved.arguments  # the last one where there is a stream
    values = vars(part(library, "errors")).items()  # library.yaml has no kinds of error
    errors = {name for name, value in values if isinstance(value, type) and issubclass(value, Exception)}
    assert errors == reserved.exceptions
