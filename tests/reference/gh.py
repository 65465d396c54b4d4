"""A stand-in for GitHub's `gh`, for the steps of a workflow: it keeps pull requests and issues in a JSON file.

It takes the commands and options that drift.yml uses and refuses all others. `--jq` is done by jq itself.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

BOT = "github-actions"


def main(arguments: Sequence[str]) -> None:
    """Run one command."""
    section, command, *rest = arguments
    if (section, command) == ("auth", "setup-git"):
        return
    path = Path(os.environ["GH_STATE"])
    state = json.loads(path.read_text(encoding="utf-8"))
    getattr(sys.modules[__name__], f"_{command}")(state[section], _options(rest))
    path.write_text(json.dumps(state, indent=1), encoding="utf-8")


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("number", nargs="?", type=int)
    for name in ("state", "limit", "json", "jq", "head", "title", "comment"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--body-file", type=lambda name: Path(name).read_text(encoding="utf-8"))
    parser.add_argument("--edit-last", action="store_true")
    parser.add_argument("--create-if-none", action="store_true")
    return parser.parse_args(words)


def _list(items: list[dict[str, Any]], options: argparse.Namespace) -> None:
    assert options.state == "open"
    fields = options.json.split(",")
    listed = [{name: item[name] for name in fields} for item in items if item["state"] == "open"]
    subprocess.run(["jq", "--raw-output", options.jq], input=json.dumps(listed), text=True, check=True)


def _create(items: list[dict[str, Any]], options: argparse.Namespace) -> None:
    items.append(item(len(items) + 1, options.title, options.body_file, options.head))


def item(number: int, title: str, body: str = "", head: str | None = None, **others: Any) -> dict[str, Any]:
    """Return a pull request or an issue, as `gh ... list --json` shows it."""
    author = {"login": BOT, "is_bot": True}
    made = {"number": number, "title": title, "body": body, "state": "open", "comments": [], "author": author}
    return {**made, "headRefName": head, "isCrossRepository": False, **others}


def _edit(items: list[dict[str, Any]], options: argparse.Namespace) -> None:
    _open_one(items, options)["body"] = options.body_file


def _comment(items: list[dict[str, Any]], options: argparse.Namespace) -> None:
    assert options.edit_last
    assert options.create_if_none
    _open_one(items, options)["comments"][-1:] = [options.body_file]


def _close(items: list[dict[str, Any]], options: argparse.Namespace) -> None:
    item = _open_one(items, options)
    item["state"] = "closed"
    item["comments"].append(options.comment)


def _open_one(items: list[dict[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    (open_item,) = (item for item in items if item["number"] == options.number and item["state"] == "open")
    return open_item


if __name__ == "__main__":
    main(sys.argv[1:])
