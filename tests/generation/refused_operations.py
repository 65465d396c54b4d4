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
        f"{OPERATION}/parameters/1/content",
        "`content` is not expressed here",
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
        "list[str] | Unset is not allowed in header",
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
        "a body as text/plain is not expressed: the client sends JSON alone",
    ),
    "a body of parts": (
        {f"{BODY}/content": {"multipart/form-data": {"schema": an_object("file")}, "text/plain": {}}},
        BODY,
        "a body as multipart/form-data, text/plain is not expressed: the client sends JSON alone",
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
        "`end` is not expressed here",
    ),
    "a stream alone": (
        {**STREAM, f"{REPLY}/content/application~1json": GONE},
        f"{REPLY}/content/text~1event-stream",
        "a stream alone is not expressed",
    ),
    "a stream of texts": (
        {**STREAM, f"{REPLY}/content/text~1event-stream/schema": TEXT},
        f"{REPLY}/content/text~1event-stream/schema",
        "events that are no objects are not expressed",
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
