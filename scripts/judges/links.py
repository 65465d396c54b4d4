"""Checks the links of Markdown files that lead to files, and to headings of files, in this folder.

A link is what a Markdown parser takes for one, and a heading's anchor is made as GitHub makes it. Addresses on the
web are not called: they say nothing of this folder.

Exit status: 0 every link leads somewhere, 1 one doesn't.
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
    """What is wrong with the links of a file, one line each."""
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
    """A file as the parser reads it, tables included."""
    return MarkdownIt("commonmark").enable("table").parse(file.read_text(encoding="utf-8"))


def links(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """The targets of links and images, each with the line of its paragraph."""
    for block in tokens:
        line = block.map[0] + 1 if block.map else 0
        for token in block.children or []:
            target = token.attrGet("href") or token.attrGet("src")
            if target is not None:
                yield line, str(target)


def anchors(tokens: list[Token]) -> set[str]:
    """The anchors of the headings: lower case, without punctuation, hyphens for blanks; a second one ends in -1."""
    found: list[str] = []
    for opening, heading in pairwise(tokens):
        if opening.type == "heading_open":
            text = "".join(token.content for token in heading.children or [])
            anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            found.append(f"{anchor}-{count}" if (count := found.count(anchor)) else anchor)
    return set(found)


def main(arguments: list[str] | None = None) -> int:
    """Check the files and say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    dead = [line for file in parser.parse_args(arguments).files for line in dead_links(file)]
    print(*dead, sep="\n", end="\n" if dead else "")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
