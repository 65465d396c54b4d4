"""hishel's clients and transports carry the calls, and answer in place of the service what they have kept."""

from __future__ import annotations

import httpx
import pytest
from hishel import AsyncSqliteStorage, SqliteStorage
from hishel.httpx import AsyncCacheClient, AsyncCacheTransport, CacheClient, CacheTransport


@pytest.fixture(params=["transport", "http_client"])
def plugged_in(request, flavour, tmp_path):
    """What of hishel a client is made with."""
    place = {"database_path": tmp_path / "kept.db"}
    if flavour == "sync":
        storage, client, transport = SqliteStorage(**place), CacheClient, CacheTransport
        over = httpx.HTTPTransport()
    else:
        storage, client, transport = AsyncSqliteStorage(**place), AsyncCacheClient, AsyncCacheTransport
        over = httpx.AsyncHTTPTransport()
    made = client(storage=storage) if request.param == "http_client" else transport(over, storage)
    return {request.param: made}


def test_hishel_carries_calls_and_answers_what_it_has_kept(connect, service, ask, plugged_in):
    driver = connect(service, **plugged_in)
    assert ask(driver) == ask(driver)
    assert driver.list_models().data == driver.list_models().data
    assert [request.method for request in service.requests] == ["POST", "POST", "GET"]
    if "http_client" in plugged_in:
        http_client = plugged_in["http_client"]
        closing = http_client.close() if driver.flavour == "sync" else http_client.aclose()
        if closing is not None:
            driver._loop.run(closing)
