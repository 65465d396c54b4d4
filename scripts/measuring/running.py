"""Starts the server and the workers, and has them take turns."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from .figures import Figure
from .subjects import SUBJECTS, Subject

ROOT = Path(__file__).resolve().parents[2]
_COLD = """\
import time
began = time.process_time(), time.perf_counter()
{program}
print([time.process_time() - began[0], time.perf_counter() - began[1]])
"""
Result = dict[str, Any]


class Bench:
    """Runs the server and a worker for each client.

    Attributes:
        missing: The clients that cannot be measured, with the reasons.
    """

    def __init__(self, folder: Path, served: dict[str, Any], missing: dict[str, str]) -> None:
        """Start the server and the workers.

        Args:
            folder: The folder with `packages`, `server.pem` and `trusted.pem`.
            served: The configuration of the server.
            missing: The clients that are known to be missing, with the reasons.
        """
        self.missing = dict(missing)
        self._folder = folder
        self._processes = ExitStack()
        self._server = self._start([sys.executable, "-m", "scripts.measuring.server"], dict(os.environ))
        port, tls_port = _asked(self._server, {**served, "certificate": str(folder / "server.pem")})
        self._url = f"http://127.0.0.1:{port}"
        self._tls_url = f"https://127.0.0.1:{tls_port}"
        self._workers: dict[str, subprocess.Popen[str]] = {}
        for name, subject in SUBJECTS.items():
            if not self._python(subject).exists():
                self.missing.setdefault(name, "its environment is missing: run `make bench`")
            if name not in self.missing:
                command = [str(self._python(subject)), "-m", "scripts.measuring.worker", name, self._url]
                self._workers[name] = self._start(command, self._environment(subject))

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *exception: object) -> None:
        self._processes.close()

    def figure(self, figure: Figure) -> dict[str, Result]:
        """Measure a figure for all clients, in turns.

        Returns:
            For each client the median microseconds per unit, and `ratio`, the median of all rounds with its quartiles;
            or what is `missing`.
        """
        rounds: dict[str, list[Result]] = {name: [] for name in self._workers}
        names = list(self._workers)
        for count in range(figure.rounds + 1):
            for name in names[count % len(names) :] + names[: count % len(names)]:
                taken = self._measured(name, figure)
                if count:  # the round before the first warms up
                    rounds[name].append(taken)
        base = rounds["httpx"]
        return {name: _summary(taken, base, figure) for name, taken in rounds.items()}

    def grown(self, name: str, figure: Figure) -> Result:
        """Measure one client once."""
        return dict(_asked(self._workers[name], [figure.method, figure.arguments]))

    def version(self, subject: type[Subject], package: str) -> str:
        """Return the version of a package in the environment of a subject."""
        program = f"from importlib.metadata import version; print(version({package!r}))"
        return self._run(subject, program)

    def _measured(self, name: str, figure: Figure) -> Result:
        if figure.method in ("imports", "first", "first_tls"):
            return self._cold(SUBJECTS[name], figure)
        worker, question = self._workers[name], [figure.method, figure.arguments]
        if not figure.counts_connections:
            return dict(_asked(worker, question))
        # Idle connections last 5 s, and the last turn may be longer ago than that.
        _asked(worker, [figure.method, {**figure.arguments, "times": figure.arguments["at_once"]}])
        before = self._connections()
        return {**_asked(worker, question), "connections": self._connections() - before - 1}

    def _cold(self, subject: type[Subject], figure: Figure) -> Result:
        """Measure a new process, without the startup of Python itself."""
        url = self._tls_url if figure.method == "first_tls" else self._url
        program = f"import {subject.module}" if figure.method == "imports" else f"url = {url!r}\n{subject.first}"
        cpu, wall = json.loads(self._run(subject, _COLD.format(program=program)))
        return {"cpu": cpu, "wall": wall}

    def _run(self, subject: type[Subject], program: str) -> str:
        command = [str(self._python(subject)), "-c", program]
        environment = self._environment(subject)
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.strip()

    def _connections(self) -> int:
        with urllib.request.urlopen(self._url) as answer:  # noqa: S310 - our own server
            return int(answer.read())

    def _python(self, subject: type[Subject]) -> Path:
        return ROOT / ".venvs" / f"bench-{subject.environment}" / "bin" / "python"

    def _environment(self, subject: type[Subject]) -> dict[str, str]:
        """Return the environment variables without proxies, and with the packages and certificates just made."""
        clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        made_here = subject.environment in ("ours", "stock")
        path = str(self._folder / "packages") if made_here else ""
        return {**clean, "PYTHONPATH": path, "SSL_CERT_FILE": str(self._folder / "trusted.pem")}

    def _start(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
        return self._processes.enter_context(_process(command, environment))


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
        try:
            yield process
        finally:
            process.terminate()


def _asked(process: subprocess.Popen[str], question: Any) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise SystemExit(f"this process stopped, see above: {process.args!r}")
    return json.loads(answer)


def _summary(rounds: list[Result], base: list[Result], figure: Figure) -> Result:
    if "missing" in rounds[0]:
        return rounds[0]
    low, middle, high = statistics.quantiles(
        [one[figure.by] / other[figure.by] for one, other in zip(rounds, base, strict=True)], n=4
    )
    result: Result = {"ratio": {"median": round(middle, 3), "low": round(low, 3), "high": round(high, 3)}}
    for time in ("cpu", "wall"):
        result[f"{time}_us"] = round(statistics.median(one[time] for one in rounds) / figure.units * 1e6, 2)
    if figure.counts_connections:
        result["new_connections"] = round(statistics.median(one["connections"] for one in rounds))
    return result
