"""The journal's file: what may be sent again, whoever asks, however the one before ended."""

from __future__ import annotations

import io
import json
import os
import pickle
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest

from acedata_responses import ConfigurationError, HTTPResponse, JournalError, UnknownOutcomeError
from acedata_responses.journal import Claim, Journal, Record
from tests.processes import forks, is_true_in_a_child, python

CALL = ("POST", "/openai/responses", b'{"model":"gpt-4o","input":"Hello"}')
ANSWER = HTTPResponse(200, [(b"content-type", b"application/json")], b'{"id":"resp_1","text":"\xc3\xa9"}')


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal(path)


def run(path: Path, code: str, *arguments: str) -> subprocess.Popen[str]:
    """Another process that uses the journal at a path."""
    head = f"""
        import os, signal, sys
        from acedata_responses import HTTPResponse
        from acedata_responses.journal import Journal
        journal = Journal({str(path)!r})
        CALL, ANSWER = {CALL!r}, HTTPResponse({ANSWER.status_code}, {ANSWER.raw_headers!r}, {ANSWER.content!r})
    """
    return python(head, code, arguments=arguments)


def killed(path: Path, code: str) -> None:
    """A process that kills itself where the code has KILL."""
    process = run(path, code.replace("KILL", "os.kill(os.getpid(), signal.SIGKILL)"))
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


# One process


def test_a_new_request_may_be_sent_and_its_answer_comes_back_byte_for_byte(journal, path):
    claim = journal.claim(*CALL)
    claim.sending()
    claim.answered(ANSWER)
    found = Journal(path).claim(*CALL)
    assert isinstance(found, Record)
    assert (found.status_code, found.headers, found.content) == (200, ANSWER.raw_headers, ANSWER.content)
    assert (found.state, found.tries) == ("answered", 1)


def test_the_order_of_fields_makes_no_other_request(journal):
    journal.claim(*CALL).answered(ANSWER)
    twin = b'{ "input": "Hello", "model": "gpt-4o" }'
    assert isinstance(journal.claim(*CALL[:2], twin), Record)


@pytest.mark.parametrize(
    "other",
    [
        ("PUT", *CALL[1:]),
        ("POST", "/openai/other", CALL[2]),
        (*CALL[:2], b'{"model":"gpt-4o","input":"hello"}'),
        (*CALL[:2], b'{"model":"gpt-4o","input":["Hello"]}'),
        (*CALL[:2], CALL[2][:-1] + b',"n":null}'),
    ],
)
def test_another_request_has_no_answer_yet(journal, other):
    journal.claim(*CALL).answered(ANSWER)
    assert not isinstance(journal.claim(*other), Record)


def test_the_fingerprint_is_the_sha_256_of_method_path_and_sorted_body(journal):
    import hashlib

    journal.claim(*CALL)
    (record,) = journal.records()
    text = b'POST\n/openai/responses\n{"input":"Hello","model":"gpt-4o"}'
    assert record.fingerprint == hashlib.sha256(text).hexdigest()


def test_keys_name_several_answers_to_one_request(journal):
    journal.claim(*CALL, key="sample 1").answered(ANSWER)
    assert not isinstance(journal.claim(*CALL, key="sample 2"), Record)
    assert isinstance(journal.claim(*CALL, key="sample 1"), Record)


def test_while_one_thread_is_at_it_another_waits(journal, path):
    claim = journal.claim(*CALL)
    assert journal.claim(*CALL) is None
    claim.sending()
    assert Journal(path).claim(*CALL) is None
    claim.answered(ANSWER)
    assert isinstance(journal.claim(*CALL), Record)


def test_of_many_threads_that_ask_at_once_one_may_send(journal):
    with ThreadPoolExecutor(8) as threads:
        claims = list(threads.map(lambda _: journal.claim(*CALL), range(40)))
    assert sum(claim is not None for claim in claims) == 1


def test_what_the_service_did_not_bill_may_be_sent_again(journal):
    claim = journal.claim(*CALL)
    claim.sending()
    claim.refused("HTTP 429", HTTPResponse(429, [], b"slow down"))
    (record,) = journal.records("refused")
    assert (record.reason, record.status_code, record.content) == ("HTTP 429", 429, b"slow down")
    again = journal.claim(*CALL)
    again.sending()
    again.answered(ANSWER)
    (record,) = journal.records()
    assert (record.state, record.tries, record.reason) == ("answered", 2, "")


def test_what_was_not_sent_after_all_is_sent_by_the_same_claim(journal):
    claim = journal.claim(*CALL)
    claim.sending()
    claim.resending(is_billed=False)
    assert [record.state for record in journal.records()] == ["prepared"]
    assert journal.claim(*CALL) is None


def test_an_unknown_outcome_is_not_sent_again_by_itself(journal):
    claim = journal.claim(*CALL)
    claim.sending()
    claim.unknown("the connection broke")
    for _ in range(2):
        with pytest.raises(UnknownOutcomeError, match="the connection broke") as caught:
            journal.claim(*CALL)
    (record,) = journal.unknown()
    assert record.fingerprint == caught.value.fingerprint
    assert (record.body, record.reason) == (CALL[2], "the connection broke")
    assert pickle.loads(pickle.dumps(caught.value)).fingerprint == record.fingerprint


def test_an_unknown_outcome_is_sent_again_where_the_caller_decided_so(journal, path):
    journal.claim(*CALL).unknown("the connection broke")
    Journal(path, on_unknown="resend").claim(*CALL).answered(ANSWER)
    assert journal.unknown() == []


def test_what_is_forgotten_may_be_sent_again(journal):
    journal.claim(*CALL).unknown("the connection broke")
    with pytest.raises(UnknownOutcomeError) as caught:
        journal.claim(*CALL)
    assert journal.forget(caught.value) == 1
    assert journal.forget(caught.value) == 0
    assert journal.claim(*CALL) is not None


@pytest.mark.skipif(sys.platform == "win32", reason="files have no numbers here by which to tell them apart")
def test_what_must_outlive_a_failure_of_the_machine_is_on_the_disk_when_the_journal_says_so(journal, path, monkeypatch):
    synced, sync = [], os.fsync

    def noted(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    log = path.with_name("answers.db-wal").stat().st_ino
    claim = journal.claim(*CALL)
    assert synced == []
    claim.sending()
    assert synced == [log]
    claim.answered(ANSWER)
    assert synced == [log, log]


# Processes that end


@pytest.mark.parametrize("last", ["resending(is_billed=False)", "refused('HTTP 500')"])
def test_a_process_that_is_killed_after_a_try_that_was_not_billed_leaves_no_doubt(path, last):
    killed(path, f"claim = journal.claim(*CALL); claim.sending(); claim.{last}; KILL")
    journal = Journal(path)
    journal.claim(*CALL).answered(ANSWER)
    assert journal.unknown() == []


def test_a_crash_that_is_known_not_to_be_billed_may_be_sent_again_whoever_looks_first(path):
    code = "claim = journal.claim(*CALL, is_free_unless_whole=True); claim.sending(); KILL"
    killed(path, code)
    journal = Journal(path)
    journal.claim(*CALL).refused("HTTP 500")
    journal.forget(*journal.records())
    killed(path, code)
    assert journal.unknown() == []
    (record,) = journal.records("refused")
    assert "not billed" in record.reason
    assert journal.claim(*CALL) is not None


def test_what_was_sent_as_a_plain_call_stays_unknown_though_it_would_now_be_sent_as_a_stream(path):
    killed(path, "claim = journal.claim(*CALL); claim.sending(); KILL")
    with pytest.raises(UnknownOutcomeError):
        Journal(path).claim(*CALL, is_free_unless_whole=True)


def test_a_doubt_of_an_earlier_try_outlasts_the_crash_of_a_stream(path):
    killed(
        path,
        """
        claim = journal.claim(*CALL, is_free_unless_whole=True)
        claim.sending(); claim.resending(is_billed=None); claim.sending(); KILL
        """,
    )
    assert len(Journal(path).unknown()) == 1


def test_a_file_that_another_process_switches_to_write_ahead_logging_is_opened_once_it_has(path, monkeypatch):
    connect, other = sqlite3.connect, []

    class Connection(sqlite3.Connection):
        def execute(self, statement, *parameters):
            if statement == "PRAGMA journal_mode = WAL" and not other:
                super().execute("PRAGMA busy_timeout = 0")
                other.append(connect(path, isolation_level=None))
                other[0].execute("BEGIN EXCLUSIVE")
                monkeypatch.setattr(time, "sleep", lambda _seconds: other[0].execute("COMMIT"))
            return super().execute(statement, *parameters)

    monkeypatch.setattr(sqlite3, "connect", partial(connect, factory=Connection))
    assert list(Journal(path).records()) == []
    (closed,) = other
    assert not closed.in_transaction
    closed.close()


def test_processes_can_make_the_same_files_at_the_same_time(tmp_path):
    code = """
        from acedata_responses.limits import Limiter
        sys.stdin.readline()
        for number in range(10):
            Journal(f"{sys.argv[1]}/{number}").close()
            Limiter(shared=f"{sys.argv[1]}/{number}").acquire().release()
    """
    processes = [run(tmp_path / f"own {number}", code, str(tmp_path)) for number in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=100)
    assert [process.returncode for process in processes] == [0, 0, 0, 0]


def test_while_another_process_is_at_it_this_one_waits(path, journal):
    process = run(path, "claim = journal.claim(*CALL); claim.sending(); print(1, flush=True); sys.stdin.read()")
    assert process.stdout is not None
    process.stdout.readline()
    assert journal.claim(*CALL) is None
    assert journal.unknown() == []
    process.kill()
    process.communicate(timeout=60)
    assert len(journal.unknown()) == 1


@pytest.mark.parametrize("step", ["", "claim.sending();"], ids=["prepared", "sent"])
def test_a_call_of_a_process_that_is_alive_is_neither_pruned_nor_forgotten(path, journal, step):
    soon = datetime.now(timezone.utc) + timedelta(hours=1)
    process = run(path, f"claim = journal.claim(*CALL); {step} print(1, flush=True); sys.stdin.read()")
    assert process.stdout is not None
    process.stdout.readline()
    own = journal.claim(*CALL, key="own")
    assert journal.prune(soon, "prepared", "sent") == 0
    assert journal.forget(*journal.records()) == 0
    assert journal.claim(*CALL) is journal.claim(*CALL, key="own") is None
    process.kill()
    process.communicate(timeout=60)
    assert journal.prune(soon, "prepared", "sent") == 1
    own.refused("HTTP 500")
    assert journal.forget(*journal.records()) == 1


@forks
def test_a_forked_child_is_another_owner(journal, path):
    claim = journal.claim(*CALL)
    claim.sending()

    def finds_it_busy():
        busy = journal.claim(*CALL) is None and journal.unknown() == []
        journal.claim(*CALL, key="of the child").sending()
        return busy

    assert is_true_in_a_child(finds_it_busy)
    assert [record.key for record in journal.unknown()] == ["of the child"]
    claim.answered(ANSWER)
    assert isinstance(Journal(path).claim(*CALL), Record)


@pytest.fixture
def worker(journal):
    """A child of a process that uses the journal: it claims a call, waits, claims another one and is killed."""
    journal.claim(*CALL, key="of the parent")
    (is_sending, sending), (may_end, end) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        journal.claim(*CALL, key="first of the child").sending()
        os.write(sending, b"1")
        os.read(may_end, 1)
        journal.claim(*CALL, key="second of the child").answered(ANSWER)
        os.kill(os.getpid(), signal.SIGKILL)
    os.read(is_sending, 1)

    def finish():
        os.write(end, b"1")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

    return finish


@forks
def test_a_child_that_was_forked_from_a_journal_in_use_is_known_to_be_alive(journal, path, worker):
    other = run(path, "print(journal.claim(*CALL, key='first of the child'), journal.unknown())")
    assert other.communicate(timeout=60)[0].split() == ["None", "[]"]
    assert journal.claim(*CALL, key="first of the child") is None
    worker()
    assert [record.key for record in journal.unknown()] == ["first of the child"]


@forks
def test_what_a_forked_child_writes_stays_though_its_parent_closes_the_file(journal, path, worker):
    journal.close()
    worker()
    assert isinstance(Journal(path).claim(*CALL, key="second of the child"), Record)


@forks
def test_a_fork_waits_for_the_transactions_of_other_threads(journal):
    is_writing, written = threading.Event(), []

    def write() -> None:
        with journal._file.transaction() as database:
            is_writing.set()
            for number in range(100):
                database.execute("UPDATE calls SET tries = ?", (number,))
            written.append(True)

    with ThreadPoolExecutor() as threads:
        writing = threads.submit(write)
        is_writing.wait()
        assert is_true_in_a_child(lambda: written and journal.claim(*CALL))
        writing.result()


# The file


def test_the_file_is_for_its_owner_alone(path):
    before = os.umask(0)
    try:
        Journal(path).claim(*CALL)
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes) >= {"answers.db", "answers.db-owners"}
    assert set(modes.values()) == {0o600}


def test_a_full_disk_is_reported_before_anything_is_sent(journal):
    journal.claim(*CALL)
    with journal._file.transaction() as database:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
    journal._file._open().execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalError, match="full"):
        journal.claim(*CALL[:2], json.dumps({"input": "x" * 100_000}).encode())
    assert len(list(journal.records())) == 1


def test_a_file_of_another_program_is_refused_and_left_as_it_is(path):
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE notes (text)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="another program"):
        Journal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be one" * 40, b"SQLite format 3\0"])
def test_a_damaged_file_is_refused_and_left_as_it_is(path, content):
    path.write_bytes(content)
    with pytest.raises(JournalError, match="damaged"):
        Journal(path)
    assert path.read_bytes() == content


def test_a_file_of_a_newer_version_is_refused(path):
    Journal(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(JournalError, match="newer version"):
        Journal(path)


def test_a_file_of_an_older_version_is_brought_up_to_date(path):
    from acedata_responses.journal._records import FORMAT

    Journal(path).claim(*CALL).answered(ANSWER)
    with sqlite3.connect(path) as database:
        database.execute("DROP INDEX calls_by_state")
        database.execute("ALTER TABLE calls DROP COLUMN is_free_unless_whole")
        database.execute("PRAGMA user_version = 1")
    database.close()
    assert isinstance(Journal(path).claim(*CALL), Record)
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (len(FORMAT.migrations),)
    database.close()


def test_a_file_that_another_program_holds_is_reported(path, monkeypatch):
    from acedata_responses.journal import _journal

    monkeypatch.setattr(_journal, "FORMAT", _journal.FORMAT._replace(longest_wait=0.01))
    journal = Journal(path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="Another program has locked it"):
        journal.claim(*CALL)
    holder.close()


def test_a_folder_or_a_path_that_is_not_there_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "missing" / "answers.db"):
        with pytest.raises(JournalError, match="cannot be"):
            Journal(path)


on_posix = pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be removed here")
LOST = ["answers.db", "answers.db-owners"]


@on_posix
@pytest.mark.parametrize("is_replaced", [False, True], ids=["deleted", "replaced"])
@pytest.mark.parametrize("name", LOST)
def test_a_file_that_is_no_longer_at_its_path_is_noticed_before_anything_is_sent(journal, path, name, is_replaced):
    claim = journal.claim(*CALL)
    lost, away = path.with_name(name), path.with_name("away")
    lost.rename(away)
    if is_replaced:
        lost.touch()
    for act in (claim.sending, lambda: journal.claim(*CALL, key="two"), lambda: claim.answered(ANSWER)):
        with pytest.raises(JournalError, match=rf"{name} was deleted or replaced while it was in use"):
            act()
    away.rename(lost)
    assert isinstance(journal.claim(*CALL), Record)  # nothing that had come is lost


def test_a_journal_with_a_relative_path_stays_where_it_is_when_the_process_changes_its_folder(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    journal = Journal("answers.db")
    monkeypatch.chdir(elsewhere)
    journal.claim(*CALL).answered(ANSWER)
    journal.close()
    for again in (journal, pickle.loads(pickle.dumps(journal))):
        assert isinstance(again.claim(*CALL), Record)
    assert not list(elsewhere.iterdir())


@on_posix
@pytest.mark.parametrize("name", LOST)
def test_a_new_journal_takes_the_file_that_is_at_the_path_now(journal, path, name):
    journal.claim(*CALL).answered(ANSWER)
    journal.close()
    for file in path.parent.glob(f"{name}*"):
        file.unlink()
    new = Journal(path)
    assert isinstance(new.claim(*CALL, key="two"), Claim)
    assert isinstance(new.claim(*CALL), Record) == (name != "answers.db")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_file_that_was_deleted_before_a_fork_is_noticed_after_it(journal, path):
    journal.claim(*CALL)
    path.unlink()
    child = os.fork()
    if not child:
        try:
            journal.claim(*CALL)
        except JournalError:
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with pytest.raises(JournalError):
        journal.claim(*CALL)


def test_what_to_do_with_unknown_outcomes_is_one_of_two(path):
    with pytest.raises(ConfigurationError, match="'raise' or 'resend'"):
        Journal(path, on_unknown="ignore")
    assert not path.exists()


# Looking at it


def test_records_can_be_exported_as_json_lines(journal):
    journal.claim(*CALL).answered(ANSWER)
    journal.claim(*CALL, key="two").refused("HTTP 500", HTTPResponse(500, [], b"<html>"))
    lines = io.StringIO()
    assert journal.export(lines) == 2
    first, second = map(json.loads, lines.getvalue().splitlines())
    assert (first["request"], first["response"]) == (json.loads(CALL[2]), json.loads(ANSWER.content))
    assert (second["key"], second["state"], second["response"]) == ("two", "refused", "<html>")


def test_what_names_no_moment_or_no_state_is_refused(journal):
    for wrong in (datetime(2026, 1, 1), 0, "2026-01-01"):  # noqa: DTZ001
        with pytest.raises(ConfigurationError, match="before must be a datetime with a time zone"):
            journal.prune(wrong)
    for ask in (
        journal.records,
        partial(journal.export, io.StringIO()),
        partial(journal.prune, datetime.now(timezone.utc)),
    ):
        with pytest.raises(ConfigurationError, match="a request is never 'done': the states are prepared, sent"):
            ask("done")


def test_only_what_is_finished_is_pruned(path):
    journal = Journal(path)
    journal.claim(*CALL).answered(ANSWER)
    journal.claim(*CALL, key="refused").refused("HTTP 500")
    journal.claim(*CALL, key="unknown").unknown("the connection broke")
    journal.claim(*CALL, key="prepared")
    soon = datetime.now(timezone.utc) + timedelta(hours=1)
    assert journal.prune(soon - timedelta(days=1)) == 0
    assert journal.prune(soon) == 2
    assert {record.key for record in journal.records()} == {"unknown", "prepared"}
    assert journal.prune(soon, "unknown") == 1


def test_a_journal_can_be_handed_to_another_process(journal):
    journal.claim(*CALL).answered(ANSWER)
    twin = pickle.loads(pickle.dumps(journal))
    assert isinstance(twin.claim(*CALL), Record)
    assert repr(twin) == repr(journal)


def test_a_closed_journal_opens_again(journal):
    with journal:
        journal.claim(*CALL).answered(ANSWER)
    assert isinstance(journal.claim(*CALL), Record)
