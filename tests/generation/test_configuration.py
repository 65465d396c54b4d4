"""Each key of generator-config.yaml has the effect that openapi-python-client documents, or is refused by name."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest

from tests.generation.small_document import FIELD, OPERATION, REF, REPLY, SCHEMAS, TEXT, an_object, answer
from tests.generation.workshop import SMALL, Workshop, bytes_of, changed, load, unload

pytestmark = pytest.mark.generation

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
BASE = "package_name_override: acedata_responses\nliteral_enums: true\npost_hooks: []\n"


def made(workshop: Workshop, config: str, changes: dict[str, Any] | None = None) -> dict[str, str]:
    """The files of the small document's package with some configuration."""
    workshop.configure(BASE + config)
    files = bytes_of(workshop.make(changed(SMALL, changes or {})))
    return {name: content.decode() for name, content in files.items()}


def refused(workshop: Workshop, config: str) -> str:
    """What is said of a configuration that is refused."""
    workshop.configure(config)
    workshop.write(SMALL)
    outcome = workshop.run()
    assert outcome.code == 2
    assert not workshop.output.exists()
    return outcome.err


def test_class_overrides_rename_a_class_everywhere(workshop: Workshop) -> None:
    """But for the name of its schema, which stays that of the document."""
    code = made(workshop, "class_overrides:\n  Part: {class_name: Piece}\n", {REPLY: answer(REF)})
    assert "class Piece(Model):" in code["types/replies.py"]
    assert '_schema: ClassVar[str] = "Part"' in code["types/replies.py"]
    assert '"Piece": ".replies"' in code["types/__init__.py"]
    assert ") -> types.Piece:" in code["resources/things.py"]
    generated = [text for name, text in code.items() if name.startswith(("types/", "resources/"))]
    lines = [line for text in generated for line in text.split("\n") if re.search(r"\b(Part|decode_part)\b", line)]
    assert lines == ['    _schema: ClassVar[str] = "Part"']


def test_class_overrides_rename_unions_and_open_enums(workshop: Workshop) -> None:
    changes = {
        f"{SCHEMAS}/Kind": {"anyOf": [{**TEXT, "enum": ["a"]}, TEXT]},
        f"{SCHEMAS}/Other": an_object("other"),
        f"{SCHEMAS}/Either": {"anyOf": [{"$ref": "#/components/schemas/Part"}, {"$ref": "#/components/schemas/Other"}]},
        FIELD: {"$ref": "#/components/schemas/Either"},
        "/components/schemas/Thing/properties/sort": {"$ref": "#/components/schemas/Kind"},
    }
    overrides = "class_overrides:\n  Kind: {class_name: Sort}\n  Either: {class_name: Choice}\n"
    code = made(workshop, overrides, changes)["types/replies.py"]
    assert "Sort: TypeAlias" in code
    assert "Choice: TypeAlias = Part | Other | Unknown" in code
    assert "it: Choice | None" in code


def test_an_override_of_what_is_no_class_is_refused(workshop: Workshop) -> None:
    said = refused(workshop, BASE + "class_overrides:\n  Prat: {class_name: Piece}\n")
    assert "`class_overrides` in generator-config.yaml renames `Prat`, which is not a class of the package" in said


def test_package_name_override_names_the_folder(workshop: Workshop) -> None:
    workshop.configure(BASE.replace("acedata_responses", "small_client"))
    workshop.write(SMALL)
    assert workshop.run().code == 0
    package = load(workshop.output / "small_client", "small_client")
    for path in (workshop.output / "small_client").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)}
        texts = {str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)} - prose
        assert not [text for text in texts if "acedata_responses" in text], path
    assert package.Client(base_url="https://small.test") is not None
    assert "    from small_client import Client" in (package.__doc__ or "")
    unload("small_client")


def test_a_package_without_a_name_is_named_after_the_title(workshop: Workshop) -> None:
    workshop.configure("literal_enums: true\nproject_name_override: my-small-client\npost_hooks: []\n")
    workshop.write(SMALL)
    assert workshop.run().code == 0
    assert [path.name for path in workshop.output.iterdir()] == ["my_small_client"]


def test_package_version_override_is_the_version(workshop: Workshop) -> None:
    assert 'VERSION = "9.9.9"' in made(workshop, "package_version_override: 9.9.9\n")["_version.py"]


def test_field_prefix_stands_before_what_is_no_name(workshop: Workshop) -> None:
    code = made(workshop, "field_prefix: attr_\n", {FIELD: an_object("2nd")})["types/replies.py"]
    assert "    attr_2nd: str\n" in code


def test_title_models_are_named_with_or_without_their_path(workshop: Workshop) -> None:
    changes = {FIELD: {**an_object("a"), "title": "Extra"}}
    without = made(workshop, "use_path_prefixes_for_title_model_names: false\n", changes)
    assert "class Extra(Model):" in without["types/replies.py"]
    assert "class ThingExtra(Model):" in made(workshop, "", changes)["types/replies.py"]


def test_content_type_overrides_make_an_answer_json(workshop: Workshop) -> None:
    changes = {REPLY: answer({"$ref": "#/components/schemas/Part"}, "application/vnd.small")}
    code = made(workshop, "content_type_overrides:\n  application/vnd.small: application/json\n", changes)
    assert ") -> types.Part:" in code["resources/things.py"]


def test_generate_all_tags_puts_an_operation_into_each_resource(workshop: Workshop) -> None:
    changes = {f"{OPERATION}/tags": ["things", "makers"]}
    assert "resources/makers.py" not in made(workshop, "", changes)
    code = made(workshop, "generate_all_tags: true\n", changes)
    assert "def make(" in code["resources/things.py"]
    assert "def things_make(" in code["resources/makers.py"]
    workshop_package = load(workshop.package, "all_tags")
    client = workshop_package.Client(base_url="https://small.test")
    assert client.makers.things_make.__doc__ == client.things.make.__doc__
    unload("all_tags")


def test_docstrings_on_attributes_stand_below_each(workshop: Workshop) -> None:
    changes = {"/components/schemas/Part/properties/size/description": "How large it is"}
    assert "        size: How large it is." in made(workshop, "", changes)["types/replies.py"]
    code = made(workshop, "docstrings_on_attributes: true\n", changes)["types/replies.py"]
    assert '    size: int\n    """How large it is."""\n' in code
    assert "Attributes:\n" not in code.partition("class Part")[2].partition("def decode_part")[0]


def test_post_hooks_run_in_the_package(workshop: Workshop) -> None:
    hooks = BASE.replace("post_hooks: []", "post_hooks: ['echo made by a hook > NOTES.txt']")
    workshop.configure(hooks)
    workshop.write(SMALL)
    assert workshop.run().code == 0
    assert (workshop.package / "NOTES.txt").read_text() == "made by a hook\n"
    assert workshop.run("--check").code == 0


@pytest.mark.parametrize(
    ("config", "words"),
    {
        "a key that there is not": (
            "literal_enum: true\n",
            "`literal_enum` is not a configuration key of openapi-python-client",
        ),
        "enum classes": ("literal_enums: false\n", "config.yaml:1 (#/literal_enums): `literal_enums` is not true"),
        "a time for a download": (BASE + "http_timeout: 9\n", "`http_timeout` has no effect here"),
        "a module's name": (
            BASE + "class_overrides:\n  Part:\n    module_name: parts\n",
            "config.yaml:6 (#/class_overrides/Part/module_name): `module_name` has no effect here",
        ),
        "a prefix that is none": (BASE + "field_prefix: '2'\n", "does not begin a public Python name"),
        "a value of another type": (BASE + "generate_all_tags: maybe\n", "config.yaml:4 (#/generate_all_tags):"),
        "a hook that fails": (BASE.replace("[]", "['false']"), "post_hooks in generator-config.yaml: false failed"),
        "a hook that is missing": (BASE.replace("[]", "[no-such-tool]"), "no-such-tool is not in PATH"),
    }.values(),
)
def test_what_has_no_effect_is_refused(workshop: Workshop, config: str, words: str) -> None:
    assert words in refused(workshop, config)


def test_the_comments_of_the_configuration_name_all_that_is_refused(workshop: Workshop) -> None:
    from scripts.generation import config
    from tests.generation.workshop import ROOT

    text = (ROOT / "generator-config.yaml").read_text(encoding="utf-8")
    assert [key for key in config._REFUSED if f"`{key}`" not in text] == []
