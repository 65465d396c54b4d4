"""A forked process must not talk over the connections of its parent, nor wait for the parent's calls to finish."""

import os

import pytest

from acedata_responses import Client, Limiter, Limits, testing

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_makes_a_connection_of_its_own_and_leaves_the_parents_usable():
    with testing.serve() as service, Client(token=testing.TOKEN, base_url=service.url) as client:
        client.models.list()
        child = os.fork()
        if child == 0:
            try:
                client.models.list()
                os._exit(0)
            finally:
                os._exit(1)
        _pid, status = os.waitpid(child, 0)
        assert status == 0, "the call in the child failed"
        client.models.list()
        of_parent, of_child, of_parent_again = (request.connection for request in service.requests)
    assert of_child != of_parent
    assert of_parent_again == of_parent


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_does_not_count_the_calls_of_its_parent():
    limiter = Limiter(Limits(in_flight=1, per_second=None))
    place = limiter.acquire()
    child = os.fork()
    if child == 0:
        try:
            limiter.acquire(timeout=5)
            place.release()
            os._exit(0 if limiter.in_flight == 1 else 2)
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert status == 0
    assert limiter.in_flight == 1
