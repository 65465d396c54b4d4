"""Turns on logging with an environment variable, for programs that do not configure logging themselves."""

from __future__ import annotations

import os

from .._document.facts import LOG_VARIABLES
from ..errors import ConfigurationError

_LEVELS = ("debug", "info", "warning", "error")


def log_as_the_environment_says() -> None:
    """Log to standard error at the level in the environment variable. Do nothing if it is not set.

    Raises:
        ConfigurationError: The value is not a log level.
    """
    name = next((name for name in LOG_VARIABLES if os.environ.get(name)), None)
    if name is None:
        return
    level = os.environ[name].lower()
    if level not in _LEVELS:
        raise ConfigurationError(f"{name} must be one of {', '.join(_LEVELS)}, not {os.environ[name]!r}")
    import logging

    logger = logging.getLogger(__name__.partition(".")[0])
    logger.setLevel(level.upper())
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
