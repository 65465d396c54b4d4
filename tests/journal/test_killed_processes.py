"""Calls whose process is killed, or whose journal cannot be written: no response is lost or paid twice."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys

import pytest

from acedata_responses import UnknownOutcomeError, testing
from acedata_responses.journal import Journal, _journal
from scripts.soaking.kills import kills
from tests.clock import SkippingClock
from tests.drivers import MINIMAL
from tests.processes import python

PROGRAM = """
    import asyncio, os, resource, signal, sys, warnings
    from acedata_responses import AsyncClient, Client
    from acedata_responses.journal import Claim, Journal

    flavour, url, token, path, via_stream, fields = sys.argv[1:]
    client = (Client if flavour == "sync" else AsyncClient)(
        token, journal=path, base_url=url, max_retries=0, via_stream=via_stream == "True"
    )
    loop = asyncio.new_event_loop()

    def create(**more):
        reply = client.responses.create(**eval(fields), **more)
        return reply if flavour == "sync" else loop.run_until_complete(reply)

    def kill(cls, name, when, condition=lambda *args: True):
        original = getattr(cls, name)

        def method(self, *args, **kwargs):
            if when == "after":
                original(self, *args, **kwargs)
            if condition(*args):
                os.kill(os.getpid(), signal.SIGKILL)
            if when == "before":
                original(self, *args, **kwargs)

        setattr(cls, name, method)
"""


def run(flavour, service, path, code, *, via_stream=False, fields=MINIMAL) -> subprocess.Popen[str]:
    arguments = (flavour, service.url, testing.TOKEN, path, via_stream, repr(fields))
    return python(PROGRAM, code, arguments=arguments, stderr=subprocess.PIPE)


STEPS = {
    "before it is recorded": ("kill(Journal, 'claim', 'before')", 0, "free"),
    "before it is sent": ("kill(Claim, 'sending', 'before')", 0, "free"),
    "in the transaction before it is sent": (
        "kill(Journal, '_set', 'after', lambda database, row, state, *_: state == 'sent')",
        0,
        "free",
    ),
    "after that transaction": ("kill(Claim, 'sending', 'after')", 0, "unknown"),
    "when the response was received": ("kill(Claim, 'answered', 'before')", 1, "unknown"),
    "in the transaction that records the response": (
        "kill(Journal, '_set', 'after', lambda database, row, state, *_: state == 'answered')",
        1,
        "unknown",
    ),
    "after that transaction too": ("kill(Claim, 'answered', 'after')", 1, "answered"),
}
"""When the process is killed, how often the request was sent, and the outcome in the journal."""


@pytest.mark.parametrize("via_stream", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_request_of_a_killed_process_is_never_paid_twice(step, via_stream, flavour, connect, service, path):
    code, sent, outcome = STEPS[step]
    process = run(flavour, service, path, f"{code}; create()", via_stream=via_stream)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert len(service.requests) == sent
    again = connect(service, journal=path, via_stream=via_stream, max_retries=0)
    if outcome == "unknown" and not via_stream:
        with pytest.raises(UnknownOutcomeError):
            again.create()
        assert len(Journal(path).unknown()) == 1
        assert len(service.requests) == sent
    else:
        assert again.create().http.from_journal is (outcome == "answered")
        assert len(service.requests) == sent + (outcome != "answered")
        assert Journal(path).unknown() == []


@pytest.mark.parametrize("fault", [testing.Fault("stall"), testing.Fault("stall", "body", after=9)])
def test_the_outcome_of_a_request_that_is_killed_during_its_response_is_unknown(fault, flavour, connect, service, path):
    service.reply_with(fault)
    process = run(flavour, service, path, "create()")
    service.wait_until_stalled(timeout=60)
    process.kill()
    process.communicate(timeout=60)
    with pytest.raises(UnknownOutcomeError):
        connect(service, journal=path).create()
    assert len(service.requests) == 1


@pytest.mark.timeout(300)
@pytest.mark.parametrize("via_stream", [False, True])
def test_nothing_is_paid_twice_by_a_program_that_is_killed_repeatedly(via_stream, tmp_path):
    """`make soak KILLS=50` runs longer."""
    result = kills(tmp_path, count=3, requests=100, via_stream=via_stream, seed=7)
    assert result.violations == []
    assert result.kills > 0
    assert result.answered + result.unknown == 100
    assert result.unknown == 0 or not via_stream


# A file that cannot be written

FULL_DISK = """
    create(key="before", extra_body={{"input": "x"}})  # imports everything and creates the file
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that a write over the limit fails, as on a full disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(path + "-wal") + {free}, resource.RLIM_INFINITY))
    from acedata_responses import JournalError, UnknownOutcomeError
"""
has_file_limits = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits on files")


@has_file_limits
@pytest.mark.parametrize("via_stream", [False, True])
def test_on_a_full_disk_nothing_is_sent(via_stream, flavour, connect, service, path):
    code = FULL_DISK.format(free=0) + (
        "    try:\n        create()\n    except JournalError as error:\n        print('refused', error)\n"
    )
    process = run(flavour, service, path, code, via_stream=via_stream)
    out, problem = process.communicate(timeout=60)
    assert out.startswith("refused"), problem
    assert len(service.requests) == 1
    assert connect(service, journal=path, via_stream=via_stream).create()
    assert len(service.requests) == 2


@has_file_limits
@pytest.mark.parametrize("via_stream", [False, True])
def test_a_response_that_does_not_fit_on_the_disk_is_returned_and_not_paid_again(
    via_stream, flavour, connect, service, path
):
    """There is enough space for the state of the request, but not for the response."""
    code = FULL_DISK.format(free=40_000) + (
        "    with warnings.catch_warnings(record=True) as seen:\n"
        "        warnings.simplefilter('always')\n"
        "        print(len(create().output_text), [one.category.__name__ for one in seen])\n"
        "    try:\n        create()\n"
        "    except (JournalError, UnknownOutcomeError) as error:\n        print(type(error).__name__)\n"
        "    os._exit(0)\n"
    )
    service.answers(text=lambda request: "x" * (200_000 if "large" in request.json["input"] else 1))
    fields = {**MINIMAL, "input": "something large"}
    process = run(flavour, service, path, code, via_stream=via_stream, fields=fields)
    out, problem = process.communicate(timeout=60)
    assert out.splitlines() == ["200000 ['RuntimeWarning']", "JournalError"], problem
    with pytest.raises(UnknownOutcomeError):
        connect(service, journal=path, via_stream=via_stream).create(**fields)
    assert len(service.requests) == 2


def test_a_response_received_while_the_file_is_locked_is_recorded_later(connect, service, path, monkeypatch):
    monkeypatch.setattr(_journal, "FORMAT", _journal.FORMAT._replace(longest_wait=0.01))
    journal = Journal(path)
    driver = connect(service, journal=journal, max_retries=0, clock=SkippingClock())
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def hold(_request: testing.Request) -> None:
        holder.execute("BEGIN IMMEDIATE")

    service.reply_with(hold)
    with pytest.warns(RuntimeWarning, match="Another program has locked it"):
        text = driver.create().output_text
    holder.execute("ROLLBACK")
    holder.close()
    again = driver.create()
    assert (again.output_text, again.http.from_journal) == (text, True)
    journal.close()
    assert connect(service, journal=path).create().http.from_journal
    assert len(service.requests) == 1
