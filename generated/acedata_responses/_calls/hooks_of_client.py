"""The hooks that a client is given: checked when it is made, sorted by what each of them does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from inspect import isawaitable, iscoroutinefunction
from typing import Any, NamedTuple

from ..errors import ConfigurationError
from ..hooks import Hook

Method = Callable[[Any], Any]


class Hooks(NamedTuple):
    """The methods of a client's hooks that do something, in the order in which they are called."""

    before_send: Sequence[Method]
    after_try: Sequence[Method]
    at_end: Sequence[Method]


def checked_hooks(hooks: Iterable[Hook]) -> Hooks | None:
    """Return what the hooks of a synchronous client do; None if there are none.

    Raises:
        ConfigurationError: One is no hook, or is asynchronous.
    """
    return _checked(list(hooks), ("before_send", "after_try", "at_end"), "only an AsyncClient awaits hooks")


def checked_hooks_async(hooks: Iterable[Hook]) -> Hooks | None:
    """Return what the hooks of an asynchronous client do; None if there are none.

    Raises:
        ConfigurationError: One is no hook, or is asynchronous at the end of a call.
    """
    return _checked(
        list(hooks), ("at_end",), "a stream may end in a destructor, where nothing can be awaited"
    )


def called(method: Method, info: Any) -> Any:
    """Call a method of a hook."""
    return method(info)


async def called_async(method: Method, info: Any) -> Any:
    """Call a method of a hook, and wait for it where it is asynchronous."""
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
    inner_first = hooks[::-1]
    return (
        Hooks(
            _overridden(hooks, "before_send"),
            _overridden(inner_first, "after_try"),
            _overridden(inner_first, "at_end"),
        )
        if hooks
        else None
    )


def _overridden(hooks: list[Hook], name: str) -> list[Method]:
    """The methods of this name that do something."""
    return [getattr(hook, name) for hook in hooks if getattr(type(hook), name) is not getattr(Hook, name)]
