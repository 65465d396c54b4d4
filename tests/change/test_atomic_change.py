"""Whatever fails, wherever, the files are as they were; or the change is whole."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import models
from scripts.change import atomic_change as subject
from scripts.change.atomic_change import (
    COPY,
    OLD,
    READY,
    BusyError,
    StoppedError,
    atomic_change,
    exclusive_lock,
    run_program,
)
from tests.reference import pages

NAMES = ["openapi.yaml", "CHANGELOG.md", "generated"]
FIRST = pages.facts().fields["body.model"].enum[0]
Snapshot = dict[str, bytes]
FORK_WARNING = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


def snapshot(root: Path) -> Snapshot:
    """All files below a folder, with what they hold. Leftovers that git ignores and the next run removes aside."""
    files = (path for path in root.rglob("*") if path.is_file() and not {COPY, OLD} & {*path.parts})
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def small_project(folder: Path) -> Path:
    """A document, no changelog yet, and a package."""
    package = folder / "generated" / "package"
    (package / "inner").mkdir(parents=True)
    (folder / "openapi.yaml").write_text("version: 1\n", encoding="utf-8")
    for name in ("__init__.py", "a.py", "inner/b.py"):
        (package / name).write_text(f"# {name}\n", encoding="utf-8")
    (folder / "README.md").write_text("Not concerned.\n", encoding="utf-8")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project."""
    return small_project(tmp_path)


def change(root: Path) -> None:
    """A change of every kind: other content, a new file, a missing file, a new folder."""
    (root / "openapi.yaml").write_text("version: 2\n", encoding="utf-8")
    (root / "CHANGELOG.md").write_text("# 2\n", encoding="utf-8")
    package = root / "generated" / "package"
    with (package / "a.py").open("w", encoding="utf-8") as file:
        file.write("# other\n")
    (package / "inner" / "b.py").unlink()
    (package / "inner").rmdir()
    (package / "new").mkdir()
    (package / "new" / "c.py").write_text("# c\n", encoding="utf-8")


def make(root: Path, then: BaseException | None = None) -> None:
    """The change, all or nothing."""
    with exclusive_lock(root), atomic_change(root, NAMES) as copy:
        change(copy)
        if then:
            raise then


class Fault:
    """Does something once, at the n-th thing that is done with files: raises an error, or ends the process.

    It sits in the interpreter's audit hook, which sees each opening, renaming, removing and making of a file,
    whoever does it.
    """

    EVENTS = "open os.rename os.remove os.rmdir os.mkdir os.chmod os.truncate shutil.copyfile".split()

    def __init__(self) -> None:
        self.left: int | None = None
        self.act: Callable[[], object] = lambda: None
        self.below = ""
        sys.addaudithook(self._see)

    def arm(self, number: int, act: Callable[[], object], below: Path) -> None:
        self.left, self.act, self.below = number, act, str(below)

    def disarm(self) -> bool:
        """Whether it has gone off."""
        has_gone_off = self.left is None
        self.left = None
        return has_gone_off

    def _see(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.left is None or event not in self.EVENTS or not str(arguments[0]).startswith(self.below):
            return
        if self.left == 0:
            self.left = None
            self.act()
        else:
            self.left -= 1


@pytest.fixture(scope="module")
def fault() -> Fault:
    return Fault()


ERRORS: dict[str, BaseException] = {
    "a full disk": OSError(errno.ENOSPC, "No space left on device"),
    "Ctrl-C": KeyboardInterrupt(),
    "a signal": StoppedError("stopped by SIGTERM"),
    "a mistake": RuntimeError("unforeseen"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, Snapshot]:
    """What a small project looks like before and after the change."""
    root = small_project(tmp_path_factory.mktemp("outcomes"))
    before = snapshot(root)
    make(root)
    return before, snapshot(root)


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_a_failure_at_any_step_leaves_all_or_nothing(
    tmp_path: Path, fault: Fault, error: BaseException, outcomes: tuple[Snapshot, Snapshot]
) -> None:
    def fail() -> None:
        raise error

    number, went_off, handler = 0, True, signal.getsignal(signal.SIGINT)
    while went_off:
        root = small_project(tmp_path / str(number))
        fault.arm(number, fail, root)
        try:
            make(root)
        except (OSError, type(error)):
            expected = outcomes
        else:
            expected = outcomes[1:]
        finally:
            went_off = fault.disarm()
        assert snapshot(root) in expected, f"at step {number}"
        assert not (root / READY).exists()
        assert signal.getsignal(signal.SIGINT) is handler
        number += 1
    assert number > 20


def test_times_and_rights_stay(root: Path) -> None:
    path = root / "generated" / "package" / "a.py"
    path.chmod(0o755)
    before = path.stat()
    with pytest.raises(ZeroDivisionError):
        make(root, ZeroDivisionError())
    assert (path.stat().st_mode, path.stat().st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


def test_nothing_is_left_behind(root: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        make(root, ZeroDivisionError())
    assert not list(root.glob(".*"))
    make(root)
    assert not list(root.glob(".*"))


def test_an_interruption_while_files_are_moved_has_no_effect(
    root: Path, outcomes: tuple[Snapshot, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    move, handler = subject._move_into_place, signal.getsignal(signal.SIGINT)

    def impatient(folder: Path) -> None:
        if (folder / READY).exists():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                os.kill(os.getpid(), number)
        move(folder)

    monkeypatch.setattr(subject, "_move_into_place", impatient)
    make(root)
    assert snapshot(root) == outcomes[1]
    assert signal.getsignal(signal.SIGINT) is handler


def forked(act: Callable[[], int]) -> int:
    """Do something in a process of its own, a copy of this one."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(act())
        finally:
            os._exit(99)
    return child


@FORK_WARNING
def test_a_run_that_is_killed_at_any_step_leaves_nothing_or_what_the_next_one_completes(
    tmp_path: Path, fault: Fault, outcomes: tuple[Snapshot, Snapshot]
) -> None:
    before, after = outcomes
    number, status = 0, 9
    while status == 9:
        root = small_project(tmp_path / str(number))

        def killed(number: int = number, root: Path = root) -> int:
            fault.arm(number, lambda: os._exit(9), root)
            make(root)
            return 0

        status = os.waitstatus_to_exitcode(os.waitpid(forked(killed), 0)[1])
        is_changed = (root / READY).exists()
        assert is_changed or snapshot(root) in outcomes
        with exclusive_lock(root) as was_killed:
            assert was_killed == is_changed
            assert snapshot(root) in ((after,) if is_changed else (before, after))
        with exclusive_lock(root) as was_killed:
            assert not was_killed
        with exclusive_lock(root), atomic_change(root, NAMES):
            pass
        assert not list(root.glob(".*"))
        number += 1
    assert (status, number > 20) == (0, True)


def test_two_runs_do_not_meet(root: Path) -> None:
    before = snapshot(root)
    with exclusive_lock(root), pytest.raises(BusyError, match="another run"), exclusive_lock(root):
        pass
    assert snapshot(root) == before


# ---- Programs ----------------------------------------------------------------------------------------------------


def test_a_program_that_fails_is_an_error(tmp_path: Path) -> None:
    run_program((sys.executable, "-c", "pass"), tmp_path)
    with pytest.raises(subprocess.CalledProcessError):
        run_program((sys.executable, "-c", "raise SystemExit(3)"), tmp_path)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as at a terminal: a background job starts with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_an_interrupted_program_ends_with_all_that_it_started(tmp_path: Path) -> None:
    """The inner program holds a pipe open: that it can be opened tells that it runs, its end that it has ended."""
    os.mkfifo(tmp_path / "pipe")
    inner = "import time; pipe = open('pipe', 'w'); time.sleep(60)"
    outer = f"import subprocess, sys; subprocess.call([sys.executable, '-c', {inner!r}])"
    written = []

    def interrupt() -> None:
        with (tmp_path / "pipe").open() as pipe:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            written.append(pipe.read())

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run_program((sys.executable, "-c", outer), tmp_path)
    thread.join(30)
    assert written == [""]


# ---- The command as a whole --------------------------------------------------------------------------------------

GENERATE = """\
import pathlib
text = pathlib.Path("openapi.yaml").read_text()
pathlib.Path("generated/package/a.py").write_text(text)
pathlib.Path("generated/package/new.py").write_text("")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project with a generator, tests, and the page that is to be taken over."""
    (tmp_path / "generated" / "package").mkdir(parents=True)
    (tmp_path / "generated" / "package" / "a.py").write_text("", encoding="utf-8")
    (tmp_path / "openapi.yaml").write_text(pages.small_document().text, encoding="utf-8")
    (tmp_path / "generate.py").write_text(GENERATE, encoding="utf-8")
    (tmp_path / "test.py").write_text("", encoding="utf-8")
    listed = pages.facts().fields["body.model"]
    more = replace(listed, enum=(*listed.enum, "gpt-9"))
    (tmp_path / "page").write_text(pages.text(pages.with_field(pages.facts(), more)), encoding="utf-8")
    steps = (("generating", (sys.executable, "generate.py")), ("testing", (sys.executable, "test.py")))
    monkeypatch.setattr(models, "STEPS", steps)
    monkeypatch.setattr(models, "ROOT", tmp_path)
    assert models.ROOT != pages.ROOT
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ALLOW_REMOVALS", raising=False)
    monkeypatch.delenv("MODELS_ONLY", raising=False)
    return tmp_path


def test_the_command_takes_over_a_list_and_then_has_nothing_to_do(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert models.main(["page"]) == models.DONE
    assert "gpt-9" in (project / "generated" / "package" / "a.py").read_text(encoding="utf-8")
    assert "version: 0.1.1" in (project / "openapi.yaml").read_text(encoding="utf-8")
    assert "- Model names: `gpt-9`." in (project / "CHANGELOG.md").read_text(encoding="utf-8")
    reported = capfd.readouterr().out
    assert all(
        word in reported for word in ("added:           gpt-9", "0.1.0 -> 0.1.1", "generating", "testing", "Done in")
    )
    after = snapshot(project)
    assert models.main(["page"]) == models.DONE
    assert "up to date" in capfd.readouterr().out
    assert snapshot(project) == after


def test_a_dry_run_shows_the_change_and_writes_nothing(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = snapshot(project)
    times = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    assert models.main(["page", "--dry-run"]) == models.DONE
    reported = capfd.readouterr().out
    assert re.search(r"^\+ +- gpt-9$", reported, re.MULTILINE)
    assert "\n+- Model names: `gpt-9`.\n" in reported
    assert snapshot(project) == before
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == times


SPOILT = {
    "odd characters": (f"{FIRST},", "odd one,", models.REFUSED),
    "a name less": (f"{FIRST},\n", "", models.REFUSED),
    "another operation": ("POST", "PUT", models.REFUSED),
    "other facts": ("<= 128", "<= 64", models.REFUSED),
    "a list without end": ("gpt-9\n", "gpt-9,\n", models.UNREADABLE),
    "a page that is cut off": ("Payload(.|\n)*", "", models.UNREADABLE),
    "an empty page": ("(.|\n)*", "", models.UNREADABLE),
}


@pytest.mark.parametrize(("old", "new", "status"), SPOILT.values(), ids=SPOILT)
def test_a_refusal_writes_nothing_at_all(
    project: Path, old: str, new: str, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    page = project / "page"
    page.write_text(re.sub(old, new, page.read_text(encoding="utf-8")), encoding="utf-8")
    before = snapshot(project)
    times = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    assert models.main(["page"]) == status
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == times
    assert snapshot(project) == before
    assert capfd.readouterr().err.count("\n") >= 2


@pytest.mark.parametrize("flag", ["ALLOW_REMOVALS", "--allow-removals"])
def test_removals_can_be_allowed_both_ways(project: Path, flag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = project / "page"
    page.write_text(page.read_text(encoding="utf-8").replace(f"{FIRST},\n", ""), encoding="utf-8")
    if flag.startswith("--"):
        assert models.main(["page", flag]) == models.DONE
    else:
        monkeypatch.setenv(flag, "1")
        assert models.main(["page"]) == models.DONE
    text = (project / "openapi.yaml").read_text(encoding="utf-8")
    assert f'{FIRST}: {{since: "0.2.0"}}' in text
    assert f"- {FIRST}\n" not in text


@pytest.mark.parametrize("program", ["generate.py", "test.py"])
def test_a_program_that_fails_undoes_all(project: Path, program: str, capfd: pytest.CaptureFixture[str]) -> None:
    with (project / program).open("a", encoding="utf-8") as file:
        file.write("raise SystemExit('no')\n")
    before = snapshot(project)
    assert models.main(["page"]) == models.REFUSED
    assert snapshot(project) == before
    assert "failed; all files are as they were" in capfd.readouterr().err


@FORK_WARNING
@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_in_the_middle_undoes_all(
    project: Path, number: signal.Signals, tmp_path_factory: pytest.TempPathFactory
) -> None:
    up = tmp_path_factory.mktemp("pipe") / "up"
    os.mkfifo(up)
    with (project / "test.py").open("a", encoding="utf-8") as file:
        file.write(f"import time; open({str(up)!r}, 'w').close(); time.sleep(30)\n")
    before = snapshot(project)
    child = forked(lambda: models.main(["page"]))
    up.read_bytes()  # comes to its end when the tests have begun
    os.kill(child, number)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if number != signal.SIGKILL:
        assert status == models.REFUSED
        assert not (project / COPY).exists()
    assert snapshot(project) == before
