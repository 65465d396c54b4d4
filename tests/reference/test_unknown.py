"""What is not understood on a page or in a document is shown as a difference, never ignored."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from scripts.reference.facts import UnreadableError
from scripts.reference.reading import parse
from tests.reference import pages
from tests.reference.pages import rows

Node = dict[str, Any]
Row = tuple[str, str, str, str]

FINISH_REASONS = "stop, length, tool_calls, content_filter, function_call"


def replaced(old: str, new: str, page: str | None = None) -> str:
    """Return the sample page with another text in one place."""
    page = page or pages.text(pages.facts())
    assert page.count(old) == 1
    return page.replace(old, new)


# ---- Lines of a page ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", pages.LANGUAGES)
@pytest.mark.parametrize(
    "line",
    [
        *("deprecated", "Pattern: ^[0-9]+$", "Pattern: ^a.", "Option 1 · string", "Multiple of: 5", "Unique items"),
        *("Gültig bis", "Maximum cost: 5 Credits", "402"),
    ],
)
def test_an_unknown_line_is_shown_wherever_it_is_below_a_field(language: str, line: str) -> None:
    words = pages.LANGUAGES[language]
    page = pages.text(pages.facts(), words)
    for above in (
        "n\nnumber | null\ndefault:1\n",
        words.about.format(name="n") + "\n",
        f"{words.range} 1 <= x <= 128\n",
    ):
        changed_page = replaced(above, f"{above}{line}\n", page)
        number = changed_page.splitlines().index(line) + 1
        assert rows(changed_page) == [("body.n", f"line {number} is not understood", line, "nothing")]


@pytest.mark.parametrize(
    ("above", "field"),
    [
        ("A sample operation\n", "page"),
        ("\n'\n\n", "page"),
        ("\n}\n\n", "page"),
        (pages.ENGLISH.about.format(name="system_fingerprint") + "\n", "reply.system_fingerprint"),
        (pages.ENGLISH.about.format(name="response_format") + "\n", "body.response_format"),
    ],
)
def test_an_unknown_line_between_the_parts_of_a_page_is_shown(above: str, field: str) -> None:
    shown = rows(replaced(above, f"{above}Deprecated since March\n"))
    assert (field, "Deprecated since March") in [(row[0], row[2]) for row in shown]


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        ("<button>Option 1 · string</button>", "Option 1 · string"),
        ("<select><option>Option 2 · object</option></select>", "Option 2 · object"),
        ("<details><summary>Pattern: ^a$</summary></details>", "Pattern: ^a$"),
    ],
)
def test_an_unknown_line_of_html_is_shown(markup: str, line: str) -> None:
    about = "<p>This <em>is about n.</em></p>"
    (row,) = rows(replaced(about, f"{markup}{about}", pages.html(pages.facts())))
    assert (row[0], row[2]) == ("body.n", line)


@pytest.mark.parametrize(
    ("above", "line"),
    [
        *(("\n'\n", "200"), ("\n'\n", "cURL"), ("\n'\n", "Copy")),
        *(("\nAnswer\n", "200"), ("\nAnswer\n", "200 - application/json"), ("\nAnswer\n", "application/json")),
    ],
)
def test_buttons_and_the_usual_status_of_the_reply_are_no_difference(above: str, line: str) -> None:
    assert rows(replaced(above, f"{above}\n{line}\n")) == []


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        ("\nsystem_fingerprint\nstring\n", "\nsystem_fingerprint\nstring<uri>\n",
            ("reply.system_fingerprint", "format", "uri", "none")),
        ("\ntools\narray\n", "\ntools\narray<set>\n", ("body.tools", "format", "set", "none")),
        ("/openai/responses \\", "/openai/responses?beta=1 \\", ("operation", "query of the sample", "beta=1", "none")),
        ("\nAuthorization\nstring\nheader\n", "\nAuthorization\nstring\nquery\n",
            ("authorization.Authorization", "in", "query", "header")),
        ("Request headers\n", "Query Parameters\n", ("parameter.accept", "in", "query", "header")),
        ('"finish_reason": "<string>"', '"finish_reason": "paused"',
            ("reply.choices[].finish_reason", "sample", '"paused"', f"one of {FINISH_REASONS}")),
        ("\nAnswer\n", "\nAnswer\n\n400\n", ("reply", "400", "400", "nothing")),
        ("\nAnswer\n", "\nAnswer\n\n201 - application/json\n", ("reply", "", "201 - application/json", "nothing")),
        ("\nAnswer\n", "\nAnswer\n\n200 - text/plain\n",
            ("operation", "reply's media type", "also text/plain", "also application/json")),
    ],
)  # fmt: skip
def test_a_fact_in_the_form_of_a_line_is_shown(old: str, new: str, row: Row) -> None:
    (difference,) = rows(replaced(old, new))
    assert (difference[0], *difference[2:]) == (row[0], *row[2:])
    assert difference[1] == row[1] or difference[1].endswith("is not understood")


@pytest.mark.parametrize(("heading", "place"), [("Query Parameters", "query"), ("Cookies", "cookie")])
def test_an_english_heading_tells_where_the_parameters_below_it_are_sent(heading: str, place: str) -> None:
    more = "beta\nboolean\n\nThis is about beta.\n\n"
    page = replaced("Payload\n", f"{heading}\n\n{more}Payload\n")
    assert [row[:3] for row in rows(page)] == [("parameter.beta", "field", f'boolean, in: "{place}"')]
    page = replaced("Payload\n", f"deprecated\n\n{more}Payload\n")
    assert [row[2] for row in rows(page) if row[0] == "parameter.accept"] == ["deprecated"]


def test_a_list_of_values_in_which_a_comma_is_missing_is_refused() -> None:
    names = pages.facts().fields["body.model"].enum
    with pytest.raises(UnreadableError, match=f"no comma follows `{names[2]}` in the list of values"):
        rows(replaced(f"\n{names[2]},\n", f"\n{names[2]}\n"))


@pytest.mark.parametrize(
    ("least", "most"),
    [
        ("Minimalna długość", "Maksymalna długość"),
        ("Vähimmäispituus", "Enimmäispituus"),
        ("Minsta längd", "Högsta längd"),
        ("En az uzunluk", "En fazla uzunluk"),
        ("न्यूनतम लंबाई", "अधिकतम लंबाई"),
        ("אורך מינימלי", "אורך מרבי"),
        ("Độ dài tối thiểu", "Độ dài tối đa"),
        ("Минимальная длина", "Максимальная длина"),
        ("Ελάχιστο μήκος", "Μέγιστο μήκος"),
        ("최소 길이", "최대 길이"),
        ("最小长度", "最大长度"),
        ("Longitud mínima", "Longitud máxima"),
        ("Lunghezza minima", "Lunghezza massima"),
    ],
)
def test_minimum_and_maximum_length_are_distinguished_in_every_language(least: str, most: str) -> None:
    words = replace(pages.ENGLISH, least=f"{least}:", most=f"{most}:")
    longest = replace(pages.facts().fields["body.input"], max_length=5)
    page = pages.text(pages.with_field(pages.facts(), longest), words)
    assert rows(page) == [("body.input", "maximum length", "5", "none")]


def test_a_length_with_an_unknown_label_is_shown_as_an_unknown_line() -> None:
    page = pages.text(pages.facts(), replace(pages.ENGLISH, least="Xyz abc:"))
    assert {row[0] for row in rows(page)} == {"body.input", "body.tools"}
    assert {row[2] for row in rows(page)} == {"Xyz abc: 1", "none"}


# ---- Keywords of an OpenAPI document -----------------------------------------------------------------------------

PATH = "/openai/responses"
JSON = "application/json"
CODES = {"properties": {"error": {"properties": {"code": {"enum": ["a"]}}}}}


def parts(tree: Node) -> dict[str, Node]:
    """Return the objects of a document that the cases below change; fields of the body by their names."""
    path = tree["paths"][PATH]
    operation = path["post"]
    body = tree["components"]["schemas"]["body"]
    return {
        **body["properties"],
        "body": body,
        "credentials": tree["components"]["securitySchemes"]["token"],
        "document": tree,
        "entry of input": body["properties"]["input"]["items"],
        "operation": operation,
        "parameter": operation["parameters"][0],
        "path": path,
        "properties of the body": body["properties"],
        "reply": operation["responses"]["200"],
        "reply's content": operation["responses"]["200"]["content"],
        "request body": operation["requestBody"],
        "request's content": operation["requestBody"]["content"],
        "request's media type": operation["requestBody"]["content"][JSON],
        "responses": operation["responses"],
        "server": tree["servers"][0],
    }


def changed(part: str, keywords: Node) -> str:
    """Return the sample document with further or other keywords in one of its parts."""
    tree = copy.deepcopy(pages.openapi(pages.facts()))
    parts(tree)[part].update(copy.deepcopy(keywords))
    return json.dumps(tree)


def errors(example: Node) -> Node:
    return {"429": {"content": {JSON: example}}}


def max_tokens(**keywords: Any) -> Node:
    """Return a field with two alternatives, one of which has further keywords."""
    return {"max_tokens": {"nullable": True, "oneOf": [{"type": "number"}, {"type": "number", **keywords}]}}


@pytest.mark.parametrize(
    ("part", "keywords", "field", "what"),
    [
        ("n", {"deprecated": True}, "body.n", "deprecated"),
        ("model", {"pattern": "^gpt"}, "body.model", "pattern"),
        ("model", {"format": "uuid"}, "body.model", "format"),
        ("input", {"uniqueItems": True}, "body.input", "uniqueItems"),
        ("response_format", {"additionalProperties": False}, "body.response_format", "additionalProperties"),
        ("response_format", {"minProperties": 1}, "body.response_format", "minProperties"),
        ("n", {"not": {"const": 3}}, "body.n", "not"),
        ("n", {"x-price": 2}, "body.n", "x-price"),
        ("stream", {"readOnly": True}, "body.stream", "readOnly"),
        ("n", {"since": "2026"}, "body.n", "since"),
        ("tools", {"items": {"pattern": "^a"}}, "body.tools", "items: pattern"),
        ("tools", {"items": [{"type": "string"}]}, "body.tools", "items"),
        ("tools", {"items": False}, "body.tools", "items"),
        ("entry of input", {"additionalProperties": False}, "body.input", "items: additionalProperties"),
        ("entry of input", {"allOf": [{"required": ["nick"]}]}, "body.input[].nick", "field"),
        ("properties of the body", max_tokens(multipleOf=2), "body.max_tokens", "multipleOf"),
        ("properties of the body", max_tokens(minimum=2), "body.max_tokens", "minimum"),
        ("input", {"minLength": 5}, "body.input", "minLength"),
        ("n", {"required": True}, "body.n", "required"),
        ("n", {"allOf": [{"minimum": 5}]}, "body.n", "also minimum"),
        ("n", {"allOf": [{"type": "integer"}]}, "body.n", "also type"),
        ("body", {"allOf": [{"properties": {"n": {"multipleOf": 2}}}]}, "body.n", "multipleOf"),
        ("body", {"allOf": [{"type": "array"}]}, "operation", "body: also type"),
        ("body", {"allOf": [{"required": ["seed"]}]}, "body.seed", "field"),
        ("body", {"anyOf": [{"required": ["n"]}, {"required": ["stream"]}]}, "operation", "body: anyOf"),
        ("body", {"additionalProperties": False}, "operation", "body: additionalProperties"),
        ("body", {"type": ["object", "string"]}, "operation", "body: type"),
        ("path", {"get": {}}, "operation", "path: get"),
        ("path", {"x-hidden": True}, "operation", "path: x-hidden"),
        ("document", {"x-rate-limit": 3}, "operation", "document: x-rate-limit"),
        ("document", {"servers": [{"url": "https://a.example"}, {"url": "https://b.example"}]}, "operation", "server"),
        ("server", {"variables": {"a": {}}}, "operation", "server: variables"),
        ("credentials", {"flows": {}}, "operation", "credentials: flows"),
        ("operation", {"security": [{"token": ["write"]}]}, "operation", "credentials: scopes"),
        ("operation", {"deprecated": True}, "operation", "operation: deprecated"),
        ("parameter", {"in": "query"}, "parameter.accept", "in"),
        ("parameter", {"style": "simple"}, "parameter.accept", "style"),
        ("parameter", {"enum": ["a"]}, "parameter.accept", "enum"),
        ("request body", {"required": False}, "operation", "body"),
        ("request's content", {"text/plain": {}}, "operation", "media type"),
        ("request's media type", {"encoding": {"a": {}}}, "operation", "body's content: encoding"),
        ("reply", {"headers": {"Retry-After": {}}}, "operation", "reply: headers"),
        ("reply's content", {"text/plain": {}}, "operation", "reply's media type"),
        ("responses", {"402": {"description": ""}}, "operation", "statuses"),
        ("responses", errors({"example": {"error": {"code": "too_soon"}}}), "operation", "error codes"),
        ("responses", errors({"schema": CODES}), "operation", "error codes"),
    ],
)
def test_a_keyword_that_is_not_understood_is_shown(part: str, keywords: Node, field: str, what: str) -> None:
    (row,) = rows(changed(part, keywords))
    assert row[:2] == (field, what)
    assert row[2] != row[3]


@pytest.mark.parametrize(
    ("part", "keywords"),
    [
        ("n", {"title": "N", "rank": 3, "externalDocs": {"url": "https://example.com"}}),
        ("n", {"deprecated": False, "readOnly": False, "writeOnly": False}),
        ("response_format", {"additionalProperties": True, "minProperties": 0}),
        ("response_format", {"additionalProperties": {}}),
        ("parameter", {"allowReserved": False}),
        ("responses", errors({"example": {"error": {"code": "rate_limited"}}})),  # openapi.yaml has it
    ],
)
def test_documentation_defaults_and_known_error_codes_are_no_difference(part: str, keywords: Node) -> None:
    assert rows(changed(part, keywords)) == []


# ---- Nested fields, numbers and values ---------------------------------------------------------------------------

CHILDREN = """\
Show child attributes
input.role
enum<string>
required

This is about role.

Possible values:
user,
assistant,
system
input.content
string
required

This is about content.

"""


def with_children(children: str = CHILDREN) -> str:
    return replaced("\nn\nnumber | null\n", f"\n{children}n\nnumber | null\n")


def test_expanded_children_are_compared_with_the_fields_of_the_entries() -> None:
    assert rows(with_children()) == []
    fields = parse(with_children()).fields
    assert fields["body.input[].role"].enum == ("user", "assistant", "system")
    assert not any(at.startswith("body.input.") for at in fields)


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        ("system\n", "system,\nnarrator\n", ("body.input[].role", "possible values", "also narrator", "no others")),
        ("input.content\nstring\nrequired", "input.content\nstring", ("body.input[].content", "required", "no", "yes")),
        ("input.content\n", "input.text\n", ("body.input[].text", "field", "string, required", "none")),
    ],
)
def test_a_difference_of_a_child_has_the_field_of_the_entry(old: str, new: str, row: Row) -> None:
    (difference,) = rows(with_children(CHILDREN.replace(old, new)))
    assert difference[:3] == row[:3]
    assert difference[3].startswith(row[3])


def test_a_child_of_an_object_is_not_taken_for_the_child_of_a_list() -> None:
    about = pages.ENGLISH.about.format(name="response_format") + "\n"
    child = "response_format.type\nenum<string>\ndefault:text\nAbout it.\nPossible values:\ntext,\njson_object\n"
    (row,) = rows(replaced(about, about + child))
    assert row[:3] == ("body.response_format.type", "example", "none")


@pytest.mark.parametrize("form", ["1 ≤ x ≤ 1,000", "1 <= x <= 1 000", "1 <= x <= 1'000", "1 ≤ x <= 1000"])
def test_a_range_is_read_in_every_notation(form: str) -> None:
    assert rows(replaced("1 <= x <= 128", form)) == [("body.n", "range", "1 <= x <= 1000", "1 <= x <= 128")]


@pytest.mark.parametrize("bound", ["1" + ",000" * 2000, "9" * 9000, "1,00", "1.000,5", "-1"])
def test_a_malformed_length_is_shown_as_an_unknown_line(bound: str) -> None:
    page = replaced("Minimum length: 1\nn\n", f"Minimum length: {bound}\nn\n")
    assert ("body.input", f"Minimum length: {bound}") in {(row[0], row[2]) for row in rows(page)}


def test_a_length_and_a_default_may_have_thousands_separators() -> None:
    page = replaced("Minimum length: 1\nn\n", "Minimum length: 1,000\nn\n")
    page = replaced("\nn\nnumber | null\ndefault:1\n", "\nn\nnumber | null\ndefault:1,000\n", page)
    assert {row[:3] for row in rows(page)} == {("body.input", "minimum length", "1000"), ("body.n", "default", "1000")}


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("n", "1", ('"1"', "1")),
        ("stream", "no", ('"no"', "false")),
        ("stream", 0, ("0", "no")),
        ("max_tokens", None, ("null", "none")),
        ("max_tokens", "none", ('"none"', "none")),
    ],
)
def test_the_two_sides_of_a_row_never_look_the_same(name: str, value: Any, shown: tuple[str, str]) -> None:
    ((_, what, *sides),) = rows(changed(name, {"default": value}))
    assert (what, *sides) == ("default", *shown)


def test_possible_values_of_another_type_are_shown_as_json() -> None:
    names = pages.facts().fields["body.model"].enum
    ((*_, page, ours),) = rows(changed("model", {"enum": [*names, 5, True, 1]}))
    assert (page, ours) == ("also 5, true, 1", "no others")
