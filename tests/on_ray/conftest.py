"""A cluster of three nodes on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from acedata_responses import testing

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """Two nodes for workers, and one for the rest. Workers find the token in their environment."""
    import ray
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 2}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    for _ in range(2):
        cluster.add_node(**node)
    cluster.wait_for_nodes()
    variables = {"ACEDATACLOUD_API_TOKEN": testing.TOKEN}
    ray.init(address=cluster.address, runtime_env={"env_vars": variables}, log_to_driver=False)
    yield cluster
    ray.shutdown()
    cluster.shutdown()
