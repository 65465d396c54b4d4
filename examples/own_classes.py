"""An answer as an object of one's own class, whole and streamed. Needs `pip install "acedata-responses[parse]"`."""

from dataclasses import dataclass
from datetime import date

from acedata_responses import AnswerError, Client


@dataclass
class Event:
    name: str
    day: date
    guests: list[str]


with Client() as client:
    try:
        result = client.responses.parse(Event, model="gpt-4o", input="Ada and Max meet at the fair on 3 May 2027.")
        print(result.value.name, result.value.day.year, result.value.guests, result.reply.usage)
    except AnswerError as error:
        print(error.reason, error.reply)

    with client.responses.parse(Event, model="gpt-4o", input="Max plays on 4 May 2027.", stream=True) as stream:
        for text in stream.text_deltas():
            print(text, end="", flush=True)
        print("\n", stream.parsed().value)
