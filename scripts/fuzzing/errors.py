"""The target `errors`: what a client makes of any other status, and what holds for every error of every target."""

from __future__ import annotations

import pickle
from random import Random

from acedata_responses.errors import AceDataError, APIStatusError, class_for

from .answers import TOKEN
from .client import ask, client_of, headers_of
from .mutation import cut
from .rules import ViolationError, must_equal


def check_status(body: bytes) -> None:
    """An error of the service is one of the documented classes, whatever its body and headers are."""
    chance = Random(body)  # noqa: S311 - no secret
    status = chance.choice([chance.randint(300, 599), 400, 401, 403, 404, 413, 429, 500, 504])
    stream = {"stream": True} if chance.random() < 0.3 else {}
    try:
        ask(client_of(status, cut(chance, body), headers_of(chance), strict=False), **stream)
    except APIStatusError as error:
        must_equal(error.status_code, status, "the status is that of the answer")
        must_equal(type(error), class_for(status, error.code), "the class is that of code and status")
        check_error(error)
        return
    raise ViolationError(f"status {status} gave a reply")


def check_error(error: AceDataError) -> None:
    """What holds for every error."""
    pickled = pickle.dumps(error)
    must_equal(TOKEN.encode() in pickled or TOKEN in f"{error}{error!r}", False, "no error has the token")
    must_equal(str(pickle.loads(pickled)), str(error), "an error can be pickled")  # noqa: S301 - it is our own
    must_equal((error.__cause__, error.__context__), (None, None), "nothing hangs on it")
    must_equal(error.tries, 1, "it was sent once")
