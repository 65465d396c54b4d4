"""Operations that are refused: paths, parameters, bodies, answers and streams that the package would not express."""

from __future__ import annotations

from tests.generation.small_document import (
    BODY,
    OPERATION,
    REF,
    REPLY,
    SCHEMAS,
    STREAM,
    TEXT,
    Case,
    an_object,
    answer,
    operation,
    parameter,
)
from tests.generation.workshop import GONE

OPERATIONS: dict[str, Case] = {
    "no operation": ({"/paths": {}}, "/paths", "`paths` has no operation, so there is no method to generate"),
    "no paths, which OpenAPI 3.1 allows": (
        {"/paths": GONE},
        "",
        "the document has no `paths`, which OpenAPI 3.1 allows, but there is no method to generate",
    ),
    "no operationId": ({f"{OPERATION}/operationId": GONE}, OPERATION, "the operation has no `operationId`"),
    "no tags": ({f"{OPERATION}/tags": GONE}, OPERATION, "the operation has no `tags`"),
    "an empty list of tags": ({f"{OPERATION}/tags": []}, OPERATION, "the operation has no `tags`"),
    "one operationId twice": (
        {"/paths/~1things/get": operation(operationId="things.make")},
        "/paths/~1things/get/operationId",
        "the operationId 'things.make' is also used at document.yaml:",
    ),
    "an unknown method": ({"/paths/~1things/query": operation()}, "/paths/~1things/query", "is not supported here"),
    "a path that is kept elsewhere": (
        {"/paths/~1things": {"$ref": "#/components/pathItems/Things"}, "/components/pathItems/Things": {}},
        "/paths/~1things/$ref",
        "`$ref` is not supported here",
    ),
    "a server of its own": (
        {f"{OPERATION}/servers": [{"url": "https://x.test"}]},
        f"{OPERATION}/servers",
        "`servers` is not supported here",
    ),
    "a path without its parameter": (
        {f"{OPERATION}/parameters": []},
        OPERATION,
        "the parameter 'id' is not described, but in the path",
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
        "'/things?a=b' is not a path",
    ),
    "a path parameter that may be left out": (
        {f"{OPERATION}/parameters/0/required": False},
        f"{OPERATION}/parameters/0",
        "the path parameter 'id' is not required",
    ),
    "a cookie": (
        {f"{OPERATION}/parameters/1": parameter("a", "cookie")},
        f"{OPERATION}/parameters/1",
        "a cookie parameter is not supported",
    ),
    "a parameter as JSON": (
        {f"{OPERATION}/parameters/1": {"name": "a", "in": "query", "content": {"application/json": {"schema": TEXT}}}},
        f"{OPERATION}/parameters/1/content",
        "`content` is not supported here",
    ),
    "a parameter in another style": (
        {f"{OPERATION}/parameters/1": parameter("a", style="deepObject")},
        f"{OPERATION}/parameters/1",
        "this style of a parameter is not supported. Use `style: form` alone.",
    ),
    "an object as a parameter": (
        {f"{OPERATION}/parameters/1": parameter("a", schema=REF)},
        f"{OPERATION}/parameters/1",
        "a parameter of type `Part` in the query is not supported",
    ),
    "a list in a header": (
        {f"{OPERATION}/parameters/1": parameter("a", "header", schema={"type": "array", "items": TEXT})},
        f"{OPERATION}/parameters/1",
        "list[str] | Unset is not allowed in header",
    ),
    "a list of lists in the query": (
        {
            f"{OPERATION}/parameters/1": parameter(
                "a", schema={"type": "array", "items": {"type": "array", "items": TEXT}}
            )
        },
        f"{OPERATION}/parameters/1",
        "a parameter of type `list[list[str]]` in the query is not supported",
    ),
    "a list with commas": (
        {f"{OPERATION}/parameters/1": parameter("a", schema={"type": "array", "items": TEXT}, explode=False)},
        f"{OPERATION}/parameters/1",
        "is not supported",
    ),
    "a body that is no JSON": (
        {f"{BODY}/content": {"text/plain": {"schema": TEXT}}},
        BODY,
        "a body of type text/plain is not supported: the client sends JSON only",
    ),
    "a body of parts": (
        {f"{BODY}/content": {"multipart/form-data": {"schema": an_object("file")}, "text/plain": {}}},
        BODY,
        "a body of type multipart/form-data, text/plain is not supported: the client sends JSON only",
    ),
    "a body that is no object": (
        {f"{BODY}/content/application~1json/schema": {"type": "array", "items": TEXT}},
        f"{BODY}/content/application~1json/schema",
        "a body that is not an object with properties is not supported",
    ),
    "a body that may be left out, with fields that may not": (
        {f"{BODY}/required": False},
        BODY,
        "the body is optional, but some of its fields are required",
    ),
    "an answer that is no JSON": (
        {REPLY: answer(TEXT, "text/html")},
        f"{REPLY}/content/text~1html",
        "a response of type text/html is not supported. Describe JSON or events.",
    ),
    "an answer without a schema": (
        {f"{REPLY}/content/application~1json/schema": GONE},
        f"{REPLY}/content/application~1json",
        "a response without `schema` is not supported",
    ),
    "an answer that is text": (
        {REPLY: answer(TEXT)},
        f"{REPLY}/content/application~1json/schema",
        "a response of type `str` is not supported. Describe an object with properties",
    ),
    "an answer that can be null": (
        {REPLY: answer({"anyOf": [REF, {"type": "null"}]})},
        f"{REPLY}/content/application~1json/schema",
        "a response of type `Part | None` is not supported",
    ),
    "two answers that differ": (
        {f"{OPERATION}/responses/201": answer(REF)},
        f"{OPERATION}/responses/201/content/application~1json",
        "two successful responses have different schemas for application/json",
    ),
    "an answer with content and one without": (
        {f"{OPERATION}/responses/204": {"description": "Nothing."}},
        f"{OPERATION}/responses/204",
        "one successful response has content, this one has none",
    ),
    "no successful answer": (
        {f"{OPERATION}/responses": {"default": {"description": "?"}}},
        f"{OPERATION}/responses",
        "no successful response is described",
    ),
    "a stream that nothing asks for": (
        {**STREAM, f"{REPLY}/content/text~1event-stream/x-stream": {"end-marker": "END"}},
        f"{REPLY}/content/text~1event-stream/x-stream",
        "nothing says which field of the body asks for the stream. Name a boolean field of the body",
    ),
    "a stream that a text asks for": (
        {**STREAM, f"{REPLY}/content/text~1event-stream/x-stream/selected-by": "name"},
        f"{REPLY}/content/text~1event-stream/x-stream",
        "nothing says which field of the body asks for the stream",
    ),
    "a stream with an unknown word": (
        {**STREAM, f"{REPLY}/content/text~1event-stream/x-stream/end": "END"},
        f"{REPLY}/content/text~1event-stream/x-stream/end",
        "`end` is not supported here",
    ),
    "a stream alone": (
        {**STREAM, f"{REPLY}/content/application~1json": GONE},
        f"{REPLY}/content/text~1event-stream",
        "a response that is only a stream is not supported",
    ),
    "a stream of texts": (
        {**STREAM, f"{REPLY}/content/text~1event-stream/schema": TEXT},
        f"{REPLY}/content/text~1event-stream/schema",
        "events that are not objects are not supported",
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
        "no event of the stream carries the whole reply",
    ),
}
