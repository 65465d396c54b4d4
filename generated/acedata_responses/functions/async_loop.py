"""Calls a model, and the functions that it asks for, until it gives an answer (async)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from .._document.facts import CONVERSATION
from .._json import is_mapping
from .._request.extra_body import refuse_in_extra_body
from .._request.not_given import NOT_GIVEN
from ..errors import AceDataError, ConfigurationError, RunError
from ..types._conversation import ToolCall, item, to_input, tool_calls
from . import Run
from ._functions import BadCallError, Function, error_item, functions_by_name_async, result_item


async def run(
    create: Callable[..., Awaitable[Any]],
    functions: Iterable[Callable[..., Any]],
    request: Mapping[str, Any],
    *,
    max_steps: int,
    on_error: str,
) -> Run[Any]:
    """Make calls until a reply does not call a function.

    Args:
        create: Makes one call.
        functions: The functions that the model can call.
        request: The arguments of each call.
        max_steps: The maximum number of calls.
        on_error: What to do if a function raises an exception: send the error to the `model`, or `raise` it.

    Raises:
        ConfigurationError: An argument is not valid; nothing was sent.
        RunError: The model gave no answer in `max_steps` calls, or a function raised an exception.
        AceDataError: A call failed.
    """
    if type(max_steps) is not int or max_steps < 1:
        raise ConfigurationError(f"max_steps must be an integer of at least 1, not {max_steps!r}")
    if on_error not in ("model", "raise"):
        raise ConfigurationError(f'on_error must be "model" or "raise", not {on_error!r}')
    known = functions_by_name_async(functions)
    set_here = [CONVERSATION[name] for name in ("tools", "input", "tool_choice")]
    refuse_in_extra_body(request, set_here)
    arguments = {name: value for name, value in request.items() if value is not NOT_GIVEN}
    arguments[CONVERSATION["tools"]] = [
        *(arguments.get(CONVERSATION["tools"]) or []), *(function.tool() for function in known.values()),
    ]  # fmt: skip
    items = arguments[CONVERSATION["input"]] = _items(arguments[CONVERSATION["input"]])
    replies: list[Any] = []
    while True:
        replies.append(await _step(create, arguments, replies))
        items += to_input(replies[-1])
        calls = tool_calls(replies[-1])
        if not calls:
            return Run(tuple(replies), items)
        if len(replies) == max_steps:
            text = f"after {max_steps} replies the model still calls {calls[0].name}: all are in `replies`"
            raise RunError(text, replies=tuple(replies), items=items)
        for call in calls:
            try:
                items.append(await _result_or_error(call, known, on_error))
            except Exception as error:
                text = f"the function {call.name} raised {type(error).__name__}: the replies are in `replies`"
                facts = {"replies": tuple(replies), "items": items, "function": call.name}
                raise RunError(text, reason="function", **facts) from error
        # A tool choice that forces a call would force one in each step.
        arguments.pop(CONVERSATION["tool_choice"], None)


async def _step(create: Callable[..., Awaitable[Any]], arguments: Mapping[str, Any], earlier: list[Any]) -> Any:
    """Make a call. An error carries the earlier replies, which are billed."""
    try:
        return await create(**arguments)
    except AceDataError as error:
        if earlier:
            error.earlier_replies = tuple(earlier)
            error._earlier_tries_billed = True
        raise


async def _result_or_error(call: ToolCall, known: Mapping[str, Function], on_error: str) -> dict[str, Any]:
    """Call a function and return an item with its result, or with its error if that goes to the model."""
    if call.name not in known:
        return error_item(call, BadCallError(f"there is no function {call.name}, only {', '.join(known)}"))
    try:
        return result_item(call, await known[call.name].call_async(call.arguments))
    except Exception as error:
        if on_error == "raise" and not isinstance(error, BadCallError):
            raise
        return error_item(call, error)


def _items(given: Any) -> Any:
    """The input as a list of items. An input of another type is returned unchanged, for the request to be refused."""
    if isinstance(given, str):
        return [item("user", text=given)]
    return given if is_mapping(given) or not hasattr(given, "__iter__") else list(given)
