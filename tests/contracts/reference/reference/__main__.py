"""`python3 -m reference` is a core as a process; `python3 -m reference run FILE…` compares."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import List

from .fixtures import run_all
from .process import serve


def files(arguments: List[str]) -> List[Path]:
    """Returns the fixtures that are meant: files, or all in a folder."""
    found: List[Path] = []
    for argument in arguments:
        path = Path(argument)
        found += sorted(path.rglob("*.json")) if path.is_dir() else [path]
    return found


def main(arguments: List[str]) -> int:
    """Runs the command; returns the exit code."""
    if not arguments:
        serve(sys.stdin, sys.stdout)
        return 0
    paths = files(arguments[1:])
    if arguments[0] == "run" and paths:
        return run_all(paths)
    print("Usage: python3 -m reference [run FIXTURE…]", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
