"""A hook: each request carries an id for the logs of a gateway, and each call is a line with what became of it."""

import uuid

from acedata_responses import Client, Hook
from acedata_responses.hooks import CallInfo, EndInfo, TryInfo


class RequestLog(Hook):
    def before_send(self, call: CallInfo) -> dict[str, str]:
        return {"x-request-id": call.state.setdefault(self, str(uuid.uuid4()))}

    def after_try(self, attempt: TryInfo) -> None:
        if attempt.resent_in is not None:
            print(f"try {attempt.number}: {attempt.error!r}, again in {attempt.resent_in:.1f} s")

    def at_end(self, end: EndInfo) -> None:
        outcome = type(end.error).__name__ if end.error else "answered"
        print(end.call.model, outcome, "tokens:", end.summary.total_tokens, "billed:", end.may_be_billed)


with Client(hooks=[RequestLog()]) as client:
    print(client.responses.create(model="gpt-4o-mini", input="Say hello").output_text)
    with client.responses.create(model="gpt-4o", input="Count", stream=True) as stream:
        print("".join(stream.text_deltas()))
