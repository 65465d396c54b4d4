"""The target `replies`: what a client makes of an answer under status 200."""

from __future__ import annotations

import json
import pickle
from random import Random

from acedata_responses.errors import APIStatusError, ReplyDecodeError, ReplyFailedError

from .client import ask, client_of, headers_of
from .errors import check_error
from .mutation import cut
from .rules import must_equal


def check_reply(body: bytes) -> None:
    """A reply gives back all that came, or an error says why there is none."""
    chance = Random(body)  # noqa: S311 - no secret
    client = client_of(200, cut(chance, body), headers_of(chance), strict=chance.random() < 0.2)
    try:
        reply = ask(client)
    except (ReplyDecodeError, ReplyFailedError, APIStatusError) as error:
        check_error(error)
        return
    data = json.loads(body.decode("utf-8-sig"))
    must_equal(repr(reply.to_dict()), repr(data), "nothing that came is lost")
    must_equal(reply.http.content, body, "the bytes are kept")
    must_equal(isinstance(reply.output_text, str), True, "there is a text, if an empty one")
    must_equal(pickle.loads(pickle.dumps(reply)), reply, "a reply can be pickled")  # noqa: S301 - it is our own
    repr(reply), reply.problems
