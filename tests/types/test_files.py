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
    """The media type and the bytes of a data URL, as RFC 2397 has them."""
    scheme, _, rest = url.partition(":")
    kind, _, data = rest.partition(";base64,")
    assert scheme == "data"
    return kind, base64.b64decode(data, validate=True)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.png", "image/png"),
        ("a.PNG", "image/png"),
        ("a.b.jpg", "image/jpeg"),
        ("a.jpeg", "image/jpeg"),
        ("a.gif", "image/gif"),
        ("a.webp", "image/webp"),
    ],
)
def test_an_image_is_a_data_url_of_the_type_that_its_name_ends_with(tmp_path, name, media_type):
    (tmp_path / name).write_bytes(PNG)
    part = IMAGE.from_file(tmp_path / name, detail="low")
    assert part.to_dict().keys() == {"type", "image_url", "detail"}
    assert content_of(part.image_url) == (media_type, PNG)


def test_a_file_has_its_name_and_its_content(tmp_path):
    path = tmp_path / "the letter.pdf"
    path.write_bytes(b"%PDF-1.7\n\xff\x00")
    part = FILE.from_file(os.fspath(path))
    assert (part.filename, part.file_url) == ("the letter.pdf", None)
    assert content_of(part.file_data) == ("application/pdf", b"%PDF-1.7\n\xff\x00")


def test_bytes_are_parts_as_files_are(tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    assert IMAGE.from_bytes(PNG, "image/png") == IMAGE.from_file(tmp_path / "a.png")
    assert FILE.from_bytes(PNG, "image/png", name="a.png") == FILE.from_file(tmp_path / "a.png")


def test_parts_are_sent_as_the_document_has_them(driver, service):
    parts = [IMAGE.from_bytes(PNG, "image/png"), FILE.from_bytes(b"a,b", "text/csv", name="t.csv")]
    driver.create(input=[MESSAGE(role="user", content=parts)])
    sent = service.requests[-1].json
    assert sent["input"][0]["content"] == [
        {"type": "input_image", "image_url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"},
        {"type": "input_file", "file_data": "data:text/csv;base64,YSxi", "filename": "t.csv"},
    ]
    assert_documented(sent, "request")


def test_the_type_that_is_passed_counts_more_than_the_name(tmp_path):
    (tmp_path / "scan").write_bytes(PNG)
    assert content_of(IMAGE.from_file(tmp_path / "scan", media_type="image/png").image_url)[0] == "image/png"


@pytest.mark.parametrize("name", ["scan", "scan.unheard-of", "scan.png.gz"])
def test_a_file_of_no_known_type_asks_for_one(tmp_path, name):
    (tmp_path / name).write_bytes(PNG)
    with pytest.raises(
        ValueError, match=rf"the media type of .*{name} cannot be guessed from its name: pass media_type"
    ):
        FILE.from_file(tmp_path / name)


def test_an_image_must_be_one(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(
        ValueError, match=rf"a.pdf has the media type 'application/pdf', but {IMAGE.__name__} accepts image/\*"
    ):
        IMAGE.from_file(tmp_path / "a.pdf")


@pytest.mark.parametrize("media_type", ["png", "", "image/", "image/png;base64,x", "image/a b", "image/\n"])
def test_what_is_no_media_type_is_refused(media_type):
    with pytest.raises(ValueError, match="the content has the media type"):
        IMAGE.from_bytes(PNG, media_type)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.png"):
        IMAGE.from_file(tmp_path / "nowhere.png")


def test_a_directory_is_no_file(tmp_path):
    with pytest.raises(OSError, match=tmp_path.name):
        IMAGE.from_file(tmp_path)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.png").touch()
    with pytest.raises(ValueError, match=r"a\.png is empty"):
        IMAGE.from_file(tmp_path / "a.png")


def test_a_file_may_be_as_large_as_allowed_and_no_larger(tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    assert IMAGE.from_file(tmp_path / "a.png", max_bytes=len(PNG))
    with pytest.raises(ValueError, match=rf"a\.png is larger than max_bytes, which is {len(PNG) - 1}: send a URL"):
        IMAGE.from_file(tmp_path / "a.png", max_bytes=len(PNG) - 1)


def test_no_more_is_read_of_a_file_that_is_too_large(tmp_path):
    with (tmp_path / "a.png").open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing
    with pytest.raises(ValueError, match="which is 20,000,000"):
        IMAGE.from_file(tmp_path / "a.png")


def test_any_size_is_taken_where_it_is_wished():
    part = FILE.from_bytes(bytes(21_000_000), "application/zip", name="a.zip", max_bytes=None)
    assert len(content_of(part.file_data)[1]) == 21_000_000
