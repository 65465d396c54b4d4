"""The command `run`: checks all requests, sends them, and writes the results."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TextIO

from .._client import Client
from ..bulk import Budget
from ..bulk._results import calls_at_once
from ..errors import BudgetExhaustedError, BulkStoppedError, ConfigurationError, JournalError
from ..journal import Journal
from ..limits import Limiter, Limits
from .arguments import Options, Status, parse
from .interrupt import Interrupt
from .lines import BadLinesError, Lines
from .progress import Progress
from .report import Tally, line_of


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
        with _output(options.output) as output, Interrupt() as interrupt:
            status = _send(lines, options, tally, output, interrupt)
            output.is_complete = tally.left == 0
    print(tally.summary, file=sys.stderr)
    if tally.left:
        print("run the same command again to continue where this run stopped", file=sys.stderr)
    return status


def _send(lines: Lines, options: Options, tally: Tally, output: Output, interrupt: Interrupt) -> Status:
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
                output.write(line_of(result))
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


class Output:
    """The output for results.

    Attributes:
        is_complete: Whether every request has its result.
    """

    def __init__(self, file: TextIO) -> None:
        self.is_complete = False
        self._file = file

    def write(self, line: dict[str, Any]) -> None:
        """Write a line of JSON."""
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()


@contextmanager
def _output(name: str) -> Generator[Output, None, None]:
    """Open the output. A file is written as NAME.partial and renamed when it is complete."""
    if name == "-":
        yield Output(sys.stdout)
        return
    path, partial = Path(name), Path(f"{name}.partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        output = Output(file)
        yield output
    if output.is_complete:
        partial.replace(path)
    else:
        print(f"the results so far are in {partial}", file=sys.stderr)
