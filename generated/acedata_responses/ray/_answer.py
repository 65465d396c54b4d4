"""A worker of Ray Data that sends a column of requests and adds columns with the replies."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import Any

from .._client import Client
from .._json import is_list, is_object
from .._request.not_given import NOT_GIVEN, NotGiven
from ..bulk import Result
from ..bulk._operations import OPERATIONS
from ..errors import ConfigurationError
from ..journal import Journal
from ..limits import Limiter, Limits
from ._limiter import ClusterLimiter

Batch = dict[str, Any]
_COLUMNS = ("outcome", "output_text", "reply", "error")


class Answer:
    """Sends the requests in a column and adds the replies, for `dataset.map_batches(Answer, ...)`.

        dataset.map_batches(
            Answer,
            fn_constructor_kwargs={"journal": "/var/lib/answers.db"},
            compute=ray.data.ActorPoolStrategy(size=4),
            batch_size=100,
        )

    A request is a mapping with the arguments of a call, or the same as JSON text. Null fields of a mapping are left
    out, since Arrow gives all rows the same fields; those of JSON text are sent. Each row gets these columns:

    - `outcome`: `answered`, `failed`, or `unknown` if it failed and may be billed;
    - `output_text`: the text of the reply;
    - `reply`: the reply as JSON text;
    - `error`: the error, if there is no reply.

    All workers together keep within the limits of the token. When a worker is killed, Ray Data runs its batch again.
    Without a journal, the requests that had a response are sent and billed once more. With a journal, their responses
    are read from it; requests in flight are `unknown` and not sent again, except with `via_stream=True`. The
    journal is a file on one node, so a batch that is run again on another node does not find it.

    Args:
        requests: The column with the requests.
        keys: The column with the keys of the requests, which distinguish several responses to the same request.
        operation: The operationId; optional if the document has only one operation for many requests.
        at_once: How many calls a worker may have in flight; by default as many as the service allows.
        limits: The limits of all workers together, a `Limiter`, or None for no limits; by default those of the vendor.
        journal: The path of a journal on each node, which all its workers share; or a `Journal`.
        on_unknown: If `journal` is a path: the `on_unknown` of that `Journal`.
        options: Further arguments of `Client`, such as `via_stream=True`. Set the token in the environment of the nodes
            instead, as Ray stores these arguments and its `runtime_env`.

    Raises:
        ConfigurationError: Ray is not installed, or an argument has a wrong value.
    """

    def __init__(
        self,
        *,
        requests: str = "request",
        keys: str | None = None,
        operation: str | None = None,
        at_once: int | None = None,
        limits: Limits | Limiter | None | NotGiven = NOT_GIVEN,
        journal: Journal | str | None = None,
        on_unknown: Any = "raise",
        **options: Any,
    ) -> None:
        self._requests = requests
        self._keys = keys
        # Stopping within a batch would lose the answers to its other rows.
        self._options = {"at_once": at_once, "in_order": True, "keep_going": True}
        if isinstance(journal, str):
            journal = Journal(journal, on_unknown=on_unknown)
        if isinstance(limits, NotGiven):
            limits = Limits()
        if isinstance(limits, Limits):
            limits = ClusterLimiter(limits)
        self._client = Client(limits=limits, journal=journal, **options)
        methods = OPERATIONS[_operation(operation)]
        self._map = getattr(attrgetter(methods.resource)(self._client), methods.map)

    def __call__(self, batch: Batch) -> Batch:
        """Send the requests of a batch and return the batch with the added columns."""
        keys = [""] * len(batch[self._requests]) if self._keys is None else batch[self._keys]
        requests = [
            {"key": str(key), **_arguments(request)} for key, request in zip(keys, batch[self._requests], strict=True)
        ]
        rows = [_columns(one) for one in self._map(requests, **self._options)]
        return {**batch, **{name: [row[name] for row in rows] for name in _COLUMNS}}


def _operation(wanted: str | None) -> str:
    if wanted is None and len(OPERATIONS) == 1:
        return next(iter(OPERATIONS))
    if wanted not in OPERATIONS:
        raise ConfigurationError(f"operation must be one of {', '.join(OPERATIONS)}, not {wanted!r}")
    return wanted


def _arguments(request: Any) -> dict[str, Any]:
    """The arguments of a call.

    Raises:
        ConfigurationError: The request is neither a mapping nor the JSON text of an object.
    """
    try:
        data = json.loads(request) if isinstance(request, str) else _without_nulls(request)
    except ValueError as error:
        raise ConfigurationError(f"a request must be a mapping or JSON text: {error}") from None
    if not is_object(data):
        raise ConfigurationError(f"a request must be a mapping or JSON text of an object, not {request!r:.100}")
    return data


def _without_nulls(value: Any) -> Any:
    """Data without null fields, which Arrow adds, and with lists in place of numpy arrays."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if is_object(value):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if is_list(value) else value


def _columns(result: Result[Any]) -> dict[str, str | None]:
    data = result.to_dict()
    error = data.get("error")
    return {
        "outcome": result.outcome,
        "output_text": data.get("output_text"),
        "reply": json.dumps(data["reply"], ensure_ascii=False) if "reply" in data else None,
        "error": f"{error['type']}: {error['message']}" if error else None,
    }
