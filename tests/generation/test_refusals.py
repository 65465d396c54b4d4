"""A document that cannot be expressed faithfully fails: with the place, what is wrong and what to do."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.generation.workshop import GONE, SMALL, Workshop, changed, snapshot, steps

pytestmark = pytest.mark.generation

OPERATION = "/paths/~1things~1{id}/post"
BODY = f"{OPERATION}/requestBody"
REPLY = f"{OPERATION}/responses/200"
SCHEMAS = "/components/schemas"
THING, PART, NEW = f"{SCHEMAS}/Thing", f"{SCHEMAS}/Part", f"{SCHEMAS}/NewThing"
FIELD = f"{THING}/properties/it"
TEXT: dict[str, Any] = {"type": "string"}
REF: dict[str, Any] = {"$ref": "#/components/schemas/Part"}


def an_object(*fields: str, required: bool = True, **more: Any) -> dict[str, Any]:
    """A schema with some text fields, and others."""
    properties = {**dict.fromkeys(fields, TEXT), **more}
    return {
        "type": "object",
        "properties": properties,
        **({"required": list(properties)} if required else {}),
    }


def kind(value: str, **more: Any) -> dict[str, Any]:
    """A schema whose `kind` has one value."""
    return an_object(kind={"type": "string", "const": value}, **more)


def union(*members: str, **more: Any) -> dict[str, Any]:
    """One of several components."""
    return {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in members], **more}


def parameter(name: str, where: str = "query", **more: Any) -> dict[str, Any]:
    """A parameter that is text."""
    return {"name": name, "in": where, "schema": TEXT, **more}


def answer(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    """A successful answer."""
    return {"description": "Done.", "content": {media_type: {"schema": schema}}}


def operation(**more: Any) -> dict[str, Any]:
    """One more operation."""
    return {
        "operationId": "things.get",
        "tags": ["things"],
        "responses": {"204": {"description": "Done."}},
        **more,
    }


STREAM = {
    f"{REPLY}/content/text~1event-stream": {
        "schema": {"$ref": "#/components/schemas/Event"},
        "x-stream": {"selected-by": "live", "end-marker": "END"},
    },
    f"{SCHEMAS}/Event": {
        **an_object("piece", whole={"$ref": "#/components/schemas/Thing"}, required=False),
        "x-event": {"ends": "completed", "reply": "whole"},
    },
}
"""What makes the operation stream."""

Case = tuple[dict[str, Any], str, str]
"""What is changed in the small document, the place that the message names, and its words."""

NAMES: dict[str, Case] = {
    "two values of one Python name": (
        {f"{THING}/properties/kind/enum": ["gpt-4.1", "gpt-4-1"]},
        f"{THING}/properties/kind/enum/1",
        "the values 'gpt-4.1' and 'gpt-4-1' give one Python name",
    ),
    "a value twice": (
        {f"{THING}/properties/kind/enum": ["a", "b", "a"]},
        f"{THING}/properties/kind/enum/2",
        "the values 'a' and 'a' give one Python name",
    ),
    "two fields of one attribute": (
        {FIELD: an_object("userId", "user_id")},
        f"{FIELD}/properties/user_id",
        "the fields 'userId' and 'user_id' give one Python name, `user_id`",
    ),
    "two fields that Python reads as one name": (
        {FIELD: an_object("field", "ﬁeld")},
        f"{FIELD}/properties/ﬁeld",
        "give one Python name, `field`",
    ),
    "a parameter and a field of one argument": (
        {f"{OPERATION}/parameters/1": parameter("Name", "header")},
        f"{NEW}/properties/name",
        "the fields 'Name' and 'name' give one Python name",
    ),
    "a field without a letter": (
        {FIELD: an_object("+")},
        f"{FIELD}/properties/+",
        "'+' cannot be a Python name",
    ),
    "a field like an attribute of every object": (
        {FIELD: an_object("to_dict")},
        f"{FIELD}/properties/to_dict",
        "the field 'to_dict' would hide `to_dict` of the client",
    ),
    "a field called problems": (
        {FIELD: an_object("problems")},
        f"{FIELD}/properties/problems",
        "would hide `problems`",
    ),
    "a field called http": ({FIELD: an_object("HTTP")}, f"{FIELD}/properties/HTTP", "would hide `http`"),
    "a field called output_text where there is one": (
        {f"{THING}/x-text": ["name"], f"{THING}/properties/output_text": TEXT},
        f"{THING}/properties/output_text",
        "would hide `output_text`",
    ),
    "a field like an argument of every call": (
        {f"{NEW}/properties/timeout": {"type": "number"}},
        f"{NEW}/properties/timeout",
        "would hide `timeout`",
    ),
    "a parameter like an argument of every call": (
        {f"{OPERATION}/parameters/1": parameter("extra-headers")},
        f"{OPERATION}/parameters/1",
        "the field 'extra-headers' would hide `extra_headers`",
    ),
    "two schemas of one class": (
        {f"{SCHEMAS}/part": an_object("a"), FIELD: {"$ref": "#/components/schemas/part"}},
        f"{SCHEMAS}/part",
        "`Part` and `Part` at document.yaml:",
    ),
    "two schemas of one function": (
        {f"{SCHEMAS}/PART": an_object("a"), FIELD: {"$ref": "#/components/schemas/PART"}},
        f"{SCHEMAS}/PART",
        "give one Python name. Give the schema another name.",
    ),
    "an inline schema named like a component": (
        {f"{SCHEMAS}/ThingIt": an_object("a"), FIELD: an_object("b")},
        FIELD,
        "Make it a component with another name.",
    ),
    "a schema named like a builtin": (
        {f"{SCHEMAS}/Warning": an_object("a"), FIELD: {"$ref": "#/components/schemas/Warning"}},
        f"{SCHEMAS}/Warning",
        "would shadow Python's builtin",
    ),
    "a schema named like a class of the package": (
        {f"{SCHEMAS}/Client": an_object("a"), FIELD: {"$ref": "#/components/schemas/Client"}},
        f"{SCHEMAS}/Client",
        "the class `Client` would shadow one of the package's own",
    ),
    "a schema named like an exception": (
        {f"{SCHEMAS}/QuotaError": an_object("a"), FIELD: {"$ref": "#/components/schemas/QuotaError"}},
        f"{SCHEMAS}/QuotaError",
        "`QuotaError` would shadow one of the package's own",
    ),
    "a schema named like a resource": (
        {f"{SCHEMAS}/Things": an_object("a"), FIELD: {"$ref": "#/components/schemas/Things"}},
        f"{OPERATION}/tags/0",
        "`Things` and `Things` at document.yaml:",
    ),
    "two operations of one method": (
        {"/paths/~1things/get": operation(operationId="things.Make")},
        f"{'/paths/~1things/get'}/operationId",
        "the tag has two operations that give one method, `make`",
    ),
    "a method that is no name": (
        {f"{OPERATION}/operationId": "+"},
        f"{OPERATION}/operationId",
        "cannot be a Python method",
    ),
    "a method that hides what its class needs": (
        {f"{OPERATION}/operationId": "things.overload"},
        f"{OPERATION}/operationId",
        "the method `overload` would hide",
    ),
    "two tags of one attribute": (
        {"/paths/~1things/get": operation(tags=["Things"])},
        "/paths/~1things/get/tags/0",
        "the tags 'things' and 'Things' give one Python name",
    ),
    "a tag named like a method of the client": (
        {f"{OPERATION}/tags": ["close"]},
        f"{OPERATION}/tags/0",
        "the tag 'close' would hide `close` of the client",
    ),
    "a tag named like another method of the client": (
        {f"{OPERATION}/tags": ["With Options"]},
        f"{OPERATION}/tags/0",
        "would hide `with_options` of the client",
    ),
    "a tag that is no name": ({f"{OPERATION}/tags": ["-"]}, f"{OPERATION}/tags/0", "the tag '-' cannot be"),
    "a tag whose class is taken": (
        {f"{OPERATION}/tags": ["call"]},
        f"{OPERATION}/tags/0",
        "the class `Call` would",
    ),
}

CONSTRUCTS: dict[str, Case] = {
    **{
        f"the keyword {word}": (
            {f"{FIELD}": {"type": "object", word: value}},
            f"{FIELD}/{word}",
            f"the schema keyword `{word}` is not expressed. Use one of",
        )
        for word, value in {
            "not": {"type": "string"},
            "allOf": [REF],
            "if": {},
            "patternProperties": {"^a": {}},
            "prefixItems": [{}],
            "nullable": True,
            "readOnly": True,
            "unevaluatedProperties": False,
            "multipleOf": 2,
            "exclusiveMinimum": 1,
            "uniqueItems": True,
            "$defs": {},
        }.items()
    },
    "an unknown type": ({f"{FIELD}/type": "file"}, f"{FIELD}/type", "input should be 'string', 'number'"),
    "no type at all": ({f"{FIELD}/items": TEXT}, FIELD, "the schema does not say what type it has"),
    "a bound that is text": (
        {FIELD: {"type": "number", "minimum": "3"}},
        f"{FIELD}/minimum",
        "It takes a number.",
    ),
    "a length that is none": (
        {FIELD: {**TEXT, "minLength": -1}},
        f"{FIELD}/minLength",
        "input should be greater than or equal to 0",
    ),
    "a pattern that Python does not read": (
        {FIELD: {**TEXT, "pattern": "(?<a"}},
        f"{FIELD}/pattern",
        "a regular expression that Python reads, too",
    ),
    "an empty enum": ({FIELD: {**TEXT, "enum": []}}, f"{FIELD}/enum", "list should have at least 1 item"),
    "a value of another type": (
        {FIELD: {**TEXT, "enum": [1]}},
        FIELD,
        "the value 1 is not of type string",
    ),
    "a constant of another type": (
        {FIELD: {**TEXT, "const": None}},
        FIELD,
        "the value None is not of type string",
    ),
    "an enum of fractions": (
        {FIELD: {"type": "number", "enum": [0.5]}},
        f"{FIELD}/enum",
        "an enum of fractions",
    ),
    "an enum of two types": ({FIELD: {"enum": ["a", 1]}}, f"{FIELD}/enum", "of values of several types"),
    "an object as a value": ({FIELD: {"enum": [{"a": 1}]}}, f"{FIELD}/enum", "a list of texts, numbers"),
    "anyOf beside oneOf": ({FIELD: {"anyOf": [TEXT], "oneOf": [TEXT]}}, FIELD, "`anyOf` beside `oneOf`"),
    "a keyword beside a reference": (
        {FIELD: {**REF, "minLength": 1}},
        f"{FIELD}/minLength",
        "`minLength` beside `$ref` is not expressed",
    ),
    "a required field that is not described": (
        {f"{PART}/required": ["weight"]},
        f"{PART}/required",
        "'weight' is required but no such property is described",
    ),
    "a union of lists": (
        {
            FIELD: {
                "anyOf": [
                    {"type": "array", "items": REF},
                    {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                ]
            }
        },
        FIELD,
        "`list[Part]` and `list[Thing]` cannot be told apart",
    ),
    "a union of an object and any object": (
        {FIELD: {"anyOf": [REF, {"type": "object"}]}},
        FIELD,
        "`Part` and `dict[str, Any]` cannot be told apart",
    ),
    "a union of times and numbers": (
        {FIELD: {"anyOf": [{"type": "number", "format": "unix-time"}, {"type": "number"}]}},
        FIELD,
        "`datetime` and `float` cannot be told apart",
    ),
    "a union of objects that look alike": (
        {f"{SCHEMAS}/A": an_object("x"), f"{SCHEMAS}/B": an_object("x"), FIELD: union("A", "B")},
        FIELD,
        "`A` and `B` cannot be told apart in this union. Add a `discriminator`",
    ),
    "a union of objects that say the same of themselves": (
        {f"{SCHEMAS}/A": kind("x", a=TEXT), f"{SCHEMAS}/B": kind("x", a=TEXT), FIELD: union("A", "B")},
        FIELD,
        "`A` and `B` cannot be told apart",
    ),
    "a union with an object of which nothing is sure": (
        {
            f"{SCHEMAS}/A": an_object("x", required=False),
            f"{SCHEMAS}/B": an_object("y"),
            FIELD: union("A", "B"),
        },
        FIELD,
        "nothing tells `A` from the others in this union",
    ),
    "a discriminator without a mapping": (
        {
            f"{SCHEMAS}/A": kind("a"),
            f"{SCHEMAS}/B": kind("b"),
            FIELD: union("A", "B", discriminator={"propertyName": "kind"}),
        },
        f"{FIELD}/discriminator",
        "a discriminator without `mapping` is not expressed. List the values.",
    ),
    "a discriminator that names no field": (
        {FIELD: union("Part", "Thing", discriminator={"mapping": {}})},
        f"{FIELD}/discriminator",
        "`propertyName` is missing",
    ),
    "a mapping to nowhere": (
        {FIELD: union("Part", "Thing", discriminator={"propertyName": "kind", "mapping": {"a": "Nobody"}})},
        f"{FIELD}/discriminator/mapping/a",
        "`$ref: #/components/schemas/Nobody` names nothing",
    ),
    "a mapping to something else": (
        {FIELD: union("Part", "Thing", discriminator={"propertyName": "kind", "mapping": {"a": "NewThing"}})},
        f"{FIELD}/discriminator/mapping/a",
        "`NewThing` is no member of the union",
    ),
    "a member that the mapping leaves out": (
        {FIELD: union("Part", "Thing", discriminator={"propertyName": "kind", "mapping": {"a": "Part"}})},
        f"{FIELD}/discriminator",
        "no value of the discriminator stands for `Thing`",
    ),
    "a mapping that the member denies": (
        {
            f"{SCHEMAS}/A": kind("a"),
            FIELD: union(
                "A", "Part", discriminator={"propertyName": "kind", "mapping": {"b": "A", "p": "Part"}}
            ),
        },
        f"{FIELD}/discriminator/mapping/b",
        "`A` never has the value 'b'",
    ),
    "a list that consists of itself": (
        {f"{SCHEMAS}/L": {"type": "array", "items": {"$ref": "#/components/schemas/L"}}},
        f"{SCHEMAS}/L",
        "this schema consists of itself. Put an object with properties in between",
    ),
    "a union that is a member of itself": (
        {f"{SCHEMAS}/U": union("Part", "Thing", "U")},
        f"{SCHEMAS}/U",
        "this schema consists of itself",
    ),
    "references in a circle": (
        {
            f"{SCHEMAS}/A": {"$ref": "#/components/schemas/B"},
            f"{SCHEMAS}/B": {"$ref": "#/components/schemas/A"},
        },
        f"{SCHEMAS}/",
        "leads back to itself. Break the circle.",
    ),
    "a dangling reference to a schema": (
        {FIELD: {"$ref": "#/components/schemas/Nobody"}},
        FIELD,
        "`$ref: #/components/schemas/Nobody` names nothing. Correct the name or add the component.",
    ),
    "a dangling reference to a parameter": (
        {f"{OPERATION}/parameters/1": {"$ref": "#/components/parameters/Nobody"}},
        f"{OPERATION}/parameters/1",
        "names nothing",
    ),
    "a dangling reference to a response": (
        {f"{OPERATION}/responses/404": {"$ref": "#/components/responses/Nobody"}},
        f"{OPERATION}/responses/404",
        "names nothing",
    ),
    "a reference to another document": (
        {FIELD: {"$ref": "other.yaml#/A"}},
        FIELD,
        "points outside of the document",
    ),
    "a reference into a component": (
        {FIELD: {"$ref": "#/components/schemas/Part/properties/size"}},
        f"{FIELD}/$ref",
        "is no component",
    ),
    "a schema that is true": (
        {f"{THING}/properties/kind": True},
        f"{THING}/properties/kind",
        "input should be a valid dictionary",
    ),
}

OPERATIONS: dict[str, Case] = {
    "no operation": ({"/paths": {}}, "/paths", "the document has no operation"),
    "no operationId": ({f"{OPERATION}/operationId": GONE}, OPERATION, "the operation has no `operationId`"),
    "no tags": ({f"{OPERATION}/tags": GONE}, OPERATION, "the operation has no `tags`"),
    "an empty list of tags": ({f"{OPERATION}/tags": []}, OPERATION, "the operation has no `tags`"),
    "one operationId twice": (
        {"/paths/~1things/get": operation(operationId="things.make")},
        "/paths/~1things/get/operationId",
        "the operationId 'things.make' stands at document.yaml:",
    ),
    "an unknown method": (
        {"/paths/~1things/query": operation()},
        "/paths/~1things/query",
        "is not expressed here",
    ),
    "a path that is kept elsewhere": (
        {"/paths/~1things": {"$ref": "#/components/pathItems/Things"}, "/components/pathItems/Things": {}},
        "/paths/~1things/$ref",
        "`$ref` is not expressed here",
    ),
    "a server of its own": (
        {f"{OPERATION}/servers": [{"url": "https://x.test"}]},
        f"{OPERATION}/servers",
        "`servers` is not expressed here",
    ),
    "a path without its parameter": (
        {f"{OPERATION}/parameters": []},
        OPERATION,
        "the parameter 'id' is in the path, but not described",
    ),
    "a parameter that the path lacks": (
        {f"{OPERATION}/parameters/1": parameter("other", "path", required=True)},
        OPERATION,
        "the parameter 'other' is described, but not in the path",
    ),
    "another path without its parameter": (
        {f"{OPERATION}/x-alias-paths": ["/v1/things"]},
        f"{OPERATION}/x-alias-paths/0",
        "the parameter 'id' is described, but not in the path /v1/things",
    ),
    "a path with a question mark": (
        {"/paths/~1things?a=b/get": operation()},
        "/paths/~1things?a=b/get",
        "'/things?a=b' is no path",
    ),
    "a path parameter that may be left out": (
        {f"{OPERATION}/parameters/0/required": False},
        f"{OPERATION}/parameters/0",
        "the path parameter 'id' is not required",
    ),
    "a cookie": (
        {f"{OPERATION}/parameters/1": parameter("a", "cookie")},
        f"{OPERATION}/parameters/1",
        "a cookie parameter is not expressed",
    ),
    "a parameter as JSON": (
        {
            f"{OPERATION}/parameters/1": {
                "name": "a",
                "in": "query",
                "content": {"application/json": {"schema": TEXT}},
            }
        },
        f"{OPERATION}/parameters/1",
        "a parameter without `schema` is not expressed",
    ),
    "a parameter in another style": (
        {f"{OPERATION}/parameters/1": parameter("a", style="deepObject")},
        f"{OPERATION}/parameters/1",
        "this style of a parameter is not expressed. Use `style: form` alone.",
    ),
    "an object as a parameter": (
        {f"{OPERATION}/parameters/1": parameter("a", schema=REF)},
        f"{OPERATION}/parameters/1",
        "a parameter of type `Part` in the query is not expressed",
    ),
    "a list in a header": (
        {f"{OPERATION}/parameters/1": parameter("a", "header", schema={"type": "array", "items": TEXT})},
        f"{OPERATION}/parameters/1",
        "a parameter of type `list[str]` in the header is not expressed",
    ),
    "a list of lists in the query": (
        {
            f"{OPERATION}/parameters/1": parameter(
                "a", schema={"type": "array", "items": {"type": "array", "items": TEXT}}
            )
        },
        f"{OPERATION}/parameters/1",
        "a parameter of type `list[list[str]]` in the query is not expressed",
    ),
    "a list with commas": (
        {f"{OPERATION}/parameters/1": parameter("a", schema={"type": "array", "items": TEXT}, explode=False)},
        f"{OPERATION}/parameters/1",
        "is not expressed",
    ),
    "a body that is no JSON": (
        {f"{BODY}/content": {"text/plain": {"schema": TEXT}}},
        BODY,
        "a body as text/plain is not expressed. Describe `application/json` with a schema.",
    ),
    "a body of two kinds": (
        {f"{BODY}/content/application~1xml": {"schema": TEXT}},
        BODY,
        "a body as application/json, application/xml is not expressed",
    ),
    "a body that is no object": (
        {f"{BODY}/content/application~1json/schema": {"type": "array", "items": TEXT}},
        f"{BODY}/content/application~1json/schema",
        "a body that is no object with properties is not expressed",
    ),
    "a body that may be left out, with fields that may not": (
        {f"{BODY}/required": False},
        BODY,
        "the body may be left out, but some of its fields not",
    ),
    "an answer that is no JSON": (
        {REPLY: answer(TEXT, "text/html")},
        f"{REPLY}/content/text~1html",
        "an answer as text/html is not expressed. Describe JSON or events.",
    ),
    "an answer without a schema": (
        {f"{REPLY}/content/application~1json/schema": GONE},
        f"{REPLY}/content/application~1json",
        "an answer without `schema` is not expressed",
    ),
    "an answer that is text": (
        {REPLY: answer(TEXT)},
        f"{REPLY}/content/application~1json/schema",
        "an answer of type `str` is not expressed. Describe an object with properties",
    ),
    "an answer that is any object": (
        {REPLY: answer({"type": "object"})},
        f"{REPLY}/content/application~1json/schema",
        "an answer of type `dict[str, Any]` is not expressed",
    ),
    "an answer that can be null": (
        {REPLY: answer({"anyOf": [REF, {"type": "null"}]})},
        f"{REPLY}/content/application~1json/schema",
        "an answer of type `Part | None` is not expressed",
    ),
    "two answers that differ": (
        {f"{OPERATION}/responses/201": answer(REF)},
        f"{OPERATION}/responses/201/content/application~1json",
        "two successful answers differ in their application/json",
    ),
    "an answer with content and one without": (
        {f"{OPERATION}/responses/204": {"description": "Nothing."}},
        f"{OPERATION}/responses/204",
        "one successful answer has content, this one has none",
    ),
    "no successful answer": (
        {f"{OPERATION}/responses": {"default": {"description": "?"}}},
        f"{OPERATION}/responses",
        "no successful answer is described",
    ),
    "a stream that nothing asks for": (
        {**STREAM, f"{REPLY}/content/text~1event-stream/x-stream": {"end-marker": "END"}},
        f"{REPLY}/content/text~1event-stream/x-stream",
        "the stream does not say what asks for it. Name a boolean field of the body",
    ),
    "a stream that a text asks for": (
        {**STREAM, f"{REPLY}/content/text~1event-stream/x-stream/selected-by": "name"},
        f"{REPLY}/content/text~1event-stream/x-stream",
        "the stream does not say what asks for it",
    ),
    "a stream with an unknown word": (
        {**STREAM, f"{REPLY}/content/text~1event-stream/x-stream/end": "END"},
        f"{REPLY}/content/text~1event-stream/x-stream/end",
        "`end` means nothing here",
    ),
    "a stream alone": (
        {**STREAM, f"{REPLY}/content/application~1json": GONE},
        f"{REPLY}/content/text~1event-stream",
        "a stream alone is not expressed",
    ),
    "a stream of texts": (
        {**STREAM, f"{REPLY}/content/text~1event-stream/schema": TEXT},
        f"{REPLY}/content/text~1event-stream/schema",
        "events of type `str` are not expressed",
    ),
    "a stream without an end": (
        {
            **STREAM,
            f"{REPLY}/content/text~1event-stream/x-stream": {"selected-by": "live"},
            f"{SCHEMAS}/Event/x-event": {},
        },
        f"{REPLY}/content/text~1event-stream/schema",
        "nothing ends the stream",
    ),
    "a stream without a reply": (
        {**STREAM, f"{SCHEMAS}/Event/x-event": {"text": ["piece"]}},
        f"{REPLY}/content/text~1event-stream/schema",
        "nothing in the stream gives the whole reply",
    ),
}

EXTENSIONS: dict[str, Case] = {
    "no server": ({"/servers": GONE}, "", "the document has no `servers`"),
    "a server that is a path": (
        {"/servers": [{"url": "/v1"}]},
        "/servers/0/url",
        "`/v1` is no address to send to",
    ),
    "a server with a variable": (
        {"/servers": [{"url": "https://{region}.test"}]},
        "/servers/0/url",
        "is no address to send to",
    ),
    "a key in place of a token": (
        {"/components/securitySchemes/key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "/components/securitySchemes/key",
        "the scheme 'apiKey' is not expressed. Describe a bearer token",
    ),
    "a password in place of a token": (
        {"/components/securitySchemes/basic": {"type": "http", "scheme": "basic"}},
        "/components/securitySchemes/basic",
        "the scheme 'basic' is not expressed",
    ),
    "a variable that is none": (
        {"/components/securitySchemes/b": {"type": "http", "scheme": "bearer", "x-environment": ["MY KEY"]}},
        "/components/securitySchemes/b/x-environment",
        "`MY KEY` is no name of an environment variable",
    ),
    "no calls at all": ({"/x-limits/in-flight": 0}, "/x-limits/in-flight", "`0` is no number of calls"),
    "a pace that is text": (
        {"/x-limits/per-second": "60"},
        "/x-limits/per-second",
        "`60` is no number of calls",
    ),
    "waits that are none": ({"/x-retry/waits": []}, "/x-retry", "the waits are no seconds"),
    **{
        f"{word} that is text": (
            {f"{where}/{word}": "text"},
            f"{where}/{word}",
            f"`{word}` cannot be `text`. It takes",
        )
        for where, word in [
            ("", "x-limits"),
            ("", "x-retry"),
            ("", "x-error-kinds"),
            (OPERATION, "x-alias-paths"),
            (f"{REPLY}/content/application~1json", "x-stream"),
            (THING, "x-aliases"),
            (THING, "x-event"),
            (THING, "x-text"),
            (THING, "x-failed-when"),
        ]
    },
    "a source that is no text": ({f"{THING}/x-source": 1}, f"{THING}/x-source", "`x-source` cannot be `1`"),
    "a code of two kinds": (
        {
            "/x-error-kinds": {
                "A": {"codes": {"x": {"statuses": [400]}}},
                "B": {"codes": {"x": {"statuses": [401]}}},
            }
        },
        "/x-error-kinds/B",
        "the code 'x' belongs to A already",
    ),
    "a status of two kinds": (
        {"/x-error-kinds": {"A": {"statuses": ["400"]}, "B": {"statuses": ["400"]}}},
        "/x-error-kinds/B",
        "the status 400 belongs to A already",
    ),
    "a parent that is unknown": (
        {"/x-error-kinds": {"A": {"parent": "B"}}},
        "/x-error-kinds/A/parent",
        "there is no kind 'B'",
    ),
    "parents in a circle": (
        {"/x-error-kinds": {"A": {"parent": "B"}, "B": {"parent": "A"}}},
        "/x-error-kinds",
        "the parents of AError form a circle",
    ),
    "a kind named like a builtin": (
        {"/x-error-kinds": {"Timeout": {}}},
        "/x-error-kinds/Timeout",
        "`TimeoutError` exists already",
    ),
    "a kind named like another exception": (
        {"/x-error-kinds": {"Transport": {}}},
        "/x-error-kinds/Transport",
        "`TransportError` exists already",
    ),
    "a kind that is no name": (
        {"/x-error-kinds": {"not-found": {}}},
        "/x-error-kinds/not-found",
        "cannot be the name",
    ),
    "a kind with an unknown word": (
        {"/x-error-kinds": {"A": {"status": ["400"]}}},
        "/x-error-kinds/A/status",
        "`status` means nothing here",
    ),
    "a status that is none": (
        {"/x-error-kinds": {"A": {"statuses": ["4xx"]}}},
        "/x-error-kinds/A/statuses",
        "'4xx' is no status",
    ),
    "a code under a status that is none": (
        {"/x-error-kinds": {"A": {"codes": {"x": {"statuses": ["5XX"]}}}}},
        "/x-error-kinds/A/codes/x",
        "'5XX' is no status",
    ),
    "an alias of nothing": (
        {f"{THING}/x-aliases": {"title": "nome"}},
        f"{THING}/x-aliases/title",
        "there is no field 'nome'",
    ),
    "an alias that is taken": (
        {f"{THING}/x-aliases": {"kind": "name"}},
        f"{THING}/x-aliases/kind",
        "the fields 'kind' and 'kind' give one Python name",
    ),
    "a text that is nowhere": (
        {f"{THING}/x-text": ["parts", "size"]},
        f"{THING}/x-text/1",
        "there is no field 'size'",
    ),
    "a text in a list of nothing": (
        {f"{THING}/x-text": ["name", {"a": 1}, "b"]},
        f"{THING}/x-text/1",
        "there is no list with `items` here",
    ),
    "a text in entries that do not exist": (
        {f"{THING}/x-text": ["parts", {"kind": "a"}, "size"]},
        f"{THING}/x-text/1",
        "there is no field 'kind'",
    ),
    "a text in entries of a value that does not exist": (
        {
            f"{PART}/properties/kind": {**TEXT, "const": "a"},
            f"{THING}/x-text": ["parts", {"kind": "b"}, "size"],
        },
        f"{THING}/x-text/1",
        "the field 'kind' never has the value 'b'",
    ),
    "a text that is a number": (
        {f"{THING}/x-text": ["parts", {"size": 1}, "size"]},
        f"{THING}/x-text",
        "what is at the end of the path is no string",
    ),
    "a path that is no list": (
        {f"{THING}/x-text": "name"},
        f"{THING}/x-text",
        "`x-text` cannot be `name`. It takes a list.",
    ),
    "a text of what has no fields": (
        {f"{SCHEMAS}/Name": {**TEXT, "x-text": ["a"]}},
        f"{SCHEMAS}/Name/x-text",
        "`x-text` says nothing of a schema without fields",
    ),
    "an event with an unknown word": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/texts": ["piece"]},
        f"{SCHEMAS}/Event/x-event/texts",
        "`texts` means nothing here",
    ),
    "an event with an unknown end": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/ends": "done"},
        f"{SCHEMAS}/Event/x-event/ends",
        "a stream does not end as 'done'. Say one of completed",
    ),
    "an event with a reply that is nowhere": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/reply": "thing"},
        f"{SCHEMAS}/Event/x-event/reply",
        "there is no field 'thing'",
    ),
    "an event with a reply that is text": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/reply": "piece"},
        f"{SCHEMAS}/Event/x-event/reply",
        "is no object",
    ),
    "an event with a text that is nowhere": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/text": ["whole", "nome"]},
        f"{SCHEMAS}/Event/x-event/text/1",
        "there is no field 'nome'",
    ),
    "a failure that is nowhere": (
        {f"{THING}/x-failed-when": {"status": "failed"}},
        f"{THING}/x-failed-when/status",
        "there is no field 'status'",
    ),
    "a failure that never happens": (
        {f"{THING}/x-failed-when": {"kind": "c"}},
        f"{THING}/x-failed-when/kind",
        "the field 'kind' never has the value 'c'",
    ),
    "an assembly that does not say all": (
        {**STREAM, f"{SCHEMAS}/Event/x-assembles": {"reply": "Thing", "list": "parts"}},
        f"{SCHEMAS}/Event/x-assembles",
        "`x-assembles` does not say its `delta`",
    ),
    "an assembly of what no operation answers": (
        {
            **STREAM,
            f"{SCHEMAS}/Other": {**an_object(parts={"type": "array", "items": REF})},
            f"{SCHEMAS}/Event/properties/parts": {"type": "array", "items": REF},
            f"{SCHEMAS}/Event/x-assembles": {
                "reply": "Other",
                "list": "parts",
                "key": "size",
                "delta": "size",
                "into": "size",
            },
        },
        f"{SCHEMAS}/Event/x-assembles/reply",
        "no operation answers with this",
    ),
    "an assembly in a list that is none": (
        {
            **STREAM,
            f"{SCHEMAS}/Event/x-assembles": {
                "reply": "Thing",
                "list": "piece",
                "key": "size",
                "delta": "size",
                "into": "size",
            },
        },
        f"{SCHEMAS}/Event/x-assembles/list",
        "there is no list with `items` here",
    ),
    "an error body that is nowhere": (
        {f"{PART}/x-error-body": {"code": ["error", "code"]}},
        f"{PART}/x-error-body/code/0",
        "there is no field 'error'",
    ),
    "withdrawn values of a closed enum": (
        {f"{SCHEMAS}/Name": {**TEXT, "x-removed": {"x": {"since": "1.0.0"}}}},
        f"{SCHEMAS}/Name/x-removed",
        "lists withdrawn values of an open enum",
    ),
    "a withdrawn value that is still there": (
        {
            f"{SCHEMAS}/Name": {
                "anyOf": [{**TEXT, "enum": ["x"]}, TEXT],
                "x-removed": {"x": {"since": "1.0.0"}},
            }
        },
        f"{SCHEMAS}/Name/x-removed/x",
        "'x' is listed as known, too",
    ),
    "an example that is kept elsewhere": (
        {f"{REPLY}/content/application~1json/examples": {"far": {"externalValue": "https://x.test/a.json"}}},
        f"{REPLY}/content/application~1json/examples/far",
        "an example that is kept elsewhere is not expressed",
    ),
}

CASES = {**NAMES, **CONSTRUCTS, **OPERATIONS, **EXTENSIONS}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_it_is_refused_with_its_place(workshop: Workshop, case: Case) -> None:
    changes, pointer, words = case
    document = changed(SMALL, changes)
    workshop.write(document)
    workshop.package.mkdir(parents=True)
    (workshop.package / "errors.py").write_text("# as it was\n")
    before = snapshot(workshop.output)
    outcome = workshop.run()
    assert outcome.code == 2, outcome.out
    assert outcome.err.startswith("generate: document.yaml:"), outcome.err
    assert words in outcome.err
    assert outcome.err.endswith("\nNothing was written.\n")
    assert snapshot(workshop.output) == before
    line, place = re.search(r"^generate: document\.yaml:(\d+) \(#(.*?)\):", outcome.err).groups()  # type: ignore[union-attr]
    assert place.startswith(pointer)
    assert _names(document, place) in workshop.document.read_text(encoding="utf-8").split("\n")[int(line) - 1]


def _names(document: Any, pointer: str) -> str:
    """What must stand on the line of a JSON pointer in the document, which has each key on a line of its own."""
    words = "{"
    for step in steps(pointer):
        if isinstance(document, list):
            words, document = "", document[int(step)]
            if not isinstance(document, (dict, list)):
                words = json.dumps(document)
        elif step in document:
            words, document = f"{json.dumps(step)}:", document[step]
    return words


TEXTS: dict[str, tuple[str, str]] = {
    "no YAML": ("openapi: 3.1.1\ninfo: [", "document.yaml:2: not valid YAML"),
    "a tab": ("openapi: 3.1.1\n\tinfo: x", "document.yaml:2: not valid YAML"),
    "a key twice": (
        "openapi: 3.1.1\ninfo: {}\nopenapi: 3.1.0",
        "document.yaml:3: the key 'openapi' stands twice",
    ),
    "an alias": ("a: &x {}\nb: *x", "document.yaml:1: an alias repeats this part"),
    "a merge": ("a: 1\n<<: {b: 2}", "document.yaml:2: this key is no text"),
    "a tag": ("a: 1\nb: !!binary aGk=", "document.yaml:2: `aGk=` is not JSON data"),
    "a number that is none": ("a:\n  b: .nan", "document.yaml:2: `.nan` is not JSON data"),
    "half a character": ('a: "\\ud83d"', "document.yaml:1: half a character"),
    "two documents": ("a: 1\n---\nb: 2", "document.yaml:2: not valid YAML"),
    "a list": ("- a\n- b", "document.yaml: expected a mapping at the top, found list"),
    "a text": ("openapi", "document.yaml: expected a mapping at the top, found str"),
    "nothing": ("", "document.yaml: expected a mapping at the top, found nothing"),
    "a comment": ("# nothing yet\n", "document.yaml: expected a mapping at the top, found nothing"),
    "no OpenAPI": ("a: 1", "document.yaml:1 (#): `info` is missing. See the OpenAPI Specification."),
    "an older OpenAPI": (
        'swagger: "2.0"\ninfo: {title: x, version: "1"}\npaths: {}',
        "document.yaml:1 (#): `openapi`",
    ),
    "a version that is a number": (
        "openapi: 3.1.1\ninfo:\n  title: x\n  version: 1.0\npaths: {}",
        "document.yaml:4 (#/info/version): input should be a valid string",
    ),
    "an operation that is text": (
        'openapi: 3.1.1\ninfo: {title: x, version: "1"}\npaths:\n  /a:\n    get: nothing',
        "document.yaml:5 (#/paths/~1a/get):",
    ),
    "a parameter without a place": (
        'openapi: 3.1.1\ninfo: {title: x, version: "1"}\npaths:\n  /a:\n    parameters:\n      - name: x',
        "document.yaml:6 (#/paths/~1a/parameters/0): `in` is missing",
    ),
}


@pytest.mark.parametrize(("text", "words"), TEXTS.values(), ids=TEXTS.keys())
def test_what_is_no_document_is_refused(workshop: Workshop, text: str, words: str) -> None:
    workshop.write(text)
    outcome = workshop.run()
    assert outcome.code == 2
    assert words in outcome.err
    assert not workshop.output.exists()


def test_a_document_that_is_not_there_is_refused(workshop: Workshop) -> None:
    outcome = workshop.run()
    assert outcome.code == 2
    assert f"{workshop.document}: cannot be read" in outcome.err


def test_a_document_in_another_encoding_is_refused(workshop: Workshop) -> None:
    workshop.document.write_bytes("info: {title: Bücher}".encode("latin-1"))
    outcome = workshop.run()
    assert outcome.code == 2
    assert "Name an OpenAPI document in UTF-8." in outcome.err


MESSAGES: dict[str, tuple[dict[str, Any], str]] = {
    "a default of another type": (
        {f"{NEW}/properties/count": {"type": "integer", "default": "many"}},
        "Invalid int value: many",
    ),
    "a path parameter with a digit in front": (
        {
            "/paths/~1things~1{2nd}/get": operation(parameters=[parameter("2nd", "path", required=True)]),
        },
        "Incorrect path templating",
    ),
    "a schema of which the generator makes nothing": (
        {f"{SCHEMAS}/Odd": {"type": "array"}},
        "type array must have items",
    ),
}


@pytest.mark.parametrize(("changes", "words"), MESSAGES.values(), ids=MESSAGES.keys())
def test_every_message_of_the_generator_is_fatal(
    workshop: Workshop, changes: dict[str, Any], words: str
) -> None:
    """openapi-python-client would go on, and leave the part out."""
    workshop.write(changed(SMALL, changes))
    outcome = workshop.run()
    assert outcome.code == 2
    assert "openapi-python-client does not take the document as it is." in outcome.err
    assert words.lower() in outcome.err.lower()
    assert not workshop.output.exists()


def test_the_small_document_itself_is_taken(workshop: Workshop) -> None:
    """Else the cases above would show nothing."""
    assert workshop.make(SMALL).is_dir()
    assert workshop.make(changed(SMALL, STREAM)).is_dir()
