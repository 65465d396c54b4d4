"""Starts the server and the workers, and has them take turns."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .subjects import SUBJECTS, Subject

ROOT = Path(__file__).resolve().parents[2]
_NEW_PROCESS = """\
import json, time
began = time.process_time(), time.perf_counter()
{program}
print(json.dumps({{"cpu": time.process_time() - began[0], "wall": time.perf_counter() - began[1]}}))
"""


@dataclass(frozen=True)
class Figure:
    """A figure: one row of the table.

    Attributes:
        title: The name in the table and in the results.
        method: The method of the worker; `import`, `first` and `first_tls` start a new process instead.
        target: The maximum ratio to httpx that we aim for.
        units: The number of units to divide the time by.
        arguments: The arguments of the method.
        by: The time to compare: `cpu` or `wall`.
    """

    title: str
    method: str
    target: float
    units: int = 1
    arguments: dict[str, Any] = field(default_factory=dict)
    by: str = "cpu"


class Bench:
    """Runs the server and a worker for each client, until the end of the `with` block.

    Attributes:
        versions: The versions of the clients in their environments.
        missing: The clients that cannot be measured, with the reasons.
    """

    def __init__(self, folder: Path, served: dict[str, Any], missing: dict[str, str]) -> None:
        """Start the server and the workers.

        Args:
            folder: The folder with `packages`, `server.pem` and `trusted.pem`.
            served: The configuration of the server.
            missing: The clients that are known to be missing, with the reasons.
        """
        self.versions: dict[str, str] = {}
        self.missing = dict(missing)
        self._folder = folder
        self._processes = ExitStack()
        server = self._start([sys.executable, "-m", "scripts.benchmarking.server"], dict(os.environ))
        port, tls_port = _request(server, {**served, "certificate": str(folder / "server.pem")})
        self._urls = {"first": f"http://127.0.0.1:{port}", "first_tls": f"https://127.0.0.1:{tls_port}"}
        self._workers: dict[str, subprocess.Popen[str]] = {}
        for name, subject in SUBJECTS.items():
            if not _python(subject).exists():
                self.missing.setdefault(name, "its environment is missing: run `make bench`")
            if name not in self.missing:
                command = [str(_python(subject)), "-m", "scripts.benchmarking.worker", name, self._urls["first"]]
                self._workers[name] = self._start(command, self._environment(subject))
                if version := _read_response(self._workers[name]):
                    self.versions[subject.package] = version

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *exception: object) -> None:
        self._processes.close()

    def compare(self, figure: Figure, rounds: int) -> dict[str, Any]:
        """Measure all clients in turns, so that other load on the machine affects them equally.

        Returns:
            For each client the median microseconds per unit, and `ratio`: the median over all rounds, with its
            quartiles, of the client's time divided by that of httpx in the same round. None if it is not supported.
        """
        taken: dict[str, list[Any]] = {name: [] for name in self._workers}
        names = list(self._workers)
        for count in range(rounds + 1):
            for name in names[count % len(names) :] + names[: count % len(names)]:
                seconds = self._measure(name, figure)
                if count:  # the round before the first warms up
                    taken[name].append(seconds)
        return {name: _summary(seconds, taken["httpx"], figure) for name, seconds in taken.items()}

    def measure(self, name: str, method: str, **arguments: Any) -> Any:
        """Measure one client once."""
        return _request(self._workers[name], [method, arguments])

    def _measure(self, name: str, figure: Figure) -> Any:
        if figure.method not in ("import", *self._urls):
            return self.measure(name, figure.method, **figure.arguments)
        subject = SUBJECTS[name]
        program = f"url = {self._urls.get(figure.method)!r}\n{subject.first}"
        if figure.method == "import":
            program = f"import {subject.module}"
        command = [str(_python(subject)), "-c", _NEW_PROCESS.format(program=program)]
        return json.loads(subprocess.check_output(command, env=self._environment(subject), text=True))

    def _environment(self, subject: type[Subject]) -> dict[str, str]:
        """Return the environment variables without proxies, and with the packages and certificates of this run."""
        clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        is_built_from_this_checkout = subject.environment in ("ours", "stock")
        path = str(self._folder / "packages") if is_built_from_this_checkout else ""
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


def _request(process: subprocess.Popen[str], command: Any) -> Any:
    assert process.stdin is not None
    process.stdin.write(json.dumps(command) + "\n")
    process.stdin.flush()
    return _read_response(process)


def _read_response(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"this process stopped, see above: {process.args!r}")
    return json.loads(line)


def _python(subject: type[Subject]) -> Path:
    return ROOT / ".venvs" / f"bench-{subject.environment}" / "bin" / "python"


def _summary(taken: list[Any], base: list[Any], figure: Figure) -> dict[str, Any] | None:
    if None in taken:
        return None
    ratios = [time[figure.by] / reference[figure.by] for time, reference in zip(taken, base, strict=True)]
    low, middle, high = (round(ratio, 3) for ratio in statistics.quantiles(ratios, n=4))
    medians = {
        f"{clock}_us": round(statistics.median(time[clock] for time in taken) / figure.units * 1e6, 2)
        for clock in ("cpu", "wall")
    }
    return {"ratio": {"median": middle, "low": low, "high": high}, **medians}
