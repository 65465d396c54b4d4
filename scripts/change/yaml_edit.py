"""Edits YAML with ruamel.yaml so that all other bytes of the text stay the same."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, ScalarString


class EditError(Exception):
    """The format of the text does not allow the edit. The message says where, and what to do."""


class _Representer(RoundTripRepresenter):
    """Writes null as `null`, while ruamel.yaml leaves it empty."""


_Representer.add_representer(type(None), lambda self, _: self.represent_scalar("tag:yaml.org,2002:null", "null"))


def edited(text: str, change: Callable[[CommentedMap], None]) -> str:
    """Return the text after a change of its data.

    Raises:
        EditError: It is not YAML, or ruamel.yaml would alter it even without a change.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    before = text.replace("\r\n", "\n")
    try:
        tree = _yaml().load(before)
    except YAMLError as error:
        raise EditError(f"openapi.yaml is not YAML: {error}") from None
    _check_unaltered(before, _dumped(tree))
    change(tree)
    return _dumped(tree).replace("\n", newline)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.preserve_quotes = True
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dumped(tree: CommentedMap) -> str:
    stream = io.StringIO()
    _yaml().dump(tree, stream)
    return stream.getvalue()


def _check_unaltered(text: str, dumped: str) -> None:
    lines = zip(text.splitlines(keepends=True), dumped.splitlines(keepends=True), strict=False)
    for number, (old, new) in enumerate(lines, 1):
        if old != new:
            raise EditError(
                f"openapi.yaml:{number}: an edit would rewrite this line as `{new.strip()}`; "
                "write it so, then run again"
            )
    if text != dumped:
        raise EditError("openapi.yaml: an edit would rewrite its end; end it with one line break")


def set_text(parent: CommentedMap, key: str, value: str) -> None:
    """Replace the string of a key, and keep its quotes."""
    old = parent[key]
    parent[key] = type(old)(value) if isinstance(old, ScalarString) else value


def set_items(items: CommentedSeq, values: Sequence[str]) -> None:
    """Replace the items of a list. Remaining items keep their comments, and so does the end of the list."""
    last = items.ca.items.pop(len(items) - 1, None) if items else None
    matcher = SequenceMatcher(None, list(items), list(values), autojunk=False)
    for what, start, end, new_start, new_end in reversed(matcher.get_opcodes()):
        if what == "equal":
            continue
        for _ in range(start, end):
            del items[start]
        for value in reversed(values[new_start:new_end]):
            items.insert(start, value)
    if last:
        items.ca.items[len(items) - 1] = last


def set_entries(parent: CommentedMap, key: str, entries: Mapping[str, Mapping[str, str] | str], *, above: str) -> None:
    """Replace the entries of the mapping under a key. Entries that exist already stay the same.

    Args:
        parent: The mapping with the key.
        key: The key. It is added if it is new, and removed with its last entry.
        entries: The values by name.
        above: The existing key above which a new key is inserted.
    """
    if not entries:
        parent.pop(key, None)
        return
    if not parent.get(key):
        parent.pop(key, None)
        parent.insert(list(parent).index(above), key, CommentedMap())
    mapping = parent[key]
    for name in [name for name in mapping if name not in entries]:
        del mapping[name]
    for name, value in entries.items():
        if name not in mapping:
            mapping[name] = value if isinstance(value, str) else _in_one_line(value)


def _in_one_line(value: Mapping[str, str]) -> CommentedMap:
    mapping = CommentedMap({key: DoubleQuotedScalarString(text) for key, text in value.items()})
    mapping.fa.set_flow_style()
    return mapping
