"""Hooks: what they see of each call and when, what they may change, and what becomes of a call when one fails."""

from __future__ import annotations

import asyncio
import gc
import json
import logging

import pytest

from acedata_responses import (
    AsyncClient,
    Client,
    ConfigurationError,
    Hook,
    InsufficientBalanceError,
    ReplyDecodeError,
    RequestTimeoutError,
    RequestValidationError,
    RetryPolicy,
    StreamInterruptedError,
    UnknownOutcomeError,
    testing,
)
from tests.clock import SkippingClock
from tests.drivers import MINIMAL
from tests.replies.recorded import sample
from tests.waiting import in_loop, until_async


class Recorder(Hook):
    """Records every hook call, and raises in the method `fails_in` from its call number `after` + 1 on."""

    def __init__(self, headers=None, fails_in="", error=ZeroDivisionError, after=0):
        self.headers, self.fails_in, self.error, self.after = headers, fails_in, error, after
        self.calls = []

    def record(self, method, info):
        self.calls.append((method, info))
        if method == self.fails_in and self.methods.count(method) > self.after:
            raise self.error

    def before_send(self, call):
        self.record("before_send", call)
        return self.headers

    def after_try(self, attempt):
        self.record("after_try", attempt)

    def at_end(self, end):
        self.record("at_end", end)

    @property
    def methods(self):
        return [method for method, _info in self.calls]

    @property
    def infos(self):
        return [info for _method, info in self.calls]

    @property
    def tries(self):
        return [info for method, info in self.calls if method == "after_try"]

    @property
    def end(self):
        return self.infos[-1]


ONCE = ["before_send", "after_try", "at_end"]


@pytest.fixture
def hook():
    return Recorder()


@pytest.fixture
def hooked(connect, service, hook):
    """Makes clients with the hook, whose waits between tries take no time."""
    return lambda **options: connect(service, **{"hooks": [hook], "clock": SkippingClock(), **options})


# Which hooks are called, and when


@pytest.mark.parametrize("via_stream", [False, True])
def test_the_hooks_of_a_call_get_its_request_its_response_and_its_reply(via_stream, hooked, hook, service):
    reply = hooked(via_stream=via_stream).create(temperature=0.5)
    assert hook.methods == ONCE
    call, attempt, end = hook.infos
    assert (call.operation, call.method, call.url) == (
        "responses.create", "POST", f"{service.url}/openai/responses",
    )  # fmt: skip
    assert (call.model, call.is_streamed, call.is_safe) == (MINIMAL["model"], False, False)
    assert call.body == {**MINIMAL, "temperature": 0.5}
    assert call.headers["content-type"] == "application/json"
    assert f"{call.host}:{call.port}" in service.url
    assert (attempt.call, attempt.number, attempt.status) == (call, 1, 200)
    assert (attempt.error, attempt.resent_in) == (None, None)
    assert (end.call, end.reply, end.error, end.tries, end.from_journal) == (call, reply, None, 1, False)
    assert attempt.may_be_billed is end.may_be_billed is True


@pytest.mark.parametrize(
    ("file", "tokens"), [
        ("chat_completion.json", ("prompt_tokens", "completion_tokens")),
        ("response.json", ("input_tokens", "output_tokens")),
    ],
)  # fmt: skip
def test_the_summary_has_the_same_fields_for_both_shapes(file, tokens, hooked, hook, service):
    data = json.loads(sample(file))
    usage = data["usage"]
    usage["cost"] = 0.25
    service.reply_with(data)
    hooked().create()
    summary = hook.end.summary
    assert [summary.input_tokens, summary.output_tokens] == [usage[key] for key in tokens]
    assert (summary.id, summary.model) == (data["id"], data["model"])
    assert (summary.total_tokens, summary.cost) == (usage["total_tokens"], 0.25)
    reasons = [choice["finish_reason"] for choice in data.get("choices", ())] or [data["status"]]
    assert list(summary.finish_reasons) == reasons


def test_every_try_calls_the_hooks_and_says_when_the_next_one_follows(hooked, hook, service):
    service.reply_with(testing.error("rate_limited"), testing.error("api_error"))
    hooked().create()
    assert hook.methods == ["before_send", "after_try"] * 3 + ["at_end"]
    assert [(attempt.number, attempt.status, attempt.may_be_billed) for attempt in hook.tries] == [
        (1, 429, False), (2, 500, False), (3, 200, True),
    ]  # fmt: skip
    first, second, last = (attempt.resent_in for attempt in hook.tries)
    assert 1 <= first <= 2 <= second <= 3
    assert last is None
    assert hook.infos[0] is hook.infos[2] is hook.end.call
    assert hook.end.tries == 3
    assert hook.end.seconds >= first + second


INVALID_REPLY = {**json.loads(sample("response.json")), "created_at": "yesterday"}


@pytest.mark.parametrize(
    ("answer", "options", "error", "status", "billed"), [
        (testing.error("used_up"), {}, InsufficientBalanceError, 403, False),
        (testing.Fault("stall"), {"timeout": 0.2}, RequestTimeoutError, None, None),
        (testing.Answer(json=INVALID_REPLY), {"strict": True}, ReplyDecodeError, 200, True),
    ],
)  # fmt: skip
def test_the_hooks_get_the_error_that_the_caller_gets(answer, options, error, status, billed, hooked, hook, service):
    service.reply_with(answer)
    with pytest.raises(error) as raised:
        hooked(**options).create()
    assert hook.methods == ONCE
    _call, attempt, end = hook.infos
    assert attempt.error is end.error is raised.value
    assert (attempt.status, attempt.resent_in) == (status, None)
    assert attempt.may_be_billed is end.may_be_billed is billed
    if billed:
        assert end.summary.total_tokens == INVALID_REPLY["usage"]["total_tokens"]


def test_the_hooks_are_called_for_an_operation_that_only_reads(hooked, hook):
    hooked().list_models()
    call, attempt, end = hook.infos
    assert (call.operation, call.model, call.body, call.telemetry) == ("models.list", None, None, None)
    assert (attempt.status, attempt.may_be_billed, end.may_be_billed) == (200, False, False)


def test_no_hook_is_called_for_a_request_that_is_refused(hooked, hook):
    with pytest.raises(RequestValidationError):
        hooked().create(input=3)
    assert hook.calls == []


def test_the_hooks_are_called_for_each_call_of_map(hooked, hook):
    assert len(list(hooked().client.responses.map([MINIMAL] * 3))) == 3
    assert sorted(hook.methods) == sorted(ONCE * 3)


# Streams


def test_a_stream_ends_with_its_last_event(hooked, hook):
    with hooked().open() as stream:
        assert hook.methods == ["before_send", "after_try"]
        assert hook.tries[0].may_be_billed is None
        for event in stream:
            assert (hook.methods[-1] == "at_end") is (event.type == "response.completed")
    assert hook.methods == ONCE
    end = hook.end
    assert end.reply == stream.final()
    assert (end.error, end.may_be_billed) == (None, True)
    assert end.summary.total_tokens == end.reply.usage.total_tokens > 0


def test_a_stream_that_is_closed_early_ends_then(hooked, hook):
    with hooked().open() as stream:
        next(iter(stream.text_deltas()))
        assert hook.methods == ["before_send", "after_try"]
    assert isinstance(hook.end.error, StreamInterruptedError)
    assert (hook.end.error.tries, hook.end.may_be_billed) == (1, False)


def test_a_stream_that_is_dropped_ends_then(service, hook):
    with Client(testing.TOKEN, base_url=service.url, hooks=[hook]) as client:
        next(client.responses.create(**MINIMAL, stream=True))
        gc.collect()
        assert hook.methods == ONCE


@pytest.mark.parametrize("events", [0, 3])
def test_a_stream_that_breaks_off_ends_in_its_error(events, hooked, hook, service):
    service.reply_with(testing.Fault("cut", "event", events))
    with hooked(max_retries=0).open() as stream, pytest.raises(StreamInterruptedError) as raised:
        list(stream)
    assert hook.methods == ONCE
    assert hook.end.error is raised.value
    assert hook.tries[0].error is (None if events else raised.value)


def test_a_stream_that_is_lost_before_its_first_event_is_a_failed_try(hooked, hook, service):
    service.reply_with(testing.Fault("cut", "event", 0))
    with hooked().open() as stream:
        assert list(stream)
    assert hook.methods == ["before_send", "after_try", *ONCE]
    lost = hook.tries[0]
    assert isinstance(lost.error, StreamInterruptedError)
    assert (lost.may_be_billed, lost.resent_in is not None) == (False, True)


def test_a_reply_instead_of_a_stream_ends_without_an_error(hooked, hook, service):
    reply = json.loads(sample("response.json"))
    service.reply_with(reply)
    with hooked().open() as stream:
        stream.final()
    assert (hook.end.error, hook.end.summary.id) == (None, reply["id"])


def test_a_try_that_was_repeated_at_the_callers_risk_may_be_billed(hooked, hook, service):
    service.reply_with(testing.Fault("stall"))
    hooked(retry=RetryPolicy(on_read_timeout=True), timeout=0.2).create()
    assert [attempt.may_be_billed for attempt in hook.tries] == [None, True]


# The journal


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_from_the_journal_is_not_a_try(stream, hooked, hook, path):
    for _ in range(2):
        driver = hooked(journal=path)
        assert driver.stream() if stream else driver.create()
    assert hook.methods == [*ONCE, "at_end"]
    sent, read = hook.infos[2:]
    assert (sent.from_journal, sent.tries, sent.may_be_billed) == (False, 1, True)
    assert (read.from_journal, read.tries, read.may_be_billed) == (True, 0, False)
    assert read.summary == sent.summary


def test_a_request_that_a_hook_refused_can_be_sent_by_the_next_call(hooked, service, path):
    with pytest.raises(ZeroDivisionError):
        hooked(hooks=[Recorder(fails_in="before_send")], journal=path).create()
    hooked(journal=path).create()
    assert len(service.requests) == 1


def test_an_unknown_outcome_is_not_a_try(hooked, hook, service, path):
    service.reply_with(testing.Fault("stall"))
    with pytest.raises(RequestTimeoutError):
        hooked(hooks=[], journal=path, timeout=0.2).create()
    with pytest.raises(UnknownOutcomeError):
        hooked(journal=path).create()
    assert hook.methods == ["at_end"]
    assert (hook.end.tries, hook.end.may_be_billed, hook.end.from_journal) == (0, False, False)


# What a hook may change


def test_a_hook_adds_and_replaces_headers(hooked, service):
    hooks = [Recorder({"X-Trace": "7", "User-Agent": "mine"}), Recorder({"x-trace": "8"})]
    hooked(hooks=hooks, headers={"x-trace": "1"}).create()
    headers = service.requests[0].headers
    assert (headers["x-trace"], headers["user-agent"]) == ("8", "mine")
    assert headers["authorization"] == f"Bearer {testing.TOKEN}"


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"Authorization": "Bearer other"}, "authorization"),
        ({"x-a": "1\r\nx-b: 2"}, "x-a"),
        ({"Content-Length": "0"}, "Content-Length"),
    ],
)
def test_a_header_that_cannot_be_sent_is_refused(headers, problem, hooked, service):
    with pytest.raises(RequestValidationError, match=problem):
        hooked(hooks=[Recorder(headers)]).create()
    assert service.requests == []


def test_the_state_of_a_call_is_its_own(hooked, hook):
    driver = hooked()
    driver.create()
    hook.end.call.state[hook] = "mine"
    driver.create()
    assert hook.end.call.state == {}


def test_a_copy_of_a_client_has_its_hooks(hooked, hook):
    hooked().client.with_options(max_retries=0).responses.create(**MINIMAL)
    assert hook.methods == ONCE


def test_no_hook_sees_the_token(hooked, hook, service):
    token = service.token = "a-token-of-some-length"
    service.reply_with(testing.error("api_error"))
    hooked(token=token, headers={"x-again": token}).create(input=f"My token is {token}", key=token)
    for info in hook.infos:
        call = getattr(info, "call", info)
        assert token not in repr((info, call.headers, call.body, call.url, call.key, getattr(info, "error", None)))
    assert service.requests[-1].headers["x-again"] == token
    assert token in service.requests[-1].json["input"]


# Hooks that fail


@pytest.mark.parametrize("tries", [0, 1])
def test_a_hook_that_fails_before_sending_refuses_the_request(tries, hooked, hook, service):
    service.reply_with(always=testing.error("api_error"))
    failing = Recorder(fails_in="before_send", after=tries)
    driver = hooked(hooks=[hook, failing])
    with pytest.raises(ZeroDivisionError):
        driver.create()
    assert len(service.requests) == tries
    assert hook.methods == failing.methods == ["before_send", "after_try"] * tries + ["before_send", "at_end"]
    assert (hook.end.tries, hook.end.may_be_billed) == (tries, False)
    failing.fails_in = ""
    service.clear()
    driver.create()
    assert len(service.requests) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("method", ["after_try", "at_end"])
def test_a_hook_that_fails_later_is_logged_and_the_caller_gets_the_reply(method, stream, hooked, hook, service, caplog):
    driver = hooked(hooks=[hook, Recorder(fails_in=method)])
    with caplog.at_level(logging.ERROR, "acedata_responses"):
        assert driver.stream() if stream else driver.create()
    assert hook.methods == ONCE
    (line,) = caplog.records
    assert f"Recorder.{method} raised ZeroDivisionError" in line.getMessage()
    assert len(service.requests) == 1


def test_hooks_are_called_in_order_and_back(hooked):
    order = []

    class Ordered(Recorder):
        def record(self, method, info):
            order.append((method, hooks.index(self)))

    hooks = [Ordered(), Ordered()]
    hooked(hooks=hooks).create()
    first, *later = ONCE
    assert order == [(first, 0), (first, 1), *((method, index) for method in later for index in (1, 0))]


class LeftError(BaseException):
    """Leaves a call from within a hook, as Ctrl-C and a cancellation do."""


@pytest.mark.parametrize("via_stream", [False, True])
@pytest.mark.parametrize(("answer", "billed"), [("Hello", True), (testing.error("bad_request"), False)])
def test_a_call_that_is_aborted_in_a_hook_is_billed_as_its_response_says(
    answer, billed, via_stream, hooked, hook, service
):
    service.reply_with(answer)
    driver = hooked(hooks=[hook, Recorder(fails_in="after_try", error=LeftError)], via_stream=via_stream)
    with pytest.raises(LeftError):
        driver.create()
    assert hook.end.may_be_billed is billed
    assert (driver.client.usage.total.calls, driver.client.usage.total.uncertain) == (int(billed), 0)


# Asynchronous hooks


class Awaited(Recorder):
    async def before_send(self, call):
        await asyncio.sleep(0)
        return super().before_send(call)

    async def after_try(self, attempt):
        await asyncio.sleep(0)
        super().after_try(attempt)


@pytest.mark.parametrize("stream", [False, True])
@in_loop
async def test_an_asynchronous_hook_is_awaited(stream, service):
    hook = Awaited({"x-trace": "9"})
    async with AsyncClient(testing.TOKEN, base_url=service.url, hooks=[hook]) as client:
        answer = await client.responses.create(**MINIMAL, stream=stream)
        if stream:
            await answer.final()
    assert hook.methods == ONCE
    assert service.requests[0].headers["x-trace"] == "9"


@pytest.mark.parametrize(("options", "billed"), [({}, None), ({"via_stream": True}, False), ({"stream": True}, False)])
@in_loop
async def test_the_hooks_of_a_cancelled_call_get_the_cancellation(service, hook, options, billed):
    service.reply_with(testing.Fault("stall"))
    async with AsyncClient(testing.TOKEN, base_url=service.url, hooks=[hook]) as client:
        task = asyncio.create_task(client.responses.create(**MINIMAL, **options))
        await until_async(lambda: len(service.requests) == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert client.usage.total.uncertain == (billed is None)
    assert hook.methods == ONCE
    assert isinstance(hook.tries[0].error, asyncio.CancelledError)
    assert (hook.end.may_be_billed, hook.end.tries) == (billed, 1)


# Hooks that are refused when the client is made


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_an_object_that_is_not_a_hook_is_refused(client):
    for wrong in (print, Recorder, object()):
        with pytest.raises(ConfigurationError, match="subclasses of Hook"):
            client("x", hooks=[wrong])
    for wrong in (None, Recorder()):
        with pytest.raises(ConfigurationError, match=f"a list of hooks, not {type(wrong).__name__}"):
            client("x", hooks=wrong)


def test_a_hook_that_cannot_be_awaited_is_refused():
    class AtEnd(Hook):
        async def at_end(self, end): ...

    with pytest.raises(ConfigurationError, match=r"Awaited\.before_send must not be `async def`"):
        Client("x", hooks=[Awaited()])
    with pytest.raises(ConfigurationError, match=r"AtEnd\.at_end must not be `async def`"):
        AsyncClient("x", hooks=[AtEnd()])
