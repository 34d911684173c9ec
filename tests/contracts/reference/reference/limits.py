"""Limits by scope, and how an event changes them. Source: docs/reference/risk.md section 2."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Callable, Dict, List, Optional, Tuple

from .model import Instrument, Json
from .state import State, must

ANY_CLIENT = "*"
NONE: Json = {
    "max_order_qty": None,
    "max_order_notional": None,
    "max_position": None,
    "max_open_orders": None,
    "price_collar_ppm": None,
    "book_stale_ms": 0,
    "initial_margin_ppm": None,
    "order_rate": None,
    "max_loss": [],
    "check_funds": False,
    "tripwire": {"reports": 2, "tolerances": []},
    "self_match": "allow",
}
"""What holds until a scope has been told its limits."""

Key = Tuple[object, ...]


class Limits:
    """The limits in force."""

    def __init__(self) -> None:
        self.told: Dict[Key, Json] = {}

    def of_client(self, client: str, instrument: Optional[int] = None) -> Json:
        """Returns the limits of a client, at all venues or in one instrument."""
        scope: Key = ("client",) if instrument is None else ("clientInstrument", instrument)
        own = self.told.get(scope + (client,))
        return self.told.get(scope + (ANY_CLIENT,), NONE) if own is None else own

    def of_instrument(self, instrument: int) -> Json:
        """Returns the limits of the account in an instrument."""
        return self.told.get(("instrument", instrument), NONE)

    def of_venue(self, venue: int) -> Json:
        """Returns the limits of an account."""
        return self.told.get(("venue", venue), NONE)

    def of_exchange(self, exchange: str) -> Json:
        """Returns the limits of all venues of an exchange."""
        return self.told.get(("exchange", exchange), NONE)

    def by_scope(self, state: State, client: str, instrument: Instrument) -> Dict[str, Json]:
        """Returns the limits that concern an order, by scope."""
        venue = state.venues[instrument.venue]
        return {
            "clientInstrument": self.of_client(client, instrument.id),
            "client": self.of_client(client),
            "instrument": self.of_instrument(instrument.id),
            "venue": self.of_venue(venue.id),
            "exchange": self.of_exchange(venue.exchange),
        }

    def apply(self, state: State, event: Json, payload: Json) -> None:
        """Replaces the limits of a scope; without `admin` they can only become tighter."""
        key = self._key(state, event, payload)
        if key is None:
            return
        asked = payload["limits"]
        taken = asked if payload["admin"] else self._held(key, asked)
        if taken is None:
            self.told.pop(key, None)
        else:
            self.told[key] = taken
        if taken != asked:
            state.alarm("LIMITS_HELD")

    def _key(self, state: State, event: Json, payload: Json) -> Optional[Key]:
        scope = payload["scope"]
        if scope == "client":
            return (scope, payload["client"])
        if scope == "exchange":
            return (scope, payload["exchange"])
        if scope == "venue":
            must(state.venue(event["venue"]) is not None, "the venue is declared")
            return (scope, event["venue"])
        must(event["instrument"] is not None, "limits name their instrument")
        if event["instrument"] not in state.instruments:
            return None
        if scope == "instrument":
            return (scope, event["instrument"])
        return (scope, event["instrument"], payload["client"])

    def _held(self, key: Key, asked: Optional[Json]) -> Optional[Json]:
        """Returns what may be taken without `admin`."""
        own = self.told.get(key)
        if asked is None:
            return own
        in_force = own
        if key[0] in ("client", "clientInstrument") and own is None:
            in_force = self.told.get(key[:-1] + (ANY_CLIENT,))
        if in_force is None:
            return asked
        return {name: STRICTER[name](in_force[name], new) for name, new in asked.items()}


def _smaller(old: Optional[int], new: Optional[int]) -> Optional[int]:
    if old is None or new is None:
        return new if old is None else old
    return min(old, new)


def _larger(old: Optional[int], new: Optional[int]) -> Optional[int]:
    if old is None or new is None:
        return new if old is None else old
    return max(old, new)


def _smaller_decimal(old: Optional[str], new: Optional[str]) -> Optional[str]:
    if old is None or new is None:
        return new if old is None else old
    return old if Decimal(old) < Decimal(new) else new


def _smaller_rate(old: Optional[Json], new: Optional[Json]) -> Optional[Json]:
    if old is None or new is None:
        return new if old is None else old
    return {name: min(old[name], new[name]) for name in ("per_second", "burst")}


def _most(rows: List[Json], currency: str) -> Optional[str]:
    for row in rows:
        if row["currency"] == currency:
            return str(row["most"])
    return None


def _smaller_amounts(old: List[Json], new: List[Json]) -> List[Json]:
    """The currencies of both lists, each with the smaller amount."""
    named = [row["currency"] for row in new]
    rows = [
        {
            "currency": row["currency"],
            "most": _smaller_decimal(_most(old, row["currency"]), row["most"]),
        }
        for row in new
    ]
    return rows + [row for row in old if row["currency"] not in named]


def _stricter_tripwire(old: Json, new: Json) -> Json:
    """Fewer reports; of tolerances the currencies named in both, with the smaller amount."""
    tolerances = [
        {
            "currency": row["currency"],
            "most": _smaller_decimal(_most(old["tolerances"], row["currency"]), row["most"]),
        }
        for row in new["tolerances"]
        if _most(old["tolerances"], row["currency"]) is not None
    ]
    return {"reports": min(old["reports"], new["reports"]), "tolerances": tolerances}


def _refuse(old: str, new: str) -> str:
    return "refuse" if "refuse" in (old, new) else "allow"


def _either(old: bool, new: bool) -> bool:
    return old or new


STRICTER: Dict[str, Callable[[Any, Any], Any]] = {
    "max_order_qty": _smaller,
    "max_order_notional": _smaller_decimal,
    "max_position": _smaller,
    "max_open_orders": _smaller,
    "price_collar_ppm": _smaller,
    "book_stale_ms": _smaller,
    "initial_margin_ppm": _larger,
    "order_rate": _smaller_rate,
    "max_loss": _smaller_amounts,
    "check_funds": _either,
    "tripwire": _stricter_tripwire,
    "self_match": _refuse,
}
"""For each field: what the stricter of two values is."""
