"""The document as the templates see it: plain data in which every decision about Python has been taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property

from . import examples, extensions, names, prose, service, unions
from .document import below
from .examples import Examples
from .extensions import ClassFacts
from .literals import written
from .methods import MethodBuilder, uses
from .operations import OperationSpec
from .parse import Field, Parsed
from .reduce import all_reduced, reduced
from .reserved import Reserved
from .resources import Resource, ResourceBuilder
from .schemas import MODULES, NamedSchema, collect
from .service import Facts, Kinds
from .types import Type, TypeResolver, values_of
from .unions import Shape


@dataclass(frozen=True)
class Attribute:
    """An attribute of a class."""

    pointer: str
    key: str
    name: str
    type: Type
    required: bool
    default: str
    doc: str


@dataclass(kw_only=True)
class Class(NamedSchema):
    """A schema with attributes."""

    fields: list[Attribute]
    facts: ClassFacts

    @property
    def schema_name(self) -> str:
        """Its name among the schemas of the package."""
        return self.component or self.name

    @property
    def renamed(self) -> dict[str, str]:
        """The attributes that are named otherwise than their fields, by field."""
        return {one.key: one.name for one in self.fields if one.key != one.name}


@dataclass(frozen=True)
class Table:
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
    """A schema that is one of several classes.

    Attributes:
        members: Their names.
        tables: For each field that names the kind, the decoder by its value.
        shapes: All members, for data that lacks such a field.
        others: The members that have no such field.
    """

    members: list[str]
    tables: list[Table]
    shapes: list[Shape]
    others: list[Shape]


@dataclass
class Module:
    """A module of `types/`."""

    name: str
    classes: list[Class] = field(default_factory=list)
    unions: list[Union] = field(default_factory=list)
    aliases: list[NamedSchema] = field(default_factory=list)

    def defined(self) -> Iterator[str]:
        """The public names, in the order in which they stand."""
        yield from (alias.name for alias in self.aliases)
        yield from (class_.name for class_ in self.classes)
        yield from (union.name for union in self.unions)

    def functions(self) -> Iterator[str]:
        """The decoders that the module defines."""
        yield from (class_.function for class_ in self.classes)
        yield from (union.function for union in self.unions)

    def imports(self, modules: list[Module]) -> dict[str, list[str]]:
        """What it takes from each of the other modules."""
        used = self.used()
        found = {
            other.name: sorted(used.intersection((*other.defined(), *other.functions())))
            for other in modules
            if other is not self
        }
        return {name: names for name, names in found.items() if names}

    def used(self) -> set[str]:
        """The names of `types/` that the module uses, its own among them."""
        used: set[str] = set()
        for class_ in self.classes:
            for one in class_.fields:
                used |= one.type.classes | (one.type.decoder.functions if one.type.decoder else frozenset())
            if class_.facts.assembly:
                used.add(class_.facts.assembly["decode"])
        for union in self.unions:
            used |= {*union.members, *(shape.function for shape in union.shapes)}
            used |= {function for table in union.tables for function in table.functions.values()}
        return used


@dataclass(frozen=True)
class Api:
    """All that the templates need."""

    title: str = ""
    version: str = ""
    modules: dict[str, Module] = field(default_factory=dict)
    tags: list[Resource] = field(default_factory=list)
    schemas: dict[str, Any] = field(default_factory=dict)
    operations: list[dict[str, Any]] = field(default_factory=list)
    errors: Kinds = field(default_factory=Kinds)
    facts: Facts = field(default_factory=Facts)
    examples: Examples = field(default_factory=Examples)

    def home(self, function: str) -> str:
        """The module of a decoder, as a resource names it."""
        home = next((module.name for module in self.modules.values() if function in module.functions()), None)
        return f"..types.{home}" if home else "..types._decoding"


@dataclass
class ApiBuilder:
    """Decides everything that the templates print.

    Attributes:
        parsed: The generator's parse of it.
        operations: The operations as the document describes them.
        reserved: The names that the templates need themselves.
    """

    parsed: Parsed
    operations: list[OperationSpec]
    reserved: Reserved

    def build(self, version: str) -> Api:
        """Everything together.

        Args:
            version: The version of the package.

        Raises:
            DocumentError: The document says something that the client cannot express faithfully.
        """
        document = self.parsed.document
        endpoints = {at: one for found in self.parsed.endpoints.values() for at, one in found}
        self._check_operations(endpoints)
        roots = []
        for one in self.operations:
            with document.reporting():
                roots += list(uses(self.parsed, one, endpoints[one.pointer]))
        named = collect(self.parsed, roots)
        self._check_overrides(named)
        kinds = {f"{kind}Error" for kind in service.error_kinds(document)}
        self.classes = names.Classes(document, self.reserved.classes | self.reserved.exceptions | kinds)
        for schema in named.values():
            advice = "Name it otherwise with `class_overrides` in generator-config.yaml."
            self.classes.reserve(schema.pointer, schema.name, advice)
        self.types = TypeResolver(self.parsed, named)
        self.facts = extensions.read(self.types)
        operations = [one.data() for one in self.operations]
        api = Api(
            title=" ".join(document.data["info"]["title"].split()),
            version=version,
            modules=self._modules(),
            tags=self._resources(),
            schemas=self._schemas(),
            operations=operations,
            errors=service.kinds_of(document, self.reserved.exceptions),
            facts=service.facts_of(document, operations),
            examples=examples.build(document, self.operations),
        )
        document.raise_problems()
        return api

    def _check_operations(self, endpoints: dict[str, Endpoint]) -> None:
        """Hold our reading of the document against the generator's: the same operations."""
        document = self.parsed.document
        for missing in [one.pointer for one in self.operations if one.pointer not in endpoints]:
            document.report(missing, "openapi-python-client leaves this operation out", "Correct it.")
            document.raise_problems()

    def _check_overrides(self, named: dict[str, NamedSchema]) -> None:
        """An override that renames nothing is a slip."""
        known = {schema.name for schema in named.values()}
        for name, override in self.parsed.config.class_overrides.items():
            if override.class_name and override.class_name.get_untrusted_value() not in known:
                found = f"`class_overrides` in generator-config.yaml renames `{name}`, which is no class"
                self.parsed.document.report("", found, "Name a class of the package.")

    def _attribute_for(self, key: str) -> str:
        """The attribute that holds a field, in the first class that has it."""
        fields = (field for at in self.types.named for field in self.parsed.fields(at))
        return next(names.identifier(field.prop.python_name) for field in fields if field.key == key)

    def _resources(self) -> list[Resource]:
        methods = MethodBuilder(self.types, self.reserved)
        specs = {one.pointer: one for one in self.operations}
        return ResourceBuilder(methods, self.classes, specs).build()

    def _schemas(self) -> dict[str, Any]:
        """The components, and the classes that are described where they are used."""
        document, named = self.parsed.document, self.types.named.values()
        inline = {one.name: reduced(document, one.pointer) for one in named if not one.component}
        return {**all_reduced(document), **inline}

    def _modules(self) -> dict[str, Module]:
        modules = {name: Module(name) for name in MODULES}
        for named in self.types.named.values():
            module = modules[named.module]
            with self.parsed.document.reporting():
                if named.kind == "class":
                    module.classes.append(self._class(named))
                elif named.kind == "union":
                    module.unions.append(self._union(named))
                else:
                    module.aliases.append(named)
        for module in modules.values():
            module.unions = _inner_first(module.unions)
        return {name: module for name, module in modules.items() if list(module.defined())}

    def _class(self, named: NamedSchema) -> Class:
        at, facts = named.pointer, self.facts[named.pointer]
        fields = [self._attribute(field) for field in self.parsed.fields(at)]
        keys = [(one.pointer, one.key, one.name) for one in fields]
        keys += [(below(at, "x-aliases", alias), alias, alias) for alias in facts.aliases]
        reserved = self.reserved.attributes | ({"output_text"} if facts.text else set())
        names.check_attributes(self.parsed.document, keys, reserved)
        return Class(**vars(named), fields=fields, facts=facts)

    def _attribute(self, field: Field) -> Attribute:
        key, pointer, prop = field
        type_ = self.types.type_of(pointer, prop)
        return Attribute(
            pointer=pointer,
            key=key,
            name=names.identifier(prop.python_name),
            type=type_ if prop.required else type_.optional(),
            required=prop.required,
            default=_default(prop),
            doc=prose.of_field(prose.described(self.parsed.document, pointer), None),
        )

    def _union(self, named: NamedSchema) -> Union:
        cases = unions.cases(self.parsed, self.types.named, named.pointer)
        constants = [names.constant(key) for key in cases.tables]
        tables = []
        for index, (constant, (key, table)) in enumerate(zip(constants, cases.tables.items(), strict=True)):
            name = constant if constants.count(constant) == 1 and constant else f"{constant}{index}"
            tables.append(Table(key, self._attribute_for(key), name, table))
        return Union(
            **vars(named), members=cases.members, tables=tables, shapes=cases.shapes, others=cases.others
        )


def _default(prop: Property) -> str:
    """The default as Python: the value of a constant, None for what need not be given, else nothing."""
    if not prop.required:
        return "None"
    is_text = isinstance(prop, ConstProperty) and isinstance(prop.value.raw_value, str)
    return written(values_of(prop)[0]) if is_text else ""


def _inner_first(found: list[Union]) -> list[Union]:
    """Unions after those that are members of them, as an alias must be defined before it is used."""
    ordered: list[Union] = []
    while len(ordered) < len(found):
        waiting = [union for union in found if union not in ordered]
        names_waiting = {union.name for union in waiting}
        ordered += [union for union in waiting if not names_waiting.intersection(union.members)]
    return ordered
