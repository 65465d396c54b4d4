"""Stoplight Prism, which knows openapi.yaml alone: between the client and the service, then in the service's place.

As a proxy it looks at each request and each answer, and refuses what the document forbids; as a mock it makes up
answers. It waits for the end of an answer before it passes it on, so all calls are plain ones. Run by `make judge`.
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

PRISM = Path(__file__).parents[2] / "tools" / "node_modules" / ".bin" / "prism"
MINIMAL: dict[str, Any] = {"model": "gpt-4o-mini", "input": "Hello"}
MADE_UP = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
DYNAMIC_ANSWERS = 300

pytestmark = pytest.mark.filterwarnings("ignore::acedata_responses.UnknownValueWarning")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document as Prism reads it.

    It takes a format for a rule, while in JSON Schema 2020-12 (7.2.1) it is a remark: `format: uri` is left out.
    """
    path = tmp_path_factory.mktemp("prism") / "openapi.json"
    copy = json.loads(json.dumps(DOCUMENT))
    without_uri_format(copy["components"]["schemas"])
    path.write_text(json.dumps(copy), encoding="utf-8")
    return path


@contextmanager
def prism(document: Path, command: str, *options: str) -> Iterator[str]:
    """Prism at work, and its address."""
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
    """The embedded service."""
    with testing.serve() as service:
        yield service


@pytest.fixture(scope="module")
def proxy(document: Path, service: testing.Server) -> Iterator[str]:
    """Prism between a client and the service."""
    with prism(document, "proxy", service.url, "--errors") as url:
        yield url


@contextmanager
def client_of(url: str, **options: Any) -> Iterator[Client]:
    """A client that calls an address once, whatever comes of it."""
    with Client(token=testing.TOKEN, base_url=url, max_retries=0, limits=None, strict=True, **options) as client:
        yield client


@pytest.fixture(scope="module")
def client(proxy: str) -> Iterator[Client]:
    """A client that leaves the checking to Prism."""
    with client_of(proxy, validate=False) as client:
        yield client


@pytest.fixture(scope="module")
def checking() -> Iterator[Client]:
    """A client that checks by itself, and sends nothing anywhere."""
    answer = examples(CREATE["responses"]["200"]["content"]["application/json"])[0]
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=answer))
    with Client(token=testing.TOKEN, transport=transport, limits=None) as client:
        yield client


# Prism between the client and the service


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


def test_prism_refuses_an_answer_that_the_document_does_not_have(client, service):
    for answer in (testing.Answer(json={"object": "response"}), testing.Answer(201, json={})):
        service.reply_with(answer)
        with pytest.raises(APIStatusError, match="500"):
            client.responses.create(**MINIMAL)


def at_bounds() -> Iterator[tuple[str, Any]]:
    """For each bound on a field of the request: the field with the last allowed value, and with a forbidden one."""
    for rule in bounds():
        if rule.keyword in {"minimum", "maximum"}:
            step = -1 if rule.keyword == "minimum" else 1
            yield from ((rule.field, rule.bound), (rule.field, rule.bound + step))
            if "integer" not in rule.schema["type"]:
                yield rule.field, rule.bound + step * 0.001
        elif rule.keyword in {"minLength", "maxLength"}:
            longer = rule.bound + (-1 if rule.keyword == "minLength" else 1)
            yield from ((rule.field, "🌊" * rule.bound), (rule.field, "🌊" * longer))
        else:
            entry = (
                {"role": "user", "content": "Hello", "type": "message"}
                if rule.field == "input"
                else {"type": "function"}
            )
            other = rule.bound + (-1 if rule.keyword == "minItems" else 1)
            yield from ((rule.field, [entry] * rule.bound), (rule.field, [entry] * other))


@pytest.mark.parametrize(("field", "value"), list(at_bounds()), ids=str)
def test_at_each_bound_both_say_the_same(client, checking, field, value):
    agree(client, checking, {**MINIMAL, field: value})


@pytest.mark.parametrize("field", ["model", "input"])
def test_a_required_field_is_missed_by_both(client, checking, field):
    assert agree(client, checking, {key: value for key, value in MINIMAL.items() if key != field}) == {field}


@pytest.mark.parametrize("field", SCHEMAS["CreateResponseRequest"]["properties"])
def test_a_value_of_a_wrong_type_is_refused_by_both(client, checking, field):
    for value in (None, True, 1, 0.5, "", "text", [], [1], {}, {"type": 1}):
        if (field, value) != ("stream", True):
            agree(client, checking, {**MINIMAL, field: value})


@given(fields=requests())
@MADE_UP
def test_a_valid_request_passes_and_so_does_its_answer(client, checking, fields):
    assert agree(client, checking, _plain(fields)) == set()


@given(fields=disturbed_requests())
@example(fields={**MINIMAL, "input": [{"type": "message\n"}]})  # in JSON Schema $ is the end, and no line end before it
@MADE_UP
def test_what_prism_refuses_is_what_the_client_refuses_and_at_the_same_fields(client, checking, fields):
    agree(client, checking, _plain(fields))


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "stream": False} if fields.get("stream") is True else fields


def agree(client: Client, checking: Client, fields: dict[str, Any]) -> set[str]:
    """The fields that both refuse; fails where the client and Prism are of two minds."""
    refused_here, refused_there = refused_by_client(checking, fields), refused_by_prism(client, fields)
    assert refused_here == refused_there, fields
    return refused_here


def refused_by_client(client: Client, fields: dict[str, Any]) -> set[str]:
    """The fields that the client's own check finds wrong."""
    try:
        client.responses.create(**fields)
    except RequestValidationError as error:
        return {problem.pointer.split("/")[1] for problem in error.problems}
    return set()


def refused_by_prism(client: Client, fields: dict[str, Any]) -> set[str]:
    """The fields that Prism finds wrong."""
    try:
        client.responses.create(**fields)
    except APIStatusError as error:
        return _refused_fields(error)
    except ReplyFailedError:
        return set()
    return set()


def _refused_fields(error: APIStatusError) -> set[str]:
    assert error.status_code == 422, error
    assert isinstance(error.body, dict)
    return {_field(finding) for finding in error.body["validation"]}


def _field(finding: dict[str, Any]) -> str:
    """The field that a finding is about; of one that is missing only the text says which."""
    place, *keys = finding["location"]
    assert place in {"body", "request"}, finding
    if keys:
        return str(keys[0])
    missing = re.search("required property '([^']*)'", finding["message"])
    assert missing, finding
    return missing[1]


# Prism in the service's place


@pytest.fixture(scope="module")
def mock(document: Path) -> Iterator[str]:
    """Prism as the service, by the document alone."""
    with prism(document, "mock") as url:
        yield url


@pytest.mark.parametrize("name", CREATE["responses"]["200"]["content"]["application/json"]["examples"])
def test_the_example_replies_are_decoded(mock, name):
    with client_of(mock, headers={"prefer": f"example={name}"}) as client:
        reply = client.responses.create(**MINIMAL)
    assert reply.to_dict() == CREATE["responses"]["200"]["content"]["application/json"]["examples"][name]["value"]
    assert reply.output_text


@pytest.mark.parametrize("status", [status for status in CREATE["responses"] if status != "200"])
def test_the_example_errors_are_told_apart(mock, status):
    with client_of(mock, headers={"prefer": f"code={status}"}) as client, pytest.raises(APIStatusError) as caught:
        client.responses.create(**MINIMAL)
    assert caught.value.status_code == int(status)
    assert caught.value.code in {code for kind in DOCUMENT["x-error-kinds"].values() for code in kind["codes"]}


def test_made_up_replies_are_decoded_without_a_problem(document):
    shapes = set()
    with prism(document, "mock", "--dynamic") as url, client_of(url) as client:
        for _ in range(DYNAMIC_ANSWERS):
            try:
                reply = client.responses.create(**MINIMAL)
            except ReplyFailedError as error:
                reply = error.reply
            assert reply.to_dict() == json.loads(reply.http.content)
            assert (reply.id, reply.model, reply.problems) == (reply.to_dict()["id"], reply.to_dict()["model"], [])
            assert isinstance(reply.output_text, str)
            shapes.add(type(reply).__name__)
        for _ in range(DYNAMIC_ANSWERS // 3):
            models = client.models.list()
            assert models.to_dict() == json.loads(models.http.content)
            assert [model.id for model in models.data] == [model["id"] for model in models.to_dict()["data"]]
        for status in (status for status in CREATE["responses"] if status != "200"):
            for _ in range(DYNAMIC_ANSWERS // 30):
                with pytest.raises(AceDataError) as caught:
                    client.responses.create(**MINIMAL, extra_headers={"prefer": f"code={status}"})
                assert isinstance(caught.value, APIStatusError)
                assert caught.value.status_code == int(status)
    assert shapes == {"ChatCompletion", "ResponseObject"}
