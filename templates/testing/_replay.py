"""Recorded replies: what the service once answered is kept in files, and played back from them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx

from .._redact import redact_text
from .._transport.environment import tls_context
from ..errors import ConfigurationError

_NOT_KEPT = frozenset({"connection", "content-encoding", "content-length", "set-cookie", "transfer-encoding"})
"""Headers that do not describe the body as it is kept, or are nobody else's business."""


def replay(folder: str | os.PathLike[str]) -> Replay:
    """Return a transport that sends each request once, and from then on answers it from a file.

        client = Client(transport=testing.replay("tests/recordings"))

    The first time the client's `base_url` is called, which under pytest takes `@pytest.mark.acedata_live` or
    `--acedata-live`. After that nothing is sent. A file holds what was asked and what was answered, without the token,
    cookies and the headers of the request; look through it before you share it. A request is recognized by its method,
    path, query and body; where the same one is sent several times, each time has a file. Delete files to record anew.

    Args:
        folder: Where the files are. It is made if it is not there.
    """
    return Replay(folder)


class Replay(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Recorded replies as an httpx transport. Made by `replay()`.

    Attributes:
        folder: Where the files are.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        file = self._file(request)
        if not file.exists():
            with httpx.Client(verify=tls_context()) as client:
                try:
                    _write(file, request, client.send(request))
                except ConfigurationError as refusal:
                    raise _unrecorded(file, refusal) from None
        return _read(file)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        file = self._file(request)
        if not file.exists():
            async with httpx.AsyncClient(verify=tls_context()) as client:
                try:
                    _write(file, request, await client.send(request))
                except ConfigurationError as refusal:
                    raise _unrecorded(file, refusal) from None
        return _read(file)

    def _file(self, request: httpx.Request) -> Path:
        """Where the answer to a request is kept, or is to be."""
        asked = json.dumps(_asked(request), sort_keys=True).encode()
        path = re.sub(r"[^a-z0-9]+", "-", request.url.path.lower()).strip("-")
        name = f"{request.method.lower()}-{path}-{hashlib.sha256(asked).hexdigest()[:12]}"
        with self._lock:
            self._times[name] += 1
            return self.folder / f"{name}-{self._times[name]}.json"


class _Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in pieces, a stream's events one by one."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def _asked(request: httpx.Request) -> dict[str, Any]:
    """What makes a request the one that it is, as JSON data."""
    text = _without_token(request, request.content)
    try:
        body: Any = json.loads(text) if text else None
    except ValueError:
        body = text
    return {"method": request.method, "target": request.url.raw_path.decode("ascii"), "body": body}


def _write(file: Path, request: httpx.Request, response: httpx.Response) -> None:
    """Keep an answer; a file is there whole or not at all."""
    text = _without_token(request, response.content)
    headers = [
        [name, _without_token(request, value.encode())]
        for name, value in response.headers.multi_items()
        if name not in _NOT_KEPT
    ]
    # One piece for each event; a body that is no stream has no empty lines.
    pieces = re.findall(r".+?(?:\r?\n\r?\n|\Z)", text, re.DOTALL)
    recording = {
        "request": _asked(request),
        "response": {"status": response.status_code, "headers": headers, "body": pieces},
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    written = json.dumps(recording, ensure_ascii=False, indent=2) + "\n"
    new.write_text(written, encoding="utf-8", errors="surrogateescape")
    new.replace(file)


def _read(file: Path) -> httpx.Response:
    """The answer that a file holds."""
    try:
        recorded = json.loads(file.read_text(encoding="utf-8", errors="surrogateescape"))["response"]
        pieces = [piece.encode("utf-8", "surrogateescape") for piece in recorded["body"]]
        return httpx.Response(recorded["status"], headers=recorded["headers"], stream=_Pieces(pieces))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigurationError(
            f"{file} is not a recording ({reason}); delete it to record it anew"
        ) from None


def _unrecorded(file: Path, refusal: ConfigurationError) -> ConfigurationError:
    return ConfigurationError(f"there is no recording {file}, and {refusal}")


def _without_token(request: httpx.Request, content: bytes) -> str:
    """Text, or any bytes as text, without the token of the request."""
    text = content.decode("utf-8", "surrogateescape")
    return redact_text(text, request.headers.get("authorization", "").rpartition(" ")[2])
