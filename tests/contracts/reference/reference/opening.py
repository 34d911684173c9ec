"""Opening and adopting an account: what the venue says of it becomes what the ledger says.

Source: docs/reference/orders.md, "Reconciliation", The account.
"""

from __future__ import annotations

from .books import amount_of, plain_amount
from .decimals import SAFE, half_even, parse
from .fills import book
from .ledger import EXTERNAL, position_of
from .loss import take_over
from .model import Instrument, Json, Venue
from .order import Fill
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
        _adopt_position(state, venue, row)


def _adopt_position(state: State, venue: Venue, row: Json) -> None:
    """Books the difference of a position as an execution that is nobody's."""
    instrument = state.instruments[row["instrument"]]
    held = state.ledger.shown_qty(state.ledger.account(venue.id), instrument)
    off = row["qty"] - held
    if off == 0:
        return
    must(-SAFE <= off <= SAFE, "a difference is within 2^53 quanta")
    price = row.get("avg_px")
    if price is None and row["qty"] == 0:
        price = _entered_at(state, instrument)
    if price is None:
        state.alarm("OPENING_WITHOUT_PRICE")
        return
    must(-SAFE <= price <= SAFE, "a price is within 2^53 quanta")
    quote = instrument.terms["quote"]
    fill = Fill("", abs(off), price, None, "0", quote, False, None, abs(off))
    book(state, instrument.id, EXTERNAL, "Buy" if off > 0 else "Sell", fill)


def _entered_at(state: State, instrument: Instrument) -> int:
    """Returns the average price of the account's position, in quanta: it is closed there."""
    account = state.ledger.account(instrument.venue)
    row = position_row(state, instrument, position_of(account, instrument), None)
    scale = instrument.price_scale
    return int(half_even(parse(row["avg_px"]), scale) * 10**scale)
