"""The layers of the package: modules of a folder may import each other, and those of lower layers."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import acedata_responses

PACKAGE = Path(acedata_responses.__file__).parent

LAYERS = [
    ["_json", "_lazy_module", "_version"],
    ["_document", "_paths"],
    ["types"],
    ["errors"],
    ["_database", "_event_loop"],
    ["_clock"],
    ["_redact", "hooks", "limits", "observations", "retry", "sse", "usage"],
    ["otel"],
    ["_replies", "bulk", "journal"],
    ["_request"],
    ["_transport"],
    ["_sending"],
    ["parsing"],
    ["functions"],
    ["resources"],
    ["_async_client", "_client"],
    ["_cli", "ray", "testing"],
    ["__main__"],
]
"""The layers from the lowest one up: the folders and modules of a layer import from lower layers only."""

LAYER_OF = {part: number for number, parts in enumerate(LAYERS) for part in parts}


def imports_of(path: Path) -> set[str]:
    """Return the folders and modules that a module imports from, also in functions and for type checkers."""
    folder = path.relative_to(PACKAGE).parts[:-1]
    imports = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*folder[: len(folder) - node.level + 1], *(node.module or "").split(".")]
            imports |= {base[0]} if base[0] else {alias.name for alias in node.names}
    return imports


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]


def test_every_folder_and_module_is_in_a_layer():
    assert {part_of(path) for path in modules()} == LAYER_OF.keys()


def test_imports_come_from_the_same_part_or_from_a_lower_layer():
    upward = {
        f"{path.relative_to(PACKAGE)} imports {part}"
        for path in modules()
        for part in imports_of(path) - {part_of(path)}
        if part in LAYER_OF and LAYER_OF[part] >= LAYER_OF[part_of(path)]
    }
    assert upward == set()


SCRIPTS = Path(__file__).parents[2] / "scripts"
MAY_IMPORT = {
    "openapi": set(),
    "generation": {"openapi"},
    "reference": {"openapi"},
    "change": {"openapi", "reference"},
    "judges": {"openapi"},
    "benchmarking": set(),
    "soaking": {"benchmarking"},
}


def test_the_folders_of_scripts_import_one_way():
    assert {path.parent.name for path in SCRIPTS.glob("*/__init__.py")} == MAY_IMPORT.keys()
    for folder, allowed in MAY_IMPORT.items():
        code = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS.glob(f"{folder}/*.py"))
        imported = set(re.findall(r"^ *from scripts\.(\w+)", code, re.MULTILINE))
        assert imported - {folder} <= allowed, folder
