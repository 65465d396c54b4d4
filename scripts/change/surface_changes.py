"""Finds changes of the package's public API with griffe, from the source code, without importing it.

Additions and removals are found by comparing the public names, including parameters: griffe does not report removed
parameters of functions with `**kwargs`, and names that were only removed from `__all__`. The values of constants and
type aliases come from the document, and are compared there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import griffe

from .versions import Finding, Impact

PACKAGE = "acedata_responses"

_SEEN_BY_PATH = (griffe.BreakageKind.OBJECT_REMOVED, griffe.BreakageKind.PARAMETER_REMOVED)
_VARIADIC = (griffe.ParameterKind.var_keyword, griffe.ParameterKind.var_positional)


def find(old: Path, new: Path) -> Iterator[Finding]:
    """Return all changes between the packages in two folders."""
    before, after = _load(old), _load(new)
    paths_before, paths_after = dict.fromkeys(_public(before)), dict.fromkeys(_public(after))
    for path in _outermost([path for path in paths_before if path not in paths_after]):
        yield Finding(Impact.BREAKING, path, "removed")
    for path in _outermost([path for path in paths_after if path not in paths_before]):
        yield Finding(Impact.ADDITION, path, "added")
    for breakage in griffe.find_breaking_changes(before, after):
        if breakage.kind not in (*_SEEN_BY_PATH, griffe.BreakageKind.ATTRIBUTE_CHANGED_VALUE):
            yield Finding(Impact.BREAKING, breakage.obj.path, _what(breakage))


def _load(folder: Path) -> griffe.Object | griffe.Alias:
    return griffe.load(PACKAGE, search_paths=[folder], allow_inspection=False, resolve_aliases=True)


def _public(node: griffe.Object | griffe.Alias, path: str = PACKAGE) -> Iterator[str]:
    """Return the paths of all public objects and their members, and of parameters as `path(name)`."""
    members = node.all_members if node.is_class else node.members
    for name, member in members.items():
        if not member.is_public:
            continue
        yield f"{path}.{name}"
        try:
            target = member.final_target if isinstance(member, griffe.Alias) else member
        except griffe.AliasResolutionError:  # from a library
            continue
        if isinstance(target, griffe.Function):
            yield from (
                f"{path}.{name}({parameter.name})" for parameter in target.parameters if parameter.kind not in _VARIADIC
            )
        elif isinstance(target, griffe.Module | griffe.Class):
            yield from _public(target, f"{path}.{name}")


def _outermost(paths: list[str]) -> Iterator[str]:
    """Remove paths that are inside of another path."""
    known = set(paths)
    for path in paths:
        above = path.replace("(", ".").split(".")
        if not any(".".join(above[:length]) in known for length in range(1, len(above))):
            yield path


def _what(breakage: griffe.Breakage) -> str:
    """`Parameter is now required: n`."""
    values = (breakage.new_value, breakage.old_value)
    name = next((value.name for value in values if isinstance(value, griffe.Parameter)), None)
    return f"{breakage.kind.value}: {name}" if name else str(breakage.kind.value)
