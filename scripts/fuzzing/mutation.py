"""Accidents to bytes: how they are mutated, and how they are cut into chunks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from random import Random


def mutated(chance: Random, data: bytes, fragments: Sequence[bytes]) -> bytes:
    """The data after a few accidents: a piece left out, doubled, turned over, or replaced."""
    for _ in range(chance.randint(1, 8)):
        start = chance.randint(0, len(data))
        end = chance.choice(
            [start, start + 1, start + chance.randint(0, 8), chance.randint(start, len(data))]
        )
        piece = data[start:end]
        accidents = [b"", piece * 2, piece[::-1], chance.choice(fragments), chance.randbytes(len(piece))]
        data = data[:start] + chance.choice(accidents) + data[end:]
    return data


def cut(chance: Random, data: bytes) -> list[bytes]:
    """The data in chunks, some of them perhaps empty."""
    cuts = sorted(chance.randint(0, len(data)) for _ in range(chance.randint(0, 12)))
    return [data[start:end] for start, end in itertools.pairwise([0, *cuts, len(data)])]
