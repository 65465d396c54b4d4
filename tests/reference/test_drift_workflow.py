"""The nightly workflow `drift`: its steps are run in a real repository, with a stand-in for `gh`."""

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
# The page has a line of model names and one of other facts. `cut` is an incomplete page; `bug` makes this crash.
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
    """A repository with its origin, GitHub's state, and the workflow, which can be run night after night."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.night = folder, 0
        self.origin, self.maintainer, self.state_file = (
            folder / name for name in ("origin", "maintainer", "state.json")
        )
        self.state_file.write_text(json.dumps({"pr": [], "issue": []}), encoding="utf-8")
        program = folder / "bin" / "gh"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {gh.__file__} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        self.git("init", "--quiet", "--bare", "--initial-branch=main", "origin", cwd=folder)
        self.git("clone", "--quiet", "origin", "maintainer", cwd=folder)
        self.git("switch", "--quiet", "--create", "main")
        files = {"openapi.yaml": FIRST, "CHANGELOG.md": "", "generated/a.py": "", ".gitignore": ".venv\nfound\n"}
        self.commit({**files, "scripts/drift.py": DRIFT, "scripts/models.py": MODELS})

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"}
        command = ["git", *arguments]
        folder = cwd or self.maintainer
        done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, files: dict[str, str], branch: str = "main", email: str = "ada@example.com") -> str:
        """Commit files on top of a branch as a maintainer, and return the commit."""
        if self.branches():
            self.git("fetch", "--quiet", "origin")
            self.git("switch", "--quiet", "--detach", f"origin/{branch}")
        pages.write(self.maintainer, files)
        self.git("add", "--all")
        self.git("-c", "user.name=Ada", "-c", f"user.email={email}", "commit", "--quiet", "--message", "by hand")
        self.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        return self.git("rev-parse", "HEAD")

    def branches(self) -> list[str]:
        return self.git("for-each-ref", "--format=%(refname:short)", "refs/heads", cwd=self.origin).split()

    def drift_branch(self) -> str:
        """Return the only branch of the workflow."""
        (branch,) = set(self.branches()) - {"main"}
        return branch

    def tip(self, branch: str) -> str:
        return self.git("rev-parse", branch, cwd=self.origin)

    def file(self, branch: str, name: str = "openapi.yaml") -> str:
        return self.git("show", f"{branch}:{name}", cwd=self.origin) + "\n"

    def is_ancestor(self, old: str, new: str) -> bool:
        return self.git("merge-base", old, new, cwd=self.origin) == self.git("rev-parse", old, cwd=self.origin)

    @property
    def pulls(self) -> list[dict[str, Any]]:
        pulls: list[dict[str, Any]] = json.loads(self.state_file.read_text(encoding="utf-8"))["pr"]
        return pulls

    @property
    def issues(self) -> list[dict[str, Any]]:
        issues: list[dict[str, Any]] = json.loads(self.state_file.read_text(encoding="utf-8"))["issue"]
        return issues

    def run(self, page: str) -> None:
        """Run the workflow: each job in a new folder, with `found` from the first one as its artifact."""
        self.night += 1
        outputs = self._job("read", {"PAGE": page})
        for job in ("propose", "report", "close"):
            condition = WORKFLOW["jobs"][job]["if"].replace("||", "or")
            assert WORKFLOW["jobs"][job]["needs"] == "read"
            if eval(condition.replace("needs.read.outputs.outcome", repr(outputs["outcome"]))):
                self._job(job, {"OUTCOME": outputs["outcome"]})

    def _job(self, name: str, known: dict[str, str]) -> dict[str, str]:
        described = WORKFLOW["jobs"][name]
        folder = self.folder / f"{self.night}-{name}"
        if any(step.get("uses", "").startswith("actions/checkout@") for step in described["steps"]):
            self.git("clone", "--quiet", "--branch=main", "origin", str(folder), cwd=self.folder)
        (folder / ".venv" / "bin").mkdir(parents=True)
        (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
        output = self.folder / f"{self.night}-read" / "found"
        if name != "read" and output.exists():
            shutil.copytree(output, folder / "found")
        files = {key: folder / ".venv" / key for key in ("GITHUB_ENV", "GITHUB_OUTPUT")}
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
            subprocess.run(shell, cwd=folder, env=environment, check=True, capture_output=True)
        return _pairs(files["GITHUB_OUTPUT"])


def _pairs(file: Path) -> dict[str, str]:
    """Parse the lines `name=value` that a step writes for later ones."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path)


def test_a_difference_becomes_one_pull_request_with_the_change_and_the_table(nights: Nights) -> None:
    nights.run(FIRST)
    assert (nights.pulls, nights.issues, nights.branches()) == ([], [], ["main"])
    nights.run(MORE)
    (pull,) = nights.pulls
    branch = nights.drift_branch()
    assert (pull["title"], pull["state"], pull["headRefName"]) == ("The vendor's page has changed", "open", branch)
    assert "| ---- | `models a b c n 1` |" in pull["body"]
    assert (nights.file(branch), nights.file(branch, "generated/c.py")) == (MORE, "\n")
    assert nights.is_ancestor("main", branch)


def test_a_difference_other_than_model_names_is_shown_with_the_output_of_the_command(nights: Nights) -> None:
    nights.run(OTHER_FACT)
    (pull,) = nights.pulls
    assert "models a b n 2" in pull["body"]
    assert "\n    ``` @all: the model list is up to date\n" in pull["body"]
    assert nights.file(pull["headRefName"]) == FIRST


def test_later_runs_add_only_what_is_new_on_the_page_and_on_main_to_the_branch(nights: Nights) -> None:
    nights.run(MORE)
    branch = nights.drift_branch()
    tip = nights.tip(branch)
    nights.run(MORE)
    assert (nights.drift_branch(), nights.tip(branch), len(nights.pulls)) == (branch, tip, 1)
    nights.commit({"README.md": "New.\n"})
    nights.run(STILL_MORE)
    (pull,) = nights.pulls
    assert nights.is_ancestor(tip, branch)
    assert nights.is_ancestor("main", branch)
    assert (nights.file(branch), nights.file(branch, "README.md")) == (STILL_MORE, "New.\n")
    assert "models a b c d n 1" in pull["body"]


@pytest.mark.parametrize("is_below_a_commit_of_the_workflow", [False, True])
def test_the_workflow_adds_nothing_to_a_branch_with_a_commit_of_a_maintainer(
    nights: Nights, is_below_a_commit_of_the_workflow: bool
) -> None:
    nights.run(DIFFERENT)
    branch = nights.drift_branch()
    tip = nights.commit({"openapi.yaml": "models a b c\nn 2 # looked up\n"}, branch)
    if is_below_a_commit_of_the_workflow:
        tip = nights.commit({"note": "more\n"}, branch, email=WORKFLOW["jobs"]["propose"]["env"]["EMAIL"])
    for page in (STILL_MORE, OTHER_FACT):
        nights.run(page)
        assert (nights.drift_branch(), nights.tip(branch)) == (branch, tip)
        (pull,) = nights.pulls
        (comment,) = pull["comments"]
        assert "does not change it" in comment
        assert " ".join(page.split()) in comment


def test_the_pull_request_is_closed_when_nothing_differs_and_the_next_difference_gets_a_new_branch(
    nights: Nights,
) -> None:
    nights.run(MORE)
    old = nights.drift_branch()
    tip = nights.commit({"note": "mine\n"}, old)
    nights.commit({"openapi.yaml": MORE})  # as if the branch had been squashed into main
    nights.run(MORE)
    (pull,) = nights.pulls
    assert (pull["state"], nights.tip(old)) == ("closed", tip)
    assert "no longer differ" in pull["comments"][-1]
    nights.run(STILL_MORE)
    assert [pull["state"] for pull in nights.pulls] == ["closed", "open"]
    assert (nights.tip(old), nights.file(nights.pulls[1]["headRefName"])) == (tip, STILL_MORE)


def test_an_unreadable_page_becomes_one_issue_which_is_closed_later_and_a_crash_changes_nothing(
    nights: Nights,
) -> None:
    nights.run(MORE)
    for _ in range(2):
        nights.run("cut")
        (issue,) = nights.issues
        assert issue["state"] == "open"
        assert "    the page is cut off\n" in issue["body"]
    before = nights.pulls, nights.issues, nights.tip(nights.drift_branch())
    with pytest.raises(subprocess.CalledProcessError):
        nights.run("bug")
    assert (nights.pulls, nights.issues, nights.tip(nights.drift_branch())) == before
    nights.run(MORE)
    assert [item["state"] for item in (*nights.issues, *nights.pulls)] == ["closed", "open"]


def test_pull_requests_and_issues_of_strangers_are_left_alone(nights: Nights) -> None:
    title = WORKFLOW["jobs"]["report"]["env"]["TITLE"]
    stranger = {"login": "mallory", "is_bot": False}
    pull = gh.item(1, "Mine", head="drift-1", isCrossRepository=True, author=stranger)
    issue = gh.item(1, title, "Mine.", author=stranger)
    nights.state_file.write_text(json.dumps({"pr": [pull], "issue": [issue]}), encoding="utf-8")
    for page in ("cut", MORE, FIRST):
        nights.run(page)
    assert (nights.pulls[0], nights.issues[0]) == (pull, issue)
    assert (len(nights.pulls), len(nights.issues)) == (2, 2)


def test_the_job_that_runs_code_has_no_permission_to_write_and_the_others_run_no_code() -> None:
    assert WORKFLOW["permissions"] == {}
    assert WORKFLOW["jobs"]["read"]["permissions"] == {"contents": "read"}
    for name in WORKFLOW["jobs"].keys() - {"read"}:
        scripts = "\n".join(step.get("run", "") for step in WORKFLOW["jobs"][name]["steps"])
        assert "python" not in scripts
        assert "--force" not in scripts
        assert "${{" not in scripts
        assert "\n          make " not in scripts
