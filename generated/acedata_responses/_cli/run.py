"""The command `run`: checks all requests, sends them, and writes the results."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from .._client import Client
from ..bulk import Budget
from ..bulk._results import calls_at_once
from ..errors import BudgetExhaustedError, BulkStoppedError, ConfigurationError, JournalError
from ..journal import Journal
from ..limits import Limiter, Limits
from .arguments import Options, Status, parse
from .lines import BadLinesError, Lines
from .progress import Progress
from .report import Tally, line_of

_INTERRUPTED = b"\ninterrupted: waiting for the calls in flight, which may be billed; Ctrl-C again to end at once\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    Args:
        arguments: The command line; by default that of the process.
    """
    options = parse(arguments)
    try:
        return _run(options)
    except (BadLinesError, ConfigurationError, JournalError, OSError) as error:
        print(error, file=sys.stderr)
        return Status.REFUSED
    except KeyboardInterrupt:
        return Status.INTERRUPTED


def _run(options: Options) -> Status:
    limits = Limits() if options.max_in_flight is None else Limits(in_flight=options.max_in_flight)
    journal = Journal(options.journal, on_unknown=options.on_unknown)
    limiter = Limiter(limits, shared=options.journal)  # all runs with the same journal share the limits
    with (
        Client(base_url=options.base_url, journal=journal, limits=limiter, via_stream=options.via_stream) as client,
        closing(Lines(options.requests, client, options.operation)) as lines,
    ):
        tally = Tally(lines.check())
        with _output(options.output, tally) as output, Interrupt() as interrupt:
            status = _send(lines, options, tally, output, interrupt)
    print(tally.summary, file=sys.stderr)
    if tally.left:
        print("run the same command again to continue where this run stopped", file=sys.stderr)
    return status


def _send(lines: Lines, options: Options, tally: Tally, output: TextIO, interrupt: Interrupt) -> Status:
    """Send the requests and write the results, until all are written or the run is stopped."""
    results = lines.map(
        _until_interrupted(lines, interrupt),
        at_once=calls_at_once(options.max_in_flight),
        in_order=options.in_order,
        budget=_budget(options),
        keep_going=options.keep_going,
    )
    with closing(Progress(tally.total, sys.stderr)) as progress:
        try:
            for result in results:
                if isinstance(result.error, JournalError):
                    raise result.error
                tally.add(result)
                print(json.dumps(line_of(result), ensure_ascii=False), file=output, flush=True)
                progress.update(notes=tally.notes)
        except BudgetExhaustedError:
            return Status.INTERRUPTED if interrupt.was_pressed else Status.BUDGET_SPENT
        except BulkStoppedError as stopped:
            progress.close()
            print(f"stopped, as every further request would fail too: {stopped.error}", file=sys.stderr)
            return Status.INTERRUPTED if interrupt.was_pressed else Status.STOPPED
    return Status.INTERRUPTED if tally.left else tally.status


def _until_interrupted(lines: Lines, interrupt: Interrupt) -> Iterator[Any]:
    for request in lines.requests():
        if interrupt.was_pressed:
            return
        yield request


def _budget(options: Options) -> Budget | None:
    if options.budget is None and options.token_budget is None:
        return None
    return Budget(
        cost=options.budget,
        tokens=options.token_budget,
        cost_of_a_call=options.cost_per_call,
        tokens_of_a_call=options.tokens_per_call,
    )


@contextmanager
def _output(name: str, tally: Tally) -> Generator[TextIO, None, None]:
    """Open the output. A file is written as NAME.partial and renamed when every request has its result."""
    if name == "-":
        yield sys.stdout
        return
    partial = Path(f"{name}.partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        yield file
    if tally.left:
        print(f"the results so far are in {partial}", file=sys.stderr)
    else:
        partial.replace(name)


class Interrupt:
    """Handles Ctrl-C in a `with` block: the first one waits for the calls in flight, the second one ends the process.

    Attributes:
        was_pressed: Whether Ctrl-C was pressed.
    """

    def __init__(self) -> None:
        self.was_pressed = False
        self._before: Any = None

    def __enter__(self) -> Interrupt:
        self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.was_pressed:
            os._exit(Status.INTERRUPTED)  # not `sys.exit`, which would wait for the threads that wait for responses
        self.was_pressed = True
        os.write(2, _INTERRUPTED)  # not `print`, which the signal may have interrupted
