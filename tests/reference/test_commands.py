"""The commands as they are run: arguments, exit statuses, what they print; and once the whole way."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest

from scripts import drift, models
from scripts.reference import reading
from scripts.reference.differences import Difference
from scripts.reference.facts import UnreadableError
from scripts.reference.tables import FORMATS
from tests.reference import pages

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page that differs in a range, and in a name that has what tables are made of."""
    base = pages.with_field(pages.facts(), replace(pages.facts().fields["body.n"], range="1 <= x <= 64"))
    odd = replace(base.fields["reply.object"], enum=("a|b`c<d>",))
    path = tmp_path / "page.txt"
    path.write_text(pages.text(pages.with_field(base, odd)), encoding="utf-8")
    return path


@pytest.fixture
def same(tmp_path: Path) -> Path:
    path = tmp_path / "same.txt"
    path.write_text(pages.text(pages.facts()), encoding="utf-8")
    return path


def test_the_same_page_exits_0(same: Path, capsys: Capture) -> None:
    assert drift.main([str(same)]) == drift.SAME
    reported = capsys.readouterr()
    assert reported.out == ""
    assert "openapi.yaml says the same" in reported.err


def test_another_page_exits_1_with_a_table(page: Path, capsys: Capture) -> None:
    assert drift.main([str(page)]) == drift.DIFFERS
    heading, first, second = capsys.readouterr().out.splitlines()
    assert heading.split() == ["field", "what", "the", "source", "openapi.yaml", "line"]
    assert first.split("  ")[0] == "body.n"
    assert "1 <= x <= 64" in first
    assert "1 <= x <= 128" in first
    assert second.startswith("reply.object")


def test_what_is_no_page_exits_2_with_the_reason(tmp_path: Path, capsys: Capture) -> None:
    assert drift.main([str(tmp_path / "missing")]) == drift.UNREADABLE
    reported = capsys.readouterr()
    assert reported.out == ""
    assert "missing: cannot be opened (No such file or directory)" in reported.err


def test_a_document_that_is_none_exits_2(same: Path, tmp_path: Path, capsys: Capture) -> None:
    for content in ("", "[", "openapi: 3.1.1\n", "openapi: 3.1.1\npaths: {}\n", "paths: 5\n"):
        (tmp_path / "openapi.yaml").write_text(content, encoding="utf-8")
        assert drift.main([str(same), "--document", str(tmp_path / "openapi.yaml")]) == drift.UNREADABLE
        assert capsys.readouterr().err


def test_a_crash_is_neither_a_difference_nor_an_unreadable_page(same: Path, tmp_path: Path) -> None:
    """Python exits with 1 on a traceback, and 1 means that the page differs."""
    (tmp_path / "sitecustomize.py").write_text("import json; json.loads = lambda *_, **__: 1 / 0\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "scripts/drift.py", str(same)]
    done = subprocess.run(command, cwd=pages.ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (os.EX_SOFTWARE, "")
    assert "ZeroDivisionError" in done.stderr


PROGRAMS = {path.name for path in (pages.ROOT / "scripts").glob("*.py")}
OTHERS = {"__init__.py", "crash.py", "mutants.py"}
"""Modules, and a program that needs nothing but Python."""


@pytest.mark.parametrize("program", sorted(PROGRAMS - OTHERS))
def test_without_the_environment_a_program_says_so(program: str) -> None:
    command = [sys.executable, "-S", f"scripts/{program}"]
    done = subprocess.run(command, cwd=pages.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == drift.UNREADABLE
    assert re.fullmatch(r"No module named '\w+': run `make setup`, then use \.venv/bin/python\n", done.stderr)


def test_without_mutmut_the_mutation_tests_say_what_to_run(tmp_path: Path) -> None:
    command = [sys.executable, "-S", "scripts/mutants.py", str(tmp_path / "mutmut")]
    done = subprocess.run(command, cwd=pages.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "run `make mutants`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_is_read_from_standard_input(same: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(same.read_bytes())))
    assert drift.main(["-"]) == drift.SAME


def test_json_is_json_whether_it_differs_or_not(page: Path, same: Path, capsys: Capture) -> None:
    drift.main([str(same), "--format", "json"])
    assert json.loads(capsys.readouterr().out) == {"same": True, "differences": []}
    drift.main([str(page), "--format", "json"])
    reported = json.loads(capsys.readouterr().out)
    assert reported["same"] is False
    assert reported["differences"][0].keys() == {"field", "property", "page", "document", "line"}


def test_nothing_in_a_markdown_table_is_markup() -> None:
    from markdown_it import MarkdownIt

    word = "a | b ` c <script> [d](https://example.com) *e* \\| | `` |"
    rows = [Difference("body.n", "enum", word, "no\nlines", 7), Difference("body.n", "type", "`", "a | b", 8)]
    table = FORMATS["markdown"](rows)
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(table)
    assert html.count("<tr>") == 3
    assert html.count("<td") == 10
    assert not any(tag in html for tag in ("<script", "<a ", "<em>"))
    assert f"<code>{escape(word)}</code>" in html
    assert "<code>no lines</code>" in html
    assert "<code>a | b</code>" in html


def test_without_a_source_the_page_is_read_where_the_vendor_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fetch(where: str) -> str:
        asked.append(where)
        if where.endswith(".md"):
            raise UnreadableError("was answered with HTTP 404")
        return pages.html(pages.facts())

    monkeypatch.setattr(reading, "fetch", fetch)
    assert drift.main([]) == drift.SAME
    tree = pages.document().whole.data
    address = tree["paths"]["/openai/responses"]["post"]["externalDocs"]["url"]
    assert asked == [f"{address}.md", address]


def test_without_a_source_both_reasons_are_reported(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def fetch(where: str) -> str:
        raise UnreadableError("is away")

    monkeypatch.setattr(reading, "fetch", fetch)
    assert drift.main([]) == drift.UNREADABLE
    assert capsys.readouterr().err.count("is away") == 2


def test_the_live_list_is_asked_for_with_the_client(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """`live` goes through the generated client: without a token it says what the client says."""
    for name in ("ACEDATACLOUD_API_TOKEN", "ACEDATACLOUD_API_KEY", "ACEDATA_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert drift.main(["live"]) == drift.UNREADABLE
    assert "the live model list: could not be fetched from the service" in capsys.readouterr().err


def test_the_live_list_of_the_embedded_service_can_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    import acedata_responses
    from acedata_responses import testing

    real = acedata_responses.Client
    monkeypatch.setattr(
        acedata_responses, "Client", lambda: real(token=testing.TOKEN, transport=testing.transport()), raising=False
    )
    found = reading.read("live")
    assert not found.whole
    assert found.fields["body.model"].enum


@pytest.mark.generation
def test_the_whole_way_from_a_page_to_a_generated_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In a copy of this project, with the real generator and the real steps of `make models`."""
    pytest.importorskip("openapi_python_client", reason="openapi-python-client needs Python 3.11")
    for name in (
        *("openapi.yaml", "CHANGELOG.md", "generator-config.yaml", "pyproject.toml"),
        *("templates", "scripts", "generated"),
    ):
        source = pages.ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    (tmp_path / "tests" / "replies").mkdir(parents=True)
    (tmp_path / "tests" / "contract").mkdir()
    (tmp_path / "tests" / "contract" / "test_it.py").write_text(
        "from acedata_responses.types import requests\n\n\n"
        "def test_the_new_name_is_known():\n"
        "    assert 'gpt-9' in str(vars(requests))\n",
        encoding="utf-8",
    )
    listed = pages.facts().fields["body.model"]
    more = replace(listed, enum=("gpt-9", *listed.enum))
    page = tmp_path / "page.html"
    page.write_text(pages.html(pages.with_field(pages.facts(), more)), encoding="utf-8")
    compare = [str(page), "--document", str(tmp_path / "openapi.yaml")]

    monkeypatch.setattr(models, "ROOT", tmp_path)
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "0")
    assert drift.main(compare) == drift.DIFFERS
    assert models.main([str(page)]) == models.DONE
    assert "1 passed" in capfd.readouterr().out
    assert drift.main(compare) == drift.SAME
    package = tmp_path / "generated" / "acedata_responses"
    assert "gpt-9" in (package / "types" / "requests.py").read_text(encoding="utf-8")
    assert models.main([str(page)]) == models.DONE
    assert capfd.readouterr().out.endswith("The model list is up to date.\n")
