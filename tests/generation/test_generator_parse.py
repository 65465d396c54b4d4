"""What openapi-python-client makes of the document decides what is generated: another parse gives another package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("openapi_python_client", reason="it needs Python 3.11")

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.strings import ClassName, PythonIdentifier

from tests.generation.workshop import SMALL, Workshop, bytes_of

pytestmark = pytest.mark.generation

Change = Callable[[GeneratorData], Any]


def model(data: GeneratorData, name: str) -> ModelProperty:
    """A model of the parse."""
    return next(one for one in data.models if one.class_info.name == name)


@pytest.fixture
def generated(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], str]:
    """The code of the package after the parse was changed, or what is said when it is refused."""

    def generate(change: Change) -> str:
        parse = GeneratorData.from_dict

        def changed(*arguments: Any, **options: Any) -> GeneratorData:
            data = parse(*arguments, **options)
            assert isinstance(data, GeneratorData)
            change(data)
            return data

        with monkeypatch.context() as patch:
            patch.setattr(GeneratorData, "from_dict", changed)
            workshop.write(SMALL)
            outcome = workshop.run()
        if outcome.code:
            return outcome.err
        return "\n".join(
            code.decode()
            for name, code in bytes_of(workshop.package).items()
            if name.startswith(("types/", "resources/"))
        )

    return generate


def test_an_unchanged_parse_gives_what_the_others_are_held_against(generated: Callable[[Change], str]) -> None:
    code = generated(lambda data: None)
    for line in ("class Part(Model):", "    size: int\n", "        live: bool | NotGiven", "    def make("):
        assert line in code


def test_a_class_has_the_name_of_the_parse_everywhere(generated: Callable[[Change], str]) -> None:
    def change(data: GeneratorData) -> None:
        model(data, "Part").class_info.name = ClassName("Piece", "")

    code = generated(change)
    assert "class Piece(Model):" in code
    assert "parts: list[Piece] | None" in code
    assert 'list_of(get("parts"), decode_piece)' in code
    assert "Part]" not in code
    assert "class Part" not in code


def test_a_field_that_the_parse_has_not_is_no_attribute(generated: Callable[[Change], str]) -> None:
    def change(data: GeneratorData) -> None:
        thing = model(data, "Thing")
        thing.optional_properties = [one for one in thing.optional_properties or [] if one.name != "kind"]

    assert "kind: Literal" not in generated(change)


def test_a_field_has_the_type_of_the_parse(generated: Callable[[Change], str]) -> None:
    def change(data: GeneratorData) -> None:
        size = (model(data, "Part").required_properties or [])[0]
        assert isinstance(size, IntProperty)
        text = StringProperty.build(size.name, True, None, size.python_name, None, None)
        model(data, "Part").required_properties = [text]  # type: ignore[list-item]

    code = generated(change)
    assert "    size: str\n" in code
    assert "    size: int\n" not in code


def test_an_attribute_has_the_name_of_the_parse(generated: Callable[[Change], str]) -> None:
    def change(data: GeneratorData) -> None:
        (model(data, "Part").required_properties or [])[0].python_name = PythonIdentifier("extent", "")

    assert "    extent: int\n" in generated(change)


def test_an_argument_is_required_where_the_parse_says_so(generated: Callable[[Change], str]) -> None:
    def change(data: GeneratorData) -> None:
        body = model(data, "NewThing")
        body.required_properties = [*(body.required_properties or []), *(body.optional_properties or [])]
        body.optional_properties = []
        for one in body.required_properties:
            one.required = True

    assert "        live: bool,\n" in generated(change)


def test_a_method_has_the_name_of_the_parse(generated: Callable[[Change], str]) -> None:
    def change(data: GeneratorData) -> None:
        for tag in data.endpoint_collections_by_tag.values():
            tag.endpoints[0].name = PythonIdentifier("things_build", "")

    assert "    def build(" in generated(change)


def test_an_operation_that_the_parse_leaves_out_is_missed(generated: Callable[[Change], str]) -> None:
    said = generated(lambda data: data.endpoint_collections_by_tag.clear())
    assert "document.yaml:14 (#/paths/~1things~1{id}/post): openapi-python-client leaves this operation" in said


def test_a_parse_without_models_gives_no_package(generated: Callable[[Change], str]) -> None:
    assert "is not supported" in generated(lambda data: data.models.clear())
