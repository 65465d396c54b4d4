"""The data that the templates print, in which every decision about Python has been made."""

from __future__ import annotations

from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any, NamedTuple

from openapi_python_client.strings import PythonIdentifier

from scripts.openapi import examples
from scripts.openapi.document import below
from scripts.openapi.examples import Examples
from scripts.openapi.operations import Operation, data_of
from scripts.openapi.package_schemas import all_reduced, reduced
from scripts.openapi.service import Service, service_of

from . import class_extensions, methods, names
from .error_kinds import Kind, kinds_of, tree
from .generator_parse import Parsed
from .names import BUILTINS, NamedSchema, Namespace
from .reserved import Reserved
from .resources import Resource, Resources
from .schemas import MODULES, collect
from .types import SCALARS, Attribute, attributes_of
from .unions import Cases, cases


@dataclass(kw_only=True)
class Class(NamedSchema):
    """A schema with attributes.

    Attributes:
        fields: The attributes.
        extensions: Its extensions by keyword, such as `x-text`.
    """

    fields: list[Attribute]
    extensions: dict[str, Any]

    @property
    def schema_name(self) -> str:
        """Its name among the schemas of the package."""
        return self.component or self.name

    @property
    def renamed(self) -> dict[str, str]:
        """The names of attributes that differ from their fields, by field."""
        return {attribute.key: attribute.name for attribute in self.fields if attribute.key != attribute.name}


class Table(NamedTuple):
    """The decoders of a union by the value of a field.

    Attributes:
        key: The field.
        attribute: The attribute of that field.
        name: What the field adds to the name of the constant.
        functions: The decoder by value.
    """

    key: str
    attribute: str
    name: str
    functions: dict[str, str]


@dataclass(kw_only=True)
class Union(NamedSchema):
    """A schema that is one of several classes, with a table for each field that names the kind."""

    cases: Cases
    tables: list[Table]


@dataclass
class Module:
    """A module of `types/`."""

    name: str
    classes: list[Class] = field(default_factory=list)
    unions: list[Union] = field(default_factory=list)
    aliases: list[NamedSchema] = field(default_factory=list)

    def defined(self) -> list[str]:
        """Return the public names, in order."""
        return [item.name for item in (*self.aliases, *self.classes, *self.unions)]

    def functions(self) -> list[str]:
        """Return the decoders that the module defines."""
        return [item.function for item in (*self.classes, *self.unions)]


@dataclass(frozen=True)
class Api:
    """The data of all templates."""

    title: str = ""
    version: str = ""
    modules: list[Module] = field(default_factory=list)
    tags: list[Resource] = field(default_factory=list)
    schemas: dict[str, Any] = field(default_factory=dict)
    operations: list[dict[str, Any]] = field(default_factory=list)
    service: Service = field(default_factory=Service)
    error_kinds: list[Kind] = field(default_factory=list)
    examples: Examples = field(default_factory=Examples)

    @property
    def error_tree(self) -> list[str]:
        """The exceptions of the kinds of error as a tree, line by line."""
        return list(tree(self.error_kinds))

    @property
    def type_names(self) -> frozenset[str]:
        """The public names of the package's `types` that a signature may have."""
        return frozenset({"ListReply"}).union(*(module.defined() for module in self.modules))

    @property
    def needs_token(self) -> bool:
        """Whether an operation demands the token."""
        return any(operation["security"] == "required" for operation in self.operations)


def build(parsed: Parsed, operations: list[Operation], reserved: Reserved, version: str) -> Api:
    """Compute everything that the templates print.

    Raises:
        DocumentError: The document has something that the client cannot represent faithfully.
    """
    document = parsed.document
    parsed.needed = reserved.builtins | SCALARS
    kinds = kinds_of(document, reserved.exceptions)
    endpoints = {at: endpoint for in_tag in parsed.endpoints.values() for at, endpoint in in_tag}
    for missing in [operation.pointer for operation in operations if operation.pointer not in endpoints]:
        document.report(missing, "openapi-python-client leaves this operation out", "Correct it.")
    operations = [operation for operation in operations if operation.pointer in endpoints]
    uses = []
    for operation in operations:
        with document.reporting():
            uses += list(methods.uses(parsed, operation, endpoints[operation.pointer]))
    parsed.named = collect(parsed, uses)
    _check_overrides(parsed)
    taken = reserved.classes | reserved.exceptions | {kind.name for kind in kinds} | BUILTINS
    advice = "Give the tag another name, or the class with `class_overrides` in generator-config.yaml."
    classes = Namespace(document, advice, taken)
    for named in parsed.named.values():
        if named.name in taken:
            named.name += "_"  # as the generator does with a name that Python has
        classes.add(named.pointer, f"the class `{named.name}`", named.name, alike=named.function)
    inline = [named for named in parsed.named.values() if not named.component]
    api = Api(
        title=" ".join(document.data["info"]["title"].split()),
        version=version,
        modules=_modules(parsed, reserved),
        tags=Resources(parsed, reserved, classes).build(operations),
        schemas={
            **all_reduced(document),
            **{named.name: reduced(document, named.pointer) for named in inline},
        },
        operations=[data_of(document, operation) for operation in operations],
        service=service_of(document),
        error_kinds=kinds,
        examples=examples.build(document, operations),
    )
    document.raise_problems()
    return api


def _check_overrides(parsed: Parsed) -> None:
    """Report a class override that renames nothing."""
    known = {schema.name for schema in parsed.named.values()}
    for name, override in parsed.config.class_overrides.items():
        if override.class_name and override.class_name.get_untrusted_value() not in known:
            text = f"`class_overrides` in generator-config.yaml renames `{name}`, which is not a class of the package"
            parsed.document.report("", text, "Name a class of the package.")


def _modules(parsed: Parsed, reserved: Reserved) -> list[Module]:
    modules = {name: Module(name) for name in MODULES}
    extensions = class_extensions.read(parsed)
    for named in parsed.named.values():
        module = modules[named.module]
        with parsed.document.reporting():
            if named.kind == "class":
                module.classes.append(_class(parsed, named, extensions[named.pointer], reserved.attributes))
            elif named.kind == "union":
                module.unions.append(_union(parsed, named))
            else:
                module.aliases.append(named)
    for module in modules.values():
        module.unions = _members_first(module.unions)
    return [module for module in modules.values() if module.defined()]


_GIVEN_NAMES = {"x-text": {"output_text"}, "x-reply": {"to_input"}, "x-data": {"from_bytes", "from_file"}}
"""The attributes that a class has because of an extension."""


def _class(parsed: Parsed, named: NamedSchema, extensions: dict[str, Any], reserved: frozenset[str]) -> Class:
    fields = list(attributes_of(parsed, named.pointer))
    for extension, given in _GIVEN_NAMES.items():
        reserved |= given if extension in extensions else set()
    attributes = Namespace(parsed.document, names.ADVICE, reserved)
    for attribute in fields:
        attributes.add(attribute.pointer, f"the field {attribute.key!r}", attribute.name, written=attribute.key)
    for alias in extensions.get("x-aliases", ()):
        attributes.add(below(named.pointer, "x-aliases", alias), f"the alias {alias!r}", alias)
    return Class(**vars(named), fields=fields, extensions=extensions)


def _union(parsed: Parsed, named: NamedSchema) -> Union:
    union_cases = cases(parsed, named.pointer)
    tables: list[Table] = []
    for key, classes in union_cases.tables.items():
        attribute = parsed.identifier(PythonIdentifier(key, parsed.config.field_prefix))
        constant = names.constant(key)
        if not constant or any(table.name == constant for table in tables):
            constant += str(len(tables))
        functions = {value: names.function_name(class_) for value, class_ in classes.items()}
        tables.append(Table(key, attribute, constant, functions))
    return Union(**vars(named), cases=union_cases, tables=tables)


def _members_first(all_unions: list[Union]) -> list[Union]:
    """Sort unions after their members, because a type alias must be defined before it is used."""
    unions = {union.name: union for union in all_unions}
    order = TopologicalSorter(
        {name: [member for member in union.cases.members if member in unions] for name, union in unions.items()}
    )
    return [unions[name] for name in order.static_order()]
