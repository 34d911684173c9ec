"""Reconciliation: the venue is asked for what is open there, and what differs is looked up.

Nothing is changed by the list itself: evidence is the look-up. Source: docs/reference/orders.md,
"Reconciliation".
"""

from __future__ import annotations

from typing import Callable, Dict, Iterator, List, Optional

from .breaker import close, failed, pause
from .deadlines import delay, set_reconcile
from .model import Json, Reconcile, Venue
from .naming import named, number_in
from .order import Order
from .requests import issue, release, turn_back_all_in_vain
from .state import InvariantBroken, State, present


def begin(state: State, venue: Venue, cause: str) -> None:
    """Asks a venue what is open there; an answer to what was asked before is stale now."""
    venue.reconcile = Reconcile(state.next_request, cause)
    state.next_request += 1
    set_reconcile(state, venue, None)


def drop(state: State, venue: Venue) -> None:
    """Nothing is asked any more."""
    venue.reconcile = None
    venue.reconcile_attempts = 0
    set_reconcile(state, venue, None)


def take_interval(state: State, venue: Venue) -> None:
    """Another `reconcile_ms` was declared: it counts from now, but puts nothing off."""
    if venue.simulation is not None or venue.status == "down":
        return
    if venue.reconcile is not None or venue.reconcile_attempts > 0:
        return
    if venue.reconcile_ms is None:
        set_reconcile(state, venue, None)
        return
    due = state.now + venue.reconcile_ms * 1000
    if venue.reconcile_due is None or due < venue.reconcile_due:
        set_reconcile(state, venue, due)


def outside(state: State, event: Json) -> Optional[Venue]:
    """Returns the declared venue in the envelope, or None if it is simulated."""
    venue = present(state.venue(event["venue"]), "the envelope names a declared venue")
    return venue if venue.simulation is None else None


def apply_reconcile_asked(state: State, event: Json, payload: Json) -> None:
    """Somebody asks for a reconciliation."""
    venue = outside(state, event)
    if venue is not None and venue.status != "down":
        begin(state, venue, "asked")
        release(state, venue)


def apply_account_adopted(state: State, event: Json, payload: Json) -> None:
    """The next report about the account is taken for the truth."""
    venue = outside(state, event)
    if venue is not None:
        venue.is_adopting = True


def apply_about_account(state: State, event: Json) -> None:
    """Applies a venue's answer to a request to reconcile, or its failure."""
    venue = present(outside(state, event), "the venue is outside the timeline")
    HANDLERS[event["event_type"]](state, venue, event["payload"])


def _take_off(venue: Venue, request: int) -> Optional[int]:
    """Takes the open request off; returns when it left, or None if the answer is stale."""
    reconcile = venue.reconcile
    if reconcile is None or reconcile.request != request or reconcile.sent is None:
        return None
    venue.reconcile = None
    return reconcile.sent


def _failed(state: State, venue: Venue, payload: Json) -> None:
    """The venue gave no answer."""
    pause(state, venue, payload.get("retry_after_ms"))
    if _take_off(venue, payload["request"]) is not None:
        failed(state, venue)
        wait = delay(state, venue.id + 1, venue.reconcile_attempts)
        venue.reconcile_attempts += 1
        set_reconcile(state, venue, state.now + wait)
    turn_back_all_in_vain(state, venue)


def _reconciled(state: State, venue: Venue, payload: Json) -> None:
    """The venue says what is open there."""
    rows: List[Json] = payload["open_orders"]
    before = venue.reconcile
    asked = _take_off(venue, payload["request"])
    if asked is None:
        return
    if not all(_is_listed(state, venue, row) for row in rows):
        venue.reconcile = before
        raise InvariantBroken("the instrument of an open order is listed at that venue")
    was_closed = close(venue)
    venue.read_up_to = asked
    venue.reconcile_attempts = 0
    due = None if venue.reconcile_ms is None else state.now + venue.reconcile_ms * 1000
    set_reconcile(state, venue, due)
    names = [_named_by(state, venue, row) for row in rows]
    for order in _expected(state, venue):
        row = next((row for row, name in zip(rows, names) if name is order), None)
        if row is None or _differs(order, row):
            _ask_now(state, order)
    venue.external_orders = [
        row for row, order in zip(rows, names) if _is_external(state, row, order, asked)
    ]
    if was_closed:
        release(state, venue)


def _is_listed(state: State, venue: Venue, row: Json) -> bool:
    instrument = state.instruments.get(row["instrument"])
    return instrument is not None and instrument.venue == venue.id


def _named_by(state: State, venue: Venue, row: Json) -> Optional[Order]:
    """Returns the order of this venue that a row names, if it is kept."""
    number = number_in(state, row["cl_ord_id"])
    if number is None:
        return named(state, row["instrument"], row["venue_order_id"])
    order = state.order(number)
    return order if order is not None and order.venue == venue.id else None


def _ask_now(state: State, order: Order) -> None:
    """What the list says is a reason to ask."""
    offered = state.instruments[order.instrument].capabilities
    if not offered["lookup_by_client_order_id"]:
        state.alarm("ORDER_IN_DOUBT")
    elif "Lookup" not in order.requests:
        issue(state, order, "Lookup")


def _expected(state: State, venue: Venue) -> Iterator[Order]:
    """Returns the orders that the venue must know of, by number."""
    for number in sorted(state.live):
        order = state.orders[number]
        is_placing = order.replace is not None and order.replace.stage == "placing"
        if order.venue != venue.id or order.is_terminal or order.is_dry:
            continue
        if order.is_accepted and not is_placing:
            yield order


def _differs(order: Order, row: Json) -> bool:
    """Whether the venue tells of executions that we have not, or of other terms."""
    if row["cum_qty"] > order.executed_here:
        return True
    return terms_differ(order, row)


def terms_differ(order: Order, told: Json) -> bool:
    """Whether quantity or price told of the order at the venue are not those in force."""
    if order.replace is not None or "Replace" in order.doubt or "Replace" in order.retry:
        return False
    qty = told["order_qty"] + order.base_cum_qty
    return qty != order.order_qty or told["price"] != order.price


def _is_external(state: State, row: Json, order: Optional[Order], asked: int) -> bool:
    """Whether an open order is shown as nobody's that we know; alarms where it should be ours."""
    if order is not None and not order.is_dry:
        if order.ended is None or order.ended >= asked:
            return False
        state.alarm("LIVE_AFTER_END")
    elif order is not None or number_in(state, row["cl_ord_id"]) is not None:
        state.alarm("UNKNOWN_ORDER_AT_VENUE")
    return True


HANDLERS: Dict[str, Callable[[State, Venue, Json], None]] = {
    "Reconciled": _reconciled,
    "ReconcileFailed": _failed,
}
"""What a venue says of the account as a whole."""
