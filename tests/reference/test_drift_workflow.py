"""The nightly workflow, run for several nights: its own steps, a real repository, and a stand-in for `gh`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.reference import gh, pages

WORKFLOW = YAML(typ="safe").load(pages.ROOT / ".github" / "workflows" / "drift.yml")

DRIFT = """\
# The page is one line of model names and one of other facts. `cut` is no page; `bug` makes this program crash.
import os, sys
page, ours = os.environ["PAGE"], open("openapi.yaml").read()
if page == "bug":
    raise RuntimeError("unforeseen")
if page == "cut":
    print("the page is cut off", file=sys.stderr)
    sys.exit(2)
if page == ours:
    sys.exit(0)
print("| what | the page |")
print("| ---- | `" + " ".join(page.split()) + "` |")
sys.exit(1)
"""

MODELS = """\
import os, sys
names, other = open("openapi.yaml").read().splitlines()
new = os.environ["PAGE"].splitlines()[0]
if new == names:
    sys.exit("``` @all: the model list is up to date")
open("openapi.yaml", "w").write(f"{new}\\n{other}\\n")
open("generated/" + new.split()[-1] + ".py", "w").close()
"""

FIRST = "models a b\nn 1\n"
MORE = "models a b c\nn 1\n"
STILL_MORE = "models a b c d\nn 1\n"
OTHER_FACT = "models a b\nn 2\n"
DIFFERENT = "models a b c\nn 2\n"

pytestmark = pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")


class Nights:
    """A repository with its origin, GitHub's side of it, and the workflow to be run night after night."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.night = folder, 0
        self.maintainer = folder / "maintainer"
        self.state_file = folder / "github.json"
        self.set_state({"pr": [], "issue": []})
        program = folder / "bin" / "gh"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {gh.__file__} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        self.git("init", "--quiet", "--bare", "--initial-branch=main", "origin", cwd=folder)
        self.git("clone", "--quiet", "origin", "maintainer", cwd=folder)
        self.git("switch", "--quiet", "--create", "main")
        files = {"openapi.yaml": FIRST, "CHANGELOG.md": "", "generated/a.py": "", ".gitignore": ".venv\nfound\n"}
        for name, text in {**files, "scripts/drift.py": DRIFT, "scripts/models.py": MODELS}.items():
            self.write(name, text)
        self.commit("first")

    # What the maintainer does

    def write(self, name: str, text: str) -> None:
        path = self.maintainer / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def commit(self, message: str, branch: str = "main") -> str:
        self.git("add", "--all")
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        self.git(*who, "commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        return self.git("rev-parse", "HEAD")

    def check_out(self, branch: str) -> None:
        self.git("fetch", "--quiet", "origin")
        self.git("switch", "--quiet", "--detach", f"origin/{branch}")

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        command = ["git", *arguments]
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"}
        done = subprocess.run(
            command, cwd=cwd or self.maintainer, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    # What is to be seen

    def branches(self) -> list[str]:
        listed = self.git("for-each-ref", "--format=%(refname:short)", "refs/heads", cwd=self.folder / "origin")
        return [name for name in listed.split() if name != "main"]

    def tip(self, branch: str) -> str:
        return self.git("rev-parse", branch, cwd=self.folder / "origin")

    def file(self, branch: str, name: str = "openapi.yaml") -> str:
        return self.git("show", f"{branch}:{name}", cwd=self.folder / "origin") + "\n"

    def is_ancestor(self, old: str, new: str) -> bool:
        origin = self.folder / "origin"
        return self.git("merge-base", old, new, cwd=origin) == self.git("rev-parse", old, cwd=origin)

    @property
    def pulls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.state()["pr"]
        return found

    @property
    def issues(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.state()["issue"]
        return found

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        return found

    def set_state(self, state: dict[str, Any]) -> None:
        self.state_file.write_text(json.dumps(state), encoding="utf-8")

    # The workflow

    def run(self, page: str) -> None:
        """One night: each job in a fresh folder, `found` handed from one to the next."""
        self.night += 1
        outputs = self._job("read", {"PAGE": page})
        for job in ("propose", "report", "close"):
            condition = WORKFLOW["jobs"][job]["if"].replace("||", "or")
            assert WORKFLOW["jobs"][job]["needs"] == "read"
            if eval(condition.replace("needs.read.outputs.outcome", repr(outputs["outcome"]))):
                self._job(job, {"OUTCOME": outputs["outcome"]})

    def _job(self, name: str, known: dict[str, str]) -> dict[str, str]:
        described = WORKFLOW["jobs"][name]
        place = self.folder / f"{self.night}-{name}"
        if any(step.get("uses", "").startswith("actions/checkout@") for step in described["steps"]):
            self.git("clone", "--quiet", "--branch=main", "origin", str(place), cwd=self.folder)
        (place / ".venv" / "bin").mkdir(parents=True)
        (place / ".venv" / "bin" / "python").symlink_to(sys.executable)
        found = self.folder / f"{self.night}-read" / "found"
        if name != "read" and found.exists():
            shutil.copytree(found, place / "found")
        files = {key: place / ".venv" / key for key in ("GITHUB_ENV", "GITHUB_OUTPUT")}
        for file in files.values():
            file.touch()
        outputs: dict[str, str] = {}
        for step in described["steps"]:
            outputs = _pairs(files["GITHUB_OUTPUT"])
            is_wanted = "if" not in step or outputs["outcome"] == "differs"
            if "run" not in step or step["run"] == "make setup" or not is_wanted:
                continue
            own = {**described.get("env", {}), **step.get("env", {})}
            written = {key: str(value) for key, value in own.items() if "${{" not in str(value)}
            environment = {
                **{key: value for key, value in os.environ.items() if not key.startswith(("GIT", "GH_"))},
                **{key: str(file) for key, file in files.items()},
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "GH_STATE": str(self.state_file),
                "GIT_CONFIG_GLOBAL": "/dev/null",
                "GITHUB_RUN_ID": str(1000 + self.night),
                **known,
                **written,
                **_pairs(files["GITHUB_ENV"]),
            }
            shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            subprocess.run(shell, cwd=place, env=environment, check=True, capture_output=True)
        return _pairs(files["GITHUB_OUTPUT"])


def _pairs(file: Path) -> dict[str, str]:
    """The lines `name=value` that steps leave to later ones."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path)


def test_a_difference_becomes_one_pull_request_with_the_change_and_the_table(nights: Nights) -> None:
    nights.run(MORE)
    (pull,) = nights.pulls
    assert (pull["title"], pull["state"]) == ("The vendor's page has changed", "open")
    assert "| ---- | `models a b c n 1` |" in pull["body"]
    assert nights.file(pull["headRefName"]) == MORE
    assert nights.file(pull["headRefName"], "generated/c.py") == "\n"
    assert nights.is_ancestor("main", pull["headRefName"])


def test_what_cannot_be_taken_over_is_shown_all_the_same(nights: Nights) -> None:
    nights.run(OTHER_FACT)
    (pull,) = nights.pulls
    assert "models a b n 2" in pull["body"]
    assert "\n    ``` @all: the model list is up to date\n" in pull["body"]
    assert nights.file(pull["headRefName"]) == FIRST


def test_a_page_without_change_adds_nothing(nights: Nights) -> None:
    nights.run(FIRST)
    assert (nights.pulls, nights.issues, nights.branches()) == ([], [], [])


def test_on_the_next_nights_the_branch_gets_what_is_new_on_the_page_and_on_main_and_nothing_else(
    nights: Nights,
) -> None:
    nights.run(MORE)
    (branch,) = nights.branches()
    tip = nights.tip(branch)
    nights.run(MORE)
    assert (nights.branches(), nights.tip(branch), len(nights.pulls)) == ([branch], tip, 1)
    nights.write("README.md", "New.\n")
    nights.commit("a readme")
    nights.run(STILL_MORE)
    (pull,) = nights.pulls
    assert nights.is_ancestor(tip, branch)
    assert nights.is_ancestor("main", branch)
    assert (nights.file(branch), nights.file(branch, "README.md")) == (STILL_MORE, "New.\n")
    assert "models a b c d n 1" in pull["body"]


def test_a_maintainers_commit_on_the_branch_is_never_lost(nights: Nights) -> None:
    nights.run(DIFFERENT)
    (branch,) = nights.branches()
    nights.check_out(branch)
    nights.write("openapi.yaml", "models a b c\nn 2 # looked up\n")
    mine = nights.commit("n, by hand", branch)
    for page in (STILL_MORE, STILL_MORE, OTHER_FACT):
        nights.run(page)
        assert nights.branches() == [branch]
        assert nights.tip(branch) == mine
        (pull,) = nights.pulls
        (comment,) = pull["comments"]
        assert "leaves it as it is" in comment
        assert " ".join(page.split()) in comment


def test_a_commit_below_the_bots_own_is_seen_too(nights: Nights) -> None:
    nights.run(MORE)
    (branch,) = nights.branches()
    nights.check_out(branch)
    nights.write("note", "mine\n")
    nights.commit("by hand", branch)
    nights.write("note", "theirs\n")
    nights.git("add", "--all")
    email = WORKFLOW["jobs"]["propose"]["env"]["EMAIL"]
    nights.git("-c", "user.name=bot", "-c", f"user.email={email}", "commit", "--quiet", "-m", "a bot's")
    nights.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    tip = nights.tip(branch)
    nights.run(STILL_MORE)
    assert nights.tip(branch) == tip


def test_the_pull_request_is_closed_when_page_and_document_agree_again(nights: Nights) -> None:
    nights.run(MORE)
    (branch,) = nights.branches()
    nights.check_out(branch)
    nights.write("note", "mine\n")
    mine = nights.commit("by hand", branch)
    nights.run(FIRST)
    (pull,) = nights.pulls
    assert pull["state"] == "closed"
    assert "agree again" in pull["comments"][-1]
    assert nights.tip(branch) == mine


def test_a_new_difference_gets_a_branch_of_its_own(nights: Nights) -> None:
    """Whatever became of the old branch: squashed into main and left there, say."""
    nights.run(MORE)
    (old,) = nights.branches()
    nights.check_out(old)
    nights.write("note", "mine\n")
    mine = nights.commit("by hand", old)
    nights.check_out("main")
    nights.write("openapi.yaml", MORE)
    nights.commit("squashed")
    nights.run(MORE)
    nights.run(STILL_MORE)
    assert [pull["state"] for pull in nights.pulls] == ["closed", "open"]
    assert nights.tip(old) == mine
    assert nights.file(nights.pulls[1]["headRefName"]) == STILL_MORE


def test_a_page_that_cannot_be_read_becomes_one_issue_which_is_closed_when_it_can(nights: Nights) -> None:
    nights.run(MORE)
    for _ in range(2):
        nights.run("cut")
        (issue,) = nights.issues
        assert issue["state"] == "open"
        assert "    the page is cut off\n" in issue["body"]
    assert [pull["state"] for pull in nights.pulls] == ["open"]
    nights.run(MORE)
    (issue,) = nights.issues
    assert issue["state"] == "closed"
    assert [pull["state"] for pull in nights.pulls] == ["open"]


def test_a_crash_is_no_difference(nights: Nights) -> None:
    nights.run(MORE)
    before = nights.state(), nights.tip(nights.branches()[0])
    with pytest.raises(subprocess.CalledProcessError):
        nights.run("bug")
    assert (nights.state(), nights.tip(nights.branches()[0])) == before


def test_what_strangers_open_under_the_same_name_is_left_alone(nights: Nights) -> None:
    title = WORKFLOW["jobs"]["report"]["env"]["TITLE"]
    stranger = {"login": "mallory", "is_bot": False}
    nights.set_state(
        {
            "pr": [gh.thing(1, "Mine", head="drift-1", isCrossRepository=True, author=stranger)],
            "issue": [gh.thing(1, title, "Mine.", author=stranger)],
        }
    )
    before = nights.state()
    for page in ("cut", MORE, FIRST):
        nights.run(page)
    assert (nights.pulls[0], nights.issues[0]) == (before["pr"][0], before["issue"][0])
    assert (len(nights.pulls), len(nights.issues)) == (2, 2)


def test_the_job_that_runs_code_may_write_nothing() -> None:
    assert WORKFLOW["permissions"] == {}
    assert WORKFLOW["jobs"]["read"]["permissions"] == {"contents": "read"}
    for name in WORKFLOW["jobs"].keys() - {"read"}:
        scripts = "\n".join(step.get("run", "") for step in WORKFLOW["jobs"][name]["steps"])
        assert "python" not in scripts
        assert "--force" not in scripts
        assert "${{" not in scripts
        assert "\n          make " not in scripts
