"""A client as an object: in threads and event loops, pickled, forked, closed, shown and warning."""

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

from acedata_responses import AsyncClient, Client, ConfigurationError, Limits, RetryPolicy, UnknownValueWarning, testing
from tests.contract.document import REQUEST, component
from tests.drivers import MINIMAL, ONE_PLACE, Driver

# Threads


def test_threads_that_make_their_first_call_together_share_the_limits(service, flavour, switching_often):
    service.reply_with(always=testing.Fault("delay", seconds=0.005))
    for _ in range(8):
        together = threading.Barrier(4, timeout=10)

        def call(driver, together=together):
            together.wait()
            driver.create()

        options = {"token": testing.TOKEN, "base_url": service.url, "limits": ONE_PLACE}
        with Driver(flavour, **options) as driver, ThreadPoolExecutor(4) as threads:
            list(threads.map(call, [driver] * 4))
    assert service.most_in_flight == 1


# Event loops


async def use(client):
    """A bit of everything that leaves connections behind."""
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


# Copies


OPTIONS = {
    "timeout": 7.5,
    "deadline": 60,
    "max_retries": 1,
    "retry": RetryPolicy(waits=(0.5,)),
    "headers": {"x-team": "a"},
    "limits": Limits(in_flight=3, per_second=50),
}


@pytest.mark.parametrize(
    "duplicate",
    [lambda it: pickle.loads(pickle.dumps(it)), copy.copy, copy.deepcopy],
    ids=["pickle", "copy", "deepcopy"],
)
def test_a_client_is_pickled_and_copied_and_works_afterwards(driver, service, duplicate):
    with Driver(driver.flavour, token=testing.TOKEN, base_url=service.url, **OPTIONS) as original:
        assert original.create().output_text
        with Driver(driver.flavour, actual=duplicate(original.actual)) as twin:
            assert type(twin.actual) is type(original.actual)
            assert twin.create().output_text
            assert twin.stream()
        assert original.create().output_text
    assert {request.headers["x-team"] for request in service.requests} == {"a"}
    assert len({request.connection for request in service.requests}) == 2


def test_a_copy_with_other_options_is_pickled_too(driver, service):
    copied = (driver.actual).with_options(headers={"x-team": "b"})
    with Driver(driver.flavour, actual=pickle.loads(pickle.dumps(copied))) as twin:
        assert twin.list_models().data
        assert service.requests[-1].headers["x-team"] == "b"


def test_a_client_that_is_closed_stays_so_when_it_is_pickled(flavour):
    with Driver(flavour, token="x") as driver:
        pass
    with Driver(flavour, actual=pickle.loads(pickle.dumps(driver.actual))) as twin, pytest.raises(ConfigurationError):
        twin.create()


# Closing


def test_a_client_that_is_closed_says_so(driver, service):
    driver.create()
    driver.client.close()
    driver.client.close()
    service.wait_until(lambda: service.open_connections == 0)
    for call in (driver.create, driver.open, driver.list_models):
        with pytest.raises(ConfigurationError, match="closed"):
            call()
    assert len(service.requests) == 1


def test_leaving_a_with_closes_the_client_also_on_an_error(flavour, service):
    with Driver(flavour, token=testing.TOKEN, base_url=service.url) as driver:
        with suppress(KeyError), driver.client:
            raise KeyError
        with pytest.raises(ConfigurationError):
            driver.list_models()


def test_resources_are_made_once(flavour):
    with Driver(flavour, token="x") as driver:
        assert driver.actual.responses is driver.actual.responses
        assert driver.actual.models is driver.actual.models


# Names of models


@pytest.mark.parametrize("name", ["zzz", "\N{WATER WAVE}", "a-family-of-models"])
def test_an_unknown_model_that_is_like_none_is_sent_without_a_warning(driver, service, name):
    driver.create(model=name)  # a warning would be an error
    assert service.requests[0].json["model"] == name


def test_a_form_of_the_answer_that_is_like_none_is_sent_without_a_warning(driver, service):
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}
    driver.create(response_format=form)
    assert service.requests[0].json["response_format"] == form


def test_an_unknown_model_is_sent_and_warned_of_once_with_the_closest_name(driver, service):
    name = f"gpt-4o-minni-{driver.flavour}"
    with pytest.warns(UnknownValueWarning, match="'gpt-4o-mini'") as warned:
        driver.create(model=name)
    assert name in str(warned[0].message)
    driver.create(model=name)  # a second warning would be an error
    assert [request.json["model"] for request in service.requests] == [name, name]


def test_an_unknown_model_that_is_also_a_mistake_elsewhere_is_not_warned_of(driver, service):
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


def test_an_unchecked_client_warns_of_nothing(connect, service):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        connect(service, validate=False).create(model="whatever-it-is")
