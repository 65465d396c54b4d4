"""The program that is killed: it makes many calls with a journal, until it has all answers.

Run by `kills` as `python -m scripts.soaking.killed FLAVOUR URL JOURNAL REQUESTS VIA_STREAM`. Exit status: 0 each
request has its answer or an unknown outcome, 1 other outcomes.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

from acedata_responses import AsyncClient, Client, Limiter, UnknownOutcomeError, testing

AT_ONCE = 8


def requests(count: int) -> Iterator[dict[str, Any]]:
    """The requests, the same in each run."""
    return ({"model": "gpt-4o-mini", "input": f"call {number}"} for number in range(count))


def main(flavour: str, url: str, journal: str, count: str, via_stream: str) -> int:
    """Make the calls, and print outcomes that are neither an answer nor unknown."""
    options: dict[str, Any] = {
        "token": testing.TOKEN,
        "base_url": url,
        "journal": journal,
        "via_stream": via_stream == "True",
        "limits": Limiter(shared=journal),
    }
    asked = requests(int(count))
    if flavour == "sync":
        with Client(**options) as client:
            results = list(client.responses.map(asked, at_once=AT_ONCE))
    else:
        results = asyncio.run(_in_tasks(options, asked))
    wrong = [
        result
        for result in results
        if (result.reply is None and not isinstance(result.error, UnknownOutcomeError))
        or (result.reply is not None and result.reply.output_text != f"the answer to {result.request['input']}")
    ]
    print(*wrong, sep="\n")
    return 1 if wrong else 0


async def _in_tasks(options: dict[str, Any], asked: Iterator[dict[str, Any]]) -> list[Any]:
    async with AsyncClient(**options) as client:
        return [result async for result in client.responses.map(asked, at_once=AT_ONCE)]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
