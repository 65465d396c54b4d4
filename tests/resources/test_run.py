"""`client.responses.run`: functions that the model calls until it gives an answer."""

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

from acedata_responses import ConfigurationError, RateLimitError, RequestValidationError, RunError, testing
from tests.contract.document import assert_documented
from tests.types.conversations import SHAPES, reply

QUESTION = {"role": "user", "content": "How is the weather in Oslo?"}


@dataclasses.dataclass
class Forecast:
    day: dt.date
    celsius: float


class Weather:
    """A function that records its calls."""

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


def calling(*calls: tuple[str, Any], shape: str = "response") -> Any:
    """Return a reply that calls functions."""
    return reply(shape, calls=calls)


OSLO = calling(("weather", {"city": "Oslo"}))


def outputs(service) -> list[str]:
    """Return the results of functions in the last request."""
    items = service.requests[-1].json["input"]
    return [item["output"] for item in items if item.get("type") == "function_call_output"]


# The conversation


@pytest.mark.parametrize("shape", SHAPES)
def test_a_function_is_called_and_its_result_is_sent_to_the_model(run, service, weather, shape):
    service.answers(shape=shape, text="It is clear.")
    call = calling(("weather", {"city": "Oslo", "days": 2}), shape=shape)
    service.reply_with(call)
    result = run(weather.weather)
    assert weather.calls == [("Oslo", 2)]
    assert result.output_text == "It is clear."
    assert result.reply is result.replies[-1]
    assert [reply.to_dict() == call for reply in result.replies] == [True, False]
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
def test_the_calls_of_one_reply_are_made_in_order(run, service, weather, shape):
    calls = [("weather", {"city": "Oslo"}), ("noon", ""), ("weather", {"city": "Rome"})]
    service.reply_with(reply(shape, text="I shall look.", calls=calls))

    def noon() -> int:
        return 12

    assert len(run(weather.weather, noon).replies) == 2
    sent = {item.get("call_id"): item.get("output") for item in service.requests[-1].json["input"][-3:]}
    assert list(sent.items()) == [("call_1", "clear in Oslo"), ("call_2", "12"), ("call_3", "clear in Rome")]


def test_a_conversation_can_be_continued_and_its_input_is_not_changed(run, driver, service, weather):
    given = [QUESTION]
    service.reply_with(OSLO, "Clear.", OSLO)
    assert run(weather.weather, input=given).items[0] == QUESTION
    assert given == [QUESTION]
    result = run(weather.weather, input=QUESTION["content"])
    assert result.items[0] == QUESTION
    driver.create(input=[*result.items, {"role": "user", "content": "And in Rome?"}])


def test_a_reply_without_calls_is_the_answer(run, service, weather):
    result = run(weather.weather, max_steps=1)
    assert (len(result.replies), len(service.requests), weather.calls) == (1, 1, [])


def test_the_tool_choice_applies_to_the_first_request_and_other_fields_to_all(run, service, weather):
    service.reply_with(OSLO)
    for_each = {"temperature": 0.5, "tools": [{"type": "web_search"}], "extra_headers": {"x-a": "b"}}
    run(weather.weather, tool_choice="required", **for_each)
    first, second = service.requests
    assert (first.json["tool_choice"], "tool_choice" in second.json) == ("required", False)
    for request in (first, second):
        assert request.json["temperature"] == 0.5
        assert [tool["type"] for tool in request.json["tools"]] == ["web_search", "function"]
        assert request.headers["x-a"] == "b"


def test_a_second_run_is_answered_from_the_journal(connect, service, weather, path):
    driver = connect(service, journal=path)
    service.reply_with(OSLO, "It is clear.")
    for _ in range(2):
        result = driver.client.responses.run(model="gpt-4o", input="How is it?", functions=[weather.weather])
    assert [reply.http.from_journal for reply in result.replies] == [True, True]
    assert result.output_text == "It is clear."
    assert (len(service.requests), len(weather.calls)) == (2, 2)


# The description of a function


def test_a_function_is_described_by_its_name_docstring_and_type_hints(run, service, weather):
    def noon():
        return 12

    run(weather.weather, noon)
    tool, other = service.requests[-1].json["tools"]
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
    assert "description" not in other
    assert other["parameters"]["properties"] == {}


def test_a_parameter_can_have_a_class_as_its_type(run, service):
    def store(forecasts: list[Forecast]) -> int:
        assert forecasts == [Forecast(dt.date(2027, 5, 3), 12.5)]
        return len(forecasts)

    arguments = {"forecasts": [{"day": "2027-05-03", "celsius": 12.5}]}
    service.reply_with(calling(("store", arguments)))
    run(store)
    assert outputs(service) == ["1"]
    parameters = service.requests[-1].json["tools"][0]["parameters"]
    assert jsonschema.Draft202012Validator(parameters).is_valid(arguments)


@pytest.mark.parametrize(
    ("result", "sent"),
    [
        ("clear", "clear"),
        (None, "null"),
        ({"sky": "ça"}, '{"sky": "ça"}'),
        (Forecast(dt.date(2027, 5, 3), 12.5), '{"day": "2027-05-03", "celsius": 12.5}'),
        ((1, {2}), "[1, [2]]"),
    ],
)
def test_a_result_is_sent_as_text_or_json(run, service, result, sent):
    def look():
        return result

    service.reply_with(calling(("look", {})))
    run(look)
    assert outputs(service) == [sent]


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
        (_untyped, "functions must be a list of functions, not <function _untyped"),
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
def test_functions_that_cannot_be_described_are_refused(run, service, functions, problem):
    with pytest.raises(ConfigurationError, match=problem):
        run(functions=functions)
    assert service.requests == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"max_steps": 0}, "max_steps must be an integer of at least 1, not 0"),
        ({"max_steps": True}, "max_steps must be an integer of at least 1, not True"),
        ({"on_error": "ignore"}, 'on_error must be "model" or "raise", not \'ignore\''),
        *(
            ({"extra_body": {name: []}}, rf"extra_body\['{name}'\] would override .* Pass {name}= instead")
            for name in ("tools", "input", "tool_choice")
        ),
    ],
)
def test_invalid_arguments_are_refused(run, service, weather, fields, problem):
    with pytest.raises(ConfigurationError, match=problem):
        run(weather.weather, **fields)
    assert service.requests == []


@pytest.mark.parametrize("given", [5, {"role": "user", "content": "Hi"}])
def test_an_input_that_is_neither_text_nor_items_is_refused(run, service, weather, given):
    with pytest.raises(RequestValidationError, match="/input: "):
        run(weather.weather, input=given)
    assert service.requests == []


def test_without_msgspec_the_error_says_how_to_install_it(run, service, weather, monkeypatch):
    monkeypatch.setitem(sys.modules, "msgspec", None)
    with pytest.raises(ConfigurationError, match=r"the function weather needs msgspec.*acedata-responses\[parse\]"):
        run(weather.weather)
    assert service.requests == []


async def _coroutine(city: str) -> str:
    return f"clear in {city}"


def test_the_async_client_awaits_a_coroutine_function_and_the_sync_client_refuses_it(run, service, flavour):
    service.reply_with(calling(("_coroutine", {"city": "Oslo"})))
    if flavour == "async":
        run(_coroutine)
        assert outputs(service) == ["clear in Oslo"]
    else:
        with pytest.raises(ConfigurationError, match="_coroutine is a coroutine function: use it with AsyncClient"):
            run(_coroutine)
        assert service.requests == []


# Errors

NOT_VALID = "the arguments of weather are not valid: "


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("on_error", ["model", "raise"])
@pytest.mark.parametrize(
    ("name", "arguments", "error"), [
        ("weather", {"city": 3}, f"{NOT_VALID}Expected `str`, got `int` - at `$.city`"),
        ("weather", {"city": "Oslo", "days": 0}, f"{NOT_VALID}Expected `int` >= 1 - at `$.days`"),
        ("weather", {}, f"{NOT_VALID}Object missing required field `city`"),
        ("weather", {"city": "Oslo", "when": 1}, f"{NOT_VALID}Object contains unknown field `when`"),
        ("weather", '{"city": "Os', f"{NOT_VALID}Input data was truncated"),
        ("whether", {"city": "Oslo"}, "there is no function whether, only weather"),
    ],
)  # fmt: skip
def test_an_invalid_call_is_reported_to_the_model(run, service, weather, shape, on_error, name, arguments, error):
    service.reply_with(calling((name, arguments), shape=shape))
    assert len(run(weather.weather, on_error=on_error).replies) == 2
    assert [json.loads(output) for output in outputs(service)] == [{"error": error}]
    assert weather.calls == []


def _failing(city: str) -> str:
    raise LookupError(f"no station in {city}")


def _not_json(city: str) -> Any:
    return object()


@pytest.mark.parametrize(
    ("function", "error"),
    [
        (_failing, "LookupError: no station in Tromsø"),
        (_not_json, "TypeError: the result of _not_json cannot be converted to JSON: "),
    ],
)
def test_an_exception_is_reported_to_the_model_without_a_traceback(run, service, function, error):
    service.reply_with(calling((function.__name__, {"city": "Tromsø"})))
    run(function)
    (output,) = outputs(service)
    assert output.startswith(f'{{"error": "{error}')  # not as \u00f8, which would be more tokens
    assert "Traceback" not in output


@pytest.mark.parametrize("shape", SHAPES)
def test_with_on_error_raise_an_exception_raises_an_error_with_the_replies(run, service, shape):
    service.reply_with(calling(("_failing", {"city": "Oslo"}), shape=shape))
    with pytest.raises(RunError, match="the function _failing raised LookupError") as caught:
        run(_failing, on_error="raise")
    error = caught.value
    assert repr(error.__cause__) == repr(LookupError("no station in Oslo"))
    assert (error.reason, error.function, error.may_be_billed) == ("function", "_failing", True)
    assert (len(error.replies), len(service.requests)) == (1, 1)
    assert error.items == [QUESTION, *error.replies[0].to_input()]
    assert pickle.loads(pickle.dumps(error)).replies == error.replies


@pytest.mark.parametrize("shape", SHAPES)
def test_after_max_steps_an_error_with_the_replies_is_raised(run, service, weather, shape):
    service.reply_with(always=calling(("weather", {"city": "Oslo"}), shape=shape))
    with pytest.raises(RunError, match="after 3 replies the model still calls weather") as caught:
        run(weather.weather, max_steps=3)
    error = caught.value
    assert (len(error.replies), len(service.requests), len(weather.calls)) == (3, 3, 2)
    assert (error.reason, error.may_be_billed) == ("max_steps", True)
    assert error.items[-1] == error.replies[-1].to_input()[-1]
    assert pickle.loads(pickle.dumps(error)).items == error.items


@pytest.mark.parametrize("earlier", [0, 1])
def test_the_error_of_a_call_has_the_earlier_replies(earlier, connect, service, weather):
    service.reply_with(*[OSLO] * earlier, testing.error("rate_limited"))
    client = connect(service, max_retries=0).client
    with pytest.raises(RateLimitError) as caught:
        client.responses.run(model="gpt-4o", input="How is it?", functions=[weather.weather])
    assert (len(caught.value.earlier_replies), caught.value.may_be_billed) == (earlier, earlier > 0)


class Interruption(BaseException):
    """An exception like KeyboardInterrupt."""


def test_an_interruption_is_not_reported_to_the_model(run, service):
    def interrupt() -> None:
        raise Interruption

    service.reply_with(calling(("interrupt", {})))
    with pytest.raises(Interruption):
        run(interrupt)
