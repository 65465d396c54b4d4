"""Sample pages in the formats in which the vendor publishes its reference page, all made from one set of facts.

The facts are those that openapi.yaml has from the page, so that a sample does not differ until a test changes it. The
texts around them are this project's own.
"""

from __future__ import annotations

import html as markup
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from scripts.reference.differences import Difference, compare
from scripts.reference.facts import MISSING, Facts, Field, UnreadableError
from scripts.reference.our_document import OurDocument
from scripts.reference.reading import parse

ROOT = Path(__file__).resolve().parents[2]
CHILDREN = (".", "[")


@dataclass(frozen=True)
class Words:
    """The texts of a page that depend on its language."""

    skip: str = "To the main part"
    title: str = "A sample operation"
    authorizations: str = "Credentials"
    headers: str = "Request headers"
    body: str = "Payload"
    response: str = "Answer"
    required: str = "required"
    options: str = "Possible values:"
    range: str = "Allowed range:"
    least: str = "Minimum length:"
    most: str = "Maximum length:"
    example: str = "For example:"
    about: str = "This is about {name}."
    answer: str = "The call went well."


ENGLISH = Words()
LANGUAGES = {
    "english": ENGLISH,
    "german": Words(
        "Zum Hauptteil", "Eine Beispielfunktion", "Zugang", "Kopfzeilen", "Inhalt", "Antwort", "erforderlich",
        "Mögliche Werte:", "Erlaubter Bereich:", "Mindestlänge:", "Maximale Länge:", "Beispiel:",
        "Hier geht es um {name}.", "Der Aufruf ist gelungen.",
    ),
    "french": Words(
        "Aller au contenu", "Une opération", "Accès", "En-têtes", "Corps", "Réponse", "requis", "Valeurs possibles :",
        "Intervalle permis :", "Longueur minimale :", "Longueur maximale :", "Exemple :", "Ceci décrit {name}.",
        "L'appel a réussi.",
    ),
    "japanese": Words(
        "本文へ", "見本の操作", "認可", "ヘッダー", "本文", "応答", "必須", "選べる値：", "範囲：", "最小の長さ：",
        "最大の長さ：", "例：", "{name} の説明です。", "呼び出しは成功しました。",
    ),
    "arabic": Words(
        "إلى المحتوى", "عملية نموذجية", "الاعتماد", "الترويسات", "الجسم", "الرد", "مطلوب", "القيم الممكنة:",
        "المجال المسموح:", "أدنى طول:", "أقصى طول:", "مثال:", "هذا عن {name}.", "نجح الطلب؟",
    ),
}  # fmt: skip


@cache
def document() -> OurDocument:
    """openapi.yaml."""
    return OurDocument((ROOT / "openapi.yaml").read_text(encoding="utf-8"))


@cache
def small_document() -> OurDocument:
    """Return a document with only the facts that openapi.yaml has from the page, which is faster to read."""
    text = yaml(facts()).replace("version: '1'", "version: 0.1.0")
    return OurDocument(f"# A small one\nx-source: page\n{text}\n")


@cache
def facts() -> Facts:
    """Return the facts that openapi.yaml has from the page."""
    return document().from_page()


@cache
def everything() -> Facts:
    """Return the facts that openapi.yaml has from all sources."""
    return document().from_all()


def differences(page: str) -> list[Difference]:
    """Return the differences of a page from openapi.yaml."""
    return compare(parse(page, document().selection), facts(), everything())


def rows(page: str) -> list[tuple[str, str, str, str]]:
    """Return the table of the differences, without the lines."""
    return [(row.field, row.property, row.page, row.document) for row in differences(page)]


def outcome(page: str) -> str:
    """Return how the comparison ends: `same`, `differs` or `unreadable`."""
    try:
        return "differs" if differences(page) else "same"
    except UnreadableError:
        return "unreadable"


def fields_that_differ(page: str) -> set[str]:
    """Return the fields that the table names."""
    return {row.field for row in differences(page)}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder, and return the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


# ---- Changes of the facts ----------------------------------------------------------------------------------------


def with_field(base: Facts, field: Field) -> Facts:
    """Return the same facts with one field changed."""
    return replace(base, fields={**base.fields, field.at: field})


def with_order(base: Facts, paths: list[str]) -> Facts:
    """Return the same fields in another order, or fewer of them."""
    return replace(base, fields={at: base.fields[at] for at in paths})


def without_field(base: Facts, at: str) -> Facts:
    """Return the same facts without a field and those within it."""
    return with_order(base, [path for path in base.fields if not is_within(path, at)])


def is_within(at: str, outer: str) -> bool:
    """Whether a field is another one, or within it."""
    return at == outer or at.startswith(tuple(outer + sign for sign in CHILDREN))


def is_nested(at: str) -> bool:
    """Whether a field is within another one."""
    return at.count(".") > 1


# ---- The page, as text and as HTML -------------------------------------------------------------------------------

Part = tuple[str, str]
"""A kind (`data`, `heading`, `prose`, `sample`) and a line or, in a sample, several."""


def text(base: Facts, words: Words = ENGLISH) -> str:
    """Return the page as saved text."""
    return "".join(f"{line}\n" if style == "data" else f"{line}\n\n" for style, line in parts(base, words))


def parts(base: Facts, words: Words = ENGLISH) -> Iterator[Part]:
    """Yield the page from top to bottom."""
    yield "heading", words.skip
    yield from _head(base, words)
    for heading, where, place in ((words.authorizations, "authorization", "header"), (words.headers, "parameter", "")):
        if fields := _top(base, where):
            yield "heading", heading
            for field in fields:
                yield from _field(field, words, place=place, is_described=not place)
    yield "heading", words.body
    yield "data", base.operation["media type"]
    for field in _top(base, "body"):
        yield from _field(field, words)
    yield "heading", words.response
    yield "prose", words.answer
    for field in _top(base, "reply"):
        yield from _field(field, words)
    yield "prose", words.about.format(name="the end")


def _head(base: Facts, words: Words) -> Iterator[Part]:
    operation = base.operation
    yield "data", operation["method"]
    for segment in operation["path"].strip("/").split("/"):
        yield "data", "/"
        yield "data", segment
    yield "heading", words.title
    command = [
        f"curl --request {operation['method']}",
        f"  --url {operation['server']}{operation['path']}",
        *(
            f"  --header '{field.at.partition('.')[2]}: {operation['credentials']} <token>'"
            for field in _top(base, "authorization")
        ),
        f"  --header 'Content-Type: {operation['media type']}'",
        "  --data '",
    ]
    body = json.dumps(sample(base, "body"), indent=2, ensure_ascii=False)
    yield "sample", " \\\n".join(command) + f"\n{body}\n'"
    yield "sample", json.dumps(sample(base, "reply"), indent=2, ensure_ascii=False)


def sample(base: Facts, at: str) -> dict[str, Any]:
    """Return the sample of an object, as the head of a page has it, with every field."""
    return {name: _sample(base, field) for name, field in _children(base, at).items()}


def _sample(base: Facts, field: Field) -> Any:
    if field.sample is not MISSING:
        return field.sample
    kind = field.type.split(" | ")[0]
    within = sample(base, field.at + "[]" * kind.count("[]"))
    if within:
        return [within] if "[]" in kind else within
    placeholders = {"number": 123, "integer": 123, "boolean": True, "object": {}, "array": "<array>"}
    values = (field.example, field.default, *field.enum, placeholders.get(kind, "<string>"))
    return next(value for value in values if value is not MISSING)


def _top(base: Facts, where: str) -> list[Field]:
    return list(_children(base, where).values())


def _field(field: Field, words: Words, *, place: str = "", is_described: bool = True) -> Iterator[Part]:
    name = field.at.partition(".")[2]
    badges = [name, _type(field), place, words.required * field.required]
    if field.default is not MISSING:
        badges.append(f"default:{_plain(field.default)}")
    yield from (("data", badge) for badge in badges if badge)
    if is_described and field.description:
        yield "prose", words.about.format(name=name)
    yield from (("data", line) for line in _facts(field, words))


def _type(field: Field) -> str:
    first, *others = field.type.split(" | ") + ["null"] * field.nullable
    return " | ".join([f"enum<{first}>" if field.enum else first, *others])


def _facts(field: Field, words: Words) -> Iterator[str]:
    if field.enum:
        yield words.options
        yield from (f"{_plain(value)}," for value in field.enum[:-1])
        yield _plain(field.enum[-1])
    bounds = ((words.range, field.range), (words.least, field.min_length), (words.most, field.max_length))
    yield from (f"{label} {bound}" for label, bound in bounds if bound is not None)
    if field.example is not MISSING:
        yield words.example
        yield json.dumps(field.example)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def html(base: Facts, words: Words = ENGLISH) -> str:
    """Return the page as HTML, with invisible elements around and between the visible ones."""
    shown = "\n".join(_element(style, line) for style, line in parts(base, words))
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>{words.title}</title><style>p {{ color: red }}</style>
<script>window.page = "POST\\n/\\nopenai\\n/\\nimages\\n<p>n</p>";</script></head>
<body><nav><ul><li><span>POST</span><a href="/other">Another operation</a></li></ul></nav>
<template><p>seed</p><p>number</p></template><div style="display: none"><p>hidden</p><p>string</p></div>
<main><!-- <p>commented</p><p>string</p> -->
{shown}
</main><footer hidden><p>POST</p><p>/</p><p>v2</p></footer>
<script id="data" type="application/json">{{"paths": {{}}}}</script></body></html>
"""


def _element(style: str, line: str) -> str:
    escaped = markup.escape(line)
    if style == "sample":
        rows = "\n".join(f'<span class="line"><span>{row}</span></span>' for row in escaped.split("\n"))
        return f"<pre><code>{rows}</code></pre>"
    if style == "prose":
        first, _, others = escaped.partition(" ")
        return f"<p>{first} <em>{others}</em></p>"
    if style == "heading":
        return f"<h4><span>\u200b</span>{escaped}</h4>"
    if line.startswith("default:"):
        return f"<div><div>default:<!-- -->{escaped.partition(':')[2]}</div></div>"
    return f"<div><code>{escaped.rstrip(',')}</code>{',' * line.endswith(',')}</div>"


# ---- The page as Markdown with an OpenAPI document, and that document by itself ----------------------------------


def markdown(base: Facts, words: Words = ENGLISH) -> str:
    """Return the page as the site's Markdown: a few words, and an OpenAPI document in a fence of four backticks."""
    operation = f"{base.operation['method']} {base.operation['path']}"
    return f"# {words.title}\n\n> {words.answer}\n\n## OpenAPI\n\n````yaml {operation}\n{yaml(base)}\n````\n"


def yaml(base: Facts) -> str:
    """Return the OpenAPI document in YAML, in block style."""
    return as_yaml(openapi(base))


def as_yaml(tree: dict[str, Any]) -> str:
    """Return a document in YAML, in block style."""
    writer, text = YAML(), io.StringIO()
    writer.width = 10_000
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.representer.ignore_aliases = lambda _: True
    writer.dump(tree, text)
    return text.getvalue().rstrip("\n")


def openapi(base: Facts) -> dict[str, Any]:
    """Return the OpenAPI document for the operation, as a vendor's tool would write it."""
    operation = base.operation
    credentials = _top(base, "authorization")
    scheme = {"type": "http", "scheme": operation["credentials"].lower()}
    described: dict[str, Any] = {
        "security": [{"token": []}, *([] if credentials and credentials[0].required else [{}])],
        "parameters": [
            {
                "name": field.at.partition(".")[2],
                "in": "header",
                "required": field.required,
                "schema": _schema(base, field),
            }
            for field in _top(base, "parameter")
        ],
        "requestBody": {
            "required": True,
            "content": {operation["media type"]: {"schema": {"$ref": "#/components/schemas/body"}}},
        },
        "responses": {
            "200": {"description": "", "content": {"application/json": {"schema": _object(base, "reply")}}},
        },
    }
    if not credentials:
        del described["security"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "A sample", "version": "1"},
        "servers": [{"url": operation["server"]}],
        "paths": {operation["path"]: {operation["method"].lower(): described}},
        "components": {
            "securitySchemes": {"token": scheme} if credentials else {},
            "schemas": {"body": _object(base, "body")},
        },
    }


def _children(base: Facts, at: str) -> dict[str, Field]:
    within = {child.at.removeprefix(f"{at}."): child for child in base.fields.values() if child.at.startswith(f"{at}.")}
    return {name: child for name, child in within.items() if "." not in name}


def _object(base: Facts, at: str) -> dict[str, Any]:
    fields = _children(base, at)
    required = [name for name, field in fields.items() if field.required]
    properties = {name: _schema(base, field) for name, field in fields.items()}
    return {"type": "object", "required": required, "properties": properties}


def _schema(base: Facts, field: Field) -> dict[str, Any]:
    kinds = field.type.split(" | ")
    elements = [type_.removesuffix("[]") for type_ in kinds if type_.endswith("[]")]
    types = ["array" if type_.endswith("[]") else type_ for type_ in kinds] + ["null"] * field.nullable
    schema: dict[str, Any] = _object(base, field.at) if _children(base, field.at) else {}
    schema["type"] = types if len(types) > 1 else types[0]
    for element in elements:
        schema["items"] = _object(base, f"{field.at}[]") if element == "object" else {"type": element}
    counted = "Items" if elements or "array" in kinds else "Length"
    low, open_low, open_high, high = re.fullmatch(r"(?:(\S+) (<=?) )?x(?: (<=?) (\S+))?", field.range or "x").groups()
    values = {
        "default": field.default,
        "example": field.example,
        "enum": list(field.enum) or MISSING,
        "minimum" if open_low == "<=" else "exclusiveMinimum": json.loads(low) if low else MISSING,
        "maximum" if open_high == "<=" else "exclusiveMaximum": json.loads(high) if high else MISSING,
        f"min{counted}": MISSING if field.min_length is None else field.min_length,
        f"max{counted}": MISSING if field.max_length is None else field.max_length,
    }
    return {**schema, **{keyword: value for keyword, value in values.items() if value is not MISSING}}
