"""Logging: nothing is printed by default, each call is a line at INFO, each phase of a call a line at DEBUG."""

from __future__ import annotations

import logging
import re
import subprocess
import sys

import pytest

from acedata_responses import errors, testing
from tests.contract.document import DOCUMENT

(LOG_VARIABLE,) = DOCUMENT["x-log-environment"]


def test_by_default_nothing_is_printed(client, service, capfd):
    service.reply_with(testing.error("api_error"))
    client.create()
    client.stream()
    service.reply_with(testing.error("bad_request"))
    with pytest.raises(errors.BadRequestError):
        client.create()
    assert capfd.readouterr() == ("", "")


def lines_of(caplog, level):
    records = [record for record in caplog.records if record.name == "acedata_responses"]
    return [record.getMessage() for record in records if record.levelno == level]


def test_each_call_has_one_line_at_info(client, service, caplog):
    with caplog.at_level(logging.DEBUG, "acedata_responses"):
        client.create()
        service.reply_with(testing.error("api_error"))
        client.create()
        service.reply_with(testing.error("bad_request"))
        with pytest.raises(errors.BadRequestError):
            client.create()
        service.reply_with(testing.Answer(body="?"))
        with pytest.raises(errors.ReplyDecodeError):
            client.create()
        service.reply_with(testing.Fault("cut"))
        with pytest.raises(errors.ConnectionLostError):
            client.create()
        client.stream()
        service.reply_with(testing.Fault("cut", "event", after=2))
        with pytest.raises(errors.StreamInterruptedError):
            client.stream()
        with client.open() as stream:
            next(iter(stream))
    expected = [
        "200 in", "200 in .* after 2 tries", r"400 BadRequestError \(bad_request\) in", "ReplyDecodeError in",
        "ConnectionLostError in", "200, a stream of 12 events, whole, in",
        "200, a stream of 2 events, StreamInterruptedError, in", "200, a stream of 1 events, left by the caller, in",
    ]  # fmt: skip
    lines = lines_of(caplog, logging.INFO)
    assert len(lines) == len(expected)
    for line, pattern in zip(lines, expected, strict=True):
        assert re.search(rf"^POST {re.escape(service.url)}/openai/responses: {pattern}", line), line
    assert len(lines_of(caplog, logging.DEBUG)) >= 1


def test_a_line_of_the_log_stays_one_line(client, service, caplog):
    service.reply_with(testing.Answer(400, json={"error": {"code": "a\nFAKE line\r\n", "message": "b"}}))
    with caplog.at_level(logging.DEBUG, "acedata_responses"), pytest.raises(errors.BadRequestError):
        client.create()
    assert all("\n" not in line and "\r" not in line for line in lines_of(caplog, logging.INFO))


# Logging by an environment variable


def logged(flavour, level):
    """Run a program that does not configure logging, with the variable set."""
    code = """
import asyncio, sys
from acedata_responses import AsyncClient, Client, testing
with testing.serve() as service:
    if sys.argv[1] == "sync":
        Client(service.token, base_url=service.url).models.list()
    else:
        asyncio.run(AsyncClient(service.token, base_url=service.url).models.list())
"""
    environment = {LOG_VARIABLE: level, "PATH": ""}
    return subprocess.run(
        [sys.executable, "-c", code, flavour],
        capture_output=True, text=True, timeout=60, check=False, env=environment,
    )  # fmt: skip


def test_debug_logs_a_line_for_each_phase_of_a_call(flavour):
    lines = logged(flavour, "debug").stderr.splitlines()
    phases = ["connecting to 127.0.0.1", "request sent, waiting for the response", "status 200", "GET http://"]
    numbers = [next(number for number, line in enumerate(lines) if phase in line) for phase in phases]
    assert numbers == sorted(numbers)
    assert testing.TOKEN not in "\n".join(lines)


def test_info_logs_one_line_for_each_call(flavour):
    lines = [line for line in logged(flavour, "INFO").stderr.splitlines() if "GET" in line]
    assert len([line for line in lines if "acedata_responses " in line or "acedata_responses:" in line]) == 1


def test_an_invalid_level_is_refused(flavour):
    assert f"ConfigurationError: {LOG_VARIABLE} must be one of debug, info" in logged(flavour, "loud").stderr
