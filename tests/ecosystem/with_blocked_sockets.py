"""Where pytest-socket forbids sockets, a call says so and is not sent."""

from __future__ import annotations

import pytest
import pytest_socket

from acedata_responses import ConfigurationError

pytestmark = pytest.mark.filterwarnings("ignore:A test tried to use:UserWarning")


@pytest.fixture(autouse=True)
def _sockets_are_allowed_in_the_end():
    yield
    pytest_socket._remove_restrictions()
    pytest_socket.enable_socket()


def test_no_sockets_at_all(connect, ask):
    driver = connect(base_url="http://192.0.2.1")
    pytest_socket.disable_socket()
    with pytest.raises(ConfigurationError, match=r"not allowed here \(SocketBlockedError.*nothing was sent"):
        ask(driver)


def test_no_hosts_but_some(connect, ask):
    driver = connect(base_url="http://192.0.2.1")
    pytest_socket.socket_allow_hosts(["127.0.0.1"])
    with pytest.raises(
        ConfigurationError, match=r"not allowed here \(SocketConnectBlocked.*nothing was sent"
    ):
        ask(driver)
