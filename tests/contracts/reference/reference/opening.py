"""Opening and adopting an account: what the venue says of it becomes what the ledger says.

Source: docs/reference/orders.md section 12, The account.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Dict, Iterable, Iterator, List, Optional, Set

from .books import amount_of, plain_amount
from .decimals import SAFE, parse
from .entering import enter, executions, worth
from .ledger import EXTERNAL, position_of
from .loss import take_over
from .model import Instrument, Json, Venue
from .rows import position_row, shown_cash
from .state import State, must


def adopt(state: State, venue: Venue, payload: Json) -> None:
    """Posts to external what makes the books agree with the report: positions, then balances."""
    take_over(state, lambda: _adopt_positions(state, venue, payload))
    account = state.ledger.account(venue.id)
    for row in payload["balances"]:
        shown = shown_cash(state, account, row["currency"])
        off = plain_amount(amount_of(row["total"]).value - shown)
        state.ledger.post(state, "deposit", venue.id, EXTERNAL, [(row["currency"], off)])
    venue.is_opened, venue.is_adopting = True, False
    venue.mismatches = 0


def _adopt_positions(state: State, venue: Venue, payload: Json) -> None:
    for row in payload["positions"]:
        _adopt_position(state, state.instruments[row["instrument"]], row)
    if venue.is_opened:
        _take_off_spot(state, venue, payload)


def _adopt_position(state: State, instrument: Instrument, row: Json) -> None:
    """Step 1: makes a position the one that is named, at the venue's cost."""
    account = state.ledger.account(instrument.venue)
    held = state.ledger.shown_qty(account, instrument)
    missing = row["qty"] - held
    must(-SAFE <= missing <= SAFE, "a difference is within 2^53 quanta")
    if row["qty"] == 0 and held == 0:
        return
    price = _price(state, instrument, row)
    if price is None:
        if missing != 0:
            state.alarm("OPENING_WITHOUT_PRICE")
        return
    if instrument.asset_class not in ("linear", "inverse"):
        enter(state, instrument, executions(instrument, missing, price))
        return
    opened = executions(instrument, row["qty"], price)
    if missing == 0 and position_of(account, instrument).cost == worth(instrument, opened):
        return
    enter(state, instrument, executions(instrument, -held, price) + opened)


def _price(state: State, instrument: Instrument, row: Json) -> Optional[Fraction]:
    """Returns the price at which a position is entered; None if nobody says one."""
    if row.get("entry_price") is not None:
        return parse(row["entry_price"])
    if row.get("avg_px") is not None:
        return Fraction(row["avg_px"], 10**instrument.price_scale)
    return _average(state, instrument) if row["qty"] == 0 else None


def _average(state: State, instrument: Instrument) -> Fraction:
    """Returns the average price of the account's position, as it is shown."""
    account = state.ledger.account(instrument.venue)
    row = position_row(state, instrument, position_of(account, instrument), None)
    return parse(row["avg_px"])


def _take_off_spot(state: State, venue: Venue, payload: Json) -> None:
    """Step 2: takes off positions of spot what the balances say is gone."""
    account = state.ledger.account(venue.id)
    totals = {row["currency"]: amount_of(row["total"]).value for row in payload["balances"]}
    named = {row["instrument"] for row in payload["positions"]}
    spot = [each for each in _spot_of(state, venue, totals) if each.id not in named]
    for currency in _in_turn(totals, spot):
        left = totals[currency] - shown_cash(state, account, currency)
        for instrument in spot:
            if instrument.terms["base"] == currency:
                left -= _take_off(state, instrument, left)


def _spot_of(state: State, venue: Venue, named: Dict[str, Fraction]) -> Iterator[Instrument]:
    """Returns what an account holds of spot whose base and quote are named, by number."""
    account = state.ledger.account(venue.id)
    for number in sorted(state.instruments):
        instrument = state.instruments[number]
        terms = instrument.terms
        if instrument.venue == venue.id and instrument.asset_class == "spot":
            is_named = terms["base"] in named and terms["quote"] in named
            if is_named and state.ledger.qty(account, instrument) != 0:
                yield instrument


def _in_turn(currencies: Iterable[str], spot: List[Instrument]) -> List[str]:
    """Returns currencies in the order in which they are compared: what a close pays or brings last.

    Of a circle the currency by which it is entered is the last.
    """
    begun: Set[str] = set()
    compared: List[str] = []

    def take_turn(currency: str) -> None:
        if currency in begun:
            return
        begun.add(currency)
        for instrument in spot:
            if instrument.terms["quote"] == currency:
                take_turn(instrument.terms["base"])
        compared.append(currency)

    for currency in currencies:
        take_turn(currency)
    return compared


def _take_off(state: State, instrument: Instrument, left: Fraction) -> Fraction:
    """Moves a position towards zero by what is left, at its own average; returns the move."""
    held = state.ledger.qty(state.ledger.account(instrument.venue), instrument)
    if not (left > 0 > held or left < 0 < held):
        return Fraction(0)
    one = 10**instrument.qty_scale
    moved = min(abs(held), (abs(left) * one).__floor__()) * (1 if left > 0 else -1)
    if moved != 0:
        enter(state, instrument, executions(instrument, moved, _average(state, instrument)))
    return Fraction(moved, one)
