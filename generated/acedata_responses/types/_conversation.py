"""Converts replies to the input items of further requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .._document.facts import CONVERSATION
from .._json import is_list, is_object
from .._paths import find, find_all, text_at
from ._model import Model


class ToolCall(NamedTuple):
    """A function call that the model asks for, the same for each shape of reply.

    Attributes:
        id: The id to send back with the result.
        name: The name of the function.
        arguments: The arguments of the function, as JSON text.
    """

    id: str
    name: str
    arguments: str


def filled(form: Any, words: Mapping[str, Any]) -> Any:
    """Return a template from the OpenAPI document with its `$name` placeholders replaced.

    Keys whose value is None are left out.
    """
    if isinstance(form, str) and form.startswith("$"):
        return words[form[1:]]
    if is_object(form):
        fields = {key: filled(value, words) for key, value in form.items()}
        return {key: value for key, value in fields.items() if value is not None}
    if is_list(form):
        return [filled(value, words) for value in form]
    return form


def item(kind: str, **words: Any) -> dict[str, Any]:
    """Return an item of a conversation: `user`, `assistant`, `refusal`, `call` or `result`."""
    made: dict[str, Any] = filled(CONVERSATION[kind], words)
    return made


def tool_calls(reply: Model) -> list[ToolCall]:
    """Return the function calls in a reply, in order."""
    calls = reply._reply_role.calls if reply._reply_role else None
    if calls is None:
        return []
    found = find_all(reply.to_dict(), calls.at)
    paths = (calls.id, calls.name, calls.arguments)
    return [ToolCall(*(text_at(call, path) for path in paths)) for call in found if is_object(call)]


def refusal(reply: Model) -> str:
    """Return the text of the model's refusal; empty if it did not refuse."""
    return text_at(reply, reply._reply_role.refusal) if reply._reply_role else ""


def why_incomplete(reply: Model) -> str:
    """Return why the answer in a reply is incomplete; empty if it is complete."""
    rule = reply._reply_role.incomplete if reply._reply_role else None
    if rule is None:
        return ""
    word: Any = find(reply, rule.at)
    return word if word in rule.values else ""


def to_input(reply: Model) -> list[dict[str, Any]]:
    """Return a reply as input items of the next request of the conversation."""
    role = reply._reply_role
    if role is None:
        return []
    if role.items:
        return [one for one in find_all(reply.to_dict(), role.items) if is_object(one)]
    text, refused = text_at(reply, reply._text), refusal(reply)
    items = [item("assistant", text=text)] if text else []
    items += [item("refusal", refusal=refused)] if refused else []
    return items + [item("call", **call._asdict()) for call in tool_calls(reply)]
