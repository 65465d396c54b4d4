"""The results as a table in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

SHOWN = ("httpx again", "ours", "ours, limited", "stock", "acedatacloud", "openai")


def table(results: dict[str, Any]) -> str:
    """All figures: a line each, the ratio of each client to httpx with its quartiles."""
    return "\n".join([*_ratios(results), "", *_others(results), "", *notes(results)])


def _ratios(results: dict[str, Any]) -> Iterator[str]:
    yield f"| ratio to httpx | httpx | {' | '.join(SHOWN)} | target |"
    yield f"|---|{'---|' * (len(SHOWN) + 2)}"
    for figure in results["figures"]:
        clients = figure["clients"]
        target = f"≤ {figure['target']}" if figure["target"] else ""
        base = f"{_time(clients['httpx'][figure['by'] + '_us'])}"
        cells = [_cell(clients.get(name)) for name in SHOWN]
        yield f"| {figure['title']} | {base} | {' | '.join(cells)} | {target} |"


def _cell(result: dict[str, Any] | None) -> str:
    if result is None or "missing" in result:
        return "–"
    ratio = result["ratio"]
    new = f"; {result['new_connections']} new" if "new_connections" in result else ""
    return f"{short(ratio['median'])} ({short(ratio['low'])}–{short(ratio['high'])}{new})"


def short(ratio: float) -> str:
    """A ratio with the digits that mean something."""
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"


def _time(microseconds: float) -> str:
    if microseconds >= 10_000:
        return f"{microseconds / 1000:.0f} ms"
    return f"{microseconds:.0f} µs" if microseconds >= 100 else f"{microseconds:.1f} µs"


def _others(results: dict[str, Any]) -> Iterator[str]:
    yield "| ours | | target |"
    yield "|---|---|---|"
    for other in results["others"]:
        yield f"| {other['title']} | {other['value']} {other['unit']} | ≤ {other['target']} {other['unit']} |"


def notes(results: dict[str, Any]) -> Iterator[str]:
    """What the figures were taken on, and with; a line each."""
    for name, why in results["missing"].items():
        yield f"Not measured: {name}: {why}"
    quick = " Measured quickly: see the spread." if results["quick"] else ""
    yield f"{results['date']}, {results['machine']}, Python {results['python']}.{quick}"
    yield ", ".join(f"{name} {version}" for name, version in results["versions"].items()) + "."
