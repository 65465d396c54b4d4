"""The package's files as text: openapi-python-client parses the document and lends its template environment.

Every template is ours and every file of the package has one (or is a plain module of templates), so the
generator's own templates are out of reach: one that is missing here is an error, not a silent stand-in.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from openapi_python_client import Project
from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData
from openapi_python_client.strings import safe_for_docstring

from . import checks, literals, names, prose, reserved, spec
from .config import read as read_config
from .document import Document
from .methods import Operation, Stream
from .operations import OperationSpec, find
from .parse import Parsed, parse
from .problems import DocumentError
from .resources import Resource
from .types import ANYTHING, Decoder
from .unasync import sync_name, to_sync
from .view import Api, ApiBuilder, Module

LINE_LENGTH = 110

MODULE_DOCS = {
    "shared": "What both requests and replies are made of.",
    "requests": "What requests are made of.",
    "replies": "What the service answers.",
    "events": "What a stream brings.",
}

_ENDINGS = (".py", ".py.jinja", "py.typed")

_IMPORTS = re.compile(r"^ *from (\.+)([\w.]*) import", re.MULTILINE)

PUBLIC = {
    "._async_client": ["AsyncClient"],
    "._calls.async_streams": ["AsyncStream"],
    "._client": ["Client"],
    "._clock": ["Clock"],
    ".types._http_response": ["HTTPResponse"],
    "._request.not_given": ["NOT_GIVEN", "NotGiven"],
    "._request.unknown_values": ["UnknownValueWarning"],
    "._calls.streams": ["Stream"],
    "._document.validation": ["Problem"],
    "._version": ["VERSION"],
    ".limits": ["Limiter", "Limits"],
    ".observations": ["Observation", "Observations"],
    ".retry": ["Failure", "RetryPolicy"],
}
"""The names that the package itself offers beside its errors, by the module that defines them."""


class ClientProject(Project):
    """The generator's project, rendered by our templates alone.

    Attributes:
        templates: The folder of the templates.
        sources: The templates and plain modules by their path in it.
        reserved: The names that the templates need themselves.
        api: The document as the templates see it; nothing at all until it is built.
    """

    def __init__(self, *, openapi: GeneratorData, config: Config, templates: Path) -> None:
        super().__init__(openapi=openapi, config=config, custom_template_path=templates)
        self.templates = templates
        self.sources = _sources(templates)
        self.env.loader = FileSystemLoader(str(templates))
        self.env.undefined = StrictUndefined
        self.env.filters.update(FILTERS)
        self.env.globals.update(package=self.package_name, module_docs=MODULE_DOCS)
        self.api = Api()
        self.env.globals.update(api=self.api, modules=[])
        self.reserved = reserved.of_templates(self._empty)

    def build_api(self, parsed: Parsed, operations: list[OperationSpec]) -> None:
        """Decide what the templates print."""
        version = self.version.get_untrusted_value()
        api = self.api = ApiBuilder(parsed, operations, self.reserved).build(version)
        errors = [*sorted(self.reserved.exceptions), *(kind.name for kind in api.errors.kinds)]
        public = {**PUBLIC, ".errors": errors}
        public_names = sorted(name for found in public.values() for name in found)
        modules = list(api.modules.values())
        self.env.globals.update(api=api, modules=modules, public=public, public_names=public_names)

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
        """What a module or template gives with nothing of the document but a method `call` that takes nothing."""
        if name not in self.sources:
            raise DocumentError(f"there is no {name} in {self.templates}. Put it back.")
        event = replace(ANYTHING, decoder=Decoder("read({})", frozenset()))
        operation = Operation(
            id="", name="call", http_method="", path="", stream=Stream("stream", None, event)
        )
        tag = Resource("", "", "Empty", "", [operation])
        code = self._render(name, self.sources[name], module=Module("shared"), tag=tag)
        try:
            return ast.parse(code)
        except SyntaxError as error:
            text = f"{self.templates / name}: {error} in what it gives. Correct the template."
            raise DocumentError(text) from None

    def files(self) -> dict[str, str]:
        """Every file of the package: path inside it and text, not formatted yet.

        The folder of templates is laid out like the package: `limits.py` is copied to `limits.py`, `errors.py.jinja`
        is rendered to `errors.py`, and `types/[module].py.jinja` to one file for each module of types. A module whose
        name begins with `async_` gives its synchronous twin too, unless that is there itself.

        Raises:
            DocumentError: A template is missing or cannot be rendered.
        """
        files: dict[str, str] = {}
        for name, source in self.sources.items():
            if not name.endswith(".jinja"):
                files[name] = source
                continue
            for values in self._values_for(name.rpartition("/")[2]):
                files[_filled(name.removesuffix(".jinja"), values)] = self._render(name, source, **values)
        self._check_imports(files)
        return files

    def _check_imports(self, files: dict[str, str]) -> None:
        """Refuse to write a package of which a module is missing: its template was deleted or renamed."""
        for name, code in files.items():
            for dots, module in _IMPORTS.findall(code):
                folder = name.split("/")[: -len(dots)]
                wanted = "/".join([*folder, *filter(None, module.split("."))])
                if not {f"{wanted}.py", f"{wanted}/__init__.py".lstrip("/")} & files.keys():
                    text = f"{name} imports {wanted}, and no template in {self.templates} gives that module."
                    raise DocumentError(f"{text} Put the template back, or correct the import.")

    def _values_for(self, name: str) -> list[dict[str, Any]]:
        """What a template is rendered with: once, or for each of what its name has in brackets."""
        if name.startswith("[tag]"):
            return [{"tag": tag} for tag in self.api.tags]
        if name.startswith("[module]"):
            return [{"module": module} for module in self.api.modules.values()]
        return [{}]

    def _render(self, template: str, source: str, **values: Any) -> str:
        try:
            return self.env.from_string(source).render(**values)
        except TemplateNotFound as error:
            text = f"there is no {error.name} in {self.templates}. Put it back: every file has a template."
            raise DocumentError(text) from None
        except TemplateSyntaxError as error:
            text = f"{self.templates / template}:{error.lineno}: {error.message}. Correct the template."
            raise DocumentError(text) from None
        except TemplateError as error:
            raise DocumentError(f"{self.templates / template}: {error}. Correct the template.") from error


def _sources(templates: Path) -> dict[str, str]:
    """The templates and plain modules, with the synchronous twins of those written in asynchronous form."""
    paths = [path for path in sorted(templates.rglob("*")) if path.name.endswith(_ENDINGS)]
    sources = {path.relative_to(templates).as_posix(): path.read_text("utf-8") for path in paths}
    for name, source in list(sources.items()):
        twin = sync_name(name)
        if twin is not None:
            sources.setdefault(twin, to_sync(source))
    return sources


def project_for(document: Document, config_path: Path, templates: Path, output: Path) -> ClientProject:
    """Let the generator parse the document, and decide what our templates print.

    Args:
        document: The document.
        config_path: generator-config.yaml.
        templates: The folder of the templates.
        output: The folder of the package.

    Raises:
        DocumentError: The document or the configuration is not expressed faithfully, or a template cannot be rendered.
    """
    config = read_config(config_path, document, output)
    spec.check(document)
    checks.check(document)
    operations = find(document, config)
    parsed = parse(document, config)
    project = ClientProject(openapi=parsed.data, config=config, templates=templates)
    project.build_api(parsed, operations)
    return project


class _NamesOf(ast.NodeTransformer):
    """Makes names attributes of a module."""

    def __init__(self, module: str, found: Collection[str]) -> None:
        self._module = module
        self._names = found

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Attribute(ast.Name(self._module), node.id) if node.id in self._names else node


def _names_of(annotation: str, module: str, found: Collection[str]) -> str:
    """An annotation with these names as attributes of a module: `list[Reply]` as `list[types.Reply]`."""
    return ast.unparse(_NamesOf(module, found).visit(ast.parse(annotation, mode="eval")))


def _filled(name: str, values: dict[str, Any]) -> str:
    """A path with the name of a tag or module in the place of its brackets."""
    for kind, value in values.items():
        name = name.replace(f"[{kind}]", value.name)
    return name


def _prose(text: str, indent: int, goes_on: bool = False) -> str:
    """Text for a docstring that stands at an indent, wrapped, each line of the text on a line of its own.

    Args:
        text: The text.
        indent: Where the docstring stands.
        goes_on: Whether more follows in the docstring, so that its end is not here.
    """
    pad = " " * indent
    lines = [_wrapped(line, indent + 3, indent) for line in _safe(text).split("\n")]
    joined = "\n".join(f"{pad}{line}".rstrip() for line in lines).strip()
    return f"{joined}\n{pad}" if "\n" in joined and not goes_on else joined


def _entry(text: str, name: str, indent: int) -> str:
    """An entry of a docstring's list, `name: text`; further lines stand four deeper."""
    text = _safe(text) or "The document does not describe it."
    return f"{name}: {_wrapped(text, indent + len(name) + 2, indent + 4)}"


def _safe(text: str) -> str:
    """Text that can stand in a docstring: it neither ends it nor does something else than to be read."""
    return str(safe_for_docstring("".join(c for c in text if c == "\n" or not literals.is_hidden(c))))


def _wrapped(text: str, first: int, indent: int) -> str:
    """Text in lines, of which the first begins at a column and the others at an indent."""
    pad = " " * indent
    return textwrap.fill(
        text, LINE_LENGTH, initial_indent=" " * first, subsequent_indent=pad, break_on_hyphens=False
    ).strip()


FILTERS: dict[str, Callable[..., Any]] = {
    "constant": names.constant,
    "entry": _entry,
    "literal": literals.written,
    "names_of": _names_of,
    "prose": _prose,
    "safe": _safe,
    "sentence": prose.sentence,
    "tuple": tuple,
}
