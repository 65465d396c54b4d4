"""A reply that is a list."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from .._document.schemas import SCHEMAS
from .._document.validation import Problem, reply_problems
from .._json import kind_of
from ._http_response import HTTPResponse
from ._model import encoded

EntryT = TypeVar("EntryT")


class ListReply(list[EntryT]):
    """A list that the service answered with, and the HTTP response that brought it."""

    __slots__ = ("_data", "_http", "_schema")

    _data: list[Any]
    _http: HTTPResponse | None
    _schema: Mapping[str, Any]
    _failed_when: ClassVar[Mapping[str, Any]] = {}

    @property
    def http(self) -> HTTPResponse:
        """The HTTP response that brought this list: status code, headers, raw bytes."""
        assert self._http is not None
        return self._http

    @property
    def problems(self) -> list[Problem]:
        """Where this list violates the document: entries that lack a field or are of another type."""
        return reply_problems(self.to_list(), self._schema, SCHEMAS)

    def to_list(self) -> list[Any]:
        """Return the list as JSON data: what came, with what was set since."""
        result: list[Any] = encoded(list(self), self._data)
        return result

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the list as JSON text. Characters outside ASCII are escaped, so any encoding can write it.

        Args:
            indent: Spaces for each level of nesting; None for one line.
        """
        return json.dumps(self.to_list(), indent=indent)


def list_reply(decode: Callable[[Any], Any], schema: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Return the decoder of a reply that is a list; it returns anything else as it came.

    Args:
        decode: Decodes the list.
        schema: What the document says of it.
    """

    def decoded(data: Any) -> Any:
        if kind_of(data) is not list:
            return data
        self: ListReply[Any] = ListReply(decode(data))
        self._data, self._http, self._schema = data, None, schema
        return self

    return decoded
