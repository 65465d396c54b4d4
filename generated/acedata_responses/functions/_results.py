"""What a run of functions has as its result."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from attrs import frozen

ReplyT = TypeVar("ReplyT")


@frozen
class Run(Generic[ReplyT]):
    """A conversation in which the model called functions until it had an answer.

    Attributes:
        replies: All replies, in order.
        items: The whole conversation, the last reply included. Followed by a further message it is the input of the
            next request.
    """

    replies: tuple[ReplyT, ...]
    items: list[Any]

    @property
    def reply(self) -> ReplyT:
        """The last reply, which has the answer."""
        return self.replies[-1]

    @property
    def output_text(self) -> str:
        """The text of the answer."""
        text: str = getattr(self.reply, "output_text", "")
        return text
