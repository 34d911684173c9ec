"""Facts about an account: cash, funding, settlement. Source: docs/reference/ledger.md section 6."""

from __future__ import annotations

import re
from typing import Callable, Dict, Optional

from .books import Amount, amount_of
from .model import Instrument, Json
from .state import State, must
from .values import Values

DECIMAL = re.compile(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$")


def apply_account_fact(state: State, event: Json) -> None:
    """Posts a fact about an account, once."""
    venue, key = event["venue"], event["idempotency_key"]
    must(state.venue(venue) is not None, "the envelope names a declared venue")
    must(key is not None, "a fact about an account has a key")
    known = (venue, event["event_type"], key)
    posted = state.account_facts.get(known)
    horizon_us = state.settings["intent_horizon_ms"] * 1000
    if posted is not None and state.now - posted < horizon_us:
        return
    HANDLERS[event["event_type"]](state, event, event["payload"])
    state.account_facts[known] = state.now


def parse_amount(text: object) -> Amount:
    """Returns the amount of a payload."""
    must(isinstance(text, str) and DECIMAL.match(text) is not None, "an amount is a decimal")
    return amount_of(str(text))


def instrument_of(state: State, event: Json) -> Instrument:
    """Returns the instrument in the envelope, listed at the venue in the envelope."""
    instrument: Optional[Instrument] = state.instruments.get(event["instrument"])
    must(instrument is not None, "the envelope names a listed instrument")
    must(instrument.venue == event["venue"], "the instrument is listed at that venue")
    return instrument


def _cash_posted(state: State, event: Json, payload: Json) -> None:
    amount = parse_amount(payload["amount"])
    owner = None
    if payload["client"] is not None:
        owner = state.client_names.get(payload["client"])
        if owner is None:
            state.alarm("UNKNOWN_CLIENT")
    state.ledger.post(state, "cash", event["venue"], owner, [(payload["currency"], amount)])


def _funding_posted(state: State, event: Json, payload: Json) -> None:
    amount = parse_amount(payload["amount"])
    state.ledger.fund(state, instrument_of(state, event), payload["currency"], amount)


def _instrument_settled(state: State, event: Json, payload: Json) -> None:
    instrument = instrument_of(state, event)
    must(instrument.asset_class in ("linear", "inverse"), "a derivative is settled")
    must(Values(instrument).can_trade_at(payload["price"]), "an inverse price is above 0")
    state.ledger.settle(state, instrument, payload["price"])


HANDLERS: Dict[str, Callable[[State, Json, Json], None]] = {
    "CashPosted": _cash_posted,
    "FundingPosted": _funding_posted,
    "InstrumentSettled": _instrument_settled,
}
