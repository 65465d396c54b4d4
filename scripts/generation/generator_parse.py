"""openapi-python-client's parse of the document, joined to the places in the document.

The generator decides on classes and their names, on fields, arguments, their names, types and requiredness, and on
operations by tag. The join is by pointer: in the copy of the document that it parses, each object carries its own
pointer, which the generator keeps in its models and its errors.

What it does not carry is read from the document itself:

- the order of fields (it puts required ones first) and of the values of an enum (it keeps a set);
- the names of unions and of open enums, which unions are members of which, and discriminators: it flattens a union;
- a boolean's constant, and formats that it does not know, such as `unix-time`;
- ranges, lengths and patterns, defaults that are lists, descriptions, extensions and lines;
- the security of the document as a whole, and all media types of a response but one: it takes the first that it knows,
  so it is given the JSON alone, and an inline schema of events as a component.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from attrs import evolve
from openapi_python_client import strings
from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError, ParseError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import Class, ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.union import UnionProperty

from scripts.openapi.document import POINTER, Document, Node, below, marked, objects, pointer_of, tokens
from scripts.openapi.operations import EVENTS, JSON, is_json
from scripts.openapi.package_schemas import field_places
from scripts.openapi.problems import DocumentError, Problem

from . import names
from .names import NamedSchema

_PARTS = re.compile(r"(/allOf/\d+)+$")

PYTHON_NAME = "x-python-name"
"""On a field: the name that is shown to the generator instead of the field's own."""


class Field(NamedTuple):
    """A field of a model.

    Attributes:
        key: Its name in JSON.
        pointer: The place of its schema.
        prop: The generator's property.
    """

    key: str
    pointer: str
    prop: Property


@dataclass
class Parsed:
    """The generator's parse, by places of the document.

    Attributes:
        document: The document.
        config: The generator's configuration.
        data: The parse.
        named: The schemas that have a name in Python, by pointer; `schemas.collect` finds them.
        needed: The builtins that attributes and arguments must not hide.
    """

    document: Document
    config: Config
    data: GeneratorData
    named: dict[str, NamedSchema] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()

    @cached_property
    def models(self) -> dict[str, ModelProperty]:
        """The models by pointer. An object without fields is one only as a whole reply, to carry its HTTP response."""
        replies = {
            response.prop.description
            for in_tag in self.endpoints.values()
            for _at, endpoint in in_tag
            for response in endpoint.responses.patterns
            if response.status_code.pattern.startswith("2")
        }
        models: dict[str, ModelProperty] = {}
        for model in self.data.models:
            has_fields = model.required_properties or model.optional_properties
            if model.description and (has_fields or model.description in replies):
                models.setdefault(_pointer(model), model)
        return models

    @cached_property
    def endpoints(self) -> dict[str, list[tuple[str, Endpoint]]]:
        """The operations by the generator's name of their tag, each with its pointer."""
        return {
            tag: [(_pointer(endpoint), endpoint) for endpoint in collection.endpoints]
            for tag, collection in self.data.endpoint_collections_by_tag.items()
        }

    def resolve(self, pointer: str) -> tuple[str, Node]:
        """Follow references. As in the generator, a union of one reference stands for its target."""
        pointer, schema = self.document.resolve(pointer)
        while pointer not in self.models:
            only = member_places(pointer, schema)
            if len(only) != 1 or "$ref" not in self.document.node(only[0]):
                break
            pointer, schema = self.document.resolve(only[0])
        return pointer, schema

    def identifier(self, generated: str) -> str:
        """Return the name of an attribute or argument to which the generator gave a name."""
        return names.identifier(generated, self.needed)

    def class_name(self, pointer: str, parent: str, name: str) -> str:
        """Return the Python name of a class, a union or an open enum.

        Args:
            pointer: The schema.
            parent: The class that it is in, for a schema that is not a component.
            name: Its name there.
        """
        model = self.models.get(pointer)
        # A nullable component is a union for the generator, whose model has another name.
        if model and (parent or model.name == pointer):
            return model.class_info.name
        string = f"{strings.pascal_case(parent)}{strings.pascal_case(name)}"
        return Class.from_string(string=string, config=self.config).name

    def fields(self, pointer: str) -> list[Field]:
        """Return the fields of a model in the order of the document; an empty list for any other schema."""
        if (model := self.models.get(pointer)) is None:
            return []
        props = [*(model.required_properties or []), *(model.optional_properties or [])]
        by_name = {prop.name.get_untrusted_value(): prop for prop in props}
        places = [
            (key, at, self.document.node(at).get(PYTHON_NAME, key))
            for key, at in field_places(self.document, pointer).items()
        ]
        return [Field(key, at, by_name[name]) for key, at, name in places if name in by_name]

    def values_of(self, pointer: str) -> list[Node]:
        """Return the values that a schema allows, if it lists them."""
        _pointer, schema = self.resolve(pointer)
        return [schema["const"]] if "const" in schema else list(schema.get("enum", []))

    def members(self, prop: UnionProperty, pointer: str) -> Iterator[tuple[str, Property]]:
        """Yield the members of a union, each with its pointer and the generator's property.

        The generator flattens unions, and leaves out a member of the same Python type as an earlier one.
        """
        places = member_places(pointer, self.document.node(pointer))
        if not places:
            yield from ((pointer, inner) for inner in prop.inner_properties)
        for at in places:
            target, member = self.document.resolve(at)
            leaves = set(self.leaves(target))
            inner = [branch for branch in prop.inner_properties if branch.description in leaves]
            if len(inner) == 1 and inner[0].description == target:
                yield target, inner[0]
            elif inner:
                yield target, evolve(prop, inner_properties=inner)
            elif member.get("type") in ("number", "integer"):
                # The generator does not know `unix-time`, by which numbers can differ.
                numbers = [branch for branch in prop.inner_properties if json_type_name(branch) in ("float", "int")]
                yield target, numbers[0]

    def leaves(self, pointer: str) -> Iterator[str]:
        """Yield the members of a union, including those of unions in it; any other schema itself."""
        pointer, schema = self.resolve(pointer)
        members = [] if pointer in self.models else member_places(pointer, schema)
        for at in members:
            yield from self.leaves(at)
        if not members:
            yield pointer


def json_type_name(prop: Property) -> str:
    """Return the generator's name for the type of a value in JSON: a Python type, or `FileTypes`."""
    return prop.get_base_json_type_string().as_unembedded_code()


def member_places(pointer: str, schema: Node) -> list[str]:
    """Return the pointers of the members of a union."""
    words = ("allOf", "anyOf", "oneOf") if "properties" not in schema else ("anyOf", "oneOf")
    return [below(pointer, word, index) for word in words for index in range(len(schema.get(word, [])))]


def _pointer(parsed: ModelProperty | Endpoint) -> str:
    """Return the place of a parsed object: `_prepared` puts it where the generator expects the description."""
    return parsed.description.get_untrusted_value() if parsed.description else ""


def parse(document: Document, config: Config) -> Parsed:
    """Parse the document with the generator.

    Raises:
        DocumentError: The generator reports an error or a warning: it would leave that part out.
    """
    for pointer, node in document.objects():
        _check_keys(document, pointer, node)
    data = GeneratorData.from_dict(_prepared(document, config), config=config)
    if isinstance(data, GeneratorError):
        raise document.error("", f"openapi-python-client: {_in_a_line(data)}", "Correct the document.")
    tags = data.endpoint_collections_by_tag.values()
    # The generator also refuses whatever refers to what it cannot parse: only the cause is shown.
    errors: list[ParseError] = [*data.errors] or [error for tag in tags for error in tag.parse_errors]
    causes = [error for error in errors if "Could not find reference" not in (error.detail or "")]
    if data.errors:
        document.raise_problems()  # The generator's errors may follow from these.
    if errors and not document.problems:
        raise DocumentError(*(problem for error in causes or errors for problem in _problems(document, error)))
    return Parsed(document, config, data)


def _check_keys(document: Document, pointer: str, node: Node) -> None:
    """Report keys that differ only in punctuation; the generator itself keeps apart those that differ in case."""
    seen: dict[str, str] = {}
    for key, child in node.get("properties", {}).items():
        name = str(child.get(PYTHON_NAME, key))
        twin = seen.setdefault(strings.PythonIdentifier(name, "field_", skip_snake_case=True), key)
        if twin != key:
            problem = f"the fields {twin!r} and {key!r} have the same Python name"
            advice = f"Give one of them another with `{PYTHON_NAME}`."
            document.report(below(pointer, "properties", key), problem, advice)


def _prepared(document: Document, config: Config) -> dict[str, Any]:
    """Return the document for the generator: with pointers, and with one media type for each body and response."""
    data = marked(document)
    inline_events: dict[str, Node] = {}
    for pointer, node in objects(data):
        content = node.get("content")
        if content and JSON in content and re.search(r"/requestBod(y|ies/[^/]+)$", pointer):
            node["content"] = {JSON: content[JSON]}
        if content and re.search(r"/responses/[^/]+$", pointer):
            if "$ref" not in content.get(EVENTS, {}).get("schema", {"$ref": ""}):
                inline_events[event_name(document, pointer)] = content[EVENTS]["schema"]
            if json := next((media_type for media_type in content if is_json(media_type, config)), None):
                node["content"] = {json: content[json]}
    data.setdefault("components", {}).setdefault("schemas", {}).update(inline_events)
    for _at, node in list(objects(data)):
        node["description"] = node[POINTER]
        _put_fields_where_the_generator_looks(document, node)
    return data


def _put_fields_where_the_generator_looks(document: Document, node: Node) -> None:
    """Apply `x-python-name`; and the generator ignores fields next to a union or an `allOf` of one reference."""
    whole = _PARTS.sub("", node[POINTER])
    is_of_several = "allOf" in node or whole != node[POINTER]
    if "properties" not in node and not (is_of_several and "required" in node):
        return
    for word in ("anyOf", "oneOf"):
        node.pop(word, None)  # It only constrains which fields are present: see `schema_checks`.
    places = field_places(document, whole)
    python_names = {key: document.node(at).get(PYTHON_NAME, key) for key, at in places.items()}
    node["properties"] = {python_names[key]: child for key, child in node.get("properties", {}).items()}
    node["required"] = [python_names.get(key, key) for key in node.get("required", [])]
    if "allOf" in node:
        node["allOf"].append({word: node.pop(word) for word in ("properties", "required")})


def event_name(document: Document, response: str) -> str:
    """Return the name of a response's events when their schema is not a component."""
    _, kind, name, *more = tokens(response)
    if kind == "responses":
        return f"{name} event"
    return f"{document.data['paths'][kind][name]['operationId']} event" if more else response


def _problems(document: Document, error: ParseError) -> list[Problem]:
    pointer = pointer_of(error.data) or _pointer_in(error.header)
    problem = f"openapi-python-client: {_in_a_line(error)}"
    advice = "Correct it: the generator would leave this part out."
    return document.error(pointer, problem, advice).problems


def _pointer_in(header: str) -> str:
    """Return the place of an error without data, taken from its header."""
    if match := re.search(r"(/components/\w+/\S+?):?$", header.strip()):
        return match.group(1)
    if match := re.search(r"parsing ([A-Z]+) (/\S*) within ", header):
        return below("/paths", match.group(2), match.group(1).lower())
    return ""


def _in_a_line(error: GeneratorError) -> str:
    """Return the generator's message on one line, without the place and without what follows from the error."""
    detail = (error.detail or "").partition("Failure to process schema has resulted in the removal of")[0]
    if "duplicate models" in detail:
        detail += ": rename one with `class_overrides` in generator-config.yaml, or make it a component"
    text = re.sub(r"<openapi_python_client\S+ object at \w+>", "it", detail)
    return " ".join((text or error.header).split()).rstrip(".")
