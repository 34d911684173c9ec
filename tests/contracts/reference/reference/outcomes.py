"""The worst outcome of a book and its orders, in a binary condition or a betting market.

Source: docs/reference/ledger.md sections 10 and 11, risk.md section 6 (REDUCE_ONLY, MAX_LOSS).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from .betting import BetPosition, one_of, runners_of
from .binary import complement, outcomes
from .books import BookOf
from .exposure import Request, live_orders, match_price, worst_qty
from .ledger import position_of
from .markets import worst_winners
from .model import Instrument
from .state import State
from .values import Values


@dataclass
class OpenOrder:
    """An order that may trade: its instrument, side, more aggressive price and quantity."""

    instrument: Instrument
    is_buy: bool
    price: int
    qty: int


def only_improves(state: State, request: Request, price: int, of_account: bool) -> bool:
    """Whether the worst outcome of a client is no worse with all its orders than by what it holds.

    Or that of the account with the orders of all clients. What an order without a price may lose is
    not known.
    """
    instrument, ledger = request.instrument, state.ledger
    others = _open_orders(state, request, None if of_account else request.client)
    if others is None:
        return False
    is_buy = request.side == "Buy"
    orders = others + [OpenOrder(instrument, is_buy, price, request.open_qty)]
    venue = instrument.venue
    book = ledger.account(venue) if of_account else ledger.seen(venue, request.client)
    worst = _worst_of_market if instrument.asset_class == "betting" else _worst_of_condition
    return worst(state, instrument, book, orders) >= worst(state, instrument, book, [])


def adds_no_loss(state: State, request: Request, price: int) -> bool:
    """Whether a bet leaves the account's worst outcome, with all that is open, as it would be."""
    instrument = request.instrument
    others = _open_orders(state, request, None)
    if others is None:
        return False
    orders = others + [OpenOrder(instrument, request.side == "Buy", price, request.open_qty)]
    book = state.ledger.account(instrument.venue)
    without = _worst_of_market(state, instrument, book, others)
    return _worst_of_market(state, instrument, book, orders) >= without


def _open_orders(
    state: State, request: Request, client: Optional[int]
) -> Optional[List[OpenOrder]]:
    """Returns the other live orders of a client, or of all, in the same condition or market.

    None if one of them has no price to be counted with.
    """
    found: List[OpenOrder] = []
    for order in live_orders(state, request.is_dry):
        instrument = state.instruments[order.instrument]
        if order is request.order or client not in (None, order.client):
            continue
        if _pool(instrument) != _pool(request.instrument):
            continue
        price = match_price(order, instrument.asset_class == "betting")
        if price is None:
            return None
        found.append(OpenOrder(instrument, order.side == "Buy", price, worst_qty(order)))
    return found


def _pool(instrument: Instrument) -> object:
    """Returns what the outcomes that exclude each other have in common."""
    contract = instrument.terms["contract"] or {}
    if instrument.asset_class == "binary":
        return instrument.asset_class, instrument.venue, contract["condition"]
    if instrument.asset_class == "betting":
        return instrument.asset_class, instrument.venue, contract["market"]
    return instrument.id


def _worst_of_condition(
    state: State, instrument: Instrument, book: BookOf, orders: List[OpenOrder]
) -> int:
    """Returns the worst profit of a condition, in units of price and quantity quanta."""
    condition = instrument.terms["contract"]["condition"]
    listed = outcomes(state, instrument.venue, condition)
    unsettled = [each for each in listed if each.settled is None]
    payout = Values(instrument).payout_quanta()
    flow = sum(position_of(book, each).flow for each in unsettled)
    orders = [order for order in orders if order.instrument.settled is None]

    def profit_if(holds: Optional[Instrument]) -> int:
        held = 0 if holds is None else payout * position_of(book, holds).qty
        return flow + held + sum(_loss(order, holds, payout) for order in orders)

    scenarios: List[Optional[Instrument]] = list(unsettled)
    is_whole = len(listed) == len(unsettled) == 2
    if not is_whole or complement(state, listed[0]) is not listed[1]:
        scenarios.append(None)
    return min(profit_if(holds) for holds in scenarios)


def _loss(order: OpenOrder, holds: Optional[Instrument], payout: int) -> int:
    """Returns what a fill of an order loses if an outcome holds; 0 if it loses nothing."""
    pays = payout if holds is order.instrument else 0
    earned = order.qty * (pays - order.price)
    return min(0, earned if order.is_buy else -earned)


def _worst_of_market(
    state: State, instrument: Instrument, book: BookOf, orders: List[OpenOrder]
) -> int:
    """Returns the worst profit of a market, in units of price and quantity quanta."""
    markets = state.ledger.markets
    market = markets.of(instrument)
    name = instrument.terms["contract"]["market"]
    runners = runners_of(state, instrument.venue, name)
    still_open = [each for each in runners if not markets.is_over(each)]
    one = one_of(instrument)
    lost, differences = 0, []
    for runner in still_open:
        position = book.positions.get(runner.id, BetPosition())
        if_lost = -position.qty * one
        if_won = if_lost + markets.gross(state, runner, position)
        for order in orders:
            if order.instrument is runner and order.is_buy:
                if_lost -= order.qty * one
            elif order.instrument is runner:
                if_won -= order.qty * max(0, order.price - one)
        lost += if_lost
        differences.append(if_won - if_lost)
    terms = runners[0].terms["contract"]
    return lost + sum(worst_winners(market, terms, len(still_open), differences))
