"""Names that are refused: Python cannot have them, two would be one, or one would hide another."""

from __future__ import annotations

from tests.generation.small_document import (
    FIELD,
    NEW,
    OPERATION,
    SCHEMAS,
    TEXT,
    THING,
    Case,
    an_object,
    operation,
    parameter,
)

NAMES: dict[str, Case] = {
    "two values of one Python name": (
        {f"{THING}/properties/kind/enum": ["gpt-4.1", "gpt-4-1"]},
        f"{THING}/properties/kind/enum/1",
        "the values 'gpt-4.1' and 'gpt-4-1' are the same, or differ only in punctuation",
    ),
    "a value twice": (
        {f"{THING}/properties/kind/enum": ["a", "b", "a"]},
        f"{THING}/properties/kind/enum/2",
        "the values 'a' and 'a' are the same",
    ),
    "two fields of one attribute": (
        {FIELD: an_object("user-id", "user.id", "user_id")},
        f"{FIELD}/properties/user.id",
        "the fields 'user-id' and 'user.id' give one Python name",
    ),
    "two fields that Python reads as one name": (
        {FIELD: an_object("field", "ﬁeld")},
        f"{FIELD}/properties/ﬁeld",
        "give one Python name, `field`",
    ),
    "a parameter and a field of one argument": (
        {f"{OPERATION}/parameters/1": parameter("Name", "header")},
        f"{NEW}/properties/name",
        "the field 'name' and the field 'Name' at document.yaml:28",
    ),
    "a field without a letter": ({FIELD: an_object("+")}, f"{FIELD}/properties/+", "'+' cannot be a Python name"),
    "a field like an attribute of every object": (
        {FIELD: an_object("to_dict")},
        f"{FIELD}/properties/to_dict",
        "the field 'to_dict' would hide `to_dict`, which Python or the package already has",
    ),
    "a field like the further fields of every object": (
        {f"{NEW}/properties/it": an_object("further_fields")},
        f"{NEW}/properties/it/properties/further_fields",
        "the field 'further_fields' would hide `further_fields`",
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
        'Attempted to generate duplicate models with name "Part": rename one with `class_overrides`',
    ),
    "two schemas of one function": (
        {f"{SCHEMAS}/PART": an_object("a"), FIELD: {"$ref": "#/components/schemas/PART"}},
        f"{SCHEMAS}/PART",
        "the class `PART` and the class `Part` at document.yaml:97",
    ),
    "an inline schema named like a component": (
        {f"{SCHEMAS}/ThingIt": an_object("a"), FIELD: an_object("b")},
        FIELD,
        'Attempted to generate duplicate models with name "ThingIt"',
    ),
    "a schema named like a resource": (
        {f"{SCHEMAS}/Things": an_object("a"), FIELD: {"$ref": "#/components/schemas/Things"}},
        f"{OPERATION}/tags/0",
        "the tag 'things' and the class `Things` at document.yaml:",
    ),
    "two operations of one method": (
        {"/paths/~1things/get": operation(operationId="things.Make")},
        "/paths/~1things/get/operationId",
        "the operationId 'things.Make' and the operationId 'things.make' at document.yaml:15",
    ),
    "a method that is no name": (
        {f"{OPERATION}/operationId": "+"},
        f"{OPERATION}/operationId",
        "the operationId '+' cannot be a Python name",
    ),
    "a method that hides what its class needs": (
        {f"{OPERATION}/operationId": "things.overload"},
        f"{OPERATION}/operationId",
        "the operationId 'things.overload' would hide `overload`",
    ),
    "two tags of one attribute": (
        {"/paths/~1things/get": operation(tags=["Things"])},
        "/paths/~1things/get/tags/0",
        "the tag 'Things' and the tag 'things' at document.yaml:17",
    ),
    "a tag named like a method of the client": (
        {f"{OPERATION}/tags": ["close"]},
        f"{OPERATION}/tags/0",
        "the tag 'close' would hide `close`",
    ),
    "a tag named like another method of the client": (
        {f"{OPERATION}/tags": ["With Options"]},
        f"{OPERATION}/tags/0",
        "would hide `with_options`",
    ),
    "a tag that is no name": ({f"{OPERATION}/tags": ["-"]}, f"{OPERATION}/tags/0", "the tag '-' cannot be"),
    "a tag whose class is taken": (
        {f"{OPERATION}/tags": ["call"]},
        f"{OPERATION}/tags/0",
        "the tag 'call' would hide `Call`",
    ),
}
