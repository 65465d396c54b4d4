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
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts import crash  # noqa: E402

if __name__ == "__main__":
    crash.install()

from scripts import drift  # noqa: E402
from scripts.change import commands, model_names  # noqa: E402
from scripts.change.all_or_nothing import BusyError, all_or_nothing, exclusive_lock  # noqa: E402
from scripts.change.commands import StoppedError  # noqa: E402
from scripts.change.model_names import Change, RefusedError  # noqa: E402
from scripts.reference.facts import UnreadableError  # noqa: E402
from scripts.reference.ours import OurDocument  # noqa: E402

DONE, REFUSED, UNREADABLE = 0, 1, 2
DOCUMENT, CHANGELOG, GENERATED = "openapi.yaml", "CHANGELOG.md", "generated"

Steps = Sequence[tuple[str, Sequence[str]]]
"""The steps after a change of the document: a title and a command for each."""

STEPS: Steps = (
    ("generating the client", (sys.executable, "scripts/generate.py")),
    # The tests that compare the client with the document. Other tests do not depend on model names; CI runs them all.
    ("testing it", (sys.executable, "-m", "pytest", "-q", "-n", "auto", "tests/contract", "tests/replies")),
)


def read(root: Path, name: str) -> str:
    """Return the text of a file with its original line endings; empty if it does not exist."""
    path = root / name
    return path.read_bytes().decode() if path.exists() else ""


def propose(root: Path, source: str | None, day: date, *, allow_removals: bool, models_only: bool) -> Change:
    """Return the change that updates the project to a source, without writing anything.

    Raises:
        RefusedError: There are objections to the change.
        UnreadableError: The source or the document could not be read.
    """
    try:
        document = OurDocument(read(root, DOCUMENT))
    except UnreadableError as error:
        raise UnreadableError(f"{DOCUMENT}: {error}") from None
    page, differences = drift.find(document, source)
    against = model_names.objections(
        document, page, differences, allow_removals=allow_removals, models_only=models_only
    )
    if against:
        raise RefusedError("\n".join(f"- {reason}" for reason in against))
    return model_names.plan(document, read(root, CHANGELOG), page, day)


def make(root: Path, change: Change, steps: Steps) -> None:
    """Write the change to a copy of the project, and run the steps there."""
    for name, text in ((DOCUMENT, change.document), (CHANGELOG, change.changelog)):
        (root / name).write_bytes(text.encode())
    for what, command in steps:
        print(f"\n{what}", flush=True)
        commands.run(command, root)


def diff(root: Path, change: Change) -> Iterator[str]:
    """Yield the change of the document and the changelog as a unified diff."""
    for name, new in ((DOCUMENT, change.document), (CHANGELOG, change.changelog)):
        old = read(root, name).splitlines(keepends=True)
        yield from difflib.unified_diff(old, new.splitlines(keepends=True), f"a/{name}", f"b/{name}", n=2)


def run(options: argparse.Namespace, root: Path, steps: Steps) -> int:
    """Run the command with parsed options."""
    flags = {"allow_removals": options.allow_removals, "models_only": options.models_only}
    day = datetime.now(tz=timezone.utc).date()
    if options.dry_run:
        change = propose(root, options.source, day, **flags)
        print(change.describe() if change else "The model list is up to date.")
        print("".join(diff(root, change)), end="")
        return DONE
    began = time.monotonic()
    with exclusive_lock(root) as was_killed:
        if was_killed:
            print("An earlier run was killed while it moved its files into place; that is done now.")
        change = propose(root, options.source, day, **flags)
        if not change:
            print("The model list is up to date.")
            return DONE
        print(change.describe(), flush=True)
        with all_or_nothing(root, [DOCUMENT, CHANGELOG, GENERATED]) as copy:
            make(copy, change, steps)
    seconds = time.monotonic() - began
    print(f"\nDone in {seconds:.0f} s. Look at it with `git diff`, then commit {DOCUMENT}, {CHANGELOG}, {GENERATED}/.")
    return DONE


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
        return run(options, ROOT, STEPS)
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
    print(reason, file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
