"""Calls whose process is killed at every step, or whose journal cannot be written: no answer is lost or paid twice."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from acedata_responses import UnknownOutcomeError, testing
from acedata_responses.journal import Journal
from tests.clock import SkippingClock
from tests.drivers import MINIMAL
from tests.processes import python

PROGRAM = """
    import asyncio, os, resource, signal, sys, warnings
    from acedata_responses import AsyncClient, Client
    from acedata_responses.journal import Claim, Journal

    flavour, url, token, path, via_stream, asked = sys.argv[1:]
    options = {"base_url": url, "max_retries": 0, "via_stream": via_stream == "True"}

    def kill():
        os.kill(os.getpid(), signal.SIGKILL)

    def patched(cls, name, before=None, after=None):
        original = getattr(cls, name)

        def method(self, *args, **kwargs):
            if before is not None and before(*args):
                kill()
            result = original(self, *args, **kwargs)
            if after is not None and after(*args):
                kill()
            return result

        setattr(cls, name, method)

    always = lambda *args: True

    def create(**fields):
        if flavour == "sync":
            return client.responses.create(**eval(asked), **fields)
        return loop.run_until_complete(client.responses.create(**eval(asked), **fields))

    loop = asyncio.new_event_loop()
    client = (Client if flavour == "sync" else AsyncClient)(token, journal=path, **options)
"""


def program(flavour, service, path, code, *, via_stream=False, asked=MINIMAL) -> subprocess.Popen[str]:
    arguments = (flavour, service.url, testing.TOKEN, path, via_stream, repr(asked))
    return python(PROGRAM, code, arguments=arguments, stderr=subprocess.PIPE)


STEPS = {
    "before it is in the journal": ("patched(Journal, 'claim', before=always)", 0),
    "before it is sent": ("patched(Claim, 'sending', before=always)", 0),
    "within the transaction that says it is sent": (
        "patched(Journal, '_set', after=lambda database, row, state, *more: state == 'sent')",
        0,
    ),
    "after that transaction": ("patched(Claim, 'sending', after=always)", "?"),
    "when its answer has come": ("patched(Claim, 'answered', before=always)", 1),
    "within the transaction that keeps the answer": (
        "patched(Journal, '_set', after=lambda database, row, state, *more: state == 'answered')",
        1,
    ),
    "after the answer was kept": ("patched(Claim, 'answered', after=always)", "kept"),
}
"""Where it is killed; and how often it was sent then, `?` for not at all though the journal must fear so."""


@pytest.mark.parametrize("via_stream", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_call_that_is_killed_is_never_paid_twice(step, via_stream, flavour, connect, service, path):
    code, sent = STEPS[step]
    process = program(flavour, service, path, f"{code}; create()", via_stream=via_stream)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert len(service.requests) == (0 if sent == "?" else 1 if sent == "kept" else sent)
    again = connect(service, journal=path, via_stream=via_stream, max_retries=0)
    if sent == "kept":
        assert again.create().http.from_journal
        assert len(service.requests) == 1
    elif sent == 0 or via_stream:
        # Of a stream the doubt that is left: its last event was sent and lost on the way.
        assert not again.create().http.from_journal
        assert len(service.requests) == (2 if sent == 1 else 1)
        assert Journal(path).unknown() == []
    else:
        with pytest.raises(UnknownOutcomeError):
            again.create()
        assert len(Journal(path).unknown()) == 1
        assert len(service.requests) == (1 if sent == 1 else 0)


@pytest.mark.parametrize("fault", [testing.Fault("stall"), testing.Fault("stall", "body", after=9)])
def test_a_call_that_is_killed_while_its_answer_comes_is_in_doubt(fault, flavour, connect, service, path):
    service.reply_with(fault)
    process = program(flavour, service, path, "create()")
    service.wait_until_stalled(timeout=60)
    process.kill()
    process.communicate(timeout=60)
    with pytest.raises(UnknownOutcomeError):
        connect(service, journal=path).create()
    assert len(service.requests) == 1


# A file that cannot be written

FULL = """
    create(key="before", extra_body={{"input": "x"}})  # everything is imported, and the file is there
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then a write beyond the limit fails, as on a full disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(path + "-wal") + {room}, resource.RLIM_INFINITY))
    from acedata_responses import JournalError, UnknownOutcomeError
"""


@pytest.mark.skipif(sys.platform == "win32", reason="this platform has no limits on files")
@pytest.mark.parametrize("via_stream", [False, True])
def test_on_a_full_disk_nothing_is_sent(via_stream, flavour, connect, service, path):
    code = FULL.format(room=0) + (
        "    try:\n        create()\n    except JournalError as error:\n        print('refused', error)\n"
    )
    process = program(flavour, service, path, code, via_stream=via_stream)
    out, problem = process.communicate(timeout=60)
    assert out.startswith("refused"), problem
    assert len(service.requests) == 1
    assert connect(service, journal=path, via_stream=via_stream).create()
    assert len(service.requests) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="this platform has no limits on files")
@pytest.mark.parametrize("via_stream", [False, True])
def test_an_answer_for_which_there_is_no_room_reaches_the_caller_and_is_not_paid_again(
    via_stream, flavour, connect, service, path
):
    """There is room to say that it is sent, and that it is in doubt, but not for the answer itself."""
    code = FULL.format(room=40_000) + (
        "    with warnings.catch_warnings(record=True) as seen:\n"
        "        warnings.simplefilter('always')\n"
        "        print(len(create().output_text), [one.category.__name__ for one in seen])\n"
        "    try:\n        create()\n"
        "    except (JournalError, UnknownOutcomeError) as error:\n        print(type(error).__name__)\n"
        "    os._exit(0)\n"
    )
    service.answers(text=lambda request: "x" * (200_000 if "large" in request.json["input"] else 1))
    asked = {**MINIMAL, "input": "something large"}
    process = program(flavour, service, path, code, via_stream=via_stream, asked=asked)
    out, problem = process.communicate(timeout=60)
    assert out.splitlines() == ["200000 ['RuntimeWarning']", "JournalError"], problem
    with pytest.raises(UnknownOutcomeError):
        connect(service, journal=path, via_stream=via_stream).create(**asked)
    assert len(service.requests) == 2


def test_an_answer_that_could_not_be_written_at_the_time_is_written_later(connect, service, path):
    """Another program holds the file when the answer comes, and lets it go."""
    import sqlite3

    from acedata_responses.journal import _journal

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_journal, "FORMAT", _journal.FORMAT._replace(longest_wait=0.01))
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
