"""The guards, in their order, and those that are asked again when a request leaves.

Sources: docs/reference/risk.md section 6, orders.md section 8.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Callable, Dict, List, Optional, Tuple

from .binary import available_to_sell
from .decimals import SAFE, parse
from .dry_run import is_held_in
from .exposure import (
    Request,
    best_to_take,
    collar_bound,
    entry_price,
    hold,
    is_same_market,
    live_orders,
    match_price,
    notional,
    open_on,
    order_hold,
    prices,
    reference_book,
    worst_hold,
)
from .ledger import position_of
from .loss import loss
from .model import TOKEN, Book, Bucket, Instrument, Json
from .order import Order
from .outcomes import adds_no_loss, only_improves
from .requests import gain_of
from .rows import shown_cash
from .state import State
from .values import Values

RateKey = Tuple[str, object, bool]
"""Whose order rate: scope, client or venue or exchange, and whether of dry orders."""

ASKED_AGAIN = ("TRADING_HALTED", "REDUCE_ONLY")
"""The guards of the trading state."""
LEVELS_MAX = 1000
MILLION = 10**6


def refusal(state: State, request: Request) -> Optional[str]:
    """Returns the code of the first guard that refuses, or None."""
    for code, refuses in GUARDS:
        if refuses(state, request):
            return code
    return None


def refusal_again(state: State, order: Order, kind: str) -> Optional[str]:
    """Returns the code of the guard of the trading state that refuses what would leave, if any."""
    request = _brought_by(state, order, kind)
    for code, refuses in GUARDS:
        if code in ASKED_AGAIN and refuses(state, request):
            return code
    return None


def _brought_by(state: State, order: Order, kind: str) -> Request:
    """Returns what a request would make of its order: a Submit is judged as it is sent."""
    terms = order if order.replace is None else order.replace
    before = order.base_cum_qty if kind == "Submit" else order.executed
    return Request(
        client=order.client,
        instrument=state.instruments[order.instrument],
        side=order.side,
        ord_type=order.ord_type,
        price=terms.price,
        qty=terms.order_qty,
        open_qty=max(0, terms.order_qty - before),
        reduce_only=order.reduce_only,
        is_dry=order.is_dry,
        order=order,
    )


def _scopes(state: State, request: Request) -> Dict[str, Json]:
    client = state.clients[request.client].name
    return state.limits.by_scope(state, client, request.instrument)


def _state_of(state: State, request: Request) -> str:
    return state.trading_state(request.client, request.instrument)


def _position(state: State, request: Request, of_account: bool) -> int:
    """Returns the position: of the side of the order above 0."""
    venue = request.instrument.venue
    ledger = state.ledger
    book = ledger.account(venue) if of_account else ledger.seen(venue, request.client)
    return int(ledger.shown_qty(book, request.instrument)) * request.sign


def _open(state: State, request: Request, of_account: bool) -> int:
    client = None if of_account else request.client
    return open_on(state, request.instrument.id, request.side, request.is_dry, client)


def _shrinks_position(state: State, request: Request, of_account: bool) -> bool:
    others = _open(state, request, of_account) - request.kept_qty
    return request.open_qty <= -_position(state, request, of_account) - others


def _is_judged_by_outcome(request: Request) -> bool:
    """Whether what an order reduces is told by the worst outcome and not by the position."""
    return request.instrument.asset_class in ("binary", "betting")


def _keeps_worst_outcome(state: State, request: Request, of_account: bool) -> bool:
    price = _price(state, request)
    return price is not None and only_improves(state, request, price, of_account)


def _only_reduces(state: State, request: Request, of_account: bool) -> bool:
    if _is_judged_by_outcome(request):
        return _keeps_worst_outcome(state, request, of_account)
    return _shrinks_position(state, request, of_account)


def _kill_switch(state: State, request: Request) -> bool:
    return bool(state.kill_switch)


def _trading_halted(state: State, request: Request) -> bool:
    return _state_of(state, request) == "Halted" or is_held_in(state, request)


def _reduce_only(state: State, request: Request) -> bool:
    if not request.reduce_only and _state_of(state, request) != "Reducing":
        return False
    if _is_judged_by_outcome(request):
        return not _keeps_worst_outcome(state, request, False)
    others = _open(state, request, False) - request.kept_qty
    return request.open_qty > max(0, -_position(state, request, False) - others)


def _max_qty(state: State, request: Request) -> bool:
    scopes = _scopes(state, request)
    limits = [scopes[scope]["max_order_qty"] for scope in ("clientInstrument", "instrument")]
    return any(limit is not None and request.qty > limit for limit in limits)


def _price(state: State, request: Request) -> Optional[int]:
    """Returns the price with which the order is counted."""
    if request.ord_type == "Market":
        if request.order is not None:
            return request.order.entry_price
        return entry_price(state, request.instrument, request.side)
    return request.price


def _max_notional(state: State, request: Request) -> bool:
    scopes = _scopes(state, request)
    limits = [scopes[scope]["max_order_notional"] for scope in ("clientInstrument", "instrument")]
    known = [parse(limit) for limit in limits if limit is not None]
    if not known:
        return False
    price = _price(state, request)
    if price is None:
        return True
    return notional(request.instrument, request.side, price, request.qty) > min(known)


def _max_position(state: State, request: Request) -> bool:
    if request.added == 0:
        return False
    scopes = _scopes(state, request)
    for scope, of_account in (("clientInstrument", False), ("instrument", True)):
        limit = scopes[scope]["max_position"]
        is_open = _open(state, request, of_account) + request.added
        if of_account and is_open > SAFE:
            return True
        if limit is None and of_account:
            limit = SAFE
        if limit is not None and _position(state, request, of_account) + is_open > limit:
            return True
    return False


def _max_open_orders(state: State, request: Request) -> bool:
    if request.order is not None:
        return False
    scopes = _scopes(state, request)
    instrument = request.instrument
    exchange = state.venues[instrument.venue].exchange
    counts = dict.fromkeys(scopes, 0)
    for order in live_orders(state, request.is_dry):
        is_own, is_here = order.client == request.client, order.instrument == instrument.id
        counts["clientInstrument"] += is_own and is_here
        counts["client"] += is_own
        counts["instrument"] += is_here
        counts["venue"] += order.venue == instrument.venue
        counts["exchange"] += state.venues[order.venue].exchange == exchange
    for scope, count in counts.items():
        limit = scopes[scope]["max_open_orders"]
        if limit is not None and count + 1 > limit:
            return True
    return False


def _price_collar(state: State, request: Request) -> bool:
    instrument = request.instrument
    if state.limits.of_instrument(instrument.id)["price_collar_ppm"] is None:
        return False
    book = reference_book(state, instrument)
    if book is None:
        return True
    reference = best_to_take(book, request.side)
    if reference is None and request.ord_type != "Market":
        reference = book.best_bid() if request.side == "Buy" else book.best_ask()
    if reference is None:
        return True
    bound = collar_bound(state, instrument, request.side, reference)
    assert bound is not None
    is_above = (request.side == "Buy") != (instrument.asset_class == "betting")
    if request.ord_type == "Market":
        return _displayed(book, request.side, bound, is_above) < request.open_qty
    assert request.price is not None
    return request.price > bound if is_above else request.price < bound


def _displayed(book: Book, side: str, bound: int, is_above: bool) -> int:
    """Returns what the side to take displays within the bound, over at most 1000 levels."""
    levels = book.asks if side == "Buy" else book.bids
    best_first = sorted(levels, reverse=(side != "Buy") != book.is_betting)[:LEVELS_MAX]
    within = [price for price in best_first if (price <= bound if is_above else price >= bound)]
    return sum(levels[price] for price in within)


def _self_match(state: State, request: Request) -> bool:
    instrument = request.instrument
    if _scopes(state, request)["exchange"]["self_match"] != "refuse":
        return False
    is_betting = instrument.asset_class == "betting"
    is_up = (request.side == "Buy") != is_betting
    ours: List[int] = []
    for order in live_orders(state, request.is_dry):
        other = state.instruments[order.instrument]
        if order.side != request.side and is_same_market(state, instrument, other):
            if order.price is None:
                return True
            price = match_price(order, is_betting)
            if price is not None:
                ours.append(price)
    if not ours:
        return False
    best = min(ours) if is_up else max(ours)
    if request.ord_type != "Market":
        assert request.price is not None
        if not (best <= request.price if is_up else best >= request.price):
            return False
    book = reference_book(state, instrument)
    if book is None:
        return True
    bound = best - 1 if is_up else best + 1
    return _displayed(book, request.side, bound, is_up) < request.open_qty


def _rates(state: State, request: Request) -> List[Tuple[RateKey, Json]]:
    """Returns the rates in force, with the keys of their buckets."""
    scopes = _scopes(state, request)
    venue = state.venues[request.instrument.venue]
    keys: List[RateKey] = [
        ("client", state.clients[request.client].name, request.is_dry),
        ("venue", venue.id, request.is_dry),
        ("exchange", venue.exchange, request.is_dry),
    ]
    rates = [(key, scopes[key[0]]["order_rate"]) for key in keys]
    return [(key, rate) for key, rate in rates if rate is not None]


def _bucket(state: State, key: RateKey, rate: Json) -> Bucket:
    most = rate["burst"] * TOKEN
    bucket = state.rate_buckets.setdefault(key, Bucket(0, most, most, state.now))
    bucket.gain, bucket.most = gain_of(rate["per_second"]), most
    bucket.accrue(state.now)
    return bucket


def _rate_limit(state: State, request: Request) -> bool:
    return any(_bucket(state, key, rate).held < TOKEN for key, rate in _rates(state, request))


def let_in(state: State, request: Request) -> None:
    """Takes a token of each bucket in force: the order goes out."""
    for key, rate in _rates(state, request):
        _bucket(state, key, rate).held -= TOKEN


def forget_rates(state: State) -> None:
    """Drops the buckets whose rate is none now: they are full when it comes back."""
    for key in list(state.rate_buckets):
        scope, name, _ = key
        if scope == "client":
            limits = state.limits.of_client(name)
        elif scope == "venue":
            limits = state.limits.of_venue(name)
        else:
            limits = state.limits.of_exchange(name)
        if limits["order_rate"] is None:
            del state.rate_buckets[key]


def _max_loss(state: State, request: Request) -> bool:
    scopes = _scopes(state, request)
    venue = request.instrument.venue
    every = [each.id for each in state.venues]
    for scope, venues, owner in (("client", every, request.client), ("venue", [venue], "account")):
        for row in scopes[scope]["max_loss"]:
            lost = loss(state, venues, owner, row["currency"])
            if lost is not None and lost <= parse(row["most"]):
                continue
            if not _only_reduces(state, request, scope == "venue"):
                return True
    return False


def _funds(state: State, request: Request) -> bool:
    instrument = request.instrument
    if not state.limits.of_venue(instrument.venue)["check_funds"]:
        return False
    is_derivative = instrument.asset_class in ("linear", "inverse")
    is_token = instrument.asset_class == "binary" and not _is_signed(instrument)
    if is_token and request.side == "Sell":
        is_open = _open(state, request, True) + request.added
        return request.added > 0 and is_open > _available(state, instrument)
    if is_derivative and _margin_ppm(state, instrument) is None:
        return False
    if is_derivative or (instrument.asset_class == "binary" and not is_token):
        if _shrinks_position(state, request, True):
            return False
    price = _price(state, request)
    if price is None and not _holds_the_same_at_any_price(request):
        return True
    return _adds_too_much(state, request, price)


def _holds_the_same_at_any_price(request: Request) -> bool:
    """True of a spot Sell, which holds back its base, and of a back, which holds back its stake."""
    kind = (request.instrument.asset_class, request.side)
    return kind in (("spot", "Sell"), ("betting", "Buy"))


def _margin_ppm(state: State, instrument: Instrument) -> Optional[int]:
    ppm: Optional[int] = state.limits.of_instrument(instrument.id)["initial_margin_ppm"]
    return ppm


def _is_signed(instrument: Instrument) -> bool:
    return bool(instrument.terms["contract"]["netting"] == "signed")


def _available(state: State, instrument: Instrument) -> int:
    account = state.ledger.account(instrument.venue)
    return available_to_sell(instrument, position_of(account, instrument))


def _adds_too_much(state: State, request: Request, price: Optional[int]) -> bool:
    instrument, order = request.instrument, request.order
    new = hold(state, instrument, request.side, price, request.open_qty)
    assert new is not None
    currency, added = new
    if order is not None:
        at: List[Optional[int]] = [*prices(order), price]
        qty = max(request.open_qty, request.kept_qty)
        worst = worst_hold(state, instrument, request.side, at, qty)
        kept = order_hold(state, order)
        if None in prices(order):
            # A Market order that was let in without a price: as if it stood at the new one.
            kept = hold(state, instrument, request.side, price, request.kept_qty)
        assert worst is not None and kept is not None
        added = worst[1] - kept[1]
    if added <= 0:
        return False
    account = state.ledger.account(instrument.venue)
    if currency not in account.cash:
        return True
    if added <= free(state, instrument.venue, currency, request.is_dry):
        return False
    if instrument.asset_class != "betting" or price is None:
        return True
    return not adds_no_loss(state, request, price)


def free(state: State, venue: int, currency: str, is_dry: bool) -> Fraction:
    """Returns what of an account's cash nothing holds back, of orders the dry or the real ones."""
    account = state.ledger.account(venue)
    left = shown_cash(state, account, currency)
    left -= state.ledger.markets.held_back(state, venue, account, currency)
    for number, position in account.positions.items():
        instrument = state.instruments[number]
        if instrument.asset_class in ("linear", "inverse"):
            left -= _position_margin(state, instrument, position, currency)
    for order in live_orders(state, is_dry):
        held = order_hold(state, order) if order.venue == venue else None
        if held is not None and held[0] == currency:
            left -= held[1]
    return left


def _position_margin(
    state: State, instrument: Instrument, position: object, currency: str
) -> Fraction:
    values = Values(instrument)
    ppm = _margin_ppm(state, instrument)
    if ppm is None or values.currency != currency:
        return Fraction(0)
    cost: int = getattr(position, "cost")
    return Fraction(abs(cost) * ppm, 10**values.cost_scale * MILLION)


GUARDS: List[Tuple[str, Callable[[State, Request], bool]]] = [
    ("KILL_SWITCH", _kill_switch),
    ("TRADING_HALTED", _trading_halted),
    ("REDUCE_ONLY", _reduce_only),
    ("MAX_QTY", _max_qty),
    ("MAX_NOTIONAL", _max_notional),
    ("MAX_POSITION", _max_position),
    ("MAX_OPEN_ORDERS", _max_open_orders),
    ("PRICE_COLLAR", _price_collar),
    ("SELF_MATCH", _self_match),
    ("RATE_LIMIT", _rate_limit),
    ("MAX_LOSS", _max_loss),
    ("FUNDS", _funds),
]
