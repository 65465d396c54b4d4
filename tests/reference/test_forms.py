"""The same facts are read from every format and language of the page."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.reference import page_html
from scripts.reference.facts import UnreadableError
from scripts.reference.reading import parse
from tests.reference import pages


@pytest.mark.parametrize("language", pages.LANGUAGES)
@pytest.mark.parametrize("form", [pages.text, pages.html])
def test_a_translated_page_has_the_same_facts(form: Callable[..., str], language: str) -> None:
    page = form(pages.facts(), pages.LANGUAGES[language])
    assert pages.differences(page) == []
    assert parse(page) == parse(form(pages.facts()))
    longest = replace(pages.facts().fields["body.input"], max_length=9, min_length=2)
    field = parse(form(pages.with_field(pages.facts(), longest), pages.LANGUAGES[language])).fields["body.input"]
    assert (field.min_length, field.max_length) == (2, 9)


def test_only_the_visible_text_of_html_is_read() -> None:
    page = """<html><head><title>No</title></head><body><p>a <b>b</b>
    c</p><div>default:<!-- -->1</div><pre>x
      y</pre><p hidden>no</p><ul><li>one</li><li>two</li></ul>a &amp; &lt;b&gt;</body></html>"""
    shown = [line.strip() for line in page_html.visible_text(page).splitlines() if line.strip()]
    assert shown == ["a b c", "default:1", "x", "y", "one", "two", "a & <b>"]


def test_line_ends_byte_order_marks_and_invisible_spaces_are_no_difference() -> None:
    page = pages.text(pages.facts())
    assert pages.differences(page.replace("\n", "\r\n")) == []
    assert pages.differences(pages.markdown(pages.facts()).replace("\n", "\r\n")) == []
    assert pages.differences("\ufeff" + page.replace("\n\n", "\n\n\n")) == []
    assert pages.differences("\n".join(f"\u200b {line}\u00a0 " for line in page.splitlines())) == []


def test_the_fence_of_a_markdown_page_names_the_operation() -> None:
    page = pages.markdown(pages.facts())
    assert pages.differences(page.replace("````yaml POST", "````yaml post")) == []
    assert pages.differences(page.replace("````yaml POST /openai/responses", "````yaml")) == []
    with pytest.raises(UnreadableError, match=r"does not have POST /openai/images|is about POST /openai/images"):
        parse(page.replace("````yaml POST /openai/responses", "````yaml POST /openai/images"))


def test_an_operation_is_found_among_others() -> None:
    tree = pages.openapi(pages.facts())
    tree["paths"] = {"/openai/images": {"post": {}, "get": {}}, **tree["paths"], "/openai/files": {"post": {}}}
    base = pages.as_yaml(tree)
    assert pages.differences(base) == []
    other = base.replace("/openai/responses", "/v1/responses")
    assert {row.property for row in pages.differences(other)} == {"path"}
    with pytest.raises(UnreadableError, match=r"does not have POST /openai/responses \(it has"):
        parse(base.replace("/openai/responses", "/openai/answers"), pages.document().selection)


def test_nullable_and_exclusive_bounds_are_read_as_in_openapi_3_0() -> None:
    schema = {"type": "number", "nullable": True, "minimum": 0, "exclusiveMinimum": True, "maximum": 5}
    body = {"content": {"a/b": {"schema": {"properties": {"n": schema}}}}}
    page = {"openapi": "3.0.3", "paths": {"/x": {"post": {"requestBody": body}}}}
    (field,) = parse(json.dumps(page)).fields.values()
    assert (field.at, field.type, field.nullable, field.range) == ("body.n", "number", True, "0 < x <= 5")


def test_dates_and_words_in_yaml_are_strings_as_in_json() -> None:
    schema = "{properties: {n: {enum: [1, 2.5, true, null, 2024-05-13, yes]}}}"
    page = f"openapi: 3.1.0\npaths: {{/x: {{post: {{requestBody: {{content: {{a/b: {{schema: {schema}}}}}}}}}}}}}\n"
    assert parse(page).fields["body.n"].enum == (1, 2.5, True, None, "2024-05-13", "yes")


def test_the_schemas_of_all_of_are_combined() -> None:
    parts = [{"type": "object", "required": ["a"]}, {"properties": {"a": {"$ref": "#/a"}, "b": {"type": "string"}}}]
    body = {"content": {"a/b": {"schema": {"allOf": parts}}}}
    page = {"openapi": "3.1.0", "a": {"type": "integer"}, "paths": {"/x": {"post": {"requestBody": body}}}}
    fields = [(field.at, field.type, field.required) for field in parse(json.dumps(page)).fields.values()]
    assert fields == [("body.a", "integer", True), ("body.b", "string", False)]


def test_openapi_yaml_does_not_differ_from_itself() -> None:
    assert pages.differences(pages.document().text) == []


def test_the_real_page_does_not_differ() -> None:
    """The page is not part of this project: REFERENCE_PAGE names a saved copy of it."""
    saved = os.environ.get("REFERENCE_PAGE")
    if not saved:
        pytest.skip("REFERENCE_PAGE names no saved copy of the page")
    assert pages.differences(Path(saved).read_text(encoding="utf-8")) == []
