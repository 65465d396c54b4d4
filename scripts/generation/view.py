"""The document as the templates see it: plain data in which every decision about Python has been taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from . import errors, extensions, facts, keywords, names, operations, prose, unions
from .collect import MODULES, Named, collect, take_names
from .document import Document, Node, below
from .errors import Kinds
from .examples import Examples
from .examples import build as examples_of
from .facts import Facts
from .literals import written
from .operations import Operation, described
from .reduce import all_reduced, reduced
from .types import Type, Typist
from .unions import Shape


@dataclass(frozen=True)
class Field:
    """An attribute of a class."""

    key: str
    name: str
    type: Type
    required: bool
    default: str
    doc: str


@dataclass(frozen=True)
class Class:
    """A schema with attributes."""

    name: str
    function: str
    doc: str
    schema_name: str
    fields: list[Field]
    text: tuple[Any, ...]
    aliases: dict[str, str]
    renamed: dict[str, str]
    failed_when: dict[str, Any]
    role: dict[str, Any] | None
    assembly: dict[str, Any] | None


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


@dataclass(frozen=True)
class Union:
    """A schema that is one of several classes.

    Attributes:
        tables: For each field that names the kind, the decoder by its value.
        shapes: All members, for data that lacks such a field.
        others: The members that have no such field.
    """

    name: str
    function: str
    doc: str
    members: list[str]
    tables: list[Table]
    shapes: list[Shape]
    others: list[Shape]


@dataclass(frozen=True)
class Alias:
    """A string with known values."""

    name: str
    doc: str
    known: list[str]


@dataclass
class Module:
    """A module of `types/`."""

    name: str
    classes: list[Class] = field(default_factory=list)
    unions: list[Union] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)

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
            if class_.assembly:
                used.add(class_.assembly["decode"])
        for union in self.unions:
            used |= {*union.members, *(shape.function for shape in union.shapes)}
            used |= {function for table in union.tables for function in table.functions.values()}
        return used


@dataclass
class Tag:
    """A resource of the client: the operations of one tag."""

    name: str
    class_name: str
    doc: str
    operations: list[Operation] = field(default_factory=list)

    def type_names(self) -> list[str]:
        """The classes and aliases that the signatures of the methods name."""
        return sorted(
            {name for operation in self.operations for type_ in operation.types() for name in type_.classes}
        )


@dataclass(frozen=True)
class Api:
    """All that the templates need."""

    title: str
    version: str
    modules: dict[str, Module]
    tags: list[Tag]
    schemas: dict[str, Any]
    operations: list[dict[str, Any]]
    errors: Kinds
    facts: Facts
    examples: Examples

    def home(self, function: str) -> str:
        """The module of a decoder, as a resource names it."""
        home = next((module.name for module in self.modules.values() if function in module.functions()), None)
        return f"..types.{home}" if home else "..types._decoding"


def build(document: Document) -> Api:
    """Decide everything that the templates print.

    Raises:
        DocumentError: The document says something that the client cannot express faithfully.
    """
    return _Builder(document).api()


class _Builder:
    def __init__(self, document: Document) -> None:
        self.document = document
        for name, schema in document.components("schemas").items():
            keywords.check(document, below("/components/schemas", name), schema)
        self.found = operations.find(document)
        self.named = collect(document, [root for one in self.found for root in one.roots()])
        self.classes = names.Classes(document)
        take_names(document, self.named.values(), self.classes)
        extensions.check(document, self.named.values())
        self.typist = Typist(document, self.named)

    def api(self) -> Api:
        """Everything together."""
        info = self.document.data["info"]
        return Api(
            title=" ".join(info["title"].split()),
            version=info["version"],
            modules=self._modules(),
            tags=self._tags(),
            schemas=self._schemas(),
            operations=[one.data() for one in self.found],
            errors=errors.build(self.document),
            facts=facts.build(self.document),
            examples=examples_of(self.document, self.found),
        )

    def _schemas(self) -> dict[str, Any]:
        """The components, and the classes that are described where they are used."""
        inline = {one.name: reduced(one.schema) for one in self.named.values() if not one.component}
        return {**all_reduced(self.document), **inline}

    def _modules(self) -> dict[str, Module]:
        modules = {name: Module(name) for name in MODULES}
        for named in self.named.values():
            module = modules[named.module]
            if named.kind == "class":
                module.classes.append(self._class(named))
            elif named.kind == "union":
                module.unions.append(self._union(named))
            else:
                module.aliases.append(_alias(named))
        for module in modules.values():
            module.unions = _inner_first(module.unions)
        return {name: module for name, module in modules.items() if list(module.defined())}

    def _class(self, named: Named) -> Class:
        schema, at = named.schema, named.pointer
        properties, aliases = schema["properties"], schema.get("x-aliases", {})
        keys = [(below(at, "properties", key), key) for key in properties]
        keys += [(below(at, "x-aliases", alias), alias) for alias in aliases]
        reserved = names.ATTRIBUTES_OF_A_MODEL | ({"output_text"} if "x-text" in schema else set())
        names.check_attributes(self.document, keys, reserved)
        return Class(
            name=named.name,
            function=names.function_name(named.name),
            doc=_doc(named),
            schema_name=named.component or named.name,
            fields=[self._field(named, key, child) for key, child in properties.items()],
            text=tuple(schema.get("x-text", [])),
            aliases={names.attribute(alias): names.attribute(key) for alias, key in aliases.items()},
            renamed={key: names.attribute(key) for key in properties if names.attribute(key) != key},
            failed_when={
                names.attribute(key): value for key, value in schema.get("x-failed-when", {}).items()
            },
            role=self._role(schema),
            assembly=self._assembly(at, schema),
        )

    @staticmethod
    def _role(schema: Node) -> dict[str, Any] | None:
        """What an event is to its stream (`x-event`)."""
        if "x-event" not in schema:
            return None
        said: dict[str, Any] = schema["x-event"]
        return {word: tuple(value) if isinstance(value, list) else value for word, value in said.items()}

    def _assembly(self, pointer: str, schema: Node) -> dict[str, Any] | None:
        """How a series of events adds up to a reply (`x-assembles`)."""
        if "x-assembles" not in schema:
            return None
        rules = dict(schema["x-assembles"])
        reply = self.named.get(below("/components/schemas", rules.pop("reply")))
        if reply is None:
            at = below(pointer, "x-assembles", "reply")
            raise self.document.error(at, "no operation answers with this", "Name a schema of a reply.")
        return {"decode": names.function_name(reply.name), **rules}

    def _field(self, named: Named, key: str, schema: Node) -> Field:
        pointer = below(named.pointer, "properties", key)
        required = key in named.schema.get("required", [])
        type_ = self.typist.type_of(pointer, schema)
        return Field(
            key=key,
            name=names.attribute(key),
            type=type_ if required else type_.optional(),
            required=required,
            default=self._default(pointer, schema, required=required),
            doc=prose.of_field(described(self.document, pointer, schema), None),
        )

    def _default(self, pointer: str, schema: Node, *, required: bool) -> str:
        """Return the default as Python: the value of a constant, None for what need not be given, else nothing."""
        _at, schema = self.document.resolve(pointer, schema)
        if required and isinstance(schema.get("const"), str):
            return written(schema["const"])
        return "" if required else "None"

    def _union(self, named: Named) -> Union:
        cases = unions.cases(self.document, self.named, named.pointer, named.schema)
        constants = [names.constant(key) for key in cases.tables]
        return Union(
            name=named.name,
            function=names.function_name(named.name),
            doc=_doc(named),
            members=cases.members,
            tables=[
                Table(
                    key,
                    names.attribute(key),
                    constant if constants.count(constant) == 1 and constant else f"{constant}{index}",
                    table,
                )
                for index, (constant, (key, table)) in enumerate(
                    zip(constants, cases.tables.items(), strict=True)
                )
            ],
            shapes=cases.shapes,
            others=cases.others,
        )

    def _tags(self) -> list[Tag]:
        listed = {tag["name"]: tag.get("description") for tag in self.document.data.get("tags", [])}
        tags: dict[str, Tag] = {}
        taken: dict[str, str] = {}
        for one in self.found:
            at = below(one.pointer, "tags", 0)
            names.check_tag(self.document, at, one.tag, taken)
            if one.tag not in tags:
                tags[one.tag] = self._tag(at, one.tag, listed.get(one.tag))
            methods = tags[one.tag].operations
            names.check_method(self.document, one.pointer, one.name, [method.name for method in methods])
            methods.append(one.as_method(self.typist))
        return list(tags.values())

    def _tag(self, pointer: str, name: str, description: str | None) -> Tag:
        class_ = names.class_name(name)
        for taken in (class_, f"Async{class_}"):
            self.classes.take(pointer, taken, "Give the tag, or the schema, another name.")
        return Tag(
            names.identifier(name), class_, prose.sentence(description) or f"The operations of {name}."
        )


def _doc(named: Named) -> str:
    """What a schema is, in the document's words where there are any."""
    return prose.sentence(named.schema.get("description")) or f"A `{named.name}`."


def _alias(named: Named) -> Alias:
    known = named.schema["anyOf"][0]["enum"]
    return Alias(named.name, _doc(named), known)


def _inner_first(found: list[Union]) -> list[Union]:
    """Unions after those that are members of them, as an alias must be defined before it is used."""
    ordered: list[Union] = []
    while len(ordered) < len(found):
        waiting = [union for union in found if union not in ordered]
        names_waiting = {union.name for union in waiting}
        ordered += [union for union in waiting if not names_waiting.intersection(union.members)]
    return ordered
