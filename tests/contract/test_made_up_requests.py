"""Requests made up from the document: what is valid is sent as it is, what is not stays here."""

from __future__ import annotations

import json
import warnings

import pytest
from hypothesis import given

from acedata_responses import RequestValidationError, UnknownValueWarning
from tests.contract.document import validator
from tests.contract.strategies import disturbed_requests, requests


@pytest.fixture(autouse=True)
def _any_model_name():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownValueWarning)
        yield


@given(fields=requests())
def test_a_valid_request_is_sent_exactly_as_given(wires, fields):
    validator("CreateResponseRequest").validate(fields)
    for wire in wires:
        assert json.loads(wire.sent_by(**fields).content) == fields, wire


@given(fields=disturbed_requests())
def test_what_is_refused_is_what_an_independent_validator_refuses_and_at_the_same_fields(wires, fields):
    refused = {_field(error) for error in validator("CreateResponseRequest").iter_errors(fields)}
    for wire in wires:
        if not refused:
            assert json.loads(wire.sent_by(**fields).content) == fields, wire
            continue
        with pytest.raises(RequestValidationError) as caught:
            wire.sent_by(**fields)
        assert {problem.pointer.split("/")[1] for problem in caught.value.problems} == refused, wire


def _field(error):
    """The field that a finding of jsonschema is about; a missing one is only named in the message."""
    return error.absolute_path[0] if error.absolute_path else error.message.split("'")[1]
