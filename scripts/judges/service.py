"""Lets Schemathesis loose on the embedded service, with all its checks, on valid and on invalid requests.

Schemathesis makes its requests from openapi.yaml and holds each answer against it. It reads a copy of the document
and sees two of the service's answers changed, where the document means something else than what Schemathesis reads:

- The parameter `accept` is left out of the copy. OpenAPI has tools ignore a header parameter of that name, and so
  does the service: the vendor's own client asks for a stream with another value than the page allows.
- `format: uri` is left out of the copy: a format is a remark in JSON Schema 2020-12 (7.2.1), no rule.
- The schema of a stream stands for the data of an event. Schemathesis means by it the event as a whole, with the data
  as text in it, so the copy says it that way.
- A request without a token is answered with 400, by the vendor's word. Schemathesis insists on 401, as HTTP has it.
- A method that the document doesn't list is answered with 404, `no_api`, by the vendor's word. Schemathesis insists on
  405 with an `allow` header, as HTTP has it.

The service answers in each of its shapes in turn.

Exit status: that of Schemathesis, 0 when it found nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from acedata_responses import testing

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SCHEMATHESIS = ROOT / ".venvs" / "judges" / "bin" / "schemathesis"
SHAPES = ("response", "chat.completion")
OPTIONS = "--checks all --mode all --continue-on-failure --max-examples 100 --seed 1".split()


def as_schemathesis_reads_it(document: dict[str, Any]) -> dict[str, Any]:
    """The document, changed where Schemathesis reads something else than what is meant."""
    without_uri_format(document["components"]["schemas"])
    for operation in operations(document):
        parameters = operation.get("parameters", [])
        parameters[:] = [
            one for one in parameters if (one["in"], one["name"].lower()) != ("header", "accept")
        ]
        for response in operation["responses"].values():
            for media_type in response.get("content", {}).values():
                if "x-stream" in media_type:
                    media_type["schema"] = event_with(
                        media_type["schema"], media_type["x-stream"]["end-marker"]
                    )
    return document


def without_uri_format(schemas: Any) -> None:
    """Drop `format: uri` wherever it is."""
    if isinstance(schemas, dict):
        if schemas.get("format") == "uri":
            del schemas["format"]
        schemas = list(schemas.values())
    if isinstance(schemas, list):
        for schema in schemas:
            without_uri_format(schema)


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The operations of a document."""
    for path in document["paths"].values():
        yield from (value for key, value in path.items() if not key.startswith("x-"))


def event_with(schema: dict[str, Any], end_marker: str) -> dict[str, Any]:
    """The schema of an event whose data, as text, has a schema or is the end marker."""
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}
    either = {"anyOf": [{"const": end_marker}, data]}
    return {"type": "object", "required": ["data"], "properties": {"data": either}}


def as_http_has_it(
    service: testing.Server, methods: dict[str, list[str]], request: testing.Request
) -> testing.Answer:
    """The usual answer, with the status that HTTP has for it (RFC 9110, 15.5.2 and 15.5.6)."""
    service.answers(shape=SHAPES[request.number % len(SHAPES)])
    answer = service.usual_answer(request)
    code = answer.json["error"]["code"] if answer.status in {400, 404} else None
    if code == "no_token":
        return replace(answer, status=401)
    if code == "no_api" and request.path in methods:
        return replace(answer, status=405, headers={"allow": ", ".join(methods[request.path])})
    return answer


def main(arguments: list[str]) -> int:
    """Serve, run Schemathesis with these further arguments, and hand on its exit status."""
    document = YAML(typ="safe").load(ROOT / "openapi.yaml")
    methods = {
        path: [key.upper() for key in value if key != "x-source"] for path, value in document["paths"].items()
    }
    with testing.serve() as service, tempfile.TemporaryDirectory() as folder:
        service.reply_with(always=lambda request: as_http_has_it(service, methods, request))
        copy = Path(folder, "openapi.json")
        copy.write_text(json.dumps(as_schemathesis_reads_it(document)), encoding="utf-8")
        options = [*OPTIONS, "--url", service.url, "--header", f"Authorization: Bearer {service.token}"]
        # In an empty folder: neither its settings nor its memory of earlier runs may have a say.
        command = [f"{SCHEMATHESIS}", "run", copy.name, *options, *arguments]
        status = subprocess.run(command, cwd=folder, check=False).returncode
        print(f"The service has answered {len(service.requests)} requests.")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
