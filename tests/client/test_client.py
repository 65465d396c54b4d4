"""A client as an object: in threads, event loops and forked processes, copied, pickled and closed; its warnings."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from acedata_responses import (
    AsyncClient,
    Client,
    ConfigurationError,
    Limiter,
    Limits,
    RetryPolicy,
    UnknownValueWarning,
    testing,
)
from tests.contract.document import REQUEST, component
from tests.drivers import MINIMAL, ONE_SLOT, Driver
from tests.processes import forks, is_true_in_a_child

# Threads


def test_threads_that_make_their_first_call_together_share_the_limits(service, flavour, switching_often):
    service.reply_with(always=testing.Fault("delay", seconds=0.005))
    for _ in range(8):
        together = threading.Barrier(4, timeout=10)

        def call(driver, together=together):
            together.wait()
            driver.create()

        options = {"token": testing.TOKEN, "base_url": service.url, "limits": ONE_SLOT}
        with Driver(flavour, **options) as driver, ThreadPoolExecutor(4) as threads:
            list(threads.map(call, [driver] * 4))
    assert service.most_in_flight == 1


# Event loops


async def use(client):
    """Leave connections behind in each way: streams that were read and left, parallel calls, a plain call."""
    async with await client.responses.create(**MINIMAL, stream=True) as stream:
        async for _event in stream:
            pass
    async with await client.responses.create(**MINIMAL, stream=True) as stream:
        await anext(stream)
    await asyncio.gather(*(client.models.list() for _ in range(3)))
    return (await client.responses.create(**MINIMAL)).output_text


def test_one_client_is_used_in_several_event_loops_one_after_another(service):
    client = AsyncClient(testing.TOKEN, base_url=service.url)
    for _ in range(3):
        assert asyncio.run(use(client))
        service.wait_until(lambda: service.open_connections == 0)
    asyncio.run(client.close())
    del client
    gc.collect()  # a connection that was left open would warn now, and fail this test


def test_one_client_is_used_in_several_event_loops_at_the_same_time(service):
    client = AsyncClient(testing.TOKEN, base_url=service.url)
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(lambda _: asyncio.run(use(client)), range(8)))
    service.wait_until(lambda: service.open_connections == 0)


def test_a_client_that_was_not_closed_leaves_no_connection_open(service):
    asyncio.run(use(AsyncClient(testing.TOKEN, base_url=service.url)))
    client = Client(testing.TOKEN, base_url=service.url)
    client.models.list()
    del client
    gc.collect()
    service.wait_until(lambda: service.open_connections == 0)


def test_a_client_can_be_closed_in_an_event_loop_in_which_it_did_nothing(service):
    asyncio.run(AsyncClient(testing.TOKEN, base_url=service.url).close())
    assert service.connections_opened == 0


# Forked processes


@forks
def test_a_forked_process_makes_its_own_connection_and_leaves_those_of_its_parent_usable(service):
    with Client(token=testing.TOKEN, base_url=service.url) as client:
        client.models.list()
        assert is_true_in_a_child(client.models.list), "the call in the child failed"
        client.models.list()
    of_parent, of_child, of_parent_again = (request.connection for request in service.requests)
    assert of_child != of_parent == of_parent_again


@forks
def test_a_forked_process_does_not_count_the_calls_of_its_parent():
    limiter = Limiter(ONE_SLOT)
    slot = limiter.acquire()

    def acquires():
        limiter.acquire(timeout=5)
        slot.release()
        return limiter.in_flight == 1

    assert is_true_in_a_child(acquires)
    assert limiter.in_flight == 1


# Copies


OPTIONS = {
    "timeout": 7.5, "deadline": 60, "max_retries": 1, "retry": RetryPolicy(waits=(0.5,)), "headers": {"x-team": "a"},
    "limits": Limits(in_flight=3, per_second=50),
}  # fmt: skip


@pytest.mark.parametrize(
    ("duplicate", "team"),
    [
        (lambda client: pickle.loads(pickle.dumps(client)), "a"),
        (lambda client: pickle.loads(pickle.dumps(client.with_options(headers={"x-team": "b"}))), "b"),
        (copy.copy, "a"),
        (copy.deepcopy, "a"),
    ],
    ids=["pickle", "pickle with other options", "copy", "deepcopy"],
)
def test_a_client_is_pickled_and_copied_and_works_afterwards(flavour, service, duplicate, team):
    with Driver(flavour, token=testing.TOKEN, base_url=service.url, **OPTIONS) as original:
        assert original.create().output_text
        with Driver(flavour, actual=duplicate(original.actual)) as twin:
            assert type(twin.actual) is type(original.actual)
            assert twin.create().output_text
            assert twin.stream()
        assert original.create().output_text
    assert [request.headers["x-team"] for request in service.requests] == ["a", team, team, "a"]
    assert len({request.connection for request in service.requests}) == 2


def test_a_client_that_is_closed_stays_closed_when_it_is_pickled(flavour):
    with Driver(flavour, token="x") as driver:
        pass
    with Driver(flavour, actual=pickle.loads(pickle.dumps(driver.actual))) as twin, pytest.raises(ConfigurationError):
        twin.create()


# Closing


def test_a_call_after_the_with_statement_of_a_client_raises_an_error(driver, service):
    with suppress(KeyError), driver.client:
        driver.create()
        raise KeyError
    driver.client.close()
    service.wait_until(lambda: service.open_connections == 0)
    for call in (driver.create, driver.open, driver.list_models):
        with pytest.raises(ConfigurationError, match="closed"):
            call()
    assert len(service.requests) == 1


def test_the_resources_of_a_client_are_made_once(flavour):
    with Driver(flavour, token="x") as driver:
        assert driver.actual.responses is driver.actual.responses
        assert driver.actual.models is driver.actual.models


# Unknown values


@pytest.mark.parametrize(
    ("field", "value"), [
        ("model", "zzz"), ("model", "\N{WATER WAVE}"), ("model", "a-family-of-models"),
        ("response_format", {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}),
    ],
)  # fmt: skip
def test_an_unknown_value_that_is_not_similar_to_a_known_one_is_sent_without_a_warning(driver, service, field, value):
    driver.create(**{field: value})  # a warning would be an error
    assert service.requests[0].json[field] == value


def test_an_unknown_model_is_sent_with_one_warning_that_names_the_most_similar_one(driver, service):
    name = f"gpt-4o-minni-{driver.flavour}"
    with pytest.warns(UnknownValueWarning, match="'gpt-4o-mini'") as warned:
        driver.create(model=name)
    assert name in str(warned[0].message)
    driver.create(model=name)  # a second warning would be an error
    assert [request.json["model"] for request in service.requests] == [name, name]


def test_a_request_that_is_refused_causes_no_warning(driver, service):
    with pytest.raises(ValueError, match="/n"):
        driver.create(model=f"gpt-4o-never-{driver.flavour}", n=0)


def test_a_warning_names_the_line_of_the_caller(service):
    with Client(testing.TOKEN, base_url=service.url) as client, pytest.warns(UnknownValueWarning) as warned:
        client.responses.create(model="gpt-4o-line", input="Hello")
    assert warned[0].filename == __file__

    async def ask():
        async with AsyncClient(testing.TOKEN, base_url=service.url) as client:
            await client.responses.create(model="gpt-4o-async-line", input="Hello")

    with pytest.warns(UnknownValueWarning) as warned:
        asyncio.run(ask())
    assert warned[0].filename == __file__


def test_a_withdrawn_model_is_deprecated_and_still_sent(driver, service, monkeypatch):
    # The document lists none yet, so it is made to.
    from acedata_responses._document import schemas

    name = f"gpt-3-{driver.flavour}"
    monkeypatch.setitem(
        schemas.SCHEMAS[component(REQUEST["properties"]["model"])], "x-removed", {name: {"since": "0.2.0"}}
    )
    with pytest.warns(DeprecationWarning, match=r"0\.2\.0") as warned:
        driver.create(model=name)
    assert name in str(warned[0].message)
    driver.create(model=name)
    assert service.requests[-1].json["model"] == name


def test_a_client_without_validation_does_not_warn(connect, service):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        connect(service, validate=False).create(model="whatever-it-is")
