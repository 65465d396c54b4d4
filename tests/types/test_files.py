"""Files and images as parts of a message."""

from __future__ import annotations

import base64
import os

import pytest

from tests.classes import class_of
from tests.contract.document import assert_documented

IMAGE, FILE = class_of({"type": "input_image"}), class_of({"type": "input_file"})
MESSAGE = class_of({"type": "message", "role": "user", "content": ""})

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def content_of(url):
    """Return the media type and the bytes of a data URL (RFC 2397)."""
    scheme, _, rest = url.partition(":")
    kind, _, data = rest.partition(";base64,")
    assert scheme == "data"
    return kind, base64.b64decode(data, validate=True)


@pytest.mark.parametrize(
    ("name", "options", "media_type"), [
        ("a.png", {}, "image/png"), ("a.PNG", {}, "image/png"), ("a.b.jpg", {}, "image/jpeg"),
        ("a.jpeg", {}, "image/jpeg"), ("a.gif", {}, "image/gif"), ("a.webp", {}, "image/webp"),
        ("scan", {"media_type": "image/png"}, "image/png"),
    ],
)  # fmt: skip
def test_an_image_is_a_data_url_whose_type_is_passed_or_guessed_from_its_name(tmp_path, name, options, media_type):
    (tmp_path / name).write_bytes(PNG)
    part = IMAGE.from_file(tmp_path / name, detail="low", **options)
    assert part.to_dict().keys() == {"type", "image_url", "detail"}
    assert content_of(part.image_url) == (media_type, PNG)


def test_a_file_has_its_name_and_its_content(tmp_path):
    path = tmp_path / "the letter.pdf"
    path.write_bytes(b"%PDF-1.7\n\xff\x00")
    part = FILE.from_file(os.fspath(path))
    assert (part.filename, part.file_url) == ("the letter.pdf", None)
    assert content_of(part.file_data) == ("application/pdf", b"%PDF-1.7\n\xff\x00")


def test_bytes_result_in_the_same_parts_as_files(tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    assert IMAGE.from_bytes(PNG, "image/png") == IMAGE.from_file(tmp_path / "a.png")
    assert FILE.from_bytes(PNG, "image/png", name="a.png") == FILE.from_file(tmp_path / "a.png")


def test_parts_are_sent_as_documented(driver, service):
    parts = [IMAGE.from_bytes(PNG, "image/png"), FILE.from_bytes(b"a,b", "text/csv", name="t.csv")]
    driver.create(input=[MESSAGE(role="user", content=parts)])
    sent = service.requests[-1].json
    assert sent["input"][0]["content"] == [
        {"type": "input_image", "image_url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"},
        {"type": "input_file", "file_data": "data:text/csv;base64,YSxi", "filename": "t.csv"},
    ]
    assert_documented(sent, "request")


UNKNOWN = r"the media type of .*{} cannot be guessed from its name: pass media_type"


@pytest.mark.parametrize(
    ("name", "content", "message"), [
        *[(name, PNG, UNKNOWN.format(name)) for name in ("scan", "scan.unheard-of", "scan.png.gz")],
        ("a.pdf", b"%PDF", rf"a.pdf has the media type 'application/pdf', but {IMAGE.__name__} accepts image/\*"),
        ("a.png", b"", r"a\.png is empty"),
    ],
)  # fmt: skip
def test_a_file_of_an_unknown_or_wrong_type_or_without_content_is_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        IMAGE.from_file(tmp_path / name)


def test_a_missing_file_and_a_directory_raise_the_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.png"):
        IMAGE.from_file(tmp_path / "nowhere.png")
    with pytest.raises(OSError, match=tmp_path.name):
        IMAGE.from_file(tmp_path)


@pytest.mark.parametrize("media_type", ["png", "", "image/", "image/png;base64,x", "image/a b", "image/\n"])
def test_an_invalid_media_type_is_refused(media_type):
    with pytest.raises(ValueError, match="the content has the media type"):
        IMAGE.from_bytes(PNG, media_type)


def test_a_file_may_be_as_large_as_max_bytes(tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    assert IMAGE.from_file(tmp_path / "a.png", max_bytes=len(PNG))
    with pytest.raises(ValueError, match=rf"a\.png is larger than max_bytes, which is {len(PNG) - 1}: send a URL"):
        IMAGE.from_file(tmp_path / "a.png", max_bytes=len(PNG) - 1)


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "a.png").open("wb") as file:
        file.truncate(1 << 40)  # a terabyte
    with pytest.raises(ValueError, match="which is 20,000,000"):
        IMAGE.from_file(tmp_path / "a.png")


def test_without_max_bytes_any_size_is_accepted():
    part = FILE.from_bytes(bytes(21_000_000), "application/zip", name="a.zip", max_bytes=None)
    assert len(content_of(part.file_data)[1]) == 21_000_000
