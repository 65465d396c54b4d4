"""Replies parsed into objects of your own classes.

    @attrs.define
    class Event:
        name: str
        day: datetime.date

    result = client.responses.parse(Event, model="gpt-4o", input="The fair is on 3 May 2027.")
    print(result.value.day, result.reply.usage)

The class can be a dataclass, an attrs class, a TypedDict, a msgspec Struct or a pydantic model. All of them except
pydantic models need msgspec: `pip install "acedata-responses[parse]"`.
"""

from ._answers import Parsed

__all__ = ["Parsed"]
