"""The ledger: per venue an account book, per client a sub-book, the rest external.

Source: docs/reference/ledger.md.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Dict, List, Optional, Tuple

from .decimals import SAFE, canonical, half_even, parse
from .digest import utf16_key
from .model import Fill, Instrument, Json, Order
from .state import State, must

AVERAGE_SCALE = 12


class Position:
    """A spot position: signed quanta, cost of what is open, flow."""

    def __init__(self) -> None:
        self.qty = 0
        self.cost = Fraction(0)
        self.flow = Fraction(0)


class BookOf:
    """The book of an account, of a client in it, or of the rest."""

    def __init__(self) -> None:
        self.cash: Dict[str, Fraction] = {}
        self.positions: Dict[int, Position] = {}

    def move(self, currency: str, amount: Fraction) -> None:
        """Moves cash."""
        self.cash[currency] = self.cash.get(currency, Fraction(0)) + amount


class Ledger:
    """All books."""

    def __init__(self) -> None:
        self.accounts: Dict[int, BookOf] = {}
        self.owners: Dict[Tuple[int, Optional[int]], BookOf] = {}

    def supports(self, terms: Json) -> bool:
        """Whether there is a policy for the instrument."""
        return terms["asset_class"] == "spot" and terms.get("contract") is None

    def _books(self, venue: int, owner: Optional[int]) -> List[BookOf]:
        return [
            self.accounts.setdefault(venue, BookOf()),
            self.owners.setdefault((venue, owner), BookOf()),
        ]

    def deposit(self, state: State, venue: int, currency: str, total: str) -> None:
        """Posts an opening balance to the external book."""
        for book in self._books(venue, None):
            book.move(currency, parse(total))
        self._mix(state, "deposit", venue, None, [currency], None)

    def book(self, state: State, order: Order, fill: Fill) -> None:
        """Books an execution of an order."""
        self._post(state, order, fill, 1)

    def reverse(self, state: State, order: Order, fill: Fill) -> None:
        """Takes an execution back."""
        self._post(state, order, fill, -1)

    def _post(self, state: State, order: Order, fill: Fill, sign: int) -> None:
        instrument = state.instruments[order.instrument]
        signed = fill.last_qty * (1 if order.side == "Buy" else -1) * sign
        books = self._books(order.venue, order.client)
        for book in books:
            position = book.positions.get(instrument.id)
            after = signed + (0 if position is None else position.qty)
            must(-SAFE <= after <= SAFE, "a position is within 2^53 quanta")
        scale = 10 ** (instrument.price_scale + instrument.qty_scale)
        quote = Fraction(-signed * fill.last_px, scale)
        base = Fraction(signed, 10**instrument.qty_scale)
        moves = [
            (instrument.terms["base"], base),
            (instrument.terms["quote"], quote),
            (fill.commission_currency, -parse(fill.commission) * sign),
        ]
        for book in books:
            for currency, amount in moves:
                book.move(currency, amount)
            _trade(book.positions.setdefault(instrument.id, Position()), signed, fill.last_px)
        currencies: List[str] = []
        for currency, _ in moves:
            if currency not in currencies:
                currencies.append(currency)
        kind = "book" if sign > 0 else "reverse"
        self._mix(state, kind, order.venue, order.client, currencies, instrument)

    def _mix(
        self,
        state: State,
        kind: str,
        venue: int,
        owner: Optional[int],
        currencies: List[str],
        instrument: Optional[Instrument],
    ) -> None:
        digest = state.digest
        digest.text(kind)
        digest.int(venue)
        if owner is None:
            digest.text("external")
        else:
            digest.int(owner)
        for book in self._books(venue, owner):
            for currency in currencies:
                digest.text(currency)
                digest.text(canonical(book.cash.get(currency, Fraction(0))))
            if instrument is not None:
                position = book.positions[instrument.id]
                digest.int(instrument.id)
                digest.int(position.qty)
                digest.big(int(position.cost))
                digest.big(int(position.flow))

    def position_rows(self, state: State) -> List[Json]:
        """Returns the positions that were ever held."""
        return []

    def balance_rows(self, state: State) -> List[Json]:
        """Returns the cash of each account."""
        rows: List[Json] = []
        for venue in sorted(self.accounts):
            cash = self.accounts[venue].cash
            for currency in sorted(cash, key=utf16_key):
                rows.append(
                    {"venue": venue, "currency": currency, "total": canonical(cash[currency])}
                )
        return rows


def _trade(position: Position, signed: int, price: int) -> None:
    """Average cost: what opens adds its cost, what closes takes its share of the cost out."""
    position.flow -= signed * price
    before = position.qty
    position.qty += signed
    if before == 0 or (before > 0) == (signed > 0):
        position.cost += signed * price
    elif abs(signed) < abs(before):
        share = position.cost * Fraction(-signed, before)
        position.cost -= half_even(share, AVERAGE_SCALE)
    else:
        position.cost = Fraction(position.qty * price)
