"""Breaking changes of the document and of the package are found, and version and changelog have to match them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import breaking
from scripts.change import surface_changes
from scripts.change.document_changes import ToolError
from scripts.change.versions import Impact, parse
from tests.reference import pages
from tests.reference.pages import write

FIX, ADDITION, BREAKING = Impact.FIX, Impact.ADDITION, Impact.BREAKING
REDOCLY = pages.ROOT / breaking.REDOCLY
needs_redocly = pytest.mark.skipif(
    not REDOCLY.exists() or not shutil.which("node"), reason="node's tools are not set up"
)

DOCUMENT = """\
openapi: 3.1.0
info: {title: t, version: 0.3.0}
servers: [{url: https://example.com}]
paths:
  /a:
    post:
      operationId: a.create
      description: One.
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Request"}
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Answer"}
components:
  schemas:
    Request:
      type: object
      required: [model]
      properties:
        model: {$ref: "#/components/schemas/Choice"}
        n: {type: [number, "null"], minimum: 1, maximum: 9, default: 1}
        u: {type: array, minItems: 1, items: {type: string}}
    Choice:
      anyOf:
        - type: string
          enum: [a, b, c]
        - {type: string, minLength: 1}
    Answer:
      type: object
      required: [id]
      properties:
        id: {type: string}
        status: {type: string, enum: [done, open]}
        note: {type: string}
        item: {$ref: "#/components/schemas/Item"}
    Item:
      oneOf: [{$ref: "#/components/schemas/Text"}, {$ref: "#/components/schemas/Call"}]
      discriminator:
        propertyName: type
        mapping: {text: "#/components/schemas/Text", call: "#/components/schemas/Call"}
    Text: {type: object, required: [type], properties: {type: {type: string, const: text}}}
    Call: {type: object, required: [type], properties: {type: {type: string, const: call}}}
"""

PACKAGE = {
    "__init__.py": """\
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._client import Client
    from .errors import GoneError, StayError

__all__ = ["Client", "GoneError", "StayError"]


def __getattr__(name): ...
""",
    "_client.py": """\
from .resources import Things


class Client:
    def __init__(self, token: str | None = None, *, max_retries: int = 2) -> None:
        self.things = Things()
        self._private = 1
""",
    "resources.py": '''\
from typing import NoReturn, overload


class Things:
    def create(self, *, model: str, n: float = 1, **unknown: NoReturn) -> int:
        """Make."""

    def _hidden(self, x): ...
''',
    "errors.py": "class GoneError(Exception): ...\n\n\nclass StayError(Exception):\n    code: str = ''\n",
    "_version.py": 'VERSION = "0.3.0"\n',
}


def project(folder: Path, document: str = DOCUMENT, package: dict[str, str] = PACKAGE) -> Path:
    files = {f"generated/{surface_changes.PACKAGE}/{name}": text for name, text in package.items()}
    return write(folder, {"openapi.yaml": document, **files})


# ---- The package -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("__init__.py", ', "GoneError"', "", {("GoneError", BREAKING)}),
        ("errors.py", "GoneError", "OtherError", {("errors.GoneError", BREAKING), ("errors.OtherError", ADDITION)}),
        ("errors.py", "    code: str = ''", "    ...",
            {("errors.StayError.code", BREAKING), ("StayError.code", BREAKING)}),
        ("errors.py", "class StayError", "class MoreError(Exception): ...\nclass StayError",
            {("errors.MoreError", ADDITION)}),
        ("resources.py", "n: float = 1, ", "", {("resources.Things.create(n)", BREAKING)}),
        ("resources.py", "n: float = 1", "n: float", {("resources.Things.create", BREAKING)}),
        ("resources.py", "n: float = 1", "n: float = 1, m: float = 2", {("resources.Things.create(m)", ADDITION)}),
        ("resources.py", "n: float = 1", "m: float",
            {("resources.Things.create(n)", BREAKING), ("resources.Things.create(m)", ADDITION),
             ("resources.Things.create", BREAKING)}),
        ("resources.py", "def create", "def make",
            {("resources.Things.create", BREAKING), ("resources.Things.make", ADDITION)}),
        ("resources.py", "_hidden(self, x)", "_hidden(self)", set()),
        ("resources.py", "Make.", "Makes.", set()),
        ("resources.py", "**unknown: NoReturn", "**others: NoReturn", set()),
        ("_client.py", "max_retries: int", "retries: int",
            {("Client.__init__(max_retries)", BREAKING), ("Client.__init__(retries)", ADDITION)}),
        ("_client.py", "_private", "_other", set()),
        ("_version.py", "0.3.0", "0.4.0", set()),
    ],
)  # fmt: skip
def test_visible_changes_of_the_package_are_reported(
    tmp_path: Path, name: str, old: str, new: str, expected: set[tuple[str, Impact]]
) -> None:
    assert old in PACKAGE[name]
    changed = {**PACKAGE, name: PACKAGE[name].replace(old, new)}
    before, after = (
        project(tmp_path / folder, package=package) / "generated"
        for folder, package in (("before", PACKAGE), ("after", changed))
    )
    impacts = {(finding.where.partition(".")[2], finding.impact) for finding in surface_changes.find(before, after)}
    assert impacts == expected


def test_a_removed_name_of_the_real_package_is_reported(tmp_path: Path) -> None:
    shutil.copytree(pages.ROOT / "generated", tmp_path / "generated", ignore=shutil.ignore_patterns("__pycache__"))
    init = tmp_path / "generated" / surface_changes.PACKAGE / "__init__.py"
    init.write_text(init.read_text(encoding="utf-8").replace("AsyncClient", "OtherClient"), encoding="utf-8")
    impacts = {
        change.where: change.impact for change in surface_changes.find(pages.ROOT / "generated", tmp_path / "generated")
    }
    assert impacts[f"{surface_changes.PACKAGE}.AsyncClient"] is Impact.BREAKING


# ---- The document ------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit, and the tools of this one."""
    root = project(tmp_path)
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## [0.3.0] - 2026-01-01\n\n- First.\n", encoding="utf-8")
    (root / breaking.REDOCLY).parent.mkdir(parents=True)
    (root / breaking.REDOCLY).symlink_to(REDOCLY.resolve())
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run([*git, *command], cwd=root, check=True)
    return root


def judged(root: Path, *changes: tuple[str, ...]) -> set[tuple[str, Impact]]:
    """Return the places that changed, with the impact, after some texts of the document were replaced."""
    base = project(root / "base")
    text = DOCUMENT
    for old, new, *_ in changes:
        assert old in text
        text = text.replace(old, new)
    (root / "openapi.yaml").write_text(text, encoding="utf-8")
    return {
        (change.where.removeprefix("/components/schemas/"), change.impact) for change in breaking.compare(root, base)
    }


WITH_NULL = "note: {anyOf: [{$ref: '#/components/schemas/Choice'}, {type: 'null'}]}"
NUMBER_OR_NULL = "{anyOf: [{type: number, minimum: 1, maximum: 9}, {type: 'null'}],"
ANSWER = """\
    Answer:
      type: object
      required: [id]
      properties:
        id: {type: string}
"""
SHARED = """\
    Named: {type: object, required: [id], properties: {id: {type: string}}}
    Answer:
      allOf: [{$ref: '#/components/schemas/Named'}]
      type: object
      properties:
"""


@needs_redocly
@pytest.mark.parametrize(
    ("impact", "changes"),
    [
        (BREAKING, [
            ("[a, b, c]", "[a, c]", "Choice/anyOf"),
            ("required: [model]", "required: [model, n]", "Request/required"),
            ("maximum: 9", "maximum: 8", "Request/properties/n/maximum"),
            ("        note: {type: string}\n", "", "Answer/properties/note"),
            ("required: [id]", "required: []", "Answer/required"),
        ]),
        (BREAKING, [("note: {type: string}", "note: {type: [string, 'null']}", "Answer/properties/note/type")]),
        (BREAKING, [("note: {type: string}", WITH_NULL, "Answer/properties/note/type")]),
        (ADDITION, [
            ("[a, b, c]", "[a, b, c, d]", "Choice/anyOf"),
            ("enum: [done, open]", "enum: [done, open, lost]", "Answer/properties/status/enum"),
            ("        u: {", "        v: {type: string}\n        u: {", "Request/properties/v"),
        ]),
        (FIX, [("default: 1", "default: 2", "Request/properties/n/default"), (ANSWER, SHARED, "Named")]),
        (Impact.NONE, [
            ("description: One.", "description: Two."),
            ("{type: string, minLength: 1}", "{type: string, minLength: 1, x-source: guide}"),
            ("note: {type: string}", "note: {$ref: '#/components/schemas/Choice'}"),
            ('{type: [number, "null"], minimum: 1, maximum: 9,', NUMBER_OR_NULL),
        ]),
    ],
)  # fmt: skip
def test_each_change_of_the_document_has_its_impact(
    repository: Path, impact: Impact, changes: list[tuple[str, ...]]
) -> None:
    assert judged(repository, *changes) == {(pointer, impact) for _, _, *pointers in changes for pointer in pointers}


@needs_redocly
def test_a_new_variant_of_a_union_is_an_addition_and_a_missing_one_is_breaking(repository: Path) -> None:
    call, new = '{$ref: "#/components/schemas/Call"}', '{$ref: "#/components/schemas/New"}'
    of_call, of_new = ', call: "#/components/schemas/Call"', ', new: "#/components/schemas/New"'
    schema = "    New: {type: object, required: [type], properties: {type: {type: string, const: new}}}\n"
    added = (f", {call}", f", {call}, {new}"), (of_call, of_call + of_new), ("    Text: {", f"{schema}    Text: {{")
    assert max(impact for _, impact in judged(repository, *added)) is ADDITION
    shutil.rmtree(repository / "base")
    assert max(impact for _, impact in judged(repository, (f", {call}", ""), (of_call, ""))) is BREAKING


@needs_redocly
def test_the_version_and_the_changelog_have_to_match_the_changes(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(maximum: int, version: str, status: int) -> str:
        text = DOCUMENT.replace("maximum: 9", f"maximum: {maximum}").replace("version: 0.3.0", f"version: {version}")
        (repository / "openapi.yaml").write_text(text, encoding="utf-8")
        assert breaking.run(repository, "HEAD") == status
        return "".join(capsys.readouterr())

    check(9, "0.3.0", breaking.FOLLOWS)
    assert "set info.version in openapi.yaml to 0.4.0" in check(8, "0.3.0", breaking.FAILS)
    assert "describe version 0.4.0" in check(8, "0.4.0", breaking.FAILS)
    (repository / "CHANGELOG.md").unlink()
    assert "describe version 0.4.0" in check(8, "0.4.0", breaking.FAILS)
    (repository / "CHANGELOG.md").write_text("## [0.4.0]\n\n### Changed\n\n- **Breaking:** n.\n", encoding="utf-8")
    assert "BREAKING" in check(8, "0.4.0", breaking.FOLLOWS)


@pytest.mark.parametrize(
    ("impact", "now", "log", "expected"),
    [
        (Impact.NONE, "0.3.0", "", ""),
        (Impact.NONE, "0.3.1", "", "describe version 0.3.1"),
        (Impact.FIX, "0.3.0", "", "to 0.3.1"),
        (Impact.ADDITION, "0.3.0", "", "to 0.3.1"),
        (Impact.BREAKING, "0.3.1", "", "to 0.4.0"),
        (Impact.ADDITION, "0.3.1", "## [0.3.1]\n- x\n", ""),
        (Impact.ADDITION, "0.3.1", "## [0.3.1]\n\n## [0.3.0]\n- x\n", "describe version 0.3.1"),
        (Impact.BREAKING, "0.4.0", "## [0.4.0]\n- x\n", "what is breaking"),
        (Impact.BREAKING, "1.0.0", "## 1.0.0\n- breaking: x\n", ""),
        (Impact.NONE, "0.2.9", "", "to 0.3.0"),
    ],
)
def test_a_complaint_says_what_to_do(impact: Impact, now: str, log: str, expected: str) -> None:
    complaint = breaking.complaint(impact, parse("0.3.0"), parse(now), log)
    assert expected in (complaint or "")
    assert bool(complaint) == bool(expected)


def test_an_unknown_revision_is_an_error(repository: Path) -> None:
    for revision in ("nothing", "--output=x", "HEAD~9"):
        with pytest.raises(ToolError, match="git rev-parse"):
            breaking.run(repository, revision)


def test_the_default_base_is_the_last_release(repository: Path) -> None:
    assert breaking.last_release(repository) is None
    for tag in ("v0.9.0", "v0.10.0", "other"):
        subprocess.run(["git", "tag", tag], cwd=repository, check=True)
    assert breaking.last_release(repository) == "v0.10.0"


@needs_redocly
def test_without_a_tag_the_changelog_decides_whether_there_was_a_release(repository: Path) -> None:
    assert "no tag v0.3.0" in breaking.without_tag(repository)
    (repository / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n", encoding="utf-8")
    assert "Nothing was released yet" in breaking.without_tag(repository)


def test_a_missing_redocly_is_an_error(repository: Path) -> None:
    (repository / breaking.REDOCLY).unlink()
    with pytest.raises(ToolError, match="make setup"):
        breaking.run(repository, "HEAD")
