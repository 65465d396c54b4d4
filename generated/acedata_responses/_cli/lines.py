"""The requests in a file of JSON Lines, which is read twice: once to check all lines and once to send them."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from operator import attrgetter
from typing import TYPE_CHECKING, Any, BinaryIO

from .._json import is_object, parsed
from .._request.build import build
from ..bulk._operations import OPERATIONS
from ..errors import RequestValidationError

if TYPE_CHECKING:
    from .._client import Client
    from .._request.operation import Call

_SHOWN = 20  # problems; a file of another format has one on each line


class BadLinesError(Exception):
    """Some lines are not valid requests; the message has a line for each problem."""


class Lines:
    """The requests in a file, as arguments of an operation.

    Args:
        path: The file; `-` for standard input, which is copied to a temporary file.
        client: The client whose settings are used to check the requests.
        operation: The operationId.
    """

    def __init__(self, path: str, client: Client, operation: str) -> None:
        methods = OPERATIONS[operation]
        resource = attrgetter(methods.resource)(client)
        self.name = "standard input" if path == "-" else path
        self.map: Callable[..., Iterator[Any]] = getattr(resource, methods.map)
        self._call: Callable[..., Call] = getattr(type(resource)(_unsent), methods.call)
        self._settings = client._settings
        self._files = ExitStack()
        self._file = self._files.enter_context(_copied(sys.stdin.buffer) if path == "-" else open(path, "rb"))  # noqa: PTH123, SIM115
        called = self._call().operation
        self._path = called.path
        places = called.places
        # A field of the body takes precedence over a parameter of the same name.
        by_place = sorted(places, key=lambda name: places[name][0] == "body")
        self._names = {places[name][1]: name for name in by_place}

    def check(self) -> int:
        """Validate every line against the document; return the number of requests.

        Raises:
            BadLinesError: Some lines are not valid requests.
        """
        problems: list[str] = []
        count = bad = 0
        for number, line in self._numbered():
            count += 1
            found = list(self._problems(line))
            bad += bool(found)
            problems += [f"{self.name}:{number}: {problem}" for problem in found[: _SHOWN - len(problems)]]
        if bad:
            problems.append(f"{bad} of {count} lines cannot be sent, so nothing was sent")
            raise BadLinesError("\n".join(problems))
        return count

    def requests(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Iterate over the requests; each is the number of its line and the arguments of the call."""
        for number, line in self._numbered():
            yield number, self._arguments(line)

    def close(self) -> None:
        """Close the file."""
        self._files.close()

    def _numbered(self) -> Iterator[tuple[int, bytes]]:
        self._file.seek(0)
        for number, line in enumerate(self._file, 1):
            if line.strip():
                yield number, line

    def _problems(self, line: bytes) -> Iterator[str]:
        try:
            call = self._call(**self._arguments(line))
            build(call, self._settings)
        except RequestValidationError as error:
            yield from map(str, error.problems)
        except ValueError as error:
            yield str(error)
        else:
            if call.operation.is_asked_to_stream(call.arguments):
                yield f"/{call.operation.selected_by}: streams cannot be written to a file of results; leave it out"

    def _arguments(self, line: bytes) -> dict[str, Any]:
        """Return the arguments of the call on a line, with its key.

        Raises:
            ValueError: The line is not a JSON object, or its key is not text.
        """
        data, problem = parsed(line)
        if problem:
            raise ValueError(f"expected a JSON object, found text that is not JSON: {problem}")
        if not is_object(data):
            raise ValueError(f"expected a JSON object, found {type(data).__name__}")
        fields, key = self._fields(data)
        if not isinstance(key, str):
            raise ValueError(f"expected text as the key of the request, found {key!r:.100}")  # noqa: TRY004
        return {"key": key, **{self._names.get(name, name): value for name, value in fields.items()}}

    def _fields(self, data: dict[str, Any]) -> tuple[Mapping[str, Any], Any]:
        """The fields of the request on a line, and its key.

        Raises:
            ValueError: It is a line of a batch file for another operation.
        """
        if "custom_id" in data and is_object(data.get("body")):
            url = data.get("url", self._path)
            if not isinstance(url, str) or url.rpartition("/")[2] != self._path.rpartition("/")[2]:
                raise ValueError(f"the url is {url!r:.100}, but this run calls {self._path}")
            return data["body"], data["custom_id"]
        fields = dict(data)
        return fields, fields.pop("key", "")


def _unsent(call: Call) -> Call:
    """Return the call. As the `send` of a resource, it makes the resource return calls instead of sending them."""
    return call


def _copied(source: BinaryIO) -> BinaryIO:
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - `Lines.close` closes it
    shutil.copyfileobj(source, copy)
    return copy
