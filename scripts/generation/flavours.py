"""What differs between the sync and the async client, so that one template gives both."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flavour:
    """The words of one flavour; most are named after the sync word."""

    is_async: bool

    @property
    def prefix(self) -> str:
        """What comes before the name of a class."""
        return "Async" if self.is_async else ""

    def __getitem__(self, name: str) -> str:
        """The word of this flavour: a keyword, a protocol method, a class or a module."""
        if name in _WORDS:
            return _WORDS[name][self.is_async]
        if name.endswith("_module"):
            return f"_{'async_' if self.is_async else ''}{name.removesuffix('_module')}"
        return f"{self.prefix}{name}"

    def Returning(self, type_: str) -> str:  # noqa: N802 - reads like the class that it stands for
        """What a call gives: the value, or something to await."""
        return f"Awaitable[{type_}]" if self.is_async else type_


_WORDS = {
    "def": ("def", "async def"),
    "await": ("", "await "),
    "for": ("for", "async for"),
    "anext": ("next", "anext"),
    "close": ("close", "aclose"),
    "close_name": ("close", "close"),
    "sleep": ("sleep", "sleep_async"),
    "acquire": ("acquire", "acquire_async"),
    "__iter__": ("__iter__", "__aiter__"),
    "__next__": ("__next__", "__anext__"),
    "__enter__": ("__enter__", "__aenter__"),
    "__exit__": ("__exit__", "__aexit__"),
    "Generator_name": ("Generator", "AsyncGenerator"),
    "Generator_type": ("Generator[Any, None, None]", "AsyncGenerator[Any, None]"),
    "iter_bytes": ("iter_bytes", "aiter_bytes"),
}

SYNC = Flavour(is_async=False)
ASYNC = Flavour(is_async=True)
FLAVOURS = (SYNC, ASYNC)
