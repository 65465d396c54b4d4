"""Replies and events made up from the document: nothing of them is lost, and only departures are named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acedata_responses import ReplyDecodeError
from tests.contract.document import EVENTS, REPLIES, validator
from tests.contract.strategies import GROWN, data, violations

KINDS = (*REPLIES, "ModelList", *EVENTS, "ChatCompletionChunk")
each_kind = pytest.mark.parametrize("kind", KINDS)


def read(wire, kind, value, **options):
    """The data as the client decodes it, by the way on which it comes."""
    if kind in REPLIES:
        return wire.reply(value, **options)
    return (wire.model_list if kind == "ModelList" else wire.event)(value, **options)


def tells_its_kind(kind, violation):
    """An event is told by its type alone; a reply is known by its other fields too."""
    return not (kind in EVENTS and violation.pointer == "/type")


@each_kind
@pytest.mark.parametrize("growth", [frozenset(), GROWN], ids=["as documented", "grown"])
@given(draw=st.data())
@settings(max_examples=15)
def test_all_data_comes_back_unchanged_and_what_is_only_new_is_no_problem(wires, kind, growth, draw):
    value = draw.draw(data(kind, growth))
    if not growth:
        validator(kind).validate(value)
    for wire in wires:
        got = read(wire, kind, value, strict=True)
        assert growth or type(got).__name__ == kind, wire
        assert json.dumps(got.to_dict()) == json.dumps(value), wire
        assert got.problems == [], wire


@each_kind
@given(draw=st.data())
@settings(max_examples=20)
def test_a_field_that_is_missing_or_of_another_type_costs_nothing_and_is_named(wires, kind, draw):
    violation = draw.draw(violations(kind).filter(lambda violation: tells_its_kind(kind, violation)))
    for wire in wires:
        got = read(wire, kind, violation.data)
        assert json.dumps(got.to_dict()) == json.dumps(violation.data), wire
        found = [(problem.pointer, problem.rule) for problem in got.problems]
        assert found == [(violation.pointer, violation.rule)], wire
        if violation.data.get("status") == "failed":
            continue  # that it failed is said first
        with pytest.raises(ReplyDecodeError) as refused:
            read(wire, kind, violation.data, strict=True)
        assert refused.value.problems == got.problems, wire
        assert refused.value.reply == got, wire
