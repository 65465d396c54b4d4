"""Calls in Ray Data: many workers send a column of requests, within the limits of one token.

    import ray
    from acedata_responses.ray import Answer

    dataset = ray.data.read_json("requests.jsonl")  # with a column `request`
    answers = dataset.map_batches(Answer, compute=ray.data.ActorPoolStrategy(size=4), batch_size=100)

It needs Ray: `pip install "acedata-responses[ray]"`.
"""

from __future__ import annotations

from ._answer import Answer
from ._limiter import ClusterLimiter

__all__ = ["Answer", "ClusterLimiter"]
