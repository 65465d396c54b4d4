"""The exceptions of httpx: the class and the message of the error that the caller gets."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import sys

import httpx
import pytest

from acedata_responses import RetryPolicy, errors
from tests.clock import SkippingClock
from tests.faults.fault_table import CODES, STATUSES

REQUEST = httpx.Request("POST", "http://service.test/openai/responses")
TIMEOUT = httpx.Timeout(connect=1, read=2.5, write=3, pool=4)
NOT_SENT = "nothing was sent"
MAYBE = "The service may still be processing the request: if you send it again, both may be billed"
LOST = (
    "the connection broke before the response was complete ({}). The service may have processed the request: "
    "if you send it again, both may be billed"
)

TIMEOUTS = {
    httpx.ConnectTimeout: ("connect", 1, False,
        f"no connection to service.test:80 was made within 1 s; {NOT_SENT}"),
    httpx.PoolTimeout: ("pool", 4, False,
        f"no connection to service.test:80 became free within 4 s; {NOT_SENT}"),
    httpx.WriteTimeout: ("write", 3, True, f"the request could not be written within 3 s. {MAYBE}"),
    httpx.ReadTimeout: ("read", 2.5, True, f"nothing was received from the service within 2.5 s. {MAYBE}"),
}  # fmt: skip
NOT_CONNECTED = [httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol]
BROKEN = [
    httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.NetworkError, httpx.RemoteProtocolError,
    httpx.LocalProtocolError, httpx.TransportError, httpx.DecodingError, httpx.RequestError,
]  # fmt: skip
OF_PYTHON = {OSError: errors.ConnectionLostError, ConnectionResetError: errors.ConnectionLostError}


@pytest.fixture
def call(connect, flavour):
    """Makes a call in which httpx raises an exception, and returns the error and the number of tries."""

    def made(exception, **options):
        tried = []

        def fail(request):
            tried.append(request)
            raise exception

        driver = connect(
            base_url="http://service.test", transport=httpx.MockTransport(fail), clock=SkippingClock(), **options
        )
        with pytest.raises(errors.AceDataError) as caught:
            driver.create(timeout=options.get("timeout", TIMEOUT))
        assert caught.value.tries == len(tried)
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)
        return caught.value, len(tried)

    return made


@pytest.mark.parametrize("cls", TIMEOUTS)
def test_a_timeout(cls, call):
    phase, after, sent, text = TIMEOUTS[cls]
    error, tried = call(cls("too late", request=REQUEST))
    assert type(error) is errors.RequestTimeoutError
    assert (error.phase, error.after, error.sent, str(error)) == (phase, after, sent, text)
    assert tried == (1 if sent else 3)


def test_a_timeout_without_a_limit(call):
    error, _tried = call(httpx.ReadTimeout("", request=REQUEST), timeout=None)
    assert (error.after, str(error)) == (None, f"nothing was received from the service in time. {MAYBE}")


@pytest.mark.parametrize("cls", NOT_CONNECTED)
def test_a_connection_that_was_not_made(cls, call):
    error, tried = call(cls("no way", request=REQUEST))
    assert type(error) is errors.ConnectionFailedError
    message = f"no connection to service.test:80 could be made, nothing was sent ({cls.__name__}: no way)"
    assert str(error) == message
    assert tried == 3


@pytest.mark.parametrize("cls", [*BROKEN, *OF_PYTHON])
def test_a_connection_that_broke(cls, call):
    error, tried = call(cls("no way"))
    assert type(error) is errors.ConnectionLostError
    assert str(error) == LOST.format(f"{cls.__name__}: no way")
    assert tried == 1


def test_the_message_of_an_exception_is_neither_required_nor_shortened(call):
    for message, shown in (("", "ReadError"), ("X", "ReadError: X")):
        assert str(call(httpx.ReadError(message))[0]) == LOST.format(shown)
    assert str(errors.AceDataError()) == ""


def test_a_timeout_of_python(call):
    for cls in (TimeoutError, asyncio.TimeoutError):
        error, tried = call(cls("too late"))
        assert (type(error), error.phase, error.sent, tried) == (errors.RequestTimeoutError, "read", True, 1)


@pytest.fixture
def lookalike(monkeypatch):
    """A copy of the exceptions of httpx under another name, like those of httpx2."""
    spec = importlib.util.spec_from_file_location("lookalike", httpx._exceptions.__file__)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "lookalike", module)
    spec.loader.exec_module(module)
    return module


def test_the_exceptions_of_a_copy_of_httpx_are_handled_alike(call, lookalike):
    class OfTheUserError(lookalike.ReadTimeout):
        pass

    assert not issubclass(lookalike.RequestError, httpx.RequestError)
    error, tried = call(OfTheUserError("too late", request=REQUEST))
    assert (type(error), error.phase, error.after, tried) == (errors.RequestTimeoutError, "read", 2.5, 1)
    error, tried = call(lookalike.ConnectError("no way"))
    assert (type(error), tried) == (errors.ConnectionFailedError, 3)
    error, tried = call(lookalike.DecodingError("no gzip"))
    assert (type(error), tried) == (errors.ConnectionLostError, 1)


def test_every_exception_of_httpx_is_listed():
    roots = {httpx.TimeoutException, httpx.ProtocolError, httpx.TooManyRedirects}
    classes = filter(inspect.isclass, vars(httpx).values())
    exceptions = {value for value in classes if issubclass(value, httpx.RequestError)}
    assert exceptions == {*TIMEOUTS, *NOT_CONNECTED, *BROKEN, *roots}


def test_another_exception_is_not_changed(connect):
    class ReadTimeout(Exception):  # noqa: N818 - the name of an exception does not make it one of the network
        pass

    def fail(request):
        raise ReadTimeout

    driver = connect(base_url="http://service.test", transport=httpx.MockTransport(fail), limits=None)
    with pytest.raises(ReadTimeout):
        driver.create()


def test_a_policy_for_read_timeouts_retries_nothing_else(call):
    retry = RetryPolicy(on_read_timeout=True)
    assert call(httpx.ReadTimeout(""), retry=retry)[1] == 3
    assert call(httpx.WriteTimeout(""), retry=retry)[1] == 1
    assert call(httpx.ReadError(""), retry=retry)[1] == 1


def test_an_error_response_has_the_class_of_its_code_or_else_of_its_status():
    for code, (name, _status) in CODES.items():
        assert {errors.class_for(status, code).__name__ for status in (200, 400, 403, 418, 500, 504)} == {name}
    for status, name in STATUSES.items():
        assert {errors.class_for(status, code).__name__ for code in (None, "", "brand_new", "USED_UP")} == {name}
    for status in (0, 1, 100, 199, 200, 204, 299, 399, 499, 600, 5000):
        assert errors.class_for(status, None) is errors.APIStatusError


def test_whether_a_lost_call_is_billed_depends_on_what_was_sent():
    for is_stream, billed in ((True, False), (False, None)):
        assert errors.ConnectionLostError(is_stream=is_stream).may_be_billed is billed
        assert errors.RequestTimeoutError(sent=True, is_stream=is_stream).may_be_billed is billed
    assert errors.RequestTimeoutError(sent=False, is_stream=False).may_be_billed is False
