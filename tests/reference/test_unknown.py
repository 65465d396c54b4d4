"""What a page or document says that is not understood is shown and makes it differ; nothing is passed over."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from scripts.reference.facts import UnreadableError
from scripts.reference.reading import parse
from tests.reference import pages

Node = dict[str, Any]

ABOUT_N = pages.ENGLISH.about.format(name="n")


def rows(page: str) -> list[tuple[str, str, str, str]]:
    return [(row.field, row.property, row.page, row.document) for row in pages.differences(page)]


# ---- Lines of a page ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", pages.LANGUAGES)
@pytest.mark.parametrize(
    "line",
    [
        "deprecated",
        "read-only",
        "Pattern: ^[0-9]+$",
        "Pattern: ^a.",
        "Option 1 · string",
        "Multiple of: 5",
        "Unique items",
        "Gültig bis",
        "Maximum cost: 5 Credits",
        "See also",
        "402",
    ],
)
@pytest.mark.parametrize("place", ["below the type", "below the description", "below the last fact"])
def test_an_unknown_line_of_a_field_is_shown(language: str, line: str, place: str) -> None:
    words = pages.LANGUAGES[language]
    page = pages.text(pages.facts(), words)
    old = {
        "below the type": "n\nnumber | null\ndefault:1\n",
        "below the description": words.about.format(name="n") + "\n",
        "below the last fact": f"{words.range} 1 <= x <= 128\n",
    }[place]
    assert page.count(old) == 1
    (row,) = rows(page.replace(old, f"{old}{line}\n"))
    assert row[0] == "body.n"
    assert row[1].endswith("is not understood")
    assert row[2:] == (line, "nothing")


def test_an_unknown_line_names_its_number_on_the_page() -> None:
    page = pages.text(pages.facts()).replace(ABOUT_N, f"deprecated\n{ABOUT_N}")
    number = page.splitlines().index("deprecated") + 1
    (row,) = rows(page)
    assert row[1] == f"line {number} is not understood"


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
def test_an_unknown_line_between_the_parts_is_shown(above: str, field: str) -> None:
    page = pages.text(pages.facts())
    assert page.count(above) == 1
    found = rows(page.replace(above, f"{above}Deprecated since March\n"))
    assert [(one[0], one[2]) for one in found if one[0] != "page" or len(found) == 1] == [
        (field, "Deprecated since March")
    ]


@pytest.mark.parametrize("line", ["200", "cURL", "Copy"])
def test_lines_that_are_known_to_mean_nothing_are_passed_over(line: str) -> None:
    page = pages.text(pages.facts())
    assert rows(page.replace("\n'\n\n{", f"\n'\n{line}\n{{")) == []


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        ("<div><span>deprecated</span></div>", "deprecated"),
        ("<button>Option 1 · string</button>", "Option 1 · string"),
        ("<select><option>Option 2 · object</option></select>", "Option 2 · object"),
        ("<details><summary>Pattern: ^a$</summary></details>", "Pattern: ^a$"),
    ],
)
def test_an_unknown_line_is_shown_from_html(markup: str, line: str) -> None:
    page = pages.html(pages.facts())
    about = "<p>This <em>is about n.</em></p>"
    assert page.count(about) == 1
    (row,) = rows(page.replace(about, f"{markup}{about}"))
    assert (row[0], row[2]) == ("body.n", line)


def replaced(old: str, new: str) -> str:
    page = pages.text(pages.facts())
    assert page.count(old) == 1
    return page.replace(old, new)


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
        ("\"finish_reason\": \"<string>\"", "\"finish_reason\": \"paused\"", ("reply.choices[].finish_reason", "sample",
            '"paused"', "one of stop, length, tool_calls, content_filter, function_call")),
    ],
)  # fmt: skip
def test_a_fact_in_the_form_of_a_line_is_shown(old: str, new: str, row: tuple[str, str, str, str]) -> None:
    assert rows(replaced(old, new)) == [row]


@pytest.mark.parametrize("status", ["200", "200 - application/json", "application/json"])
def test_the_usual_status_of_the_reply_is_passed_over(status: str) -> None:
    assert rows(replaced("\nAnswer\n", f"\nAnswer\n\n{status}\n")) == []


@pytest.mark.parametrize(
    ("status", "row"),
    [
        ("400", ("reply", "400")),
        ("201 - application/json", ("reply", "201 - application/json")),
        ("200 - text/plain", ("operation", "also text/plain")),
    ],
)
def test_another_status_or_media_type_of_the_reply_is_shown(status: str, row: tuple[str, str]) -> None:
    ((field, _, page, _),) = rows(replaced("\nAnswer\n", f"\nAnswer\n\n{status}\n"))
    assert (field, page) == row


@pytest.mark.parametrize(("heading", "place"), [("Query Parameters", "query"), ("Cookies", "cookie")])
def test_only_a_known_heading_stands_between_two_parameters(heading: str, place: str) -> None:
    more = "beta\nboolean\n\nThis is about beta.\n\n"
    page = replaced("Payload\n", f"{heading}\n\n{more}Payload\n")
    assert [row[:3] for row in rows(page)] == [("parameter.beta", "field", f'boolean, in: "{place}"')]
    page = replaced("Payload\n", f"deprecated\n\n{more}Payload\n")
    assert [row[2] for row in rows(page) if row[0] == "parameter.accept"] == ["deprecated"]


def test_a_list_of_values_in_which_a_comma_is_missing_is_refused() -> None:
    names = pages.facts().fields["body.model"].enum
    with pytest.raises(UnreadableError, match=f"no comma follows `{names[2]}` in the list of values"):
        rows(replaced(f"\n{names[2]},\n", f"\n{names[2]}\n"))


LENGTHS = {
    "pl": ("Minimalna długość", "Maksymalna długość"),
    "fi": ("Vähimmäispituus", "Enimmäispituus"),
    "sv": ("Minsta längd", "Högsta längd"),
    "tr": ("En az uzunluk", "En fazla uzunluk"),
    "hi": ("न्यूनतम लंबाई", "अधिकतम लंबाई"),
    "he": ("אורך מינימלי", "אורך מרבי"),
    "vi": ("Độ dài tối thiểu", "Độ dài tối đa"),
    "ru": ("Минимальная длина", "Максимальная длина"),
    "el": ("Ελάχιστο μήκος", "Μέγιστο μήκος"),
    "ko": ("최소 길이", "최대 길이"),
    "zh": ("最小长度", "最大长度"),
    "es": ("Longitud mínima", "Longitud máxima"),
    "it": ("Lunghezza minima", "Lunghezza massima"),
}


@pytest.mark.parametrize("language", LENGTHS)
def test_the_least_and_the_most_length_are_told_apart_in_every_language(language: str) -> None:
    least, most = LENGTHS[language]
    words = replace(pages.ENGLISH, least=f"{least}:", most=f"{most}:")
    longest = replace(pages.facts().fields["body.input"], max_length=5)
    page = pages.text(pages.with_field(pages.facts(), longest), words)
    (row,) = rows(page)
    assert row == ("body.input", "maximum length", "5", "none")


def test_a_length_in_words_that_are_not_known_is_shown_and_not_guessed() -> None:
    page = pages.text(pages.facts(), replace(pages.ENGLISH, least="Xyz abc:"))
    assert {row[0] for row in rows(page)} == {"body.input", "body.tools"}
    assert {row[2] for row in rows(page)} == {"Xyz abc: 1", "none"}


# ---- Keywords of an OpenAPI document -----------------------------------------------------------------------------

Change = Callable[[Node], Any]


def operation(tree: Node) -> Node:
    found: Node = tree["paths"]["/openai/responses"]["post"]
    return found


def body(tree: Node) -> Node:
    found: Node = tree["components"]["schemas"]["body"]
    return found


def of(name: str, **keywords: Any) -> Change:
    """Further keywords for a field of the body."""
    return lambda tree: body(tree)["properties"][name].update(keywords)


def reply(tree: Node) -> Node:
    found: Node = operation(tree)["responses"]["200"]
    return found


CHANGES: dict[str, tuple[Change, tuple[str, str]]] = {
    "deprecated": (of("n", deprecated=True), ("body.n", "deprecated")),
    "pattern": (of("model", pattern="^gpt"), ("body.model", "pattern")),
    "format": (of("model", format="uuid"), ("body.model", "format")),
    "multipleOf": (of("n", multipleOf=2), ("body.n", "multipleOf")),
    "uniqueItems": (of("input", uniqueItems=True), ("body.input", "uniqueItems")),
    "additionalProperties": (of("response_format", additionalProperties=False),
        ("body.response_format", "additionalProperties")),
    "minProperties": (of("response_format", minProperties=1), ("body.response_format", "minProperties")),
    "not": (of("n", **{"not": {"const": 3}}), ("body.n", "not")),
    "readOnly": (of("stream", readOnly=True), ("body.stream", "readOnly")),
    "if and then": (of("n", **{"if": {"minimum": 2}}), ("body.n", "if")),
    "an extension of the vendor's": (of("n", **{"x-price": 2}), ("body.n", "x-price")),
    "what no standard has": (of("n", since="2026"), ("body.n", "since")),
    "of the entries of a list": (of("tools", items={"pattern": "^a"}), ("body.tools", "items: pattern")),
    "of an object in a list": (
        lambda tree: body(tree)["properties"]["input"]["items"].update(additionalProperties=False),
        ("body.input", "items: additionalProperties"),
    ),
    "of one alternative": (lambda tree: body(tree)["properties"].update(max_tokens={"nullable": True,
        "oneOf": [{"type": "number"}, {"type": "number", "multipleOf": 2}]}),
        ("body.max_tokens", "multipleOf")),
    "a bound of one alternative": (lambda tree: body(tree)["properties"].update(max_tokens={"nullable": True,
        "oneOf": [{"type": "number"}, {"type": "number", "minimum": 2}]}), ("body.max_tokens", "minimum")),
    "entries that are not described by one schema": (of("tools", items=[{"type": "string"}]), ("body.tools", "items")),
    "a list without entries": (of("tools", items=False), ("body.tools", "items")),
    "a length for each of two types": (of("input", minLength=5), ("body.input", "minLength")),
    "required as it was before OpenAPI 3": (of("n", required=True), ("body.n", "required")),
    "a narrower bound in a part": (of("n", allOf=[{"minimum": 5}]), ("body.n", "also minimum")),
    "a narrower type in a part": (of("n", allOf=[{"type": "integer"}]), ("body.n", "also type")),
    "a field that another part narrows": (
        lambda tree: body(tree).update(allOf=[{"properties": {"n": {"multipleOf": 2}}}]), ("body.n", "multipleOf"),
    ),
    "alternatives that only require": (
        lambda tree: body(tree).update(anyOf=[{"required": ["n"]}, {"required": ["stream"]}]),
        ("operation", "body: anyOf"),
    ),
    "another operation at the path": (lambda tree: tree["paths"]["/openai/responses"].update(get={}),
        ("operation", "path: get")),
    "of the whole document": (lambda tree: tree.update({"x-rate-limit": 3}), ("operation", "document: x-rate-limit")),
    "a second server": (lambda tree: tree["servers"].append({"url": "https://example.com"}), ("operation", "server")),
    "a scope": (lambda tree: operation(tree).update(security=[{"token": ["write"]}]),
        ("operation", "credentials: scopes")),
    "an error code in the schema of an error": (
        lambda tree: (
            tree["components"]["schemas"].update(
                e={"properties": {"error": {"properties": {"code": {"enum": ["a"]}}}}}
            ),
            operation(tree)["responses"].update(
                {"429": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/e"}}}}}
            ),
        ),
        ("operation", "error codes"),
    ),
    "of the body": (lambda tree: body(tree).update(additionalProperties=False),
        ("operation", "body: additionalProperties")),
    "a part of the body of another type": (lambda tree: body(tree).update(allOf=[{"type": "array"}]),
        ("operation", "body: also type")),
    "another type of the body": (lambda tree: body(tree).update(type=["object", "string"]),
        ("operation", "body: type")),
    "a new status": (lambda tree: operation(tree)["responses"].update({"402": {"description": ""}}),
        ("operation", "statuses")),
    "a new error code": (
        lambda tree: operation(tree)["responses"].update(
            {"429": {"content": {"application/json": {"example": {"error": {"code": "too_soon"}}}}}}
        ),
        ("operation", "error codes"),
    ),
    "a header of the reply": (lambda tree: reply(tree).update(headers={"Retry-After": {}}),
        ("operation", "reply: headers")),
    "another encoding of the body": (
        lambda tree: operation(tree)["requestBody"]["content"]["application/json"].update(encoding={"a": {}}),
        ("operation", "body's content: encoding"),
    ),
    "a body that may be left out": (lambda tree: operation(tree)["requestBody"].update(required=False),
        ("operation", "body")),
    "a variable of the server": (lambda tree: tree["servers"][0].update(variables={"a": {}}),
        ("operation", "server: variables")),
    "what holds for the path": (lambda tree: tree["paths"]["/openai/responses"].update({"x-hidden": True}),
        ("operation", "path: x-hidden")),
    "of the credentials": (lambda tree: tree["components"]["securitySchemes"]["token"].update(flows={}),
        ("operation", "credentials: flows")),
    "a second media type of the request": (
        lambda tree: operation(tree)["requestBody"]["content"].update({"text/plain": {}}),
        ("operation", "media type"),
    ),
    "a second media type of the reply": (lambda tree: reply(tree)["content"].update({"text/plain": {}}),
        ("operation", "reply's media type")),
    "an operation that is deprecated": (lambda tree: operation(tree).update(deprecated=True),
        ("operation", "operation: deprecated")),
    "a header that became a query parameter": (
        lambda tree: operation(tree)["parameters"][0].update({"in": "query"}),
        ("parameter.accept", "in"),
    ),
    "a parameter in another style": (lambda tree: operation(tree)["parameters"][0].update(style="simple"),
        ("parameter.accept", "style")),
    "a required field that is not described": (lambda tree: body(tree)["required"].append("seed"),
        ("body.seed", "field")),
    "a required field of an entry that is not described": (
        lambda tree: body(tree)["properties"]["input"]["items"]["required"].append("nick"),
        ("body.input[].nick", "field"),
    ),
}  # fmt: skip


def changed(change: Change) -> str:
    tree = copy.deepcopy(pages.openapi(pages.facts()))
    change(tree)
    return json.dumps(tree)


@pytest.mark.parametrize("name", CHANGES)
def test_a_keyword_that_is_not_understood_is_shown(name: str) -> None:
    change, expected = CHANGES[name]
    found = rows(changed(change))
    assert [row[:2] for row in found] == [expected]
    assert found[0][2] != found[0][3]


@pytest.mark.parametrize(
    "keywords",
    [
        {"title": "N", "rank": 3},
        {"externalDocs": {"url": "https://example.com"}},
        {"deprecated": False, "readOnly": False, "writeOnly": False},
    ],
)
def test_keywords_that_are_known_to_mean_nothing_are_passed_over(keywords: Node) -> None:
    assert rows(changed(of("n", **keywords))) == []


def test_an_error_code_that_openapi_yaml_knows_is_no_difference() -> None:
    example = {"content": {"application/json": {"example": {"error": {"code": "rate_limited"}}}}}
    assert rows(changed(lambda tree: operation(tree)["responses"].update({"429": example}))) == []


def test_what_usually_holds_may_be_said() -> None:
    usual = {"additionalProperties": True, "minProperties": 0}
    assert rows(changed(of("response_format", **usual))) == []
    assert rows(changed(of("response_format", additionalProperties={}))) == []


# ---- Rows that would mislead ---------------------------------------------------------------------------------------

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
    page = pages.text(pages.facts())
    after = page.index("\nn\nnumber | null") + 1
    return page[:after] + children + page[after:]


def test_expanded_children_are_compared_where_they_belong() -> None:
    assert rows(with_children()) == []
    found = parse(with_children()).fields
    assert found["body.input[].role"].enum == ("user", "assistant", "system")
    assert not any(at.startswith("body.input.") for at in found)


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        ("system\n", "system,\nnarrator\n", ("body.input[].role", "possible values", "also narrator", "no others")),
        ("input.content\nstring\nrequired", "input.content\nstring", ("body.input[].content", "required", "no", "yes")),
        ("input.content\n", "input.text\n", ("body.input[].text", "field", "string, required", "none")),
    ],
)  # fmt: skip
def test_a_difference_of_a_child_is_named_where_it_belongs(old: str, new: str, row: tuple[str, str, str, str]) -> None:
    (found,) = rows(with_children(CHILDREN.replace(old, new)))
    assert found[:3] == row[:3]
    assert found[3].startswith(row[3])


def test_a_child_of_an_object_is_no_child_of_a_list() -> None:
    child = "response_format.type\nenum<string>\ndefault:text\nAbout it.\nPossible values:\ntext,\njson_object\n"
    page = pages.text(pages.facts())
    after = page.index(pages.ENGLISH.about.format(name="response_format"))
    end = page.index("\n", after) + 1
    (row,) = rows(f"{page[:end]}{child}{page[end:]}")
    assert row[:3] == ("body.response_format.type", "example", "none")


@pytest.mark.parametrize("form", ["1 ≤ x ≤ 1,000", "1 <= x <= 1 000", "1 <= x <= 1'000", "1 ≤ x <= 1000"])
def test_bounds_are_read_however_they_are_written(form: str) -> None:
    page = pages.text(pages.facts()).replace("1 <= x <= 128", form)
    assert rows(page) == [("body.n", "range", "1 <= x <= 1000", "1 <= x <= 128")]


@pytest.mark.parametrize("bound", ["1" + ",000" * 2000, "9" * 9000, "1,00", "1.000,5", "-1"])
def test_what_is_no_length_is_shown(bound: str) -> None:
    page = pages.text(pages.facts()).replace("Minimum length: 1\nn\n", f"Minimum length: {bound}\nn\n")
    assert ("body.input", f"Minimum length: {bound}") in {(row[0], row[2]) for row in rows(page)}


def test_a_length_and_a_default_may_have_thousands() -> None:
    page = pages.text(pages.facts())
    page = page.replace("Minimum length: 1\nn\n", "Minimum length: 1,000\nn\n", 1)
    page = page.replace("\nn\nnumber | null\ndefault:1\n", "\nn\nnumber | null\ndefault:1,000\n")
    assert {row[:3] for row in rows(page)} == {("body.input", "minimum length", "1000"), ("body.n", "default", "1000")}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("n", "1", ('"1"', "1")),
        ("stream", "no", ('"no"', "false")),
        ("stream", 0, ("0", "no")),
        ("max_tokens", None, ("null", "none")),
        ("max_tokens", "none", ('"none"', "none")),
    ],
)
def test_the_two_sides_of_a_default_never_look_alike(name: str, value: Any, words: tuple[str, str]) -> None:
    ((_, what, page, ours),) = rows(changed(of(name, default=value)))
    assert what == "default"
    assert (page, ours) == words


def test_values_of_another_type_are_shown_so() -> None:
    ((_, _, page, ours),) = rows(changed(of("model", enum=[*pages.facts().fields["body.model"].enum, 5, True, 1])))
    assert (page, ours) == ("also 5, true, 1", "no others")


def test_markdown_with_windows_line_ends_is_read() -> None:
    assert rows(pages.markdown(pages.facts()).replace("\n", "\r\n")) == []
