"""A conversation that goes on: the questions are the arguments of the program."""

import sys
from typing import Any

from acedata_responses import Client

with Client() as client:
    conversation: list[dict[str, Any]] = [{"role": "system", "content": "Answer in one sentence."}]
    for question in sys.argv[1:]:
        conversation.append({"role": "user", "content": question})
        reply = client.responses.create(model="gpt-4o", input=conversation)
        conversation += reply.to_input()
        print(reply.output_text)
