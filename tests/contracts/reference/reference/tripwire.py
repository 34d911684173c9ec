"""The venue's own view of an account against the ledger. Source: docs/reference/risk.md section 9."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .decimals import parse
from .fills import halt
from .ledger import position_of
from .model import Json
from .opening import adopt
from .rows import shown_cash
from .state import State, must, present


def apply_account_reported(state: State, event: Json, payload: Json) -> None:
    """Compares; halts the account when it differs too often in a row."""
    venue = present(state.venue(event["venue"]), "the venue is declared")
    for row in payload["positions"]:
        instrument = present(state.instruments.get(row["instrument"]), "it is listed")
        must(instrument.venue == venue.id, "the instrument is of that venue")
    if venue.simulation is None and (venue.is_adopting or not venue.is_opened):
        adopt(state, venue, payload)
        return
    if not _differs(state, venue.id, payload):
        venue.mismatches = 0
        return
    venue.mismatches += 1
    reports = state.limits.of_venue(venue.id)["tripwire"]["reports"]
    if venue.mismatches >= reports and venue.trading_state != "Halted":
        halt(state, venue.id)
        state.alarm("FUNDS_MISMATCH")


def _differs(state: State, venue: int, payload: Json) -> bool:
    account = state.ledger.account(venue)
    tolerances = state.limits.of_venue(venue)["tripwire"]["tolerances"]
    most = {row["currency"]: parse(row["most"]) for row in tolerances}
    for row in payload["balances"]:
        currency = row["currency"]
        if _has_provisional(state, account, currency):
            continue
        off = abs(parse(row["total"]) - shown_cash(state, account, currency))
        if off > most.get(currency, Fraction(0)):
            return True
    for row in payload["positions"]:
        instrument = state.instruments[row["instrument"]]
        held = state.ledger.shown_qty(account, instrument)
        provisional = getattr(position_of(account, instrument), "provisional", 0)
        if not held - provisional <= row["qty"] <= held:
            return True
    return False


def _has_provisional(state: State, account: Any, currency: str) -> bool:
    for number, position in account.positions.items():
        instrument = state.instruments[number]
        if instrument.asset_class == "binary" and position.provisional != 0:
            if instrument.terms["contract"]["collateral"] == currency:
                return True
    return False
