"""Whom the client trusts, and the client of the tests of streams; other tests here have one of their own."""

from __future__ import annotations

import pytest

from tests.clock import SkippingClock
from tests.faults.streams import ONE_PLACE


@pytest.fixture
def authority(monkeypatch, tmp_path):
    """A certificate authority that the client trusts."""
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


@pytest.fixture
def client(connect, service):
    """A client with one place in flight, whose waits between tries take no time.

    A stream that keeps the place after its end is found out by the next call.
    """
    return connect(service, limits=ONE_PLACE, clock=SkippingClock())
