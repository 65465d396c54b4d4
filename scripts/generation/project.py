"""The package's files as text: openapi-python-client parses the document and lends its template environment.

Every template is ours and every file of the package has one (or is a plain module of templates), so the
generator's own templates are out of reach: one that is missing here is an error, not a silent stand-in.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError, ParseError
from openapi_python_client.strings import safe_for_docstring

from . import errors, literals, names, structure
from .document import Document, DocumentError
from .unasync import sync_name, to_sync
from .view import Api, build

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
    ".types._http_response": ["HTTPResponse"],
    "._request.build": ["UnknownValueWarning"],
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
        api: The document as the templates see it.
        templates: The folder of the templates.
    """

    def __init__(self, *, openapi: GeneratorData, config: Config, templates: Path, api: Api) -> None:
        super().__init__(openapi=openapi, config=config, custom_template_path=templates)
        self.api = api
        self.templates = templates
        self.env.loader = FileSystemLoader(str(templates))
        self.env.undefined = StrictUndefined
        self.env.filters.update(FILTERS)
        self.env.globals.update(
            api=api,
            package=self.package_name,
            modules=list(api.modules.values()),
            module_docs=MODULE_DOCS,
            public=(
                public := {**PUBLIC, ".errors": [*errors.BASE, *(kind.name for kind in api.errors.kinds)]}
            ),
            public_names=sorted(name for found in public.values() for name in found),
        )

    def files(self) -> dict[str, str]:
        """Every file of the package: path inside it and text, not formatted yet.

        The folder of templates is laid out like the package: `limits.py` is copied to `limits.py`, `errors.py.jinja`
        is rendered to `errors.py`, and `types/[module].py.jinja` to one file for each module of types. A module whose
        name begins with `async_` gives its synchronous twin too, unless that is there itself.

        Raises:
            DocumentError: A template is missing or cannot be rendered.
        """
        files: dict[str, str] = {}
        for name, source in self._sources().items():
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

    def _sources(self) -> dict[str, str]:
        """The templates and plain modules, with the synchronous twins of those written in asynchronous form."""
        paths = [path for path in sorted(self.templates.rglob("*")) if path.name.endswith(_ENDINGS)]
        sources = {path.relative_to(self.templates).as_posix(): path.read_text("utf-8") for path in paths}
        for name, source in list(sources.items()):
            twin = sync_name(name)
            if twin is not None:
                sources.setdefault(twin, to_sync(source))
        return sources

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


def project_for(document: Document, config_path: Path, templates: Path, output: Path) -> ClientProject:
    """Parse the document, with the generator and for our templates.

    Raises:
        DocumentError: Either of them has something to say about it.
    """
    structure.check(document)
    api = build(document)
    config_file = ConfigFile.load_from_path(config_path)
    config = Config.from_sources(config_file, MetaType.NONE, document.path, "utf-8", True, output)
    parsed = GeneratorData.from_dict(document.data, config=config)
    if isinstance(parsed, GeneratorError):
        raise _told(document, [parsed])
    project = ClientProject(openapi=parsed, config=config, templates=templates, api=api)
    if complaints := project._get_errors():
        raise _told(document, complaints)
    _check_all_parsed(document, project)
    return project


def _told(document: Document, complaints: Iterable[GeneratorError | ParseError]) -> DocumentError:
    """All that the generator says, as an error: it goes on after most of it, without the part."""
    lines = [f"{document.path.name}: openapi-python-client does not take the document as it is."]
    for complaint in complaints:
        lines.append(f"  {complaint.header.strip()}")
        lines.append(textwrap.indent(str(complaint.detail or "").strip(), "    "))
    lines.append("Correct the document: what the generator warns of would be missing in the package.")
    return DocumentError("\n".join(line for line in lines if line.strip()))


def _check_all_parsed(document: Document, project: ClientProject) -> None:
    """Hold our reading of the document against the generator's: the same operations."""
    theirs = {
        f"{endpoint.method.upper()} {_without_names(endpoint.path.get_untrusted_value())}"
        for collection in project.openapi.endpoint_collections_by_tag.values()
        for endpoint in collection.endpoints
    }
    ours = {
        f"{one.http_method} {_without_names(one.path)}" for tag in project.api.tags for one in tag.operations
    }
    if missing := ", ".join(sorted(ours ^ theirs)):
        text = f"{document.path.name}: openapi-python-client leaves out {missing}. Correct the document."
        raise DocumentError(text)


def _filled(name: str, values: dict[str, Any]) -> str:
    """A path with the name of a tag or module in the place of its brackets."""
    for kind, value in values.items():
        name = name.replace(f"[{kind}]", value.name)
    return name


def _without_names(path: str) -> str:
    """A path without the names of its parameters, which the generator writes as in Python."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


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
    text = _safe(text) or "(the document says no more)"
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
    "prose": _prose,
    "safe": _safe,
    "tuple": tuple,
}
