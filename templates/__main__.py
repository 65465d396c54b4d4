"""Commands for the shell: `python -m PACKAGE run` makes the calls that a file lists."""

from __future__ import annotations

from ._cli.run import main

if __name__ == "__main__":
    raise SystemExit(main())
