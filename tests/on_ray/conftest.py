"""A cluster of three nodes on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from acedata_responses import testing

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
# Otherwise Ray starts 32 processes to read a Parquet file, and its checkpoints are such files.
os.environ["RAY_DATA_PARQUET_FOOTER_NUM_ACTORS"] = "1"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """Two nodes for one worker each, and a head node. The workers have the token in their environment."""
    import ray
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACEDATACLOUD_API_TOKEN", testing.TOKEN)
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
        for _ in range(2):
            cluster.add_node(num_cpus=2, resources={"seat": 1})
        cluster.wait_for_nodes()
    ray.init(address=cluster.address, log_to_driver=False)
    context = ray.data.DataContext.get_current()
    context.wait_for_min_actors_s = 120  # both workers start before the first row
    context.enable_progress_bars = False
    yield cluster
    ray.shutdown()
    cluster.shutdown()
