"""Arguments of a call: what can be converted to JSON is sent, and anything else is refused by its JSON pointer."""

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
from collections.abc import Sequence

import attrs
import pytest

from acedata_responses import Client, Problem, RequestValidationError, testing


@pytest.fixture(scope="module")
def service():
    return testing.transport()


@pytest.fixture(scope="module")
def sent(service):
    """Makes a call and returns the JSON that the service received."""
    with Client(testing.TOKEN, transport=service, limits=None) as client:

        def sent(**fields):
            service.clear()
            client.responses.create(**{"model": "gpt-4o", "input": "Hello", **fields})
            return service.requests[0].json

        yield sent


@pytest.fixture
def problems(service, sent):
    """Makes a call that is refused and returns the problems."""

    def problems(**fields):
        with pytest.raises(RequestValidationError) as refused:
            sent(**fields)
        assert service.requests == []
        return refused.value.problems

    return problems


Count = enum.IntEnum("Count", {"TWO": 2})
Choice = enum.Enum("Choice", {"AUTO": "auto"})
Raw = enum.Enum("Raw", {"A": b"a"})
Tagged = dataclasses.make_dataclass("Tagged", ["type"])
Point = attrs.make_class("Point", ["x"])


class Name(str, enum.Enum):
    BEST = "gpt-4.1"


class Text(str):
    __slots__ = ()


class Other:
    """An object of another package."""

    def to_dict(self):
        return {"a": 1}


class NumpyNumber:
    """A number with the method of numpy's numbers and arrays."""

    def __init__(self, value):
        self._value = value

    def tolist(self):
        return self._value


class BytesPath:
    def __fspath__(self):
        return b"a"


class WithoutRepr:
    def __repr__(self):
        raise ValueError("no repr")


MESSAGE = {"role": "user", "content": "Hello"}
ACCEPTED = {
    "an enum of text": ("model", Name.BEST, "gpt-4.1"),
    "an enum of numbers": ("n", Count.TWO, 2),
    "an enum of another kind": ("tool_choice", Choice.AUTO, "auto"),
    "an enum as a key": ("metadata", {Choice.AUTO: 1}, {"auto": 1}),
    "a subclass of str": ("input", Text("Hello"), "Hello"),
    "a subclass of dict": ("metadata", collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    "a proxy of a mapping": ("input", [types.MappingProxyType(MESSAGE)], [MESSAGE]),
    "nested mappings": ("metadata", collections.UserDict(deep=collections.UserDict(x=(1, 2))), {"deep": {"x": [1, 2]}}),
    "a generator": ("input", (message for message in [MESSAGE]), [MESSAGE]),
    "a set": ("include", {"b", "a"}, ["a", "b"]),
    "a nested frozenset": ("metadata", {"a": [{"b": frozenset({1})}]}, {"a": [{"b": [1]}]}),
    "the keys of a dict": ("include", {"a": 1}.keys(), ["a"]),
    "a tuple": ("input", (MESSAGE, MESSAGE), [MESSAGE, MESSAGE]),
    "a deque": ("input", collections.deque([MESSAGE]), [MESSAGE]),
    "a UserList": ("input", collections.UserList([MESSAGE]), [MESSAGE]),
    "a range": ("metadata", {"numbers": range(3)}, {"numbers": [0, 1, 2]}),
    "a decimal": ("temperature", decimal.Decimal("0.5"), 0.5),
    "a whole decimal": ("max_output_tokens", decimal.Decimal(16), 16),
    "a date": ("metadata", {"at": dt.date(2026, 1, 2)}, {"at": "2026-01-02"}),
    "a datetime": ("metadata", {"at": dt.datetime(2026, 1, 2, 3, tzinfo=dt.timezone.utc)},
        {"at": "2026-01-02T03:00:00+00:00"}),
    "a path": ("metadata", {"at": pathlib.PurePosixPath("a/b")}, {"at": "a/b"}),
    "a UUID": ("metadata", {"id": uuid.UUID(int=1)}, {"id": "00000000-0000-0000-0000-000000000001"}),
    "dataclasses": ("tools", [Tagged("web_search")], [{"type": "web_search"}]),
    "an attrs class": ("metadata", Point(1), {"x": 1}),
    "an object with to_dict": ("metadata", Other(), {"a": 1}),
    "a number of numpy": ("temperature", NumpyNumber(0.5), 0.5),
    "a whole number with a point": ("max_output_tokens", 16.0, 16.0),
    "a very small number": ("temperature", 5e-324, 5e-324),
    "a very large number": ("top_p", 10**300, 10**300),
    "an empty string": ("instructions", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_value_that_can_be_converted_to_json_is_sent(sent, case):
    field, value, expected = ACCEPTED[case]
    assert sent(**{field: value})[field] == expected


REFUSED = {
    "a memoryview": ({"metadata": {"a": memoryview(b"hi")}}, "/metadata/a"),
    "a class": ({"metadata": {"a": [dict]}}, "/metadata/a/0"),
    "a function": ({"metadata": {"a": len}}, "/metadata/a"),
    "a path of bytes": ({"metadata": {"a": BytesPath()}}, "/metadata/a"),
    "bytes": ({"input": b"Hello"}, "/input"),
    "a bytearray": ({"input": bytearray(b"Hello")}, "/input"),
    "a set of bytes": ({"include": {b"a"}}, "/include/0"),
    "an enum of bytes": ({"metadata": {"a": Raw.A}}, "/metadata/a"),
    "a dataclass with bytes": ({"metadata": {"a": Tagged(b"x")}}, "/metadata/a/type"),
    "a lone surrogate in a key": ({"metadata": {"\ud800": 1}}, "/metadata"),
    "a lone surrogate in a set": ({"include": {"\ud800"}}, "/include/0"),
    "a decimal that is not a number": ({"temperature": decimal.Decimal("NaN")}, "/temperature"),
    "infinity": ({"top_p": math.inf}, "/top_p"),
    "a string for a list": ({"include": "abc"}, "/include"),
    "a dict for a list": ({"tools": {"type": "function"}}, "/tools"),
    "pairs for a dict": ({"metadata": [("a", 1)]}, "/metadata"),
    "a string for a boolean": ({"stream": "yes"}, "/stream"),
    "a number for a boolean": ({"stream": 1}, "/stream"),
    "a value without a repr": ({"instructions": WithoutRepr()}, "/instructions"),
    "a value without a repr under an unknown name": ({"nonsense": WithoutRepr()}, "/nonsense"),
    "a key with a slash": ({"metadata": {"a/b": {"c~d": math.nan}}}, "/metadata/a~1b/c~0d"),
    "None as a key": ({"metadata": {None: 1}}, "/metadata"),
    "True as a key": ({"metadata": {"a": {True: 1}}}, "/metadata/a"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_value_that_is_not_json_or_has_another_type_is_refused_by_name(problems, case):
    fields, pointer = REFUSED[case]
    (problem,) = problems(**fields)
    assert problem.pointer == pointer
    assert problem.rule in ("type", "unknown")


def test_data_that_contains_itself_is_refused(problems):
    array: list[object] = []
    array.append(array)
    mapping: dict[str, object] = {}
    mapping["again"] = [mapping]
    for fields in ({"input": array}, {"metadata": mapping}, {"extra_body": mapping}):
        (problem,) = problems(**fields)
        assert problem.rule == "type"


def test_data_that_is_nested_deeply_is_sent(sent):
    deep: object = 1
    for _ in range(150):
        deep = {"x": [deep]}
    assert sent(metadata=deep)["metadata"] == deep


def test_the_arguments_of_the_caller_are_not_changed(sent):
    message = {"role": "user", "content": ({"type": "input_text", "text": "Hello"},)}
    sent(input=(message,))
    assert message == {"role": "user", "content": ({"type": "input_text", "text": "Hello"},)}


@pytest.mark.parametrize(
    ("items", "expected"), [
        ([{"role": "nobody", "content": "x"}], [("/input/0/role", "enum")]),
        ([{"role": "user", "content": [{"type": "input_text", "text": 5}]}], [("/input/0/content/0/text", "type")]),
        ([MESSAGE, {"role": "user"}, 5], [("/input/1/content", "required"), ("/input/2", "type")]),
        ([{"call_id": "x"}], [("/input/0/type", "required")]),
    ],
    ids=["the kind of item", "the kind of content", "each item", "an item without its type"],
)  # fmt: skip
def test_of_several_variants_the_one_that_fits_best_is_explained(problems, items, expected):
    assert [(problem.pointer, problem.rule) for problem in problems(input=items)] == expected


# Problems as objects


def test_a_problem_says_where_it_is_what_was_expected_and_which_source_says_so():
    problem = Problem("/n", "minimum", "at least 1", "0", "page")
    assert str(problem) == "/n: expected at least 1, found 0 [minimum (page)]"
    whole = Problem("", "type", "JSON data", "nothing")
    assert str(whole) == "(whole): expected JSON data, found nothing [type]"
    assert {problem} == {Problem("/n", "minimum", "at least 1", "0", "page")}
    with pytest.raises(AttributeError):
        problem.rule = "maximum"  # type: ignore[misc]


@pytest.mark.parametrize(
    "value", ["x" * 10_000, ["x" * 100] * 100, {"x": "y" * 1000}, 10**200], ids=["text", "list", "dict", "number"]
)
def test_a_long_value_is_shortened(problems, value):
    (problem,) = problems(n=value)
    assert len(problem.found) <= 81
    assert problem.found[:40] == repr(value)[:40]


def test_a_refusal_lists_its_problems_and_names_the_call(problems):
    listed = problems(n=0, top_p="much")
    with pytest.raises(RequestValidationError) as refused:
        Client(testing.TOKEN).responses.create(model="gpt-4o", input="Hello", n=0, top_p="much")
    assert refused.value.problems == listed
    assert all(isinstance(problem, Problem) for problem in listed)
    assert isinstance(listed, Sequence)
    first, *lines = str(refused.value).splitlines()
    assert first.startswith("responses.create: ")
    assert lines == [f"  {problem}" for problem in listed]
    assert (refused.value.method, refused.value.tries) == ("POST", 0)
