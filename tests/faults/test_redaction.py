"""Every error can be pickled and copied, and neither it nor a log contains the token.

The service echoes the token wherever it can: in messages, pages, headers, redirects, texts and broken JSON.
"""

from __future__ import annotations

import copy
import gc
import json
import logging
import pickle
import traceback
from dataclasses import replace

import httpx
import pytest

from acedata_responses import Limits, errors, testing
from tests.bare_sockets import bare, responding
from tests.clock import SkippingClock
from tests.faults.fault_table import CODES, SHORT
from tests.streams.events import delta, response

TOKENS = {"plain": "tok-4f2a9c77e1b04d2a", "with quotes": 'tok-"4f2a"/9c77'}
ECHOING_HEADERS = {"x-echo": "Bearer {token}", "location": "https://elsewhere.example/?token={token}"}
SUBCLASSES = sorted(
    (cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, errors.AceDataError)),
    key=lambda cls: cls.__name__,
)


@pytest.fixture(params=TOKENS)
def token(request):
    return TOKENS[request.param]


@pytest.fixture
def service(token):
    with testing.serve(token=token) as service:
        yield service


@pytest.fixture
def client(connect, service, token):
    return connect(service, token=token, max_retries=1, clock=SkippingClock())


def echoing(answer: testing.Answer, token: str) -> testing.Answer:
    """Add the token to the headers of a response."""
    return replace(
        answer, headers={**answer.headers, **{name: text.format(token=token) for name, text in ECHOING_HEADERS.items()}}
    )


def reply(token: str, **fields):
    return response(f"You sent {token}", **fields)


def failed(token: str):
    return reply(token, status="failed", error={"code": token, "message": f"Not with {token}"})


def half(token: str):
    return testing.Answer(json={token: token}, headers={"content-length": "99"})


ANSWERS = {
    **{f"code {code}": lambda t, code=code: testing.error(code, f"Not {t}") for code in CODES},
    **{
        f"status {status}": lambda t, status=status: testing.Answer(status, json={"error": {"message": t}, t: [t]})
        for status in (302, 307, 400, 418, 429, 500, 599)
    },
    "a code": lambda t: testing.Answer(422, json={"error": {"code": t, "message": t}, "trace_id": t}),
    "HTML": lambda t: testing.page(502, f"No way, {t}"),
    "HTML under 200": lambda t: testing.page(200, f"No way, {t}"),
    "text": lambda t: testing.Answer(400, body=f"No way, {t}"),
    "text under 200": lambda t: testing.Answer(body=f"No way, {t}"),
    "text around the cut": lambda t: testing.Answer(body="x" * 190 + t + "y" * 5000),
    "cut JSON": lambda t: testing.Answer(body=json.dumps(reply(t))[:-9]),
    "another JSON": lambda t: testing.Answer(json={t: t}),
    "escaped": lambda t: testing.Answer(400, body='{"error": {"message": "\\u0074' + json.dumps(t[1:])[1:] + "}}"),
    "error under 200": lambda t: testing.error("used_up", f"Not {t}", status=200),
    "failed": lambda t: testing.Answer(json=failed(t)),
    "cut body": lambda t: half(t).but(testing.Fault("cut", "tail")),
    "stalled body": lambda t: half(t).but(testing.Fault("stall", "tail")),
    "garbage": lambda t: testing.Answer(raw=f"{t} {t}\r\n\r\n".encode()),
    "a bad header": lambda t: testing.Answer(raw=f"HTTP/1.1 200 OK\r\n{t}\r\n\r\n".encode()),
}  # fmt: skip
STREAMS = {
    "broken off": lambda t: [delta(f"You sent {t}")],
    "text instead of events": lambda t: [f"hello {t}".encode() * 3],
    "no JSON": lambda t: [delta("a"), f"oh, {t}"],
    "no event": lambda t: [delta(t), {t: t}],
    "an error event": lambda t: [delta(t), {"type": "error", "code": t, "message": t, "param": t}],
    "an error body": lambda t: [delta(t), {"error": {"code": "api_error", "message": t}, t: t}],
    "response.failed": lambda t: [delta(t), {"type": "response.failed", "sequence_number": 2, "response": failed(t)}],
    "the end alone": lambda t: [delta(t), "[DONE]"],
    "a whole reply": lambda t: [json.dumps(reply(t)).encode()],
    "a page": lambda t: [f"<html><title>{t}</title></html>".encode()],
    "an error": lambda t: [json.dumps({"error": {"code": "used_up", "message": t}}).encode()],
}


def facts_of(error: BaseException) -> dict[str, object]:
    """Return the attributes of an error, including properties."""
    names = {name for name in dir(error) if not name.startswith("_") and hasattr(error, name)}
    return {name: getattr(error, name) for name in names - {"add_note", "with_traceback"}}


@pytest.fixture
def provoked(token, caplog):
    """Makes a call that fails, and checks that its error can be pickled and copied, and does not contain the token."""

    def provoke(call) -> errors.AceDataError:
        with caplog.at_level(logging.DEBUG, "acedata_responses"), pytest.raises(errors.AceDataError) as caught:
            call()
        error = caught.value
        for twin in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error), copy.copy(error)):
            assert (type(twin), str(twin), twin.args) == (type(error), str(error), error.args)
            for name in facts_of(error):
                assert getattr(twin, name) == getattr(error, name), name
        assert error.__cause__ is None
        assert isinstance(error.__context__, errors.AceDataError | None)
        both = (error, error.__context__)
        shown = [
            *map(repr, both),
            *(repr(facts_of(each)) for each in both),
            *traceback.format_exception_only(error),
            caplog.text,
        ]
        pickled = [pickle.dumps(both, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
        assert all(token not in text for text in shown)
        assert all(token.encode() not in data for data in pickled)
        return error

    return provoke


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_error_of_a_response(name, is_stream, client, service, token, provoked):
    answer = ANSWERS[name](token)
    service.reply_with(always=answer if answer.raw is not None else echoing(answer, token))
    timeout = {"timeout": SHORT} if "stalled" in name else {}
    provoked(lambda: (client.stream if is_stream else client.create)(**timeout))


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", STREAMS)
def test_an_error_of_a_stream(name, strict, connect, service, token, provoked):
    service.reply_with(echoing(testing.Answer(events=STREAMS[name](token)), token))
    driver = connect(service, token=token, strict=strict, max_retries=0)
    provoked(driver.stream)


def test_a_reply_that_does_not_match_the_document(connect, service, token, provoked):
    service.reply_with(echoing(testing.Answer(json=reply(token, output=token, id=[token])), token))
    driver = connect(service, token=token, strict=True)
    error = provoked(driver.create)
    assert isinstance(error, errors.ReplyDecodeError)
    assert {problem.pointer for problem in error.problems} >= {"/output", "/id"}


@pytest.mark.parametrize("how", ["refused", "stalled"])
def test_an_error_of_connecting(how, connect, token, provoked):
    with testing.unreachable(how) as url:
        driver = connect(base_url=f"{url}/path", token=token, max_retries=1, clock=SkippingClock())
        provoked(lambda: driver.create(timeout=SHORT))


def test_an_error_while_waiting_for_the_limiter(connect, service, token, provoked):
    driver = connect(service, token=token, limits=Limits(in_flight=1))
    with driver.open():
        error = provoked(lambda: driver.create(deadline=SHORT))
    assert (error.phase, error.sent, error.tries) == ("turn", False, 0)


def test_no_object_of_the_package_shows_the_token(connect):
    """Debuggers and error trackers show the local variables of each function by their repr."""
    token = "tok-of-this-test-alone"  # replies of other tests, which echo their token, may still exist
    with testing.serve(token=token) as service, connect(service, token=token).open():
        objects = [one for one in gc.get_objects() if type(one).__module__.startswith(f"{errors.__package__}.")]
        objects = [one for one in objects if not type(one).__module__.startswith(testing.__name__)]
        showing = {type(one).__name__ for one in objects if token in repr(one)}
    assert objects
    assert showing == set()


def filled(value, token: str):
    """Replace `{token}` in a value."""
    if isinstance(value, str):
        return value.replace("{token}", token)
    if isinstance(value, dict):
        return {filled(key, token): filled(child, token) for key, child in value.items()}
    return [filled(child, token) for child in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "fields", [
        {"model": ""}, {"temperature": "{token}"}, {"input": [{"role": "{token}", "content": 5}]}, {"{token}": 1},
        {"extra_headers": {"x-a": "{token}\r\nx-b: 1"}}, {"extra_headers": {"x-a: {token}\r\nb": "1"}},
        {"extra_headers": {"x-a": "\u20ac {token}"}}, {"extra_body": {"a": float("nan"), "b": "{token}"}},
        {"metadata": {"a": ["{token}", b"x"]}, "n": {"a": "{token}"}}, {"extra_body": ["{token}"]},
        {"extra_query": {"a": {"b": "{token}"}}}, {"token": "{token}"},
    ],
)  # fmt: skip
def test_an_error_of_a_request_that_is_not_sent(fields, client, service, token, provoked):
    error = provoked(lambda: client.create(**filled(fields, token)))
    assert isinstance(error, errors.RequestValidationError)
    assert service.requests == []


@pytest.mark.parametrize(
    "options", [
        {"token": "{token}\n"}, {"token": "Bearer {token}"}, {"token": "'{token} '"}, {"token": ""},
        {"base_url": "https://{token}@api.example.com"}, {"base_url": "https://user:{token}@api.example.com"},
        {"base_url": "https://api.example.com/?token={token}"}, {"base_url": "ftp://{token}"},
        {"base_url": "https://{token}:99999"}, {"base_url": "https://user:{token}@ex\u2100mple.com"},
        {"headers": {"x-a": "{token}\n"}}, {"headers": {"{token} ": "x"}}, {"timeout": -1}, {"deadline": 0},
        {"max_retries": -1}, {"timeout": "soon"}, {"limits": 5}, {"retry": "{token}"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("token", [TOKENS["plain"]])
def test_an_error_of_the_configuration(options, connect, token, provoked):
    error = provoked(lambda: connect(**{"token": token, **filled(options, token)}))
    assert isinstance(error, errors.ConfigurationError)


def test_every_class_of_errors_is_tested():
    provoked_here = {
        "ConfigurationError", "RequestValidationError", "ConnectionFailedError", "ConnectionLostError",
        "RequestTimeoutError", "ReplyDecodeError", "ReplyFailedError", "StreamInterruptedError", "StreamFailedError",
        "APIStatusError", *(cls for cls, _status in CODES.values()),
    }  # fmt: skip
    elsewhere = {  # with their features
        "JournalError", "UnknownOutcomeError", "AnswerError", "RunError", "BudgetExhaustedError", "BulkStoppedError",
    }  # fmt: skip
    roots = {"AceDataError", "TransportError", "StreamError"}
    assert {cls.__name__ for cls in SUBCLASSES} == provoked_here | elsewhere | roots


# --- the client itself


def test_the_repr_of_a_client_does_not_show_the_token(client, token):
    copied = client.actual.with_options(timeout=5)
    with client.open() as stream:
        shown = [repr(stream)]
    shown += [repr(client.actual), str(client.actual), repr(copied), repr(client.actual.responses)]
    for text in shown:
        assert token not in text


def test_an_exception_of_httpx_with_its_request_is_not_kept(connect, flavour, token, provoked):
    """The exceptions of httpx have the request, and with it the token."""
    with bare(responding(f"HTTP/1.1 200 OK\r\ncontent-length: {token}\r\n\r\n".encode())) as server:
        transport = {"sync": httpx.HTTPTransport, "async": httpx.AsyncHTTPTransport}[flavour]()
        for options in ({}, {"transport": transport}):
            error = provoked(connect(base_url=server.url, token=token, **options).create)
            assert isinstance(error, errors.ConnectionLostError)
            assert (error.__cause__, error.__context__) == (None, None)
