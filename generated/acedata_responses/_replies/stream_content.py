"""The content of a stream: the text and the reply that its events add up to."""

from __future__ import annotations

from typing import Any

from .._paths import find
from ..types._model import Model
from ..types._roles import EventRole
from ..types._unknown import Unknown
from .assembly import Assembler
from .draft import Draft
from .format import ReplyFormat
from .whole import decode_reply, has_problems


class StreamContent:
    """The content of the events so far.

    Attributes:
        events: The number of events.
        new_text: The text that the latest event added.
        is_complete: Whether the reply is complete, although no event has marked the end of the stream.
    """

    def __init__(self, reply_format: ReplyFormat) -> None:
        self.events = 0
        self.new_text = ""
        self.is_complete = False
        assert reply_format.event_decoder is not None
        self._format = reply_format
        self._read_event = reply_format.event_decoder()
        self._text = bytearray()  # UTF-8; a list of pieces or a StringIO would need several times the memory
        self._whole: Any = None
        self._assembler: Assembler | None = None
        self._draft = Draft()

    @property
    def text(self) -> str:
        """The text of all events so far."""
        return self._text.decode("utf-8", "surrogatepass")

    def add(self, event: Model, data: dict[str, Any], role: EventRole | None) -> None:
        """Add an event with its JSON data, by its role in the stream."""
        self.events += 1
        self.new_text = ""
        if role is None:
            if isinstance(event, Unknown):
                self._add_unknown(event)
            return
        if role.read_text is not None:
            self.add_text(role.read_text(data))
        if role.assembly is not None:
            self._assemble(data, role)
        if role.at:
            self._draft.add(data, role)
        if role.reply is not None:
            self._add_reply(find(event, [role.reply]), role)

    def add_text(self, text: str) -> None:
        self.new_text = text
        self._text += text.encode("utf-8", "surrogatepass")

    def reply(self) -> Any:
        """The whole reply; None if the events do not add up to one."""
        if self._whole is None and self._assembler is not None:
            self._whole = self._assembler.reply()
        return self._whole

    def partial_reply(self) -> Any:
        """The reply made of the events so far; None if they do not add up to one."""
        return self.reply() or self._draft.reply(self.text)

    def whole_reply(self, event: Unknown) -> Model | None:
        """The reply, if the data of an event is a whole reply; else None."""
        reply = decode_reply(event._data, self._format)
        if not isinstance(reply, Model) or isinstance(reply, Unknown):
            return None
        return reply if getattr(reply, "output_text", "") or not has_problems(reply) else None

    def _assemble(self, data: dict[str, Any], role: EventRole) -> None:
        assert role.assembly is not None
        if self._assembler is None:
            self._assembler = Assembler(role.assembly)
        self._add_piece(self._assembler, data)
        if not self.new_text and role.read_whole_text is not None and (whole := role.read_whole_text(data)):
            self.add_text(self._continuation(whole, whole))

    def _add_reply(self, reply: Any, role: EventRole) -> None:
        """Add the reply that an event contains, which is complete if the event ends the stream."""
        if not isinstance(reply, Model):
            return
        self._draft.start(reply)
        if role.ends is not None:
            self._set_whole(self._draft.complete(reply, self.text))

    def _add_unknown(self, event: Unknown) -> None:
        """Add an event of an unknown kind by what its data looks like.

        It may be a whole reply, a chunk with another kind than documented (such as `chat.completion`), or fields that
        belong to the reply.
        """
        reply = self.whole_reply(event)
        role = None if reply else self._read_event(event._without_kind())._role
        if reply is not None:
            self._set_whole(reply)
        elif role is not None and role.assembly is not None and role.read_text is not None:
            self.add_text(role.read_text(event._data))
            self._assemble(event._data, role)
        elif self._assembler is not None and not event._names_its_kind:
            self._add_piece(self._assembler, event._data)

    def _add_piece(self, assembler: Assembler, data: dict[str, Any]) -> None:
        assembler.add(data)
        self.is_complete = self._whole is not None or assembler.is_finished

    def _set_whole(self, reply: Model) -> None:
        self._whole = reply
        self.is_complete = True
        self.add_text(self._continuation(getattr(reply, "output_text", ""), ""))

    def _continuation(self, whole: str, otherwise: str) -> str:
        """The part of `whole` after the text so far; `otherwise` if it does not start with that text."""
        text = self.text
        return whole[len(text) :] if whole.startswith(text) else otherwise
