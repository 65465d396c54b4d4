"""Checks the hooks of a client when it is created, and sorts their methods by when they are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from inspect import isawaitable, iscoroutinefunction
from typing import Any, NamedTuple

from ..errors import ConfigurationError
from ..hooks import Hook

Method = Callable[[Any], Any]


class Hooks(NamedTuple):
    """The overridden methods of a client's hooks, in the order in which they are called."""

    before_send: Sequence[Method]
    after_try: Sequence[Method]
    at_end: Sequence[Method]


def checked_hooks(hooks: Iterable[Hook]) -> Hooks | None:
    """Return the methods of a synchronous client's hooks; None if there are no hooks.

    Raises:
        ConfigurationError: One is not a `Hook`, or has an asynchronous method.
    """
    return _checked(list(hooks), ("before_send", "after_try", "at_end"), "only an AsyncClient awaits hooks")


def checked_hooks_async(hooks: Iterable[Hook]) -> Hooks | None:
    """Return the methods of an asynchronous client's hooks; None if there are no hooks.

    Raises:
        ConfigurationError: One is not a `Hook`, or has an asynchronous `at_end`.
    """
    return _checked(list(hooks), ("at_end",), "a stream may end in a destructor, where nothing can be awaited")


def call_hook(method: Method, info: Any) -> Any:
    return method(info)


async def call_hook_async(method: Method, info: Any) -> Any:
    """Call a method of a hook, and await the result if it is awaitable."""
    result = method(info)
    return await result if isawaitable(result) else result


def _checked(hooks: list[Hook], plain: Iterable[str], why: str) -> Hooks | None:
    for hook in hooks:
        if not isinstance(hook, Hook):
            found = repr(hook) if isinstance(hook, type) else type(hook).__name__
            raise ConfigurationError(f"hooks must be objects of subclasses of Hook, not {found}")
        for name in plain:
            if iscoroutinefunction(getattr(hook, name)):
                raise ConfigurationError(f"{type(hook).__name__}.{name} must not be `async def`: {why}")
    if not hooks:
        return None
    inner_first = hooks[::-1]
    return Hooks(
        _overridden(hooks, "before_send"), _overridden(inner_first, "after_try"), _overridden(inner_first, "at_end")
    )


def _overridden(hooks: list[Hook], name: str) -> list[Method]:
    """The methods of this name that override those of `Hook`."""
    return [getattr(hook, name) for hook in hooks if getattr(type(hook), name) is not getattr(Hook, name)]
