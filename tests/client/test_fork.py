"""A forked process must not talk over the connections of its parent, nor wait for the parent's calls to finish."""

from acedata_responses import Client, Limiter, testing
from tests.drivers import ONE_PLACE
from tests.processes import forks, is_true_in_a_child


@forks
def test_a_forked_process_makes_a_connection_of_its_own_and_leaves_the_parents_usable():
    with testing.serve() as service, Client(token=testing.TOKEN, base_url=service.url) as client:
        client.models.list()
        assert is_true_in_a_child(client.models.list), "the call in the child failed"
        client.models.list()
        of_parent, of_child, of_parent_again = (request.connection for request in service.requests)
    assert of_child != of_parent
    assert of_parent_again == of_parent


@forks
def test_a_forked_process_does_not_count_the_calls_of_its_parent():
    limiter = Limiter(ONE_PLACE)
    place = limiter.acquire()

    def acquires():
        limiter.acquire(timeout=5)
        place.release()
        return limiter.in_flight == 1

    assert is_true_in_a_child(acquires)
    assert limiter.in_flight == 1
