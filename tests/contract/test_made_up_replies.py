"""Replies and events made up from the document: nothing of them is lost, and only departures are named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acedata_responses import ReplyDecodeError
from tests.contract.document import EVENTS, REPLIES, validator
from tests.contract.strategies import GROWN, data, departures

KINDS = (*REPLIES, "ModelList", *EVENTS, "ChatCompletionChunk")
each_kind = pytest.mark.parametrize("kind", KINDS)


def read(wire, kind, value, **options):
    """The data as the client decodes it, by the way on which it comes."""
    if kind in REPLIES:
        return wire.reply(value, **options)
    return (wire.model_list if kind == "ModelList" else wire.event)(value, **options)


@each_kind
@given(draw=st.data())
@settings(max_examples=25)
def test_valid_data_comes_back_unchanged_and_without_a_problem(wire, kind, draw):
    value = draw.draw(data(kind))
    validator(kind).validate(value)
    got = read(wire, kind, value, strict=True)
    assert type(got).__name__ == kind
    assert json.dumps(got.to_dict()) == json.dumps(value)
    assert got.problems == []


@each_kind
@given(draw=st.data())
@settings(max_examples=25)
def test_what_a_service_has_that_is_newer_than_the_document_is_kept_and_no_problem(wire, kind, draw):
    value = draw.draw(data(kind, GROWN))
    got = read(wire, kind, value, strict=True)
    assert json.dumps(got.to_dict()) == json.dumps(value)
    assert got.problems == []


@each_kind
@given(draw=st.data())
@settings(max_examples=40)
def test_a_field_that_is_missing_or_of_another_type_costs_nothing_and_is_named(wire, kind, draw):
    departure = draw.draw(departures(kind))
    got = read(wire, kind, departure.data)
    assert json.dumps(got.to_dict()) == json.dumps(departure.data)
    assert [(problem.pointer, problem.rule) for problem in got.problems] == [(departure.pointer, departure.rule)]
    with pytest.raises(ReplyDecodeError) as refused:
        read(wire, kind, departure.data, strict=True)
    assert refused.value.problems == got.problems
    assert refused.value.reply == got
