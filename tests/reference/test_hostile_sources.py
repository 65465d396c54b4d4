"""Whatever a source holds, reading it ends soon, in facts or in one clear error, and does nothing else."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts.reference import source
from scripts.reference.facts import Facts, UnreadableError
from scripts.reference.reading import from_names, parse, read
from tests.reference import pages

SOON = 20.0
"""Seconds of work; what is tried here takes far less, unless it takes forever."""


def laughs(levels: int, width: int = 9) -> str:
    rows = ["l0: &l0 [x, x, x]"]
    rows += [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * width)}]" for i in range(1, levels)]
    return "openapi: 3.1.0\n" + "\n".join(rows) + "\npaths: *l1\n"


PAIRS = "".join(f"b{i}: &b{i} {{p: *b{i - 1}, q: *b{i - 1}}}\n" for i in range(1, 60))
HEAD = "POST\n/\nx\nt\ncurl --request POST \\\n--url https://a/x\n"


def with_body(schema: object, **others: object) -> str:
    """A document whose operation takes this body."""
    body = {"content": {"a/b": {"schema": schema}}}
    return json.dumps({"openapi": "3.1.0", "paths": {"/x": {"post": {"requestBody": body}}}, **others})


HOSTILE = {
    "billion laughs": laughs(12),
    "laughs in mappings": f"openapi: 3.1.0\nb0: &b0 {{x: y}}\n{PAIRS}paths: *b59\n",
    "a list within itself": "openapi: 3.1.0\npaths: &a [*a]\n",
    "a mapping within itself": "openapi: 3.1.0\npaths: &a {x: *a}\n",
    "merged keys": "openapi: 3.1.0\nbase: &b {a: 1}\npaths: {<<: *b}\n",
    "an object": "openapi: 3.1.0\npaths: !!python/object/apply:os.system ['touch hacked']\n",
    "a tag": "openapi: 3.1.0\npaths: !include /etc/passwd\n",
    "deep yaml": "openapi: 3.1.0\npaths: " + "[" * 800,
    "much yaml": "openapi: 3.1.0\n" + "a: b\n" * 300_000,
    "deep block yaml": "openapi: 3.1.0\n" + "".join("  " * i + "a:\n" for i in range(300)),
    "deep json": "{" + '"a":{' * 20000,
    "deep json list": '{"openapi": ' + "[" * 200000,
    "a huge number": '{"openapi": "3.1.0", "paths": ' + "9" * 10000 + "}",
    "a huge yaml number": "openapi: 3.1.0\npaths: " + "9" * 10000,
    "a reference to itself": with_body({"$ref": "#/c"}, c={"$ref": "#/c"}),
    "references in a ring": with_body({"$ref": "#/a"}, a={"$ref": "#/b"}, b={"$ref": "#/a"}),
    "a list of itself": with_body(
        {"properties": {"a": {"$ref": "#/c"}}}, c={"type": "array", "items": {"$ref": "#/c"}}
    ),
    "a reference elsewhere": with_body({"$ref": "file:///etc/passwd"}),
    "an entity bomb": '<!DOCTYPE html [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]><html>&b;</html>',
    "an outer entity": '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html>&x;</html>',
    "deep html": "<html>" + "<div>" * 100000 + "</html>",
    "open tags": "<html>" + "<a " * 200000 + "</html>",
    "comments": "<html>" + "<!--" * 200000 + "</html>",
    "open headers": "<html>" + "<" * 500000 + "</html>",
    "braces": HEAD + "{\n" + "}\n" * 19000,
    "colons": HEAD + "{\n}\nh\nn\nnumber\n" + "a:\n" * 19000,
    "brackets": HEAD + "{\n}\nh\nn\nnumber\n" + "a:\n[\n" * 9000,
    "quotes": "POST\n/\nx\nt\ncurl '" + "'\n" * 19000,
    "a long line": "POST\n/\nx\n" + ":" * 3_000_000,
    "many lines": "n\nnumber\n" * 1_000_000,
    "many fences": "````yaml\n" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_refused_soon(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    began = time.process_time()
    with pytest.raises(UnreadableError):
        parse(HOSTILE[name], pages.document().wanted)
    assert time.process_time() - began < SOON
    assert list(tmp_path.iterdir()) == []


def test_an_alias_is_refused_with_its_line() -> None:
    with pytest.raises(UnreadableError, match=r"the source:1: an alias repeats this part"):
        parse("openapi: &a {x: [1, 2.5, true]}\npaths: *a\n")


def test_bytes_at_random_are_never_a_page(tmp_path: Path) -> None:
    numbers = random.Random(4)
    page = pages.text(pages.facts()).encode()
    for _ in range(200):
        broken = bytearray(page)
        for _ in range(numbers.randrange(1, 4)):
            broken[numbers.randrange(len(broken))] = numbers.randrange(0x80, 0x100)
        (tmp_path / "page").write_bytes(broken)
        with pytest.raises(UnreadableError):
            read(str(tmp_path / "page"))


def test_text_at_random_ends_in_facts_or_in_one_kind_of_error() -> None:
    numbers = random.Random(5)
    lines = pages.text(pages.facts()).splitlines() + pages.yaml(pages.facts()).splitlines()
    for _ in range(300):
        mixed = "\n".join(numbers.choices(lines, k=numbers.randrange(1, 300)))
        assert pages.outcome(mixed) != "same"


@pytest.mark.parametrize("form", [pages.text, pages.html, pages.markdown])
def test_a_page_with_anything_at_any_place_ends_in_facts_or_in_one_kind_of_error(form: Callable[[Facts], str]) -> None:
    numbers = random.Random(8)
    whole = form(pages.facts())
    junk = [*"[]{}<>'\"\\\n:,x&`-\u2028", "9" * 5000, "null"]
    for _ in range(100):
        at = numbers.randrange(len(whole))
        pages.outcome(whole[:at] + numbers.choice(junk) + whole[at + numbers.randrange(3) :])


def test_a_document_with_anything_at_any_place_ends_in_facts_or_in_one_kind_of_error() -> None:
    numbers = random.Random(6)
    whole = pages.openapi(pages.facts())
    junk = [
        *(None, True, 0, -1.5, "x", "", [], {}, [None], [{}], [["x"]]),
        *({"x": None}, {"$ref": 5}, {"$ref": "#/x"}, {"type": 5}),
    ]
    places = list(_places(whole))
    for place in places:
        for value in numbers.sample(junk, 2):
            tree = json.loads(json.dumps(whole))
            node = tree
            for key in place[:-1]:
                node = node[key]
            node[place[-1]] = value
            pages.outcome(json.dumps(tree))


def _places(node: object, above: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield (*above, key)
        yield from _places(value, (*above, key))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\xff\xfePO", "is not UTF-8"),
        (b"POST\x00\n/\n", "is not text"),
        (b"\x1b[2JPOST", "is not text"),
        (b"x" * (source.LARGEST + 1), "is larger than 4 MiB"),
        (b"{}", "is not an OpenAPI document"),
        (b"[1]", "is not a reference page"),
        (b"hello", "is not a reference page"),
        (b"openapi: 3.1.0\n", "has no paths"),
        (b'{"openapi": "3.1.0", "paths": {}}', "does not have"),
    ],
)
def test_a_file_that_is_no_page_is_refused_with_the_reason(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=rf"page: .*{why}"):
        read(str(path))


@pytest.mark.parametrize("where", ["missing", "", "a\0b", "/", "x" * 5000, "/dev/zero"])
def test_what_is_no_file_is_refused(where: str) -> None:
    with pytest.raises(UnreadableError):
        read(where)


@pytest.mark.parametrize(
    "where", "file:///etc/passwd ftp://example.com/x http://example.com/ https:// http://[::1 data://x".split()
)
def test_only_https_is_used(where: str) -> None:
    with pytest.raises(UnreadableError, match=r"only https|malformed|cannot be"):
        read(where)


@pytest.mark.parametrize("names", [[], [None], ["a", 5]])
def test_what_is_no_list_of_names_is_refused(names: list[object]) -> None:
    with pytest.raises(UnreadableError):
        from_names(names)


Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def site() -> Iterator[dict[str, Answer]]:
    """A web server on this machine: path -> what it does."""
    answers: dict[str, Answer] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.get(self.path, lambda handler: handler.send_error(404))(self)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    answers["url"] = f"http://127.0.0.1:{server.server_port}"  # type: ignore[assignment]
    yield answers
    server.shutdown()
    thread.join()
    server.server_close()


def sends(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_a_page_is_read_from_a_url(site: dict[str, Answer]) -> None:
    site["/page"] = sends(pages.html(pages.facts()).encode())
    site["/old"] = sends(b"", 302, Location="/page")
    assert read(f"{site['url']}/old") == parse(pages.html(pages.facts()))


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://example.com/", "//example.com/x"])
def test_a_redirect_to_elsewhere_is_not_followed(site: dict[str, Answer], where: str) -> None:
    site["/page"] = sends(b"", 302, Location=where)
    with pytest.raises(UnreadableError, match="only https"):
        read(f"{site['url']}/page")


def test_redirects_in_a_ring_end(site: dict[str, Answer]) -> None:
    site["/page"] = sends(b"", 302, Location="/page")
    with pytest.raises(UnreadableError, match="redirects more than 5 times"):
        read(f"{site['url']}/page")


def test_an_error_page_is_no_page(site: dict[str, Answer]) -> None:
    with pytest.raises(UnreadableError, match="HTTP 404"):
        read(f"{site['url']}/gone")


def test_a_download_without_end_is_cut_off_by_size(site: dict[str, Answer]) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        sends(b"")(handler)
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except OSError:
            pass

    site["/page"] = endless
    with pytest.raises(UnreadableError, match="larger than"):
        read(f"{site['url']}/page")


def test_a_download_that_only_drips_is_cut_off_by_time(
    site: dict[str, Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        sends(b"")(handler)
        try:
            for _ in range(100):
                handler.wfile.write(b"x")
                time.sleep(0.01)
        except OSError:
            pass

    site["/page"] = drip
    monkeypatch.setattr(source, "LONGEST", 0.1)
    began = time.monotonic()
    with pytest.raises(UnreadableError, match="took longer"):
        read(f"{site['url']}/page")
    assert time.monotonic() - began < SOON
