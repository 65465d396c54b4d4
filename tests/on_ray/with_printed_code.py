"""The Ray code on the pages of the documentation runs as printed, on a local cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from acedata_responses import testing
from tests.docs.blocks import ROOT, blocks_of
from tests.drivers import MINIMAL

PAGES = [
    page
    for page in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
    if any(block.language == "py" for block in blocks_of(page))
]
FOLDERS = ("/var/tmp/", "/mnt/shared/")
"""Folders in the code, replaced by a temporary one."""
PROGRAM = "import sys, pathlib; from tests.docs.blocks import run; run(pathlib.Path(sys.argv[1]), 'py')"


@pytest.fixture(scope="module")
def service() -> Iterator[testing.Server]:
    with testing.serve() as server:
        yield server


@pytest.fixture(scope="module")
def environment(service: testing.Server) -> Iterator[dict[str, str]]:
    """The environment of a program: the address of a new cluster, whose workers have the service and the token."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACEDATACLOUD_API_TOKEN", testing.TOKEN)
        patch.setenv("ACEDATACLOUD_BASE_URL", service.url)
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 6, "include_dashboard": False})
        cluster.wait_for_nodes()
    yield {
        **os.environ,
        "ACEDATACLOUD_API_TOKEN": testing.TOKEN,
        "RAY_ADDRESS": cluster.address,
        "PYTHONPATH": str(ROOT),
    }
    cluster.shutdown()


@pytest.mark.filterwarnings("default")  # Ray warns of itself
@pytest.mark.timeout(600)  # workers start slowly
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_code_makes_a_call_for_each_row(
    page: Path, service: testing.Server, environment: dict[str, str], tmp_path: Path
) -> None:
    assert {page.name for page in PAGES} >= {"README.md", "bulk.md"}
    service.clear()
    rows: list[dict[str, Any]] = [
        {"id": number, "request": {**MINIMAL, "input": f"question {number}"}} for number in range(3)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "requests.jsonl").write_text(lines, encoding="utf-8")
    text = page.read_text(encoding="utf-8")
    for folder in FOLDERS:
        text = text.replace(folder, f"{tmp_path}/")
    (tmp_path / page.name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / page.name)]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stderr
    answers = pq.read_table(tmp_path / "answers").to_pylist()
    assert sorted((row["id"], row["outcome"]) for row in answers) == [(n, "answered") for n in range(3)]
    assert sorted(request.json["input"] for request in service.requests) == [
        f"question {number}" for number in range(3)
    ]
