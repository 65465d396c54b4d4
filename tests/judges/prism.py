"""Stoplight Prism as a validating proxy between the client and the service, then as a mock of the service.

The proxy refuses each request and response that the document forbids; the mock generates responses. Both know only
openapi.yaml. Prism does not stream, so no call does. Run by `make judge`.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings

from acedata_responses import AceDataError, APIStatusError, Client, ReplyFailedError, RequestValidationError, testing
from scripts.judges.service import without_uri_format
from tests.contract.document import CREATE, DOCUMENT, SCHEMAS, bounds, examples
from tests.contract.strategies import disturbed_requests, requests
from tests.drivers import MINIMAL

PRISM = Path(__file__).parents[2] / "tools" / "node_modules" / ".bin" / "prism"
GENERATED = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
GENERATED_REPLIES = 300

pytestmark = pytest.mark.filterwarnings("ignore::acedata_responses.UnknownValueWarning")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document without `format: uri`: Prism checks it, but in JSON Schema 2020-12 (7.2.1) it is an annotation."""
    path = tmp_path_factory.mktemp("prism") / "openapi.json"
    copy = json.loads(json.dumps(DOCUMENT))
    without_uri_format(copy["components"]["schemas"])
    path.write_text(json.dumps(copy), encoding="utf-8")
    return path


@contextmanager
def prism(document: Path, command: str, *options: str) -> Iterator[str]:
    """Runs Prism, and gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = document.with_name(f"{command}.log")
    with log.open("w") as output:
        arguments = [PRISM, command, document, *options, "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(arguments, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_until_listening(process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _wait_until_listening(process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while "Prism is listening" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


@pytest.fixture(scope="module")
def service() -> Iterator[testing.Server]:
    """The test server."""
    with testing.serve() as service:
        yield service


@pytest.fixture(scope="module")
def proxy(document: Path, service: testing.Server) -> Iterator[str]:
    """Prism between a client and the service."""
    with prism(document, "proxy", service.url, "--errors") as url:
        yield url


@contextmanager
def client_of(url: str, **options: Any) -> Iterator[Client]:
    """A client that does not retry."""
    with Client(token=testing.TOKEN, base_url=url, max_retries=0, limits=None, strict=True, **options) as client:
        yield client


@pytest.fixture(scope="module")
def client(proxy: str) -> Iterator[Client]:
    """A client that leaves the validation to Prism."""
    with client_of(proxy, validate=False) as client:
        yield client


@pytest.fixture(scope="module")
def validating() -> Iterator[Client]:
    """A client that validates its requests itself, and does not use the network."""
    answer = examples(CREATE["responses"]["200"]["content"]["application/json"])[0]
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=answer))
    with Client(token=testing.TOKEN, transport=transport, limits=None) as client:
        yield client


# Prism as a proxy


@pytest.mark.parametrize("shape", ["response", "chat.completion"])
@pytest.mark.parametrize("fields", examples(CREATE["requestBody"]["content"]["application/json"]))
def test_the_examples_of_the_document_pass_in_both_directions(client, service, fields, shape):
    service.answers(shape=shape)
    reply = client.responses.create(**{**fields, "stream": False})
    assert reply.to_dict()["object"] == shape
    assert service.requests[-1].json == {**fields, "stream": False}


def test_the_list_of_models_passes(client):
    assert len(client.models.list().data) > 60


@pytest.mark.parametrize("code", ["used_up", "rate_limited", "api_error", "timeout"])
def test_documented_errors_pass(client, service, code):
    service.reply_with(testing.error(code))
    with pytest.raises(APIStatusError) as caught:
        client.models.list()
    assert caught.value.code == code


def test_prism_refuses_an_undocumented_response(client, service):
    for answer in (testing.Answer(json={"object": "response"}), testing.Answer(201, json={})):
        service.reply_with(answer)
        with pytest.raises(APIStatusError, match="500"):
            client.responses.create(**MINIMAL)


@pytest.mark.parametrize("bound", list(bounds()), ids=str)
def test_at_each_bound_prism_and_the_client_agree(client, validating, bound):
    for value in (*bound.allowed, *bound.forbidden):
        agree(client, validating, {**MINIMAL, bound.field: value})


@pytest.mark.parametrize("field", ["model", "input"])
def test_both_refuse_a_missing_required_field(client, validating, field):
    assert agree(client, validating, {key: value for key, value in MINIMAL.items() if key != field}) == {field}


@pytest.mark.parametrize("field", SCHEMAS["CreateResponseRequest"]["properties"])
def test_both_refuse_the_same_values_of_another_type(client, validating, field):
    for value in (None, True, 1, 0.5, "", "text", [], [1], {}, {"type": 1}):
        agree(client, validating, {**MINIMAL, field: value})


@given(fields=requests())
@GENERATED
def test_a_valid_request_and_its_response_pass(client, validating, fields):
    assert agree(client, validating, fields) == set()


@given(fields=disturbed_requests())
@example(fields={**MINIMAL, "input": [{"type": "message\n"}]})  # $ does not match before a line end
@GENERATED
def test_prism_and_the_client_refuse_the_same_fields(client, validating, fields):
    agree(client, validating, fields)


def agree(client: Client, validating: Client, fields: dict[str, Any]) -> set[str]:
    """Return the fields that both refuse. It fails if they do not agree."""
    if fields.get("stream") is True:
        fields = {**fields, "stream": False}
    refused_here, refused_there = refused_by_client(validating, fields), refused_by_prism(client, fields)
    assert refused_here == refused_there, fields
    return refused_here


def refused_by_client(client: Client, fields: dict[str, Any]) -> set[str]:
    """Return the fields that the client refuses."""
    try:
        client.responses.create(**fields)
    except RequestValidationError as error:
        return {problem.pointer.split("/")[1] for problem in error.problems}
    return set()


def refused_by_prism(client: Client, fields: dict[str, Any]) -> set[str]:
    """Return the fields that Prism refuses."""
    try:
        client.responses.create(**fields)
    except APIStatusError as error:
        if error.status_code != 422:
            raise
        body: Any = error.body
        return {_field(finding) for finding in body["validation"]}
    except ReplyFailedError:
        pass
    return set()


def _field(finding: dict[str, Any]) -> str:
    """Return the field of a finding; a missing field is only named in the message."""
    where, *keys = finding["location"]
    assert where in {"body", "request"}, finding
    if keys:
        return str(keys[0])
    missing = re.search("required property '([^']*)'", finding["message"])
    assert missing, finding
    return missing[1]


# Prism as a mock


@pytest.fixture(scope="module")
def mock(document: Path) -> Iterator[str]:
    """Prism as the service."""
    with prism(document, "mock") as url:
        yield url


@pytest.mark.parametrize("name", CREATE["responses"]["200"]["content"]["application/json"]["examples"])
def test_the_example_replies_are_decoded(mock, name):
    with client_of(mock, headers={"prefer": f"example={name}"}) as client:
        reply = client.responses.create(**MINIMAL)
    assert reply.to_dict() == CREATE["responses"]["200"]["content"]["application/json"]["examples"][name]["value"]
    assert reply.output_text


@pytest.mark.parametrize("status", [status for status in CREATE["responses"] if status != "200"])
def test_the_example_errors_have_their_status_and_code(mock, status):
    with client_of(mock, headers={"prefer": f"code={status}"}) as client, pytest.raises(APIStatusError) as caught:
        client.responses.create(**MINIMAL)
    assert caught.value.status_code == int(status)
    assert caught.value.code in {code for kind in DOCUMENT["x-error-kinds"].values() for code in kind["codes"]}


def test_generated_replies_have_no_problems(document):
    shapes = set()
    with prism(document, "mock", "--dynamic") as url, client_of(url) as client:
        for _ in range(GENERATED_REPLIES):
            try:
                reply = client.responses.create(**MINIMAL)
            except ReplyFailedError as error:
                reply = error.reply
            assert reply.to_dict() == json.loads(reply.http.content)
            assert (reply.id, reply.model, reply.problems) == (reply.to_dict()["id"], reply.to_dict()["model"], [])
            assert isinstance(reply.output_text, str)
            shapes.add(type(reply).__name__)
        for _ in range(GENERATED_REPLIES // 3):
            models = client.models.list()
            assert models.to_dict() == json.loads(models.http.content)
            assert [model.id for model in models.data] == [model["id"] for model in models.to_dict()["data"]]
        for status in (status for status in CREATE["responses"] if status != "200"):
            for _ in range(GENERATED_REPLIES // 30):
                with pytest.raises(AceDataError) as caught:
                    client.responses.create(**MINIMAL, extra_headers={"prefer": f"code={status}"})
                assert isinstance(caught.value, APIStatusError)
                assert caught.value.status_code == int(status)
    assert shapes == {"ChatCompletion", "ResponseObject"}
