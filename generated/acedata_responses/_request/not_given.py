"""The default of optional arguments."""

from __future__ import annotations

from typing import Final, final


@final
class NotGiven:
    """The type of `NOT_GIVEN`, the default of optional arguments. It is not sent, while None is sent as `null`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __reduce__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven()
