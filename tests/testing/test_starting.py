"""Whatever goes wrong while the embedded service starts is reported; nobody waits for a service that never comes."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from acedata_responses import testing

FAULTS = {
    "a port beyond all ports": ({"port": 70000}, OSError, "70000"),
    "a port below all ports": ({"port": -1}, OSError, "-1"),
    "a flag for a TLS context": ({"tls": True}, TypeError, "SSLContext"),
    "a host that is none": ({"host": "256.0.0.1"}, OSError, None),
    "an address of another machine": ({"host": "192.0.2.1"}, OSError, None),
}


def start(**options):
    with testing.serve(**options):
        pytest.fail("it started")


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_listened_at_is_reported(name):
    options, error, words = FAULTS[name]
    with pytest.raises(error, match=words):
        start(**options)


def test_a_taken_port_is_reported(service):
    with pytest.raises(OSError, match=r"in use|address"):
        start(port=urlsplit(service.url).port)


class BlockedError(RuntimeError):
    """Such as pytest-socket raises with --disable-socket."""


@pytest.mark.parametrize("function", ["new_event_loop", "BaseEventLoop.create_server"])
def test_whatever_the_event_loop_raises_is_reported(function, monkeypatch):
    def refuse(*_args, **_options):
        raise BlockedError

    monkeypatch.setattr(f"asyncio.{function}" if "." not in function else f"asyncio.base_events.{function}", refuse)
    if function == "new_event_loop":
        monkeypatch.setattr("asyncio.run", refuse)
    with pytest.raises(BlockedError):
        start()
