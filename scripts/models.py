"""Updates the model names from the vendor's list: openapi.yaml, the version, the changelog and the generated client.

The update is atomic: it is made and tested in a copy of the project first, so that a failure or an interruption changes
nothing. Review the result with `git diff`.

Exit status: 0 done (or nothing to do), 1 refused or failed, 2 the source or openapi.yaml could not be read.
"""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts import crash  # noqa: E402

if __name__ == "__main__":
    crash.install()

from scripts import drift  # noqa: E402
from scripts.change import model_names  # noqa: E402
from scripts.change.atomic_change import (  # noqa: E402
    BusyError,
    StoppedError,
    atomic_change,
    exclusive_lock,
    run_program,
)
from scripts.change.model_names import Change, RefusedError  # noqa: E402
from scripts.reference.facts import UnreadableError  # noqa: E402
from scripts.reference.our_document import OurDocument  # noqa: E402

DONE, REFUSED, UNREADABLE = 0, 1, 2
DOCUMENT, CHANGELOG, GENERATED = "openapi.yaml", "CHANGELOG.md", "generated"

UP_TO_DATE = "The model list is up to date."

STEPS: Sequence[tuple[str, Sequence[str]]] = (
    ("generating the client", (sys.executable, "scripts/generate.py")),
    # The tests that compare the client with the document. Other tests do not depend on model names; CI runs them all.
    ("testing it", (sys.executable, "-m", "pytest", "-q", "-n", "auto", "tests/contract", "tests/replies")),
)
"""The steps after a change of the document: a title and a command for each."""


def read(name: str) -> str:
    """Return the text of a file with its original line endings; empty if it does not exist."""
    path = ROOT / name
    return path.read_bytes().decode() if path.exists() else ""


def propose(options: argparse.Namespace) -> Change:
    """Return the change that updates the project to the source, without writing anything.

    Raises:
        RefusedError: There are objections to the change.
        UnreadableError: The source or the document could not be read.
    """
    try:
        document = OurDocument(read(DOCUMENT))
    except UnreadableError as error:
        raise UnreadableError(f"{DOCUMENT}: {error}") from None
    page, differences = drift.find(document, options.source)
    flags = {"allow_removals": options.allow_removals, "models_only": options.models_only}
    if objections := model_names.objections(document, page, differences, **flags):
        raise RefusedError("\n".join(f"- {reason}" for reason in objections))
    return model_names.plan(document, read(CHANGELOG), page, datetime.now(tz=timezone.utc).date())


def diff(name: str, new: str) -> str:
    """Return the change of a file as a unified diff."""
    before, after = (text.splitlines(keepends=True) for text in (read(name), new))
    return "".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", n=2))


def run(options: argparse.Namespace) -> None:
    """Run the command with parsed options."""
    if options.dry_run:
        change = propose(options)
        print(change.describe() if change else UP_TO_DATE)
        print(diff(DOCUMENT, change.document) + diff(CHANGELOG, change.changelog), end="")
        return
    began = time.monotonic()
    with exclusive_lock(ROOT) as was_killed:
        if was_killed:
            print("An earlier run was killed while it moved its files into place; that is done now.")
        change = propose(options)
        if not change:
            print(UP_TO_DATE)
            return
        print(change.describe(), flush=True)
        with atomic_change(ROOT, [DOCUMENT, CHANGELOG, GENERATED]) as copy:
            (copy / DOCUMENT).write_bytes(change.document.encode())
            (copy / CHANGELOG).write_bytes(change.changelog.encode())
            for title, command in STEPS:
                print(f"\n{title}", flush=True)
                run_program(command, copy)
    seconds = time.monotonic() - began
    print(f"\nDone in {seconds:.0f} s. Look at it with `git diff`, then commit {DOCUMENT}, {CHANGELOG}, {GENERATED}/.")


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", help="as for drift.py; `live` for the model list of the service")
    parser.add_argument("--dry-run", action="store_true", help="show the change, but write nothing")
    parser.add_argument(
        "--allow-removals",
        action="store_true",
        default=os.environ.get("ALLOW_REMOVALS") == "1",
        help="accept a list that lacks known names (ALLOW_REMOVALS=1)",
    )
    parser.add_argument(
        "--models-only",
        action="store_true",
        default=os.environ.get("MODELS_ONLY") == "1",
        help="update the names even if the page differs in other facts (MODELS_ONLY=1)",
    )
    options = parser.parse_args(arguments)
    try:
        run(options)
    except UnreadableError as error:
        print(f"Nothing was changed.\n{error}", file=sys.stderr)
        return UNREADABLE
    except RefusedError as error:
        reason = f"Refused; nothing was changed.\n{error}"
    except BusyError as error:
        reason = f"Nothing was changed: {error}"
    except subprocess.CalledProcessError as error:
        reason = f"`{' '.join(error.cmd)}` failed; all files are as they were."
    except (OSError, KeyboardInterrupt, StoppedError) as error:
        reason = f"{str(error) or 'interrupted'}; all files are as they were."
    else:
        return DONE
    print(reason, file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
