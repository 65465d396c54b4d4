"""Limits on calls: how many are in flight at once, and how many start in a second.

Calls queue for their turn, first come, first served, so that the service has no reason to refuse them. `Turns` and
`Pace` decide whose turn it is, without a clock, a lock or an event loop; a `Limiter` waits, in threads and in tasks.
"""

from __future__ import annotations

from ._limiter import Limiter
from ._pace import Pace
from ._place import LimitTimeout, Place
from ._turns import Turns
from ._values import Limits

__all__ = ["LimitTimeout", "Limiter", "Limits", "Pace", "Place", "Turns"]
