"""Limits on calls: how many are in flight at once, and how many start in a second.

Calls queue for their turn, first come, first served, so that the service does not have to refuse them with a 429.
`Turns` and `Pace` decide which call is next, without a clock, a lock or an event loop; a `Limiter` does the waiting, in
threads and in tasks.
"""

from __future__ import annotations

from ._limiter import Limiter
from ._pace import Pace
from ._slot import LimitTimeout, Slot
from ._turns import Turns
from ._values import Limits

__all__ = ["LimitTimeout", "Limiter", "Limits", "Pace", "Slot", "Turns"]
