"""The result of a run."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from attrs import frozen

ReplyT = TypeVar("ReplyT")


@frozen
class Run(Generic[ReplyT]):
    """A conversation in which the model called functions until it gave an answer.

    Attributes:
        replies: All replies, in order.
        items: The whole conversation, including the last reply. Append a message to continue it in another request.
    """

    replies: tuple[ReplyT, ...]
    items: list[Any]

    @property
    def reply(self) -> ReplyT:
        """The last reply, which contains the answer."""
        return self.replies[-1]

    @property
    def output_text(self) -> str:
        """The text of the answer."""
        text: str = getattr(self.reply, "output_text", "")
        return text
