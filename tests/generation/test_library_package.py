"""The package of another document, library.yaml: generated without a change elsewhere, imported and called."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.drivers import Blocking, LoopThread
from tests.generation.generator import Service, part

pytestmark = pytest.mark.generation

MIDNIGHT = datetime(2026, 11, 23, tzinfo=timezone.utc)
BOOK: dict[str, Any] = {
    "id": 7,
    "title": "Walden",
    "genre": "essay",  # a value that the document does not list
    "stars": None,
    "acquiredAt": 1_795_392_000,
    "lentTo": {"name": "Rosa", "born": 1871},
    "covers": [{"coverType": "colour", "rgb": [0, 128, 255]}, {"coverType": "cloth", "weave": "plain"}],
    "prices": {"new": {"amount": 12.5, "currency": "EUR"}, "used": None},
    "grid": [[1, 2.5], []],
    "note": {"text": "torn", "by": None},
    "class": "b",
    "list": ["to read"],
    "_links": {"self": "/books/7"},
    "unheardOf": [None],
}
NEW: dict[str, Any] = {"title": "Walden", "authors": ["H. D. Thoreau"], "kind": "book"}


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture(params=["sync", "async"])
def client(request: pytest.FixtureRequest, library: ModuleType, service: Service) -> Iterator[Any]:
    """A client of the service, sync and async."""
    options = {"base_url": "http://library.test/api/v2", "transport": httpx.MockTransport(service)}
    if request.param == "sync":
        with library.Client(**options) as client:
            yield client
    else:
        loop = LoopThread()
        with Blocking(library.AsyncClient(**options), loop.run) as client:
            yield client
        loop.close()


def test_parameters_are_sent_where_the_document_says(client: Any, service: Service) -> None:
    service.reply_with({"items": [BOOK], "nextPage": None})
    page = client.books.search(
        q="a&b c",
        x_reader_id="r12",
        genre=["crime", "verse"],
        available=False,
        class_="lending",
        since=MIDNIGHT,
        x_trace=True,
    )
    assert service.last.method == "GET"
    assert service.last.url.path == "/api/v2/books"
    assert service.last.url.params.multi_items() == [
        ("q", "a&b c"),
        ("genre", "crime"),
        ("genre", "verse"),
        ("available", "false"),
        ("class", "lending"),
        ("since", "1795392000"),
    ]
    assert service.last.headers["x-reader-id"] == "r12"
    assert service.last.headers["x-trace"] == "true"
    assert not service.last.content
    assert (page.next_page, page.items[0].title) == (None, "Walden")
    assert page.to_dict() == {"items": [BOOK], "nextPage": None}
    service.reply_with({"name": "A", "shelves": []})
    client.reading_rooms.shelf(room_name="a/b ?", shelf_no="south")
    assert service.last.url.raw_path == b"/api/v2/rooms/a%2Fb%20%3F/shelves/south"


def test_defaults_of_the_document_and_a_token_it_does_not_require_are_not_sent(client: Any, service: Service) -> None:
    service.reply_with({"items": []})
    client.books.search(q="x", x_reader_id="r1")
    assert service.last.url.query == b"q=x"
    assert "x-trace" not in service.last.headers
    assert "authorization" not in service.last.headers
    service.reply_with({"chapters": []})
    client.stories.tell(about="a fox")
    assert json.loads(service.last.content) == {"about": "a fox"}


def test_a_body_is_built_from_the_arguments(client: Any, service: Service, library: ModuleType) -> None:
    types = part(library, "types")
    service.reply_with(BOOK, 201)
    reply = client.books.add(
        title="Walden",
        authors=("H. D. Thoreau",),
        kind="book",
        from_=None,
        acquired_at=MIDNIGHT.replace(microsecond=500_000),
        stars=3,
        thickness=2.5,
        gift=True,
        size={"height": types.Length(value=20), "width": {"value": 12.5, "unit": "cm"}},
        grid=[[1, 2], []],
        labels={"shelf": ["a", "b"]},
        cover=types.Colour(cover_type="colour", rgb=[1, 2, 3]),
        note=types.Note(text="torn"),
    )
    assert service.last.method == "POST"
    assert service.last.headers["content-type"] == "application/json"
    assert json.loads(service.last.content) == {
        **NEW,
        "from": None,
        "acquiredAt": 1_795_392_000.5,
        "stars": 3,
        "thickness": 2.5,
        "gift": True,
        "size": {"height": {"value": 20}, "width": {"value": 12.5, "unit": "cm"}},
        "grid": [[1, 2], []],
        "labels": {"shelf": ["a", "b"]},
        "cover": {"coverType": "colour", "rgb": [1, 2, 3]},
        "note": {"text": "torn"},
    }
    assert reply.http.status_code == 201
    client.books.replace(book_id=7, **NEW)
    assert (service.last.method, service.last.url.path) == ("PUT", "/api/v2/books/7")
    assert json.loads(service.last.content) == NEW


def test_a_response_without_content_is_returned_as_it_is(client: Any, service: Service) -> None:
    """The operationId ends in a keyword of Python."""
    service.responses = [httpx.Response(204)]
    response = client.books.import_(book_id=7, if_match='"e1"', dry_run=True)
    assert (service.last.method, service.last.url.raw_path) == ("DELETE", b"/api/v2/books/7?dry-run=true")
    assert service.last.headers["if-match"] == '"e1"'
    assert (response.status_code, response.content) == (204, b"")


def test_a_reply_is_decoded_field_by_field(client: Any, service: Service, library: ModuleType) -> None:
    types = part(library, "types")
    service.reply_with(BOOK)
    book = client.books.read(book_id=7)
    assert type(book) is types.Book
    assert book.genre == "essay"
    assert book.stars is None
    assert book.acquired_at == MIDNIGHT
    assert book.lent_to == types.Person(name="Rosa", born=1871)
    assert book.covers[0] == types.Colour(cover_type="colour", rgb=[0, 128, 255])
    assert type(book.covers[1]) is types.Unknown
    assert book.covers[1].weave == "plain"
    assert book.prices == {"new": types.Price(amount=12.5, currency="EUR"), "used": None}
    assert book.grid == [[1, 2.5], []]
    assert (type(book.note), book.note.to_dict()) == (types.Note, {"text": "torn", "by": None})
    assert (book.class_, book.list_, book.field_links) == ("b", ["to read"], {"self": "/books/7"})
    assert book.to_dict() == BOOK
    assert book.problems == []


def test_violations_in_a_reply_are_listed_with_their_pointers(client: Any, service: Service) -> None:
    service.reply_with({"chapters": [{"number": "one"}]})
    story = client.stories.tell(about="a fox")
    problems = [(problem.pointer, problem.rule) for problem in story.problems]
    assert sorted(problems) == [("/chapters/0/number", "type"), ("/chapters/0/plainText", "required")]
    in_chapter = [(problem.pointer, problem.rule) for problem in story.chapters[0].problems]
    assert in_chapter == [("/plainText", "required"), ("/number", "type")]


def test_a_reply_can_be_a_list(client: Any, service: Service, library: ModuleType) -> None:
    types = part(library, "types")
    data = [{"name": "Rosa", "born": 1871}, {"name": "Readers", "seat": "Ulm"}, {"name": "?"}]
    service.reply_with(data, **{"x-total": "3"})
    holders = client.books.list(book_id=7)
    assert [type(holder) for holder in holders] == [types.Person, types.Society, types.Unknown]
    assert (len(holders), holders[1].seat) == (3, "Ulm")
    assert holders.http.headers["x-total"] == "3"
    assert holders.to_list() == data
    assert [problem.pointer for problem in holders.problems] != []
    service.reply_with([[1, 2], [3]])
    assert client.reading_rooms.plan() == [[1, 2], [3]]
    service.reply_with({"books": []})
    with pytest.raises(library.ReplyDecodeError, match="not a documented reply"):
        client.reading_rooms.plan()


def test_a_schema_can_contain_itself(client: Any, service: Service, library: ModuleType) -> None:
    types = part(library, "types")
    data = {"name": "A", "shelves": [{"name": "B", "shelves": [], "above": {"name": "C", "shelves": []}}]}
    service.reply_with(data)
    shelf = client.reading_rooms.shelf(room_name="x", shelf_no="north")
    assert type(shelf.shelves[0].above) is types.Shelf
    assert shelf.shelves[0].above.name == "C"
    assert shelf.to_dict() == data


@pytest.mark.parametrize(
    ("call", "arguments", "problem"),
    [
        ("search", {"q": "", "x_reader_id": "r1"}, "/q"),
        ("search", {"q": "x", "x_reader_id": "1"}, "/X-Reader-ID"),
        ("search", {"q": "x"}, "/X-Reader-ID"),
        ("search", {"q": "x", "x_reader_id": "r1", "page_size": 51}, "/pageSize"),
        ("search", {"q": "x", "x_reader_id": "r1", "genre": ["romance"]}, "/genre/0"),
        ("search", {"q": "x", "x_reader_id": "r1", "genre": ["crime"] * 4}, "/genre"),
        ("search", {"q": "x", "x_reader_id": "r1", "pageSize": 1}, "/pageSize"),
        ("read", {"book_id": 0}, "/bookId"),
        ("read", {"book_id": "7"}, "/bookId"),
        ("add", {**NEW, "kind": "map"}, "/kind"),
        ("add", {**NEW, "stars": 4}, "/stars"),
        ("add", {**NEW, "thickness": 1}, "/thickness"),
        ("add", {**NEW, "gift": False}, "/gift"),
        ("add", {**NEW, "authors": []}, "/authors"),
        ("add", {**NEW, "size": {"width": {"value": 1}}}, "/size/height"),
        ("add", {**NEW, "grid": [[1, "2"]]}, "/grid/0/1"),
        ("add", {**NEW, "labels": {"a": "b"}}, "/labels/a"),
        ("add", {**NEW, "cover": {"coverType": "colour", "rgb": [1, 2, 256]}}, "/cover/rgb/2"),
        ("add", {**NEW, "cover": {"coverType": "cloth"}}, "/cover/coverType"),
        ("add", {**NEW, "note": {"by": "me"}}, "/note/text"),
        ("add", {"kind": "book"}, "/title"),
    ],
)
def test_a_request_that_violates_the_document_is_not_sent(
    client: Any, service: Service, library: ModuleType, call: str, arguments: dict[str, Any], problem: str
) -> None:
    with pytest.raises(library.RequestValidationError) as caught:
        getattr(client.books, call)(**arguments)
    assert problem in [listed.pointer for listed in caught.value.problems]
    assert not service.requests


def test_names_that_the_generated_code_uses_are_free_for_fields(client: Any, service: Service) -> None:
    """`property` and `str` would hide what the code of the class needs, so that they get an underscore."""
    service.reply_with({"chapters": [], "property": "p", "classmethod": 1, "str": None})
    story = client.stories.tell(about="x", values=["a"], given="b")
    assert json.loads(service.last.content) == {"about": "x", "values": ["a"], "given": "b"}
    assert (story.property_, story.classmethod_, story.str_) == ("p", 1, None)
    assert type(story).from_dict(story.to_dict()) == story


EVENTS: list[dict[str, Any]] = [
    {"is": "opening", "teller": "Rosa"},
    {"is": "sentence", "spokenWords": {"0th": "Once "}},
    {"is": "applause", "loud": True},
    {"is": "cough"},
    {"is": "rain", "hours": 3},
    {"is": "sentence", "spokenWords": {"0th": "upon a time."}},
]
ENDING = {"is": "ending", "wholeStory": {"chapters": [{"number": 1, "plainText": "Once upon a time."}]}}


def test_a_stream_is_decoded_as_the_document_says(client: Any, service: Service, library: ModuleType) -> None:
    types = part(library, "types")
    service.stream(*EVENTS, ENDING)
    with client.stories.tell(about="a fox", live=True) as stream:
        events = list(stream)
        story = stream.final()
    assert json.loads(service.last.content) == {"about": "a fox", "live": True}
    classes = ["Opening", "Sentence", "Applause", "Cough", "Unknown", "Sentence", "Ending"]
    assert [type(event) for event in events] == [getattr(types, name) for name in classes]
    assert [event.to_dict() for event in events] == [*EVENTS, ENDING]
    assert type(story) is types.Story
    assert story.output_text == "Once upon a time."
    service.stream(*EVENTS, ENDING)
    with client.stories.tell(about="a fox", live=True) as stream:
        assert list(stream.text_deltas()) == ["Once ", "upon a time."]


def test_a_stream_without_the_event_that_carries_the_reply_has_none(
    client: Any, service: Service, library: ModuleType
) -> None:
    service.stream(*EVENTS, "THE END")
    with client.stories.tell(about="a fox", live=True) as stream:
        with pytest.raises(library.StreamInterruptedError):
            stream.final()
        assert stream.partial_text == "Once upon a time."


def test_pieces_of_a_stream_add_up_to_a_reply(client: Any, service: Service) -> None:
    base = {"id": "1", "created": 1_795_392_000}
    service.stream(
        {**base, "voices": [{"index": 0, "piece": {"role": "fox", "said": "He"}}]},
        {**base, "voices": [{"index": 0, "piece": {"said": "llo"}, "ended": "here"}]},
        "THE END",
    )
    with client.stories.retellings.create(story="1", live=True) as stream:
        assert list(stream.text_deltas()) == ["He", "llo"]
        reply = stream.final()
    voice = {"index": 0, "words": {"role": "fox", "said": "Hello"}, "ended": "here"}
    assert reply.to_dict() == {**base, "form": "retelling", "voices": [voice]}
    assert (reply.output_text, reply.created, reply.problems) == ("Hello", MIDNIGHT, [])


CALLS: list[tuple[str, int, Callable[[Any], Any]]] = [
    ("GET /books", 200, lambda client: client.books.search(q="x", x_reader_id="r1", genre=["crime"], available=True)),
    ("POST /books", 201, lambda client: client.books.add(**NEW)),
    ("GET /books/3", 200, lambda client: client.books.read(book_id=3)),
    ("PUT /books/3", 200, lambda client: client.books.replace(book_id=3, **NEW)),
    ("DELETE /books/3", 204, lambda client: client.books.import_(book_id=3, if_match="*")),
    ("GET /books/newest", 200, lambda client: client.books.newest()),
    ("GET /books/3/holders", 200, lambda client: client.books.list(book_id=3)),
    ("GET /rooms/x y/shelves/north", 200, lambda client: client.reading_rooms.shelf(room_name="x y", shelf_no="north")),
    ("GET /rooms/plan", 200, lambda client: client.reading_rooms.plan()),
    ("POST /stories", 200, lambda client: client.stories.tell(about="a fox")),
    ("POST /stories/retellings", 200, lambda client: client.stories.retellings.create(story="1")),
]


def test_the_test_server_serves_every_operation(library: ModuleType) -> None:
    async def call_all(url: str) -> list[Any]:
        async with library.AsyncClient(base_url=url) as client:
            return [await call(client) for _line, _status, call in CALLS]

    with library.testing.serve() as service, library.Client(base_url=service.url) as client:
        replies = [call(client) for _line, _status, call in CALLS]
        replies += asyncio.run(call_all(service.url))
        assert client.stories.retellings is client.stories.retellings
        seen = [(f"{call.method} {call.path}".replace("%20", " "), call.status) for call in service.requests]
    assert seen == [(line, status) for line, status, _call in CALLS] * 2
    assert [getattr(reply, "problems", []) for reply in replies] == [[]] * len(replies)


@pytest.fixture
def run(library_package: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command of the package, under a name of its own."""
    shutil.copytree(library_package, tmp_path / "village_library")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "village_library", "run", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    return run


def test_the_command_has_the_name_and_the_operations_of_the_document(
    run: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    text = run("--help").stdout
    assert text.startswith("usage: python -m village_library run ")
    assert "{books.add,books.replace,stories.tell,stories.retellings.create}" in text
    assert "--budget" not in text
    assert "token" not in text.partition("exit status:")[0]


def test_the_command_calls_an_operation_with_the_fields_and_parameters_of_each_line(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, library: ModuleType
) -> None:
    (tmp_path / "books.jsonl").write_text(json.dumps({"bookId": 7, **NEW}), encoding="utf-8")
    with library.testing.serve() as service:
        options = ["--operation", "books.replace", "--journal", "books.db", "--base-url", service.url]
        done = run("books.jsonl", *options)
        assert done.returncode == 0, done.stderr
        assert [(sent.method, sent.path, sent.json) for sent in service.requests] == [("PUT", "/books/7", NEW)]
    assert json.loads(done.stdout)["outcome"] == "answered"
