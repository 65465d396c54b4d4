"""HTTP/1.1 on one connection, without I/O, by h11: converts requests to bytes and bytes to responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import h11

if TYPE_CHECKING:
    from .._request.build import Request

_MAX_HEAD_SIZE = 102_400  # bytes
_END = h11.EndOfMessage()


class Head(NamedTuple):
    """The head of a response.

    Attributes:
        status_code: The HTTP status.
        headers: The header lines as received.
    """

    status_code: int
    headers: list[tuple[bytes, bytes]]


class HTTP1:
    """The requests and responses on one connection, one after another.

    `head` and `body` return None if more data has to be received first. They raise `h11.RemoteProtocolError` if the
    received data is not valid HTTP or ends early.
    """

    def __init__(self) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_SIZE)
        self._failure: h11.RemoteProtocolError | None = None
        self._needs_data = True

    def request(self, request: Request) -> bytes:
        """The bytes of the next request."""
        if self._h11.our_state is h11.DONE:
            self._h11.start_next_cycle()
        head = h11.Request(method=request.method, target=request.target, headers=request.headers)
        events = (head, h11.Data(data=request.content), _END)
        return b"".join(self._h11.send(event) or b"" for event in events)

    def receive(self, data: bytes) -> None:
        """Add received data; empty data means that the connection has ended."""
        if not data and self._h11.their_state is h11.SEND_RESPONSE and not self._h11.trailing_data[0]:
            raise h11.RemoteProtocolError("the service closed the connection without a response")
        self._h11.receive_data(data)
        self._needs_data = False

    def head(self) -> Head | None:
        """The head of the response. Informational responses (1xx) are skipped."""
        while (event := self._next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Response):
                return Head(event.status_code, event.headers.raw_items())
        return None

    def body(self) -> bytes | None:
        """The part of the body that was received since the last call; empty at its end."""
        if self._failure is not None:
            raise self._failure
        if self._h11.their_state is not h11.SEND_BODY:
            return b""
        pieces: list[bytes] = []
        event: object = None
        try:
            while isinstance(event := self._next_event(), h11.Data):
                pieces.append(event.data)
        except h11.RemoteProtocolError as failure:
            self._failure = failure
            if not pieces:  # otherwise they are returned first, and the next call raises
                raise
        if pieces:
            return b"".join(pieces)
        return None if event is h11.NEED_DATA else b""

    def _next_event(self) -> object:
        """The next event; h11 is not asked again before more data was received."""
        if self._needs_data:
            return h11.NEED_DATA
        event = self._h11.next_event()
        self._needs_data = event is h11.NEED_DATA
        return event

    @property
    def is_reusable(self) -> bool:
        """Whether another request can be sent: the response was read to its end, and no data follows it.

        h11 would parse such data as the next response, so that a call could get the response of another call.
        """
        both_done = self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE
        return both_done and self._h11.trailing_data == (b"", False)
