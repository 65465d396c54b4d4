"""The figures to measure, and their targets.

All clients take turns in each round, so that other load on the machine affects them equally. A figure is the median,
over all rounds, of the client's time divided by that of httpx in the same round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

STREAMED = 400  # events


@dataclass(frozen=True)
class Figure:
    """A figure: one row of the table.

    Attributes:
        key: The name in the results.
        title: The name in the table.
        method: The method of the worker; `imports`, `first` and `first_tls` start a new process instead.
        arguments: The arguments of the method.
        units: The number of units to divide the time by.
        rounds: How many times each client is measured.
        target: The maximum ratio to httpx that we aim for.
        by: The time to compare: `cpu` or `wall`.
        counts_connections: Whether to count new connections too.
    """

    key: str
    title: str
    method: str
    arguments: dict[str, Any] = field(default_factory=dict)
    units: int = 1
    rounds: int = 9
    target: float | None = None
    by: str = "cpu"
    counts_connections: bool = False


def figures(reply: str, event: str, *, quick: bool) -> Iterator[Figure]:
    """Return the rows of the table, in order.

    Args:
        reply: The body of a reply.
        event: The data of an event.
        quick: Whether to measure less.
    """
    rounds = 3 if quick else 9
    times = 40 if quick else 100
    yield Figure("import", "import", "imports", rounds=rounds, target=0.3)
    yield Figure("first call", "import, client, first call", "first", rounds=rounds, target=1.0)
    yield Figure("first call tls", "the same over TLS", "first_tls", rounds=rounds, target=1.0)
    yield Figure("call", "a call", "call", {"times": times}, times, rounds, 0.75)
    at_once = {"times": 320, "at_once": 64}
    yield Figure("call async", "a call, 64 at a time", "call_async", at_once, 320, rounds, 0.5, counts_connections=True)
    for flavour in ("", "_async"):
        for a_chunk, target in ((1, 0.8), (16, 0.6)):
            title = f"an event, {a_chunk} a chunk{', async' if flavour else ''}"
            whole = times // 20
            arguments = {"times": whole, "events": STREAMED, "a_chunk": a_chunk}
            key = f"event {a_chunk}{flavour.replace('_', ' ')}"
            yield Figure(key, title, f"stream{flavour}", arguments, whole * STREAMED, rounds, target)
    yield Figure("first event", "from call to first event", "first_event", {"times": times}, times, rounds, 0.8, "wall")
    decoded = 10 * times
    yield Figure(
        "reply decoded", "a reply, from bytes", "decode_reply",
        {"times": decoded, "content": reply}, decoded, rounds, 1.8,
    )  # fmt: skip
    yield Figure(
        "event decoded", "an event, from bytes", "decode_event",
        {"times": decoded, "content": event}, decoded, rounds, 1.5,
    )  # fmt: skip


def growth(*, quick: bool) -> Iterator[Figure]:
    """Return the figures of memory growth, measured once, for our client only."""
    calls, events = (5_000, 20_000) if quick else (100_000, 200_000)
    yield Figure(
        "growth over events",
        f"growth over {events:,} events, beside their text",
        "growth_over_events",
        {"events": events},
    )
    yield Figure("growth over calls", f"growth over {calls:,} calls", "growth_over_calls", {"times": calls})
