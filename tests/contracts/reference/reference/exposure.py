"""What orders may still do: quantities, prices, and what they hold back.

Source: docs/reference/risk.md sections 3 to 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Iterator, List, Optional, Tuple

from .decimals import ceil_div
from .model import Book, Instrument
from .order import Order
from .state import State
from .values import Values

INVERSE_HOLD_SCALE = 12
MILLION = 10**6


@dataclass
class Request:
    """What the guards are asked about: a Place, or of `order` a Replace or what leaves again.

    Quantities in quanta.
    """

    client: int
    instrument: Instrument
    side: str
    ord_type: str
    price: Optional[int]
    qty: int
    open_qty: int
    reduce_only: bool
    is_dry: bool
    order: Optional[Order]

    @property
    def sign(self) -> int:
        """1 for a Buy, -1 for a Sell."""
        return 1 if self.side == "Buy" else -1

    @property
    def kept_qty(self) -> int:
        """The quantity with which the order counts now; 0 of a new one."""
        return 0 if self.order is None else worst_qty(self.order)

    @property
    def added(self) -> int:
        """What it adds to what is open."""
        return max(0, self.open_qty - self.kept_qty)


def worst_qty(order: Order) -> int:
    """Returns the quantity with which an order counts: what it may still trade, at worst."""
    if order.is_terminal:
        return 0
    counts = [0, order.order_qty - order.executed]
    if order.replace is not None:
        counts.append(order.replace.order_qty - order.executed)
    if order.replace is not None and order.replace.stage == "placing":
        counts.append(order.replace.order_qty - order.base_cum_qty)
    elif order.base_version > 1:
        counts.append(order.order_qty - order.base_cum_qty - order.executed_here)
    return max(counts)


def prices(order: Order) -> List[Optional[int]]:
    """Returns the prices at which an order may trade: its own, and that of a pending replace."""
    if order.price is None:
        return [order.entry_price]
    if order.replace is not None:
        return [order.price, order.replace.price]
    return [order.price]


def match_price(order: Order, is_betting: bool) -> Optional[int]:
    """Returns the more aggressive price of a limit order."""
    known = [price for price in prices(order) if price is not None]
    if not known:
        return None
    return max(known) if (order.side == "Buy") != is_betting else min(known)


def live_orders(state: State, is_dry: bool) -> Iterator[Order]:
    """Returns all live orders, the dry ones or the real ones, by number."""
    for number in sorted(state.live):
        order = state.orders.get(number)
        if order is not None and not order.is_terminal and order.is_dry == is_dry:
            yield order


def open_on(
    state: State, instrument: int, side: str, is_dry: bool, client: Optional[int] = None
) -> int:
    """Returns what is open on a side of an instrument, of a client or of all, dry or real."""
    return sum(
        worst_qty(order)
        for order in live_orders(state, is_dry)
        if order.instrument == instrument
        and order.side == side
        and (client is None or order.client == client)
    )


def reference_book(state: State, instrument: Instrument) -> Optional[Book]:
    """Returns the book that tells an instrument's price now, if there is one."""
    stale_us = state.limits.of_instrument(instrument.id)["book_stale_ms"] * 1000
    if _is_current(state, instrument.book, stale_us):
        return instrument.book
    for number in sorted(state.instruments):
        other = state.instruments[number]
        if other.id == instrument.id or other.qty_scale != instrument.qty_scale:
            continue
        if is_same_market(state, instrument, other) and _is_current(state, other.book, stale_us):
            return other.book
    return None


def is_same_market(state: State, left: Instrument, right: Instrument) -> bool:
    """Whether two instruments are one market: symbol, class and price scale at one exchange."""
    return _market_of(state, left) == _market_of(state, right)


def _market_of(state: State, instrument: Instrument) -> Tuple[str, str, str, int]:
    exchange = state.venues[instrument.venue].exchange
    symbol: str = instrument.terms["symbol"]
    return exchange, symbol, instrument.asset_class, instrument.price_scale


def _is_current(state: State, book: Book, stale_us: int) -> bool:
    if not book.is_fresh or book.updated is None:
        return False
    return state.now - book.updated <= stale_us


def best_to_take(book: Book, side: str) -> Optional[int]:
    """Returns the best price of the side that an order would take."""
    return book.best_ask() if side == "Buy" else book.best_bid()


def collar_bound(state: State, instrument: Instrument, side: str, reference: int) -> Optional[int]:
    """Returns the price beyond which an order is refused, if there is a collar."""
    ppm = state.limits.of_instrument(instrument.id)["price_collar_ppm"]
    if ppm is None:
        return None
    width = abs(reference) * ppm // MILLION
    is_above = (side == "Buy") != (instrument.asset_class == "betting")
    return reference + width if is_above else reference - width


def entry_price(state: State, instrument: Instrument, side: str) -> Optional[int]:
    """Returns the price with which a Market order is counted."""
    book = reference_book(state, instrument)
    best = None if book is None else best_to_take(book, side)
    if best is None or not _costs_more_at_bound(instrument, side):
        return best
    bound = collar_bound(state, instrument, side, best)
    return best if bound is None else bound


def _costs_more_at_bound(instrument: Instrument, side: str) -> bool:
    """Whether a Market order costs more at the bound of a collar than at the best price."""
    kind = instrument.asset_class
    if side == "Buy":
        return kind not in ("inverse", "betting")
    return kind in ("inverse", "betting") or (kind == "binary" and _is_signed(instrument))


def notional(instrument: Instrument, side: str, price: int, qty: int) -> Fraction:
    """Returns what an order is worth, for the limit on a single order."""
    unit = 10 ** (instrument.price_scale + instrument.qty_scale)
    if instrument.asset_class == "binary" and _is_signed(instrument) and side == "Sell":
        return Fraction(max(0, Values(instrument).payout_quanta() - price) * qty, unit)
    if instrument.asset_class == "betting":
        one = 10**instrument.price_scale
        return Fraction(qty * one if side == "Buy" else max(0, price - one) * qty, unit)
    return worth_of(instrument, price, qty)


def worth_of(instrument: Instrument, price: int, qty: int) -> Fraction:
    """Returns price times quantity, of derivatives by their multiplier."""
    unit = 10 ** (instrument.price_scale + instrument.qty_scale)
    if instrument.asset_class == "linear":
        return abs(price) * qty * Values(instrument).multiplier.value / unit
    if instrument.asset_class == "inverse":
        return qty * Values(instrument).multiplier.value / 10**instrument.qty_scale
    return Fraction(abs(price) * qty, unit)


def _is_signed(instrument: Instrument) -> bool:
    return bool(instrument.terms["contract"]["netting"] == "signed")


Hold = Tuple[str, Fraction]
"""A currency, and how much of it is held back."""


def hold(
    state: State, instrument: Instrument, side: str, price: Optional[int], qty: int
) -> Optional[Hold]:
    """Returns what a quantity at a price holds back; None if it holds back no cash."""
    kind = instrument.asset_class
    unit = 10 ** (instrument.price_scale + instrument.qty_scale)
    if kind == "spot" and side == "Sell":
        return instrument.terms["base"], Fraction(qty, 10**instrument.qty_scale)
    if kind == "betting":
        return _hold_bet(state, instrument, side, price, qty)
    values = Values(instrument)
    if price is None:
        return values.currency, Fraction(0)
    if kind == "spot":
        return values.currency, Fraction(abs(price) * qty, unit)
    if kind == "binary":
        if side == "Sell" and not _is_signed(instrument):
            return None
        paid = abs(price) if side == "Buy" else max(0, values.payout_quanta() - price)
        return values.currency, Fraction(paid * qty, unit)
    return values.currency, _margin(state, instrument, values, price, qty)


def _hold_bet(
    state: State, instrument: Instrument, side: str, price: Optional[int], qty: int
) -> Hold:
    currency = state.ledger.markets.currency(state, instrument)
    one = 10**instrument.price_scale
    if side == "Buy":
        return currency, Fraction(qty, 10**instrument.qty_scale)
    liability = 0 if price is None else max(0, price - one) * qty
    return currency, Fraction(liability, one * 10**instrument.qty_scale)


def _margin(state: State, instrument: Instrument, values: Values, price: int, qty: int) -> Fraction:
    ppm = state.limits.of_instrument(instrument.id)["initial_margin_ppm"]
    if ppm is None:
        return Fraction(0)
    if instrument.asset_class == "linear":
        return notional(instrument, "Buy", price, qty) * ppm / MILLION
    worth = values.multiplier.value * Fraction(qty, 10**instrument.qty_scale)
    exact = worth / Fraction(max(1, price), 10**instrument.price_scale) * ppm / MILLION
    scaled = exact * 10**INVERSE_HOLD_SCALE
    return Fraction(ceil_div(scaled.numerator, scaled.denominator), 10**INVERSE_HOLD_SCALE)


def worst_hold(
    state: State, instrument: Instrument, side: str, at: List[Optional[int]], qty: int
) -> Optional[Hold]:
    """Returns what a quantity holds back at that of some prices where it holds back most."""
    held = [hold(state, instrument, side, price, qty) for price in at]
    known: List[Any] = [each for each in held if each is not None]
    return max(known, key=lambda each: each[1]) if known else None


def order_hold(state: State, order: Order) -> Optional[Hold]:
    """Returns what a live order holds back."""
    instrument = state.instruments[order.instrument]
    return worst_hold(state, instrument, order.side, prices(order), worst_qty(order))
