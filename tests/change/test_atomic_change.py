"""Whatever fails at whatever step, the change is complete or has no effect."""

from __future__ import annotations

import errno
import os
import re
import shutil
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
from scripts.change.atomic_change import COPY, OLD, READY, BusyError, atomic_change, exclusive_lock, run_program
from tests.reference import pages
from tests.reference.pages import write

Files = dict[str, str]

NAMES = ["openapi.yaml", "CHANGELOG.md", "generated"]
FIRST = pages.facts().fields["body.model"].enum[0]
FORK_WARNING = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")

BEFORE: Files = {
    "README.md": "Not concerned.\n",
    "openapi.yaml": "version: 1\n",
    "generated/package/__init__.py": "",
    "generated/package/a.py": "# a\n",
    "generated/package/inner/b.py": "# b\n",
}
CHANGED: Files = {
    "openapi.yaml": "version: 2\n",
    "CHANGELOG.md": "# 2\n",
    "generated/package/a.py": "# other\n",
    "generated/package/new/c.py": "# c\n",
}
AFTER: Files = {name: text for name, text in {**BEFORE, **CHANGED}.items() if "inner" not in name}


def read(root: Path) -> Files:
    """Read all files, except leftovers that git ignores and the next run removes."""
    files = (path for path in root.rglob("*") if path.is_file() and not {COPY, OLD} & {*path.parts})
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project."""
    return write(tmp_path, BEFORE)


def make(root: Path, then: BaseException | None = None) -> None:
    """Make a change of every kind: another content, a new file, a missing file, a new folder, a missing folder."""
    with exclusive_lock(root), atomic_change(root, NAMES) as copy:
        shutil.rmtree(copy / "generated" / "package" / "inner")
        write(copy, CHANGED)
        if then:
            raise then


class Fault:
    """Calls a function once, at the n-th file operation: to raise an error, or to end the process.

    It uses an audit hook of the interpreter, which is called for every operation, whichever code does it.
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
        """Return whether the function was called."""
        was_called = self.left is None
        self.left = None
        return was_called

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


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_after_a_failure_at_any_step_the_change_is_complete_or_has_no_effect(
    tmp_path: Path, fault: Fault, error: BaseException
) -> None:
    def fail() -> None:
        raise error

    number, was_called, handler = 0, True, signal.getsignal(signal.SIGINT)
    while was_called:
        root = write(tmp_path / str(number), BEFORE)
        fault.arm(number, fail, root)
        try:
            make(root)
        except (OSError, type(error)):
            expected = BEFORE, AFTER
        else:
            expected = (AFTER,)
        finally:
            was_called = fault.disarm()
        assert read(root) in expected, f"at step {number}"
        assert not (root / READY).exists()
        assert signal.getsignal(signal.SIGINT) is handler
        number += 1
    assert number > 20


def test_a_failure_touches_no_file_and_leaves_no_folder_behind(root: Path) -> None:
    before = {path: (path.stat().st_mode, path.stat().st_mtime_ns) for path in root.rglob("*")}
    with pytest.raises(ZeroDivisionError):
        make(root, ZeroDivisionError())
    assert {path: (path.stat().st_mode, path.stat().st_mtime_ns) for path in root.rglob("*")} == before
    make(root)
    assert not list(root.glob(".*"))


def test_an_interruption_while_files_are_moved_has_no_effect(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    move, handler = subject._move_into_place, signal.getsignal(signal.SIGINT)

    def impatient(folder: Path) -> None:
        if (folder / READY).exists():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                os.kill(os.getpid(), number)
        move(folder)

    monkeypatch.setattr(subject, "_move_into_place", impatient)
    make(root)
    assert read(root) == AFTER
    assert signal.getsignal(signal.SIGINT) is handler


def forked(act: Callable[[], int]) -> int:
    """Call a function in a forked process, and return the process id."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(act())
        finally:
            os._exit(99)
    return child


@FORK_WARNING
def test_the_next_run_completes_or_discards_the_change_of_a_run_that_is_killed_at_any_step(
    tmp_path: Path, fault: Fault
) -> None:
    number, status = 0, 9
    while status == 9:
        root = write(tmp_path / str(number), BEFORE)

        def killed(number: int = number, root: Path = root) -> int:
            fault.arm(number, lambda: os._exit(9), root)
            make(root)
            return 0

        status = os.waitstatus_to_exitcode(os.waitpid(forked(killed), 0)[1])
        is_changed = (root / READY).exists()
        with exclusive_lock(root) as was_killed:
            assert was_killed == is_changed
            assert read(root) in ((AFTER,) if is_changed else (BEFORE, AFTER))
        with exclusive_lock(root) as was_killed:
            assert not was_killed
        with exclusive_lock(root), atomic_change(root, NAMES):
            pass
        assert not list(root.glob(".*"))
        number += 1
    assert (status, number > 20) == (0, True)


def test_two_runs_exclude_each_other(root: Path) -> None:
    with exclusive_lock(root), pytest.raises(BusyError, match="another run"), exclusive_lock(root):
        pass


# ---- Programs ----------------------------------------------------------------------------------------------------


def test_a_program_that_fails_is_an_error(tmp_path: Path) -> None:
    run_program((sys.executable, "-c", "pass"), tmp_path)
    with pytest.raises(subprocess.CalledProcessError):
        run_program((sys.executable, "-c", "raise SystemExit(3)"), tmp_path)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Handle Ctrl-C as at a terminal: a job in the background starts with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_an_interruption_ends_a_program_and_its_child_processes(tmp_path: Path) -> None:
    """The child process holds a pipe open: it runs when the pipe can be opened, and has ended at the pipe's end."""
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
    """A small project with a generator, tests, and a page with a new model name."""
    listed = pages.facts().fields["body.model"]
    more = replace(listed, enum=(*listed.enum, "gpt-9"))
    page = pages.text(pages.with_field(pages.facts(), more))
    files = {"generated/package/a.py": "", "openapi.yaml": pages.small_document().text, "CHANGELOG.md": ""}
    write(tmp_path, {**files, "generate.py": GENERATE, "test.py": "", "page": page})
    steps = (("generating", (sys.executable, "generate.py")), ("testing", (sys.executable, "test.py")))
    monkeypatch.setattr(models, "STEPS", steps)
    monkeypatch.setattr(models, "ROOT", tmp_path)
    assert models.ROOT != pages.ROOT
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ALLOW_REMOVALS", raising=False)
    monkeypatch.delenv("MODELS_ONLY", raising=False)
    return tmp_path


def test_the_command_updates_the_names_and_a_second_run_changes_nothing(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert models.main(["page"]) == models.DONE
    assert "gpt-9" in (project / "generated" / "package" / "a.py").read_text(encoding="utf-8")
    assert "version: 0.1.1" in (project / "openapi.yaml").read_text(encoding="utf-8")
    assert "- Model names: `gpt-9`." in (project / "CHANGELOG.md").read_text(encoding="utf-8")
    reported = capfd.readouterr().out
    for text in ("added:           gpt-9", "0.1.0 -> 0.1.1", "generating", "testing", "Done in"):
        assert text in reported
    after = read(project)
    assert models.main(["page"]) == models.DONE
    assert "up to date" in capfd.readouterr().out
    assert read(project) == after


@pytest.fixture
def is_untouched(project: Path) -> Callable[[], bool]:
    """Whether no file of the project has changed, or was written again, since the beginning of the test."""

    def state() -> tuple[Files, dict[Path, int]]:
        return read(project), {path: path.stat().st_mtime_ns for path in project.rglob("*")}

    before = state()
    return lambda: state() == before


def test_a_dry_run_shows_the_change_and_writes_nothing(
    project: Path, is_untouched: Callable[[], bool], capfd: pytest.CaptureFixture[str]
) -> None:
    assert models.main(["page", "--dry-run"]) == models.DONE
    reported = capfd.readouterr().out
    assert re.search(r"^\+ +- gpt-9$", reported, re.MULTILINE)
    assert "\n+- Model names: `gpt-9`.\n" in reported
    assert is_untouched()


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (f"{FIRST},", "odd one,", models.REFUSED),
        (f"{FIRST},\n", "", models.REFUSED),
        ("POST", "PUT", models.REFUSED),
        ("<= 128", "<= 64", models.REFUSED),
        ("gpt-9\n", "gpt-9,\n", models.UNREADABLE),
        ("Payload(.|\n)*", "", models.UNREADABLE),
    ],
)
def test_a_refusal_writes_nothing(
    project: Path,
    old: str,
    new: str,
    status: int,
    tmp_path_factory: pytest.TempPathFactory,
    is_untouched: Callable[[], bool],
    capfd: pytest.CaptureFixture[str],
) -> None:
    page = tmp_path_factory.mktemp("spoilt") / "page"
    page.write_text(re.sub(old, new, (project / "page").read_text(encoding="utf-8")), encoding="utf-8")
    assert models.main([str(page)]) == status
    assert is_untouched()
    assert capfd.readouterr().err.count("\n") >= 2


@pytest.mark.parametrize("options", [["--allow-removals"], []])
def test_removals_can_be_allowed_by_an_option_or_in_the_environment(
    project: Path, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = project / "page"
    page.write_text(page.read_text(encoding="utf-8").replace(f"{FIRST},\n", ""), encoding="utf-8")
    if not options:
        monkeypatch.setenv("ALLOW_REMOVALS", "1")
    assert models.main(["page", *options]) == models.DONE
    text = (project / "openapi.yaml").read_text(encoding="utf-8")
    assert f'{FIRST}: {{since: "0.2.0"}}' in text
    assert f"- {FIRST}\n" not in text


@pytest.mark.parametrize("program", ["generate.py", "test.py"])
def test_a_program_that_fails_leaves_the_project_unchanged(
    project: Path, program: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with (project / program).open("a", encoding="utf-8") as file:
        file.write("raise SystemExit('no')\n")
    before = read(project)
    assert models.main(["page"]) == models.REFUSED
    assert read(project) == before
    assert "failed; all files are as they were" in capfd.readouterr().err


@FORK_WARNING
@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_during_the_tests_leaves_the_project_unchanged(
    project: Path, number: signal.Signals, tmp_path_factory: pytest.TempPathFactory
) -> None:
    up = tmp_path_factory.mktemp("pipe") / "up"
    os.mkfifo(up)
    with (project / "test.py").open("a", encoding="utf-8") as file:
        file.write(f"import time; open({str(up)!r}, 'w').close(); time.sleep(30)\n")
    before = read(project)
    child = forked(lambda: models.main(["page"]))
    up.read_bytes()  # ends when the tests have begun
    os.kill(child, number)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if number != signal.SIGKILL:
        assert status == models.REFUSED
        assert not (project / COPY).exists()
    assert read(project) == before
