"""The steps of a conversation, in the forms that the document has for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .._document.facts import CONVERSATION
from .._json import is_list, is_object
from .._paths import find, find_all, text_at

if TYPE_CHECKING:
    from ._model import Model


class ToolCall(NamedTuple):
    """The model wants a function to be called, in whichever shape the reply says so.

    Attributes:
        id: What its result is given back with.
        name: The function.
        arguments: Its arguments, as JSON text.
    """

    id: str
    name: str
    arguments: str


def filled(form: Any, words: Mapping[str, Any]) -> Any:
    """Return a form of the document with words in the place of the texts that begin with `$`.

    A key whose word is None is left out.
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
    """Return the calls of functions that a reply asks for, in its order."""
    calls = reply._reply_role.calls if reply._reply_role else None
    if calls is None:
        return []
    found = find_all(reply.to_dict(), calls.at)
    paths = (calls.id, calls.name, calls.arguments)
    return [ToolCall(*(text_at(call, path) for path in paths)) for call in found if is_object(call)]


def refusal(reply: Model) -> str:
    """Return the text with which the model refuses to answer; empty where it does not."""
    return text_at(reply, reply._reply_role.refusal) if reply._reply_role else ""


def why_incomplete(reply: Model) -> str:
    """Return the word by which a reply says that its answer is not whole; empty where it is."""
    rule = reply._reply_role.incomplete if reply._reply_role else None
    if rule is None:
        return ""
    word: Any = find(reply, rule.at)
    return word if word in rule.values else ""


def to_input(reply: Model) -> list[dict[str, Any]]:
    """Return the items with which a request repeats a reply, for the conversation to go on."""
    role = reply._reply_role
    if role is None:
        return []
    if role.items:
        return [one for one in find_all(reply.to_dict(), role.items) if is_object(one)]
    text, refused = text_at(reply, reply._text), refusal(reply)
    said = [item("assistant", text=text)] if text else []
    said += [item("refusal", refusal=refused)] if refused else []
    return said + [item("call", **call._asdict()) for call in tool_calls(reply)]
