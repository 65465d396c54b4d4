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
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import crash

if __name__ == "__main__":
    crash.install()

import certifi
import trustme

from acedata_responses import VERSION
from scripts.benchmarking.bench import Bench, Figure
from scripts.benchmarking.subjects import SUBJECTS
from scripts.openapi.document import load

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "tools" / "bench" / "results.json"
SHOWN = ("httpx again", *(name for name in SUBJECTS if not name.startswith("httpx")))


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and save the results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="measure less, and write no results")
    parser.add_argument("--only", metavar="TEXT", default="", help="only figures whose name contains TEXT")
    options = parser.parse_args(arguments)
    results = measure(quick=options.quick, only=options.only)
    print(*table(results), sep="\n")
    if not options.quick and not options.only:
        RESULTS.write_text(as_lines(results), encoding="utf-8")
    return 0


def table(results: dict[str, Any]) -> Iterator[str]:
    """Yield a Markdown table with the ratio of each client to httpx and its quartiles, then the other results."""
    yield f"| ratio to httpx | {' | '.join(SHOWN)} | target |"
    yield "|---" * (len(SHOWN) + 2) + "|"
    for figure in results["figures"]:
        clients = [figure["clients"].get(name) for name in SHOWN]
        cells = [
            "{median:.3g} ({low:.3g}–{high:.3g})".format(**client["ratio"]) if client else "–" for client in clients
        ]
        yield f"| {figure['title']} | {' | '.join(cells)} | {figure['target']} |"
    for other in results["others"]:
        yield f"{other['title']}: {other['value']} {other['unit']} (target: {other['target']})"
    for name, reason in results["missing"].items():
        yield f"not measured: {name}: {reason}"


def as_lines(results: dict[str, Any]) -> str:
    """Return the results as JSON, with each figure on its own line."""
    figures = ",\n".join(json.dumps(figure, ensure_ascii=False) for figure in results["figures"])
    rest = json.dumps({**results, "figures": None}, indent=1, ensure_ascii=False)
    return rest.replace('"figures": null', f'"figures": [\n{figures}\n ]') + "\n"


def measure(*, quick: bool, only: str) -> dict[str, Any]:
    """Measure everything and return the results."""
    served = what_is_served()
    reply, event = (json.dumps(data) for data in (served["reply"], served["events"][served["repeated"]]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        missing = make_packages(folder / "packages")
        make_certificates(folder)
        with Bench(folder, served, missing) as bench:
            compared = []
            for figure in figures(reply, event, times=40 if quick else 100):
                if only in figure.title:
                    _report(figure.title)
                    clients = bench.compare(figure, rounds=3 if quick else 9)
                    shown = {"title": figure.title, "by": figure.by, "target": figure.target}
                    compared.append({**shown, "clients": clients})
            others = [] if only else [*of_our_client(bench, quick=quick), *of_the_repository(folder, quick=quick)]
            return {
                "date": date.today().isoformat(),  # noqa: DTZ011 - the day here
                "machine": machine(),
                "python": platform.python_version(),
                "quick": quick,
                "versions": {
                    **bench.versions,
                    "acedata-responses": VERSION,
                    "openapi-python-client": version("openapi-python-client"),
                },
                "missing": bench.missing,
                "figures": compared,
                "others": others,
            }


def figures(reply: str, event: str, *, times: int) -> Iterator[Figure]:
    """Return the rows of the table, in order.

    Args:
        reply: The body of a reply.
        event: The data of an event.
        times: The number of calls.
    """
    yield Figure("import", "import", 0.3)
    yield Figure("import, client, first call", "first", 1.0)
    yield Figure("the same over TLS", "first_tls", 1.0)
    yield Figure("a call", "call", 0.75, times, {"times": times})
    yield Figure("a call, 64 at a time", "call_async", 0.5, 320, {"times": 320, "at_once": 64})
    streams = times // 20
    for method, suffix in (("stream", ""), ("stream_async", ", async")):
        for per_chunk, target in ((1, 0.8), (16, 0.6)):
            arguments = {"times": streams, "events": f"400 events, {per_chunk} a chunk"}
            yield Figure(f"an event, {per_chunk} a chunk{suffix}", method, target, streams * 400, arguments)
    yield Figure("from call to first event", "first_event", 0.8, times, {"times": times}, by="wall")
    decoded = 10 * times
    yield Figure("a reply, from bytes", "decode_reply", 1.8, decoded, {"times": decoded, "content": reply})
    yield Figure("an event, from bytes", "decode_event", 1.5, decoded, {"times": decoded, "content": event})


def of_our_client(bench: Bench, *, quick: bool) -> Iterator[dict[str, Any]]:
    """Measure the growth of the memory over many events and many calls, and the overhead of a journal."""
    events, calls, times = (20_000, 5_000, 50) if quick else (200_000, 100_000, 400)
    _report("memory")
    grown = bench.measure("ours", "growth_over_events", events=events) / 1e6
    yield _other(f"growth over {events:,} events, beside their text", grown, "MB", 1.0)
    grown = bench.measure("ours", "growth_over_calls", times=calls) / 1e6
    yield _other(f"growth over {calls:,} calls", grown, "MB", 1.0)
    _report("the journal")
    without, recording, replaying = bench.measure("ours", "journal", times=times)
    added = {by: (recording[by] - without[by]) / times * 1000 for by in ("cpu", "wall")}
    yield _other("a journal adds to a call, in processor time", added["cpu"], "ms", 1.0)
    yield _other("a journal adds to a call, with two writes to this disk", added["wall"], "ms", "–")
    yield _other("a reply from the journal", replaying["wall"] / times * 1000, "ms", 1.0)


def of_the_repository(folder: Path, *, quick: bool) -> Iterator[dict[str, Any]]:
    """Measure how long generation takes, and the size of the wheel."""
    _report("generation and wheel")
    shutil.copytree(ROOT / "generated", folder / "generated")
    for target, arguments in (("generate", ["--output", str(folder / "generated")]), ("verify", ["--check"])):
        command = [sys.executable, "scripts/generate.py", *arguments]
        seconds = statistics.median(_seconds(command) for _ in range(1 if quick else 5))
        yield _other(f"make {target}", seconds, "s", 2.5)
    build = [sys.executable, *"-m hatchling build --target wheel --directory".split(), str(folder / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    yield _other("the wheel", next((folder / "dist").glob("*.whl")).stat().st_size / 1000, "KB", 100)


def _other(title: str, value: float, unit: str, target: float | str) -> dict[str, Any]:
    return {"title": title, "value": round(value, 2), "unit": unit, "target": target}


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    return time.perf_counter() - began


def what_is_served() -> dict[str, Any]:
    """Return the document's examples of a response and of a stream, with the index of the delta to repeat."""
    document = load(ROOT / "openapi.yaml").data
    content = document["paths"]["/openai/responses"]["post"]["responses"]["200"]["content"]
    examples = content["application/json"]["examples"].values()
    reply = next(example["value"] for example in examples if example["value"]["object"] == "response")
    streams = content["text/event-stream"]["x-example-events"]
    events = next(stream for stream in streams.values() if "type" in stream[0])
    delta_indices = [index for index, event in enumerate(events) if event["type"].endswith("output_text.delta")]
    once = [event for index, event in enumerate(events) if index not in delta_indices[1:]]
    return {"reply": reply, "events": once, "repeated": delta_indices[0]}


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


def machine() -> str:
    """Describe the machine: the number and model of its processors, and the operating system."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} × {names[0] if names else platform.processor()}, {platform.system()}"


def _report(title: str) -> None:
    print(f"measuring: {title}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
