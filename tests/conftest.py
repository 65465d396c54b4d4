"""Fixtures for most tests: the test server, and clients of both flavours."""

from __future__ import annotations

import gc
import itertools
import os
import ssl
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import certifi
import httpx
import pytest
from hypothesis import HealthCheck, settings

from acedata_responses import testing
from tests.certificates import tls_of
from tests.clock import SkippingClock
from tests.drivers import FLAVOURS, ONE_SLOT, Driver, Flavour

if TYPE_CHECKING:
    import trustme

# Tests use no proxy and no real token of the machine.
for _name in [name for name in os.environ if name.startswith("ACEDATA") or name.lower().endswith("_proxy")]:
    del os.environ[_name]
os.environ.pop("SSL_CERT_DIR", None)

# Show the values in their failed asserts, as in tests.
pytest.register_assert_rewrite("tests.streams.events", "tests.waiting")

# No deadline, since that depends on the machine. `make test` tries the same examples each time, `make fuzz` others.
_ANY_SPEED: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("tests", max_examples=50, derandomize=True, **_ANY_SPEED)
settings.register_profile("fuzz", max_examples=int(os.environ.get("EXAMPLES", "2000")), **_ANY_SPEED)
settings.load_profile("tests")

_passed = itertools.count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    """With `-q`, print a dot for each 50 tests that pass."""
    if not report.passed or report.when != "call" or config.get_verbosity() >= 0:
        return None
    return "passed", "" if next(_passed) % 50 else ".", "PASSED"


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Start three processes for two processors, since the tests wait for a third of their time."""
    processors = yield
    return processors + processors // 2


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Exclude imported objects from garbage collection, which would take half a second in some tests."""
    gc.disable()
    result = yield
    gc.freeze()
    gc.enable()
    return result


@pytest.fixture(scope="session", autouse=True)
def _one_certificate(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Trust a single authority: loading all of certifi takes each client 50 ms."""
    certificate, end, _ = Path(certifi.where()).read_text(encoding="utf-8").partition("-----END CERTIFICATE-----\n")
    file = tmp_path_factory.mktemp("certificates") / "one.pem"
    file.write_text(certificate + end, encoding="utf-8")
    os.environ["SSL_CERT_FILE"] = str(file)


@pytest.fixture(params=FLAVOURS)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """`sync` and `async` in turn."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def service() -> Iterator[testing.Server]:
    """The test server on a socket."""
    with testing.serve() as server:
        yield server


@pytest.fixture
def port(service: testing.Server) -> int:
    """The port of the service."""
    return urlsplit(service.url).port or 0


@pytest.fixture
def authority() -> trustme.CA:
    """An authority for certificates that no client trusts by default."""
    import trustme

    return trustme.CA()


@pytest.fixture
def trusted_authority(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """The same authority, trusted by new clients."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


@pytest.fixture
def tls(trusted_authority: trustme.CA) -> ssl.SSLContext:
    """The TLS context of a server that clients trust."""
    return tls_of(trusted_authority)


@pytest.fixture
def switching_often() -> Iterator[None]:
    """Switch threads every microsecond, to provoke race conditions."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A path for a journal."""
    return tmp_path / "answers.db"


@pytest.fixture
def http(service: testing.Server) -> Iterator[httpx.Client]:
    """An httpx client of the service."""
    from tests.testing.clients import client_of  # it needs jsonschema, which not every environment has

    with client_of(service) as client:
        yield client


@pytest.fixture
def connect(flavour: Flavour) -> Iterator[Callable[..., Driver]]:
    """Creates drivers: `connect(service, max_retries=0)`, or without a service `connect(**options)`."""
    with ExitStack() as drivers:

        def connected(service: testing.Server | None = None, **options: Any) -> Driver:
            where = {} if service is None else {"base_url": service.url}
            return drivers.enter_context(Driver(flavour, **{"token": testing.TOKEN, **where, **options}))

        yield connected


@pytest.fixture
def driver(connect: Callable[..., Driver], service: testing.Server) -> Driver:
    """A client of the test server."""
    return connect(service)


@pytest.fixture
def client(connect: Callable[..., Driver], service: testing.Server) -> Driver:
    """A client that allows one call in flight and waits no time between attempts.

    If a stream does not release its slot, the next call blocks.
    """
    return connect(service, limits=ONE_SLOT, clock=SkippingClock())
