"""The operations that can be called for many requests, from the document."""

from __future__ import annotations

from typing import NamedTuple


class Methods(NamedTuple):
    """Where an operation is in the client.

    Attributes:
        resource: The path of the resource, such as `chat.completions`.
        call: The method that makes one call.
        map: The method that makes many.
    """

    resource: str
    call: str
    map: str


OPERATIONS: dict[str, Methods] = {
    "responses.create": Methods("responses", "create", "map"),
}
"""By operationId."""
