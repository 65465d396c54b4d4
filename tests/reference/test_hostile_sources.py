"""Reading any source ends soon, with facts or an UnreadableError, and has no other effect."""

from __future__ import annotations

import functools
import json
import operator
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
"""Seconds of processor time, far more than any case needs that ends at all."""


def laughs(levels: int, width: int = 9) -> str:
    rows = ["l0: &l0 [x, x, x]"]
    rows += [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * width)}]" for i in range(1, levels)]
    return "openapi: 3.1.0\n" + "\n".join(rows) + "\npaths: *l1\n"


PAIRS = "".join(f"b{i}: &b{i} {{p: *b{i - 1}, q: *b{i - 1}}}\n" for i in range(1, 60))
HEAD = "POST\n/\nx\nt\ncurl --request POST \\\n--url https://a/x\n"


def with_body(schema: object, **others: object) -> str:
    """Return a document whose operation takes this body."""
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
        parse(HOSTILE[name], pages.document().selection)
    assert time.process_time() - began < SOON
    assert list(tmp_path.iterdir()) == []


def test_a_page_with_random_bytes_is_unreadable(tmp_path: Path) -> None:
    numbers = random.Random(4)
    page = pages.text(pages.facts()).encode()
    for _ in range(200):
        broken = bytearray(page)
        for _ in range(numbers.randrange(1, 4)):
            broken[numbers.randrange(len(broken))] = numbers.randrange(0x80, 0x100)
        (tmp_path / "page").write_bytes(broken)
        with pytest.raises(UnreadableError):
            read(str(tmp_path / "page"))


def test_lines_in_random_order_never_pass_for_the_page() -> None:
    numbers = random.Random(5)
    lines = pages.text(pages.facts()).splitlines() + pages.yaml(pages.facts()).splitlines()
    for _ in range(300):
        assert pages.outcome("\n".join(numbers.choices(lines, k=numbers.randrange(1, 300)))) != "same"


@pytest.mark.parametrize("form", [pages.text, pages.html, pages.markdown])
def test_a_page_with_a_random_text_inserted_is_read_or_unreadable(form: Callable[[Facts], str]) -> None:
    numbers = random.Random(8)
    whole = form(pages.facts())
    junk = [*"[]{}<>'\"\\\n:,x&`-\u2028", "9" * 5000, "null"]
    for _ in range(100):
        at = numbers.randrange(len(whole))
        pages.outcome(whole[:at] + numbers.choice(junk) + whole[at + numbers.randrange(3) :])


def test_a_document_with_a_random_value_anywhere_is_read_or_unreadable() -> None:
    numbers = random.Random(6)
    whole = json.dumps(pages.openapi(pages.facts()))
    junk = [None, True, 0, -1.5, "x", "", [], {}, [None], [{}], [["x"]], {"x": None}, {"$ref": 5}, {"$ref": "#/x"}]
    for *above, last in _places(json.loads(whole)):
        is_odd = "security" in above  # its entries are names with lists
        for value in junk if is_odd else numbers.sample(junk, 2):
            tree = json.loads(whole)
            functools.reduce(operator.getitem, above, tree)[last] = value
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
def test_a_file_that_is_not_a_page_is_refused_with_the_reason(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=rf"page: .*{why}"):
        read(str(path))


@pytest.mark.parametrize("where", ["missing", "", "a\0b", "/", "x" * 5000, "/dev/zero"])
def test_a_path_that_is_not_a_text_file_is_refused(where: str) -> None:
    with pytest.raises(UnreadableError, match=r"cannot be opened|is larger than"):
        read(where)


@pytest.mark.parametrize(
    "where", "file:///etc/passwd ftp://example.com/x http://example.com/ https:// http://[::1 data://x".split()
)
def test_only_https_is_used(where: str) -> None:
    with pytest.raises(UnreadableError, match=r"only https|cannot be downloaded"):
        read(where)


@pytest.mark.parametrize("names", [[], [None], ["a", 5]])
def test_a_live_list_with_other_values_than_names_is_refused(names: list[object]) -> None:
    with pytest.raises(UnreadableError, match="not a list of model names"):
        from_names(names)


Handle = Callable[[BaseHTTPRequestHandler], None]
Site = tuple[str, dict[str, Handle]]


@pytest.fixture
def site() -> Iterator[Site]:
    """A web server on this machine: its URL, and how it handles each path."""
    handlers: dict[str, Handle] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            handlers.get(self.path, lambda handler: handler.send_error(404))(self)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handlers
        server.shutdown()
        thread.join()


def sends(body: bytes, status: int = 200, **headers: str) -> Handle:
    def handle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return handle


def sends_without_end(piece: bytes, pause: float) -> Handle:
    def handle(handler: BaseHTTPRequestHandler) -> None:
        sends(b"")(handler)
        try:
            while True:
                handler.wfile.write(piece)
                time.sleep(pause)
        except OSError:
            pass

    return handle


def test_a_page_is_read_from_a_url_that_redirects(site: Site) -> None:
    url, handlers = site
    handlers["/page"] = sends(pages.html(pages.facts()).encode())
    handlers["/old"] = sends(b"", 302, Location="/page")
    assert read(f"{url}/old") == parse(pages.html(pages.facts()))


@pytest.mark.parametrize(
    ("where", "why"),
    [
        *((address, "only https") for address in ("file:///etc/passwd", "ftp://127.0.0.1/", "http://example.com/")),
        ("//example.com/x", "only https"),
        ("/page", "redirects more than 5 times"),
        ("/gone", "HTTP 404"),
    ],
)
def test_a_redirect_to_an_unusable_address_is_refused(site: Site, where: str, why: str) -> None:
    url, handlers = site
    handlers["/page"] = sends(b"", 302, Location=where)
    with pytest.raises(UnreadableError, match=why):
        read(f"{url}/page")


@pytest.mark.parametrize(
    ("piece", "pause", "why"), [(b"x" * 65536, 0, "larger than"), (b"x", 0.01, "took longer")], ids=["large", "slow"]
)
def test_a_download_without_end_is_stopped_by_its_size_or_its_time(
    site: Site, monkeypatch: pytest.MonkeyPatch, piece: bytes, pause: float, why: str
) -> None:
    url, handlers = site
    handlers["/page"] = sends_without_end(piece, pause)
    if pause:
        monkeypatch.setattr(source, "LONGEST", 0.1)
    with pytest.raises(UnreadableError, match=why):
        read(f"{url}/page")
