"""The results as a picture: a line for each figure, a mark for each client, on a scale of factors.

It is written by hand as SVG, with colours of its own for light and for dark surroundings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from typing import Any

from .showing import notes, short

DRAWN = {"ours": "ours", "stock": "stock generated", "acedatacloud": "acedatacloud", "openai": "openai"}
_LEFT, _RIGHT, _TOP, _LINE = 265, 750, 62, 27
_WIDTH = 780
_LOWEST = 0.1
_CROWDED = 9  # pixels; marks nearer than that are drawn beside each other
_STYLE = """\
    text { font: 12px system-ui, sans-serif; fill: #1f2328 }
    .small { font-size: 10px; fill: #59636e }
    .title { font-size: 14px; font-weight: 600 }
    .line { stroke: #d1d9e0 }
    .one { stroke: #59636e; stroke-dasharray: 3 3 }
    .ours { fill: #0969da } .stock { fill: #8250df } .acedatacloud { fill: #bc4c00 } .openai { fill: #1a7f37 }
    .value { font-size: 11px; font-weight: 600; fill: #0969da }
    .target { stroke: #0969da; stroke-width: 2 }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc } .small { fill: #9198a1 } .line { stroke: #3d444d } .one { stroke: #9198a1 }
      .ours, .value { fill: #4493f8 } .stock { fill: #ab7df8 } .acedatacloud { fill: #f0883e } .openai { fill: #3fb950 }
      .target { stroke: #4493f8 }
    }"""


def picture(results: dict[str, Any]) -> str:
    """The picture as the text of an SVG file."""
    figures = results["figures"]
    bottom = _TOP + _LINE * len(figures)
    below = list(notes(results))
    height = bottom + 40 + 15 * len(below)
    body = [
        '<text class="title" x="16" y="22">Time relative to raw httpx (1 = the same, further left is faster)</text>',
        *_legend(),
        *_scale(_highest(figures), bottom),
    ]
    for count, figure in enumerate(figures):
        body += _figure(figure, _TOP + _LINE * count + _LINE / 2, _highest(figures))
    for count, note in enumerate(below):
        body.append(f'<text class="small" x="16" y="{bottom + 40 + 15 * count}">{escape(note)}</text>')
    lines = "\n".join(f"  {line}" for line in body)
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    head = f'<svg {box} role="img" aria-label="{_in_words(figures)}">\n  <style>\n{_STYLE}\n  </style>'
    return f"{head}\n{lines}\n</svg>\n"


def _in_words(figures: list[dict[str, Any]]) -> str:
    """The picture for those who cannot see it."""
    ours = [f"{figure['title']} {short(figure['clients']['ours']['ratio']['median'])}" for figure in figures]
    return escape(f"Our time relative to raw httpx: {'; '.join(ours)}", quote=True)


def _highest(figures: list[dict[str, Any]]) -> float:
    """The right end of the scale."""
    drawn = [figure["clients"].get(name, {}) for figure in figures for name in DRAWN]
    return max(10.0, *(1.15 * float(one["ratio"]["median"]) for one in drawn if "ratio" in one))


def _x(ratio: float, highest: float) -> float:
    share = math.log(max(ratio, _LOWEST) / _LOWEST) / math.log(highest / _LOWEST)
    return round(_LEFT + share * (_RIGHT - _LEFT), 1)


def _legend() -> Iterator[str]:
    x = 16
    for name, shown in DRAWN.items():
        yield f'<circle class="{name}" cx="{x + 5}" cy="41" r="5"/><text x="{x + 15}" y="45">{shown}</text>'
        x += 40 + 7 * len(shown)
    yield f'<line class="target" x1="{x + 5}" x2="{x + 5}" y1="35" y2="47"/><text x="{x + 12}" y="45">our target</text>'


def _scale(highest: float, bottom: float) -> Iterator[str]:
    for mark in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50):
        if mark <= highest:
            x = _x(mark, highest)
            kind = "one" if mark == 1 else "line"
            yield f'<line class="{kind}" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}"/>'
            yield f'<text class="small" x="{x}" y="{bottom + 14}" text-anchor="middle">{mark:g}</text>'


def _figure(figure: dict[str, Any], y: float, highest: float) -> Iterator[str]:
    yield f'<text x="16" y="{y + 4}">{escape(figure["title"])}</text>'
    if figure["target"]:
        x = _x(figure["target"], highest)
        yield f'<line class="target" x1="{x}" x2="{x}" y1="{y - 7}" y2="{y + 7}"/>'
    taken: list[float] = []
    for name in reversed(DRAWN):
        result = figure["clients"].get(name, {})
        if "ratio" in result:
            x = _x(result["ratio"]["median"], highest)
            beside = 5 * sum(abs(x - other) < _CROWDED for other in taken)
            taken.append(x)
            yield f'<circle class="{name}" cx="{x}" cy="{y - beside}" r="5"/>'
    ours = figure["clients"]["ours"]["ratio"]["median"]
    yield f'<text class="value" x="{_LEFT - 20}" y="{y + 4}" text-anchor="end">{short(ours)}</text>'
