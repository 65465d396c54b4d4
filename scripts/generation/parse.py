"""What openapi-python-client makes of the document, joined to the places of the document.

The generator decides on classes and their names, on fields, arguments, their names, types and requiredness, and on
operations by tag. The join is by pointer: in the copy of the document that it parses, each object carries its own
pointer, which the generator keeps in its models and its errors.

What it cannot carry is read beside, from the same document:

- the order of fields (it puts required ones first) and of the values of an enum (it keeps a set);
- the names of unions and of open enums, which unions are members of which, and discriminators: it flattens a union;
- a boolean's constant, and formats that it does not know, such as `unix-time`;
- ranges, lengths and patterns, defaults that are lists, prose, extensions, and lines;
- the security of the document as a whole, and all media types of an answer but one: it takes the first that it knows,
  so it is given the JSON alone, and an inline schema of events as a component.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from attrs import evolve
from openapi_python_client import strings
from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError, ParseError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import Class, ModelProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.union import UnionProperty

from .document import Document, Node, below, marked, objects, pointer_of, tokens
from .problems import DocumentError, Problem

EVENTS = "text/event-stream"
SCHEMAS = "/components/schemas"
NUMBERS = (FloatProperty, IntProperty)

PYTHON_NAME = "x-python-name"
"""On a field: the name under which the generator gets to see it."""


def is_json(media_type: str, config: Config) -> bool:
    """Whether the generator takes a media type for JSON, by itself or by `content_type_overrides`."""
    found = strings.get_content_type(media_type, config) or ""
    return found == "application/json" or found.endswith("+json")


class Field(NamedTuple):
    """A field of a model.

    Attributes:
        key: Its name in JSON.
        pointer: Where its schema stands.
        prop: What the generator makes of it.
    """

    key: str
    pointer: str
    prop: Property


@dataclass(frozen=True)
class Parsed:
    """The generator's parse, by places of the document.

    Attributes:
        document: The document.
        config: The generator's configuration.
        data: The parse.
    """

    document: Document
    config: Config
    data: GeneratorData

    @cached_property
    def models(self) -> dict[str, ModelProperty]:
        """The models by pointer. An object that may have any field is one only as a whole reply, to have its facts."""
        replies = {
            pointer_of(response.prop.data)
            for found_in_tag in self.endpoints.values()
            for _at, endpoint in found_in_tag
            for response in endpoint.responses.patterns
            if response.status_code.pattern.startswith("2") and isinstance(response.prop, ModelProperty)
        }
        found: dict[str, ModelProperty] = {}
        for model in self.data.models:
            pointer = pointer_of(model.data)
            has_fields = model.required_properties or model.optional_properties
            if pointer is not None and (has_fields or pointer in replies):
                if model.name == pointer:
                    found[pointer] = model
                else:
                    found.setdefault(pointer, model)
        return found

    @cached_property
    def endpoints(self) -> dict[str, list[tuple[str, Endpoint]]]:
        """The operations by the tag as the generator writes it, each with its pointer."""
        return {
            tag: [(_place_of(endpoint), endpoint) for endpoint in collection.endpoints]
            for tag, collection in self.data.endpoint_collections_by_tag.items()
        }

    def resolve(self, pointer: str) -> tuple[str, Node]:
        """A schema and its pointer, after references: a union of one reference is that, as for the generator."""
        pointer, schema = self.document.resolve(pointer)
        while pointer not in self.models:
            only = member_places(pointer, schema)
            if len(only) != 1 or "$ref" not in self.document.node(only[0]):
                break
            pointer, schema = self.document.resolve(only[0])
        return pointer, schema

    def class_name(self, pointer: str, parent: str, name: str) -> str:
        """The class of a schema that has attributes, or what stands for a union or an open enum.

        Args:
            pointer: The schema.
            parent: The class that it is in, for a schema that is no component.
            name: What it is called there.
        """
        model = self.models.get(pointer)
        component = pointer.removeprefix(f"{SCHEMAS}/")
        is_component = component != pointer and "/" not in component
        if model and (not is_component or model.name == pointer):
            return model.class_info.name
        string = pointer if is_component else f"{strings.pascal_case(parent)}{strings.pascal_case(name)}"
        return Class.from_string(string=string, config=self.config).name

    def fields(self, pointer: str) -> list[Field]:
        """The fields of a model in the order of the document; none for what is no model."""
        if (model := self.models.get(pointer)) is None:
            return []
        found = {
            prop.name.get_untrusted_value(): prop
            for prop in (*(model.required_properties or []), *(model.optional_properties or []))
        }
        places = [(key, at, self._parsed_name(key, at)) for key, at in self.field_places(pointer).items()]
        return [Field(key, at, found[name]) for key, at, name in places if name in found]

    def _parsed_name(self, key: str, at: str) -> str:
        name: str = self.document.node(at).get(PYTHON_NAME, key)
        return name

    def field_places(self, pointer: str) -> dict[str, str]:
        """Where the fields of an object are described: its own, then those of its `allOf`, of which the last counts."""
        pointer, schema = self.document.resolve(pointer)
        places = {key: below(pointer, "properties", key) for key in schema.get("properties", {})}
        for index in reversed(range(len(schema.get("allOf", [])))):
            for key, at in self.field_places(below(pointer, "allOf", index)).items():
                places.setdefault(key, at)
        return places

    def members(self, prop: UnionProperty, pointer: str) -> Iterator[tuple[str, Property]]:
        """What the generator has of each member of a union, with the pointer of the member.

        It names the members after the union and their place in it. One of the same type as an earlier one is left out.
        """
        schema = self.document.node(pointer)
        places = member_places(pointer, schema)
        if not places:
            yield from ((pointer, inner) for inner in prop.inner_properties)
        for index, at in enumerate(places):
            target, member = self.document.resolve(at)
            title = (
                member.get("title") if target == at and member.get("title") != schema.get("title") else None
            )
            own = {
                f"{base}_{title or f'type_{index}'}" for base in (prop.name.get_untrusted_value(), pointer)
            }
            inner = [one for one in prop.inner_properties if one.name.get_untrusted_value() in own]
            nested = [
                one
                for one in prop.inner_properties
                if any(one.name.startswith(f"{name}_") for name in (*own, target)) and one not in inner
            ]
            if inner:
                yield target, inner[0]
            elif nested:
                yield target, evolve(prop, inner_properties=nested)
            elif member.get("type") in ("number", "integer"):
                # The generator does not know `unix-time`, by which numbers can differ.
                yield target, next(one for one in prop.inner_properties if isinstance(one, NUMBERS))


def member_places(pointer: str, schema: Node) -> list[str]:
    """Where the members of a union are."""
    words = ("allOf", "anyOf", "oneOf") if "properties" not in schema else ("anyOf", "oneOf")
    return [below(pointer, word, index) for word in words for index in range(len(schema.get(word, [])))]


def parse(document: Document, config: Config) -> Parsed:
    """Let the generator parse the document.

    Raises:
        DocumentError: The generator has something to say: it would go on, and leave the part out.
    """
    data = GeneratorData.from_dict(_prepared(document, config), config=config)
    if isinstance(data, GeneratorError):
        raise document.error("", f"openapi-python-client: {_in_a_line(data)}", "Correct the document.")
    tags = data.endpoint_collections_by_tag.values()
    # What cannot be parsed makes the generator refuse what refers to it, too: the cause alone is shown.
    errors: list[ParseError] = [*data.errors] or [error for tag in tags for error in tag.parse_errors]
    causes = [error for error in errors if "Could not find reference" not in (error.detail or "")]
    if errors:
        document.raise_problems()  # What the generator has to say may follow from these.
        raise DocumentError(
            *(problem for error in causes or errors for problem in _problems(document, error))
        )
    return Parsed(document, config, data)


def _prepared(document: Document, config: Config) -> dict[str, Any]:
    """The document as the generator gets it: with pointers, one media type for an answer, and fields where it looks."""
    data = marked(document)
    inline_events: dict[str, Node] = {}
    for pointer, node in objects(data):
        content = node.get("content")
        if content and re.search(r"/responses/[^/]+$", pointer):
            if "$ref" not in content.get(EVENTS, {}).get("schema", {"$ref": ""}):
                inline_events[event_name(document, pointer)] = content[EVENTS]["schema"]
            if json := next((media_type for media_type in content if is_json(media_type, config)), None):
                node["content"] = {json: content[json]}
    data.setdefault("components", {}).setdefault("schemas", {}).update(inline_events)
    for _pointer, node in list(objects(data)):
        _put_fields_where_the_generator_looks(node)
    return data


def _put_fields_where_the_generator_looks(node: Node) -> None:
    """It names a field by its key, and passes over those beside an `allOf` of one reference."""
    properties = node.get("properties")
    if not isinstance(properties, dict):
        return
    python_names = {key: child.get(PYTHON_NAME, key) for key, child in properties.items()}
    node["properties"] = {python_names[key]: child for key, child in properties.items()}
    node["required"] = [python_names.get(key, key) for key in node.get("required", [])]
    if "allOf" in node:
        node["allOf"].append({word: node.pop(word) for word in ("properties", "required")})


def event_name(document: Document, response: str) -> str:
    """What an event of an answer is called, should its schema be no component."""
    _, kind, name, *more = tokens(response)
    if kind == "responses":
        return f"{name} event"
    return f"{document.data['paths'][kind][name]['operationId']} event" if more else response


def _problems(document: Document, error: ParseError) -> list[Problem]:
    pointer = pointer_of(error.data) or _pointer_in(error.header)
    found = f"openapi-python-client: {_in_a_line(error)}"
    advice = "Correct it, as the generator would leave the part out."
    return document.error(pointer, found, advice).problems


def _pointer_in(header: str) -> str:
    """The place of an error that comes without its data, by what its heading names."""
    if found := re.search(r"(/components/\w+/\S+?):?$", header.strip()):
        return found.group(1)
    if found := re.search(r"parsing ([A-Z]+) (/\S*) within ", header):
        return below("/paths", found.group(2), found.group(1).lower())
    return ""


def _place_of(endpoint: Endpoint) -> str:
    """The pointer of an operation, in whose path the generator has written its own names for parameters."""
    path = endpoint.path.get_untrusted_value()
    for parameter in endpoint.path_parameters:
        path = path.replace(f"{{{parameter.python_name}}}", f"{{{parameter.name.get_untrusted_value()}}}")
    return below("/paths", path, endpoint.method)


def _in_a_line(error: GeneratorError) -> str:
    """What the generator says, without the place, which we have, and without what it leaves out for that."""
    detail = (error.detail or "").partition("Failure to process schema has resulted in the removal of")[0]
    if "duplicate models" in detail:
        detail += ": rename one with `class_overrides` in generator-config.yaml, or make it a component"
    text = re.sub(r"<openapi_python_client\S+ object at \w+>", "it", detail)
    return " ".join((text or error.header).split()).rstrip(".")
