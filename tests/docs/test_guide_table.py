"""The table of faults in the guide agrees with the table of faults of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.faults.fault_table import ROWS, TRIES

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "errors.md"


class Line(NamedTuple):
    """A line of the guide's table.

    Attributes:
        what: What happens. A row of the table of faults has the first words of its line.
        result: What the caller gets; `{errors}` is replaced by the errors of the rows.
        sent: How often the request is sent; `{sent}` is replaced by the number in the rows.
    """

    what: str
    result: str
    sent: str = "{sent}"


LINES = [
    Line(
        "the document forbids the request",
        "`RequestValidationError`, every problem with its pointer, rule and source",
        "never",
    ),
    Line(
        "no connection: refused, no TLS on the other side, an unknown certificate",
        "`ConnectionFailedError`",
        "up to 3 tries",
    ),
    Line("connecting takes too long", "`RequestTimeoutError` with `sent=False`", "up to 3 tries"),
    Line(
        "the limits do not let the call start before its deadline, or no call starts or finishes within its timeout",
        "`RequestTimeoutError`",
        "never",
    ),
    Line("429, any 5xx, a gateway timeout: not billed, according to the vendor", "{errors}"),
    Line(
        "any other status, including redirects, which are never followed",
        "{errors}: by the code, then by the status",
    ),
    Line(
        "no response in time, or it stalls, after the request was sent",
        "{errors} with `sent=True`",
        "{sent}: it may be billed; a stream, and `via_stream`: up to 3 times",
    ),
    Line(
        "the connection breaks before, within or after the headers, or within the body; the response is not HTTP",
        "{errors}, with what was received in `error.http`",
        "{sent}: it may be billed; a stream, and `via_stream`: up to 3 times",
    ),
    Line("an error body under status 200", "the same errors as under its own status"),
    Line("status 200, but HTML, truncated or invalid JSON, or not a documented reply", "{errors} with the bytes"),
    Line("a reply that says it failed", "{errors} with the reply"),
    Line("a reply that is incomplete", "the reply, with the `status` `incomplete`", "once"),
    Line(
        "a stream that ends without its last event, breaks or stalls",
        "{errors} with `partial_text`",
        "up to 3 times before its first event, else once; `via_stream`: up to 3 times before its last",
    ),
    Line("a stream with an invalid event, or a last event without a reply", "{errors} with `partial_text`"),
    Line("an error in a stream", "the event, then {errors} with `partial_text`"),
    Line(
        "a whole reply where a stream was requested",
        "`text_deltas()` and `final()` return it; iterating over the events raises `ReplyDecodeError` with it",
        "once",
    ),
]  # fmt: skip


def outcomes(line: Line):
    """Return the outcomes of the calls that may be billed, for the rows of a line."""
    rows = [row for row in ROWS if row.line and line.what.startswith(row.line)]
    return [next(row.outcomes[call] for call in ("post", "stream") if call in row.outcomes) for row in rows]


def shown(line: Line) -> str:
    results = outcomes(line)
    errors = ", ".join(f"`{name}`" for name in dict.fromkeys(outcome.error for outcome in results))
    counts = {outcome.sent for outcome in results}
    sent = {frozenset({1}): "once", frozenset({TRIES}): f"up to {TRIES} times"}.get(frozenset(counts), "")
    return f"| {line.what} | {line.result.format(errors=errors)} | {line.sent.format(sent=sent)} |\n"


def test_the_guide_shows_the_outcome_of_each_fault():
    table = "| What happens | What you get | Sent |\n|---|---|---|\n" + "".join(map(shown, LINES))
    assert table in GUIDE.read_text(encoding="utf-8"), f"the table in {GUIDE} should be:\n{table}"


def test_every_fault_that_costs_something_is_in_the_guide():
    lines = [line.what for line in LINES]
    for row in ROWS:
        assert sum(what.startswith(row.line) for what in lines) == 1 or not row.line, row.name
