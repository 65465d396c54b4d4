"""The queue of calls, compared with a simple model under random operations."""

from __future__ import annotations

import itertools
import math

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from acedata_responses.limits import Limits, Turns
from tests.waiting import most_in_a_second


class QueueModel(RuleBasedStateMachine):
    """Calls arrive, start, finish and give up in any order."""

    @initialize(in_flight=st.sampled_from([None, 1, 2, 3]), per_second=st.sampled_from([None, 0.5, 1, 2, 5]))
    def begin(self, in_flight, per_second):
        self.limits = Limits(in_flight=in_flight, per_second=per_second)
        self.turns: Turns[int] = Turns(self.limits)
        self.names = itertools.count()
        self.now = 0.0
        self.queue: list[int] = []
        self.running: list[int] = []
        self.starts: list[float] = []
        self.moved_at = -math.inf

    def slot_is_free(self) -> bool:
        return self.limits.in_flight is None or len(self.running) < self.limits.in_flight

    @rule()
    def arrive(self):
        call = next(self.names)
        if self.turns.start_at_once(call, self.now):
            assert not self.queue, "it went before waiting calls"
            self.count_start(call)
        else:
            has_to_wait = self.queue or not self.slot_is_free() or self.turns.next_start(self.now) > self.now
            assert has_to_wait, "nothing prevented it from starting"
            self.turns.join(call)
            self.queue.append(call)

    @rule()
    def start(self):
        call = self.turns.called()
        if call is not None and self.turns.next_start(self.now) <= self.now:
            assert call == self.queue.pop(0)
            self.turns.start(call, self.now)
            self.count_start(call)

    def count_start(self, call):
        assert self.slot_is_free()
        self.running.append(call)
        self.starts.append(self.now)
        self.moved_at = self.now

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def finish(self, data):
        call = data.draw(st.sampled_from(self.running))
        self.turns.finish(call, self.now)
        self.running.remove(call)
        self.moved_at = self.now
        self.turns.finish(call, self.now + 1)  # has no effect

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def give_up(self, data):
        call = data.draw(st.sampled_from(self.queue))
        self.turns.leave(call)
        self.queue.remove(call)

    @rule(seconds=st.sampled_from([0.001, 0.1, 0.25, 0.5, 1.0, 1.05, 3.0]))
    def wait(self, seconds):
        self.now += seconds

    @precondition(lambda self: self.limits.per_second)
    @rule(change=st.sampled_from(["slowed", "succeeded"]))
    def change_the_pace(self, change):
        getattr(self.turns.pace, change)(self.now)

    @invariant()
    def the_first_in_the_queue_is_called_if_a_place_is_free(self):
        expected = self.queue[0] if self.queue and self.slot_is_free() else None
        assert self.turns.called() == expected

    @invariant()
    def the_counts_match(self):
        assert (self.turns.running, self.turns.waiting) == (self.running, len(self.queue))
        assert self.turns.in_flight == len(self.running)

    @invariant()
    def the_limit_per_second_holds(self):
        if self.limits.per_second is not None:
            assert most_in_a_second(self.starts) <= max(self.limits.per_second, 1)

    @invariant()
    def the_wait_for_the_pace_is_short(self):
        wait = self.turns.next_start(self.now) - self.now
        assert 0 <= wait <= 1.05 / min(self.limits.per_second or 1, 1) + 1e-9

    @invariant()
    def a_standstill_begins_once_the_pace_would_allow_a_start(self):
        since = self.turns.standstill()
        assert since >= self.moved_at
        assert since <= self.turns.next_start(self.now)

    def finish_all(self):
        while self.running:
            self.turns.finish(self.running.pop(), self.now)

    def teardown(self):
        self.finish_all()
        while self.queue:
            self.now = self.turns.next_start(self.now)
            waiting = len(self.queue)
            self.start()
            assert len(self.queue) == waiting - 1, "the queue is stuck"
            self.finish_all()
        assert (self.turns.in_flight, self.turns.waiting, self.turns.called()) == (0, 0, None)


TestQueue = QueueModel.TestCase
TestQueue.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
