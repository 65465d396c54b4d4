"""Each key of generator-config.yaml has the effect that openapi-python-client documents, or is refused by name."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest

from tests.generation.documents import (
    FIELD,
    JSON,
    OPERATION,
    REPLY,
    ROOT,
    SMALL,
    TEXT,
    an_object,
    changed,
    ref,
    response,
    union,
)
from tests.generation.generator import Generator, bytes_of, load, unload

pytestmark = pytest.mark.generation

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
BASE = "package_name_override: acedata_responses\nliteral_enums: true\npost_hooks: []\n"


def made(generator: Generator, config: str, changes: dict[str, Any] | None = None) -> dict[str, str]:
    """Return the files of the small document's package with some configuration."""
    generator.configure(BASE + config)
    files = bytes_of(generator.make(changed(SMALL, changes or {})))
    return {name: content.decode() for name, content in files.items()}


def test_class_overrides_rename_a_class_everywhere(generator: Generator) -> None:
    """Except for the name of its schema, which is the document's."""
    code = made(generator, "class_overrides:\n  Part: {class_name: Piece}\n", {f"{JSON}/schema": ref("Part")})
    assert "class Piece(Model):" in code["types/replies.py"]
    assert '"Piece": ".replies"' in code["types/__init__.py"]
    assert ") -> types.Piece:" in code["resources/things.py"]
    generated = [text for name, text in code.items() if name.startswith(("types/", "resources/"))]
    lines = [line for text in generated for line in text.split("\n") if re.search(r"\b(Part|decode_part)\b", line)]
    assert lines == ['    _schema: ClassVar[str] = "Part"']


def test_class_overrides_rename_unions_and_open_enums(generator: Generator) -> None:
    changes = {
        "Kind": {"anyOf": [{**TEXT, "enum": ["a"]}, TEXT]},
        "Other": an_object("other"),
        "Either": union("Part", "Other"),
        FIELD: ref("Either"),
        "Thing/properties/sort": ref("Kind"),
    }
    overrides = "class_overrides:\n  Kind: {class_name: Sort}\n  Either: {class_name: Choice}\n"
    code = made(generator, overrides, changes)["types/replies.py"]
    assert "Sort: TypeAlias" in code
    assert "Choice: TypeAlias = Part | Other | Unknown" in code
    assert "it: Choice | None" in code


def test_package_name_override_names_the_folder(generator: Generator) -> None:
    generator.configure(BASE.replace("acedata_responses", "small_client"))
    generator.write(SMALL)
    assert generator.run().code == 0
    package = load(generator.output / "small_client", "small_client")
    for path in (generator.output / "small_client").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)}
        texts = {str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)} - prose
        assert not [text for text in texts if "acedata_responses" in text], path
    assert package.Client(base_url="https://small.test") is not None
    assert "    from small_client import Client" in (package.__doc__ or "")
    unload("small_client")


def test_a_package_without_a_name_is_named_after_the_title(generator: Generator) -> None:
    generator.configure("literal_enums: true\nproject_name_override: my-small-client\npost_hooks: []\n")
    generator.write(SMALL)
    assert generator.run().code == 0
    assert [path.name for path in generator.output.iterdir()] == ["my_small_client"]


def test_values_of_the_configuration_are_used(generator: Generator) -> None:
    config = """\
package_version_override: 9.9.9
field_prefix: attr_
content_type_overrides: {application/vnd.small: application/json}
"""
    changes = {FIELD: an_object("2nd"), REPLY: response(ref("Thing"), "application/vnd.small")}
    code = made(generator, config, changes)
    assert 'VERSION = "9.9.9"' in code["_version.py"]
    assert "    attr_2nd: str\n" in code["types/replies.py"]
    assert ") -> types.Thing:" in code["resources/things.py"]


def test_title_models_are_named_with_or_without_their_path(generator: Generator) -> None:
    changes = {FIELD: {**an_object("a"), "title": "Extra"}}
    without = made(generator, "use_path_prefixes_for_title_model_names: false\n", changes)
    assert "class Extra(Model):" in without["types/replies.py"]
    assert "class ThingExtra(Model):" in made(generator, "", changes)["types/replies.py"]


def test_generate_all_tags_adds_an_operation_to_each_resource(generator: Generator) -> None:
    changes = {f"{OPERATION}/tags": ["things", "makers"]}
    assert "resources/makers.py" not in made(generator, "", changes)
    code = made(generator, "generate_all_tags: true\n", changes)
    assert "def make(" in code["resources/things.py"]
    assert "def things_make(" in code["resources/makers.py"]
    client = load(generator.package, "all_tags").Client(base_url="https://small.test")
    assert client.makers.things_make.__doc__ == client.things.make.__doc__
    unload("all_tags")


def test_docstrings_on_attributes_follow_each_attribute(generator: Generator) -> None:
    changes = {"Part/properties/size/description": "How large it is"}
    assert "        size: How large it is." in made(generator, "", changes)["types/replies.py"]
    code = made(generator, "docstrings_on_attributes: true\n", changes)["types/replies.py"]
    assert '    size: int\n    """How large it is."""\n' in code
    assert "Attributes:\n" not in code.partition("class Part")[2].partition("def decode_part")[0]


def test_post_hooks_run_in_the_package(generator: Generator) -> None:
    generator.configure(BASE.replace("post_hooks: []", "post_hooks: ['echo made by a hook > NOTES.txt']"))
    generator.make(SMALL)
    assert (generator.package / "NOTES.txt").read_text() == "made by a hook\n"
    assert generator.run("--check").code == 0


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("literal_enum: true\n", "`literal_enum` is not a configuration key of openapi-python-client"),
        ("literal_enums: false\n", "config.yaml:1 (#/literal_enums): `literal_enums` is not true"),
        (BASE + "http_timeout: 9\n", "`http_timeout` has no effect here"),
        (
            BASE + "class_overrides:\n  Prat: {class_name: Piece}\n",
            "`class_overrides` in generator-config.yaml renames `Prat`, which is not a class of the package",
        ),
        (
            BASE + "class_overrides:\n  Part:\n    module_name: parts\n",
            "config.yaml:6 (#/class_overrides/Part/module_name): `module_name` has no effect here",
        ),
        (BASE + "field_prefix: '2'\n", "does not begin a public Python name"),
        (BASE + "generate_all_tags: maybe\n", "config.yaml:4 (#/generate_all_tags):"),
        (BASE.replace("[]", "['false']"), "post_hooks in generator-config.yaml: false failed"),
        (BASE.replace("[]", "[no-such-tool]"), "no-such-tool is not in PATH"),
    ],
)
def test_a_configuration_without_effect_is_refused(generator: Generator, config: str, message: str) -> None:
    generator.configure(config)
    assert message in generator.refuse(SMALL)


def test_the_comments_of_the_configuration_name_all_keys_that_are_refused() -> None:
    from scripts.generation import config

    text = (ROOT / "generator-config.yaml").read_text(encoding="utf-8")
    assert [key for key in config._REFUSED if f"`{key}`" not in text] == []
