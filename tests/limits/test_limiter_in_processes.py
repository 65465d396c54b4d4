"""A limiter shared by processes: the limits hold for all of them together, and a killed process holds no slot."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys

import pytest

from acedata_responses import Client, ConfigurationError, JournalError, testing
from acedata_responses.limits import Limiter, Limits, LimitTimeout
from tests.clock import FakeClock
from tests.drivers import ONE_SLOT
from tests.processes import forks, is_true_in_a_child, python
from tests.waiting import in_loop, most_in_a_second, run


@pytest.fixture
def process():
    """Starts another Python process, which is killed after the test."""
    started = []

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        started.append(python(code, arguments=arguments))
        return started[-1]

    yield start
    for child in started:
        child.kill()
        child.communicate(timeout=60)


def test_a_slot_of_another_process_is_taken_until_it_is_released_or_the_process_is_killed(path, process):
    limiter = Limiter(Limits(in_flight=2, per_second=None), shared=path, clock=FakeClock())
    other = process(
        """
        import sys
        from acedata_responses.limits import Limiter, Limits
        limiter = Limiter(Limits(in_flight=2, per_second=None), shared=sys.argv[1])
        slots = [limiter.acquire(), limiter.acquire()]
        print("acquired", flush=True)
        sys.stdin.readline()
        slots.pop().release()
        print("released one", flush=True)
        sys.stdin.readline()
        """,
        path,
    )
    assert other.stdout.readline() == "acquired\n"
    with pytest.raises(LimitTimeout, match="2 calls are in flight in all processes"):
        limiter.acquire(timeout=1)
    with pytest.raises(LimitTimeout):
        limiter.acquire(give_up_at=1002)
    print(file=other.stdin, flush=True)
    assert other.stdout.readline() == "released one\n"
    limiter.acquire(timeout=1)
    with pytest.raises(LimitTimeout):
        limiter.acquire(timeout=1)
    other.send_signal(signal.SIGKILL)
    other.wait(60)
    limiter.acquire(timeout=1)


@forks
def test_a_forked_child_shares_the_limits_and_cannot_release_the_slots_of_its_parent(path):
    limiter = Limiter(Limits(in_flight=2, per_second=None), shared=path, clock=FakeClock())
    slot = limiter.acquire()

    def acquires_one():
        slot.release()  # has no effect, as it belongs to the parent
        limiter.acquire(timeout=1)
        with pytest.raises(LimitTimeout):
            limiter.acquire(timeout=1)
        return True

    assert is_true_in_a_child(acquires_one)
    limiter.acquire(timeout=1)
    with pytest.raises(LimitTimeout):
        limiter.acquire(timeout=1)


def test_limiters_with_the_same_path_share_the_limits_within_a_process(path):
    first = Limiter(ONE_SLOT, shared=path, clock=FakeClock())
    second = Limiter(ONE_SLOT, shared=str(path), clock=FakeClock())
    third = copy.copy(first)
    slot = first.acquire()
    for other in (second, third):
        with pytest.raises(LimitTimeout):
            other.acquire(timeout=1)
    slot.release()
    slot.release()
    run(second.acquire_async(timeout=1))
    with pytest.raises(LimitTimeout):
        run(third.acquire_async(timeout=1))


def test_all_limiters_together_keep_the_pace(path):
    clock = FakeClock()
    limits = Limits(in_flight=None, per_second=6)
    limiters = [Limiter(limits, shared=path, clock=clock) for _ in range(3)]
    starts = []
    for turn in range(30):
        limiters[turn % 3].acquire()
        starts.append(clock.now)
    assert most_in_a_second(starts) == 6
    assert clock.now - 1000 < 6


def test_a_refusal_slows_all_limiters_and_successes_restore_the_pace(path):
    clock = FakeClock()
    limits = Limits(in_flight=None, per_second=60)
    first, second = (Limiter(limits, shared=path, clock=clock) for _ in range(2))

    def seconds_for(limiter: Limiter, calls: int) -> float:
        began = clock.now
        for _ in range(calls):
            limiter.acquire()
        return clock.now - began

    usual = seconds_for(second, 120)
    first.slowed()
    assert seconds_for(second, 120) > 1.5 * usual
    for _ in range(200):
        clock.advance(1)
        second.succeeded()
    assert seconds_for(first, 120) == pytest.approx(usual, rel=0.1)


def test_times_from_before_a_reboot_are_ignored(path):
    limits = Limits(in_flight=1, per_second=1)
    Limiter(limits, shared=path, clock=FakeClock(now=500_000)).acquire().release()
    clock = FakeClock(now=50)
    Limiter(limits, shared=path, clock=clock).acquire(timeout=1)
    assert clock.sleeps == []


@in_loop
async def test_a_task_waits_for_a_locked_file_without_blocking_the_event_loop(path):
    limiter = Limiter(ONE_SLOT, shared=path)
    holder = sqlite3.connect(f"{path}-limits", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    call = asyncio.ensure_future(limiter.acquire_async())
    for _ in range(3):
        await asyncio.sleep(0.05)
        assert not call.done()
    holder.execute("ROLLBACK")
    slot = await call
    holder.execute("BEGIN IMMEDIATE")
    slot.release()  # is written later
    holder.execute("ROLLBACK")
    await limiter.acquire_async(timeout=5)
    holder.close()


def test_a_slot_released_while_the_file_is_locked_is_freed_later_without_another_call(path):
    slot = Limiter(ONE_SLOT, shared=path).acquire()
    holder = sqlite3.connect(f"{path}-limits", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    slot.release()
    holder.execute("ROLLBACK")
    holder.close()
    Limiter(ONE_SLOT, shared=path).acquire(timeout=20)


def test_the_files_are_accessible_only_to_their_owner_and_can_be_next_to_a_journal(path):
    before = os.umask(0)
    try:
        limiter = Limiter(ONE_SLOT, shared=path)
        with (
            testing.serve() as service,
            Client(testing.TOKEN, base_url=service.url, journal=path, limits=limiter) as client,
        ):
            for _ in range(2):
                client.responses.create(model="gpt-4o-mini", input="Hello")
            assert len(service.requests) == 1
    finally:
        os.umask(before)
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert {"answers.db", "answers.db-limits", "answers.db-owners"} <= set(files)
    assert set(files.values()) == {0o600}


def test_an_unusable_path_is_refused_when_the_limiter_is_created(path):
    with pytest.raises(ConfigurationError, match="shared must be a path, not int"):
        Limiter(shared=3)
    with pytest.raises(JournalError, match="cannot be used as a shared limiter"):
        Limiter(shared=path / "missing")
    path.with_name("answers.db-limits").write_bytes(b"not a database at all" * 100)
    with pytest.raises(JournalError, match="damaged or not a shared limiter"):
        Limiter(shared=path)


# Against the service

WORKER = """
    import asyncio, json, sys
    from concurrent.futures import ThreadPoolExecutor
    from acedata_responses import AsyncClient, Client, Limiter, Limits
    from acedata_responses.limits import Pace

    flavour, url, token, path, calls, text = sys.argv[1:]
    limiter = Limiter(Limits(in_flight=20, per_second=30), shared=path)
    options = {"base_url": url, "limits": limiter, "max_retries": 0}
    fields = {"model": "gpt-4o-mini", "input": text}
    starts, started = [], Pace.started

    def record(pace, now):
        if pace is limiter._shared.pace:
            starts.append(now)
        started(pace, now)

    Pace.started = record

    def in_threads():
        with Client(token, **options) as client, ThreadPoolExecutor(30) as threads:
            list(threads.map(lambda _: client.responses.create(**fields), range(int(calls))))

    async def in_tasks():
        async with AsyncClient(token, **options) as client:
            await asyncio.gather(*(client.responses.create(**fields) for _ in range(int(calls))))

    print("ready", flush=True)
    sys.stdin.readline()
    in_threads() if flavour == "sync" else asyncio.run(in_tasks())
    print(json.dumps(starts), flush=True)
"""


def test_several_processes_keep_the_documented_limits_even_if_one_is_killed(path, process):
    """Up to 20 calls may have started but not arrived, so the service may see 20 + 30 in a second; it allows 60."""
    calls = 25

    def answer(request: testing.Request) -> testing.Fault:
        return testing.Fault("stall") if request.json["input"] == "hold" else testing.Fault("delay", seconds=0.1)

    with testing.serve(limits=Limits()) as service:
        service.reply_with(always=answer)
        where = (service.url, testing.TOKEN, path)
        victim = process(WORKER, "sync", *where, 12, "hold")
        workers = [process(WORKER, flavour, *where, calls, "go on") for flavour in ("sync", "async", "async")]
        for item in (victim, *workers):
            assert item.stdout.readline() == "ready\n"
        print(file=victim.stdin, flush=True)
        service.wait_until_stalled(12, timeout=60)
        for worker in workers:
            print(file=worker.stdin, flush=True)
        service.wait_for_requests(12 + 15, timeout=60)
        victim.send_signal(signal.SIGKILL)
        starts = [start for worker in workers for start in json.loads(worker.communicate(timeout=120)[0])]
        assert [worker.returncode for worker in workers] == [0, 0, 0]
        assert sorted(item.status for item in service.requests) == [200] * (12 + 3 * calls)
        assert service.most_in_flight <= 20
    assert len(starts) == 3 * calls
    assert most_in_a_second(sorted(starts)) <= 30


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be removed here")
@pytest.mark.parametrize("name", ["answers.db-limits", "answers.db-owners"])
def test_nothing_is_sent_after_the_shared_file_was_deleted(connect, service, path, name):
    driver = connect(service, limits=Limiter(ONE_SLOT, shared=path))
    assert driver.create().output_text
    path.with_name(name).unlink()
    for _ in range(2):
        with pytest.raises(JournalError, match=f"{name} was deleted or replaced"):
            driver.create()
    assert len(service.requests) == 1
    assert connect(service, limits=Limiter(ONE_SLOT, shared=path)).create().output_text


def test_a_relative_path_refers_to_the_folder_in_which_the_limiter_was_created(connect, service, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    limiter = Limiter(ONE_SLOT, shared="limits.db")
    driver = connect(service, limits=limiter)
    monkeypatch.chdir(elsewhere)
    assert driver.create().output_text
    assert copy.copy(limiter).in_flight == 0
    assert not list(elsewhere.iterdir())
