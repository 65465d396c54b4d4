"""Refuses calls to the real service while tests run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..errors import ConfigurationError

VARIABLE = "ACEDATA_RESPONSES_REFUSE_LIVE"
"""The environment variable that refuses calls in the programs that a test starts."""

_is_refused = bool(os.environ.get(VARIABLE))


def refuse(is_refused: bool) -> bool:
    """Refuse or allow calls to the real service, in this process and in the processes that it starts.

    Returns:
        Whether calls were refused before.
    """
    global _is_refused
    before, _is_refused = _is_refused, is_refused
    if is_refused:
        os.environ[VARIABLE] = "1"
    else:
        os.environ.pop(VARIABLE, None)
    return before


def refusal(origin: str) -> ConfigurationError | None:
    """The error for a call to an origin, if that is the real service and calls to it are refused; else None."""
    if not _is_refused:
        return None
    from .._document.facts import BASE_URL
    from ..errors import ConfigurationError

    if not f"{BASE_URL}/".startswith(f"{origin}/"):
        return None
    return ConfigurationError(
        f"this call would have gone to {origin}, which bills it, from a test; nothing was sent. Use the fixture "
        "acedata_client or acedata_service, transport=testing.transport() or testing.replay(folder), or the base_url "
        "of another service. A test that is meant to pay has @pytest.mark.acedata_live; pytest --acedata-live allows "
        f"all of a run. (Refused by the pytest plug-in of {__name__.partition('.')[0]}, or by {VARIABLE}.)"
    )
