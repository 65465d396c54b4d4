"""Text from the document stays text in the package: it neither runs as code nor ends a string."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.generation.generator import Generator, bytes_of, load, part, unload

pytestmark = pytest.mark.generation

TRAP = '__import__("pathlib").Path("{trap}").touch()'

TEXTS = [
    'ends """ here',
    "closes ''' here",
    'ends with a quote "',
    "ends with a backslash \\",
    "many \\\\\\ backslashes \\n \\N{BULLET} \\u0041 \\x",
    '"""\n' + TRAP + '\n"""',
    "{{ 7 * 7 }} {% raise %} {# gone #}",
    "${7 * 7} #{7 * 7} {trap!r} %s %(x)s",
    "a line separator \u2028 a paragraph separator \u2029 a next line \x85 a form feed \x0c and a return \r here",
    "reversed \u202e txet and a zero width \u200b space",
    "a null \x00 and a bell \x07 and an escape \x1b[31m",
    "# type: ignore[no-any-return]  # noqa  # fmt: off",
    "ünïcödé 🌊 日本語 \ufeff and faces \U0001fae8 \U0001fae9 that not every Python knows",
    "brackets ] | [ ( None | Any",
    "\t  much   space \n\n\n and lines  ",
    "x" * 300 + "\\" * 91 + '"' * 91,
]


def hostile(trap: Path) -> dict[str, Any]:
    """Return a document with such text wherever text can be."""
    texts = [text.replace("{trap}", str(trap)) for text in TEXTS]
    every = " ~ ".join(texts)
    field = {"type": "string", "description": every, "default": every, "example": every, "examples": texts}
    return {
        "openapi": "3.1.1",
        "info": {"title": f"Title {every}", "version": texts[0], "description": every},
        "servers": [{"url": "https://hostile.test/'\"\\"}],
        "x-source": every,
        "tags": [{"name": "things", "description": every}],
        "x-error-kinds": {
            "Odd": {
                "meaning": every,
                "advice": every,
                "x-source": every,
                "codes": {text: {"statuses": [400], "meaning": text} for text in texts},
            }
        },
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": every}},
            "schemas": {
                "Thing": {
                    "type": "object",
                    "description": every,
                    "x-source": every,
                    "x-text": ["kind"],
                    "x-failed-when": {"kind": texts[5]},
                    "required": ["kind"],
                    "properties": {
                        "kind": {"type": "string", "enum": texts, "description": every},
                        "open": {"$ref": "#/components/schemas/Open", "description": every},
                        "either": {"$ref": "#/components/schemas/Either"},
                        "always": {"const": texts[5]},
                        "made\"\\' up}{%": field,
                    },
                },
                "Open": {"description": every, "anyOf": [{"type": "string", "enum": texts}, {"type": "string"}]},
                "Either": {
                    "description": every,
                    "oneOf": [{"$ref": "#/components/schemas/One"}, {"$ref": "#/components/schemas/Other"}],
                    "discriminator": {
                        "propertyName": "it's \"\\ {{ kind }}",
                        "mapping": {texts[0]: "One", texts[5]: "Other"},
                    },
                },
                "One": {"type": "object", "properties": {"it's \"\\ {{ kind }}": {"const": texts[0]}}},
                "Other": {"type": "object", "properties": {"it's \"\\ {{ kind }}": {"const": texts[5]}}},
            },
        },
        "paths": {
            "/th'ings/{id}": {
                "post": {
                    "operationId": "things.make",
                    "tags": ["things"],
                    "summary": every,
                    "description": every,
                    "x-source": every,
                    "parameters": [
                        {
                            "name": "id",
                            "in": "path",
                            "required": True,
                            "description": every,
                            "schema": {"type": "string", "enum": texts},
                        },
                        {"name": "q\"\\' {{ a }}", "in": "query", "schema": field},
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Thing"},
                                "examples": {text: {"value": {"kind": text}} for text in texts},
                            }
                        },
                    },
                    "responses": {
                        "200": {
                            "description": every,
                            "content": {
                                "application/json": {
                                    "schema": {"$ref": "#/components/schemas/Thing"},
                                    "example": {"kind": every},
                                }
                            },
                        }
                    },
                }
            }
        },
    }


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that appears if text is run as code."""
    return tmp_path_factory.mktemp("trap") / "sprung"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, trap: Path) -> Path:
    """The folder of the package."""
    return Generator(tmp_path_factory.mktemp("hostile")).make(hostile(trap))


@pytest.fixture(scope="module")
def package(folder: Path) -> Iterator[ModuleType]:
    """The package, imported."""
    yield load(folder, "hostile_package")
    unload("hostile_package")


def texts_of(trap: Path) -> list[str]:
    """Return the texts as they are in the document."""
    return [text.replace("{trap}", str(trap)) for text in TEXTS]


def visible(text: str) -> str:
    """Return the visible characters of a text, except backslashes, which may end a line."""
    return "".join(character for character in "".join(text.split()) if character.isprintable() and character != "\\")


def test_every_module_can_be_imported_and_runs_no_text(package: ModuleType, folder: Path, trap: Path) -> None:
    for name in bytes_of(folder):
        if name.endswith(".py") and not name.endswith(("__main__.py", "pytest_plugin.py")):
            part(package, name.removesuffix(".py").replace("/", ".").removesuffix(".__init__"))
    assert not trap.exists()


def test_modules_have_no_control_characters(folder: Path) -> None:
    for name, code in bytes_of(folder).items():
        text = code.decode("utf-8")
        assert not set(text) & {chr(code) for code in range(32) if code != 10}, name
        assert not set(text) & set("\u2028\u2029\x85\x0c\u202e"), name
        ast.parse(text)


def test_docstrings_have_the_descriptions(package: ModuleType, trap: Path) -> None:
    resource = part(package, "resources.things")
    documented = [
        inspect.getdoc(package) or "",
        inspect.getdoc(resource.Things) or "",
        inspect.getdoc(resource.Things.make) or "",
        inspect.getdoc(part(package, "types").Thing) or "",
        inspect.getdoc(part(package, "errors").OddError) or "",
    ]
    for text in documented:
        for expected in texts_of(trap):
            assert visible(expected) in visible(text)


def test_values_equal_those_of_the_document(package: ModuleType, trap: Path) -> None:
    texts = texts_of(trap)
    schemas = part(package, "_document.schemas").SCHEMAS
    assert schemas["Thing"]["properties"]["kind"]["enum"] == texts
    assert schemas["Open"]["x-known"] == texts
    assert texts[0] == package.VERSION
    errors = part(package, "errors")
    assert [errors.class_for(400, text) for text in texts] == [errors.OddError] * len(texts)
    examples = part(package, "testing._examples")
    assert {"things.make": [{"kind": " ~ ".join(texts)}]} == examples.REPLIES


def test_objects_are_decoded_and_encoded_unchanged(package: ModuleType, trap: Path) -> None:
    texts = texts_of(trap)
    types = part(package, "types")
    data = {
        "kind": texts[1],
        "open": texts[6],
        "either": {"it's \"\\ {{ kind }}": texts[5]},
        "always": texts[5],
        "made\"\\' up}{%": texts[8],
    }
    thing = types.Thing.from_dict(data)
    assert (thing.kind, thing.made_up, type(thing.either)) == (texts[1], texts[8], types.Other)
    assert thing.output_text == texts[1]
    assert thing.to_dict() == data


def test_calls_send_the_arguments_unchanged(package: ModuleType, trap: Path) -> None:
    texts = texts_of(trap)
    testing = part(package, "testing")
    with testing.serve() as service, package.Client(token=testing.TOKEN, base_url=service.url) as client:
        for text in texts[:5] + texts[6:]:  # texts[5] marks a failed reply
            client.things.make(id=text, q_a=text, kind=text)
        sent = [(request.path, request.query["q\"\\' {{ a }}"], request.json) for request in service.requests]
    assert [json for _path, _query, json in sent] == [{"kind": text} for text in texts[:5] + texts[6:]]
    assert [query for _path, query, _json in sent] == texts[:5] + texts[6:]
    assert not trap.exists()
