"""Selects the class of an object by its fields, if it has no known discriminator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from .._json import kind_of
from ._unknown import unknown

Shapes: TypeAlias = "tuple[tuple[Callable[[Any], Any], frozenset[str], dict[str, Any]], ...]"
"""The decoder, the required fields and the constants of each class."""


def by_shape(data: dict[str, Any], shapes: Shapes) -> Any:
    """Decode an object as the class that best matches its fields.

    Args:
        data: A JSON object.
        shapes: The decoder, the required fields and the constants of each class.

    Returns:
        An object of the class with the most required fields in `data`; classes with all their required fields take
        precedence. An `Unknown` if each class lacks at least half of its required fields, or if two match equally.
    """
    likely = [
        ((required <= data.keys(), len(required & data.keys())), decode)
        for decode, required, constants in shapes
        if 2 * len(required & data.keys()) > len(required)
        and all(kind_of(data.get(key)) is not kind_of(value) or data[key] == value for key, value in constants.items())
    ]
    nearest = max((nearness for nearness, _decode in likely), default=None)
    best = [decode for nearness, decode in likely if nearness == nearest]
    return best[0](data) if len(best) == 1 else unknown(data)
