"""What changed in the package's public surface, judged by griffe from the source: nothing is imported.

griffe takes `**unknown: NoReturn` for a parameter that accepts anything. It accepts nothing: it is there to name unknown
keywords in an error. So it is left out, or no keyword that goes away would be noticed. The values of constants and type
aliases come from the document and are compared there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import griffe

from .versions import Finding, Impact

PACKAGE = "acedata_responses"


def find(old: Path, new: Path) -> Iterator[Finding]:
    """All changes between the packages in two folders."""
    before, after = _load(old), _load(new)
    for breakage in griffe.find_breaking_changes(before, after):
        if breakage.kind is not griffe.BreakageKind.ATTRIBUTE_CHANGED_VALUE:
            yield Finding(Impact.BREAKING, breakage.obj.path, _what(breakage))
    known = set(_public(before))
    for path in _public(after):
        if path not in known:
            yield Finding(Impact.ADDITION, path, "added")


def _load(folder: Path) -> griffe.Object | griffe.Alias:
    loaded = griffe.load(PACKAGE, search_paths=[folder], allow_inspection=False, resolve_aliases=True)
    for function in _functions(loaded):
        for parameter in list(function.parameters):
            if parameter.kind is griffe.ParameterKind.var_keyword and str(parameter.annotation) == "NoReturn":
                del function.parameters[parameter.name]
    return loaded


def _functions(node: griffe.Object | griffe.Alias) -> Iterator[griffe.Function]:
    for member in node.members.values():
        if isinstance(member, griffe.Function):
            yield member
            yield from member.overloads or ()
        elif isinstance(member, griffe.Module | griffe.Class):
            yield from _functions(member)


def _public(node: griffe.Object | griffe.Alias) -> Iterator[str]:
    """The paths of all public things, parameters included."""
    for member in node.members.values():
        if not member.is_public:
            continue
        yield member.path
        if isinstance(member, griffe.Function):
            yield from (f"{member.path}({parameter.name})" for parameter in member.parameters)
        elif isinstance(member, griffe.Module | griffe.Class):
            yield from _public(member)


def _what(breakage: griffe.Breakage) -> str:
    """`Parameter was removed: n`, without griffe's colours and places."""
    about = breakage.as_dict().get("old_value") if isinstance(breakage.old_value, griffe.Parameter) else None
    name = getattr(breakage.old_value, "name", None) if about else None
    return f"{breakage.kind.value}: {name}" if name else breakage.kind.value
