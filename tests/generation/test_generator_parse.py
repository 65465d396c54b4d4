"""openapi-python-client's parse of the document decides what is generated: another parse results in another package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("openapi_python_client", reason="it needs Python 3.11")

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.strings import ClassName, PythonIdentifier

from tests.generation.documents import SMALL
from tests.generation.generator import Generator, bytes_of

pytestmark = pytest.mark.generation

Change = Callable[[GeneratorData], Any]


@pytest.fixture
def generated(generator: Generator, monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], str]:
    """Generates with a changed parse, and returns the code, or the message when it is refused."""

    def generate(change: Change) -> str:
        parse = GeneratorData.from_dict

        def changed(*arguments: Any, **options: Any) -> GeneratorData:
            data = parse(*arguments, **options)
            assert isinstance(data, GeneratorData)
            change(data)
            return data

        with monkeypatch.context() as patch:
            patch.setattr(GeneratorData, "from_dict", changed)
            generator.write(SMALL)
            outcome = generator.run()
        files = bytes_of(generator.package).items()
        code = [code.decode() for name, code in files if name.startswith(("types/", "resources/"))]
        return outcome.err if outcome.code else "\n".join(code)

    return generate


def model(data: GeneratorData, name: str) -> ModelProperty:
    return next(candidate for candidate in data.models if candidate.class_info.name == name)


def fields(data: GeneratorData, name: str) -> list[Any]:
    """Return the required fields of a model."""
    return model(data, name).required_properties or []


def rename_class(data: GeneratorData) -> None:
    model(data, "Part").class_info.name = ClassName("Piece", "")


def remove_field(data: GeneratorData) -> None:
    thing = model(data, "Thing")
    thing.optional_properties = [prop for prop in thing.optional_properties or [] if prop.name != "kind"]


def make_field_a_string(data: GeneratorData) -> None:
    size = fields(data, "Part")[0]
    fields(data, "Part")[0] = StringProperty.build(size.name, True, None, size.python_name, None, None)


def rename_attribute(data: GeneratorData) -> None:
    fields(data, "Part")[0].python_name = PythonIdentifier("extent", "")


def make_argument_required(data: GeneratorData) -> None:
    body = model(data, "NewThing")
    for prop in body.optional_properties or []:
        prop.required = True
        fields(data, "NewThing").append(prop)
    body.optional_properties = []


def rename_operation(data: GeneratorData) -> None:
    for tag in data.endpoint_collections_by_tag.values():
        tag.endpoints[0].name = PythonIdentifier("things_build", "")


UNCHANGED = ["class Part(Model):", "kind: Literal", "size: int\n", "live: bool | NotGiven", "def make("]


@pytest.mark.parametrize(
    ("change", "present", "absent"),
    [
        (lambda data: None, UNCHANGED, []),
        (
            rename_class,
            ["class Piece(Model):", "parts: list[Piece] | None", ", decode_piece)"],
            ["Part]", "class Part"],
        ),
        (remove_field, [], ["kind: Literal"]),
        (make_field_a_string, ["size: str\n"], ["size: int\n"]),
        (rename_attribute, ["extent: int\n"], ["size: int\n"]),
        (make_argument_required, ["live: bool,\n"], ["live: bool | NotGiven"]),
        (rename_operation, ["def build("], ["def make("]),
        (
            lambda data: data.endpoint_collections_by_tag.clear(),
            ["document.yaml:14 (#/paths/~1things~1{id}/post): openapi-python-client leaves this operation out"],
            [],
        ),
        (lambda data: data.models.clear(), ["is not supported"], []),
    ],
)
def test_the_code_follows_the_parse(
    generated: Callable[[Change], str], change: Change, present: list[str], absent: list[str]
) -> None:
    code = generated(change)
    assert [text for text in present if text not in code] == []
    assert [text for text in absent if text in code] == []
