"""What is measured, how often, and what it should come to.

All clients take turns in each round, so that whatever else the machine does meets them alike; a figure is the median
over the rounds of a client's time divided by that of httpx in the same round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

STREAMED = 400  # events


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        key: Its name in the results.
        title: Its name in the table.
        method: What a worker is asked for; `imports`, `first` and `first_tls` stand for a fresh process.
        arguments: With what.
        units: In how many units the time is divided.
        rounds: How often each client has its turn.
        target: The ratio to httpx that we want to keep within.
        by: Which time is compared, `cpu` or `wall`.
        counts_connections: Whether the connections that were made are counted too.
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
    """The lines of the table, in its order.

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
    yield Figure(
        "call async", "a call, 64 at a time", "call_async", at_once, 320, rounds, 0.5, counts_connections=True
    )
    for flavour in ("", "_async"):
        for a_chunk, target in ((1, 0.8), (16, 0.6)):
            title = f"an event, {a_chunk} a chunk{', async' if flavour else ''}"
            whole = times // 20
            arguments = {"times": whole, "events": STREAMED, "a_chunk": a_chunk}
            key = f"event {a_chunk}{flavour.replace('_', ' ')}"
            yield Figure(key, title, f"stream{flavour}", arguments, whole * STREAMED, rounds, target)
    yield Figure(
        "first event", "from call to first event", "first_event", {"times": times}, times, rounds, 0.8, "wall"
    )
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
    """What is measured once, of ours alone, in bytes."""
    calls, events = (5_000, 20_000) if quick else (100_000, 200_000)
    yield Figure(
        "growth over events",
        f"growth over {events:,} events, beside their text",
        "growth_over_events",
        {"events": events},
    )
    yield Figure("growth over calls", f"growth over {calls:,} calls", "growth_over_calls", {"times": calls})
