"""The journal's file: which requests may be sent, however the process before ended."""

from __future__ import annotations

import hashlib
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
from acedata_responses.journal import Claim, Journal, Record, _journal
from tests.processes import forks, is_true_in_a_child, python

REQUEST = ("POST", "/openai/responses", b'{"model":"gpt-4o","input":"Hello"}')
RESPONSE = HTTPResponse(200, [(b"content-type", b"application/json")], b'{"id":"resp_1","text":"\xc3\xa9"}')
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed on Windows")


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal(path)


def run(path: Path, code: str, *arguments: str) -> subprocess.Popen[str]:
    """Run code with the journal in another process."""
    head = f"""
        import os, signal, sys
        from acedata_responses import HTTPResponse
        from acedata_responses.journal import Journal
        journal = Journal({str(path)!r})
        REQUEST = {REQUEST!r}
        RESPONSE = HTTPResponse({RESPONSE.status_code}, {RESPONSE.raw_headers!r}, {RESPONSE.content!r})
    """
    return python(head, code, arguments=arguments)


def run_and_kill(path: Path, code: str) -> None:
    """Run code with the journal in another process, which then kills itself."""
    process = run(path, f"{code}; os.kill(os.getpid(), signal.SIGKILL)")
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


# One process


def test_a_new_request_may_be_sent_and_its_response_is_returned_unchanged(journal, path):
    claim = journal.claim(*REQUEST)
    claim.sending()
    claim.answered(RESPONSE)
    record = Journal(path).claim(*REQUEST)
    assert isinstance(record, Record)
    assert (record.status_code, record.headers, record.content) == (200, RESPONSE.raw_headers, RESPONSE.content)
    assert (record.state, record.tries) == ("answered", 1)


def test_a_request_is_identified_by_method_path_body_and_key(journal):
    journal.claim(*REQUEST, key="sample 1").answered(RESPONSE)
    (record,) = journal.records()
    text = b'POST\n/openai/responses\n{"input":"Hello","model":"gpt-4o"}'
    assert record.fingerprint == hashlib.sha256(text).hexdigest()
    assert isinstance(journal.claim(*REQUEST, key="sample 1"), Record)
    reordered = b'{ "input": "Hello", "model": "gpt-4o" }'
    assert isinstance(journal.claim(*REQUEST[:2], reordered, key="sample 1"), Record)
    for other in (("PUT", *REQUEST[1:]), ("POST", "/openai/other", REQUEST[2]), (*REQUEST[:2], b'{"input":"hello"}')):
        assert isinstance(journal.claim(*other, key="sample 1"), Claim)
    assert isinstance(journal.claim(*REQUEST, key="sample 2"), Claim)


def test_only_one_of_many_threads_may_send_a_request(journal, path):
    with ThreadPoolExecutor(8) as threads:
        claims = list(threads.map(lambda _: journal.claim(*REQUEST), range(40)))
    (claim,) = filter(None, claims)
    claim.sending()
    assert Journal(path).claim(*REQUEST) is None
    claim.answered(RESPONSE)
    assert isinstance(journal.claim(*REQUEST), Record)


def test_a_request_that_is_not_billed_may_be_sent_again(journal):
    claim = journal.claim(*REQUEST)
    claim.sending()
    claim.refused("HTTP 429", HTTPResponse(429, [], b"slow down"))
    (record,) = journal.records("refused")
    assert (record.reason, record.status_code, record.content) == ("HTTP 429", 429, b"slow down")
    again = journal.claim(*REQUEST)
    again.sending()
    again.answered(RESPONSE)
    (record,) = journal.records()
    assert (record.state, record.tries, record.reason) == ("answered", 2, "")


def test_a_failed_try_that_is_not_billed_is_retried_by_the_same_claim(journal):
    claim = journal.claim(*REQUEST)
    claim.sending()
    claim.resending(is_billed=False)
    assert [record.state for record in journal.records()] == ["prepared"]
    assert journal.claim(*REQUEST) is None


def test_a_request_with_an_unknown_outcome_is_sent_again_only_if_the_caller_says_so(journal, path):
    claim = journal.claim(*REQUEST)
    claim.sending()
    claim.unknown("the connection broke")
    for _ in range(2):
        with pytest.raises(UnknownOutcomeError, match="the connection broke") as caught:
            journal.claim(*REQUEST)
    (record,) = journal.unknown()
    assert record.fingerprint == caught.value.fingerprint
    assert (record.body, record.reason) == (REQUEST[2], "the connection broke")
    assert pickle.loads(pickle.dumps(caught.value)).fingerprint == record.fingerprint
    again = Journal(path, on_unknown="resend").claim(*REQUEST)
    assert journal.unknown() == []
    again.unknown("the connection broke again")
    assert journal.forget(caught.value) == 1
    assert journal.forget(caught.value) == 0
    assert isinstance(journal.claim(*REQUEST), Claim)


@pytest.mark.skipif(sys.platform == "win32", reason="files have no inodes on Windows")
def test_sent_requests_and_responses_are_synced_to_the_disk(journal, path, monkeypatch):
    synced, sync = [], os.fsync

    def record(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    log = path.with_name("answers.db-wal").stat().st_ino
    claim = journal.claim(*REQUEST)
    assert synced == []
    claim.sending()
    assert synced == [log]
    claim.answered(RESPONSE)
    assert synced == [log, log]


# Several processes


@pytest.mark.parametrize(
    ("claim", "steps", "is_unknown"),
    [
        ("journal.claim(*REQUEST)", "claim.sending()", True),
        ("journal.claim(*REQUEST)", "claim.sending(); claim.resending(is_billed=False)", False),
        ("journal.claim(*REQUEST)", "claim.sending(); claim.refused('HTTP 500')", False),
        ("journal.claim(*REQUEST, is_free_unless_whole=True)", "claim.sending()", False),
        (
            "journal.claim(*REQUEST, is_free_unless_whole=True)",
            "claim.sending(); claim.resending(is_billed=None); claim.sending()",
            True,
        ),
    ],
    ids=["sent", "failed and not billed", "refused", "stream sent", "earlier try may be billed"],
)
@pytest.mark.parametrize("first", ["claim", "unknown"])
def test_after_a_crash_the_outcome_is_unknown_only_if_the_request_may_be_billed(path, claim, steps, is_unknown, first):
    run_and_kill(path, f"claim = {claim}; {steps}")
    journal = Journal(path)
    if first == "unknown":
        assert len(journal.unknown()) == is_unknown
    if is_unknown:
        with pytest.raises(UnknownOutcomeError):
            journal.claim(*REQUEST, is_free_unless_whole=True)
    else:
        journal.claim(*REQUEST).answered(RESPONSE)
        assert journal.unknown() == []


def test_a_stream_whose_process_crashed_is_recorded_as_not_billed(path):
    run_and_kill(path, "journal.claim(*REQUEST, is_free_unless_whole=True).sending()")
    journal = Journal(path)
    assert journal.unknown() == []
    (record,) = journal.records("refused")
    assert "not billed" in record.reason


def test_opening_waits_while_another_process_switches_the_file_to_write_ahead_logging(path, monkeypatch):
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


def test_processes_can_create_the_same_files_at_the_same_time(tmp_path):
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


@pytest.mark.parametrize("step", ["", "claim.sending();"], ids=["prepared", "sent"])
def test_a_request_of_a_running_process_is_neither_sent_nor_deleted(path, journal, step):
    soon = datetime.now(timezone.utc) + timedelta(hours=1)
    process = run(path, f"claim = journal.claim(*REQUEST); {step} print(1, flush=True); sys.stdin.read()")
    assert process.stdout is not None
    process.stdout.readline()
    own = journal.claim(*REQUEST, key="own")
    assert journal.prune(soon, "prepared", "sent") == 0
    assert journal.forget(*journal.records()) == 0
    assert journal.claim(*REQUEST) is journal.claim(*REQUEST, key="own") is None
    assert journal.unknown() == []
    process.kill()
    process.communicate(timeout=60)
    assert journal.prune(soon, "prepared", "sent") == 1
    own.refused("HTTP 500")
    assert journal.forget(*journal.records()) == 1


@forks
def test_a_forked_child_is_another_process_to_the_journal(journal, path):
    claim = journal.claim(*REQUEST)
    claim.sending()

    def sees_the_request_of_its_parent():
        is_busy = journal.claim(*REQUEST) is None and journal.unknown() == []
        journal.claim(*REQUEST, key="of the child").sending()
        return is_busy

    assert is_true_in_a_child(sees_the_request_of_its_parent)
    assert [record.key for record in journal.unknown()] == ["of the child"]
    claim.answered(RESPONSE)
    assert isinstance(Journal(path).claim(*REQUEST), Record)


@forks
@pytest.mark.parametrize("is_closed", [False, True], ids=["open in the parent", "closed by the parent"])
def test_a_child_forked_from_a_journal_in_use_is_seen_by_others_and_keeps_what_it_writes(journal, path, is_closed):
    journal.claim(*REQUEST, key="of the parent")
    (is_sending, sending), (may_end, end) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        journal.claim(*REQUEST, key="first of the child").sending()
        os.write(sending, b"1")
        os.read(may_end, 1)
        journal.claim(*REQUEST, key="second of the child").answered(RESPONSE)
        os.kill(os.getpid(), signal.SIGKILL)
    os.read(is_sending, 1)
    if is_closed:
        journal.close()
    else:
        other = run(path, "print(journal.claim(*REQUEST, key='first of the child'), journal.unknown())")
        assert other.communicate(timeout=60)[0].split() == ["None", "[]"]
        assert journal.claim(*REQUEST, key="first of the child") is None
    os.write(end, b"1")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert [record.key for record in journal.unknown()] == ["first of the child"]
    assert isinstance(Journal(path).claim(*REQUEST, key="second of the child"), Record)


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
        assert is_true_in_a_child(lambda: written and journal.claim(*REQUEST))
        writing.result()


# The file


def test_the_files_are_accessible_only_to_their_owner(path):
    before = os.umask(0)
    try:
        Journal(path).claim(*REQUEST)
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes) >= {"answers.db", "answers.db-owners"}
    assert set(modes.values()) == {0o600}


def test_a_full_disk_is_reported_before_anything_is_sent(journal):
    journal.claim(*REQUEST)
    with journal._file.transaction() as database:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
    journal._file._open().execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalError, match="full"):
        journal.claim(*REQUEST[:2], json.dumps({"input": "x" * 100_000}).encode())
    assert len(list(journal.records())) == 1


def create(path: Path, *statements: str) -> None:
    """Create a database, or change the journal that is there."""
    database = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        database.execute(statement)
    database.close()


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda path: create(path, "CREATE TABLE notes (text)"), "another program"),
        (lambda path: path.write_bytes(b"not a database at all, but long enough to be one" * 40), "damaged"),
        (lambda path: path.write_bytes(b"SQLite format 3\0"), "damaged"),
        (lambda path: create(path, "PRAGMA application_id = 0x41434A31", "PRAGMA user_version = 99"), "newer version"),
    ],
    ids=["database of another program", "not a database", "truncated database", "newer version"],
)
def test_an_unusable_file_is_refused_and_left_unchanged(path, prepare, message):
    prepare(path)
    before = path.read_bytes()
    with pytest.raises(JournalError, match=message):
        Journal(path)
    assert path.read_bytes() == before


def test_an_unusable_path_or_option_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "missing" / "answers.db"):
        with pytest.raises(JournalError, match="cannot be"):
            Journal(path)
    with pytest.raises(ConfigurationError, match="'raise' or 'resend'"):
        Journal(tmp_path / "answers.db", on_unknown="ignore")
    assert not list(tmp_path.iterdir())


def test_a_file_of_an_older_version_is_migrated(path):
    Journal(path).claim(*REQUEST).answered(RESPONSE)
    create(
        path,
        "DROP INDEX calls_by_state",
        "ALTER TABLE calls DROP COLUMN is_free_unless_whole",
        "PRAGMA user_version = 1",
    )
    assert isinstance(Journal(path).claim(*REQUEST), Record)
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (len(_journal.FORMAT.migrations),)
    database.close()


def test_a_file_that_another_program_has_locked_is_reported(path, monkeypatch):
    monkeypatch.setattr(_journal, "FORMAT", _journal.FORMAT._replace(longest_wait=0.01))
    journal = Journal(path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="Another program has locked it"):
        journal.claim(*REQUEST)
    holder.close()


@on_posix
@pytest.mark.parametrize("is_replaced", [False, True], ids=["deleted", "replaced"])
@pytest.mark.parametrize("name", ["answers.db", "answers.db-owners"])
def test_a_deleted_or_replaced_file_is_noticed_before_anything_is_sent(journal, path, name, is_replaced):
    claim = journal.claim(*REQUEST)
    lost, away = path.with_name(name), path.with_name("away")
    lost.rename(away)
    if is_replaced:
        lost.touch()
    for act in (claim.sending, lambda: journal.claim(*REQUEST, key="two"), lambda: claim.answered(RESPONSE)):
        with pytest.raises(JournalError, match=rf"{name} was deleted or replaced while it was in use"):
            act()
    away.rename(lost)
    assert isinstance(journal.claim(*REQUEST), Record), "the response was kept"


@on_posix
@pytest.mark.parametrize("name", ["answers.db", "answers.db-owners"])
def test_a_new_journal_uses_the_file_that_is_at_the_path_now(journal, path, name):
    journal.claim(*REQUEST).answered(RESPONSE)
    journal.close()
    for file in path.parent.glob(f"{name}*"):
        file.unlink()
    new = Journal(path)
    assert isinstance(new.claim(*REQUEST, key="two"), Claim)
    assert isinstance(new.claim(*REQUEST), Record) == (name != "answers.db")


@forks
def test_a_file_that_was_deleted_before_a_fork_is_noticed_after_it(journal, path):
    journal.claim(*REQUEST)
    path.unlink()

    def is_refused():
        with pytest.raises(JournalError):
            journal.claim(*REQUEST)
        return True

    assert is_true_in_a_child(is_refused)
    assert is_refused()


def test_a_closed_or_pickled_journal_keeps_its_absolute_path(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    journal = Journal("answers.db")
    monkeypatch.chdir(elsewhere)
    with journal:
        journal.claim(*REQUEST).answered(RESPONSE)
    for again in (journal, pickle.loads(pickle.dumps(journal))):
        assert isinstance(again.claim(*REQUEST), Record)
        assert repr(again) == f"<Journal {str(tmp_path / 'answers.db')!r}>"
    assert not list(elsewhere.iterdir())


# Reading and deleting


def test_records_can_be_exported_as_json_lines(journal):
    journal.claim(*REQUEST).answered(RESPONSE)
    journal.claim(*REQUEST, key="two").refused("HTTP 500", HTTPResponse(500, [], b"<html>"))
    lines = io.StringIO()
    assert journal.export(lines) == 2
    first, second = map(json.loads, lines.getvalue().splitlines())
    assert (first["request"], first["response"]) == (json.loads(REQUEST[2]), json.loads(RESPONSE.content))
    assert (second["key"], second["state"], second["response"]) == ("two", "refused", "<html>")


def test_invalid_times_and_states_are_refused(journal):
    for time_ in (datetime(2026, 1, 1), 0, "2026-01-01"):  # noqa: DTZ001
        with pytest.raises(ConfigurationError, match="before must be a datetime with a time zone"):
            journal.prune(time_)
    now = datetime.now(timezone.utc)
    for method in (journal.records, partial(journal.export, io.StringIO()), partial(journal.prune, now)):
        with pytest.raises(ConfigurationError, match="unknown state 'done': the states are prepared, sent"):
            method("done")


def test_only_finished_requests_are_pruned_by_default(journal):
    journal.claim(*REQUEST).answered(RESPONSE)
    journal.claim(*REQUEST, key="refused").refused("HTTP 500")
    journal.claim(*REQUEST, key="unknown").unknown("the connection broke")
    journal.claim(*REQUEST, key="prepared")
    soon = datetime.now(timezone.utc) + timedelta(hours=1)
    assert journal.prune(soon - timedelta(days=1)) == 0
    assert journal.prune(soon) == 2
    assert {record.key for record in journal.records()} == {"unknown", "prepared"}
    assert journal.prune(soon, "unknown") == 1
