"""Throws random and mutated bytes at what reads the service's bytes: only what is documented may come out.

A target is a way to make inputs and a check that every input must pass. The input of a round follows from the
seed, the target and the round's number, so that each failure can be had again; it is shown together with the
smallest input found that fails as well.

Exit status: 0 no failure, 1 a failure.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.fuzzing.shrinking import smallest
from scripts.fuzzing.targets import TARGETS, failure_of, input_of

SHRINKING = 10.0  # seconds at most


def report(name: str, seed: int, number: int, error: Exception) -> None:
    """Show a failure, the smallest input that leads to it, and the way to have it again."""
    end = time.monotonic() + SHRINKING

    def still_fails(data: bytes) -> bool:
        return time.monotonic() < end and type(failure_of(name, data)) is type(error)

    data = smallest(input_of(name, seed, number), still_fails)
    traceback.print_exception(failure_of(name, data))
    print(f"\n{name} fails in round {number}; the smallest input found that fails like it:\n  {data!r}")
    print(f"again: python scripts/fuzz.py --seed {seed} --start {number} --rounds 1 {name}")


def rounds(options: argparse.Namespace) -> Iterator[int]:
    """The numbers of a target's rounds: so many, or for as long as its share of the time lasts."""
    if options.rounds is not None:
        yield from range(options.start, options.start + options.rounds)
        return
    end = time.monotonic() + options.seconds / len(options.targets)
    for number in itertools.count(options.start):
        yield number
        if time.monotonic() >= end:
            return


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "targets", nargs="*", metavar="target", help=f"of {', '.join(TARGETS)}; all if none is named"
    )
    parser.add_argument(
        "--seconds", type=float, default=10, help="for all targets together; %(default)s if not given"
    )
    parser.add_argument("--rounds", type=int, help="for each target, instead of --seconds")
    parser.add_argument(
        "--start", type=int, default=0, metavar="ROUND", help="leave out the rounds before this one"
    )
    parser.add_argument(
        "--seed", type=int, default=time.time_ns() % 1_000_000, help="another one each time if not given"
    )
    options = parser.parse_args(arguments)
    options.targets = options.targets or list(TARGETS)
    if unknown := sorted(set(options.targets) - set(TARGETS)):
        parser.error(f"no such target: {', '.join(unknown)}")

    print(f"seed {options.seed}")
    for name in options.targets:
        count = 0
        for number in rounds(options):
            error = failure_of(name, input_of(name, options.seed, number))
            if error:
                report(name, options.seed, number, error)
                return 1
            count += 1
        print(f"{name}: {count:,} rounds without a failure")
    return 0


if __name__ == "__main__":
    sys.exit(main())
