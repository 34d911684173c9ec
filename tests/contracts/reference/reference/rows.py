"""What is shown of the ledger: positions and balances.

Source: docs/reference/ledger.md sections 3, 4, 10 and 11; traces.md.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, List, Optional, Tuple

from .books import BookOf, Position
from .decimals import canonical
from .digest import utf16_key
from .model import Instrument, Json
from .state import State
from .values import Values, mark_of, usable


def position_rows(state: State) -> List[Json]:
    """Returns every position ever held, of the accounts, then of each client."""
    ledger = state.ledger
    scopes: List[Tuple[object, List[Tuple[Any, BookOf]]]] = [
        ("account", [(None, ledger.accounts[venue]) for venue in sorted(ledger.accounts)])
    ]
    for client in state.clients:
        books = [owners.get(client.id) for _, owners in sorted(ledger.owners.items())]
        scopes.append((client.id, [(client.id, book) for book in books if book is not None]))
    rows: List[Json] = []
    for scope, books in scopes:
        held = {
            number: (owner, book, position)
            for owner, book in books
            for number, position in book.positions.items()
        }
        for number in sorted(held):
            instrument = state.instruments[number]
            _, book, position = held[number]
            row = position_row(state, instrument, position, mark_of(instrument))
            rows.append({"scope": scope, "instrument": number, **row})
    return rows


def balance_rows(state: State) -> List[Json]:
    """Returns the shown cash of each account, by currency."""
    rows: List[Json] = []
    for venue in sorted(state.ledger.accounts):
        account = state.ledger.accounts[venue]
        for currency in sorted(account.cash, key=utf16_key):
            total = canonical(shown_cash(state, account, currency))
            rows.append({"venue": venue, "currency": currency, "total": total})
    return rows


def shown_cash(state: State, book: BookOf, currency: str) -> Fraction:
    """Returns posted cash and what open derivatives add to it."""
    total = book.posted(currency).value
    for number, position in book.positions.items():
        instrument = state.instruments[number]
        if instrument.asset_class in ("linear", "inverse", "binary"):
            values = Values(instrument)
            if values.currency == currency:
                total += Fraction(_added(instrument, values, position), 10**values.cost_scale)
    return total


def _added(instrument: Instrument, values: Values, position: Position) -> int:
    """Returns what a position adds to shown cash, in units of the cost scale."""
    if instrument.asset_class != "binary":
        return position.cost
    if instrument.settled is not None:
        return values.at_share(position.qty, instrument.settled)
    if instrument.terms["contract"]["netting"] == "signed":
        return values.at_share(min(0, position.qty), (1, 1))
    return 0


def position_row(state: State, instrument: Instrument, position: Any, mark: Optional[int]) -> Json:
    """Returns the figures of a position as they are shown, valued at a mark."""
    mark = usable(instrument, mark)
    if instrument.asset_class == "betting":
        return state.ledger.markets.row(state, instrument, position, mark)
    values = Values(instrument)
    cost = Fraction(position.cost, 10**values.cost_scale)
    flow = Fraction(position.flow, 10**values.scale)
    if instrument.settled is not None:
        paid = Fraction(values.at_share(position.qty, instrument.settled), 10**values.cost_scale)
        return {
            "qty": "0",
            "avg_px": None,
            "realised_pnl": canonical(flow + paid),
            "unrealised_pnl": "0",
            "currency": values.currency,
        }
    worth = _worth(instrument, values, position, mark)
    unrealised: Optional[str] = None if worth is None else canonical(worth - cost)
    return {
        "qty": canonical(Fraction(position.qty, 10**values.qty_scale)),
        "avg_px": values.average_price(position),
        "realised_pnl": canonical(flow + cost),
        "unrealised_pnl": "0" if position.qty == 0 else unrealised,
        "currency": values.currency,
    }


def _worth(
    instrument: Instrument, values: Values, position: Position, mark: Optional[int]
) -> Optional[Fraction]:
    """Returns what a position is worth at its mark or share, or None without one."""
    if instrument.resolved is not None:
        paid = values.at_share(position.qty, instrument.resolved)
        return Fraction(paid, 10**values.cost_scale)
    if mark is None:
        return None
    return Fraction(values.value(position.qty, mark), 10**values.scale)
