"""The code that pages print runs as printed, block after block, against the embedded service."""

from __future__ import annotations

import gc
import re
from importlib.metadata import metadata

import pytest

from acedata_responses import testing
from tests.contract.document import DOCUMENT
from tests.docs.blocks import ROOT, blocks_of, run

PAGES = [ROOT / "README.md", *(page for page in sorted(ROOT.glob("docs/**/*.md")) if any(blocks_of(page)))]
(BASE_URL,) = DOCUMENT["servers"][0]["x-environment"]
TOKEN = DOCUMENT["components"]["securitySchemes"]["bearer"]["x-environment"][0]

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


@pytest.mark.filterwarnings("ignore:.*socket:pytest.PytestUnraisableExceptionWarning")
@by_page
def test_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(TOKEN, testing.TOKEN)
    monkeypatch.setenv("OPENAI_API_KEY", testing.TOKEN)
    with testing.serve() as service:
        monkeypatch.setenv(BASE_URL, service.url)
        monkeypatch.setenv("OPENAI_BASE_URL", f"{service.url}/openai")
        run(page)
        gc.collect()  # not in another test: a page need not close the clients that it shows


@by_page
def test_the_extras_that_a_page_names_exist(page):
    named = set(re.findall(r"acedata-responses\[(\w+)\]", page.read_text(encoding="utf-8")))
    assert named <= set(metadata("acedata-responses").get_all("Provides-Extra") or [])


def test_a_block_that_fails_is_named_by_its_line(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n```python\nanswer = 42\n```\n\n```python\n\nassert answer == 43\n```\n")
    with pytest.raises(AssertionError) as failed:
        run(page)
    assert (failed.traceback[-1].path, failed.traceback[-1].lineno + 1) == (page, 9)
    page.write_text("```sh\nmake no-such-target | cat\n```\n")
    with pytest.raises(AssertionError, match="no-such-target"):
        run(page)
