"""Hooks: what they see of each call and when, what they may change, and what becomes of a call when one fails."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import re

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
    """Keeps all that it is told."""

    def __init__(self, headers=None):
        self.headers = headers
        self.told = []

    def before_send(self, call):
        self.told.append(call)
        return self.headers

    def after_try(self, attempt):
        self.told.append(attempt)

    def at_end(self, end):
        self.told.append(end)

    @property
    def moments(self):
        return [type(one).__name__.removesuffix("Info") for one in self.told]


class Failing(Recorder):
    """Fails at one moment, after it was told of it: the name of a method, and how many times before it did not."""

    def __init__(self, moment, error=ZeroDivisionError, after=0):
        super().__init__()
        self.moment, self.error, self.after = moment, error, after

    def _told(self, moment, what):
        getattr(super(), moment)(what)
        if moment == self.moment and sum(type(one) is type(what) for one in self.told) > self.after:
            raise self.error

    def before_send(self, call):
        self._told("before_send", call)

    def after_try(self, attempt):
        self._told("after_try", attempt)

    def at_end(self, end):
        self._told("at_end", end)


@pytest.fixture
def hook():
    return Recorder()


@pytest.fixture
def hooked(connect, service, hook):
    """A client with the hook."""
    return connect(service, hooks=[hook], clock=SkippingClock(), max_retries=2)


# What is told, and when


def test_a_plain_call_has_three_moments(hooked, hook, service):
    reply = hooked.create(temperature=0.5)
    call, attempt, end = hook.told
    assert hook.moments == ["Call", "Try", "End"]
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
    ("file", "facts"),
    [
        ("chat_completion.json", ("usage", "prompt_tokens", "completion_tokens")),
        ("response.json", ("usage", "input_tokens", "output_tokens")),
    ],
)
def test_the_end_has_the_reply_in_short_in_either_shape(file, facts, hooked, hook, service):
    data = json.loads(sample(file))
    data["usage"]["cost"] = 0.25
    service.reply_with(data)
    hooked.create()
    short, (usage, *tokens) = hook.told[-1].summary, facts
    assert [short.input_tokens, short.output_tokens] == [data[usage][key] for key in tokens]
    assert (short.id, short.model) == (data["id"], data["model"])
    assert (short.total_tokens, short.cost) == (data["usage"]["total_tokens"], 0.25)
    reasons = [choice["finish_reason"] for choice in data.get("choices", ())] or [data["status"]]
    assert list(short.finish_reasons) == reasons


def test_each_try_is_told_with_its_wait(hooked, hook, service):
    service.reply_with(testing.error("rate_limited"), testing.error("api_error"))
    hooked.create()
    assert hook.moments == ["Call", "Try", "Call", "Try", "Call", "Try", "End"]
    tries = [one for one in hook.told if hasattr(one, "number")]
    assert [(one.number, one.status, one.may_be_billed) for one in tries] == [
        (1, 429, False), (2, 500, False), (3, 200, True),
    ]  # fmt: skip
    assert [one.resent_in is not None for one in tries] == [True, True, False]
    assert 1 <= tries[0].resent_in <= 2 <= tries[1].resent_in <= 3
    assert hook.told[0] is hook.told[2] is hook.told[-1].call
    assert hook.told[-1].tries == 3
    assert hook.told[-1].seconds >= tries[0].resent_in + tries[1].resent_in


def test_an_error_is_told_as_the_caller_gets_it(hooked, hook, service):
    service.reply_with(testing.error("used_up"))
    with pytest.raises(InsufficientBalanceError) as raised:
        hooked.create()
    _call, attempt, end = hook.told
    assert attempt.error is end.error is raised.value
    assert (attempt.status, attempt.resent_in, end.may_be_billed) == (403, None, False)


def test_a_time_out_after_sending_may_be_billed(hooked, hook, service):
    service.reply_with(testing.Fault("stall"))
    with pytest.raises(RequestTimeoutError):
        hooked.create(timeout=0.2)
    _call, attempt, end = hook.told
    assert (attempt.status, attempt.may_be_billed, end.may_be_billed, end.reply) == (None, None, None, None)


def test_a_paid_answer_on_an_error_is_told_as_one(connect, service, hook):
    data = json.loads(sample("response.json"))
    service.reply_with({**data, "created_at": "yesterday"})
    with pytest.raises(ReplyDecodeError):
        connect(service, hooks=[hook], strict=True).create()
    _call, attempt, end = hook.told
    assert (attempt.status, attempt.may_be_billed, end.may_be_billed) == (200, True, True)
    assert end.summary.total_tokens == data["usage"]["total_tokens"]


def test_an_operation_that_only_reads_is_told_too(hooked, hook):
    hooked.list_models()
    call, attempt, end = hook.told
    assert (call.operation, call.model, call.body, call.telemetry) == ("models.list", None, None, None)
    assert (attempt.status, attempt.may_be_billed, end.may_be_billed) == (200, False, False)


def test_a_request_that_is_refused_is_not_told(hooked, hook):
    with pytest.raises(RequestValidationError):
        hooked.create(input=3)
    assert hook.told == []


def test_each_call_of_map_is_told(hooked, hook):
    assert len(list(hooked.client.responses.map([MINIMAL] * 3))) == 3
    assert sorted(hook.moments) == ["Call"] * 3 + ["End"] * 3 + ["Try"] * 3


# Streams


def test_a_stream_ends_with_its_last_event(hooked, hook):
    with hooked.open() as stream:
        assert hook.moments == ["Call", "Try"]
        assert hook.told[-1].may_be_billed is None
        for event in stream:
            is_last = event.type == "response.completed"
            assert (hook.moments[-1] == "End") is is_last
    assert hook.moments == ["Call", "Try", "End"]
    end = hook.told[-1]
    assert end.reply == stream.final()
    assert (end.error, end.may_be_billed) == (None, True)
    assert end.summary.total_tokens == end.reply.usage.total_tokens > 0


def test_a_stream_that_is_closed_early_ends_then(hooked, hook):
    with hooked.open() as stream:
        next(iter(stream.text_deltas()))
        assert hook.moments == ["Call", "Try"]
    end = hook.told[-1]
    assert isinstance(end.error, StreamInterruptedError)
    assert end.error.tries == 1
    assert end.may_be_billed is False


def test_a_stream_that_is_dropped_ends_then(service, hook):
    with Client(testing.TOKEN, base_url=service.url, hooks=[hook]) as client:
        stream = client.responses.create(**MINIMAL, stream=True)
        next(stream)
        del stream
        gc.collect()
        assert hook.moments == ["Call", "Try", "End"]


def test_a_stream_that_breaks_off_ends_in_its_error(hooked, hook, service):
    service.reply_with(testing.Fault("cut", "event", 3))
    with hooked.open() as stream, pytest.raises(StreamInterruptedError) as raised:
        list(stream)
    assert hook.told[-1].error is raised.value
    assert hook.moments == ["Call", "Try", "End"]


def test_a_reply_in_place_of_a_stream_ends_without_an_error(hooked, hook, service):
    service.reply_with(testing.Answer(json=json.loads(sample("response.json"))))
    with hooked.open() as stream:
        stream.final()
    assert hook.told[-1].error is None
    assert hook.told[-1].summary.id == json.loads(sample("response.json"))["id"]


# The journal


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_of_the_journal_is_told_as_such_and_not_as_sent(stream, connect, service, hook, path):
    for _ in range(2):
        driver = connect(service, hooks=[hook], journal=path)
        assert driver.stream() if stream else driver.create()
    assert hook.moments == ["Call", "Try", "End", "End"]
    sent, read = hook.told[2:]
    assert (sent.from_journal, sent.tries, sent.may_be_billed) == (False, 1, True)
    assert (read.from_journal, read.tries, read.may_be_billed) == (True, 0, False)
    assert read.summary == sent.summary


def test_a_hook_that_refuses_a_request_leaves_it_for_the_next_call(connect, service, path):
    options = {"journal": path, "clock": SkippingClock()}
    with pytest.raises(ZeroDivisionError):
        connect(service, hooks=[Failing("before_send")], **options).create()
    connect(service, **options).create()
    assert len(service.requests) == 1


def test_an_unknown_outcome_is_told_as_not_sent(connect, service, hook, path):
    options = {"journal": path, "clock": SkippingClock(), "max_retries": 0}
    service.reply_with(testing.Fault("stall"))
    with pytest.raises(RequestTimeoutError):
        connect(service, **options).create(timeout=0.2)
    with pytest.raises(UnknownOutcomeError):
        connect(service, hooks=[hook], **options).create()
    (end,) = hook.told
    assert (end.tries, end.may_be_billed, end.from_journal) == (0, False, False)


# What a hook may change


def test_a_hook_adds_and_replaces_header_lines(connect, service):
    hook = Recorder({"X-Trace": "7", "User-Agent": "mine"})
    connect(service, hooks=[hook, Recorder({"x-trace": "8"})], headers={"x-trace": "1"}).create()
    (request,) = service.requests
    assert request.headers["x-trace"] == "8"
    assert request.headers["user-agent"] == "mine"
    assert request.headers["authorization"] == f"Bearer {testing.TOKEN}"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ({"Authorization": "Bearer other"}, "authorization"),
        ({"x-a": "1\r\nx-b: 2"}, "x-a"),
        ({"Content-Length": "0"}, "Content-Length"),
    ],
)
def test_a_header_line_that_cannot_be_sent_is_refused(lines, problem, connect, service):
    with pytest.raises(RequestValidationError, match=problem):
        connect(service, hooks=[Recorder(lines)]).create()
    assert service.requests == []


def test_what_a_hook_keeps_is_of_one_call(hooked, hook):
    hooked.create()
    hook.told[-1].call.state[hook] = "mine"
    hooked.create()
    assert hook.told[-1].call.state == {}


# The token


def test_no_hook_sees_the_token(connect, service, hook):
    token = "a-token-of-some-length"
    service.token = token
    service.reply_with(testing.error("api_error"))
    driver = connect(service, token=token, hooks=[hook], clock=SkippingClock(), headers={"x-again": token})
    driver.create(input=f"My token is {token}", key=token)
    for told in hook.told:
        call = getattr(told, "call", told)
        assert token not in repr((told, call.headers, call.body, call.url, call.key, getattr(told, "error", None)))
    assert service.requests[-1].headers["x-again"] == token
    assert token in service.requests[-1].json["input"]


# Hooks that fail


def test_a_hook_that_fails_before_sending_refuses_the_request(connect, service):
    outer, failing = Recorder(), Failing("before_send")
    driver = connect(service, hooks=[outer, failing])
    with pytest.raises(ZeroDivisionError):
        driver.create()
    assert service.requests == []
    assert outer.moments == failing.moments == ["Call", "End"]
    assert (outer.told[-1].tries, outer.told[-1].may_be_billed) == (0, False)
    failing.moment = ""
    driver.create()
    assert len(service.requests) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("moment", ["after_try", "at_end"])
def test_a_hook_that_fails_later_costs_no_answer(moment, stream, connect, service, caplog):
    outer = Recorder()
    driver = connect(service, hooks=[outer, Failing(moment)])
    with caplog.at_level(logging.ERROR, "acedata_responses"):
        assert driver.stream() if stream else driver.create()
    assert outer.moments == ["Call", "Try", "End"]
    (line,) = caplog.records
    assert re.search(rf"Failing.{moment} raised ZeroDivisionError", line.getMessage())
    assert len(service.requests) == 1


def test_a_hook_may_refuse_a_further_try(connect, service):
    service.reply_with(testing.error("api_error"))
    hook = Failing("before_send", after=1)
    with pytest.raises(ZeroDivisionError):
        connect(service, hooks=[hook], clock=SkippingClock()).create()
    assert hook.moments == ["Call", "Try", "Call", "End"]
    assert len(service.requests) == 1


def test_hooks_are_called_in_order_and_back(connect, service):
    order = []

    class Named(Hook):
        def __init__(self, name):
            self.name = name

        def before_send(self, call):
            order.append(f"before {self.name}")

        def after_try(self, attempt):
            order.append(f"after {self.name}")

        def at_end(self, end):
            order.append(f"end {self.name}")

    connect(service, hooks=[Named("a"), Named("b")]).create()
    assert order == ["before a", "before b", "after b", "after a", "end b", "end a"]


# Asynchronous hooks


class Waiting(Recorder):
    """A hook that must be awaited."""

    async def before_send(self, call):
        await asyncio.sleep(0)
        return super().before_send(call)

    async def after_try(self, attempt):
        await asyncio.sleep(0)
        super().after_try(attempt)


@pytest.mark.parametrize("stream", [False, True])
@in_loop
async def test_an_asynchronous_hook_is_awaited(stream, service):
    hook = Waiting({"x-trace": "9"})

    async with AsyncClient(testing.TOKEN, base_url=service.url, hooks=[hook]) as client:
        answer = await client.responses.create(**MINIMAL, stream=stream)
        if stream:
            await answer.final()
    assert hook.moments == ["Call", "Try", "End"]
    assert service.requests[0].headers["x-trace"] == "9"


@pytest.mark.parametrize(("options", "billed"), [({}, None), ({"via_stream": True}, False), ({"stream": True}, False)])
def test_a_cancelled_call_is_told(service, hook, options, billed):
    service.reply_with(testing.Fault("stall"))

    async def ask():
        async with AsyncClient(testing.TOKEN, base_url=service.url, hooks=[hook]) as client:
            task = asyncio.create_task(client.responses.create(**MINIMAL, **options))
            await until_async(lambda: len(service.requests) == 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert client.usage.total.uncertain == (billed is None)

    asyncio.run(ask())
    assert hook.moments == ["Call", "Try", "End"]
    assert isinstance(hook.told[1].error, asyncio.CancelledError)
    assert (hook.told[-1].may_be_billed, hook.told[-1].tries) == (billed, 1)


class Left(BaseException):
    """What leaves a call from within a hook, as Ctrl-C and a cancellation do."""


@pytest.mark.parametrize("via_stream", [False, True])
@pytest.mark.parametrize(("answer", "billed"), [("Hello", True), (testing.error("bad_request"), False)])
def test_a_call_that_is_left_in_a_hook_is_billed_as_its_answer_says(connect, service, hook, answer, billed, via_stream):
    service.reply_with(answer)
    driver = connect(service, hooks=[hook, Failing("after_try", Left)], via_stream=via_stream)
    with pytest.raises(Left):
        driver.create()
    assert hook.told[-1].may_be_billed is billed
    assert (driver.client.usage.total.calls, driver.client.usage.total.uncertain) == (int(billed), 0)


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_what_is_no_hook_is_refused_when_the_client_is_made(client):
    for wrong in (print, Recorder, object()):
        with pytest.raises(ConfigurationError, match="subclasses of Hook"):
            client("x", hooks=[wrong])
    for wrong in (None, Recorder()):
        with pytest.raises(ConfigurationError, match=f"a list of hooks, not {type(wrong).__name__}"):
            client("x", hooks=wrong)


def test_a_hook_that_cannot_be_awaited_is_refused_when_the_client_is_made():
    class AtEnd(Hook):
        async def at_end(self, end): ...

    with pytest.raises(ConfigurationError, match=r"Waiting\.before_send must not be `async def`"):
        Client("x", hooks=[Waiting()])
    with pytest.raises(ConfigurationError, match=r"AtEnd\.at_end must not be `async def`"):
        AsyncClient("x", hooks=[AtEnd()])


def test_a_copy_of_a_client_has_its_hooks(hooked, hook):
    hooked.actual.with_options(max_retries=0)
    hooked.client.with_options(max_retries=0).responses.create(**MINIMAL)
    assert hook.moments == ["Call", "Try", "End"]


def test_a_try_that_is_sent_again_at_the_callers_risk_is_told_as_perhaps_billed(connect, service, hook):
    service.reply_with(testing.Fault("stall"))
    policy = RetryPolicy(on_read_timeout=True)
    connect(service, hooks=[hook], retry=policy, clock=SkippingClock(), timeout=0.2).create()
    tries = [one for one in hook.told if hasattr(one, "number")]
    assert [one.may_be_billed for one in tries] == [None, True]


def test_a_call_by_way_of_a_stream_is_told_as_a_plain_one(hooked, hook):
    reply = hooked.create(via_stream=True)
    assert hook.moments == ["Call", "Try", "End"]
    assert hook.told[0].is_streamed is False
    assert hook.told[-1].reply == reply
    assert hook.told[1].may_be_billed is hook.told[-1].may_be_billed is True


def test_a_stream_that_is_lost_before_its_first_event_is_a_try_that_failed(hooked, hook, service):
    service.reply_with(testing.Fault("cut", "event", 0))
    with hooked.open() as stream:
        assert list(stream)
    assert hook.moments == ["Call", "Try", "Call", "Try", "End"]
    assert isinstance(hook.told[1].error, StreamInterruptedError)
    assert (hook.told[1].may_be_billed, hook.told[1].resent_in is not None) == (False, True)


def test_a_stream_that_is_lost_for_good_ends_in_its_error(connect, service, hook):
    service.reply_with(testing.Fault("cut", "event", 0))
    stream = connect(service, hooks=[hook], max_retries=0).open()
    assert hook.moments == ["Call", "Try", "End"]
    with pytest.raises(StreamInterruptedError) as raised:
        list(stream)
    assert hook.told[-1].error is hook.told[1].error is raised.value
    assert hook.moments == ["Call", "Try", "End"]
