"""The commands `drift` and `models` as they are run: arguments, exit statuses, output; and once the whole way."""

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
from markdown_it import MarkdownIt

from scripts import drift, models
from scripts.reference import reading
from scripts.reference.differences import FORMATS, Difference
from scripts.reference.facts import UnreadableError
from tests.reference import pages

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def same(tmp_path: Path) -> Path:
    """A page that does not differ."""
    path = tmp_path / "same.txt"
    path.write_text(pages.text(pages.facts()), encoding="utf-8")
    return path


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page that differs in a range."""
    base = pages.with_field(pages.facts(), replace(pages.facts().fields["body.n"], range="1 <= x <= 64"))
    path = tmp_path / "page.txt"
    path.write_text(pages.text(base), encoding="utf-8")
    return path


def test_drift_exits_with_0_if_nothing_differs(same: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert drift.main([str(same)]) == drift.SAME
    reported = capsys.readouterr()
    assert reported.out == ""
    assert "fields compared, no differences." in reported.err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(same.read_bytes())))
    assert drift.main(["-", "--format", "json"]) == drift.SAME
    assert json.loads(capsys.readouterr().out) == {"same": True, "differences": []}


def test_drift_exits_with_1_and_prints_a_table_if_something_differs(page: Path, capsys: Capture) -> None:
    assert drift.main([str(page)]) == drift.DIFFERS
    heading, row = capsys.readouterr().out.splitlines()
    assert re.split("  +", heading) == ["field", "what", "the source", "openapi.yaml", "line"]
    *cells, line = re.split("  +", row)
    assert cells == ["body.n", "range", "1 <= x <= 64", "1 <= x <= 128"]
    assert drift.main([str(page), "--format", "json"]) == drift.DIFFERS
    names = ("field", "property", "page", "document")
    expected = {**dict(zip(names, cells, strict=True)), "line": int(line)}
    assert json.loads(capsys.readouterr().out) == {"same": False, "differences": [expected]}


def test_drift_exits_with_2_and_the_reason_if_the_source_or_the_document_cannot_be_read(
    same: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert drift.main([str(tmp_path / "missing")]) == drift.UNREADABLE
    reported = capsys.readouterr()
    assert reported.out == ""
    assert "missing: cannot be opened (No such file or directory)" in reported.err
    document = tmp_path / "openapi.yaml"
    for content in ("", "[", "openapi: 3.1.1\n", "openapi: 3.1.1\npaths: {}\n", "paths: 5\n"):
        document.write_text(content, encoding="utf-8")
        assert drift.main([str(same), "--document", str(document)]) == drift.UNREADABLE
        assert capsys.readouterr().err


def test_a_crash_has_a_separate_exit_status(same: Path, tmp_path: Path) -> None:
    """Python exits with 1 after a traceback, and 1 means that the page differs."""
    (tmp_path / "sitecustomize.py").write_text("import json; json.loads = lambda *_, **__: 1 / 0\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "scripts/drift.py", str(same)]
    done = subprocess.run(command, cwd=pages.ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (os.EX_SOFTWARE, "")
    assert "ZeroDivisionError" in done.stderr


NEEDS_NOTHING = {"__init__.py", "crash.py", "mutants.py"}
"""Modules, and a program that needs only Python."""


@pytest.mark.parametrize(
    "program", sorted({path.name for path in (pages.ROOT / "scripts").glob("*.py")} - NEEDS_NOTHING)
)
def test_a_program_outside_of_the_environment_says_to_run_make_setup(program: str) -> None:
    command = [sys.executable, "-S", f"scripts/{program}"]
    done = subprocess.run(command, cwd=pages.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == drift.UNREADABLE
    assert re.fullmatch(r"No module named '\w+': run `make setup`, then use \.venv/bin/python\n", done.stderr)


def test_the_mutation_tests_without_mutmut_say_to_run_make_mutants(tmp_path: Path) -> None:
    command = [sys.executable, "-S", "scripts/mutants.py", str(tmp_path / "mutmut")]
    done = subprocess.run(command, cwd=pages.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "run `make mutants`" in done.stderr
    assert "Traceback" not in done.stderr


def test_values_in_a_markdown_table_are_not_interpreted_as_markup() -> None:
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


def test_the_default_source_is_the_page_on_the_website_as_markdown_or_else_html(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    fetched = []
    stored = {address: pages.html(pages.facts())} if (address := pages.document().address) else {}

    def fetch(where: str) -> str:
        fetched.append(where)
        if where not in stored:
            raise UnreadableError("returned HTTP 404")
        return stored[where]

    monkeypatch.setattr(reading, "fetch", fetch)
    assert drift.main([]) == drift.SAME
    assert fetched == [f"{address}.md", address]
    stored.clear()
    assert drift.main([]) == drift.UNREADABLE
    assert capsys.readouterr().err.count("returned HTTP 404") == 2


def test_the_live_source_is_the_model_list_of_the_service(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    import acedata_responses
    from acedata_responses import testing

    for name in ("ACEDATACLOUD_API_TOKEN", "ACEDATACLOUD_API_KEY", "ACEDATA_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert drift.main(["live"]) == drift.UNREADABLE
    assert "the live model list: could not be fetched from the service" in capsys.readouterr().err
    client = acedata_responses.Client(token=testing.TOKEN, transport=testing.transport())
    monkeypatch.setattr(acedata_responses, "Client", lambda: client, raising=False)
    facts = reading.read("live")
    assert not facts.is_complete
    assert facts.fields["body.model"].enum


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
    test = (
        "from acedata_responses.types import requests\n\n\n"
        "def test_the_new_name_is_known():\n"
        "    assert 'gpt-9' in str(vars(requests))\n"
    )
    listed = pages.facts().fields["body.model"]
    more = replace(listed, enum=("gpt-9", *listed.enum))
    html = pages.html(pages.with_field(pages.facts(), more))
    page = pages.write(tmp_path, {"tests/contract/test_it.py": test, "page.html": html}) / "page.html"
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
