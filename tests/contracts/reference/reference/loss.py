"""The loss of the day. Source: docs/reference/risk.md section 8."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Callable, Dict, List, Optional, Tuple

from .exposure import reference_book
from .model import Instrument
from .rows import position_row
from .state import State

DAY = 24 * 3600 * 1_000_000

Key = Tuple[int, object, str]
"""Venue, `account` or a client, currency."""


def begin_day(state: State) -> None:
    """Notes every profit when the first event of a new day comes, before it is applied."""
    day = state.now // DAY
    if state.day is not None and day > state.day:
        state.day_began = _profits(state)
    state.day = day


def _books(state: State) -> List[Tuple[int, object, Any]]:
    books: List[Tuple[int, object, Any]] = [
        (venue, "account", book) for venue, book in state.ledger.accounts.items()
    ]
    for venue, owners in state.ledger.owners.items():
        books += [(venue, owner, book) for owner, book in owners.items() if owner is not None]
    return books


def _profits(state: State) -> Dict[Key, Fraction]:
    profits: Dict[Key, Fraction] = {}
    for venue, owner, book in _books(state):
        for number, position in book.positions.items():
            instrument = state.instruments[number]
            mark_book = reference_book(state, instrument) or instrument.book
            row = position_row(state, instrument, position, mark_book.middle())
            profit = Fraction(row["realised_pnl"]) + Fraction(row["unrealised_pnl"] or 0)
            key = (venue, owner, row["currency"])
            profits[key] = profits.get(key, Fraction(0)) + profit
        for currency, amount in book.charges.items():
            key = (venue, owner, currency)
            profits[key] = profits.get(key, Fraction(0)) + amount.value
    return profits


def take_over(state: State, post: Callable[[], None]) -> None:
    """Lets accounts be opened: what they held was won or lost before."""
    before = _profits(state)
    try:
        post()
    finally:
        for key, profit in _profits(state).items():
            gained = profit - before.get(key, Fraction(0))
            state.day_began[key] = state.day_began.get(key, Fraction(0)) + gained


def loss(state: State, venues: List[int], owner: object, currency: str) -> Optional[Fraction]:
    """Returns what is lost since the day began, or None if it cannot be told."""
    total = Fraction(0)
    for venue, each, book in _books(state):
        if venue not in venues or each != owner:
            continue
        total += state.day_began.get((venue, owner, currency), Fraction(0))
        if currency in book.charges:
            total -= book.charges[currency].value
        for number, position in book.positions.items():
            profit = _profit_now(state, state.instruments[number], position, currency)
            if profit is None:
                return None
            total -= profit
    return total


def _profit_now(
    state: State, instrument: Instrument, position: Any, currency: str
) -> Optional[Fraction]:
    book = reference_book(state, instrument)
    row = position_row(state, instrument, position, None if book is None else book.middle())
    if row["currency"] != currency:
        return Fraction(0)
    if row["unrealised_pnl"] is None:
        return None
    return Fraction(row["realised_pnl"]) + Fraction(row["unrealised_pnl"])
