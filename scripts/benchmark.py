"""Compares the speed and memory of the client with raw httpx, openai, acedatacloud and the stock generated client.

Each client runs in its own environment (created by `make bench`) and calls a server that sends precomputed bytes. The
clients take turns. The table goes to standard output. A full run also writes tools/bench/results.json, from which
`make bench` draws the chart in the README.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import crash

if __name__ == "__main__":
    crash.install()

import certifi
import trustme

from scripts.measuring.figures import Figure, figures, growth
from scripts.measuring.running import Bench
from scripts.measuring.subjects import SUBJECTS
from scripts.openapi.document import load

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "tools" / "bench" / "results.json"
SHOWN = ("httpx again", *(name for name in SUBJECTS if not name.startswith("httpx")))
_LONGEST_GENERATION = 2.5  # seconds
_LARGEST_WHEEL = 100  # KB
_LARGEST_GROWTH = 1.0  # MB
_LARGEST_COST_OF_THE_JOURNAL = 1.0  # ms


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and save the results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="measure less, and write no results")
    parser.add_argument("--only", metavar="TEXT", default="", help="only figures whose name contains TEXT")
    options = parser.parse_args(arguments)
    results = measured(quick=options.quick, only=options.only)
    print(*table(results), sep="\n")
    if not options.quick and not options.only:
        RESULTS.write_text(as_lines(results), encoding="utf-8")
    return 0


def table(results: dict[str, Any]) -> Iterator[str]:
    """Yield a Markdown table with the ratio of each client to httpx and its quartiles, then the other results."""
    yield f"| ratio to httpx | {' | '.join(SHOWN)} | target |"
    yield "|---" * (len(SHOWN) + 2) + "|"
    for figure in results["figures"]:
        ratios = [figure["clients"].get(name, {}).get("ratio") for name in SHOWN]
        cells = ["{median:.3g} ({low:.3g}–{high:.3g})".format(**ratio) if ratio else "–" for ratio in ratios]
        yield f"| {figure['title']} | {' | '.join(cells)} | {figure['target'] or ''} |"
    for other in results["others"]:
        yield f"{other['title']}: {other['value']} {other['unit']} (target: {other['target']})"
    for name, why in results["missing"].items():
        yield f"not measured: {name}: {why}"


def as_lines(results: dict[str, Any]) -> str:
    """Return the results as JSON, with each figure on its own line."""
    figures = ",\n".join(json.dumps(figure, ensure_ascii=False) for figure in results["figures"])
    rest = json.dumps({**results, "figures": None}, indent=1, ensure_ascii=False)
    return rest.replace('"figures": null', f'"figures": [\n{figures}\n ]') + "\n"


def measured(*, quick: bool, only: str) -> dict[str, Any]:
    """Measure everything and return the results."""
    served = what_is_served()
    reply, event = (json.dumps(one) for one in (served["reply"], served["events"][served["repeated"]]))
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        missing = make_packages(folder / "packages")
        make_certificates(folder)
        with Bench(folder, served, missing) as bench:
            for figure in figures(reply, event, quick=quick):
                if only in figure.key:
                    _tell(figure.title)
                    kept = {name: getattr(figure, name) for name in ("key", "title", "by", "target")}
                    found.append({**kept, "clients": bench.figure(figure)})
            others = list(with_journal(bench, quick=quick)) if only in ("", "journal") else []
            if not only:
                others += [*grown(bench, quick=quick), *of_the_repository(folder, quick=quick)]
            return {
                "date": date.today().isoformat(),  # noqa: DTZ011 - the day here
                "machine": machine(),
                "python": platform.python_version(),
                "quick": quick,
                "versions": versions(bench),
                "missing": bench.missing,
                "figures": found,
                "others": others,
            }


def what_is_served() -> dict[str, Any]:
    """Return the document's examples of a response and of a stream, with the index of the delta to repeat."""
    document = load(ROOT / "openapi.yaml").data
    content = document["paths"]["/openai/responses"]["post"]["responses"]["200"]["content"]
    examples = content["application/json"]["examples"].values()
    reply = next(one["value"] for one in examples if one["value"]["object"] == "response")
    streams = content["text/event-stream"]["x-example-events"]
    events = next(stream for stream in streams.values() if "type" in stream[0])
    deltas = [place for place, event in enumerate(events) if event["type"].endswith("output_text.delta")]
    once = [event for place, event in enumerate(events) if place not in deltas[1:]]
    return {"reply": reply, "events": once, "repeated": deltas[0]}


def make_packages(folder: Path) -> dict[str, str]:
    """Make our package and the stock package of openapi-python-client, compiled as if installed.

    Returns:
        The reason why there is no stock package, if the generator rejects the document.
    """
    shutil.copytree(ROOT / "generated", folder, ignore=shutil.ignore_patterns("__pycache__"))
    config = folder / "stock.yaml"
    config.write_text("post_hooks: []\n")
    command = [sys.executable, *"-m openapi_python_client generate --path openapi.yaml --meta none".split()]
    command += ["--config", str(config), "--output-path", str(folder / "stock_client")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    compileall.compile_dir(folder, quiet=1)
    return {"stock": " ".join((done.stdout + done.stderr).split())} if done.returncode else {}


def make_certificates(folder: Path) -> None:
    """Make a certificate for the server, and a CA bundle with those of certifi and of the authority that signed it."""
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    usual = Path(certifi.where()).read_bytes()
    (folder / "trusted.pem").write_bytes(usual + authority.cert_pem.bytes())


def grown(bench: Bench, *, quick: bool) -> Iterator[dict[str, Any]]:
    """Measure how much the memory grows over many events and many calls."""
    for figure in growth(quick=quick):
        _tell(figure.title)
        megabytes = bench.grown("ours", figure)["bytes"] / 1e6
        yield {"title": figure.title, "value": round(megabytes, 2), "unit": "MB", "target": _LARGEST_GROWTH}


def with_journal(bench: Bench, *, quick: bool) -> Iterator[dict[str, Any]]:
    """Measure the overhead of a journal, most of which is writing to the disk, and the time of a recorded answer."""
    times = 50 if quick else 400
    _tell("the journal")
    taken = bench.grown("ours", Figure("journal", "", "journal", {"times": times}))
    added = {by: (taken["sent"][by] - taken["plain"][by]) / times * 1000 for by in ("cpu", "wall")}
    kept = taken["kept"]["wall"] / times * 1000
    for title, value, target in (
        ("a journal adds to a call, in processor time", added["cpu"], _LARGEST_COST_OF_THE_JOURNAL),
        ("a journal adds to a call, with two writes to this disk", added["wall"], "–"),
        ("an answer from the journal", kept, _LARGEST_COST_OF_THE_JOURNAL),
    ):
        yield {"title": title, "value": round(value, 2), "unit": "ms", "target": target}


def of_the_repository(folder: Path, *, quick: bool) -> Iterator[dict[str, Any]]:
    """Measure how long generation takes, and the size of the wheel."""
    _tell("generation and wheel")
    times = 1 if quick else 5
    shutil.copytree(ROOT / "generated", folder / "generated")
    for target, arguments in (("generate", ["--output", str(folder / "generated")]), ("verify", ["--check"])):
        command = [sys.executable, "scripts/generate.py", *arguments]
        seconds = round(statistics.median(_seconds(command) for _ in range(times)), 2)
        yield {"title": f"make {target}", "value": seconds, "unit": "s", "target": _LONGEST_GENERATION}
    build = [sys.executable, *"-m hatchling build --target wheel --directory".split(), str(folder / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    size = next((folder / "dist").glob("*.whl")).stat().st_size
    yield {"title": "the wheel", "value": round(size / 1000, 1), "unit": "KB", "target": _LARGEST_WHEEL}


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    return time.perf_counter() - began


def versions(bench: Bench) -> dict[str, str]:
    """Return the versions of the clients and of the generator."""
    found = {
        subject.package: bench.version(subject, subject.package)
        for name, subject in SUBJECTS.items()
        if name not in bench.missing and subject.environment in ("httpx", "acedatacloud", "openai")
    }
    from importlib.metadata import version

    from acedata_responses import VERSION

    return {"acedata-responses": VERSION, **found, "openapi-python-client": version("openapi-python-client")}


def machine() -> str:
    """Describe the machine: the number and model of its processors, and the operating system."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} × {names[0] if names else platform.processor()}, {platform.system()}"


def _tell(title: str) -> None:
    print(f"measuring: {title}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
