"""Makes parts of a message from files, with their content as a data URL (RFC 2397)."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from fnmatch import fnmatch
from mimetypes import MimeTypes
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from ._model import Model

ModelT = TypeVar("ModelT", bound="Model")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_KNOWN_TYPES = MimeTypes()  # Python's own list; `mimetypes.guess_type` also uses files of the machine
_KNOWN_TYPES.add_type("image/webp", ".webp")  # newer than Python 3.10


def part_from_file(
    class_: type[ModelT],
    path: str | os.PathLike[str],
    *,
    media_type: str | None,
    max_bytes: int | None,
    fields: dict[str, Any],
) -> ModelT:
    """Return a part of a message with the content of a file; see the method `from_file` of its class."""
    path = Path(path)
    with path.open("rb") as file:
        content = file.read(-1 if max_bytes is None else max_bytes + 1)
    if media_type is None:
        media_type = _by_ending(path)
    return part_from_bytes(
        class_, content, media_type, name=path.name, max_bytes=max_bytes, fields=fields, where=f"{path}"
    )


def part_from_bytes(
    class_: type[ModelT],
    content: bytes,
    media_type: str,
    *,
    name: str | None,
    max_bytes: int | None,
    fields: dict[str, Any],
    where: str = "the content",
) -> ModelT:
    """Return a part of a message with the given content; see the method `from_bytes` of its class.

    The name is used if the part has a field for it; `where` stands for the content in error messages.
    """
    role = class_._data_part
    assert role is not None
    if not _MEDIA_TYPE.fullmatch(media_type) or not any(fnmatch(media_type, one) for one in role.media_types):
        taken = ", ".join(role.media_types)
        raise ValueError(f"{where} has the media type {media_type!r}, but {class_.__name__} accepts {taken}")
    if not content:
        raise ValueError(f"{where} is empty")
    if max_bytes is not None and len(content) > max_bytes:
        advice = "send a URL instead, or pass a larger max_bytes"
        raise ValueError(f"{where} is larger than max_bytes, which is {max_bytes:,}: {advice}")
    named = {role.name: name} if role.name and name is not None else {}
    url = f"data:{media_type};base64,{b64encode(content).decode('ascii')}"
    given: dict[str, Any] = {**named, role.url: url, **fields}
    return class_(**given)


def _by_ending(path: Path) -> str:
    media_type, compression = _KNOWN_TYPES.guess_type(path.name, strict=False)
    if media_type is None or compression is not None:
        raise ValueError(f"the media type of {path} cannot be guessed from its name: pass media_type")
    return media_type
