"""A forked process must not talk over the connections of its parent."""

import os

import pytest

from acedata_responses import Client, testing

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
