"""What stands around the operations and is refused: servers, tokens, and words of ours (`x-...`) that say nothing."""

from __future__ import annotations

from typing import Any

from tests.generation.small_document import OPERATION, PART, REF, REPLY, SCHEMAS, STREAM, TEXT, THING, Case, an_object
from tests.generation.workshop import GONE

JSON_BODY = {"content": {"application/json": {"schema": an_object("name")}}}
CONVERSATION: dict[str, Any] = {
    "operation": "talks.go-on",
    **dict.fromkeys(("input", "tools", "tool-choice"), "it"),
    **{word: {} for word in ("user", "assistant", "refusal", "call", "result", "tool", "answer-schema")},
}

EXTENSIONS: dict[str, Case] = {
    "no server": ({"/servers": GONE}, "", "the document has no `servers`"),
    "a server that is a path": (
        {"/servers": [{"url": "/v1"}]},
        "/servers/0/url",
        "`/v1` is not an http(s) URL without variables",
    ),
    "a server with a variable": (
        {"/servers": [{"url": "https://{region}.test"}]},
        "/servers/0/url",
        "is not an http(s) URL without variables",
    ),
    "a key in place of a token": (
        {"/components/securitySchemes/key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "/components/securitySchemes/key",
        "the scheme 'apiKey' is not supported. Describe a bearer token",
    ),
    "a password in place of a token": (
        {"/components/securitySchemes/basic": {"type": "http", "scheme": "basic"}},
        "/components/securitySchemes/basic",
        "the scheme 'basic' is not supported",
    ),
    "a variable that is none": (
        {"/components/securitySchemes/b": {"type": "http", "scheme": "bearer", "x-environment": ["MY KEY"]}},
        "/components/securitySchemes/b/x-environment/0",
        "string should match pattern '^[A-Za-z_][A-Za-z0-9_]*$', found 'MY KEY'",
    ),
    "no calls at all": ({"/x-limits/in-flight": 0}, "/x-limits/in-flight", "greater than or equal to 1, found 0"),
    "a pace that is text": (
        {"/x-limits/per-second": "60"},
        "/x-limits/per-second",
        "input should be a valid number, found '60'",
    ),
    "an outcome that is none": (
        {"/x-billing": {"stream-lost": False}},
        "/x-billing/stream-lost",
        "|not-sent|replied|reply-lost|stream-closed|stream-ended|stream-unfinished)$', found 'stream-lost'",
    ),
    "a bill that is no yes or no": (
        {"/x-billing": {"5XX": 0}},
        "/x-billing/5XX",
        "input should be a valid boolean, found 0",
    ),
    "waits that are none": ({"/x-retry/waits": []}, "/x-retry/waits", "at least 1 item"),
    **{
        f"{word} that is text": ({f"{where}/{word}": "text"}, f"{where}/{word}", "input should be a valid")
        for where, word in [
            ("", "x-limits"),
            ("", "x-retry"),
            ("", "x-billing"),
            ("", "x-error-kinds"),
            (OPERATION, "x-alias-paths"),
            (OPERATION, "x-telemetry"),
            (f"{REPLY}/content/application~1json", "x-stream"),
            (THING, "x-aliases"),
            (THING, "x-event"),
            (THING, "x-text"),
            (THING, "x-failed-when"),
            (THING, "x-unfinished-when"),
            (THING, "x-summary"),
            ("", "x-conversation"),
            (THING, "x-reply"),
            (THING, "x-data"),
        ]
    },
    "a source that is no text": (
        {f"{THING}/x-source": 1},
        f"{THING}/x-source",
        "input should be a valid string, found 1",
    ),
    "a code of two kinds": (
        {"/x-error-kinds": {"A": {"codes": {"x": {"statuses": [400]}}}, "B": {"codes": {"x": {"statuses": [401]}}}}},
        "/x-error-kinds/B",
        "the code 'x' already belongs to A",
    ),
    "a status of two kinds": (
        {"/x-error-kinds": {"A": {"statuses": ["400"]}, "B": {"statuses": ["400"]}}},
        "/x-error-kinds/B",
        "the status 400 already belongs to A",
    ),
    "a parent that is unknown": (
        {"/x-error-kinds": {"A": {"parent": "B"}}},
        "/x-error-kinds/A/parent",
        "there is no kind 'B'",
    ),
    "parents in a circle": (
        {"/x-error-kinds": {"A": {"parent": "B"}, "B": {"parent": "A"}}},
        "/x-error-kinds",
        "the parents of AError form a cycle",
    ),
    "a kind named like a builtin": (
        {"/x-error-kinds": {"Timeout": {}}},
        "/x-error-kinds/Timeout",
        "would hide `TimeoutError`",
    ),
    "a kind named like another exception": (
        {"/x-error-kinds": {"Transport": {}}},
        "/x-error-kinds/Transport",
        "would hide `TransportError`",
    ),
    "a kind that is no name": (
        {"/x-error-kinds": {"not-found": {}}},
        "/x-error-kinds/not-found",
        "the exception `not-foundError` cannot be a Python name",
    ),
    "a kind with an unknown word": (
        {"/x-error-kinds": {"A": {"status": ["400"]}}},
        "/x-error-kinds/A/status",
        "`status` is not supported here. Take it out or correct it.",
    ),
    "a status that is none": (
        {"/x-error-kinds": {"A": {"statuses": ["4xx"]}}},
        "/x-error-kinds/A/statuses/0",
        "found '4xx'",
    ),
    "a code under a status that is none": (
        {"/x-error-kinds": {"A": {"codes": {"x": {"statuses": ["5XX"]}}}}},
        "/x-error-kinds/A/codes/x/statuses/0",
        "input should be a valid integer, found '5XX'",
    ),
    "an alias of nothing": (
        {f"{THING}/x-aliases": {"title": "nome"}},
        f"{THING}/x-aliases/title",
        "there is no field 'nome'",
    ),
    "an alias that is taken": (
        {f"{THING}/x-aliases": {"kind": "name"}},
        f"{THING}/x-aliases/kind",
        "the alias 'kind' and the field 'kind' at document.yaml:79",
    ),
    "a text that is nowhere": ({f"{THING}/x-text": ["parts", "size"]}, f"{THING}/x-text/1", "there is no field 'size'"),
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
        {f"{PART}/properties/kind": {**TEXT, "const": "a"}, f"{THING}/x-text": ["parts", {"kind": "b"}, "size"]},
        f"{THING}/x-text/1",
        "the field 'kind' never has the value 'b'",
    ),
    "a text that is a number": (
        {f"{THING}/x-text": ["parts", {"size": 1}, "size"]},
        f"{THING}/x-text",
        "the path does not lead to a value of type string",
    ),
    "a path that is no list": (
        {f"{THING}/x-text": "name"},
        f"{THING}/x-text",
        "input should be a valid list, found 'name'",
    ),
    "a text of what has no fields": (
        {f"{SCHEMAS}/Name": {**TEXT, "x-text": ["a"]}},
        f"{SCHEMAS}/Name/x-text",
        "`x-text` has no meaning on a schema without fields",
    ),
    "an event with an unknown word": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/texts": ["piece"]},
        f"{SCHEMAS}/Event/x-event/texts",
        "`texts` is not supported here. Take it out or correct it.",
    ),
    "an event with an unknown end": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/ends": "done"},
        f"{SCHEMAS}/Event/x-event/ends",
        "input should be 'completed', 'incomplete', 'failed' or 'error', found 'done'",
    ),
    "an event with a reply that is nowhere": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/reply": "thing"},
        f"{SCHEMAS}/Event/x-event/reply",
        "there is no field 'thing'",
    ),
    "an event with a reply that is text": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/reply": "piece"},
        f"{SCHEMAS}/Event/x-event/reply",
        "the path does not lead to a value of type object",
    ),
    "an event that puts what is nowhere": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/puts": "thing", f"{SCHEMAS}/Event/x-event/at": ["parts"]},
        f"{SCHEMAS}/Event/x-event/puts",
        "there is no field 'thing'",
    ),
    "an event that puts something nowhere": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/puts": "piece"},
        f"{SCHEMAS}/Event/x-event/at",
        "`puts` needs `at`, the place in the reply",
    ),
    "an event that adds something nowhere": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/adds": "piece"},
        f"{SCHEMAS}/Event/x-event/at",
        "`adds` needs `at`, the place in the reply",
    ),
    "an event with a place for nothing": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/at": ["parts"]},
        f"{SCHEMAS}/Event/x-event/at",
        "`at` needs `puts` or `adds`. Add one of them, or take it out.",
    ),
    "an event that adds what is no text": (
        {**STREAM, f"{SCHEMAS}/Event/x-event/adds": "whole", f"{SCHEMAS}/Event/x-event/at": ["parts"]},
        f"{SCHEMAS}/Event/x-event/adds",
        "the path does not lead to a value of type string",
    ),
    "an event that both puts and adds": (
        {
            **STREAM,
            f"{SCHEMAS}/Event/x-event/puts": "piece",
            f"{SCHEMAS}/Event/x-event/adds": "piece",
            f"{SCHEMAS}/Event/x-event/at": ["parts"],
        },
        f"{SCHEMAS}/Event/x-event/adds",
        "an event has `puts` or `adds`",
    ),
    "an event whose place is nowhere": (
        {
            **STREAM,
            f"{SCHEMAS}/Event/x-event/puts": "piece",
            f"{SCHEMAS}/Event/x-event/at": ["parts", {"place": "index"}],
        },
        f"{SCHEMAS}/Event/x-event/at/1",
        "there is no field 'index'",
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
    "a summary that is nowhere": (
        {f"{THING}/x-summary": {"cost": ["price"]}},
        f"{THING}/x-summary/cost/0",
        "there is no field 'price'",
    ),
    "a summary of an unknown kind": (
        {f"{THING}/x-summary": {"price": ["name"]}},
        f"{THING}/x-summary/price",
        "`price` is not supported here",
    ),
    "a value of what is not finished that never comes": (
        {f"{THING}/x-unfinished-when": {"kind": ["a", "c"]}},
        f"{THING}/x-unfinished-when/kind/1",
        "the field 'kind' never has the value 'c'",
    ),
    "a trace with a model that is nowhere": (
        {f"{OPERATION}/x-telemetry": {"operation": "chat", "provider": "p", "model": "nome"}},
        f"{OPERATION}/x-telemetry/model",
        "the body has no field 'nome'",
    ),
    "a trace of a field that is nowhere": (
        {
            f"{OPERATION}/requestBody": {"required": True, **JSON_BODY},
            f"{OPERATION}/x-telemetry": {
                "operation": "chat",
                "provider": "p",
                "model": "name",
                "attributes": {"nome": "a.name"},
            },
        },
        f"{OPERATION}/x-telemetry/attributes/nome",
        "the body has no field 'nome'",
    ),
    "a conversation of no operation": (
        {"/x-conversation": CONVERSATION},
        "/x-conversation/operation",
        "there is no operation 'talks.go-on'",
    ),
    "a conversation that does not say all": (
        {"/x-conversation": {"operation": "things.make"}},
        "/x-conversation",
        "`answer-schema` is missing",
    ),
    "a reply that is sent back in no form": (
        {f"{THING}/x-reply": {"refusal": ["name"]}},
        f"{THING}/x-reply",
        "there is no `items`, and no `x-conversation` that says how a reply is sent back",
    ),
    "a reply whose items are text": (
        {f"{THING}/x-reply": {"items": ["name"]}},
        f"{THING}/x-reply/items",
        "the path does not lead to a value of type object",
    ),
    "a reply with a refusal that is nowhere": (
        {f"{THING}/x-reply": {"items": ["parts", {}], "refusal": ["no"]}},
        f"{THING}/x-reply/refusal/0",
        "there is no field 'no'",
    ),
    "a reply with calls that have no id": (
        {
            f"{THING}/x-reply": {
                "items": ["parts", {}],
                "calls": {"at": ["parts", {}], "id": ["id"], "name": ["size"], "arguments": ["size"]},
            }
        },
        f"{THING}/x-reply/calls/id/0",
        "there is no field 'id'",
    ),
    "a part with data in a field that is nowhere": (
        {f"{THING}/x-data": {"url": "data", "media-types": ["*/*"]}},
        f"{THING}/x-data/url",
        "there is no field 'data'",
    ),
    "an assembly that does not say all": (
        {**STREAM, f"{SCHEMAS}/Event/x-assembles": {"reply": "Thing", "list": "parts"}},
        f"{SCHEMAS}/Event/x-assembles",
        "`delta` is missing",
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
        "no operation returns this",
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
        {f"{SCHEMAS}/Name": {"anyOf": [{**TEXT, "enum": ["x"]}, TEXT], "x-removed": {"x": {"since": "1.0.0"}}}},
        f"{SCHEMAS}/Name/x-removed/x",
        "'x' is also listed as a known value",
    ),
    "an example that is kept elsewhere": (
        {f"{REPLY}/content/application~1json/examples": {"far": {"externalValue": "https://x.test/a.json"}}},
        f"{REPLY}/content/application~1json/examples/far",
        "an example that is kept elsewhere is not supported",
    ),
}
