"""The reference page as HTML: its visible text, read like the saved text.

lxml keeps to fixed limits of depth and does not load anything. It mends what is broken, so that a page that was cut off
would look whole: the text has to end with the closing tag of the element that holds the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import lxml.etree
import lxml.html

from . import page_text
from .facts import Facts, UnreadableError

INVISIBLE = frozenset("head script style template noscript svg math select textarea iframe object".split())
INLINE = frozenset(
    "a abbr b bdi bdo cite code dfn em i kbd mark q s samp small strong sub sup time u var wbr".split()
)
OPENING = re.compile(
    r"\s*(?:<!doctype[^>]*>|<!--.*?-->|\s)*<([a-z][a-z0-9]*)[\s>]", re.IGNORECASE | re.DOTALL
)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def read(text: str) -> Facts:
    """The facts on an HTML page.

    Raises:
        UnreadableError: It is cut off, or no reference page.
    """
    return page_text.read(visible_text(text), ends_itself=False)


def visible_text(text: str) -> str:
    """What a reader sees, a line for each block; within `pre`, the lines as they are."""
    outermost = OPENING.match(text)
    if not outermost or not text.rstrip().lower().endswith(f"</{outermost[1].lower()}>"):
        raise UnreadableError("is HTML that breaks off: it does not end with the tag that closes it")
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = lxml.html.document_fromstring(text.encode(), parser=parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise UnreadableError(f"is broken HTML ({error})") from None
    return "".join(_pieces(root))


def _pieces(root: lxml.html.HtmlElement) -> Iterator[str]:
    """The text, with a line break at both ends of each block. A walk without recursion."""
    within_pre = 0
    hidden: lxml.html.HtmlElement | None = None
    for event, element in lxml.etree.iterwalk(root, events=("start", "end")):
        is_start = event == "start"
        if hidden is None and is_start and _is_hidden(element):
            hidden = element
        if hidden is None:
            if element.tag not in INLINE and not within_pre:
                yield "\n"
            within_pre += (1 if is_start else -1) * (element.tag == "pre")
            if is_start:
                yield _as_seen(element.text, within_pre)
        elif hidden is element and not is_start:
            hidden = None
        if not is_start and hidden is None and element is not root:
            yield _as_seen(element.tail, within_pre)


def _is_hidden(element: lxml.html.HtmlElement) -> bool:
    is_off = "hidden" in element.attrib or bool(HIDDEN.search(element.get("style") or ""))
    return is_off or element.tag in INVISIBLE


def _as_seen(text: str | None, within_pre: int) -> str:
    return text or "" if within_pre else re.sub(r"\s+", " ", text or "")
