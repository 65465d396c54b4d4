"""Runs mutation tests: makes one change to the code at a time, and checks that a test fails.

mutmut works on a copy in build/mutants. A mutant that no test detects (a survivor) must be explained in
tools/mutants.toml; explanations without a survivor are reported, so that they can be removed.

Exit status: 0 all survivors are explained, 1 some are not, 2 mutmut failed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "mutants"
EXPLAINED = ROOT / "tools" / "mutants.toml"
MODULES = ["retry.py", "sse.py", "_transport/failures.py", "errors.py"]
"""The modules to change: the retry rules, the event decoder, the network failures and the errors."""
TESTS = [
    "client/test_retry.py", "sse/test_sse.py", "sse/test_sse_standard.py", "sse/test_sse_size.py",
    "faults/test_httpx_exceptions.py",
    "faults/test_deadlines_and_retries.py::test_a_timeout_can_be_given_in_each_form",
]  # fmt: skip
"""The tests of these modules, without slow ones."""
SETTINGS = f"""\
[tool.mutmut]
source_paths = ["src"]
only_mutate = {[f"src/**/{name}" for name in MODULES]}
pytest_add_cli_args = ["-p", "no:cacheprovider", "--hypothesis-seed=1", "-k", "not a_retry_imports"]
pytest_add_cli_args_test_selection = {[f"tests/{name}" for name in TESTS]}
use_git_change_detection = false
track_dependencies = false

[tool.pytest]
pythonpath = [".", "src"]
addopts = ["--import-mode=importlib"]
timeout = "60"
"""


class Change(NamedTuple):
    """A change of the code.

    Attributes:
        where: Module, class and function.
        was: The original line.
        now: The changed line.
    """

    where: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.where}\n  - {self.was}\n  + {self.now}"


def prepare() -> None:
    """Make the copy for mutmut, which expects the package in a folder `src`."""
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.copytree(ROOT / "generated", WORK / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests", WORK / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    (WORK / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")


def mutmut(program: Path, *arguments: str) -> list[str]:
    """Run mutmut, which must succeed, and return the lines of its output."""
    done = subprocess.run([str(program), *arguments], cwd=WORK, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def change_of(name: str, shown: list[str]) -> Change:
    """Parse a change as mutmut shows it: a name like `package.module.xǁClassǁmethod__mutmut_3` and a diff."""
    module, _, function = name.partition("__mutmut_")[0].partition(".")[2].partition(".")
    place = function.removeprefix("xǁ").removeprefix("x_").replace("ǁ", ".")
    lines = [line for line in shown if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    was, now = (" ".join(" ".join(line[1:] for line in lines if line[0] == sign).split()) for sign in "-+")
    return Change(f"{module}.{place}", was, now)


def explained() -> dict[Change, str]:
    """Return the explained changes, with their explanations."""
    import tomllib  # Python 3.11

    entries = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["change"]
    return {Change(entry["where"], entry["was"], entry["now"]): entry["why"] for entry in entries}


def main(arguments: list[str] | None = None) -> int:
    """Run mutmut and compare its survivors with the explained ones."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("program", type=Path, help="the path of the mutmut command")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    program = options.program.absolute()
    if not program.is_file():
        parser.error(f"there is no {program}: run `make mutants`, which installs mutmut first")
    prepare()
    run = ("run", "--max-children", str(options.processes))
    try:
        try:
            mutmut(program, *run)
        except subprocess.CalledProcessError:  # it crashed: it continues where it stopped
            mutmut(program, *run)
        lines = mutmut(program, "results", "--all", "true")
        results = [line.strip().split(": ") for line in lines if ": " in line]
        survivors = [change_of(name, mutmut(program, "show", name)) for name, status in results if status == "survived"]
    except subprocess.CalledProcessError as error:
        print(error.stdout[-3000:], error.stderr[-3000:], sep="\n", file=sys.stderr)
        return 2
    reasons = explained()
    unexplained = [change for change in survivors if change not in reasons]
    for change in unexplained:
        print(f"SURVIVED  {change}\n")
    for change in reasons.keys() - set(survivors):
        print(f"explained in tools/mutants.toml, but no longer a survivor:  {change}\n")
    count = sum(status in ("survived", "killed", "timeout") for _name, status in results)
    print(f"{count} mutants, {len(survivors)} survived, {len(unexplained)} of them without an explanation")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
