"""What only reduces: by position, and by the worst outcome where there are outcomes.

Source: docs/reference/risk.md section 6, "REDUCE_ONLY"; docs/reference/ledger.md sections 10 and 11.
"""

from __future__ import annotations

from typing import List, Optional, Tuple

from .betting import BetPosition, one_of, runners_of
from .binary import complement, outcomes
from .books import BookOf, Position
from .exposure import Request, counted_qty, entry_price, live_orders, match_price, open_on
from .model import Instrument
from .state import State
from .values import Values

Row = Tuple[int, int]
"""Profit if an outcome comes true, and if it does not."""


def reducible(state: State, request: Request, of_account: bool) -> int:
    """Returns what an order on this side may still take off the position."""
    venue, ledger = request.instrument.venue, state.ledger
    book = ledger.account(venue) if of_account else ledger.seen(venue, request.client)
    position = ledger.shown_qty(book, request.instrument) * request.sign
    client = None if of_account else request.client
    others = open_on(state, request.instrument.id, request.side, client) - request.kept_qty
    return -position - others


def only_reduces(state: State, request: Request, of_account: bool) -> bool:
    """Whether an order can only make what a book has at risk smaller."""
    if request.instrument.asset_class in ("binary", "betting"):
        return _keeps_worst(state, request, of_account)
    return request.open_qty <= reducible(state, request, of_account)


def _keeps_worst(state: State, request: Request, of_account: bool) -> bool:
    asked = request.instrument
    pool = _open_outcomes(state, asked)
    price = request.price
    if request.ord_type == "Market":
        price = entry_price(state, asked, request.side)
    if price is None or all(each.id != asked.id for each in pool):
        return False
    venue, ledger = asked.venue, state.ledger
    book = ledger.account(venue) if of_account else ledger.seen(venue, request.client)
    held = [_held(state, each, book) for each in pool]
    then = [list(row) for row in held]
    places = {each.id: at for at, each in enumerate(pool)}
    _add(then[places[asked.id]], _losing(asked, request.sign, request.open_qty, price))
    for order in live_orders(state):
        if order.instrument not in places or not (of_account or order.client == request.client):
            continue
        at = match_price(order, asked.asset_class == "betting")
        if at is None:
            return False
        if request.order is None or order.id != request.order.id:
            sign = 1 if order.side == "Buy" else -1
            place = places[order.instrument]
            _add(then[place], _losing(pool[place], sign, counted_qty(order), at))
    now = _worst(state, asked, pool, held)
    return _worst(state, asked, pool, [(won, lost) for won, lost in then]) >= now


def _add(row: List[int], losing: Row) -> None:
    row[0] += losing[0]
    row[1] += losing[1]


def _open_outcomes(state: State, instrument: Instrument) -> List[Instrument]:
    """Returns the outcomes or runners beside an instrument that have not ended."""
    contract = instrument.terms["contract"]
    if instrument.asset_class == "binary":
        listed = outcomes(state, instrument.venue, contract["condition"])
        return [each for each in listed if each.settled is None]
    runners = runners_of(state, instrument.venue, contract["market"])
    return [each for each in runners if not state.ledger.markets.is_over(each)]


def _held(state: State, instrument: Instrument, book: BookOf) -> Row:
    """Returns what a position earns if its outcome comes true, and if not."""
    if instrument.asset_class == "binary":
        position = book.positions.get(instrument.id, Position())
        paid = position.qty * Values(instrument).payout_quanta()
        return position.flow + paid, position.flow
    bets = book.positions.get(instrument.id, BetPosition())
    lost = -bets.qty * one_of(instrument)
    return state.ledger.markets.gross(state, instrument, bets) + lost, lost


def _losing(instrument: Instrument, sign: int, qty: int, price: int) -> Row:
    """Returns what an open order can lose in each case, where it loses."""
    if instrument.asset_class == "binary":
        lost = -sign * qty * price
        won = lost + sign * qty * Values(instrument).payout_quanta()
    else:
        one = one_of(instrument)
        won, lost = sign * qty * (price - one), -sign * qty * one
    return min(0, won), min(0, lost)


def _worst(state: State, asked: Instrument, pool: List[Instrument], rows: List[Row]) -> int:
    """Returns the least profit over all scenarios."""
    winners, is_complete = _scenarios(state, asked, pool)
    differences = sorted(won - lost for won, lost in rows)[:winners]
    if not is_complete:
        differences = [each for each in differences if each < 0]
    return sum(lost for _, lost in rows) + sum(differences)


def _scenarios(state: State, asked: Instrument, pool: List[Instrument]) -> Tuple[int, bool]:
    contract = asked.terms["contract"]
    if asked.asset_class == "binary":
        listed = outcomes(state, asked.venue, contract["condition"])
        is_pair = len(listed) == 2 and len(pool) == 2
        return 1, is_pair and complement(state, pool[0]) is pool[1]
    terms = runners_of(state, asked.venue, contract["market"])[0].terms["contract"]
    runners: Optional[int] = terms["runners"]
    known = len(pool) + len(state.ledger.markets.of(asked).removals)
    return int(terms["winners"]), runners is not None and known >= runners
