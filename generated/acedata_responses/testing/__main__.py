"""Runs the test server, for manual calls."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import sys
import threading

from .._document.facts import BASE_URL_VARIABLES, TOKEN_VARIABLES
from .._document.schemas import OPERATIONS
from ._examples import REQUESTS
from ._replies import shapes
from ._server import serve
from ._service import TOKEN


def main() -> None:
    """Serve until interrupted, and log each request."""
    parser = argparse.ArgumentParser(prog=f"python -m {__package__}", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=8000, help="the port on 127.0.0.1 (default: %(default)s); 0 for a free one"
    )
    parser.add_argument("--token", default=TOKEN, help="the token to accept (default: %(default)s)")
    parser.add_argument("--shape", choices=shapes(), help="the shape of replies")
    parser.add_argument("--text", help="the text of the answers")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stdout)
    with contextlib.ExitStack() as stack:
        serving = serve(port=options.port, token=options.token, shape=options.shape, text=options.text)
        try:
            service = stack.enter_context(serving)
        except OSError as error:
            reason = error.strerror or str(error)
            parser.exit(1, f"The service cannot listen: {reason}. Choose a port with --port; 0 takes a free one.\n")
        print(_introduction(service.url, service.token), end="", flush=True)  # in one write: requests are logged too
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
        print(f"{len(service.requests)} requests.")


def _introduction(url: str, token: str) -> str:
    """Return instructions for calling the service."""
    lines = [f"The service is at {url} until Ctrl-C. Call it:", ""]
    for operation in OPERATIONS:
        call = f"curl -N {url}{operation['path']} -X {operation['method']} -H 'Authorization: Bearer {token}'"
        body = REQUESTS.get(operation["id"])
        if body is not None:
            text = json.dumps(body, ensure_ascii=False).replace("'", "'\\''")
            call += f" -H 'Content-Type: application/json' -d '{text}'"
        lines.append(call)
    lines += ["", "or let a program call it as it is, with Client():", ""]
    lines += [f"export {variable}={token}" for variable in TOKEN_VARIABLES[:1]]
    lines += [f"export {variable}={url}" for variable in BASE_URL_VARIABLES[:1]]
    return "\n".join([*lines, "", ""])


if __name__ == "__main__":
    main()
