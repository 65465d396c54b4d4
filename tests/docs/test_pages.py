"""The code on the pages of the documentation runs as printed, and the classes and extras that they name exist."""

from __future__ import annotations

import builtins
import gc
import re
from importlib import import_module
from importlib.metadata import metadata

import pytest

from acedata_responses import testing
from tests.contract.document import DOCUMENT
from tests.docs.blocks import ROOT, blocks_of, run

PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
WITH_CODE = [page for page in PAGES if any(blocks_of(page))]
(BASE_URL,) = DOCUMENT["servers"][0]["x-environment"]
TOKEN = DOCUMENT["components"]["securitySchemes"]["bearer"]["x-environment"][0]
MODULES = "bulk errors functions hooks journal limits otel parsing ray testing types usage".split()
OF_OTHER_PACKAGES = {"Annotated", "AsyncOpenAI", "OpenAI"}


@pytest.mark.filterwarnings("ignore:.*socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_code_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(TOKEN, testing.TOKEN)
    monkeypatch.setenv("OPENAI_API_KEY", testing.TOKEN)
    with testing.serve() as service:
        monkeypatch.setenv(BASE_URL, service.url)
        monkeypatch.setenv("OPENAI_BASE_URL", f"{service.url}/openai")
        run(page)
        gc.collect()  # a page need not close the clients that it shows


def test_the_classes_and_extras_that_pages_name_exist():
    modules = [import_module(f"acedata_responses{name}") for name in ["", *(f".{name}" for name in MODULES)]]
    known = {name for module in modules for name in getattr(module, "__all__", dir(module))}
    known |= set(dir(builtins)) | OF_OTHER_PACKAGES
    extras = set(metadata("acedata-responses").get_all("Provides-Extra") or [])
    unknown = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
        classes = set(re.findall(r"`([A-Z][a-z]+[A-Za-z]*)\b(?!-)", prose)) - known
        for name in classes | set(re.findall(r"acedata-responses\[(\w+)\]", text)) - extras:
            unknown[name] = page.relative_to(ROOT)
    assert unknown == {}


def test_a_block_that_fails_is_named_by_its_line(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n```python\nanswer = 42\n```\n\n```python\n\nassert answer == 43\n```\n")
    with pytest.raises(AssertionError) as failed:
        run(page)
    assert (failed.traceback[-1].path, failed.traceback[-1].lineno + 1) == (page, 9)
    page.write_text("```sh\nmake no-such-target | cat\n```\n")
    with pytest.raises(AssertionError, match="no-such-target"):
        run(page)
