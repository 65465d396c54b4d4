"""Functions that the model calls on its way to an answer. Needs `pip install "acedata-responses[parse]"`."""

from typing import Annotated

from msgspec import Meta

from acedata_responses import Client


def weather(city: str, days: Annotated[int, Meta(ge=1, description="How far to look ahead")] = 1) -> dict[str, object]:
    """The weather in a city."""
    return {"city": city, "days": days, "sky": "clear", "celsius": -4}


with Client() as client:
    run = client.responses.run(model="gpt-4o", input="Do I need a coat in Oslo?", functions=[weather], max_steps=5)
    print(run.output_text)
    print(len(run.replies), "replies")

    more = client.responses.create(model="gpt-4o", input=[*run.items, {"role": "user", "content": "And gloves?"}])
    print(more.output_text)
