"""The package's files as text, rendered in openapi-python-client's template environment.

Every template is ours and every file of the package has one (or is a plain module of templates), so the
generator's own templates are not used: one that is missing here is an error.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from openapi_python_client import Project
from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData

from scripts.openapi import keyword_checks, schema_checks
from scripts.openapi.document import Document
from scripts.openapi.operations import Operation, find
from scripts.openapi.problems import DocumentError

from . import reserved
from .config import read as read_config
from .generator_parse import Parsed, parse
from .methods import Method, Stream
from .names import constant
from .resources import Resource
from .text import FILTERS, Call
from .types import ANYTHING
from .unasync import sync_name, to_sync
from .view import Api, Class, Module, build

_ENDINGS = (".py", ".py.jinja", "py.typed")

_IMPORTS = re.compile(r"^ *from (\.+)([\w.]*) import", re.MULTILINE)


class ClientProject(Project):
    """The generator's project, rendered by our templates alone.

    Attributes:
        templates: The folder of the templates.
        sources: The templates and plain modules by their path in it.
        reserved: The names that the templates use.
        api: The data of the templates; empty until it is built.
    """

    def __init__(self, *, openapi: GeneratorData, config: Config, templates: Path) -> None:
        super().__init__(openapi=openapi, config=config, custom_template_path=templates)
        self.templates = templates
        self.sources = _sources(templates)
        self.env.loader = FileSystemLoader(str(templates))
        self.env.undefined = StrictUndefined
        self.env.filters.update(FILTERS, constant=constant)
        self.api = Api()
        self.env.globals.update(package=self.package_name, api=self.api, exceptions=[])
        self.reserved = reserved.of_templates(self._empty)

    def build_api(self, parsed: Parsed, operations: list[Operation]) -> None:
        """Compute the data that the templates print."""
        version = self.version.get_untrusted_value()
        self.api = build(parsed, operations, self.reserved, version)
        self.env.globals.update(api=self.api, exceptions=sorted(self.reserved.exceptions))

    def run_post_hooks(self, package: Path) -> None:
        """Run the commands of `post_hooks` in the folder of the package.

        Raises:
            DocumentError: One failed, or its program is not installed.
        """
        self.project_dir = package
        self._run_post_hooks()
        if self.errors:
            texts = [f"{error.header}: {' '.join((error.detail or '').split())}" for error in self.errors]
            raise DocumentError(*(f"post_hooks in generator-config.yaml: {text}" for text in texts))

    def _empty(self, name: str) -> ast.Module:
        """Return the code of a module or template, with a class without fields and a method without arguments."""
        if name not in self.sources:
            raise DocumentError(f"there is no {name} in {self.templates}. Restore it.")
        stream = Stream("stream", replace(ANYTHING, decoder="read({})"))
        operation = Method(pointer="", path="", http_method="", node={"operationId": ""}, name="call", stream=stream)
        tag = Resource("", "", "Empty", "", [operation])
        extensions = {"x-text": (), "x-reply": Call("ReplyRole", {}), "x-data": Call("DataPart", {"media_types": ()})}
        class_ = Class(pointer="", name="Empty", kind="class", schema={}, fields=[], extensions=extensions)
        module = Module("shared", [class_])
        code = self._render(name, self.sources[name], module=module, tag=tag)
        try:
            return ast.parse(code)
        except SyntaxError as error:
            text = f"{self.templates / name}: {error} in its output. Correct the template."
            raise DocumentError(text) from None

    def files(self) -> dict[str, str]:
        """Return every file of the package: path inside it and text, not formatted yet.

        The folder of templates is laid out like the package: `limits.py` is copied to `limits.py`, `errors.py.jinja`
        is rendered to `errors.py`, and `types/[module].py.jinja` to one file for each module of types. A module whose
        name begins with `async_` also creates its synchronous form, unless the folder has that itself.

        Raises:
            DocumentError: A template is missing or cannot be rendered.
        """
        files: dict[str, str] = {}
        for name, source in self.sources.items():
            path = name.removesuffix(".jinja")
            for target, values in self._targets(path):
                files[target] = source if path == name else self._render(name, source, **values)
        self._check_imports(files)
        return files

    def _targets(self, path: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the files that a template is rendered to, with their values: one, or one for each tag or module."""
        for placeholder, targets in (("tag", self.api.tags), ("module", self.api.modules)):
            if f"[{placeholder}]" in path:
                return [(path.replace(f"[{placeholder}]", target.name), {placeholder: target}) for target in targets]
        return [(path, {})]

    def _check_imports(self, files: dict[str, str]) -> None:
        """Refuse to write a package of which a module is missing: its template was deleted or renamed."""
        for name, code in files.items():
            for dots, module in _IMPORTS.findall(code):
                folder = name.split("/")[: -len(dots)]
                path = "/".join([*folder, *filter(None, module.split("."))])
                if not {f"{path}.py", f"{path}/__init__.py".lstrip("/")} & files.keys():
                    text = f"{name} imports {path}, and no template in {self.templates} creates that module."
                    raise DocumentError(f"{text} Restore the template, or correct the import.")

    def _render(self, template: str, source: str, **values: Any) -> str:
        try:
            return self.env.from_string(source).render(**values)
        except TemplateNotFound as error:
            raise DocumentError(f"there is no {error.name} in {self.templates}. Restore it.") from None
        except TemplateError as error:
            line = f":{error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
            raise DocumentError(f"{self.templates / template}{line}: {error}. Correct the template.") from error


def _sources(templates: Path) -> dict[str, str]:
    """Return the templates and plain modules, with the synchronous forms derived from the asynchronous ones."""
    paths = [path for path in sorted(templates.rglob("*")) if path.name.endswith(_ENDINGS)]
    sources = {path.relative_to(templates).as_posix(): path.read_text("utf-8") for path in paths}
    for name, source in list(sources.items()):
        twin = sync_name(name)
        if twin is not None:
            sources.setdefault(twin, to_sync(source))
    return sources


def project_for(document: Document, config_path: Path, templates: Path, output: Path) -> ClientProject:
    """Parse the document with the generator, and compute the data of the templates.

    Raises:
        DocumentError: The document or the configuration is not supported faithfully, or a template cannot be rendered.
    """
    config = read_config(config_path, document, output)
    keyword_checks.check(document)
    schema_checks.check(document)
    operations = find(document, config)
    parsed = parse(document, config)
    project = ClientProject(openapi=parsed.data, config=config, templates=templates)
    project.build_api(parsed, operations)
    return project
