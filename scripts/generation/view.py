"""The document as the templates see it: plain data in which every decision about Python has been taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from . import errors, facts, names, prose
from .collect import MODULES, Named, collect, kind_of, object_members
from .document import Document, Node
from .errors import Kinds
from .facts import Facts
from .reduce import all_reduced, parameters_schema, reduced
from .types import Type, Typist, check_keywords

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110, section 9.2.1
IGNORED_HEADERS = frozenset({"accept", "authorization", "content-type"})
"""Header parameters that OpenAPI 3.1 (Parameter Object, `name`) tells tools to ignore."""


@dataclass(frozen=True)
class Field:
    """An attribute of a class."""

    key: str
    name: str
    type: Type
    required: bool
    doc: str


@dataclass(frozen=True)
class Class:
    """A schema with attributes."""

    name: str
    function: str
    doc: str
    schema_name: str
    fields: list[Field]
    text: list[Any] | None
    aliases: dict[str, str]
    renamed: dict[str, str]
    failed_when: dict[str, Any]
    role: dict[str, Any] | None
    assembly: dict[str, Any] | None


Shape = tuple[str, list[str], dict[str, Any]]
"""A decoder with the fields, and the constants, that show that data is of its class."""


@dataclass
class _Cases:
    """How the members of a union are told apart."""

    members: list[str] = field(default_factory=list)
    tables: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    others: list[Shape] = field(default_factory=list)

    def take(self, inner: _Cases) -> None:
        """Add what tells the members of a union within the union apart."""
        self.tables += inner.tables
        self.shapes += inner.shapes
        self.others += inner.others


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
    tables: list[tuple[str, dict[str, str]]]
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
        for group in (self.aliases, self.classes, self.unions):
            yield from (one.name for one in group)

    def functions(self) -> Iterator[str]:
        """The decoders that the module defines."""
        yield from (one.function for one in (*self.classes, *self.unions))

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
            used |= {*union.members, *(function for function, _required, _constants in union.shapes)}
            used |= {function for _property, table in union.tables for function in table.values()}
        return used


@dataclass(frozen=True)
class Argument:
    """A keyword of an operation's method."""

    key: str
    name: str
    location: str
    type: Type
    required: bool
    doc: str


@dataclass(frozen=True)
class Stream:
    """How an operation streams: the argument that asks for it and what the events are."""

    selected_by: str
    end_marker: str | None
    event: Type


@dataclass(frozen=True)
class Operation:
    """A method of a resource."""

    id: str
    constant: str
    name: str
    http_method: str
    path: str
    doc: str
    arguments: list[Argument]
    has_body: bool
    reply: Type | None
    stream: Stream | None
    can_fail: bool
    source: str | None

    def at(self, location: str) -> list[Argument]:
        """The arguments that go to a place of the request: path, query, header or body."""
        return [argument for argument in self.arguments if argument.location == location]

    def returns(self, stream_class: str) -> str:
        """What the method returns, in words."""
        if self.reply is None:
            return "The HTTP answer, which has no JSON."
        if self.stream is None:
            return "The reply."
        return f"The reply; with `{self.stream.selected_by}=True` an `{stream_class}` of events."


@dataclass
class Tag:
    """A resource of the client: the operations of one tag."""

    name: str
    class_name: str
    doc: str
    operations: list[Operation] = field(default_factory=list)

    def type_names(self) -> list[str]:
        """The classes and aliases that the signatures of the methods name."""
        used: set[str] = set()
        for operation in self.operations:
            types = [argument.type for argument in operation.arguments]
            types += [one for one in (operation.reply, operation.stream and operation.stream.event) if one]
            used = used.union(*(one.classes for one in types))
        return sorted(used)


@dataclass(frozen=True)
class Api:
    """All that the templates need."""

    document: Document
    title: str
    version: str
    modules: dict[str, Module]
    tags: list[Tag]
    schemas: dict[str, Any]
    operations: list[dict[str, Any]]
    errors: Kinds
    facts: Facts

    def module_of(self, name: str) -> str:
        """The module of `types/` that defines a class, an alias or a decoder."""
        return next(m.name for m in self.modules.values() if name in (*m.defined(), *m.functions()))


def _inner_first(unions: list[Union]) -> list[Union]:
    """Unions after those that are members of them, as an alias must be defined before it is used."""
    ordered: list[Union] = []
    while len(ordered) < len(unions):
        waiting = [union for union in unions if union not in ordered]
        names_waiting = {union.name for union in waiting}
        ordered += [union for union in waiting if not names_waiting.intersection(union.members)] or waiting
    return ordered


def build(document: Document) -> Api:
    """Decide everything that the templates print.

    Raises:
        DocumentError: The document says something that the client cannot express faithfully.
    """
    return _Builder(document).api()


class _Builder:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.data = document.data
        for name, schema in self.data.get("components", {}).get("schemas", {}).items():
            check_keywords(document, f"/components/schemas/{name}", schema)
        self.found = list(self._operations())
        self.named = collect(document, list(self._roots()))
        self.typist = Typist(
            document,
            {pointer: one.name for pointer, one in self.named.items() if one.kind != "alias"},
            {pointer: one.name for pointer, one in self.named.items() if one.kind == "alias"},
        )

    def api(self) -> Api:
        info = self.data["info"]
        return Api(
            document=self.document,
            title=info["title"],
            version=info["version"],
            modules=self._modules(),
            tags=self._tags(),
            schemas=all_reduced(self.document),
            operations=[self._operation_data(*found) for found in self.found],
            errors=errors.build(self.document),
            facts=facts.build(self.document),
        )

    # What the document holds

    def _operations(self) -> Iterator[tuple[str, str, str, Node]]:
        """Pointer, method, path and operation of each operation."""
        seen: dict[str, str] = {}
        for path, item in self.data.get("paths", {}).items():
            for method in METHODS:
                if method not in item:
                    continue
                pointer = f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}"
                operation = item[method]
                for word in ("operationId", "tags", "responses"):
                    if word not in operation:
                        raise self.document.error(pointer, f"the operation has no `{word}`", "Add it.")
                name = operation["operationId"]
                if name in seen:
                    raise self.document.error(
                        pointer, f"the operationId {name!r} stands at {seen[name]} too", "Rename one."
                    )
                seen[name] = self.document.place(pointer)
                yield pointer, method.upper(), path, operation

    def _roots(self) -> Iterator[tuple[Any, str, Node, str]]:
        """The schemas that operations use, with the role and a name for inline objects."""
        for pointer, _method, path, operation in self.found:
            hint = names.class_name(operation["operationId"])
            for at, parameter in self._parameters(pointer, path, operation):
                yield "requests", f"{at}/schema", parameter["schema"], hint + names.class_name(parameter["name"])
            at, body = self._body(pointer, operation)
            for key, schema in body.get("properties", {}).items():
                yield "requests", f"{at}/properties/{key}", schema, hint + names.class_name(key)
            for role, word, suffix in (("replies", "application/json", "Reply"), ("events", "text/event-stream", "Event")):
                at, media = self._success_media(pointer, operation, word)
                if media:
                    yield role, f"{at}/schema", media["schema"], hint + suffix

    def _parameters(self, pointer: str, path: str, operation: Node) -> list[tuple[str, Node]]:
        """The parameters of the path and the operation, the latter's first, without the headers that tools ignore."""
        item_pointer = pointer.rpartition("/")[0]
        listed = [(f"{pointer}/parameters/{i}", p) for i, p in enumerate(operation.get("parameters", []))]
        of_path = self.data["paths"][path].get("parameters", [])
        listed += [(f"{item_pointer}/parameters/{i}", p) for i, p in enumerate(of_path)]
        result: dict[tuple[str, str], tuple[str, Node]] = {}
        for at, entry in listed:
            at, parameter = self.document.resolve(at, entry)
            if "schema" not in parameter:
                raise self.document.error(at, "a parameter without `schema` is not expressed", "Give it one.")
            check_keywords(self.document, f"{at}/schema", parameter["schema"])
            if parameter["in"] == "cookie":
                raise self.document.error(at, "a cookie parameter is not expressed", "Pass it as a header.")
            if parameter["in"] == "header" and parameter["name"].lower() in IGNORED_HEADERS:
                continue
            result.setdefault((parameter["in"], parameter["name"]), (at, parameter))
        return list(result.values())

    def _body(self, pointer: str, operation: Node) -> tuple[str, Node]:
        """The object whose fields are the method's keywords; an empty one when there is no body."""
        if "requestBody" not in operation:
            return pointer, {}
        at, body = self.document.resolve(f"{pointer}/requestBody", operation["requestBody"])
        if list(body["content"]) != ["application/json"]:
            raise self.document.error(at, f"a body as {', '.join(body['content'])} is not expressed", "Describe JSON.")
        at = f"{at}/content/application~1json/schema"
        schema = body["content"]["application/json"]["schema"]
        check_keywords(self.document, at, schema)
        at, schema = self.document.resolve(at, schema)
        if not schema.get("properties"):
            raise self.document.error(at, "a body that is no object with properties is not expressed", "List them.")
        return at, schema

    def _success_media(self, pointer: str, operation: Node, media_type: str) -> tuple[str, Node]:
        """The one successful answer of a media type; an empty one when there is none."""
        for status, reply in operation["responses"].items():
            at, reply = self.document.resolve(f"{pointer}/responses/{status}", reply)
            if not str(status).startswith("2"):
                continue
            for other in reply.get("content", {}):
                if other not in ("application/json", "text/event-stream"):
                    raise self.document.error(at, f"an answer as {other} is not expressed", "Describe JSON or events.")
            if media_type in reply.get("content", {}):
                at = f"{at}/content/{media_type.replace('/', '~1')}"
                media = reply["content"][media_type]
                if "schema" not in media:
                    raise self.document.error(at, "an answer without `schema` is not expressed", "Give it one.")
                check_keywords(self.document, f"{at}/schema", media["schema"])
                return at, media
        return pointer, {}

    # Types

    def _modules(self) -> dict[str, Module]:
        modules = {name: Module(name) for name in MODULES}
        for named in self.named.values():
            module = modules[named.module]
            if named.kind == "class":
                module.classes.append(self._class(named))
            elif named.kind == "union":
                module.unions.append(self._union(named))
            else:
                module.aliases.append(self._alias(named))
        for module in modules.values():
            module.unions = _inner_first(module.unions)
        return {name: module for name, module in modules.items() if list(module.defined())}

    def _class(self, named: Named) -> Class:
        schema = named.schema
        required = set(schema.get("required", []))
        aliases = schema.get("x-aliases", {})
        names.check_attributes(
            self.document,
            f"{named.pointer}/properties",
            [*schema["properties"], *aliases],
            names.ATTRIBUTES_OF_A_MODEL | ({"output_text"} if "x-text" in schema else set()),
        )
        for alias, key in aliases.items():
            if key not in schema["properties"]:
                advice = "Name one of the schema's properties."
                raise self.document.error(f"{named.pointer}/x-aliases/{alias}", f"there is no field {key!r}", advice)
        return Class(
            name=named.name,
            function=names.function_name(named.name),
            doc=prose.sentence(schema.get("description")),
            schema_name=named.pointer.rpartition("/")[2],
            fields=[
                self._field(f"{named.pointer}/properties/{key}", key, child, key in required)
                for key, child in schema["properties"].items()
            ],
            text=schema.get("x-text"),
            aliases={alias: names.attribute(key) for alias, key in aliases.items()},
            renamed={key: names.attribute(key) for key in schema["properties"] if names.attribute(key) != key},
            failed_when=schema.get("x-failed-when", {}),
            role=self._role(named),
            assembly=self._assembly(named),
        )

    def _role(self, named: Named) -> dict[str, Any] | None:
        """What an event is to its stream (`x-event`)."""
        said = named.schema.get("x-event", {})
        if not said and "x-assembles" not in named.schema:
            return None
        return {word: tuple(value) if isinstance(value, list) else value for word, value in said.items()}

    def _assembly(self, named: Named) -> dict[str, Any] | None:
        """How a series of events adds up to a reply (`x-assembles`)."""
        said = named.schema.get("x-assembles")
        if said is None:
            return None
        target = f"/components/schemas/{said['reply']}"
        if target not in self.named:
            at = f"{named.pointer}/x-assembles/reply"
            raise self.document.error(at, f"there is no reply {said['reply']!r}", "Name a schema.")
        rules = {word: value for word, value in said.items() if word != "reply"}
        return {**rules, "decode": names.function_name(self.named[target].name)}

    def _field(self, pointer: str, key: str, schema: Node, required: bool) -> Field:
        type_ = self.typist.type_of(pointer, schema)
        return Field(
            key=key,
            name=names.attribute(key),
            type=type_ if required else type_.optional(),
            required=required,
            doc=prose.of_field(self._described(pointer, schema), None),
        )

    def _described(self, pointer: str, schema: Node) -> Node:
        """A schema with its own description, or that of the component that it refers to."""
        if "$ref" not in schema:
            return schema
        _at, target = self.document.resolve(pointer, schema)
        return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}

    def _union(self, named: Named) -> Union:
        cases = self._cases(named.pointer, named.schema)
        return Union(
            name=named.name,
            function=names.function_name(named.name),
            doc=prose.sentence(named.schema.get("description")),
            members=cases.members,
            tables=cases.tables,
            shapes=cases.shapes,
            others=cases.others,
        )

    def _cases(self, pointer: str, schema: Node) -> _Cases:
        """How the members of a union, and those of unions among them, are told apart."""
        cases = _Cases()
        chosen_by = schema.get("discriminator", {}).get("propertyName")
        if chosen_by:
            cases.tables.append((chosen_by, self._table(pointer, schema["discriminator"])))
        for at, member in object_members(self.document, pointer, schema):
            name = self.named[at].name
            cases.members.append(name)
            if kind_of(self.document, at, member) == "union":
                cases.take(self._cases(at, member))
                continue
            function = names.function_name(name)
            required = [key for key in member.get("required", []) if key != chosen_by]
            properties = member["properties"].items()
            constants = {key: child["const"] for key, child in properties if "const" in child and key != chosen_by}
            if required or constants:
                cases.shapes.append((function, required, constants))
            if not chosen_by:
                marks = {key: value for key, value in constants.items() if key in required}
                cases.tables += [(key, {value: function}) for key, value in marks.items()]
                cases.others += [] if marks else [(function, required, constants)]
        return cases

    def _table(self, pointer: str, discriminator: Node) -> dict[str, str]:
        at = f"{pointer}/discriminator"
        if not discriminator.get("mapping"):
            raise self.document.error(at, "a discriminator without `mapping` is not expressed", "List the values.")
        table = {}
        for value, reference in discriminator["mapping"].items():
            target, _schema = self.document.resolve(f"{at}/mapping/{value}", {"$ref": reference})
            if target not in self.named:
                raise self.document.error(f"{at}/mapping/{value}", f"`{reference}` is no member", "List it.")
            table[value] = names.function_name(self.named[target].name)
        return table

    @staticmethod
    def _alias(named: Named) -> Alias:
        known = named.schema["anyOf"][0]["enum"]
        return Alias(named.name, prose.sentence(named.schema.get("description")), known)

    # Operations

    def _tags(self) -> list[Tag]:
        described = {tag["name"]: tag.get("description") for tag in self.data.get("tags", [])}
        tags: dict[str, Tag] = {}
        for found in self.found:
            name = found[3]["tags"][0]
            if name not in tags:
                tags[name] = Tag(names.attribute(name), names.class_name(name), prose.sentence(described.get(name)))
            tags[name].operations.append(self._operation(tags[name], *found))
        return list(tags.values())

    def _operation(self, tag: Tag, pointer: str, method: str, path: str, operation: Node) -> Operation:
        arguments = [*self._parameter_arguments(pointer, path, operation), *self._body_arguments(pointer, operation)]
        names.check_attributes(
            self.document, pointer, [argument.key for argument in arguments], names.ARGUMENTS_OF_A_CALL
        )
        at, media = self._success_media(pointer, operation, "application/json")
        return Operation(
            id=operation["operationId"],
            constant=names.attribute(operation["operationId"]).upper(),
            name=self._method_name(pointer, tag.name, operation["operationId"]),
            http_method=method,
            path=path,
            doc="\n\n".join(filter(None, (prose.sentence(operation.get(w)) for w in ("summary", "description")))),
            arguments=sorted(arguments, key=lambda argument: not argument.required),
            has_body="requestBody" in operation,
            reply=self._reply(f"{at}/schema", media["schema"]) if media else None,
            stream=self._stream(pointer, operation, arguments),
            can_fail=bool(media) and self._can_fail(f"{at}/schema", media["schema"]),
            source=operation.get("x-source", self.data.get("x-source")),
        )

    def _reply(self, pointer: str, schema: Node) -> Type:
        reply = self.typist.type_of(pointer, schema)
        if reply.json != {"object"} or reply.decoder is None or not reply.annotation.isidentifier():
            advice = "Describe an object with properties, or a union of such: the client hangs the HTTP facts on it."
            raise self.document.error(pointer, f"an answer of type `{reply.annotation}` is not expressed", advice)
        return reply

    def _can_fail(self, pointer: str, schema: Node) -> bool:
        """Whether a reply can say of itself that it failed."""
        pointer, schema = self.document.resolve(pointer, schema)
        members = object_members(self.document, pointer, schema)
        return "x-failed-when" in schema or any("x-failed-when" in member for _at, member in members)

    @staticmethod
    def _method_name(pointer: str, tag: str, operation_id: str) -> str:
        """`responses.create` of the tag `responses` is `client.responses.create`."""
        return names.attribute(operation_id).removeprefix(f"{tag}_")

    def _parameter_arguments(self, pointer: str, path: str, operation: Node) -> Iterator[Argument]:
        for at, parameter in self._parameters(pointer, path, operation):
            described = {**parameter["schema"], **{k: parameter[k] for k in ("description",) if k in parameter}}
            source = parameter.get("x-source", operation.get("x-source", self.data.get("x-source")))
            yield Argument(
                key=parameter["name"],
                name=names.attribute(parameter["name"]),
                location=parameter["in"],
                type=self.typist.type_of(f"{at}/schema", parameter["schema"]),
                required=parameter.get("required", False),
                doc=prose.of_field(described, source),
            )

    def _body_arguments(self, pointer: str, operation: Node) -> Iterator[Argument]:
        at, body = self._body(pointer, operation)
        inherited = body.get("x-source", operation.get("x-source", self.data.get("x-source")))
        for key, schema in body.get("properties", {}).items():
            described = self._described(f"{at}/properties/{key}", schema)
            yield Argument(
                key=key,
                name=names.attribute(key),
                location="body",
                type=self.typist.type_of(f"{at}/properties/{key}", schema),
                required=key in body.get("required", []),
                doc=prose.of_field(described, schema.get("x-source", inherited)),
            )

    def _stream(self, pointer: str, operation: Node, arguments: list[Argument]) -> Stream | None:
        at, media = self._success_media(pointer, operation, "text/event-stream")
        if not media:
            return None
        said = media.get("x-stream", {})
        argument = next((one for one in arguments if one.key == said.get("selected-by")), None)
        if argument is None:
            advice = "Name the body field that asks for a stream: `x-stream: {selected-by: stream}`."
            raise self.document.error(at, "the stream does not say what selects it", advice)
        event = self.typist.type_of(f"{at}/schema", media["schema"])
        return Stream(argument.name, said.get("end-marker"), event)

    def _operation_data(self, pointer: str, method: str, path: str, operation: Node) -> dict[str, Any]:
        """What the run time knows of an operation, as plain data."""
        parameters = self._parameters(pointer, path, operation)
        data: dict[str, Any] = {
            "id": operation["operationId"],
            "method": method,
            "path": path,
            "alias_paths": operation.get("x-alias-paths", []),
            "safe": method in SAFE_METHODS,
        }
        of_locations = {
            location: [parameter for _at, parameter in parameters if parameter["in"] == location]
            for location in ("path", "query", "header")
        }
        data["parameters"] = {
            location: parameters_schema(found) if found else None for location, found in of_locations.items()
        }
        _at, body = self._body(pointer, operation)
        data["body"] = None
        if body:
            _at, holder = self.document.resolve(f"{pointer}/requestBody", operation["requestBody"])
            data["body"] = self._schema_data(holder, "application/json")
        success = next((s for s in operation["responses"] if str(s).startswith("2")), "200")
        _at, reply = self.document.resolve(f"{pointer}/responses/{success}", operation["responses"].get(success, {}))
        data["status"] = int(success) if str(success).isdigit() else 200
        data["reply"] = self._schema_data(reply, "application/json")
        data["events"] = self._schema_data(reply, "text/event-stream")
        stream = reply.get("content", {}).get("text/event-stream", {}).get("x-stream", {})
        data["stream"] = {key.replace("-", "_"): value for key, value in stream.items()} or None
        return data

    def _schema_data(self, holder: Node, media_type: str) -> dict[str, Any] | None:
        media = holder.get("content", {}).get(media_type)
        return reduced(media["schema"]) if media else None


