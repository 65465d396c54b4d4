"""Documents that are refused, by the message: what is changed in the small document, and the place in the message.

The place is the last one that is changed, unless another follows: `/...` from the root of the document, else below it.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from tests.generation.documents import (
    BODY,
    BODY_SCHEMA,
    FIELD,
    GONE,
    JSON,
    OPERATION,
    REPLY,
    SCHEMAS,
    STREAM,
    TEXT,
    an_object,
    array,
    kind,
    operation,
    parameter,
    ref,
    response,
    text,
    union,
)

Case: TypeAlias = dict[str, Any] | tuple[dict[str, Any], str]

PARAMETER = f"{OPERATION}/parameters/1"
ANOTHER = "/paths/~1things/get"
BEARER = {"type": "http", "scheme": "bearer"}

NAMES: dict[str, Case] = {
    # Values and fields
    "the values 'gpt-4.1' and 'gpt-4-1' are the same, or differ only in punctuation": (
        {"Thing/properties/kind/enum": ["gpt-4.1", "gpt-4-1"]},
        "1",
    ),
    "the values 'a' and 'a' are the same": ({"Thing/properties/kind/enum": ["a", "b", "a"]}, "2"),
    "the fields 'user-id' and 'user.id' have the same Python name": (
        {FIELD: an_object("user-id", "user.id", "user_id")},
        "properties/user.id",
    ),
    "have the same Python name, `field`": ({FIELD: an_object("field", "ﬁeld")}, "properties/ﬁeld"),  # PEP 3131
    "the field 'name' and the field 'Name' at document.yaml:": (
        {PARAMETER: parameter("Name", "header")},
        f"{SCHEMAS}/NewThing/properties/name",
    ),
    "'+' cannot be a Python name": ({FIELD: an_object("+")}, "properties/+"),
    "the field 'to_dict' would hide `to_dict`, which Python or the package already has": (
        {FIELD: an_object("to_dict")},
        "properties/to_dict",
    ),
    "the field 'HTTP' would hide `http`": ({FIELD: an_object("HTTP")}, "properties/HTTP"),
    "would hide `output_text`": {"Thing/x-text": ["name"], "Thing/properties/output_text": TEXT},
    "the field 'extra-headers' would hide `extra_headers`": {PARAMETER: parameter("extra-headers")},
    # Classes
    'Attempted to generate duplicate models with name "Part": rename one with `class_overrides`': (
        {"part": an_object("a"), FIELD: ref("part")},
        f"{SCHEMAS}/part",
    ),
    "the class `PART` and the class `Part` at document.yaml:": (
        {"PART": an_object("a"), FIELD: ref("PART")},
        f"{SCHEMAS}/PART",
    ),
    'Attempted to generate duplicate models with name "ThingIt"': {"ThingIt": an_object("a"), FIELD: an_object("b")},
    "the tag 'things' and the class `Things` at document.yaml:": (
        {"Things": an_object("a"), FIELD: ref("Things")},
        f"{OPERATION}/tags/0",
    ),
    # Operations and tags
    "the operationId 'things.Make' and the operationId 'things.make' at document.yaml:15": (
        {ANOTHER: operation(operationId="things.Make")},
        "operationId",
    ),
    "the operationId '+' cannot be a Python name": {f"{OPERATION}/operationId": "+"},
    "the operationId 'things.overload' would hide `overload`": {f"{OPERATION}/operationId": "things.overload"},
    "the tag 'Things' and the tag 'things' at document.yaml:17": ({ANOTHER: operation(tags=["Things"])}, "tags/0"),
    "the tag 'With Options' would hide `with_options`": ({f"{OPERATION}/tags": ["With Options"]}, "0"),
    "the tag '-' cannot be": ({f"{OPERATION}/tags": ["-"]}, "0"),
    "the tag 'call' would hide `Call`": ({f"{OPERATION}/tags": ["call"]}, "0"),
    # Kinds of error
    "would hide `TimeoutError`": ({"/x-error-kinds": {"Timeout": {}}}, "Timeout"),
    "would hide `TransportError`": ({"/x-error-kinds": {"Transport": {}}}, "Transport"),
    "the exception `not-foundError` cannot be a Python name": ({"/x-error-kinds": {"not-found": {}}}, "not-found"),
}

SCHEMA_CASES: dict[str, Case] = {
    **{
        f"`{word}` is not supported here. Take it out": ({FIELD: {"type": "object", word: value}}, word)
        for word, value in {
            "not": {"type": "string"},
            "if": {},
            "patternProperties": {"^a": {}},
            "prefixItems": [{}],
            "nullable": True,
            "unevaluatedProperties": False,
            "multipleOf": 2,
            "exclusiveMinimum": 1,
            "uniqueItems": True,
            "$defs": {},
        }.items()
    },
    "input should be an object": {"Thing/properties/kind": True},
    "the list of types is empty. Name one, or take it out.": ({FIELD: {"type": []}}, "type"),
    "`properties` has no value. Write one, or take it out.": {"Thing/properties": None},
    "the value None is not of type string. Correct": ({"Open": {"anyOf": [text(enum=["a", None]), TEXT]}}, "anyOf/0"),
    "input should be 'string', 'number'": {f"{FIELD}/type": "file"},
    "the schema does not say what type it has": {FIELD: {"items": TEXT}},
    "input should be a valid number, found '3'": ({FIELD: {"type": "number", "minimum": "3"}}, "minimum"),
    "input should be greater than or equal to 0": ({FIELD: text(minLength=-1)}, "minLength"),
    "`pattern` is not a regular expression that Python can read": ({FIELD: text(pattern="(?<a")}, "pattern"),
    "list should have at least 1 item": ({FIELD: text(enum=[])}, "enum"),
    "the value 1 is not of type string": {FIELD: text(enum=[1])},
    "the value None is not of type boolean": {FIELD: {"type": "boolean", "const": None}},
    "an enum of fractions": ({FIELD: {"type": "number", "enum": [0.5]}}, "enum"),
    "of values of several types": ({FIELD: {"enum": ["a", 1]}}, "enum"),
    "is not a string, number, boolean or null": ({FIELD: {"enum": [{"a": 1}]}}, "enum/0"),
    "'weight' is required but no such property is described": {"Part/required": ["weight"]},
    # References
    "`minLength` is not supported next to `$ref`": ({FIELD: {**ref("Part"), "minLength": 1}}, "minLength"),
    "`$ref: #/components/schemas/Nobody` points to nothing. Correct the name or add the component.": {
        FIELD: ref("Nobody")
    },
    "`$ref: #/components/responses/Nobody` points to nothing": {
        f"{OPERATION}/responses/404": {"$ref": "#/components/responses/Nobody"}
    },
    "points outside of the document": {FIELD: {"$ref": "other.yaml#/A"}},
    "is not a component": ({FIELD: {"$ref": "#/components/schemas/Part/properties/size"}}, "$ref"),
    "refers back to itself. Break the cycle.": {"B": ref("A"), "A": ref("B")},
    "Recursive and circular references are not supported directly in an array schema's 'items' section": (
        {"L": array(ref("L"))},
        "items",
    ),
    "Invalid property in union": ({"U": union("Part", "Thing", "U")}, "anyOf/2"),
    # Unions
    "`anyOf` next to `oneOf`": {FIELD: {"anyOf": [TEXT], "oneOf": [TEXT]}},
    "`list[Part]` and `list[Thing]` cannot be told apart": {
        FIELD: {"anyOf": [array(ref("Part")), array(ref("Thing"))]}
    },
    "`Part` and `dict[str, Any]` cannot be told apart": {FIELD: {"anyOf": [ref("Part"), {"type": "object"}]}},
    "`datetime` and `float` cannot be told apart": {
        FIELD: {"anyOf": [{"type": "number", "format": "unix-time"}, {"type": "number"}]}
    },
    "`A` and `B` cannot be told apart in this union. Add a `discriminator`": {
        "A": an_object("x"),
        "B": an_object("x"),
        FIELD: union("A", "B"),
    },
    "`C` and `D` cannot be told apart": {
        "C": kind("x", a=TEXT),
        "D": kind("x", a=TEXT),
        FIELD: union("C", "D"),
    },
    "nothing distinguishes `A` from the other members of this union": {
        "A": an_object("x", required=False),
        "B": an_object("y"),
        FIELD: union("A", "B"),
    },
    "`oneOf` next to `properties` is supported only where its members say what is `required`": {
        "Part/oneOf": [an_object("colour")]
    },
    "`anyOf` next to `properties` is supported only where its members say what is `required`": {
        "Part/anyOf": [ref("NewThing")]
    },
    "its members say what is `required`. Describe all fields in `properties`; or make a union of components": {
        "Part/oneOf": [union("Thing", "NewThing")]
    },
    "`oneOf` next to `allOf` is not supported": (
        {FIELD: {"allOf": [ref("Part")], "oneOf": [{"required": ["size"]}]}},
        "oneOf",
    ),
    "`anyOf` in a part of `allOf` is not supported: its rule would be lost": (
        {
            "A": {**an_object("a", "b", required=False), "anyOf": [{"required": ["a"]}]},
            FIELD: {"allOf": [ref("A"), an_object("c")]},
        },
        "allOf/0",
    ),
    # Discriminators
    "a `discriminator` on a class that others extend is not supported: a name is a class or a union": {
        "Part/discriminator": {"propertyName": "size"}
    },
    "`propertyName` is missing": ({FIELD: union("Part", "Thing", discriminator={"mapping": {}})}, "discriminator"),
    "a discriminator without `mapping` is not supported. List the values.": (
        {"A": kind("a"), "B": kind("b"), FIELD: union("A", "B", discriminator={"propertyName": "kind"})},
        "discriminator",
    ),
    **{
        message: (
            {
                "A": kind("a"),
                FIELD: union("Part", "A", discriminator={"propertyName": "kind", "mapping": mapping}),
            },
            place,
        )
        for message, mapping, place in [
            ("`$ref: #/components/schemas/Nobody` points to nothing", {"p": "Nobody"}, "discriminator/mapping/p"),
            ("`NewThing` is not a member of the union", {"p": "NewThing"}, "discriminator/mapping/p"),
            ("no value of the discriminator stands for `A`", {"p": "Part"}, "discriminator"),
            ("`A` never has the value 'b'", {"p": "Part", "b": "A"}, "discriminator/mapping/b"),
        ]
    },
}

OPERATIONS: dict[str, Case] = {
    "the document has no `paths`, which OpenAPI 3.1 allows, but there is no method to generate": (
        {"/paths": GONE},
        "/",
    ),
    "`paths` has no operation, so there is no method to generate": {"/paths": {}},
    "the operation has no `operationId`": ({f"{OPERATION}/operationId": GONE}, OPERATION),
    "the operation has no `tags`": ({f"{OPERATION}/tags": []}, OPERATION),
    "the operationId 'things.make' is also used at document.yaml:": (
        {ANOTHER: operation(operationId="things.make")},
        "operationId",
    ),
    "`query` is not supported here": {"/paths/~1things/query": operation()},
    "`$ref` is not supported here": (
        {"/components/pathItems/Things": {}, "/paths/~1things": {"$ref": "#/components/pathItems/Things"}},
        "$ref",
    ),
    "`servers` is not supported here": {f"{OPERATION}/servers": [{"url": "https://x.test"}]},
    # Paths and parameters
    "'/things?a=b' is not a path": {"/paths/~1things?a=b/get": operation()},
    "the parameter 'id' is not described, but in the path": ({f"{OPERATION}/parameters": []}, OPERATION),
    "the parameter 'other' is described, but not in the path": (
        {PARAMETER: parameter("other", "path", required=True)},
        OPERATION,
    ),
    "the parameter 'id' is described, but not in the path /v1/things": (
        {f"{OPERATION}/x-alias-paths": ["/v1/things"]},
        "0",
    ),
    "Path parameter must be required": (
        {f"{OPERATION}/parameters/0/required": False},
        f"{OPERATION}/parameters/0",
    ),
    "a cookie parameter is not supported": {PARAMETER: parameter("a", "cookie")},
    "`content` is not supported here": (
        {PARAMETER: {"name": "a", "in": "query", "content": {"application/json": {"schema": TEXT}}}},
        "content",
    ),
    "this style of a parameter is not supported. Use `style: form` alone.": {
        PARAMETER: parameter("a", style="deepObject")
    },
    "a parameter of type `Part` in the query is not supported": {PARAMETER: parameter("a", schema=ref("Part"))},
    "list[str] | Unset is not allowed in header": {PARAMETER: parameter("a", "header", schema=array(TEXT))},
    "a parameter of type `list[list[str]]` in the query is not supported": {
        PARAMETER: parameter("a", schema=array(array(TEXT)))
    },
    "a parameter of type `list[str]` in the query is not supported": {
        PARAMETER: parameter("a", schema=array(TEXT), explode=False)
    },
    # Bodies and responses
    "a body of type multipart/form-data, text/plain is not supported: the client sends JSON only": (
        {f"{BODY}/content": {"multipart/form-data": {"schema": an_object("file")}, "text/plain": {}}},
        BODY,
    ),
    "a body that is not an object with properties is not supported": {BODY_SCHEMA: array(TEXT)},
    "the body is optional, but some of its fields are required": ({f"{BODY}/required": False}, BODY),
    "a response of type text/html is not supported. Describe JSON or events.": (
        {REPLY: response(TEXT, "text/html")},
        "content/text~1html",
    ),
    "a response without `schema` is not supported": ({f"{JSON}/schema": GONE}, JSON),
    "a response of type `str` is not supported. Describe an object with properties": {f"{JSON}/schema": TEXT},
    "a response of type `Part | None` is not supported": {f"{JSON}/schema": {"anyOf": [ref("Part"), {"type": "null"}]}},
    "two successful responses have different schemas for application/json": (
        {f"{OPERATION}/responses/201": response(ref("Part"))},
        "content/application~1json",
    ),
    "one successful response has content, this one has none": {
        f"{OPERATION}/responses/204": {"description": "Nothing."}
    },
    "no successful response is described": {f"{OPERATION}/responses": {"default": {"description": "?"}}},
    # Streams
    "nothing says which field of the body requests the stream. Name a boolean field of the body": {
        f"{STREAM}/x-stream": GONE
    },
    "nothing says which field of the body requests the stream": {
        f"{STREAM}/x-stream": {"selected-by": "name", "end-marker": "END"}
    },
    "`end` is not supported here": {f"{STREAM}/x-stream/end": "END"},
    "a response that is only a stream is not supported": ({JSON: GONE}, STREAM),
    "events that are not objects are not supported": {f"{STREAM}/schema": TEXT},
    "nothing ends the stream": (
        {f"{STREAM}/x-stream": {"selected-by": "live"}, "Event/x-event": {}},
        f"{STREAM}/schema",
    ),
    "no event of the stream carries the whole reply": ({"Event/x-event": {"text": ["piece"]}}, f"{STREAM}/schema"),
}

ASSEMBLY = {"reply": "Thing", "list": "parts", "key": "size", "delta": "size", "into": "size"}
CONVERSATION: dict[str, Any] = {
    "operation": "talks.go-on",
    **dict.fromkeys(("input", "tools", "tool-choice"), "it"),
    **{word: {} for word in ("user", "assistant", "refusal", "call", "result", "tool", "answer-schema")},
}
MISPLACED = "`at` is a place in the reply, `[key, {place: field}]`, next to either `puts` or `adds`, found {"

EXTENSIONS: dict[str, Case] = {
    # The service
    "the document has no `servers`": ({"/servers": GONE}, "/"),
    "`/v1` is not an http(s) URL without variables": ({"/servers": [{"url": "/v1"}]}, "0/url"),
    "`https://{region}.test` is not an http(s) URL": ({"/servers": [{"url": "https://{region}.test"}]}, "0/url"),
    "the scheme 'apiKey' is not supported. Describe a bearer token": {
        "/components/securitySchemes/key": {"type": "apiKey", "in": "header", "name": "X-Key"}
    },
    "the scheme 'basic' is not supported": {"/components/securitySchemes/a": {"type": "http", "scheme": "basic"}},
    "string should match pattern '^[A-Za-z_][A-Za-z0-9_]*$', found 'MY KEY'": (
        {"/components/securitySchemes/b": {**BEARER, "x-environment": ["MY KEY"]}},
        "x-environment/0",
    ),
    "greater than or equal to 1, found 0": {"/x-limits/in-flight": 0},
    "input should be a valid number, found '60'": {"/x-limits/per-second": "60"},
    "|not-sent|replied|reply-lost|stream-closed|stream-ended|stream-unfinished)$', found 'stream-lost'": (
        {"/x-billing": {"stream-lost": False}},
        "stream-lost",
    ),
    "input should be a valid boolean, found 0": ({"/x-billing": {"5XX": 0}}, "5XX"),
    "at least 1 item": {"/x-retry/waits": []},
    **{
        f"input should be a valid {form}, found 'text {word}'": {f"{where}/{word}": f"text {word}"}
        for where, word, form in [
            ("", "x-limits", "dictionary"),
            ("", "x-retry", "dictionary"),
            ("", "x-billing", "dictionary"),
            ("", "x-error-kinds", "dictionary"),
            ("", "x-conversation", "dictionary"),
            (OPERATION, "x-alias-paths", "list"),
            (OPERATION, "x-telemetry", "dictionary"),
            (JSON, "x-stream", "dictionary"),
            ("Thing", "x-aliases", "dictionary"),
            ("Thing", "x-event", "dictionary"),
            ("Thing", "x-text", "list"),
            ("Thing", "x-failed-when", "dictionary"),
            ("Thing", "x-unfinished-when", "dictionary"),
            ("Thing", "x-summary", "dictionary"),
            ("Thing", "x-reply", "dictionary"),
            ("Thing", "x-data", "dictionary"),
        ]
    },
    "input should be a valid string, found 1": {"Thing/x-source": 1},
    # Kinds of error
    "the code 'x' already belongs to A": (
        {"/x-error-kinds": {name: {"codes": {"x": {"statuses": [400]}}} for name in "AB"}},
        "B",
    ),
    "the status 400 already belongs to A": ({"/x-error-kinds": {name: {"statuses": ["400"]} for name in "AB"}}, "B"),
    "there is no kind 'B'": ({"/x-error-kinds": {"A": {"parent": "B"}}}, "A/parent"),
    "the parents of AError form a cycle": {"/x-error-kinds": {"A": {"parent": "B"}, "B": {"parent": "A"}}},
    "`status` is not supported here. Take it out or correct it.": (
        {"/x-error-kinds": {"A": {"status": ["400"]}}},
        "A/status",
    ),
    "found '4xx'": ({"/x-error-kinds": {"A": {"statuses": ["4xx"]}}}, "A/statuses/0"),
    "input should be a valid integer, found '5XX'": (
        {"/x-error-kinds": {"A": {"codes": {"x": {"statuses": ["5XX"]}}}}},
        "A/codes/x/statuses/0",
    ),
    # Paths to text, aliases and values
    "there is no field 'nome'": ({"Thing/x-aliases": {"title": "nome"}}, "title"),
    "the alias 'kind' and the field 'kind' at document.yaml:": ({"Thing/x-aliases": {"kind": "name"}}, "kind"),
    "there is no field 'size'": ({"Thing/x-text": ["parts", "size"]}, "1"),
    "there is no list with `items` here": ({"Thing/x-text": ["name", {"a": 1}, "b"]}, "1"),
    "there is no field 'colour'": (
        {"Thing/properties/it": {"items": an_object("colour")}, "Thing/x-text": ["it", {"colour": "red"}, "colour"]},
        "1",
    ),
    "there is no field 'kind'": ({"Thing/x-text": ["parts", {"kind": "a"}, "size"]}, "1"),
    "the field 'kind' never has the value 'b'": (
        {"Part/properties/kind": text(const="a"), "Thing/x-text": ["parts", {"kind": "b"}, "size"]},
        "1",
    ),
    "the path does not lead to a value of type string": {"Thing/x-text": ["parts", {"size": 1}, "size"]},
    "`x-text` has no meaning on a schema without fields": ({"Name": text(**{"x-text": ["a"]})}, "x-text"),
    "there is no field 'status'": ({"Thing/x-failed-when": {"status": "failed"}}, "status"),
    "the field 'kind' never has the value 'c'": ({"Thing/x-failed-when": {"kind": "c"}}, "kind"),
    "the field 'kind' never has the value 'd'": ({"Thing/x-unfinished-when": {"kind": ["a", "d"]}}, "kind/1"),
    "there is no field 'price'": ({"Thing/x-summary": {"cost": ["price"]}}, "cost/0"),
    "`price` is not supported here": ({"Thing/x-summary": {"price": ["name"]}}, "price"),
    "there is no field 'error'": ({"Part/x-error-body": {"code": ["error", "code"]}}, "code/0"),
    "lists withdrawn values of an open enum": (
        {"Name": text(**{"x-removed": {"x": {"since": "1.0.0"}}})},
        "x-removed",
    ),
    "'x' is also listed as a known value": (
        {"Name": {"anyOf": [text(enum=["x"]), TEXT], "x-removed": {"x": {"since": "1.0.0"}}}},
        "x-removed/x",
    ),
    "`Thing` is not an open enum": (
        {f"{JSON}/x-example-lists": {"list": "parts", "key": "size", "values": "Thing"}},
        "values",
    ),
    "an example outside of the document is not supported": (
        {f"{JSON}/examples": {"far": {"externalValue": "https://x.test/a.json"}}},
        "far",
    ),
    # Events
    "`texts` is not supported here. Take it out or correct it.": {"Event/x-event/texts": ["piece"]},
    "input should be 'completed', 'incomplete', 'failed' or 'error', found 'done'": {"Event/x-event/ends": "done"},
    "there is no field 'thing'": {"Event/x-event/reply": "thing"},
    "the path does not lead to a value of type object": {"Event/x-event/reply": "piece"},
    "there is no field 'put'": {"Event/x-event/at": ["parts"], "Event/x-event/puts": "put"},
    "the path does not lead to a value of type string. Correct the path.": {
        "Event/x-event/at": ["parts"],
        "Event/x-event/adds": "whole",
    },
    "there is no field 'index'": (
        {"Event/x-event/puts": "piece", "Event/x-event/at": ["parts", {"place": "index"}]},
        "1",
    ),
    "there is no field 'text'": ({"Event/x-event/text": ["whole", "text"]}, "1"),
    f"{MISPLACED}'puts'": {"Event/x-event": {"puts": "piece"}},
    f"{MISPLACED}'adds'": {"Event/x-event": {"adds": "piece"}},
    f"{MISPLACED}'at'": {"Event/x-event": {"at": ["parts"]}},
    f"{MISPLACED}'adds': 'piece', 'at'": {"Event/x-event": {"at": ["parts"], "puts": "piece", "adds": "piece"}},
    "`delta` is missing": {"Event/x-assembles": {"reply": "Thing", "list": "parts"}},
    "'Other' is not the schema of a reply": (
        {
            "Other": an_object(parts=array(ref("Part"))),
            "Event/properties/parts": array(ref("Part")),
            "Event/x-assembles": {**ASSEMBLY, "reply": "Other"},
        },
        "reply",
    ),
    "there is no list with `items` here. Correct it.": ({"Event/x-assembles": {**ASSEMBLY, "list": "piece"}}, "list"),
    # Conversations and telemetry
    "there is no operation 'talks.go-on'": ({"/x-conversation": CONVERSATION}, "operation"),
    "`answer-schema` is missing": {"/x-conversation": {"operation": "things.make"}},
    "there is no `items`, and no `x-conversation` that says how a reply is sent back": {
        "Thing/x-reply": {"refusal": ["name"]}
    },
    "the path does not lead to a value of type object. Correct the path.": (
        {"Thing/x-reply": {"items": ["name"]}},
        "items",
    ),
    "there is no field 'no'": ({"Thing/x-reply": {"items": ["parts", {}], "refusal": ["no"]}}, "refusal/0"),
    "there is no field 'id'": (
        {
            "Thing/x-reply": {
                "items": ["parts", {}],
                "calls": {"at": ["parts", {}], "id": ["id"], "name": ["size"], "arguments": ["size"]},
            }
        },
        "calls/id/0",
    ),
    "there is no field 'data'": ({"Thing/x-data": {"url": "data", "media-types": ["*/*"]}}, "url"),
    "the body has no field 'nome'": (
        {f"{OPERATION}/x-telemetry": {"operation": "chat", "provider": "p", "model": "nome"}},
        "model",
    ),
    "the body has no field 'temperature'": (
        {
            f"{OPERATION}/x-telemetry": {
                "operation": "chat",
                "provider": "p",
                "model": "name",
                "attributes": {"temperature": "a.temperature"},
            }
        },
        "attributes/temperature",
    ),
}
