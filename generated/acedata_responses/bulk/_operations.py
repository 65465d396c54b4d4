"""The operations that have a method for many requests, from the document."""

from __future__ import annotations

from typing import NamedTuple


class Methods(NamedTuple):
    """The methods of an operation in the client.

    Attributes:
        resource: The path of the resource, such as `chat.completions`.
        call: The name of the method that makes one call.
        map: The name of the method that makes many calls.
    """

    resource: str
    call: str
    map: str


OPERATIONS: dict[str, Methods] = {
    "responses.create": Methods("responses", "create", "map"),
}
"""By operationId."""
