"""Runs fixtures and prints what differs. Source: docs/reference/traces.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List

from .core import Core
from .model import Json
from .process import load

LISTS = ("transitions", "reports", "commands", "repeats", "alarms")


def differences(expected: Any, actual: Any, path: str = "") -> List[str]:
    """Returns where two JSON values differ, one line each."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        found: List[str] = []
        for key in sorted(set(expected) | set(actual)):
            here = f"{path}.{key}"
            if key not in actual:
                found.append(f"{here}: missing, must be {expected[key]!r}")
            elif key not in expected:
                found.append(f"{here}: must not be there, was {actual[key]!r}")
            else:
                found += differences(expected[key], actual[key], here)
        return found
    if isinstance(expected, list) and isinstance(actual, list):
        found = []
        if len(expected) != len(actual):
            found.append(f"{path}: must have {len(expected)} entries, has {len(actual)}")
        for at, (left, right) in enumerate(zip(expected, actual)):
            found += differences(left, right, f"{path}[{at}]")
        return found
    is_same = type(expected) is type(actual) and expected == actual
    return [] if is_same else [f"{path}: must be {expected!r}, was {actual!r}"]


def run(path: Path) -> List[str]:
    """Runs one fixture; returns what differs."""
    fixture = load(path.read_text(encoding="utf-8"))
    core = Core()
    found: List[str] = []
    for event, expected in zip(fixture["events"], fixture["expect"]):
        caused = core.apply(event)
        actual: Json = {name: caused[name] for name in LISTS}
        for name in expected:
            actual.setdefault(name, caused.get(name))
        here = f"seq {event['seq_id']} {event['event_type']}"
        found += [f"{here} {line}" for line in differences(expected, actual)]
    found += [f"final {line}" for line in differences(fixture["final"], core.final())]
    return found


def run_all(paths: List[Path], lines_max: int = 12) -> int:
    """Runs fixtures, prints a table, returns the exit code."""
    failed = 0
    width = max(len(path.stem) for path in paths)
    for path in paths:
        try:
            found = run(path)
        except Exception as error:
            found = [f"failed: {type(error).__name__}: {error}"]
        failed += bool(found)
        print(f"{path.stem:<{width}}  {'differs' if found else 'same'}")
        for line in found[:lines_max]:
            print(f"    {line}")
        if len(found) > lines_max:
            print(f"    and {len(found) - lines_max} more")
    print(f"{len(paths)} fixtures, {failed} differ")
    return 1 if failed else 0
