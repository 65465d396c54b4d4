"""How the package is built: within a folder modules may know each other, between folders the arrows go one way."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import acedata_responses

PACKAGE = Path(acedata_responses.__file__).parent

FLOORS = [
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
    ["_calls"],
    ["parsing"],
    ["functions"],
    ["resources"],
    ["_async_client", "_client"],
    ["_command", "ray", "testing"],
    ["__main__"],
]
"""From the ground up: what stands on a floor imports from the floors below it alone."""

FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def imports_of(path: Path) -> set[str]:
    """The rooms that a module imports from, also within functions and for type checkers."""
    folder = path.relative_to(PACKAGE).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*folder[: len(folder) - node.level + 1], *(node.module or "").split(".")]
            found |= {base[0]} if base[0] else {alias.name for alias in node.names}
    return found


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]


def test_every_room_has_its_floor():
    assert {room_of(path) for path in modules()} == FLOOR_OF.keys()


def test_what_is_imported_lies_in_the_same_room_or_on_a_lower_floor():
    upward = {
        f"{path.relative_to(PACKAGE)} imports {room}"
        for path in modules()
        for room in imports_of(path) - {room_of(path)}
        if room in FLOOR_OF and FLOOR_OF[room] >= FLOOR_OF[room_of(path)]
    }
    assert upward == set()


SCRIPTS = Path(__file__).parents[2] / "scripts"
MAY_IMPORT = {
    "openapi": set(),
    "generation": {"openapi"},
    "reference": {"openapi"},
    "change": {"openapi", "reference"},
    "judges": {"openapi"},
    "measuring": set(),
    "soaking": {"measuring"},
}


def test_the_folders_of_scripts_import_one_way():
    assert {path.parent.name for path in SCRIPTS.glob("*/__init__.py")} == MAY_IMPORT.keys()
    for folder, allowed in MAY_IMPORT.items():
        code = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS.glob(f"{folder}/*.py"))
        imported = set(re.findall(r"^ *from scripts\.(\w+)", code, re.MULTILINE))
        assert imported - {folder} <= allowed, folder
