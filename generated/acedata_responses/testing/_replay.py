"""Records responses of the service in files, and replays them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections import Counter
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from .._redact import redact_text
from .._transport.environment import tls_context
from ..errors import ConfigurationError

_OMITTED_HEADERS = frozenset({"connection", "content-encoding", "content-length", "set-cookie", "transfer-encoding"})
"""Headers that do not describe the recorded body, or are private."""


class Replay(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that sends each request once, records the response in a file, and replays it from then on.

        client = Client(transport=testing.replay("tests/recordings"))

    Recording calls the client's `base_url`; under pytest this requires `@pytest.mark.acedata_live` or `--acedata-live`.
    Replaying sends nothing. A file contains the request and the response, without the token, cookies and the headers of
    the request; review it before you share it. Requests match by method, path, query and body. If the same request is
    sent several times, each of them has its own file. Delete files to record them again.

    Attributes:
        folder: The folder of the files. It is created if it does not exist.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        file = self._file(request)
        if not file.exists():
            with _recording(file), httpx.Client(verify=tls_context()) as client:
                _write(file, request, client.send(request))
        return _read(file)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        file = self._file(request)
        if not file.exists():
            with _recording(file):
                async with httpx.AsyncClient(verify=tls_context()) as client:
                    _write(file, request, await client.send(request))
        return _read(file)

    def _file(self, request: httpx.Request) -> Path:
        """Return the file for the response to a request."""
        identity = json.dumps(_identity(request), sort_keys=True).encode()
        path = re.sub(r"[^a-z0-9]+", "-", request.url.path.lower()).strip("-")
        name = f"{request.method.lower()}-{path}-{hashlib.sha256(identity).hexdigest()[:12]}"
        with self._lock:
            self._times[name] += 1
            return self.folder / f"{name}-{self._times[name]}.json"


replay = Replay
"""Returns a transport that records and replays. See `Replay` for its argument."""


class _Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces: one for each event of a stream."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def _identity(request: httpx.Request) -> dict[str, Any]:
    """Return what identifies a request, as JSON data."""
    text = _redacted(request, request.content)
    try:
        body: Any = json.loads(text) if text else None
    except ValueError:
        body = text
    return {"method": request.method, "target": request.url.raw_path.decode("ascii"), "body": body}


def _write(file: Path, request: httpx.Request, response: httpx.Response) -> None:
    """Write a response to a file atomically."""
    text = _redacted(request, response.content)
    headers = [
        [name, _redacted(request, value.encode())]
        for name, value in response.headers.multi_items()
        if name not in _OMITTED_HEADERS
    ]
    # One piece for each event; a body that is not a stream has no empty lines.
    pieces = re.findall(r".+?(?:\r?\n\r?\n|\Z)", text, re.DOTALL)
    recording = {
        "request": _identity(request),
        "response": {"status": response.status_code, "headers": headers, "body": pieces},
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    written = json.dumps(recording, ensure_ascii=False, indent=2) + "\n"
    new.write_text(written, encoding="utf-8", errors="surrogateescape")
    new.replace(file)


def _read(file: Path) -> httpx.Response:
    """Return the response that is recorded in a file."""
    try:
        recorded = json.loads(file.read_text(encoding="utf-8", errors="surrogateescape"))["response"]
        pieces = [piece.encode("utf-8", "surrogateescape") for piece in recorded["body"]]
        return httpx.Response(recorded["status"], headers=recorded["headers"], stream=_Pieces(pieces))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"{file} is not a recording ({reason}); delete it to record it again") from None


@contextmanager
def _recording(file: Path) -> Generator[None, None, None]:
    """Add the name of the file to the error that blocks calls to the real service."""
    try:
        yield
    except ConfigurationError as error:
        raise ConfigurationError(f"there is no recording {file}, and {error}") from None


def _redacted(request: httpx.Request, content: bytes) -> str:
    """Return bytes as text, with the token of the request redacted."""
    text = content.decode("utf-8", "surrogateescape")
    return redact_text(text, request.headers.get("authorization", "").rpartition(" ")[2])
