"""Opening and adopting an account: what the venue says of it becomes what the ledger says.

Source: docs/reference/orders.md, "Reconciliation"; ledger.md, sections 4 and 6.
"""

from __future__ import annotations

from .books import Amount, Trade, amount_of, plain_amount
from .ledger import EXTERNAL
from .model import Json, Venue
from .rows import shown_cash
from .state import State


def adopt(state: State, venue: Venue, payload: Json) -> None:
    """Posts to external what makes the books agree with the report."""
    account = state.ledger.account(venue.id)
    for row in payload["balances"]:
        told = amount_of(row["total"])
        shown = plain_amount(shown_cash(state, account, row["currency"]))
        off = told.plus(shown.negated())
        state.ledger.post(state, "deposit", venue.id, EXTERNAL, [(row["currency"], off)])
    for row in payload["positions"]:
        _adopt_position(state, venue, row)
    venue.is_opened, venue.is_adopting = True, False


def _adopt_position(state: State, venue: Venue, row: Json) -> None:
    instrument = state.instruments[row["instrument"]]
    off = row["qty"] - state.ledger.shown_qty(state.ledger.account(venue.id), instrument)
    if off == 0:
        return
    price = row.get("avg_px")
    if price is None:
        state.alarm("OPENING_WITHOUT_PRICE")
        return
    trade = Trade(off, price, instrument.terms["quote"], Amount(0, 0))
    state.ledger.book(state, instrument, EXTERNAL, trade)
