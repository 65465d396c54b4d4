"""Demonstrates the client: a call, a stream, an invalid request, a wrong token, and the list of models.

It calls the embedded service by default. With `--live` and a token in the environment it calls the real service, which
bills the calls.

Exit status: 0 the demo succeeded, 1 a call failed, 70 the demo crashed.
"""

from __future__ import annotations

import argparse
import io
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import crash

if __name__ == "__main__":
    crash.install()

from acedata_responses import AceDataError, Client, RequestValidationError, testing

MODEL = "gpt-4o-mini"


def main(arguments: list[str] | None = None) -> int:
    """Run the demo. Return 0 if it succeeds, 1 if a call fails."""
    parser = argparse.ArgumentParser(description="Demonstrate the client with the embedded service.")
    parser.add_argument("--live", action="store_true", help="call the real service, which bills the calls")
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # the terminal may not support all characters
        sys.stdout.reconfigure(errors="replace")
    service: AbstractContextManager[testing.Service | None] = nullcontext() if options.live else testing.serve()
    try:
        with service as embedded, _client(embedded) as client:
            print(f"== {'the real service' if embedded is None else 'the embedded service'}, {client!r}")
            plain_call(client)
            if embedded is not None:
                embedded.reply_with([testing.Fault("delay", at="event", after=n, seconds=0.1) for n in range(10)])
            stream(client)
            wrong_call(client)
            refused_call(client)
            models(client)
    except AceDataError as error:
        print(f"\nThe demo stopped: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(_WHAT_NEXT.format(where="the real service" if options.live else "a service on 127.0.0.1"))
    return 0


def _client(service: testing.Service | None) -> Client:
    """Return a client of the embedded service, or of the real one with the token from the environment."""
    return Client() if service is None else Client(token=testing.TOKEN, base_url=service.url)


def plain_call(client: Client) -> None:
    """Make a call and print the answer."""
    print("\n-- a plain call")
    reply = client.responses.create(model=MODEL, input="Why is the sky dark at night?")
    print(f"{reply.output_text}\n   {type(reply).__name__} from {reply.model}, {reply.usage}")


def stream(client: Client) -> None:
    """Make a streaming call and print the answer as it arrives."""
    print("\n-- the same, streamed")
    with client.responses.create(model=MODEL, input="Describe the tides.", stream=True) as answer:
        for text in answer.text_deltas():
            print(text, end="", flush=True)
        final = answer.final()
    print(f"\n   {type(final).__name__}, {len(final.output_text)} characters in all")


def wrong_call(client: Client) -> None:
    """Show the error for a request that violates the OpenAPI document."""
    print("\n-- a wrong call: refused here, nothing is sent")
    try:
        client.responses.create(model=MODEL, input=[], temperature=2.1)
    except RequestValidationError as error:
        print(error)


def refused_call(client: Client) -> None:
    """Show an error of the service."""
    print("\n-- a wrong token: refused by the service")
    try:
        client.with_options(token="not-a-token").models.list()  # noqa: S106 - wrong on purpose
    except AceDataError as error:
        print(f"{type(error).__name__}: {error}")


def models(client: Client) -> None:
    """List the models."""
    print("\n-- the models")
    names = [model.id for model in client.models.list().data]
    print(f"{len(names)}: {', '.join(names[:6])} ...")


_WHAT_NEXT = """
== done: five calls to {where}, two of them wrong on purpose.
   Try next:  make serve     the embedded service, for curl or your own program
              make test      all tests
              make demo LIVE=1   the same calls to the real service, with your token in the environment"""


if __name__ == "__main__":
    sys.exit(main())
