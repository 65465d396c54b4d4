"""Tells what an object is by the fields that it has, where it does not say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from .._json import kind_of
from ._unknown import unknown

Shapes: TypeAlias = "tuple[tuple[Callable[[Any], Any], frozenset[str], dict[str, Any]], ...]"
"""For each class its decoder, its required fields, and its constants."""


def by_shape(data: dict[str, Any], shapes: Shapes) -> Any:
    """Decode an object that does not say of what kind it is, as the class that it looks most like.

    Args:
        data: A JSON object.
        shapes: For each class its decoder, its required fields, and its constants.

    Returns:
        The decoded object: a class of which no required field is missing comes before others, then the one that has
        more of them. An `Unknown` when no class has more than half of its required fields in the object, or two are
        equally near.
    """
    likely = [
        ((required <= data.keys(), len(required & data.keys())), decode)
        for decode, required, constants in shapes
        if 2 * len(required & data.keys()) > len(required)
        and all(
            kind_of(data.get(key)) is not kind_of(value) or data[key] == value
            for key, value in constants.items()
        )
    ]
    nearest = max((nearness for nearness, _decode in likely), default=None)
    best = [decode for nearness, decode in likely if nearness == nearest]
    return best[0](data) if len(best) == 1 else unknown(data)
