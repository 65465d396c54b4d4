"""Demonstrates the client: a call, a stream, an invalid request, a wrong token, and the list of models.

It calls a test server by default. With `--live` and a token in the environment it calls the real service, which
bills the calls.

Exit status: 0 the demo succeeded, 1 a call failed, 70 the demo crashed.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import crash

if __name__ == "__main__":
    crash.install()

from acedata_responses import AceDataError, Client, RequestValidationError, testing

MODEL = "gpt-4o-mini"


def main(arguments: list[str] | None = None) -> int:
    """Run the demo. Return 0 if it succeeds, 1 if a call fails."""
    parser = argparse.ArgumentParser(description="Demonstrate the client with a test server.")
    parser.add_argument("--live", action="store_true", help="call the real service, which bills the calls")
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # the terminal may not support all characters
        sys.stdout.reconfigure(errors="replace")
    try:
        if options.live:
            with Client() as client:
                make_calls(client, "the real service")
        else:
            with testing.serve() as service, Client(token=testing.TOKEN, base_url=service.url) as client:
                slow = [testing.Fault("delay", at="event", after=n, seconds=0.1) for n in range(10)]
                service.reply_with(lambda _request: None, slow)
                make_calls(client, "a test server")
    except AceDataError as error:
        print(f"\nThe demo stopped: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def make_calls(client: Client, service: str) -> None:
    """Make the calls and print the results."""
    print(f"== {service}, {client!r}\n\n-- a call")
    reply = client.responses.create(model=MODEL, input="Why is the sky dark at night?")
    print(f"{reply.output_text}\n   {type(reply).__name__} from {reply.model}, {reply.usage}")

    print("\n-- a stream")
    with client.responses.create(model=MODEL, input="Describe the tides.", stream=True) as stream:
        for text in stream.text_deltas():
            print(text, end="", flush=True)
        final = stream.final()
    print(f"\n   {type(final).__name__}, {len(final.output_text)} characters in all")

    print("\n-- an invalid request: refused by the client, nothing is sent")
    try:
        client.responses.create(model=MODEL, input=[], temperature=2.1)
    except RequestValidationError as error:
        print(error)

    print("\n-- a wrong token: refused by the service")
    try:
        client.with_options(token="not-a-token").models.list()  # noqa: S106 - wrong on purpose
    except AceDataError as error:
        print(f"{type(error).__name__}: {error}")

    print("\n-- the models")
    names = [model.id for model in client.models.list().data]
    print(f"{len(names)}: {', '.join(names[:6])} ...")

    print(f"""
== done: five calls to {service}, two of them wrong on purpose.
   Try next:  make serve     a test server, for curl or your own program
              make test      all tests
              make demo LIVE=1   the same calls to the real service, with your token in the environment""")


if __name__ == "__main__":
    sys.exit(main())
