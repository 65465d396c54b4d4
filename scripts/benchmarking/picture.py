"""Draws tools/bench/results.json as a chart: a row for each figure, with a mark for each client, on a log scale.

Run by `make bench` in a separate environment with matplotlib.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib.pyplot as plt  # type: ignore[import-not-found]

DRAWN = {"openai": "#2da44e", "acedatacloud": "#d4762c", "stock": "#a475f9", "ours": "#388bfd"}
LOWEST = 0.1
GREY = "#7d8590"  # readable on a light and on a dark background
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "the same picture of the same results", "font.size": 9,
    "text.color": GREY, "axes.labelcolor": GREY, "xtick.color": GREY, "ytick.color": GREY, "axes.edgecolor": GREY,
}  # fmt: skip


def draw(folder: Path) -> None:
    """Draw the results into the folder that contains them."""
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    figures = results["figures"][::-1]
    plt.rcParams.update(STYLE)
    drawing, axes = plt.subplots(figsize=(8.5, 0.33 * len(figures) + 1.4), layout="constrained")
    for name, colour in DRAWN.items():
        ratios = [(figure["clients"].get(name) or {}).get("ratio") for figure in figures]
        shown = [ratio and max(ratio["median"], LOWEST) for ratio in ratios]
        axes.plot(shown, range(len(figures)), "o", color=colour, label=name, clip_on=False)
    targets = [figure["target"] for figure in figures]
    axes.plot(targets, range(len(figures)), "|", color=DRAWN["ours"], markersize=12, label="target")
    axes.set_xscale("log")
    axes.set_xlim(left=LOWEST)
    axes.set_xticks(ticks := [LOWEST, 0.2, 0.5, 1, 2, 5, 10, 20], [f"{tick:g}" for tick in ticks])
    axes.set_yticks(
        range(len(figures)),
        [f"{figure['title']}   {figure['clients']['ours']['ratio']['median']:.2g}" for figure in figures],
    )
    axes.axvline(1, color=GREY, linestyle=":")
    axes.set_title("Time relative to raw httpx: 1 is the same, further left is faster")
    axes.set_xlabel(f"{results['date']}, {results['machine']}, Python {results['python']}")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.08), ncols=5, frameon=False)
    drawing.savefig(folder / "results.svg", transparent=True, metadata={"Date": None})


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
