"""Schemas that are refused: keywords, values, unions and references that the package would not express."""

from __future__ import annotations

from tests.generation.small_document import (
    FIELD,
    OPERATION,
    PART,
    REF,
    SCHEMAS,
    TEXT,
    THING,
    Case,
    an_object,
    kind,
    union,
)

CONSTRUCTS: dict[str, Case] = {
    **{
        f"the keyword {word}": (
            {FIELD: {"type": "object", word: value}},
            f"{FIELD}/{word}",
            f"`{word}` is not supported here. Take it out",
        )
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
    "an unknown type": ({f"{FIELD}/type": "file"}, f"{FIELD}/type", "input should be 'string', 'number'"),
    "no type at all": ({f"{FIELD}/items": TEXT}, FIELD, "the schema does not say what type it has"),
    "a bound that is text": (
        {FIELD: {"type": "number", "minimum": "3"}},
        f"{FIELD}/minimum",
        "input should be a valid number, found '3'",
    ),
    "a length that is none": (
        {FIELD: {**TEXT, "minLength": -1}},
        f"{FIELD}/minLength",
        "input should be greater than or equal to 0",
    ),
    "a pattern that Python does not read": (
        {FIELD: {**TEXT, "pattern": "(?<a"}},
        f"{FIELD}/pattern",
        "`pattern` is not a regular expression that Python can read",
    ),
    "an empty enum": ({FIELD: {**TEXT, "enum": []}}, f"{FIELD}/enum", "list should have at least 1 item"),
    "a value of another type": ({FIELD: {**TEXT, "enum": [1]}}, FIELD, "the value 1 is not of type string"),
    "a constant of another type": ({FIELD: {**TEXT, "const": None}}, FIELD, "the value None is not of type string"),
    "an enum of fractions": ({FIELD: {"type": "number", "enum": [0.5]}}, f"{FIELD}/enum", "an enum of fractions"),
    "an enum of two types": ({FIELD: {"enum": ["a", 1]}}, f"{FIELD}/enum", "of values of several types"),
    "an object as a value": (
        {FIELD: {"enum": [{"a": 1}]}},
        f"{FIELD}/enum/0",
        "is not a string, number, boolean or null",
    ),
    "anyOf beside oneOf": ({FIELD: {"anyOf": [TEXT], "oneOf": [TEXT]}}, FIELD, "`anyOf` beside `oneOf`"),
    "a keyword beside a reference": (
        {FIELD: {**REF, "minLength": 1}},
        f"{FIELD}/minLength",
        "`minLength` is not supported beside `$ref`",
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
        {f"{SCHEMAS}/A": an_object("x", required=False), f"{SCHEMAS}/B": an_object("y"), FIELD: union("A", "B")},
        FIELD,
        "nothing distinguishes `A` from the other members of this union",
    ),
    "a discriminator without a mapping": (
        {
            f"{SCHEMAS}/A": kind("a"),
            f"{SCHEMAS}/B": kind("b"),
            FIELD: union("A", "B", discriminator={"propertyName": "kind"}),
        },
        f"{FIELD}/discriminator",
        "a discriminator without `mapping` is not supported. List the values.",
    ),
    "a discriminator without a union": (
        {f"{PART}/discriminator": {"propertyName": "size"}},
        f"{PART}/discriminator",
        "a `discriminator` on a class that others extend is not supported: a name is a class or a union",
    ),
    **{
        f"a union beside properties that brings {what}": (
            {f"{PART}/oneOf": [member]},
            f"{PART}/oneOf",
            "`oneOf` beside `properties` is supported only where its members say what is `required`",
        )
        for what, member in {
            "fields": an_object("colour"),
            "fields of another schema": {"$ref": "#/components/schemas/NewThing"},
            "a union": union("Thing", "NewThing"),
        }.items()
    },
    "a union beside what is put together": (
        {FIELD: {"allOf": [REF], "oneOf": [{"required": ["size"]}]}},
        f"{FIELD}/oneOf",
        "`oneOf` beside `allOf` is not supported",
    ),
    "a rule in a part of what is put together": (
        {
            f"{SCHEMAS}/A": {**an_object("a", "b", required=False), "anyOf": [{"required": ["a"]}]},
            FIELD: {"allOf": [{"$ref": "#/components/schemas/A"}, an_object("c")]},
        },
        f"{FIELD}/allOf/0",
        "`anyOf` in a part of `allOf` is not supported: its rule would be lost",
    ),
    "a discriminator that names no field": (
        {FIELD: union("Part", "Thing", discriminator={"mapping": {}})},
        f"{FIELD}/discriminator",
        "`propertyName` is missing",
    ),
    "a mapping to nowhere": (
        {FIELD: union("Part", "Thing", discriminator={"propertyName": "kind", "mapping": {"a": "Nobody"}})},
        f"{FIELD}/discriminator/mapping/a",
        "`$ref: #/components/schemas/Nobody` points to nothing",
    ),
    "a mapping to something else": (
        {FIELD: union("Part", "Thing", discriminator={"propertyName": "kind", "mapping": {"a": "NewThing"}})},
        f"{FIELD}/discriminator/mapping/a",
        "`NewThing` is not a member of the union",
    ),
    "a member that the mapping leaves out": (
        {FIELD: union("Part", "Thing", discriminator={"propertyName": "kind", "mapping": {"a": "Part"}})},
        f"{FIELD}/discriminator",
        "no value of the discriminator stands for `Thing`",
    ),
    "a mapping that the member denies": (
        {
            f"{SCHEMAS}/A": kind("a"),
            FIELD: union("A", "Part", discriminator={"propertyName": "kind", "mapping": {"b": "A", "p": "Part"}}),
        },
        f"{FIELD}/discriminator/mapping/b",
        "`A` never has the value 'b'",
    ),
    "a list that consists of itself": (
        {f"{SCHEMAS}/L": {"type": "array", "items": {"$ref": "#/components/schemas/L"}}},
        f"{SCHEMAS}/L/items",
        "Recursive and circular references are not supported directly in an array schema's 'items' section",
    ),
    "a union that is a member of itself": (
        {f"{SCHEMAS}/U": union("Part", "Thing", "U")},
        f"{SCHEMAS}/U/anyOf/2",
        "Invalid property in union",
    ),
    "references in a circle": (
        {f"{SCHEMAS}/A": {"$ref": "#/components/schemas/B"}, f"{SCHEMAS}/B": {"$ref": "#/components/schemas/A"}},
        f"{SCHEMAS}/A",
        "refers back to itself. Break the cycle.",
    ),
    "a dangling reference to a schema": (
        {FIELD: {"$ref": "#/components/schemas/Nobody"}},
        FIELD,
        "`$ref: #/components/schemas/Nobody` points to nothing. Correct the name or add the component.",
    ),
    "a dangling reference to a parameter": (
        {f"{OPERATION}/parameters/1": {"$ref": "#/components/parameters/Nobody"}},
        f"{OPERATION}/parameters/1",
        "points to nothing",
    ),
    "a dangling reference to a response": (
        {f"{OPERATION}/responses/404": {"$ref": "#/components/responses/Nobody"}},
        f"{OPERATION}/responses/404",
        "points to nothing",
    ),
    "a reference to another document": ({FIELD: {"$ref": "other.yaml#/A"}}, FIELD, "points outside of the document"),
    "a reference into a component": (
        {FIELD: {"$ref": "#/components/schemas/Part/properties/size"}},
        f"{FIELD}/$ref",
        "is not a component",
    ),
    "a schema that is true": (
        {f"{THING}/properties/kind": True},
        f"{THING}/properties/kind",
        "input should be an object",
    ),
}
