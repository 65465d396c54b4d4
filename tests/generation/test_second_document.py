"""Another document needs no change outside of it: second.yaml, generated, imported and called."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.drivers import Blocking, LoopThread
from tests.generation.workshop import part

pytestmark = pytest.mark.generation

BOOK: dict[str, Any] = {
    "id": 7,
    "title": "Walden",
    "genre": "essay",  # a value that the document does not know yet
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


class Service:
    """Answers with what it is told to, and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answer = httpx.Response(200, json={})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer

    @property
    def last(self) -> httpx.Request:
        """The request that came last."""
        return self.requests[-1]


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture(params=["sync", "async"])
def client(request: pytest.FixtureRequest, library: ModuleType, service: Service) -> Iterator[Any]:
    """Each of the two clients in turn, in front of the service above."""
    options = {"base_url": "http://library.test/api/v2", "transport": httpx.MockTransport(service)}
    if request.param == "sync":
        with library.Client(**options) as client:
            yield client
    else:
        loop = LoopThread()
        with Blocking(library.AsyncClient(**options), loop.run) as client:
            yield client
        loop.close()


def test_parameters_go_where_the_document_says(client: Any, service: Service) -> None:
    service.answer = httpx.Response(200, json={"items": [BOOK], "nextPage": None})
    since = datetime(2026, 11, 23, tzinfo=timezone.utc)
    page = client.books.search(
        q="a&b c",
        x_reader_id="r12",
        genre=["crime", "verse"],
        available=False,
        class_="lending",
        since=since,
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


def test_what_the_caller_does_not_give_is_not_sent(client: Any, service: Service) -> None:
    """`pageSize` has a default of 20 and `available` one of true: those are the service's concern."""
    service.answer = httpx.Response(200, json={"items": []})
    client.books.search(q="x", x_reader_id="r1")
    assert service.last.url.query == b"q=x"
    assert "x-trace" not in service.last.headers
    service.answer = httpx.Response(200, json={"chapters": []})
    client.stories.tell(about="a fox")
    assert json.loads(service.last.content) == {"about": "a fox"}


def test_path_parameters_are_one_segment_each(client: Any, service: Service) -> None:
    service.answer = httpx.Response(200, json={"name": "A", "shelves": []})
    client.reading_rooms.shelf(room_name="a/b ?", shelf_no="south")
    assert service.last.url.raw_path == b"/api/v2/rooms/a%2Fb%20%3F/shelves/south"


def test_a_body_is_made_of_what_was_given(client: Any, service: Service, library: ModuleType) -> None:
    types = part(library, "types")
    service.answer = httpx.Response(201, json=BOOK)
    reply = client.books.add(
        title="Walden",
        authors=("H. D. Thoreau",),
        kind="book",
        from_=None,
        acquired_at=datetime(2026, 11, 23, 0, 0, 0, 500_000, tzinfo=timezone.utc),
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
        "title": "Walden",
        "authors": ["H. D. Thoreau"],
        "kind": "book",
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


def test_put_has_a_path_and_a_body(client: Any, service: Service) -> None:
    service.answer = httpx.Response(200, json=BOOK)
    reply = client.books.replace(book_id=7, **NEW)
    assert (service.last.method, service.last.url.path) == ("PUT", "/api/v2/books/7")
    assert json.loads(service.last.content) == NEW
    assert reply.title == "Walden"


def test_delete_answers_without_a_body(client: Any, service: Service) -> None:
    """Its id ends in a word that Python keeps for itself."""
    service.answer = httpx.Response(204)
    answer = client.books.import_(book_id=7, if_match='"e1"', dry_run=True)
    assert (service.last.method, service.last.url.raw_path) == ("DELETE", b"/api/v2/books/7?dry-run=true")
    assert service.last.headers["if-match"] == '"e1"'
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_reply_is_decoded_field_by_field(client: Any, service: Service, library: ModuleType) -> None:
    types = part(library, "types")
    service.answer = httpx.Response(200, json=BOOK)
    book = client.books.read(book_id=7)
    assert type(book) is types.Book
    assert book.genre == "essay"
    assert book.stars is None
    assert book.acquired_at == datetime(2026, 11, 23, tzinfo=timezone.utc)
    assert book.lent_to == types.Person(name="Rosa", born=1871)
    assert book.covers[0] == types.Colour(cover_type="colour", rgb=[0, 128, 255])
    assert type(book.covers[1]) is types.Unknown
    assert book.covers[1].weave == "plain"
    assert book.prices == {"new": types.Price(amount=12.5, currency="EUR"), "used": None}
    assert book.grid == [[1, 2.5], []]
    assert book.note == types.Note(text="torn", by=None) or book.note.to_dict() == {"text": "torn", "by": None}
    assert (book.class_, book.list_, book.field_links) == ("b", ["to read"], {"self": "/books/7"})
    assert book.to_dict() == BOOK
    assert book.problems == []


def test_departures_are_listed_with_their_places(client: Any, service: Service) -> None:
    service.answer = httpx.Response(200, json={"chapters": [{"number": "one"}]})
    story = client.stories.tell(about="a fox")
    found = [(problem.pointer, problem.rule) for problem in story.problems]
    assert sorted(found) == [("/chapters/0/number", "type"), ("/chapters/0/plainText", "required")]
    assert [(p.pointer, p.rule) for p in story.chapters[0].problems] == [
        ("/plainText", "required"),
        ("/number", "type"),
    ]


def test_an_answer_can_be_a_list(client: Any, service: Service, library: ModuleType) -> None:
    types = part(library, "types")
    data = [{"name": "Rosa", "born": 1871}, {"name": "Readers", "seat": "Ulm"}, {"name": "?"}]
    service.answer = httpx.Response(200, json=data, headers={"x-total": "3"})
    holders = client.books.list(book_id=7)
    assert [type(holder) for holder in holders] == [types.Person, types.Society, types.Unknown]
    assert (len(holders), holders[1].seat) == (3, "Ulm")
    assert holders.http.headers["x-total"] == "3"
    assert holders.to_list() == data
    assert [problem.pointer for problem in holders.problems] != []
    service.answer = httpx.Response(200, json=[[1, 2], [3]])
    assert client.reading_rooms.plan() == [[1, 2], [3]]


def test_a_list_that_is_none_is_refused(client: Any, service: Service, library: ModuleType) -> None:
    service.answer = httpx.Response(200, json={"books": []})
    with pytest.raises(library.ReplyDecodeError, match="not a documented reply"):
        client.reading_rooms.plan()


def test_a_schema_can_contain_itself(client: Any, service: Service, library: ModuleType) -> None:
    types = part(library, "types")
    data = {"name": "A", "shelves": [{"name": "B", "shelves": [], "above": {"name": "C", "shelves": []}}]}
    service.answer = httpx.Response(200, json=data)
    shelf = client.reading_rooms.shelf(room_name="x", shelf_no="north")
    assert type(shelf.shelves[0].above) is types.Shelf
    assert shelf.shelves[0].above.name == "C"
    assert shelf.to_dict() == data


@pytest.mark.parametrize(
    ("call", "fields", "problem"),
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
def test_requests_are_held_against_the_document(
    client: Any, service: Service, library: ModuleType, call: str, fields: dict[str, Any], problem: str
) -> None:
    with pytest.raises(library.RequestValidationError) as caught:
        getattr(client.books, call)(**fields)
    assert problem in [one.pointer for one in caught.value.problems]
    assert not service.requests


EVENTS: list[dict[str, Any]] = [
    {"is": "opening", "teller": "Rosa"},
    {"is": "sentence", "spokenWords": {"0th": "Once "}},
    {"is": "applause", "loud": True},
    {"is": "cough"},
    {"is": "rain", "hours": 3},
    {"is": "sentence", "spokenWords": {"0th": "upon a time."}},
]
ENDING = {"is": "ending", "wholeStory": {"chapters": [{"number": 1, "plainText": "Once upon a time."}]}}


def stream_of(*events: Any) -> httpx.Response:
    """An answer of server-sent events."""
    data = [event if isinstance(event, str) else json.dumps(event) for event in events]
    text = "".join(f"data: {one}\n\n" for one in data)
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=text)


def test_a_stream_has_its_own_words(client: Any, service: Service, library: ModuleType) -> None:
    types = part(library, "types")
    service.answer = stream_of(*EVENTS, ENDING)
    with client.stories.tell(about="a fox", live=True) as stream:
        events = list(stream)
        story = stream.final()
    assert json.loads(service.last.content) == {"about": "a fox", "live": True}
    kinds = ["Opening", "Sentence", "Applause", "Cough", "Unknown", "Sentence", "Ending"]
    assert [type(event) for event in events] == [getattr(types, kind) for kind in kinds]
    assert [event.to_dict() for event in events] == [*EVENTS, ENDING]
    assert type(story) is types.Story
    assert story.output_text == "Once upon a time."


def test_the_text_of_a_stream_stands_where_the_document_says(client: Any, service: Service) -> None:
    service.answer = stream_of(*EVENTS, ENDING)
    with client.stories.tell(about="a fox", live=True) as stream:
        assert list(stream.text_deltas()) == ["Once ", "upon a time."]


def test_an_end_marker_alone_does_not_make_a_reply(client: Any, service: Service, library: ModuleType) -> None:
    service.answer = stream_of(*EVENTS, "THE END")
    with client.stories.tell(about="a fox", live=True) as stream:
        with pytest.raises(library.StreamInterruptedError):
            stream.final()
        assert stream.partial_text == "Once upon a time."


def test_words_of_the_generated_code_are_free_for_fields(client: Any, service: Service) -> None:
    """`values` and `given` are such words."""
    service.answer = httpx.Response(200, json={"chapters": []})
    client.stories.tell(about="x", values=["a"], given="b")
    assert json.loads(service.last.content) == {"about": "x", "values": ["a"], "given": "b"}


def test_words_of_the_generated_classes_get_an_underscore(client: Any, service: Service) -> None:
    """As attributes `property` and `str` would hide what the code below them needs."""
    service.answer = httpx.Response(200, json={"chapters": [], "property": "p", "classmethod": 1, "str": None})
    story = client.stories.tell(about="x")
    assert (story.property_, story.classmethod_, story.str_) == ("p", 1, None)
    assert type(story).from_dict(story.to_dict()) == story


def test_no_token_is_wanted_where_none_is_described(client: Any, service: Service) -> None:
    service.answer = httpx.Response(200, json=[])
    client.reading_rooms.plan()
    assert "authorization" not in service.last.headers


CALLS: list[tuple[str, Callable[[Any], Any]]] = [
    ("GET /books", lambda client: client.books.search(q="x", x_reader_id="r1", genre=["crime"], available=True)),
    ("POST /books", lambda client: client.books.add(**NEW)),
    ("GET /books/3", lambda client: client.books.read(book_id=3)),
    ("PUT /books/3", lambda client: client.books.replace(book_id=3, **NEW)),
    ("DELETE /books/3", lambda client: client.books.import_(book_id=3, if_match="*")),
    ("GET /books/newest", lambda client: client.books.newest()),
    ("GET /books/3/holders", lambda client: client.books.list(book_id=3)),
    ("GET /rooms/x%20y/shelves/north", lambda client: client.reading_rooms.shelf(room_name="x y", shelf_no="north")),
    ("GET /rooms/plan", lambda client: client.reading_rooms.plan()),
    ("POST /stories", lambda client: client.stories.tell(about="a fox")),
]


def test_every_operation_is_served_by_the_embedded_service(library: ModuleType) -> None:
    testing = part(library, "testing")

    async def call_all(url: str) -> list[Any]:
        async with library.AsyncClient(base_url=url) as client:
            return [await call(client) for _line, call in CALLS]

    with testing.serve() as service, library.Client(base_url=service.url) as client:
        replies = [call(client) for _line, call in CALLS]
        replies += asyncio.run(call_all(service.url))
        seen = [(request.method, request.path, request.status) for request in service.requests]
    statuses = [200, 201, 200, 200, 204, 200, 200, 200, 200, 200]
    expected = [
        (*line.replace("%20", " ").split(" ", 1), status) for (line, _), status in zip(CALLS, statuses, strict=True)
    ]
    assert [(method, path.replace("%20", " "), status) for method, path, status in seen] == expected * 2
    assert [getattr(reply, "problems", []) for reply in replies] == [[]] * len(replies)
