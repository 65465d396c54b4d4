"""The errors in which a stream ends: they carry all that has come, without the token, which may have been echoed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve

from .._document.facts import UNFINISHED_STREAMS_ARE_FREE
from .._paths import text_at
from .._redact import redact_data, redact_response, redact_text
from ..errors import AceDataError, ReplyDecodeError, StreamError, StreamFailedError, StreamInterruptedError
from .error_body import error_words, other_words, shorten_text
from .whole import is_event_stream, redact_reply, with_request

if TYPE_CHECKING:
    from ..types._http_response import HTTPResponse
    from ..types._model import Model
    from ..types._roles import EventRole
    from .content import StreamContent
    from .format import ReplyFormat
    from .framing import Framing

StreamErrorT = TypeVar("StreamErrorT", bound=StreamError)


class StreamErrors:
    """Makes the errors of one stream, from what has come of it when they are made."""

    def __init__(
        self, http: HTTPResponse, reading: ReplyFormat, framing: Framing, content: StreamContent
    ) -> None:
        self._http = http
        self._reading = reading
        self._framing = framing
        self._content = content

    @property
    def is_stream(self) -> bool:
        """Whether what comes is a stream, to which the document's word on the billing of streams applies."""
        if self._framing.whole is not None:
            return False
        return self._content.events > 0 or is_event_stream(self._http)

    def closed(self) -> AceDataError:
        """The stream was left by its reader."""
        return self._interrupted("the stream was closed before its end", "closed")

    def broken_off(self, cause: AceDataError, *, timed_out: bool) -> AceDataError:
        """The connection failed."""
        return self._interrupted(f"the stream broke off: {cause}", "timed out" if timed_out else "broken")

    def unreadable(self, data: str, *, is_json: bool) -> AceDataError:
        """The data of an event is no JSON object."""
        what = "JSON that is no object" if is_json else "data that is not JSON"
        return self._interrupted(f"the stream brought {what}: {self._shortened(data)}", "unreadable", data)

    def without_reply(self, latest: str) -> AceDataError:
        """The stream said that it was at its end, and had brought no reply."""
        text = "the stream ended without a reply"
        return self._interrupted(text, "ended", latest, ended_as="stream-ended")

    def without_last_event(self, latest: str) -> AceDataError:
        """The body ended, and no event had said that it was the last.

        Args:
            latest: The data of the latest unknown event, which may say why.
        """
        came = self._framing.stray_text or latest
        if not came and not self._content.events:
            came = self._framing.beginning
        nothing = "" if self._content.events else "; nothing came instead of events"
        shown = f"; what came instead: {self._shortened(came)}" if came.strip() else nothing
        return self._interrupted(
            f"the stream ended without an event that ends an answer{self._billing()}{shown}",
            "ended", came,
        )  # fmt: skip

    def failed(self, data: dict[str, Any], role: EventRole) -> AceDataError:
        """An event reported an error."""
        data = redact_data(data, self._reading.token)
        reply = data.get(role.reply) if role.reply else None
        code, message = error_words(data if reply is None else reply)
        code = code or text_at(data, role.code) or None
        message = message or text_at(data, role.message) or ("" if code else other_words(data))
        text = f"the service reported an error in the stream: {code or 'no code'}, {message or 'no message'}"
        return self._made(StreamFailedError, text, code=code, message=message, event=data)

    def plain_reply(self, reply: Model, http: HTTPResponse) -> AceDataError:
        """Events were asked for, and a whole reply came."""
        shown = redact_reply(reply, http, self._reading.read_reply, self._reading.token)
        text = (
            "the service sent a whole reply in place of a stream: it is in `reply` and comes from `final()`, "
            "its text from `text_deltas()`"
        )
        return with_request(
            ReplyDecodeError(text, http=shown.http, body=shown.http.content, reply=shown), self._http
        )

    def _billing(self) -> str:
        if not (self.is_stream and UNFINISHED_STREAMS_ARE_FREE):
            return ""
        return ". By the vendor's word such an answer is not billed, and may be asked for again"

    def _interrupted(
        self, text: str, reason: str, data: str = "", *, ended_as: str = "stream-unfinished"
    ) -> AceDataError:
        if not self.is_stream:
            ended_as = "reply-lost"
        elif reason in ("closed", "timed out"):
            ended_as = "stream-closed"
        data = redact_text(data.strip(), self._reading.token)
        return self._made(StreamInterruptedError, text, reason=reason, data=data, _ended_as=ended_as)

    def _made(self, cls: type[StreamErrorT], text: str, **facts: Any) -> StreamErrorT:
        token, content, whole = self._reading.token, self._content, self._framing.whole
        so_far = f" ({content.events} events and {len(content.text)} characters of text had come, see partial_text)"
        http = evolve(self._http, content=bytes(whole)) if whole else self._http
        reply = content.partial_reply()
        error = cls(
            text + so_far,
            partial_text=redact_text(content.text, token),
            events=content.events,
            http=redact_response(http, token),
            reply=None if reply is None else redact_reply(reply, http, reply.from_dict, token),
            **facts,
        )
        return with_request(error, self._http)

    def _shortened(self, text: str) -> str:
        return shorten_text(redact_text(text, self._reading.token))
