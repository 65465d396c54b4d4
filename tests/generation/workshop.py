"""Where packages are generated in tests: documents made of parts, runs of the generator, packages from folders."""

from __future__ import annotations

import copy
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

import pytest

if sys.version_info < (3, 11):
    pytest.skip("openapi-python-client needs Python 3.11", allow_module_level=True)
pytest.importorskip("openapi_python_client", reason="openapi-python-client is not installed")

from ruamel.yaml import YAML

from scripts import generate

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "openapi.yaml"
SECOND = Path(__file__).with_name("second.yaml")
FOREIGN = Path(__file__).with_name("foreign.yaml")
PACKAGE = "acedata_responses"

SMALL: dict[str, Any] = {
    "openapi": "3.1.1",
    "info": {"title": "Small", "version": "1.0.0"},
    "servers": [{"url": "https://small.test"}],
    "paths": {
        "/things/{id}": {
            "post": {
                "operationId": "things.make",
                "tags": ["things"],
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}},
                },
                "responses": {
                    "200": {
                        "description": "It is made.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    }
                },
            }
        }
    },
    "components": {
        "schemas": {
            "NewThing": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "live": {"type": "boolean"}},
            },
            "Thing": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "kind": {"type": "string", "enum": ["a", "b"]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                },
            },
            "Part": {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}}},
        }
    },
}
"""The least document with a parameter, a body and an answer."""

GONE: Any = object()
"""As a change: what is there is taken out."""


def changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a document with other values at some JSON pointers; what is missing on the way is made."""
    result: Any = copy.deepcopy(dict(document))
    for pointer, value in changes.items():
        *way, last = steps(pointer)
        node = result
        for step in way:
            node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
        if value is GONE:
            del node[last]
        elif isinstance(node, list):
            node.insert(int(last), copy.deepcopy(value))
        else:
            node[last] = copy.deepcopy(value)
    return result  # type: ignore[no-any-return]


def steps(pointer: str) -> list[str]:
    """The keys of a JSON pointer."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def parsed(path: Path) -> dict[str, Any]:
    """A document as plain data, by a reader that is not the generator's own."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


class Outcome(NamedTuple):
    """What a run of the generator gave."""

    code: int
    out: str
    err: str


class Workshop:
    """A folder with a document and the package that is made from it.

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
        """Put a document in place: a text as it is, data as JSON, one value on a line."""
        text = document if isinstance(document, str) else json.dumps(document, indent=1)
        self.document.write_text(text, encoding="utf-8")

    def configure(self, text: str) -> None:
        """Put a configuration of the generator in place, in the stead of the project's own."""
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
        """Generate a package that must succeed."""
        self.write(document)
        outcome = self.run()
        assert outcome.code == 0, outcome.err
        return self.package


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
    """A module of a package."""
    return importlib.import_module(f"{package.__name__}.{name}")


def unload(name: str) -> None:
    """Forget a package."""
    for module in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
        del sys.modules[module]


def snapshot(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Everything below a folder: kinds, permissions, times and bytes."""
    return {path.relative_to(folder).as_posix(): _state(path) for path in [folder, *_below(folder)]}


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The files below a folder, without Python's caches."""
    files = (path for path in _below(folder) if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        yield from (Path(root) / name for name in (*folders, *files))


def _state(path: Path) -> tuple[Any, ...]:
    about = path.lstat()
    content = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
    return about.st_mode, about.st_ino, about.st_mtime_ns, content
