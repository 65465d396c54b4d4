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
    kind, command, *rest = arguments
    if (kind, command) == ("auth", "setup-git"):
        return
    path = Path(os.environ["GH_STATE"])
    state = json.loads(path.read_text(encoding="utf-8"))
    getattr(sys.modules[__name__], f"_{command}")(state[kind], _options(rest))
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


def _list(things: list[dict[str, Any]], options: argparse.Namespace) -> None:
    assert options.state == "open"
    fields = options.json.split(",")
    found = [{name: thing[name] for name in fields} for thing in things if thing["state"] == "open"]
    subprocess.run(["jq", "--raw-output", options.jq], input=json.dumps(found), text=True, check=True)


def _create(things: list[dict[str, Any]], options: argparse.Namespace) -> None:
    things.append(thing(len(things) + 1, options.title, options.body_file, options.head))


def thing(number: int, title: str, body: str = "", head: str | None = None, **others: Any) -> dict[str, Any]:
    """A pull request or an issue, as `gh ... list --json` shows it."""
    author = {"login": BOT, "is_bot": True}
    made = {"number": number, "title": title, "body": body, "state": "open", "comments": [], "author": author}
    return {**made, "headRefName": head, "isCrossRepository": False, **others}


def _edit(things: list[dict[str, Any]], options: argparse.Namespace) -> None:
    _open_one(things, options)["body"] = options.body_file


def _comment(things: list[dict[str, Any]], options: argparse.Namespace) -> None:
    assert options.edit_last
    assert options.create_if_none
    _open_one(things, options)["comments"][-1:] = [options.body_file]


def _close(things: list[dict[str, Any]], options: argparse.Namespace) -> None:
    found = _open_one(things, options)
    found["state"] = "closed"
    found["comments"].append(options.comment)


def _open_one(things: list[dict[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    (found,) = (thing for thing in things if thing["number"] == options.number and thing["state"] == "open")
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
