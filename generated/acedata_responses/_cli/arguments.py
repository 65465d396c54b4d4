"""The arguments and the exit status of the command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from attrs import frozen

from .._document.facts import BILLING, IN_FLIGHT_LIMIT, SUMMARY_FIELDS, TOKEN_VARIABLES
from ..bulk._operations import OPERATIONS

PACKAGE = __name__.partition(".")[0]


class Status(IntEnum):
    """The exit status. If several apply, it is the last of them in this list."""

    ANSWERED = 0
    FAILED = 1
    REFUSED = 2
    UNKNOWN = 4
    BUDGET_SPENT = 3
    STOPPED = 5
    INTERRUPTED = 130


_STATUSES = """
exit status:
  0    every request is answered
  1    some requests failed
  2    nothing was sent: an argument, a line of the file, the token or the journal; or a file could not be written
  3    the budget is spent, and requests are left
  4    the outcome of some requests is unknown, and they may be billed; they are in the journal
  5    stopped at an error that every request would have, such as a wrong token; requests are left
  130  interrupted by Ctrl-C, and requests are left
"""


@frozen
class Options:
    """The arguments of `run`; `-` means standard input or output."""

    requests: str
    journal: str
    output: str
    operation: str
    in_order: bool = False
    keep_going: bool = False
    via_stream: bool = False
    max_in_flight: int | None = None
    budget: float | None = None
    cost_per_call: float | None = None
    token_budget: int | None = None
    tokens_per_call: int | None = None
    on_unknown: Any = "raise"
    base_url: str | None = None


def parse(arguments: Sequence[str] | None) -> Options:
    """Parse the command line. A wrong argument ends the program with status 2."""
    parser = argparse.ArgumentParser(prog=f"python -m {PACKAGE}")
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser(
        "run",
        help="send the requests in a file",
        description="Send the request on each line of a file and write a line for each result.",
        epilog=_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_files(run)
    _add_limits(run)
    if "cost" in SUMMARY_FIELDS:
        _add_budget(run, "budget", "cost-per-call", _amount, "cost")
    if "total_tokens" in SUMMARY_FIELDS:
        _add_budget(run, "token-budget", "tokens-per-call", _count, "tokens")
    options = Options(**vars(parser.parse_args(arguments)))
    for total, single in (("budget", "cost_per_call"), ("token_budget", "tokens_per_call")):
        if getattr(options, total) is not None and getattr(options, single) is None:
            needed = single.replace("_", "-")
            run.error(f"--{total.replace('_', '-')} needs --{needed}, which is reserved before a call is sent")
    return options


def _add_files(run: argparse.ArgumentParser) -> None:
    token = f" The token is taken from {' or '.join(TOKEN_VARIABLES)}." if TOKEN_VARIABLES else ""
    run.add_argument(
        "requests",
        help="a file of JSON Lines, or - for standard input: each line is an object with the fields of a request and, "
        'optionally, a "key" that names it; or {"custom_id": ..., "body": {...}}, as in batch files of OpenAI.' + token,
    )
    run.add_argument(
        "--journal", required=True, metavar="FILE",
        help="the journal, which keeps requests and responses; a request with a response in it is not sent again",
    )  # fmt: skip
    run.add_argument(
        "--output", default="-", metavar="FILE",
        help="the file for the results, a line of JSON for each (default: standard output). "
        "They are written to FILE.partial, which is renamed to FILE when every request has its result",
    )  # fmt: skip
    run.add_argument(
        "--keep-going", action="store_true",
        help="continue after an error that every further request would have",
    )  # fmt: skip
    run.add_argument("--in-order", action="store_true", help="write the results in the order of the requests")
    if len(OPERATIONS) == 1:
        run.set_defaults(operation=next(iter(OPERATIONS)))
    else:
        run.add_argument("--operation", required=True, choices=OPERATIONS, help="the operation to call")


def _add_limits(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--max-in-flight", type=_count, metavar="N",
        help=f"how many calls may be in flight (default: {IN_FLIGHT_LIMIT or 'as many as usual'})",
    )  # fmt: skip
    if BILLING.get("stream-unfinished") is False:
        run.add_argument(
            "--via-stream", action="store_true",
            help="send the requests as streams; a stream that does not reach its end is not billed, and is retried",
        )  # fmt: skip
    run.add_argument(
        "--on-unknown", choices=("raise", "resend"), default="raise",
        help="what to do with a request of an earlier run that may already be billed: report it (raise, the "
        "default), or send it again at the risk of paying twice (resend)",
    )  # fmt: skip
    run.add_argument("--base-url", metavar="URL", help="the URL of the service, if it is not the default")


def _add_budget(run: argparse.ArgumentParser, total: str, single: str, parsed: Any, unit: str) -> None:
    run.add_argument(f"--{total}", type=parsed, metavar="N", help=f"the maximum {unit} of all calls of this run")
    run.add_argument(f"--{single}", type=parsed, metavar="N", help=f"the maximum {unit} of one call")


def _amount(text: str) -> float:
    amount = float(text)
    if not 0 < amount < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")
    return amount


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"must be an integer of at least 1, not {text}")
    return count
