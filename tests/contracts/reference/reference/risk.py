"""The guards. Source: docs/reference/risk.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Optional

from .model import Instrument, Json, Order
from .state import State, must


@dataclass
class Request:
    """What the guards are asked about: a Place, or a Replace of `order`."""

    client: int
    instrument: Instrument
    side: str
    price: Optional[int]
    qty: int
    open_qty: int
    reduce_only: bool
    order: Optional[Order]


class Risk:
    """Limits and the guards that read them."""

    def __init__(self) -> None:
        self.limits: Dict[int, Json] = {}

    def set_limits(self, state: State, event: Json, payload: Json) -> None:
        """Replaces the limits of an instrument."""
        must(event["instrument"] is not None, "limits name their instrument")
        if event["instrument"] in state.instruments:
            self.limits[event["instrument"]] = payload["limits"]

    def refusal(self, state: State, request: Request) -> Optional[str]:
        """Returns the code of the first guard that refuses, or None."""
        if state.kill_switch:
            return "KILL_SWITCH"
        instrument = request.instrument
        venue = state.venues[instrument.venue]
        client = state.clients[request.client]
        effective = state.strictest(
            state.operator_state,
            venue.trading_state,
            instrument.trading_state,
            client.trading_state,
        )
        if effective == "Halted":
            return "TRADING_HALTED"
        return None
