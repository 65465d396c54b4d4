"""Functions that the model calls on its way to an answer: how they are described, called, and what may go wrong."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import pickle
import sys
from collections.abc import Callable
from typing import Annotated, Any

import jsonschema
import msgspec
import pytest

from acedata_responses import ConfigurationError, RateLimitError, RunError, testing
from tests.contract.document import assert_documented
from tests.types.conversations import SHAPES, reply

QUESTION = {"role": "user", "content": "How is the weather in Oslo?"}


@dataclasses.dataclass
class Forecast:
    day: dt.date
    celsius: float


class Weather:
    """Keeps what it was called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    def weather(
        self,
        city: Annotated[str, msgspec.Meta(description="In English")],
        *,
        days: Annotated[int, msgspec.Meta(ge=1)] = 1,
    ) -> str:
        """The weather in a city."""
        self.calls.append((city, days))
        return f"clear in {city}"


@pytest.fixture
def weather() -> Weather:
    return Weather()


@pytest.fixture
def run(driver):
    def run(*functions: Callable[..., Any], **fields: Any) -> Any:
        return driver.client.responses.run(**{"model": "gpt-4o", "input": [QUESTION], "functions": functions, **fields})

    return run


def results(service) -> list[Any]:
    """What the last request said that functions gave: JSON where it is JSON."""
    items = [one for one in service.requests[-1].json["input"] if one.get("type") == "function_call_output"]
    return [_json(one["output"]) for one in items]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


# ---- The conversation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_a_function_is_called_and_its_result_goes_to_the_model(run, service, weather, shape):
    service.answers(shape=shape, text="It is clear.")
    asked = reply(shape, calls=[("weather", {"city": "Oslo", "days": 2})])
    service.reply_with(asked)
    result = run(weather.weather)
    assert weather.calls == [("Oslo", 2)]
    assert result.output_text == "It is clear."
    assert result.reply is result.replies[-1]
    assert [one.to_dict() == asked for one in result.replies] == [True, False]
    first, second = (request.json for request in service.requests)
    assert first["input"] == [QUESTION]
    assert second["input"] == [
        QUESTION,
        *result.replies[0].to_input(),
        {"type": "function_call_output", "call_id": "call_1", "output": "clear in Oslo"},
    ]
    assert result.items == [*second["input"], *result.reply.to_input()]
    assert_documented(second, "request")


@pytest.mark.parametrize("shape", SHAPES)
def test_several_calls_of_one_reply_are_answered_in_its_order(run, service, weather, shape):
    calls = [("weather", {"city": "Oslo"}), ("noon", ""), ("weather", {"city": "Rome"})]
    service.reply_with(reply(shape, text="I shall look.", calls=calls))

    def noon() -> int:
        return 12

    assert len(run(weather.weather, noon).replies) == 2
    sent = {one.get("call_id"): one.get("output") for one in service.requests[-1].json["input"][-3:]}
    assert list(sent.items()) == [("call_1", "clear in Oslo"), ("call_2", "12"), ("call_3", "clear in Rome")]


def test_the_conversation_can_go_on_from_the_items_of_a_run(run, driver, service, weather):
    service.reply_with(reply("response", calls=[("weather", {"city": "Oslo"})]))
    result = run(weather.weather, input="How is it in Oslo?")
    assert result.items[0] == {"role": "user", "content": "How is it in Oslo?"}
    driver.create(input=[*result.items, {"role": "user", "content": "And in Rome?"}])


def test_the_list_that_was_passed_as_input_stays_as_it_is(run, service, weather):
    given = [QUESTION]
    service.reply_with(reply("response", calls=[("weather", {"city": "Oslo"})]))
    run(weather.weather, input=given)
    assert given == [QUESTION]


def test_a_reply_without_calls_is_the_answer(run, service, weather):
    result = run(weather.weather)
    assert (len(result.replies), len(service.requests), weather.calls) == (1, 1, [])


def test_a_choice_of_tools_holds_for_the_first_step_and_all_else_for_each(run, service, weather):
    service.reply_with(reply("response", calls=[("weather", {"city": "Oslo"})]))
    for_each = {"temperature": 0.5, "tools": [{"type": "web_search"}], "extra_headers": {"x-a": "b"}}
    run(weather.weather, tool_choice="required", **for_each)
    first, second = service.requests
    assert (first.json["tool_choice"], "tool_choice" in second.json) == ("required", False)
    for request in (first, second):
        assert request.json["temperature"] == 0.5
        assert [tool["type"] for tool in request.json["tools"]] == ["web_search", "function"]
        assert request.headers["x-a"] == "b"


def test_a_run_again_is_answered_from_the_journal(connect, service, weather, path):
    driver = connect(service, journal=path)
    service.reply_with(reply("response", calls=[("weather", {"city": "Oslo"})]), "It is clear.")
    for _ in range(2):
        result = driver.client.responses.run(model="gpt-4o", input="How is it?", functions=[weather.weather])
    assert [one.http.from_journal for one in result.replies] == [True, True]
    assert result.output_text == "It is clear."
    assert (len(service.requests), len(weather.calls)) == (2, 2)


# ---- What the model is told of a function ------------------------------------------------------------------------


def test_a_function_is_described_by_its_name_its_docstring_and_its_types(run, service, weather):
    run(weather.weather)
    (tool,) = service.requests[-1].json["tools"]
    assert tool | {"parameters": None} == {
        "type": "function",
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": None,
        "strict": False,
    }
    assert tool["parameters"]["properties"] == {
        "city": {"type": "string", "description": "In English"},
        "days": {"type": "integer", "minimum": 1, "default": 1},
    }
    assert tool["parameters"]["type"] == "object"
    assert tool["parameters"]["required"] == ["city"]
    jsonschema.Draft202012Validator.check_schema(tool["parameters"])


def test_a_function_without_docstring_and_parameters_is_described_by_its_name(run, service):
    def noon():
        return 12

    run(noon)
    (tool,) = service.requests[-1].json["tools"]
    assert "description" not in tool
    assert tool["parameters"]["properties"] == {}


def test_parameters_may_be_of_ones_own_classes(run, service):
    def store(forecasts: list[Forecast]) -> int:
        assert forecasts == [Forecast(dt.date(2027, 5, 3), 12.5)]
        return len(forecasts)

    given = {"forecasts": [{"day": "2027-05-03", "celsius": 12.5}]}
    service.reply_with(reply("response", calls=[("store", given)]))
    run(store)
    assert results(service) == [1]
    parameters = service.requests[-1].json["tools"][0]["parameters"]
    assert jsonschema.Draft202012Validator(parameters).is_valid(given)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("clear", "clear"),
        (12, "12"),
        (None, "null"),
        ({"sky": "ça"}, '{"sky": "ça"}'),
        (Forecast(dt.date(2027, 5, 3), 12.5), '{"day": "2027-05-03", "celsius": 12.5}'),
        ((1, {2}), "[1, [2]]"),
    ],
)
def test_a_result_is_sent_as_text_or_as_json(run, service, given, sent):
    def look():
        return given

    service.reply_with(reply("response", calls=[("look", {})]))
    run(look)
    assert service.requests[-1].json["input"][-1]["output"] == sent


def _positional(city: str, /) -> str:
    return city


def _many(*cities: str) -> str:
    return "".join(cities)


def _any(**more: str) -> str:
    return "".join(more)


def _untyped(city):
    return city


def _unknown(city: Nowhere) -> str:  # noqa: F821
    return str(city)


def _object(city: object) -> str:
    return str(city)


@pytest.mark.parametrize(
    ("functions", "problem"),
    [
        ([], "functions is empty"),
        ([_positional], "the parameter city of _positional cannot be passed by name"),
        ([_many], "the parameter cities of _many cannot be passed by name"),
        ([_any], "the parameter more of _any cannot be passed by name"),
        ([_untyped], "the parameter city of _untyped has no type"),
        ([_unknown], "the parameters of _unknown cannot be read: name 'Nowhere' is not defined"),
        ([_object], "_object has no JSON Schema"),
        ([lambda: 1], "is not a function with a name"),
        (["weather"], "'weather' is not a function with a name"),
        ([Weather().weather, Weather().weather], "two functions are named weather"),
    ],
)
def test_a_function_that_cannot_be_described_is_refused_before_anything_is_sent(run, service, functions, problem):
    with pytest.raises(ConfigurationError, match=problem):
        run(*functions)
    assert service.requests == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"max_steps": 0}, "max_steps must be a whole number from 1, not 0"),
        ({"max_steps": True}, "max_steps must be a whole number from 1, not True"),
        ({"functions": _untyped}, "functions must be a list of functions, not <function _untyped"),
        ({"on_error": "ignore"}, 'on_error must be "model" or "raise", not \'ignore\''),
        *(
            ({"extra_body": {name: []}}, rf"extra_body\['{name}'\] would override .* Pass {name}= instead")
            for name in ("tools", "input", "tool_choice")
        ),
    ],
)
def test_other_bad_arguments_are_refused_before_anything_is_sent(run, service, weather, fields, problem):
    with pytest.raises(ConfigurationError, match=problem):
        run(weather.weather, **fields)
    assert service.requests == []


def test_without_msgspec_the_error_names_the_extra(run, service, weather, monkeypatch):
    monkeypatch.setitem(sys.modules, "msgspec", None)
    with pytest.raises(ConfigurationError, match=r"the function weather needs msgspec.*acedata-responses\[parse\]"):
        run(weather.weather)
    assert service.requests == []


async def _coroutine(city: str) -> str:
    """The weather in a city."""
    return f"clear in {city}"


def test_a_coroutine_function_is_awaited_by_the_async_client_and_refused_by_the_other(run, service, flavour):
    service.reply_with(reply("response", calls=[("_coroutine", {"city": "Oslo"})]))
    if flavour == "async":
        run(_coroutine)
        assert results(service) == ["clear in Oslo"]
    else:
        with pytest.raises(ConfigurationError, match="_coroutine is a coroutine function: use it with AsyncClient"):
            run(_coroutine)
        assert service.requests == []


# ---- What goes wrong on the way ----------------------------------------------------------------------------------

NOT_VALID = "the arguments of weather are not valid: "


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("on_error", ["model", "raise"])
@pytest.mark.parametrize(
    ("name", "arguments", "told"), [
        ("weather", {"city": 3}, f"{NOT_VALID}Expected `str`, got `int` - at `$.city`"),
        ("weather", {"city": "Oslo", "days": 0}, f"{NOT_VALID}Expected `int` >= 1 - at `$.days`"),
        ("weather", {}, f"{NOT_VALID}Object missing required field `city`"),
        ("weather", {"city": "Oslo", "when": 1}, f"{NOT_VALID}Object contains unknown field `when`"),
        ("weather", '{"city": "Os', f"{NOT_VALID}Input data was truncated"),
        ("whether", {"city": "Oslo"}, "there is no function whether, only weather"),
    ],
)  # fmt: skip
def test_the_model_is_told_of_its_own_mistakes(run, service, weather, shape, on_error, name, arguments, told):
    service.reply_with(reply(shape, calls=[(name, arguments)]))
    assert len(run(weather.weather, on_error=on_error).replies) == 2
    assert results(service) == [{"error": told}]
    assert weather.calls == []


def _failing(city: str) -> str:
    raise LookupError(f"no station in {city}")


def test_the_model_is_told_of_an_exception_without_a_traceback(run, service):
    service.reply_with(reply("response", calls=[("_failing", {"city": "Oslo"})]))
    run(_failing)
    assert results(service) == [{"error": "LookupError: no station in Oslo"}]


def test_the_model_is_told_of_a_result_that_is_no_data(run, service):
    def look() -> Any:
        return object()

    service.reply_with(reply("response", calls=[("look", {})]))
    run(look)
    (told,) = results(service)
    assert told["error"].startswith("TypeError: the result of look cannot be converted to JSON: ")


@pytest.mark.parametrize("shape", SHAPES)
def test_an_exception_reaches_the_caller_who_wants_it_with_the_paid_replies(run, service, shape):
    service.reply_with(reply(shape, calls=[("_failing", {"city": "Oslo"})]))
    with pytest.raises(RunError, match="the function _failing raised LookupError") as caught:
        run(_failing, on_error="raise")
    error = caught.value
    assert repr(error.__cause__) == repr(LookupError("no station in Oslo"))
    assert (error.reason, error.function, error.may_be_billed) == ("function", "_failing", True)
    assert (len(error.replies), len(service.requests)) == (1, 1)
    assert error.items == [QUESTION, *error.replies[0].to_input()]
    assert pickle.loads(pickle.dumps(error)).replies == error.replies


@pytest.mark.parametrize("shape", SHAPES)
def test_a_model_that_never_answers_is_stopped_with_all_replies_kept(run, service, weather, shape):
    service.reply_with(always=reply(shape, calls=[("weather", {"city": "Oslo"})]))
    with pytest.raises(RunError, match="after 3 replies the model still calls weather") as caught:
        run(weather.weather, max_steps=3)
    error = caught.value
    assert (len(error.replies), len(service.requests), len(weather.calls)) == (3, 3, 2)
    assert (error.reason, error.may_be_billed) == ("max_steps", True)
    assert error.items[-1] == error.replies[-1].to_input()[-1]
    assert pickle.loads(pickle.dumps(error)).items == error.items


def test_one_step_is_enough_for_a_model_that_answers_at_once(run, service, weather):
    assert len(run(weather.weather, max_steps=1).replies) == 1


@pytest.mark.parametrize("before", [0, 1])
def test_a_call_that_fails_has_the_replies_that_came_before_and_is_billed_as_they_are(
    before, connect, service, weather
):
    calls = reply("response", calls=[("weather", {"city": "Oslo"})])
    service.reply_with(*[calls] * before, testing.error("rate_limited"))
    client = connect(service, max_retries=0).client
    with pytest.raises(RateLimitError) as caught:
        client.responses.run(model="gpt-4o", input="How is it?", functions=[weather.weather])
    assert (len(caught.value.earlier_replies), caught.value.may_be_billed) == (before, before > 0)


class Leave(BaseException):
    """What is no error, such as Ctrl-C."""


def test_what_is_no_error_leaves_the_run_at_once(run, service):
    def leave() -> None:
        raise Leave

    service.reply_with(reply("response", calls=[("leave", {})]))
    with pytest.raises(Leave):
        run(leave)
