"""The command `run`: the requests of a file, one JSON object a line, and their answers in another file."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Generator, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from attrs import define

from .._json import is_object
from ..errors import AceDataError, ConfigurationError, UnknownOutcomeError
from ._budget import Budget, BudgetExhaustedError, cost_and_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._results import Result

ANSWERED, FAILED, UNUSABLE, EXHAUSTED, UNKNOWN, INTERRUPTED = 0, 1, 2, 3, 4, 130

EXIT_CODES = """\
exit codes:
  0    every request is answered
  1    some failed
  2    the arguments or the file of requests cannot be used; nothing was sent
  3    the budget is exhausted
  4    of some it is not known whether they are billed: see the journal
  130  interrupted
With --journal the same command goes on where it stopped, and pays only for what is missing.
"""


@define
class Summary:
    """What became of all requests."""

    answered: int = 0
    from_journal: int = 0
    failed: int = 0
    unknown: int = 0
    tokens: int = 0
    cost: float = 0.0

    def add(self, result: Result[Any]) -> None:
        """Count a result."""
        if result.reply is None:
            is_unknown = isinstance(result.error, UnknownOutcomeError)
            self.unknown += is_unknown
            self.failed += not is_unknown
            return
        self.answered += 1
        if getattr(result.reply.http, "from_journal", False):
            self.from_journal += 1
            return
        cost, tokens = cost_and_tokens(result.reply)
        self.cost += cost or 0
        self.tokens += tokens or 0

    def __str__(self) -> str:
        journal = f" ({self.from_journal} from the journal)" if self.from_journal else ""
        cost = f", {self.cost:g} Credits" if self.cost else ""
        return (
            f"{self.answered} answered{journal}, {self.failed} failed, {self.unknown} unknown; "
            f"{self.tokens} tokens{cost}"
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to a parser."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EXIT_CODES
    parser.add_argument(
        "requests", metavar="FILE", help="requests: JSON objects, one a line; `key` names one"
    )
    parser.add_argument("--output", required=True, metavar="FILE", help="where the answers go, one a line")
    parser.add_argument(
        "--journal", metavar="FILE", help="keep requests and answers here; pay for each only once"
    )
    parser.add_argument("--at-once", type=_count, metavar="N", help="how many calls may be under way")
    parser.add_argument(
        "--in-order", action="store_true", help="write the answers in the order of the requests"
    )
    parser.add_argument("--on-unknown", choices=("raise", "resend"), default="raise")
    for what, unit in (("cost", "Credits"), ("tokens", "tokens")):
        kind = float if what == "cost" else int
        parser.add_argument(f"--budget-{what}", type=kind, metavar="N", help=f"the most {unit} for all calls")
        parser.add_argument(
            f"--{what}-of-a-call", type=kind, metavar="N", help=f"the most {unit} for one call"
        )


def run(options: argparse.Namespace, map_requests: Callable[..., Iterator[Result[Any]]]) -> int:
    """Answer the requests of a file.

    The answers are written to `OUTPUT.partial`, which takes the place of the output once all are there.

    Args:
        options: The arguments of the command.
        map_requests: Makes the calls.

    Returns:
        The exit code.
    """
    summary = Summary()
    code = ANSWERED
    output = Path(options.output)
    partial = output.with_name(f"{output.name}.partial")
    try:
        budget = _budget(options)
        total = sum(
            1 for _request in _requests(options.requests)
        )  # refuses a bad line before anything is sent
        with partial.open("w", encoding="utf-8") as lines, _progress(total) as progress:
            for result in map_requests(
                _requests(options.requests),
                at_once=options.at_once,
                in_order=options.in_order,
                budget=budget,
                progress=progress,
            ):
                summary.add(result)
                lines.write(json.dumps(_line(result), ensure_ascii=False) + "\n")
        partial.replace(output)
    except BudgetExhaustedError as error:
        print(error, file=sys.stderr)
        code = EXHAUSTED
    except (ConfigurationError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        code = INTERRUPTED
    print(summary, file=sys.stderr)
    if code:
        print(f"stopped before the end; what is answered is in {partial}", file=sys.stderr)
        return code
    return UNKNOWN if summary.unknown else FAILED if summary.failed else ANSWERED


def _budget(options: argparse.Namespace) -> Budget | None:
    if options.budget_cost is None and options.budget_tokens is None:
        return None
    return Budget(
        options.budget_cost,
        options.budget_tokens,
        cost_of_a_call=options.cost_of_a_call,
        tokens_of_a_call=options.tokens_of_a_call,
    )


def _requests(path: str) -> Iterator[Mapping[str, Any] | tuple[str, Mapping[str, Any]]]:
    """The requests of a file.

    Raises:
        ValueError: A line is not a JSON object.
    """
    with Path(path).open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                request = json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path}:{number}: not JSON ({error})") from None
            if not is_object(request):
                raise ValueError(f"{path}:{number}: expected a JSON object, found {line.strip():.80}")
            key = request.pop("key", None)
            yield request if key is None else (str(key), request)


def _line(result: Result[Any]) -> dict[str, Any]:
    if result.reply is not None:
        return {"key": result.key, "reply": result.reply.to_dict()}
    error: AceDataError | None = result.error
    return {"key": result.key, "error": {"type": type(error).__name__, "message": str(error)}}


@contextlib.contextmanager
def _progress(total: int) -> Generator[Callable[[int], object] | None, None, None]:
    """A bar on the terminal, by tqdm where that is installed; nothing where the output is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    try:
        tqdm: Any = import_module("tqdm").tqdm
    except ImportError:
        yield _Counter(total, sys.stderr)
        print(file=sys.stderr)
        return
    with tqdm(total=total, unit="call") as bar:
        yield bar.update


class _Counter:
    """`12 of 300` on one line that is written over."""

    def __init__(self, total: int, terminal: TextIO) -> None:
        self._done = 0
        self._total = total
        self._terminal = terminal

    def __call__(self, count: int) -> None:
        self._done += count
        print(f"\r{self._done} of {self._total}", end="", file=self._terminal, flush=True)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, found {text}")
    return number
