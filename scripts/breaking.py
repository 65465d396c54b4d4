"""Checks whether the document, its facts and the package's public API changed compatibly since a git revision.

Prints the changes, the version that semantic versioning requires, and whether info.version and CHANGELOG.md match them.

Exit status: 0 they match, 1 they do not, 2 the comparison failed.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts import crash  # noqa: E402

if __name__ == "__main__":
    crash.install()

from semver import Version  # noqa: E402

from scripts.change import changelog, document_changes, fact_changes, surface_changes, versions  # noqa: E402
from scripts.change.document_changes import ToolError  # noqa: E402
from scripts.change.versions import Finding, Impact  # noqa: E402
from scripts.openapi.document import load  # noqa: E402
from scripts.openapi.problems import DocumentError  # noqa: E402

FOLLOWS, FAILS, NO_COMPARISON = 0, 1, 2
DOCUMENT, CHANGELOG, GENERATED = "openapi.yaml", "CHANGELOG.md", "generated"
REDOCLY = Path("tools/node_modules/.bin/redocly")
NAMES = {Impact.BREAKING: "breaking", Impact.ADDITION: "addition", Impact.FIX: "other"}


def git(root: Path, *arguments: str) -> bytes:
    """Run git, and return its output.

    Raises:
        ToolError: It failed.
    """
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    if done.returncode:
        raise ToolError(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def last_release(root: Path) -> str | None:
    """Return the newest version tag that HEAD descends from."""
    tags = git(root, "tag", "--merged", "HEAD", "--sort=-v:refname", "--list", "v[0-9]*").decode().split()
    return tags[0] if tags else None


def without_tag(root: Path) -> str:
    """Explain why nothing is compared if there is no version tag."""
    now = version_of(root / DOCUMENT)
    if changelog.entry((root / CHANGELOG).read_text(encoding="utf-8"), str(now)) is None:
        return "Nothing was released yet (no tag v1.2.3): there is nothing to compare with."
    return (
        f"skipped  {CHANGELOG} has {now} as released, but there is no tag v{now} to compare with: fetch the tags "
        "(git fetch --tags), or name what to compare with (make breaking BASE=revision)"
    )


def extract(root: Path, revision: str, folder: Path) -> None:
    """Extract the document and the package of a revision into a folder."""
    revision = git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    names = git(root, "ls-tree", "--name-only", revision, "--", DOCUMENT, GENERATED).decode().split()
    if DOCUMENT not in names:
        raise ToolError(f"{revision} has no {DOCUMENT}")
    with tarfile.open(fileobj=io.BytesIO(git(root, "archive", revision, "--", *names))) as archive:
        archive.extractall(folder, filter="data")


def compare(root: Path, base: Path) -> list[Finding]:
    """Return all changes, those with the greatest impact first."""
    old, new = load(base / DOCUMENT), load(root / DOCUMENT)
    findings = [*document_changes.find(root / REDOCLY, old, new), *fact_changes.find(old, new)]
    if (base / GENERATED / surface_changes.PACKAGE).is_dir():
        findings += surface_changes.find(base / GENERATED, root / GENERATED)
    return sorted(findings, key=lambda finding: -finding.impact)


def complaint(impact: Impact, before: Version, now: Version, log: str) -> str | None:
    """Return what to do so that the version and the changelog match the changes; None if they do."""
    required = versions.after(before, impact)
    entry = changelog.entry(log, str(now))
    if now < required:
        return f"set info.version in {DOCUMENT} to {required} (it is {now}) and run `make generate`"
    if not entry and (impact is not Impact.NONE or now != before):
        return f"describe version {now} in {CHANGELOG}, under `## [{now}] - <date>`"
    if impact is Impact.BREAKING and entry and "breaking" not in entry.lower():
        return f"mark what is breaking in the entry for {now} of {CHANGELOG}, with the word `Breaking`"
    return None


def run(root: Path, revision: str) -> int:
    """Compare with a revision and print the result."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        extract(root, revision, base)
        findings = compare(root, base)
        before, now = version_of(base / DOCUMENT), version_of(root / DOCUMENT)
    for finding in findings:
        print(f"{NAMES[finding.impact]:<9} {finding.where}: {finding.what}")
    impact = max((finding.impact for finding in findings), default=Impact.NONE)
    verdict = {Impact.NONE: "no change that users see", Impact.BREAKING: "BREAKING"}.get(impact, "compatible")
    required = versions.after(before, impact)
    print(f"\nsince {revision}: {verdict}; version {before} -> {now}, required: {required} or newer")
    log = (root / CHANGELOG).read_text(encoding="utf-8") if (root / CHANGELOG).exists() else ""
    instruction = complaint(impact, before, now, log)
    if instruction:
        print(f"To do: {instruction}.", file=sys.stderr)
    return FAILS if instruction else FOLLOWS


def version_of(path: Path) -> Version:
    """Return the version in a document."""
    try:
        return versions.parse(str(load(path).data["info"]["version"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ToolError(f"{path.name}: info.version: {error}") from None


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", nargs="?", help="the git revision to compare with (default: the last version tag)")
    options = parser.parse_args(arguments)
    try:
        base = options.base or last_release(ROOT)
        if base is None:
            print(without_tag(ROOT))
            return FOLLOWS
        return run(ROOT, base)
    except (ToolError, DocumentError) as error:
        print(error, file=sys.stderr)
        return NO_COMPARISON


if __name__ == "__main__":
    sys.exit(main())
