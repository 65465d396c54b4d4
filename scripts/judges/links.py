"""Checks the links in Markdown files to other files and headings in this folder.

Links are found with a Markdown parser, and the anchors of headings are those of GitHub. Links to the web are not
checked.

Exit status: 0 no broken links, 1 broken links.
"""

from __future__ import annotations

import argparse
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]


def dead_links(file: Path, root: Path = ROOT) -> Iterator[str]:
    """Return a line for each broken link of a file."""
    tokens = parsed(file)
    for line, target in links(tokens):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        place = file.parent / unquote(parts.path) if parts.path else file
        if not place.resolve().is_relative_to(root.resolve()):
            yield f"{file}:{line}: {target} leads out of the folder"
        elif not place.exists():
            yield f"{file}:{line}: {target} leads to no file"
        elif parts.fragment and unquote(parts.fragment) not in anchors(parsed(place)):
            yield f"{file}:{line}: {target} leads to no heading of {place.name}"


def parsed(file: Path) -> list[Token]:
    """Parse a file, with tables."""
    return MarkdownIt("commonmark").enable("table").parse(file.read_text(encoding="utf-8"))


def links(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """Return the targets of links and images, each with the line of its paragraph."""
    for block in tokens:
        line = block.map[0] + 1 if block.map else 0
        for token in block.children or []:
            target = token.attrGet("href") or token.attrGet("src")
            if target is not None:
                yield line, str(target)


def anchors(tokens: list[Token]) -> set[str]:
    """Return the anchors of headings: lower case, no punctuation, hyphens for spaces; a duplicate ends in a number."""
    found: list[str] = []
    for opening, heading in pairwise(tokens):
        if opening.type == "heading_open":
            text = "".join(token.content for token in heading.children or [])
            anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            found.append(f"{anchor}-{count}" if (count := found.count(anchor)) else anchor)
    return set(found)


def main(arguments: list[str] | None = None) -> int:
    """Check the files and print the broken links."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    dead = [line for file in parser.parse_args(arguments).files for line in dead_links(file)]
    print(*dead, sep="\n", end="\n" if dead else "")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
