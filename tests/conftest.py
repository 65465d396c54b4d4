"""What most tests need: the embedded service, and clients of both flavours that are closed in the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from acedata_responses import testing
from tests.drivers import FLAVOURS, Driver, Flavour

# What the machine has in its environment is nobody's business here: no proxy in the way, no real token.
for _name in [name for name in os.environ if name.startswith("ACEDATA") or name.lower().endswith("_proxy")]:
    del os.environ[_name]

# Their asserts tell as much as those of the tests that call them.
pytest.register_assert_rewrite("tests.faults.streams", "tests.runtime.answers", "tests.runtime.waiting")

# How long an example takes depends on the machine. `make test` tries the same examples each time, `make fuzz` others.
_ANY_SPEED: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("tests", derandomize=True, **_ANY_SPEED)
settings.register_profile("fuzz", max_examples=int(os.environ.get("EXAMPLES", "2000")), **_ANY_SPEED)
settings.load_profile("tests")


@pytest.fixture(params=FLAVOURS)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """Each of the two clients in turn."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def service() -> Iterator[testing.Server]:
    """The embedded service on a socket."""
    with testing.serve() as server:
        yield server


@pytest.fixture
def connect(flavour: Flavour) -> Iterator[Callable[..., Driver]]:
    """Makes drivers: `connect(service, max_retries=0)`, or without a service from options alone."""
    with ExitStack() as drivers:

        def connected(service: testing.Server | None = None, **options: Any) -> Driver:
            where = {} if service is None else {"base_url": service.url}
            return drivers.enter_context(Driver(flavour, **{"token": testing.TOKEN, **where, **options}))

        yield connected


@pytest.fixture
def driver(connect: Callable[..., Driver], service: testing.Server) -> Driver:
    """A client of the embedded service."""
    return connect(service)
