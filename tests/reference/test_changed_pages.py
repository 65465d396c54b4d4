"""Every property of every field is changed, one at a time: the table names exactly that field, in every format."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from scripts.reference.facts import MISSING, PROPERTIES, Facts, Field
from tests.reference import pages

FORMS: dict[str, Callable[[Facts], str]] = {
    "text": pages.text,
    "html": pages.html,
    "markdown": pages.markdown,
    "yaml": pages.yaml,
    "json": lambda base: json.dumps(pages.openapi(base)),
}
QUICK = ("text", "html", "json")
SEEN = ("text", "html")
"""The formats that show what a reader sees. They have nested fields only in the samples."""


def variants(field: Field) -> Iterator[tuple[str, Field]]:
    """Yield the field with one property changed, for each property and several other values."""
    yield from _changed(field, "type", [f"{field.type} | {'string' if field.type == 'boolean' else 'boolean'}"])
    yield from _changed(field, "nullable", [not field.nullable])
    yield from _changed(field, "required", [not field.required])
    yield from _changed(field, "default", [MISSING, *_values(field)])
    yield from _changed(field, "example", [MISSING, *_values(field)])
    if field.type == "number":
        ranges = [None, "1 <= x", "x <= 2", "0 < x < 2", "-1.5 <= x <= 1e+21", "1 <= x <= 127"]
        yield from _changed(field, "range", ranges)
    if field.type in ("string", "array") or field.type.endswith("[]"):
        yield from _changed(field, "min_length", [None, 0, 1, 2])
        yield from _changed(field, "max_length", [None, 3])
    if field.type == "string":
        first, *others = some = field.enum or ("first", "second")
        lists = ((), (*others,), (*some, "another"), (first,), ("x", *others), some[::-1], (*others, first))
        yield from _changed(field, "enum", [values for values in dict.fromkeys(lists) if values != field.enum])


def _values(field: Field) -> list[object]:
    kinds = {"number": [0, 1, 2, 0.5], "boolean": [True, False], "string": ["a b", "", "o3"]}
    return kinds.get(field.type, [["x"], ["y", "x"]])


def _changed(field: Field, name: str, values: list[object]) -> Iterator[tuple[str, Field]]:
    for value in values:
        before = getattr(field, name)
        if (type(value), value) != (type(before), before):
            yield name, replace(field, **{name: value})


def shown_in(form: str, field: Field, name: str) -> bool:
    """Whether a format can state a property of a field, and openapi.yaml does not record the value as a known one."""
    known = pages.everything().fields[field.at].specification
    if form not in SEEN and name in known and known[name] == getattr(field, name):
        return False
    if form in SEEN:
        return not pages.is_nested(field.at) and not (name == "default" and field.default == "")
    return not field.at.startswith("authorization.") or name == "required"


def test_every_property_that_is_compared_is_changed_somewhere() -> None:
    assert {name for field in pages.facts().fields.values() for name, _ in variants(field)} == set(PROPERTIES)


@pytest.mark.parametrize("form", FORMS)
def test_an_unchanged_page_is_no_difference(form: str) -> None:
    assert pages.differences(FORMS[form](pages.facts())) == []


@pytest.mark.parametrize("form", QUICK)
@pytest.mark.parametrize("at", list(pages.facts().fields))
def test_a_changed_property_is_named(form: str, at: str) -> None:
    for name, changed in variants(pages.facts().fields[at]):
        if shown_in(form, changed, name):
            page = FORMS[form](pages.with_field(pages.facts(), changed))
            assert pages.fields_that_differ(page) == {at}, (name, changed)


@pytest.mark.parametrize("name", PROPERTIES)
@pytest.mark.parametrize("form", ["markdown", "yaml"])
def test_a_changed_property_is_named_from_yaml(form: str, name: str) -> None:
    every = (pair for field in pages.facts().fields.values() for pair in variants(field))
    some = [changed for what, changed in every if what == name and shown_in(form, changed, name)]
    for changed in some[:: max(1, len(some) // 3)]:
        assert pages.fields_that_differ(FORMS[form](pages.with_field(pages.facts(), changed))) == {changed.at}


@pytest.mark.parametrize("form", QUICK)
@pytest.mark.parametrize("at", list(pages.facts().fields))
def test_a_missing_field_is_named(form: str, at: str) -> None:
    page = FORMS[form](pages.without_field(pages.facts(), at))
    missing = {path for path in pages.facts().fields if pages.is_within(path, at)}
    expected = missing | ({"operation"} if at.startswith("authorization.") else set())
    assert pages.outcome(page) == "unreadable" or pages.fields_that_differ(page) == expected


@pytest.mark.parametrize("form", QUICK)
@pytest.mark.parametrize("where", ["parameter", "body", "reply"])
def test_a_new_field_is_named_wherever_it_stands(form: str, where: str) -> None:
    base = pages.facts()
    new = Field(f"{where}.brand_new", "number", nullable=True, default=1, range="0 <= x <= 9")
    for position in range(len(base.fields) + 1):
        paths = list(base.fields)
        paths.insert(position, new.at)
        page = FORMS[form](pages.with_order(pages.with_field(base, new), paths))
        assert pages.fields_that_differ(page) == {new.at}


@pytest.mark.parametrize("form", QUICK)
def test_a_new_nested_field_and_one_from_another_source_are_named(form: str) -> None:
    nested = Field("body.input[].name", "string", sample="Ada")
    assert pages.fields_that_differ(FORMS[form](pages.with_field(pages.facts(), nested))) == {nested.at}
    guided = replace(pages.everything().fields["body.top_p"], sample=1)
    (row,) = pages.rows(FORMS[form](pages.with_field(pages.facts(), guided)))
    assert row == ("body.top_p", "source", "on the page", "from another source")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["method", "path", "server", "credentials", "media type"])
def test_a_changed_operation_is_named(form: str, name: str) -> None:
    other = {"method": "PUT", "path": "/openai/answers", "server": "https://api.example.com",
             "credentials": "Basic", "media type": "text/json"}  # fmt: skip
    base = pages.facts()
    page = FORMS[form](replace(base, operation={**base.operation, name: other[name]}))
    (row,) = pages.differences(page)
    assert (row.field, row.property, row.page) == ("operation", name, other[name])


@pytest.mark.parametrize("at", [at for at in pages.facts().fields if pages.is_nested(at)])
def test_another_type_in_a_sample_is_named(at: str) -> None:
    field = pages.facts().fields[at]
    other = replace(field, sample="text" if field.type != "string" else 5)
    expected = {path for path in pages.facts().fields if pages.is_within(path, at)}
    assert pages.fields_that_differ(pages.text(pages.with_field(pages.facts(), other))) == expected


def test_an_impossible_value_in_a_sample_is_named() -> None:
    other = replace(pages.facts().fields["body.input[].role"], sample="narrator")
    (row,) = pages.rows(pages.text(pages.with_field(pages.facts(), other)))
    assert row[:3] == ("body.input[].role", "sample", '"narrator"')


def test_a_row_has_the_line_of_the_property_or_of_the_field() -> None:
    base = pages.facts()
    lines = (pages.ROOT / "openapi.yaml").read_text(encoding="utf-8").splitlines()
    for field in base.fields.values():
        assert field.at.rpartition(".")[2] in lines[field.lines[""] - 1] or field.at.startswith("authorization.")
    first = replace(base.fields["body.n"], range="1 <= x <= 64")
    second = replace(base.fields["body.stream"], default=True)
    bounds, default = pages.differences(pages.text(pages.with_field(pages.with_field(base, first), second)))
    assert (bounds.field, bounds.property, lines[bounds.line - 1].strip()) == ("body.n", "range", "minimum: 1")
    assert (default.page, default.document, lines[default.line - 1].strip()) == ("yes", "no", "default: false")
