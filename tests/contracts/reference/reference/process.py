"""A core as a process: JSON lines in, JSON lines out. Source: docs/reference/traces.md."""

from __future__ import annotations

import json
import sys
import traceback
from typing import IO, Any

from .core import Core
from .model import Json
from .state import CannotApply


def number(text: str) -> Any:
    """Parses a JSON number with a fraction or an exponent; a whole one is an integer."""
    value = float(text)
    return int(value) if value.is_integer() else value


def load(text: str) -> Any:
    """Parses JSON."""
    return json.loads(text, parse_float=number)


def serve(source: IO[str], sink: IO[str]) -> None:
    """Answers each line until the input ends."""
    core = Core()
    for line in source:
        if not line.strip():
            continue
        said = load(line)
        if said.get("reset") is True:
            core = Core()
            reply: Json = {}
        else:
            reply = _reply(core, said)
        sink.write(json.dumps(reply, separators=(",", ":"), ensure_ascii=True) + "\n")
        sink.flush()


def _reply(core: Core, said: Json) -> Json:
    try:
        return core.final() if said.get("final") is True else core.apply(said)
    except CannotApply as error:
        return {"error": str(error)}
    except Exception as error:  # the other side decides what a failure of this core means
        traceback.print_exc(file=sys.stderr)
        return {"error": f"{type(error).__name__}: {error}"}
