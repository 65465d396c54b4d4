"""What a caller may pass: anything that is JSON in the end, whatever its class; all else is named and never sent."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import math
import pathlib
import types
import uuid
from collections.abc import Mapping, Sequence

import attrs
import pytest

from acedata_responses import Client, Problem, RequestValidationError, testing


@pytest.fixture(scope="module")
def service():
    return testing.transport()


@pytest.fixture(scope="module")
def sent(service):
    """The data that arrives of a call."""
    with Client(testing.TOKEN, transport=service, limits=None) as client:

        def sent(**fields):
            service.clear()
            client.responses.create(**{"model": "gpt-4o", "input": "Hello", **fields})
            return service.requests[0].json

        yield sent


@pytest.fixture
def problems(service, sent):
    """The problems for which a call is refused."""

    def problems(**fields):
        with pytest.raises(RequestValidationError) as refused:
            sent(**fields)
        assert service.requests == []
        return refused.value.problems

    return problems


class Name(str, enum.Enum):
    BEST = "gpt-4.1"


class Count(enum.IntEnum):
    TWO = 2


class Text(str):
    __slots__ = ()


class Choice(enum.Enum):
    AUTO = "auto"


class Number(enum.Enum):
    TWO = 2


class Raw(enum.Enum):
    A = b"a"


@dataclasses.dataclass
class Place:
    name: object


@dataclasses.dataclass
class Kind:
    type: str


@attrs.frozen
class Point:
    x: int


class Other:
    """An object of another package."""

    def to_dict(self):
        return {"a": 1}


class NumpyNumber:
    """What numpy's numbers and arrays offer."""

    def __init__(self, value):
        self._value = value

    def tolist(self):
        return self._value


class BytesPath:
    def __fspath__(self):
        return b"a"


class Dict(dict):
    pass


class Frozen(Mapping):
    def __init__(self, data):
        self._data = data

    def __getitem__(self, key):
        return self._data[key]

    def __iter__(self):
        return iter(self._data)

    def __len__(self):
        return len(self._data)


class Shy:
    def __repr__(self):
        raise ValueError("not to be shown")


MESSAGE = {"role": "user", "content": "Hello"}
ACCEPTED = {
    "an enum of text": ("model", Name.BEST, "gpt-4.1"),
    "an enum of numbers": ("n", Count.TWO, 2),
    "a kind of text": ("input", Text("Hello"), "Hello"),
    "a kind of dict": ("input", [Dict(MESSAGE)], [MESSAGE]),
    "a proxy of a mapping": ("input", [types.MappingProxyType(MESSAGE)], [MESSAGE]),
    "an ordered dict": ("metadata", collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    "a mapping of the caller's": ("metadata", Frozen({"deep": Frozen({"x": (1, 2)})}),
        {"deep": {"x": [1, 2]}}),
    "a generator": ("input", (message for message in [MESSAGE]), [MESSAGE]),
    "a set": ("include", {"b", "a"}, ["a", "b"]),
    "a frozen set deep down": ("metadata", {"a": [{"b": frozenset({1})}]}, {"a": [{"b": [1]}]}),
    "a mapping's keys": ("include", {"a": 1}.keys(), ["a"]),
    "a decimal": ("temperature", decimal.Decimal("0.5"), 0.5),
    "a whole decimal": ("max_output_tokens", decimal.Decimal(16), 16),
    "a date": ("metadata", {"at": dt.date(2026, 1, 2)}, {"at": "2026-01-02"}),
    "a time": ("metadata", {"at": dt.datetime(2026, 1, 2, 3, tzinfo=dt.timezone.utc)},
        {"at": "2026-01-02T03:00:00+00:00"}),
    "a path": ("metadata", {"at": pathlib.PurePosixPath("a/b")}, {"at": "a/b"}),
    "a UUID": ("metadata", {"id": uuid.UUID(int=1)}, {"id": "00000000-0000-0000-0000-000000000001"}),
    "a member of an enum": ("tool_choice", Choice.AUTO, "auto"),
    "a member for a key": ("metadata", {Choice.AUTO: 1}, {"auto": 1}),
    "a member that is a number": ("n", Number.TWO, 2),
    "a data class": ("metadata", Place("Oslo"), {"name": "Oslo"}),
    "an attrs class": ("metadata", Point(1), {"x": 1}),
    "data classes in a list": ("tools", [Kind("web_search")], [{"type": "web_search"}]),
    "an object with to_dict": ("metadata", Other(), {"a": 1}),
    "numbers of numpy": ("temperature", NumpyNumber(0.5), 0.5),
    "a tuple": ("input", (MESSAGE, MESSAGE), [MESSAGE, MESSAGE]),
    "a deque": ("input", collections.deque([MESSAGE]), [MESSAGE]),
    "a list of the caller's": ("input", collections.UserList([MESSAGE]), [MESSAGE]),
    "a range": ("metadata", {"numbers": range(3)}, {"numbers": [0, 1, 2]}),
    "a whole number with a point": ("max_output_tokens", 16.0, 16.0),
    "a number that is very small": ("temperature", 5e-324, 5e-324),
    "a number that is very large": ("top_p", 10**300, 10**300),
    "an empty text where one may be": ("instructions", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_is_json_in_the_end_is_sent(sent, case):
    field, value, expected = ACCEPTED[case]
    assert sent(**{field: value})[field] == expected


REFUSED = {
    "a memoryview": ({"metadata": {"a": memoryview(b"hi")}}, "/metadata/a"),
    "a class": ({"metadata": {"a": [dict]}}, "/metadata/a/0"),
    "a function": ({"metadata": {"a": len}}, "/metadata/a"),
    "a path of bytes": ({"metadata": {"a": BytesPath()}}, "/metadata/a"),
    "half a character in a key": ({"metadata": {"\ud800": 1}}, "/metadata"),
    "half a character in a set": ({"include": {"\ud800"}}, "/include/0"),
    "a set of bytes": ({"include": {b"a"}}, "/include/0"),
    "a decimal that is none": ({"temperature": decimal.Decimal("NaN")}, "/temperature"),
    "a member with bytes": ({"metadata": {"a": Raw.A}}, "/metadata/a"),
    "a data class with bytes": ({"metadata": {"a": Place(b"x")}}, "/metadata/a/name"),
    "a text for a list of texts": ({"include": "abc"}, "/include"),
    "a dict for a list": ({"tools": {"type": "function"}}, "/tools"),
    "pairs for a dict": ({"metadata": [("a", 1)]}, "/metadata"),
    "bytes": ({"input": b"Hello"}, "/input"),
    "a bytearray": ({"input": bytearray(b"Hello")}, "/input"),
    "what cannot be shown": ({"instructions": Shy()}, "/instructions"),
    "what cannot be shown under an unknown name": ({"nonsense": Shy()}, "/nonsense"),
    "a key with a slash": ({"metadata": {"a/b": {"c~d": math.nan}}}, "/metadata/a~1b/c~0d"),
    "a key that is none": ({"metadata": {None: 1}}, "/metadata"),
    "a key that is true": ({"metadata": {"a": {True: 1}}}, "/metadata/a"),
    "a number without an end": ({"top_p": math.inf}, "/top_p"),
    "text for yes": ({"stream": "yes"}, "/stream"),
    "one for yes": ({"stream": 1}, "/stream"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_json_or_of_another_type_is_named(problems, case):
    fields, pointer = REFUSED[case]
    (problem,) = problems(**fields)
    assert problem.pointer == pointer
    assert problem.rule in ("type", "unknown")


def test_data_that_holds_itself_is_refused(problems):
    endless: list[object] = []
    endless.append(endless)
    round_about: dict[str, object] = {}
    round_about["again"] = [round_about]
    for fields in ({"input": endless}, {"metadata": round_about}, {"extra_body": round_about}):
        (problem,) = problems(**fields)
        assert problem.rule == "type"


def test_data_that_is_nested_deeply_is_sent(sent):
    deep: object = 1
    for _ in range(150):
        deep = {"x": [deep]}
    assert sent(metadata=deep)["metadata"] == deep


def test_what_the_caller_passed_is_left_as_it_was(sent):
    message = {"role": "user", "content": ({"type": "input_text", "text": "Hello"},)}
    messages = (message,)
    sent(input=messages)
    assert messages == ({"role": "user", "content": ({"type": "input_text", "text": "Hello"},)},)
    assert messages[0] is message


# The problem that lies nearest


NEAREST = {
    "of two kinds of items the one that is meant": (
        {"input": [{"role": "nobody", "content": "x"}]}, [("/input/0/role", "enum")],
    ),
    "of two kinds of content the one that is meant": (
        {"input": [{"role": "user", "content": [{"type": "input_text", "text": 5}]}]},
        [("/input/0/content/0/text", "type")],
    ),
    "each item that is wrong": (
        {"input": [MESSAGE, {"role": "user"}, 5]}, [("/input/1/content", "required"), ("/input/2", "type")],
    ),
    "a tool item that lacks its type": ({"input": [{"call_id": "x"}]}, [("/input/0/type", "required")]),
}  # fmt: skip


@pytest.mark.parametrize("case", NEAREST)
def test_of_several_readings_the_nearest_is_explained(problems, case):
    fields, expected = NEAREST[case]
    assert [(problem.pointer, problem.rule) for problem in problems(**fields)] == expected


# Problems as objects


def test_a_problem_says_where_what_and_on_whose_word():
    problem = Problem("/n", "minimum", "at least 1", "0", "page")
    assert str(problem) == "/n: expected at least 1, found 0 [minimum (page)]"
    whole = Problem("", "type", "JSON data", "nothing")
    assert str(whole) == "(whole): expected JSON data, found nothing [type]"
    assert problem == Problem("/n", "minimum", "at least 1", "0", "page")
    assert len({problem, Problem("/n", "minimum", "at least 1", "0", "page")}) == 1
    with pytest.raises(AttributeError):
        problem.rule = "maximum"  # type: ignore[misc]


@pytest.mark.parametrize(
    "value", ["x" * 10_000, ["x" * 100] * 100, {"x": "y" * 1000}, 10**200], ids=["text", "list", "dict", "number"]
)
def test_a_value_is_shown_in_short(problems, value):
    (problem,) = problems(n=value)
    assert len(problem.found) <= 81
    assert problem.found[:40] == repr(value)[:40]


def test_a_refusal_lists_its_problems_and_names_the_call(problems):
    found = problems(n=0, top_p="much")
    with pytest.raises(RequestValidationError) as refused:
        Client(testing.TOKEN).responses.create(model="gpt-4o", input="Hello", n=0, top_p="much")
    assert refused.value.problems == found
    assert all(isinstance(one, Problem) for one in found)
    assert isinstance(found, Sequence)
    first, *lines = str(refused.value).splitlines()
    assert first.startswith("responses.create: ")
    assert lines == [f"  {problem}" for problem in found]
    assert (refused.value.method, refused.value.tries) == ("POST", 0)
