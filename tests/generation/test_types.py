"""Type checkers accept the package of another document, and code that uses it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.generation.documents import ROOT
from tests.generation.generator import PACKAGE

pytestmark = pytest.mark.generation

CODE = """
from __future__ import annotations

from typing import Literal

from typing_extensions import assert_type

from village_library import AsyncClient, AsyncStream, Client, HTTPResponse, Stream
from village_library.types import (
    Applause, Book, BooksSearchResponse200, Colour, Cough, Ending, Holder, Length, ListReply, Note, Opening, Person,
    Price, Retelling, RetellingPiece, Sentence, Shelf, Society, Story, StoryChaptersItem, Telling, Unknown,
)


def sync(client: Client, live: bool) -> None:
    page = client.books.search(q="x", x_reader_id="r1", genre=["crime"], class_="lending", page_size=3)
    assert_type(page, BooksSearchResponse200)
    assert_type(page.items, list[Book])
    assert_type(page.next_page, str | None)
    book = client.books.add(
        title="x", authors=("y",), kind="book", from_=None, stars=1, thickness=2.5, gift=True,
        size={"height": Length(value=1)},
        grid=[[1, 2.5]], labels={"a": ["b"]}, cover=Colour(cover_type="colour", rgb=[1, 2, 3]), note="z",
    )
    assert_type(book.stars, Literal[1, 2, 3] | int | None)
    assert_type(book.lent_to, Person | Society | Unknown | None)
    assert_type(book.prices, dict[str, Price | None] | None)
    assert_type(book.grid, list[list[float]] | None)
    assert_type(book.note, str | Note | None)
    assert_type(client.books.import_(book_id=1, if_match="*"), HTTPResponse)
    assert_type(client.books.list(book_id=1), ListReply[Holder])
    for row in client.reading_rooms.plan():
        assert_type(row, list[int])
    shelf = client.reading_rooms.shelf(room_name="x", shelf_no="north")
    assert_type(shelf.above, Shelf | None)
    assert_type(client.stories.tell(about="x"), Story)
    assert_type(client.stories.tell(about="x", live=False).chapters, list[StoryChaptersItem])
    assert_type(client.stories.tell(about="x", live=True), Stream[Telling, Story])
    assert_type(client.stories.tell(about="x", live=live), Story | Stream[Telling, Story])
    retellings = client.stories.retellings
    assert_type(retellings.create(story="x", live=True), Stream[RetellingPiece, Retelling])
    with client.stories.tell(about="x", live=True) as stream:
        for event in stream:
            assert_type(event, Opening | Sentence | Ending | Applause | Cough | Unknown)
        assert_type(stream.final().output_text, str)


async def asynchronous(client: AsyncClient) -> None:
    assert_type(await client.books.read(book_id=1), Book)
    assert_type(await client.books.list(book_id=1), ListReply[Holder])
    assert_type(await client.stories.tell(about="x", live=True), AsyncStream[Telling, Story])


def wrong(client: Client) -> None:
    client.books.read()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.books.read(book_id="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.books.newest(page=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, library_package: Path) -> Path:
    """The package under a name of its own, and a file that uses it."""
    path = tmp_path_factory.mktemp("typed")
    shutil.copytree(library_package, path / "village_library", ignore=shutil.ignore_patterns("__pycache__"))
    (path / "uses_village_library.py").write_text(CODE, encoding="utf-8")
    return path


def _files_of_this_document(folder: Path) -> list[str]:
    """Return the files that are not the same in the project's own package, which is checked by itself."""
    own = ROOT / "generated" / PACKAGE
    files = []
    for path in folder.rglob("*.py"):
        same = own.joinpath(*path.relative_to(folder).parts[1:])
        if not same.is_file() or same.read_bytes() != path.read_bytes():
            files.append(path.relative_to(folder).as_posix())
    return files


def test_mypy_accepts_the_package_and_its_use(folder: Path) -> None:
    settings = ["--config-file", str(ROOT / "pyproject.toml")]
    check = [sys.executable, "-m", "mypy", *settings, *sorted(path.name for path in folder.iterdir())]
    done = subprocess.run(check, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_pyright_accepts_the_package_and_its_use(folder: Path) -> None:
    pyright = ROOT / "tools" / "node_modules" / ".bin" / "pyright"
    if not (pyright.exists() and shutil.which("node")):
        pytest.skip("node or pyright is not installed")
    import tomllib  # Python 3.11

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pyright"]
    settings = {**settings, "include": _files_of_this_document(folder), "extraPaths": []}
    settings |= {"venvPath": ".", "venv": ".none"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    check = [str(pyright), "--warnings", "--pythonpath", sys.executable]
    done = subprocess.run(check, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
