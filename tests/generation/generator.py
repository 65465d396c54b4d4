"""Runs of scripts/generate.py, the packages that they give, and a service for their clients."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import module_from_spec, spec_from_file_location
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import httpx
import pytest

if sys.version_info < (3, 11):
    pytest.skip("openapi-python-client needs Python 3.11", allow_module_level=True)
pytest.importorskip("openapi_python_client", reason="openapi-python-client is not installed")

from scripts import generate
from tests.generation.documents import ROOT

PACKAGE = "acedata_responses"


class Outcome(NamedTuple):
    """The exit status and output of a run."""

    code: int
    out: str
    err: str


class Generator:
    """A folder with a document and the package that is generated from it.

    Attributes:
        document: The document.
        output: The folder that holds the package.
        package: The package's folder.
        config: The configuration of openapi-python-client.
    """

    def __init__(self, folder: Path) -> None:
        self.document = folder / "document.yaml"
        self.output = folder / "output"
        self.package = self.output / PACKAGE
        self.config = ROOT / "generator-config.yaml"

    def write(self, document: Mapping[str, Any] | str) -> None:
        """Write the document: a string as it is, data as JSON with one value on a line."""
        text = document if isinstance(document, str) else json.dumps(document, indent=1)
        self.document.write_text(text, encoding="utf-8")

    def configure(self, text: str) -> None:
        """Use this configuration instead of the project's own."""
        self.config = self.document.with_name("config.yaml")
        self.config.write_text(text, encoding="utf-8")

    def run(self, *flags: str, templates: Path = ROOT / "templates") -> Outcome:
        """Run scripts/generate.py."""
        arguments = ["--document", self.document, "--output", self.output, "--templates", templates]
        arguments += ["--config", self.config]
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = generate.main([str(argument) for argument in (*arguments, *flags)])
        return Outcome(code, out.getvalue(), err.getvalue())

    def make(self, document: Mapping[str, Any] | str) -> Path:
        """Generate the package, which must succeed, and return its folder."""
        self.write(document)
        outcome = self.run()
        assert outcome.code == 0, outcome.err
        return self.package

    def refuse(self, document: Mapping[str, Any] | str, **options: Any) -> str:
        """Return the message about a document that is refused, so that nothing is written."""
        self.write(document)
        outcome = self.run(**options)
        assert outcome.code == 2, outcome.out
        assert not self.output.exists()
        return outcome.err


class Service:
    """A handler for httpx that records requests, and returns the given responses in turn, of which the last repeatedly.

    A response is an `httpx.Response`, JSON data or an exception.
    """

    def __init__(self, *responses: Any) -> None:
        self.responses = list(responses) or [{"name": "x"}]
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(response, Exception):
            raise response
        return response if isinstance(response, httpx.Response) else httpx.Response(200, json=response)

    def reply_with(self, data: Any, status: int = 200, **headers: str) -> None:
        """Set the JSON of the response."""
        self.responses = [httpx.Response(status, json=data, headers=headers)]

    def stream(self, *events: Any) -> None:
        """Set server-sent events as the response: data as JSON, strings as they are."""
        lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
        text = "".join(f"data: {line}\n\n" for line in lines)
        self.responses = [httpx.Response(200, headers={"content-type": "text/event-stream"}, text=text)]

    @property
    def last(self) -> httpx.Request:
        """The last request."""
        return self.requests[-1]


def load(package: Path, name: str) -> ModuleType:
    """Import a package from its folder under another name, so that several can be loaded at the same time."""
    spec = spec_from_file_location(name, package / "__init__.py", submodule_search_locations=[str(package)])
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def part(package: ModuleType, name: str) -> ModuleType:
    """Return a module of a package."""
    return importlib.import_module(f"{package.__name__}.{name}")


def unload(name: str) -> None:
    """Remove an imported package from `sys.modules`."""
    for module in [loaded for loaded in sys.modules if loaded == name or loaded.startswith(f"{name}.")]:
        del sys.modules[module]


def snapshot(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Return everything below a folder: kinds, permissions, times and bytes."""
    return {path.relative_to(folder).as_posix(): _state(path) for path in [folder, *_below(folder)]}


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, without Python's caches."""
    files = (path for path in _below(folder) if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        yield from (Path(root) / name for name in (*folders, *files))


def _state(path: Path) -> tuple[Any, ...]:
    about = path.lstat()
    content = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
    return about.st_mode, about.st_ino, about.st_mtime_ns, content
