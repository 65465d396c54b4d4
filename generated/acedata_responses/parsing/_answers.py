"""Requests answers that match a class, and parses them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from attrs import frozen

from .._document.facts import CONVERSATION
from .._json import is_mapping, is_object
from .._replies.whole import with_request
from .._request.extra_body import refuse_in_extra_body
from .._request.not_given import NOT_GIVEN
from ..errors import AnswerError, ConfigurationError
from ..types._conversation import filled, refusal, why_incomplete
from ..types._model import Model
from .schemas import TypeReader, reader_of, strict_schema

ValueT = TypeVar("ValueT")
ReplyT = TypeVar("ReplyT")
_SHOWN_CHARACTERS = 200


@frozen
class Parsed(Generic[ValueT, ReplyT]):
    """A parsed answer.

    Attributes:
        value: The object of the requested class.
        reply: The reply that contains the answer, with its usage.
    """

    value: ValueT
    reply: ReplyT


@frozen
class AnswerFormat:
    """The format of the answers to a request.

    Attributes:
        reader: Parses an answer.
        fields: The fields of the request that ask for this format.
    """

    reader: TypeReader
    fields: Mapping[str, Any]

    def added_to(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a call, with the fields that ask for this format.

        Raises:
            ConfigurationError: The request asks for another format, or has one of these fields in `extra_body` too.
        """
        refuse_in_extra_body(request, self.fields)
        return _merged(request, self.fields, "")

    def read(self, reply: Any) -> Parsed[Any, Any]:
        """Parse the answer in a reply.

        Raises:
            AnswerError: The model refused or stopped early, or the answer does not match the class.
        """
        if refused := refusal(reply):
            shown = refused[:_SHOWN_CHARACTERS]
            raise _error(f"the model refused to answer: {shown}", reply, reason="refused", refusal=refused)
        if why := why_incomplete(reply):
            raise _error(f"the answer is not complete: the reply says {why!r}", reply, reason="incomplete")
        text: str = getattr(reply, "output_text", "")
        try:
            return Parsed(self.reader.decode(text), reply)
        except Exception as error:  # the class may raise any exception, and the error must carry the billed reply
            problem = f"the answer is not a valid {self.reader.name}: {error}" if text else "the reply has no text"
            raise _error(problem, reply, reason="mismatch") from error


def answer_format(class_: Any, *, strict: bool) -> AnswerFormat:
    """Return the format of answers that can be parsed into a class.

    Args:
        class_: The class.
        strict: Whether the service must enforce the schema of the class.

    Raises:
        ConfigurationError: The class has no JSON Schema, or msgspec is not installed.
    """
    reader = reader_of(class_)
    words = {
        "name": re.sub(r"\W+", "_", reader.name, flags=re.ASCII)[:64].strip("_"),
        "schema": strict_schema(reader.schema, reader.name) if strict else reader.schema,
        "strict": strict,
    }
    return AnswerFormat(reader, filled(CONVERSATION["answer_schema"], words))


def _merged(given: Mapping[str, Any], added: Mapping[str, Any], at: str) -> dict[str, Any]:
    result = dict(given)
    for key, value in added.items():
        present = given.get(key, NOT_GIVEN)
        present = present.to_dict() if isinstance(present, Model) else present
        pointer = f"{at}/{key}"
        if present is NOT_GIVEN or present is None:
            result[key] = value
        elif is_mapping(present) and is_object(value):
            result[key] = _merged(present, value, pointer)
        else:
            raise ConfigurationError(
                f"{pointer} is made from the class of the answer: leave it out, not {present!r:.80}"
            )
    return result


def _error(text: str, reply: Model, **facts: Any) -> AnswerError:
    return with_request(AnswerError(f"{text} (the reply is in `reply`)", reply=reply, **facts), reply._http)
