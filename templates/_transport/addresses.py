"""Resolves the name of a host to addresses."""

from __future__ import annotations

import socket
import threading
from typing import Any, NamedTuple


class Address(NamedTuple):
    """An address that a socket can connect to, as `socket.getaddrinfo` gives it."""

    family: int
    type: int
    protocol: int
    canonical_name: str
    address: Any


def numeric_addresses(host: str, port: int) -> list[Address]:
    """Return the address if the host is an IP address; an empty list if it is a name, which has to be looked up."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        return []
    return [Address(*each) for each in found]


def look_up(host: str, port: int, timeout: float | None) -> list[Address]:
    """Look up the name of a host.

    The system's resolver has no timeout, so it runs in a thread of its own, which is abandoned on a timeout.

    Raises:
        TimeoutError: The lookup took longer than `timeout` seconds.
        OSError: There is no such host.
        UnicodeError: The name is not a valid host name.
    """
    if timeout is None:
        return _look_up(host, port)
    answers: list[list[Address] | Exception] = []
    is_answered = threading.Event()

    def resolve() -> None:
        try:
            answers.append(_look_up(host, port))
        except (OSError, UnicodeError) as error:
            answers.append(error)
        is_answered.set()

    try:
        threading.Thread(target=resolve, name=__name__, daemon=True).start()
    except RuntimeError:  # the interpreter is shutting down
        return _look_up(host, port)
    if not is_answered.wait(timeout):
        raise TimeoutError(f"the address of {host} was not found in time")
    answer = answers[0]
    if isinstance(answer, Exception):
        raise answer
    return answer


def _look_up(host: str, port: int) -> list[Address]:
    return [Address(*each) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
