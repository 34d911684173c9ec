"""Facts about an account: cash, funding, settlement. Source: docs/reference/ledger.md section 6."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Callable, Dict, Optional

from .binary import apply_resolved, apply_settled, apply_split, check_split, share_of
from .books import Amount, amount_of
from .markets import check_result
from .model import Instrument, Json, Venue
from .requests import told_since
from .state import State, must, present
from .tripwire import apply_account_reported
from .values import Values

CLOCKS_APART = 60_000_000
"""How far the clock of a venue may be from ours, in microseconds."""
DIGITS_MAX = 38
DECIMAL = re.compile(r"(?!-0(\.0+)?\Z)-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")
"""A decimal: never -0. Source: docs/reference/events.md, "Words and numbers"."""


def apply_account_fact(state: State, event: Json) -> None:
    """Posts a fact about an account, once."""
    key = event["idempotency_key"]
    venue = present(state.venue(event["venue"]), "the envelope names a declared venue")
    must(key is not None, "a fact about an account has a key")
    known = (venue.id, event["event_type"], key)
    posted = state.account_facts.get(known)
    if posted is not None and posted > _known_after(state, venue):
        return
    HANDLERS[event["event_type"]](state, event, event["payload"])
    state.account_facts[known] = state.now
    _forget(state, venue)


def _forget(state: State, venue: Venue) -> None:
    """Forgets the facts of a venue that are not known any more."""
    after = _known_after(state, venue)
    for key, posted in list(state.account_facts.items()):
        if key[0] == venue.id and posted <= after:
            del state.account_facts[key]


def _known_after(state: State, venue: Venue) -> int:
    """Returns the time after which the facts of a venue are known."""
    horizon_us: int = state.settings["intent_horizon_ms"] * 1000
    since = told_since(venue)
    if since is None:
        return state.now - horizon_us
    return min(state.now - horizon_us, since - CLOCKS_APART)


def parse_amount(text: object) -> Amount:
    """Returns the amount of a payload."""
    must(isinstance(text, str) and DECIMAL.match(text) is not None, "an amount is a decimal")
    digits = sum(character.isdigit() for character in str(text))
    must(digits <= DIGITS_MAX, "a decimal has at most 38 digits")
    return amount_of(str(text))


def instrument_of(state: State, event: Json) -> Instrument:
    """Returns the instrument in the envelope, listed at the venue in the envelope."""
    known = state.instruments.get(event["instrument"])
    instrument = present(known, "the envelope names a listed instrument")
    must(instrument.venue == event["venue"], "the instrument is listed at that venue")
    return instrument


def owner_of(state: State, payload: Json) -> Optional[int]:
    """Returns the client that a payload names; an unknown one is external."""
    return None if payload["client"] is None else state.client_names.get(payload["client"])


def _warn(state: State, payload: Json) -> None:
    """What was posted for a client that is not known is external's: alarms."""
    if payload["client"] is not None and owner_of(state, payload) is None:
        state.alarm("UNKNOWN_CLIENT")


def _cash_posted(state: State, event: Json, payload: Json) -> None:
    amount = parse_amount(payload["amount"])
    owner = owner_of(state, payload)
    state.ledger.post(state, "cash", event["venue"], owner, [(payload["currency"], amount)])
    if payload["kind"] in ("fee", "rebate", "interest"):
        state.ledger.charge(event["venue"], owner, payload["currency"], amount)
    if owner is not None and payload["kind"] in ("fee", "rebate"):
        state.tags.charge(owner, payload["tag"], payload["currency"], amount)
    _warn(state, payload)


def _funding_posted(state: State, event: Json, payload: Json) -> None:
    amount = parse_amount(payload["amount"])
    state.ledger.fund(state, instrument_of(state, event), payload["currency"], amount)


def _instrument_settled(state: State, event: Json, payload: Json) -> None:
    instrument = instrument_of(state, event)
    must(instrument.asset_class in ("linear", "inverse"), "a derivative is settled")
    must(Values(instrument).can_trade_at(payload["price"]), "an inverse price is above 0")
    state.ledger.settle(state, instrument, payload["price"])
    state.tags.settle(instrument, payload["price"])


def _account_reported(state: State, event: Json, payload: Json) -> None:
    for row in payload["balances"]:
        parse_amount(row["total"])
    for row in payload["positions"]:
        if row.get("entry_price") is not None:
            parse_amount(row["entry_price"])
    apply_account_reported(state, event, payload)


def _split(state: State, event: Json, payload: Json) -> None:
    _split_or_merge(state, event, payload, 1)


def _merged(state: State, event: Json, payload: Json) -> None:
    _split_or_merge(state, event, payload, -1)


def _split_or_merge(state: State, event: Json, payload: Json, sign: int) -> None:
    parse_amount(payload["qty"])
    check_split(state, event["venue"], payload)
    apply_split(state, event, payload, sign, owner_of(state, payload))
    _warn(state, payload)


def _resolved(state: State, event: Json, payload: Json) -> None:
    instrument = instrument_of(state, event)
    apply_resolved(state, instrument, share_of(payload, instrument))


def _settled(state: State, event: Json, payload: Json) -> None:
    instrument = instrument_of(state, event)
    share = share_of(payload, instrument)
    apply_settled(state, instrument, share, _amount_or_none(payload))


def _amount_or_none(payload: Json) -> Optional[Fraction]:
    return None if payload["amount"] is None else parse_amount(payload["amount"]).value


def _runner_removed(state: State, event: Json, payload: Json) -> None:
    instrument = instrument_of(state, event)
    must(instrument.asset_class == "betting", "the instrument is a runner")
    must(0 <= payload["reduction_ppm"] < 10**6, "a reduction is below 1000000 ppm")
    state.ledger.markets.remove(state, state.ledger, instrument, payload)


def _market_settled(state: State, event: Json, payload: Json) -> None:
    check_result(state, event["venue"], payload)
    amount = _amount_or_none(payload)
    state.ledger.markets.settle(state, state.ledger, event["venue"], payload, amount)


HANDLERS: Dict[str, Callable[[State, Json, Json], None]] = {
    "CashPosted": _cash_posted,
    "FundingPosted": _funding_posted,
    "InstrumentSettled": _instrument_settled,
    "OutcomesSplit": _split,
    "OutcomesMerged": _merged,
    "InstrumentResolved": _resolved,
    "OutcomeSettled": _settled,
    "AccountReported": _account_reported,
    "RunnerRemoved": _runner_removed,
    "MarketSettled": _market_settled,
}
