"""Calls go through the clients and transports of hishel, which respond from their cache."""

from __future__ import annotations

import httpx
import pytest
from hishel import AsyncSqliteStorage, SqliteStorage
from hishel.httpx import AsyncCacheClient, AsyncCacheTransport, CacheClient, CacheTransport


@pytest.fixture(params=["transport", "http_client"])
def hishel_option(request, flavour, tmp_path):
    """The argument of the client: a transport or a client of hishel."""
    options = {"database_path": tmp_path / "kept.db"}
    if flavour == "sync":
        storage, client, transport = SqliteStorage(**options), CacheClient, CacheTransport
        over = httpx.HTTPTransport()
    else:
        storage, client, transport = AsyncSqliteStorage(**options), AsyncCacheClient, AsyncCacheTransport
        over = httpx.AsyncHTTPTransport()
    value = client(storage=storage) if request.param == "http_client" else transport(over, storage)
    return {request.param: value}


def test_calls_go_through_hishel_which_caches_get_requests(connect, service, ask, hishel_option):
    driver = connect(service, **hishel_option)
    assert ask(driver) == ask(driver)
    assert driver.list_models().data == driver.list_models().data
    assert [request.method for request in service.requests] == ["POST", "POST", "GET"]
    if "http_client" in hishel_option:
        http_client = hishel_option["http_client"]
        closing = http_client.close() if driver.flavour == "sync" else http_client.aclose()
        if closing is not None:
            driver._loop.run(closing)
