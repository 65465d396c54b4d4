"""Extracts the visible text of the reference page from HTML.

lxml limits the depth of nesting and loads nothing. It repairs broken HTML, so that an incomplete page would look
complete; therefore the text has to end with the closing tag of the root element.
"""

from __future__ import annotations

import re
from typing import cast

import lxml.etree
import lxml.html

from .facts import UnreadableError

INVISIBLE = ("head script style template noscript svg math textarea iframe object nav header footer aside").split()
INLINE = frozenset(
    "a abbr b bdi bdo cite code dfn em i kbd mark q s samp small span strong sub sup time u var wbr".split()
)
OPENING = re.compile(r"\s*(?:<!doctype[^>]*>|<!--.*?-->|\s)*<([a-z][a-z0-9]*)[\s>]", re.IGNORECASE | re.DOTALL)
HIDDEN = " | ".join(
    [
        *(f"//{tag}" for tag in INVISIBLE),
        "//*[@hidden]",
        "//*[contains(translate(@style, ' ', ''), 'display:none')]",
        "//*[contains(translate(@style, ' ', ''), 'visibility:hidden')]",
    ]
)


def visible_text(text: str) -> str:
    """Return the visible text, with a line for each block; lines in `pre` are kept.

    Raises:
        UnreadableError: The HTML is incomplete or broken.
    """
    outermost = OPENING.match(text)
    if not outermost or not text.rstrip().lower().endswith(f"</{outermost[1].lower()}>"):
        raise UnreadableError("is HTML that is cut off: it does not end with the closing tag of its root element")
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        root: lxml.html.HtmlElement = lxml.html.document_fromstring(text.encode(), parser=parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise UnreadableError(f"is broken HTML ({error})") from None
    for element in _found(root, HIDDEN):
        if element.getparent() is not None:
            element.drop_tree()
    in_pre = set(_found(root, "//pre/descendant-or-self::*"))
    for element in _found(root, "//*"):
        is_block = element.tag not in INLINE and (element not in in_pre or element.tag == "pre")
        edge = "\n" if is_block else ""
        element.text = edge + _spaced(element.text, as_it_is=element in in_pre)
        element.tail = edge + _spaced(element.tail, as_it_is=element in in_pre and element.tag != "pre")
    return str(root.text_content())


def _found(root: lxml.html.HtmlElement, path: str) -> list[lxml.html.HtmlElement]:
    return cast("list[lxml.html.HtmlElement]", root.xpath(path))


def _spaced(text: str | None, *, as_it_is: bool) -> str:
    return text or "" if as_it_is else re.sub(r"\s+", " ", text or "")
