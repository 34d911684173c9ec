"""Market data: the book of each instrument. Source: docs/reference/events.md, "Market data"."""

from __future__ import annotations

from typing import Dict, List, Optional

from .model import Book, Json
from .state import State, must

PX_MAX = 2**52


def apply_market_data(state: State, event: Json) -> None:
    """Applies an event to the book of its instrument; without one it does nothing."""
    instrument = state.instruments.get(event["instrument"])
    if instrument is None:
        return
    kind, payload, book = event["event_type"], event["payload"], instrument.book
    if kind == "BookSnapshot":
        bids, asks = _levels(payload["bids"]), _levels(payload["asks"])
        book.bids, book.asks = {}, {}
        _set_levels(book, book.bids, bids)
        _set_levels(book, book.asks, asks)
        book.has_depth = book.is_fresh = True
        book.updated = state.now
    elif kind == "BookDelta":
        _apply_delta(state, book, payload)
    elif kind == "QuoteUpdated":
        _apply_quote(state, book, payload)
    elif kind == "TradePrinted":
        book.last_trade = state.now
    elif kind == "BookInvalidated":
        book.is_fresh = False


def _apply_delta(state: State, book: Book, payload: Json) -> None:
    bids, asks = _levels(payload["bids"]), _levels(payload["asks"])
    if not book.has_depth or not book.is_fresh:
        return
    _set_levels(book, book.bids, bids)
    _set_levels(book, book.asks, asks)
    book.updated = state.now


def _apply_quote(state: State, book: Book, payload: Json) -> None:
    bids = _one_level(book, payload["bid_px"], payload["bid_qty"])
    asks = _one_level(book, payload["ask_px"], payload["ask_qty"])
    if book.has_depth:
        return
    book.bids, book.asks = bids, asks
    book.is_fresh = True
    book.updated = state.now


def _one_level(book: Book, price: Optional[int], qty: int) -> Dict[int, int]:
    side: Dict[int, int] = {}
    if price is not None:
        _set_levels(book, side, _levels([price, qty]))
    return side


def _levels(flat: List[int]) -> List[List[int]]:
    """Returns the pairs of a flat list, checked before anything changes."""
    must(len(flat) % 2 == 0, "levels come in pairs")
    pairs = [flat[at : at + 2] for at in range(0, len(flat), 2)]
    for price, qty in pairs:
        must(-PX_MAX <= price <= PX_MAX, "a price is within 2^52")
        must(qty >= 0, "a quantity is not negative")
    return pairs


def _set_levels(book: Book, side: Dict[int, int], pairs: List[List[int]]) -> None:
    for price, qty in pairs:
        if not book.has_price(price):
            continue
        if qty == 0:
            side.pop(price, None)
        else:
            side[price] = qty
