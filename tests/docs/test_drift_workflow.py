"""The steps of the daily workflow, run as they stand there, with a stand-in for GitHub."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.reference.plain_yaml import parse_yaml
from tests.docs import pages

WORKFLOW = parse_yaml((pages.ROOT / ".github/workflows/drift.yml").read_text(encoding="utf-8"))

GH = """\
#!/usr/bin/env bash
# `list` finds what $KNOWN names; everything else is written down, with the body that it was given.
if [ "$2" = list ]; then echo "$KNOWN"; exit; fi
echo "$@" >> "$GH_LOG"
for word in "$@"; do if [ -f "$word" ]; then cp "$word" "$GH_LOG.body"; fi; done
"""


class Runner:
    """A clone of a small project with a bare origin, in which the steps of a job are run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clone, self.log = folder, folder / "clone", folder / "gh.log"
        self.environment = {
            **os.environ,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GH_LOG": str(self.log),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "KNOWN": "",
        }
        (folder / "gh").write_text(GH, encoding="utf-8")
        (folder / "gh").chmod(0o755)
        self.git("init", "--quiet", "--bare", "origin", cwd=folder)
        self.git("clone", "--quiet", "origin", "clone", cwd=folder)
        (self.clone / "generated").mkdir()
        (self.clone / ".venv" / "bin").mkdir(parents=True)
        (self.clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
        (self.clone / ".gitignore").write_text(".venv\n", encoding="utf-8")
        for name in ("openapi.yaml", "CHANGELOG.md", "generated/a.py"):
            (self.clone / name).write_text("before\n", encoding="utf-8")
        self.git("add", "--all")
        self.git(
            "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "one"
        )

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=cwd or self.clone, check=True, capture_output=True, text=True
        )
        return done.stdout

    def script(self, name: str, text: str) -> None:
        (self.clone / "scripts").mkdir(exist_ok=True)
        (self.clone / "scripts" / name).write_text(text, encoding="utf-8")

    def run(self, job: str) -> None:
        """The steps of a job that are scripts, apart from setting up."""
        described = WORKFLOW["jobs"][job]
        for step in described["steps"]:
            if "run" in step and step["run"] != "make setup":
                variables = {**described.get("env", {}), **step.get("env", {})}
                environment = {**self.environment, **{name: str(value) for name, value in variables.items()}}
                command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
                subprocess.run(
                    command, cwd=self.clone, env=environment, check=True, stdout=subprocess.DEVNULL
                )

    def told(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def body(self) -> str:
        return Path(f"{self.log}.body").read_text(encoding="utf-8")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.mark.parametrize(
    ("status", "outcome"), [(0, "same"), (1, "differs"), (2, "unreadable"), (3, "unreadable")]
)
def test_the_exit_status_becomes_the_outcome(runner: Runner, status: int, outcome: str) -> None:
    runner.script("drift.py", f"print('| table |'); raise SystemExit({status})")
    runner.script("models.py", "raise SystemExit(1)")
    runner.run("read")
    assert f"outcome={outcome}\n" in (runner.folder / "output").read_text(encoding="utf-8")


@pytest.mark.parametrize("known", ["", "7"])
def test_a_difference_becomes_one_pull_request_with_the_change_and_the_table(
    runner: Runner, known: str
) -> None:
    runner.environment["KNOWN"] = known
    runner.script("drift.py", "print('| `body.model` |'); raise SystemExit(1)")
    runner.script(
        "models.py",
        "open('openapi.yaml', 'w').write('after'); open('generated/b.py', 'w'); print('``` @all')",
    )
    runner.run("read")
    runner.git("reset", "--quiet", "--hard")
    runner.run("propose")
    assert runner.git("diff", "--name-only", "HEAD~1", "origin/drift").split() == [
        "generated/b.py",
        "openapi.yaml",
    ]
    assert ("pr edit 7" if known else "pr create --head drift") in runner.told()
    assert "| `body.model` |" in runner.body()
    assert "\n    ``` @all\n" in runner.body()


def test_a_difference_that_could_not_be_taken_over_is_shown_all_the_same(runner: Runner) -> None:
    runner.script("drift.py", "print('| `body.n` |'); raise SystemExit(1)")
    runner.script("models.py", "import sys; sys.exit('Refused; nothing was changed.')")
    runner.run("read")
    runner.run("propose")
    assert "pr create" in runner.told()
    assert "    Refused; nothing was changed.\n" in runner.body()
    assert runner.git("diff", "--name-only", "HEAD~1", "origin/drift") == ""


@pytest.mark.parametrize("known", ["", "7"])
def test_a_page_that_could_not_be_read_becomes_one_issue(runner: Runner, known: str) -> None:
    runner.environment["KNOWN"] = known
    runner.script("drift.py", "import sys; print('the page breaks off', file=sys.stderr); sys.exit(2)")
    runner.run("read")
    runner.run("report")
    assert (
        "issue edit 7" if known else "issue create --title The vendor's page could not be read"
    ) in runner.told()
    assert "    the page breaks off\n" in runner.body()


def test_the_job_that_runs_code_may_write_nothing() -> None:
    assert WORKFLOW["permissions"] == {}
    assert WORKFLOW["jobs"]["read"]["permissions"] == {"contents": "read"}
    for name in ("propose", "report"):
        scripts = "\n".join(step.get("run", "") for step in WORKFLOW["jobs"][name]["steps"])
        assert "python" not in scripts
        assert "${{" not in scripts
        assert "\n          make " not in scripts
