"""Dry runs: which orders are for show, and which are held in meanwhile.

Sources: docs/reference/events.md, orders.md section 13. A dry order passes all checks and is sent
to nobody. What dry orders count for the guards is told apart from what real ones do in
`exposure.py`.
"""

from __future__ import annotations

from typing import Any, Set

from .exposure import Request
from .model import Client, Instrument, Json
from .state import State, must


def is_dry(state: State, client: Client, instrument: Instrument) -> bool:
    """Whether an order that is placed now is a dry one."""
    if state.mode == "dry_run" or client.name in state.dry_clients:
        return True
    return instrument.id in state.dry_instruments


def is_held_in(state: State, request: Request) -> bool:
    """Whether what is asked for is of a real order, and a Place would make a dry one now."""
    would_be_dry = is_dry(state, state.clients[request.client], request.instrument)
    return would_be_dry and not request.is_dry


def apply_dry_run_set(state: State, event: Json, payload: Json) -> None:
    """Switches dry runs of a client, else of an instrument, on or off."""
    if payload["client"] is not None:
        _switch(state.dry_clients, payload["client"], payload["on"])
        return
    must(event["instrument"] in state.instruments, "a dry run names a client or an instrument")
    _switch(state.dry_instruments, event["instrument"], payload["on"])


def _switch(switched: Set[Any], name: object, on: bool) -> None:
    if on:
        switched.add(name)
    else:
        switched.discard(name)
