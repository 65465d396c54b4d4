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
    """A reply that is a list, with its HTTP response."""

    __slots__ = ("_data", "_http", "_schema")

    _data: list[Any]
    _http: HTTPResponse | None
    _schema: Mapping[str, Any]
    _failed_when: ClassVar[Mapping[str, Any]] = {}

    @property
    def http(self) -> HTTPResponse:
        """The HTTP response with this list: status code, headers, raw bytes."""
        assert self._http is not None
        return self._http

    @property
    def problems(self) -> list[Problem]:
        """The violations of the OpenAPI document: entries that lack a required field or have the wrong type."""
        return reply_problems(self.to_list(), self._schema, SCHEMAS)

    def to_list(self) -> list[Any]:
        """Return the list as JSON data, including undocumented fields and later changes."""
        result: list[Any] = encoded(list(self), self._data)
        return result

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the list as JSON text. Non-ASCII characters are escaped.

        Args:
            indent: Spaces for each level of nesting; None for one line.
        """
        return json.dumps(self.to_list(), indent=indent)


def list_reply(decode: Callable[[Any], Any], schema: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Return a decoder for a reply that is a list. It returns other data unchanged.

    Args:
        decode: Decodes the list.
        schema: The schema of the list.
    """

    def decoded(data: Any) -> Any:
        if kind_of(data) is not list:
            return data
        self: ListReply[Any] = ListReply(decode(data))
        self._data, self._http, self._schema = data, None, schema
        return self

    return decoded
