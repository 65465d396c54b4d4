"""Makes one Python environment from one lock file, once: the stamp that it writes last says that it is whole.

It is run by whatever Python 3 is at hand, since finding out that a Python is too old is part of its job.
"""

import argparse
import fcntl
import glob
import os
import re
import shutil
import subprocess
import sys

SUPPORTED = ["3.13", "3.12", "3.11", "3.10"]


def is_version(text):
    """Whether this is a version, such as "3.12", not the name of an interpreter."""
    return re.match(r"\d+\.\d+$", text)


def number(version):
    """Version "3.12" as numbers, which compare in the right order."""
    return tuple(int(part) for part in version.split("."))


def version_of(python):
    """Version of an interpreter, or None where it does not run (a name on the PATH may be a mere shim)."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.check_output([python, "-c", code], stderr=subprocess.DEVNULL).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def places(version):
    """Where an interpreter of this version may be: on the PATH under its name, or in pyenv's folder."""
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    installed = glob.glob(f"{pyenv}/versions/{version}.[0-9]*/bin/python{version}")
    by_patch = sorted(installed, key=lambda path: [int(digits) for digits in re.findall(r"\d+", path)])
    return [f"python{version}", *reversed(by_patch)]


def find(wanted, lowest):
    """The interpreter to use (or None), and the versions of those that would not do.

    `wanted` is a version, or an interpreter, or empty for the first of the usual ones that is new enough.
    """
    if is_version(wanted):
        candidates = places(wanted)
    elif wanted:
        candidates = [wanted]
    else:
        candidates = ["python3", *(place for version in SUPPORTED for place in places(version))]
    refused = {}
    for candidate in candidates:
        version = version_of(candidate)
        if version and number(version) >= number(lowest) and wanted in {version, candidate, ""}:
            return candidate, refused
        refused[candidate] = version
    return None, refused


def complain(wanted, lowest, refused):
    """Ends with what is needed, what was found, and what to do."""
    needed = wanted if is_version(wanted) else f"{lowest} or newer"
    found = [f"{name} is {version}" for name, version in refused.items() if version]
    found += [f"{name} does not run" for name in refused if name == wanted and not refused[name]]
    sys.exit(
        f"This needs Python {needed}; found: {', '.join(found) or 'none'}.\n"
        "Install one, or say where it is: make PYTHON=/path/to/python3"
    )


def run(log, *command):
    """Runs a command with its output in the log; when it fails, shows the log's end and gives up."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    if subprocess.call(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=clean):
        log.seek(0)
        sys.exit(f"{''.join(log.readlines()[-20:])}set-up failed at: {' '.join(command)}")


def make(folder, python, lock):
    """A fresh environment that has exactly what the lock lists."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(f"{folder}/setup.log", "w+") as log:
        run(log, python, "-m", "venv", folder)
        pip = [f"{folder}/bin/python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
        run(log, *pip, "install", "--no-deps", "--require-hashes", "--requirement", lock)


def main():
    """Makes an environment, or with --installed only says which Pythons there are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default="", help="an interpreter, or a version such as 3.12")
    parser.add_argument("--lowest", default=SUPPORTED[-1], help="the lowest version that will do")
    parser.add_argument("--installed", nargs="+", metavar="VERSION", help="only say which of these are here")
    parser.add_argument("stamp", nargs="?", help="FOLDER/NAME: written when the environment FOLDER is whole")
    parser.add_argument("lock", nargs="?", help="what to install")
    options = parser.parse_args()
    if options.installed:
        print(*(version for version in options.installed if find(version, version)[0]))
        return
    os.makedirs(".venvs", exist_ok=True)
    with open(".venvs/.lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # of two makes at once, the second finds the work done
        if os.path.exists(options.stamp):
            return
        python, refused = find(options.python, options.lowest)
        if not python:
            complain(options.python, options.lowest, refused)
        folder = os.path.dirname(options.stamp)
        print(f"setting up {folder}: Python {version_of(python)}, {options.lock}", flush=True)
        make(folder, python, options.lock)
        open(options.stamp, "w").close()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted; the next run starts this set-up again")
