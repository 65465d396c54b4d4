"""The errors that end a stream. They carry everything that was received, with the token redacted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, evolve

from .._document.facts import UNFINISHED_STREAMS_ARE_FREE
from .._paths import text_at
from .._redact import redact_data, redact_response, redact_text
from ..errors import AceDataError, ReplyDecodeError, StreamError, StreamFailedError, StreamInterruptedError
from .error_body import code_and_message, shorten_text, undocumented_message
from .whole import is_event_stream, redact_reply, with_request

if TYPE_CHECKING:
    from ..types._http_response import HTTPResponse
    from ..types._model import Model
    from ..types._roles import EventRole
    from .format import ReplyFormat
    from .framing import Framing
    from .stream_content import StreamContent

StreamErrorT = TypeVar("StreamErrorT", bound=StreamError)


@define(eq=False, repr=False)
class StreamErrors:
    """Creates the errors of one stream, from its current content."""

    _http: HTTPResponse
    _format: ReplyFormat
    _framing: Framing
    _content: StreamContent

    @property
    def is_stream(self) -> bool:
        """Whether the body is a stream, so that the document's billing rules for streams apply."""
        if self._framing.whole is not None:
            return False
        return self._content.events > 0 or is_event_stream(self._http)

    def closed(self) -> AceDataError:
        """The caller closed the stream."""
        return self._interrupted("the stream was closed before its end", "closed")

    def broken_off(self, cause: AceDataError, *, timed_out: bool) -> AceDataError:
        """The connection failed."""
        return self._interrupted(f"the stream broke off: {cause}", "timed out" if timed_out else "broken")

    def unreadable(self, data: str, *, is_json: bool) -> AceDataError:
        """The data of an event is not a JSON object."""
        what = "JSON that is not an object" if is_json else "data that is not JSON"
        return self._interrupted(f"the stream contains {what}: {self._shortened(data)}", "unreadable", data)

    def without_reply(self, latest: str) -> AceDataError:
        """The stream ended, but its events do not add up to a reply."""
        text = "the stream ended without a reply"
        return self._interrupted(text, "ended", latest, ended_as="stream-ended")

    def without_last_event(self, latest: str) -> AceDataError:
        """The body ended before the last event.

        Args:
            latest: The data of the latest unknown event, which may contain the reason.
        """
        received = self._framing.stray_text or latest
        if not received and not self._content.events:
            received = self._framing.beginning
        nothing = "" if self._content.events else "; the body was empty"
        shown = f"; received instead: {self._shortened(received)}" if received.strip() else nothing
        return self._interrupted(
            f"the stream ended without its last event{self._billing()}{shown}",
            "ended", received,
        )  # fmt: skip

    def failed(self, data: dict[str, Any], role: EventRole) -> AceDataError:
        """An event reports an error."""
        data = redact_data(data, self._format.token)
        reply = data.get(role.reply) if role.reply else None
        code, message = code_and_message(data if reply is None else reply)
        code = code or text_at(data, role.code) or None
        message = message or text_at(data, role.message) or ("" if code else undocumented_message(data))
        text = f"the service reported an error in the stream: {code or 'no code'}, {message or 'no message'}"
        return self._made(StreamFailedError, text, code=code, message=message, event=data)

    def plain_reply(self, reply: Model, http: HTTPResponse) -> AceDataError:
        """The service sent a whole reply in place of a stream."""
        shown = redact_reply(reply, http, self._format.read_reply, self._format.token)
        text = (
            "the service sent a whole reply in place of a stream: `reply` and `final()` have the reply, "
            "`text_deltas()` yields its text"
        )
        return with_request(ReplyDecodeError(text, http=shown.http, body=shown.http.content, reply=shown), self._http)

    def _billing(self) -> str:
        if not (self.is_stream and UNFINISHED_STREAMS_ARE_FREE):
            return ""
        return ". According to the vendor such a response is not billed; the request can be sent again"

    def _interrupted(
        self, text: str, reason: str, data: str = "", *, ended_as: str = "stream-unfinished"
    ) -> AceDataError:
        if not self.is_stream:
            ended_as = "reply-lost"
        elif reason in ("closed", "timed out"):
            ended_as = "stream-closed"
        data = redact_text(data.strip(), self._format.token)
        return self._made(StreamInterruptedError, text, reason=reason, data=data, _ended_as=ended_as)

    def _made(self, cls: type[StreamErrorT], text: str, **facts: Any) -> StreamErrorT:
        token, content, whole = self._format.token, self._content, self._framing.whole
        so_far = f" (after {content.events} events with {len(content.text)} characters of text, see partial_text)"
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
        return shorten_text(redact_text(text, self._format.token))
