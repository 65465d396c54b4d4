"""Compares the vendor's reference page or OpenAPI document with openapi.yaml, field by field.

Exit status: 0 no differences, 1 differences (printed as a table), 2 the source or openapi.yaml could not be read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts import crash  # noqa: E402

if __name__ == "__main__":
    crash.install()

from scripts.reference import observations, reading  # noqa: E402
from scripts.reference.differences import FORMATS, Difference, compare  # noqa: E402
from scripts.reference.facts import Facts, UnreadableError  # noqa: E402
from scripts.reference.our_document import OurDocument  # noqa: E402

SAME, DIFFERS, UNREADABLE = 0, 1, 2


def find(document: OurDocument, where: str | None) -> tuple[Facts, list[Difference]]:
    """Return the facts of the page, and their differences from our document.

    Raises:
        UnreadableError: The page could not be read.
    """
    page = reading.read_for(document, where)
    differences = compare(page, document.from_page(), document.from_all())
    return page, [*differences, *observations.differences(page, document)]


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "source",
        nargs="?",
        help="a path, a URL or - for standard input, with the page as text, HTML or Markdown, an OpenAPI document, or "
        "observations written by `Observations.write`; `live` for the model list of the service. "
        "Default: the page on the vendor's website",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="the output format (default: text)")
    parser.add_argument("--document", type=Path, default=ROOT / "openapi.yaml", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        document = OurDocument(options.document.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, UnreadableError) as error:
        print(f"{options.document.name}: {error}", file=sys.stderr)
        return UNREADABLE
    try:
        page, differences = find(document, options.source)
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    if differences or options.format == "json":
        print(FORMATS[options.format](differences))
    compared = f"{len(page.fields)} fields" if page.fields else f"{len(page.observed)} places"
    counted = f"{len(differences) or 'no'} difference{'s' * (len(differences) != 1)}"
    print(f"{page.title}: {compared} compared, {counted}.", file=sys.stderr)
    return DIFFERS if differences else SAME


if __name__ == "__main__":
    sys.exit(main())
