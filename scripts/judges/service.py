"""Tests the test server with Schemathesis, with all its checks, and with valid and invalid requests.

Schemathesis generates requests from openapi.yaml and validates the responses. Where it interprets the document
differently, it gets a modified copy of the document or a modified response:

- The copy has no `accept` parameter. OpenAPI requires tools to ignore a header parameter of that name, and so does the
  service: the vendor's own client requests a stream with a value that the page does not allow.
- The copy has no `format: uri`: a format is only an annotation in JSON Schema 2020-12 (7.2.1).
- The schema of a stream describes the data of an event. Schemathesis expects the schema of the whole event, with the
  data as a string in it, so the copy has that.
- A request without a token is refused with 400, as the vendor documents. Schemathesis requires 401, as HTTP
  does.
- An undocumented method is refused with 404, `no_api`, as the vendor documents. Schemathesis requires 405 with
  an `allow` header, as HTTP does.

The service is tested with each shape of its replies.

Exit status: that of Schemathesis, 0 if it found no problems.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from acedata_responses import testing
from scripts.openapi.document import load

ROOT = Path(__file__).resolve().parents[2]
SCHEMATHESIS = ROOT / ".venvs" / "judges" / "bin" / "schemathesis"
SHAPES = ("response", "chat.completion")
OPTIONS = "--checks all --mode all --continue-on-failure --max-examples 100 --seed 1".split()


def as_schemathesis_interprets_it(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document, modified where Schemathesis interprets it differently."""
    without_uri_format(document["components"]["schemas"])
    operations = (value for item in document["paths"].values() for key, value in item.items() if key[:2] != "x-")
    for operation in operations:
        parameters = operation.get("parameters", [])
        parameters[:] = [item for item in parameters if (item["in"], item["name"].lower()) != ("header", "accept")]
        for response in operation["responses"].values():
            for media_type in response.get("content", {}).values():
                if "x-stream" in media_type:
                    media_type["schema"] = event_with(media_type["schema"], media_type["x-stream"]["end-marker"])
    return document


def without_uri_format(schemas: Any) -> None:
    """Remove every `format: uri`."""
    if isinstance(schemas, dict):
        if schemas.get("format") == "uri":
            del schemas["format"]
        schemas = list(schemas.values())
    if isinstance(schemas, list):
        for schema in schemas:
            without_uri_format(schema)


def event_with(schema: dict[str, Any], end_marker: str) -> dict[str, Any]:
    """Return the schema of an event whose data is a string that has a schema or is the end marker."""
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}
    either = {"anyOf": [{"const": end_marker}, data]}
    return {"type": "object", "required": ["data"], "properties": {"data": either}}


def as_http_requires(
    service: testing.Server, methods: dict[str, list[str]], request: testing.Request
) -> testing.Answer:
    """Return the default answer, with the status that HTTP requires (RFC 9110, 15.5.2 and 15.5.6)."""
    service.answers(shape=SHAPES[request.number % len(SHAPES)])
    answer = service.usual_answer(request)
    code = answer.json["error"]["code"] if answer.status in {400, 404} else None
    if code == "no_token":
        return replace(answer, status=401)
    if code == "no_api" and request.path in methods:
        return replace(answer, status=405, headers={"allow": ", ".join(methods[request.path])})
    return answer


def main(arguments: list[str]) -> int:
    """Serve, run Schemathesis with additional arguments, and return its exit status."""
    document = load(ROOT / "openapi.yaml").data
    methods = {path: [key.upper() for key in value if key != "x-source"] for path, value in document["paths"].items()}
    with testing.serve() as service, tempfile.TemporaryDirectory() as folder:
        service.reply_with(always=lambda request: as_http_requires(service, methods, request))
        copy = Path(folder, "openapi.json")
        copy.write_text(json.dumps(as_schemathesis_interprets_it(document)), encoding="utf-8")
        options = [*OPTIONS, "--url", service.url, "--header", f"Authorization: Bearer {service.token}"]
        # In an empty folder, so that settings and earlier runs have no effect.
        command = [f"{SCHEMATHESIS}", "run", copy.name, *options, *arguments]
        status = subprocess.run(command, cwd=folder, check=False).returncode
        print(f"The server received {len(service.requests)} requests.")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
