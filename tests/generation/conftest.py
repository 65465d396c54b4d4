"""Packages that several tests use are generated once.

Tests here name no class that only openapi.yaml has, except those of test_additions.py, which are about that document.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

import pytest

# openapi-python-client needs Python 3.11.
collect_ignore_glob = ["test_*.py"] if sys.version_info < (3, 11) else []

if TYPE_CHECKING:
    from scripts.generate import Package
    from tests.generation.generator import Generator


@pytest.fixture(scope="session", autouse=True)
def templates_processed_once() -> Iterator[None]:
    """Compute once a session what depends on the text of one file alone, which is most of the cost of a run."""
    jinja2 = pytest.importorskip("jinja2")
    if sys.version_info < (3, 11):
        pytest.skip("openapi-python-client needs Python 3.11")
    from scripts import generate
    from scripts.generation import project, reserved

    compile_, of_templates, format_ = jinja2.Environment.compile, reserved.of_templates, generate._format
    compiled: dict[Any, CodeType] = {}
    formatted: dict[tuple[str, Path, bytes], bytes] = {}
    names: dict[Any, reserved.Reserved] = {}

    def compile_once(environment: Any, source: Any, *arguments: Any, **options: Any) -> CodeType:
        key = source, arguments, tuple(options.items())
        if key not in compiled:
            compiled[key] = compile_(environment, source, *arguments, **options)
        return compiled[key]

    def of_templates_once(empty: Any) -> reserved.Reserved:
        key = frozenset(empty.__self__.sources.items())
        if key not in names:
            names[key] = of_templates(empty)
        return names[key]

    def format_once(folder: Path, paths: list[Path]) -> None:
        before = {path: (generate._ruff(), path, (folder / path).read_bytes()) for path in paths}
        if new := [path for path in paths if before[path] not in formatted]:
            format_(folder, new)
            formatted.update({before[path]: (folder / path).read_bytes() for path in new})
        for path, key in before.items():
            (folder / path).write_bytes(formatted[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "_format", format_once)
        patch.setattr(jinja2.Environment, "compile", compile_once)
        patch.setattr(reserved, "of_templates", of_templates_once)
        patch.setattr(project, "to_sync", cache(project.to_sync))
        yield


@pytest.fixture
def generator(tmp_path: Path) -> Generator:
    """A folder to generate in."""
    from tests.generation.generator import Generator

    return Generator(tmp_path)


@pytest.fixture
def rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renders each document once, for tests of what is done with the files of a package."""
    from scripts import generate

    render = generate.render

    def remembered(document: Path, templates: Path, config: Path) -> Package:
        text = document.read_bytes()
        if text not in _RENDERED:
            _RENDERED[text] = render(document, templates, config)
        return _RENDERED[text]

    monkeypatch.setattr(generate, "render", remembered)


_RENDERED: dict[bytes, Package] = {}


@pytest.fixture(scope="session")
def library_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the package that is generated from library.yaml."""
    from tests.generation.documents import LIBRARY
    from tests.generation.generator import Generator

    return Generator(tmp_path_factory.mktemp("library")).make(LIBRARY.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def library(library_package: Path) -> Iterator[ModuleType]:
    """The package that is generated from library.yaml, imported."""
    from tests.generation.generator import load, unload

    yield load(library_package, "village_library")
    unload("village_library")
