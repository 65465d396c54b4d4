"""What is wanted as an answer, and the answer in a reply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from attrs import frozen

from .._document.facts import CONVERSATION
from .._json import is_mapping, is_object
from .._replies.whole import with_request
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
    """An answer of the wanted class.

    Attributes:
        value: The answer.
        reply: The reply that it is from, with its usage.
    """

    value: ValueT
    reply: ReplyT


@frozen
class Wanted:
    """What is wanted as an answer.

    Attributes:
        reader: What reads it.
        fields: The fields of the request that ask for it.
    """

    reader: TypeReader
    fields: Mapping[str, Any]

    def added_to(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a call with those that ask for the answer.

        Raises:
            ConfigurationError: The request asks for an answer of another form.
        """
        return _merged(request, self.fields, "")

    def read(self, reply: Any) -> Parsed[Any, Any]:
        """Return the answer that a reply has.

        Raises:
            AnswerError: It has none: the model refused, stopped early, or wrote something else.
        """
        if refused := refusal(reply):
            shown = refused[:_SHOWN_CHARACTERS]
            raise _error(f"the model refused to answer: {shown}", reply, reason="refused", refusal=refused)
        if why := why_incomplete(reply):
            raise _error(f"the answer is not whole: the reply says {why!r}", reply, reason="incomplete")
        text: str = getattr(reply, "output_text", "")
        try:
            return Parsed(self.reader.decode(text), reply)
        except Exception as error:  # of whatever kind: the class may raise anything, and the reply is paid
            problem = f"the answer is no {self.reader.name}: {error}" if text else "the reply has no text"
            raise _error(problem, reply, reason="mismatch") from error


def wanted(class_: Any, *, strict: bool) -> Wanted:
    """Return what is wanted: an answer that an object of a class can be made of.

    Args:
        class_: The class.
        strict: Whether the model must keep to its schema.

    Raises:
        ConfigurationError: There is no schema for the class, or no package that makes one.
    """
    reader = reader_of(class_)
    words = {
        "name": re.sub(r"\W+", "_", reader.name, flags=re.ASCII)[:64].strip("_"),
        "schema": strict_schema(reader.schema, reader.name) if strict else reader.schema,
        "strict": strict,
    }
    return Wanted(reader, filled(CONVERSATION["answer_schema"], words))


def _merged(given: Mapping[str, Any], added: Mapping[str, Any], at: str) -> dict[str, Any]:
    result = dict(given)
    for key, value in added.items():
        had = given.get(key, NOT_GIVEN)
        had = had.to_dict() if isinstance(had, Model) else had
        place = f"{at}/{key}"
        if had is NOT_GIVEN or had is None:
            result[key] = value
        elif is_mapping(had) and is_object(value):
            result[key] = _merged(had, value, place)
        else:
            raise ConfigurationError(
                f"{place} is made from the class of the answer: leave it out, not {had!r:.80}"
            )
    return result


def _error(text: str, reply: Model, **facts: Any) -> AnswerError:
    return with_request(AnswerError(f"{text} (the reply is in `reply`)", reply=reply, **facts), reply._http)
