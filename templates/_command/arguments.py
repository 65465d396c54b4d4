"""The arguments of the command, and what it exits with."""

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
    """What the command exits with. Where several apply, the one that comes last here."""

    ANSWERED = 0
    FAILED = 1
    REFUSED = 2
    UNKNOWN = 4
    BUDGET_SPENT = 3
    INTERRUPTED = 130


_STATUSES = """
exit status:
  0    every request is answered
  1    some requests failed
  2    nothing was sent: an argument, a line of the file, the token or the journal; or a file could not be written
  3    the budget is spent, and requests are left
  4    of some requests it is not known whether they are billed; they are in the journal
  130  interrupted by Ctrl-C, and requests are left
"""


@frozen
class Options:
    """The arguments of `run`; `-` is standard input or output."""

    requests: str
    journal: str
    output: str
    operation: str
    in_order: bool = False
    via_stream: bool = False
    max_in_flight: int | None = None
    budget: float | None = None
    cost_per_call: float | None = None
    token_budget: int | None = None
    tokens_per_call: int | None = None
    on_unknown: Any = "raise"
    base_url: str | None = None


def parse(arguments: Sequence[str] | None) -> Options:
    """Parse the command line; what is wrong with it ends the program with status 2."""
    parser = argparse.ArgumentParser(prog=f"python -m {PACKAGE}")
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser(
        "run",
        help="make the calls that a file lists",
        description="Make a call for each line of a file and write a line for each result.",
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
            run.error(f"--{total.replace('_', '-')} needs --{needed}: it is reserved before a call is sent")
    return options


def _add_files(run: argparse.ArgumentParser) -> None:
    token = f" The token is taken from {' or '.join(TOKEN_VARIABLES)}." if TOKEN_VARIABLES else ""
    run.add_argument(
        "requests",
        help="a file of JSON Lines, or - for standard input: on each line an object with the fields of a request and, "
        'if wanted, a "key" that names it; or {"custom_id": ..., "body": {...}}, as in batch files of OpenAI.'
        + token,
    )
    run.add_argument(
        "--journal", required=True, metavar="FILE",
        help="where requests and answers are kept; what is answered there is not sent again",
    )  # fmt: skip
    run.add_argument(
        "--output", default="-", metavar="FILE",
        help="where a JSON line for each result goes (default: standard output). "
        "It is written to FILE.partial, which is renamed once every request has its result",
    )  # fmt: skip
    run.add_argument("--in-order", action="store_true", help="write the results in the order of the requests")
    if len(OPERATIONS) == 1:
        run.set_defaults(operation=next(iter(OPERATIONS)))
    else:
        run.add_argument("--operation", required=True, choices=OPERATIONS, help="what to call")


def _add_limits(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--max-in-flight", type=_count, metavar="N",
        help=f"how many calls may be in flight (default: {IN_FLIGHT_LIMIT or 'as many as usual'})",
    )  # fmt: skip
    if BILLING.get("stream-unfinished") is False:
        run.add_argument(
            "--via-stream", action="store_true",
            help="send the calls as streams, which are not billed, and sent again, if they do not reach their end",
        )  # fmt: skip
    run.add_argument(
        "--on-unknown", choices=("raise", "resend"), default="raise",
        help="what to do with a request of an earlier run that may be billed already: report it (raise, the "
        "default), or send it at the risk of paying twice (resend)",
    )  # fmt: skip
    run.add_argument("--base-url", metavar="URL", help="where the service is, if not at its own address")


def _add_budget(run: argparse.ArgumentParser, total: str, single: str, parsed: Any, unit: str) -> None:
    run.add_argument(
        f"--{total}", type=parsed, metavar="N", help=f"the {unit} that all calls of this run may take"
    )
    run.add_argument(f"--{single}", type=parsed, metavar="N", help=f"the {unit} that one call takes at most")


def _amount(text: str) -> float:
    amount = float(text)
    if not 0 < amount < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")
    return amount


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, not {text}")
    return count
