"""Whatever the service sends, a call returns a reply with all its data, or raises a documented error."""

from __future__ import annotations

import json
import pickle
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from acedata_responses import AceDataError, APIStatusError, Client, ReplyDecodeError, ReplyFailedError, StreamError
from acedata_responses.errors import class_for
from tests.drivers import MINIMAL
from tests.fuzz.bodies import ERROR, REPLIES, TOKEN, answers, cut, cuts, reply_streams, single_bytes

UNREADABLE = (ReplyDecodeError, ReplyFailedError, APIStatusError)
HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "retry-after", "retry-after-ms", "location", "x-trace-id"]),
    st.sampled_from(["", "5", "-1", "nan", "text/html", "text/event-stream", TOKEN, "%"]),
)  # fmt: skip
STATUSES = st.integers(300, 599) | st.sampled_from([400, 401, 403, 404, 413, 429, 500, 504])


def call(status: int, chunks: list[bytes], headers: Any = None, *, strict: bool = False, **fields: Any) -> Any:
    """Call a client that gets this response."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers, content=iter(chunks)))
    client = Client(TOKEN, transport=transport, max_retries=0, limits=None, strict=strict)
    return client.responses.create(**MINIMAL, **fields)


def is_json(body: bytes) -> bool:
    try:
        json.loads(body.decode("utf-8-sig"))
    except ValueError:
        return False
    return True


def check_error(error: AceDataError) -> None:
    """Check what holds for every error."""
    pickled = pickle.dumps(error)
    assert TOKEN.encode() not in pickled
    assert TOKEN not in f"{error}{error!r}"
    assert str(pickle.loads(pickled)) == str(error)
    assert (error.__cause__, error.__context__) == (None, None)
    assert error.tries == 1


@given(body=answers(*REPLIES, ERROR), at=cuts, headers=HEADERS, strict=st.booleans())
def test_a_call_returns_all_data_or_raises_a_documented_error(body, at, headers, strict):
    try:
        reply = call(200, cut(body, at), headers, strict=strict)
    except (StreamError, *UNREADABLE) as error:
        check_error(error)
        return
    if not is_json(body):  # it is a stream that was not asked for
        assert b"data" in body
        return
    assert repr(reply.to_dict()) == repr(json.loads(body.decode("utf-8-sig")))
    assert reply.http.content == body
    assert isinstance(reply.output_text, str)
    assert pickle.loads(pickle.dumps(reply)) == reply
    assert repr(reply)
    assert isinstance(reply.problems, list)


@given(status=STATUSES, body=answers(ERROR, *REPLIES), at=cuts, headers=HEADERS, stream=st.booleans())
def test_the_class_of_an_error_depends_on_its_code_and_status_alone(status, body, at, headers, stream):
    with pytest.raises(APIStatusError) as caught:
        call(status, cut(body, at), headers, **({"stream": True} if stream else {}))
    assert caught.value.status_code == status
    assert type(caught.value) is class_for(status, caught.value.code)
    check_error(caught.value)


@given(body=reply_streams, at=cuts, strict=st.booleans())
@example(body=b"\n\n\xef\xbb[]\xbf", at=[], strict=False)
@example(body=b"\xef\xbb\xbf\n{}", at=[2], strict=False)
def test_a_stream_yields_the_same_events_reply_and_error_however_it_is_cut(body, at, strict):
    expected = read_stream([body], strict=strict)
    assert read_stream(single_bytes(body), strict=strict) == expected
    assert read_stream(cut(body, at), strict=strict) == expected


def read_stream(chunks: list[bytes], *, strict: bool) -> list[str]:
    """Return the events, the reply, the error and the text of a stream."""
    texts: list[str] = []
    failed = failed_again = ""
    with call(200, chunks, strict=strict, stream=True) as stream:
        try:
            texts.extend(repr(event.to_dict()) for event in stream)
        except (StreamError, *UNREADABLE) as error:
            check_error(error)
            failed = f"{type(error).__name__}: {error}"
        try:
            texts.append(repr(stream.final().to_dict()))
        except (StreamError, *UNREADABLE) as error:
            failed_again = f"{type(error).__name__}: {error}"
        assert failed_again in ("", failed)
        return [*texts, failed, stream.partial_text]
