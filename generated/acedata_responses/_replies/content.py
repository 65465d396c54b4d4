"""What the events of a stream mean: the text, and the reply that they add up to."""

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
    """What has come of the reply.

    Attributes:
        events: How many events there were.
        new_text: The text that the latest event brought.
        is_complete: Whether the reply is whole, though no event said that it is the last.
    """

    def __init__(self, reading: ReplyFormat) -> None:
        self.events = 0
        self.new_text = ""
        self.is_complete = False
        assert reading.event_decoder is not None
        self._reading = reading
        self._read_event = reading.event_decoder()
        self._text = (
            bytearray()
        )  # UTF-8; as a list of pieces, or in a StringIO, it would take several times the room
        self._whole: Any = None
        self._assembler: Assembler | None = None
        self._draft = Draft()

    @property
    def text(self) -> str:
        """The text of all events so far."""
        return self._text.decode("utf-8", "surrogatepass")

    def add(self, event: Model, role: EventRole | None) -> None:
        """Take an event, and what it is to the stream."""
        self.events += 1
        self.new_text = ""
        if role is None:
            if isinstance(event, Unknown):
                self._add_unknown(event)
            return
        if role.read_text is not None:
            self.add_text(role.read_text(event._data))
        if role.assembly is not None:
            self._assemble(event._data, role)
        if role.puts is not None:
            self._draft.put(event._data, role)
        if role.reply is not None:
            self._show(find(event, [role.reply]), role)

    def add_text(self, text: str) -> None:
        """Take a piece of the text."""
        self.new_text = text
        self._text += text.encode("utf-8", "surrogatepass")

    def reply(self) -> Any:
        """The whole reply; None where the events do not add up to one."""
        if self._whole is None and self._assembler is not None:
            self._whole = self._assembler.reply()
        return self._whole

    def partial_reply(self) -> Any:
        """The reply as far as it has come; None where the events do not add up to one."""
        return self.reply() or self._draft.reply(self.text)

    def whole_reply(self, event: Unknown) -> Model | None:
        """The reply that is sent as the data of an event, where it is one."""
        reply = decode_reply(event._data, self._reading)
        if not isinstance(reply, Model) or isinstance(reply, Unknown):
            return None
        return reply if getattr(reply, "output_text", "") or not has_problems(reply) else None

    def _assemble(self, data: dict[str, Any], role: EventRole) -> None:
        assert role.assembly is not None
        if self._assembler is None:
            self._assembler = Assembler(role.assembly)
        self._add_piece(self._assembler, data)
        if not self.new_text and role.read_whole_text is not None and (whole := role.read_whole_text(data)):
            self.add_text(self._rest_of(whole, whole))

    def _show(self, reply: Any, role: EventRole) -> None:
        """Take the reply as an event shows it: whole in an event that ends the stream."""
        if not isinstance(reply, Model):
            return
        self._draft.start(reply)
        if role.ends is not None:
            self._take_whole(self._draft.complete(reply, self.text))

    def _add_unknown(self, event: Unknown) -> None:
        """Take an event of an unknown kind for what it looks like.

        It can be a whole reply, a piece of a reply that calls itself otherwise (`chat.completion` for a chunk of one),
        or fields to be added to the reply.
        """
        reply = self.whole_reply(event)
        role = None if reply else self._read_event(event._without_kind())._role
        if reply is not None:
            self._take_whole(reply)
        elif role is not None and role.assembly is not None and role.read_text is not None:
            self.add_text(role.read_text(event._data))
            self._assemble(event._data, role)
        elif self._assembler is not None and not event._names_its_kind:
            self._add_piece(self._assembler, event._data)

    def _add_piece(self, assembler: Assembler, data: dict[str, Any]) -> None:
        assembler.add(data)
        self.is_complete = self._whole is not None or assembler.is_finished

    def _take_whole(self, reply: Model) -> None:
        self._whole = reply
        self.is_complete = True
        self.add_text(self._rest_of(getattr(reply, "output_text", ""), ""))

    def _rest_of(self, whole: str, otherwise: str) -> str:
        """What a text goes on with after the text so far, if it begins with that."""
        text = self.text
        return whole[len(text) :] if whole.startswith(text) else otherwise
