"""Answers of the embedded service: what the document says of them, and what they hold, by means that are not ours."""

from __future__ import annotations

import json

from acedata_responses import testing
from tests.contract.document import DOCUMENT, assert_documented

CODES = {
    code: facts["statuses"][0] for kind in DOCUMENT["x-error-kinds"].values() for code, facts in kind["codes"].items()
}
SHAPES = ["response", "chat.completion"]
TEXT = "Hello,  wide\nworld! 🌊"
EVENTS = testing.Answer(events=[{"n": 1}, {"n": 2}, "[DONE]"])


def events_of(reply):
    """The data of each event, decoded; a text that is no JSON stays as it is."""
    texts = [block.removeprefix("data: ") for block in reply.text.split("\n\n") if block]
    return [json.loads(text) if text.startswith("{") else text for text in texts]


def text_of(reply):
    """The text of a reply in either shape."""
    if reply["object"] == "response":
        return reply["output"][0]["content"][0]["text"]
    return reply["choices"][0]["message"]["content"]


def streamed_text(events):
    """The text of a stream in either shape, put together from its pieces."""
    pieces = [event for event in events if isinstance(event, dict)]
    return "".join(
        event.get("delta", "") if "type" in event else event["choices"][0]["delta"].get("content", "")
        for event in pieces
    )


def refusal(reply):
    assert_documented(reply.json(), "error")
    return reply.status_code, reply.json()["error"]["code"]
