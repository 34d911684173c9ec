"""Reconciliation: the venue is asked for what is open there, and what differs is looked up.

Nothing is changed by the list itself: evidence is the look-up. Source: docs/reference/orders.md,
"Reconciliation".
"""

from __future__ import annotations

from typing import Callable, Dict, Iterator, List, Optional

from .breaker import failed, heard, pause
from .deadlines import delay, set_reconcile
from .model import Json, Reconcile, Venue
from .naming import named, number_in
from .order import Order
from .requests import issue, issue_reconcile
from .state import State, present


def begin(state: State, venue: Venue, cause: str) -> None:
    """Asks a venue what is open there; an answer to what was asked before is stale now."""
    venue.reconcile = Reconcile(state.next_request, cause)
    state.next_request += 1
    set_reconcile(state, venue, None)
    issue_reconcile(state, venue)


def drop(state: State, venue: Venue) -> None:
    """Nothing is asked any more."""
    venue.reconcile = None
    set_reconcile(state, venue, None)


def outside(state: State, event: Json) -> Optional[Venue]:
    """Returns the venue in the envelope, or None if it is simulated."""
    venue = present(state.venue(event["venue"]), "the envelope names a declared venue")
    return venue if venue.simulation is None else None


def apply_reconcile_asked(state: State, event: Json, payload: Json) -> None:
    """Somebody asks for a reconciliation."""
    venue = outside(state, event)
    if venue is not None and venue.status != "down":
        begin(state, venue, "asked")


def apply_account_adopted(state: State, event: Json, payload: Json) -> None:
    """The next report about the account is taken for the truth."""
    venue = outside(state, event)
    if venue is not None:
        venue.is_adopting = True


def fire(state: State, venue: Venue) -> None:
    """It is time to ask."""
    set_reconcile(state, venue, None)
    if venue.status != "down":
        begin(state, venue, "periodic")


def _answered(state: State, event: Json) -> Optional[Venue]:
    """Returns the venue whose open reconciliation an event answers."""
    venue = present(state.venue(event["venue"]), "the envelope names a declared venue")
    reconcile = venue.reconcile
    if reconcile is None or reconcile.request != event["payload"]["request"]:
        return None
    return venue


def _failed(state: State, event: Json) -> None:
    """The venue gave no answer."""
    venue = _answered(state, event)
    if venue is None:
        return
    venue.reconcile = None
    pause(state, venue, event["payload"].get("retry_after_ms"))
    failed(state, venue)
    wait = delay(state, venue.id + 1, venue.reconcile_attempts)
    venue.reconcile_attempts += 1
    set_reconcile(state, venue, state.now + wait)


def _reconciled(state: State, event: Json) -> None:
    """The venue says what is open there."""
    venue = _answered(state, event)
    if venue is None or venue.reconcile is None:
        return
    asked = venue.reconcile.sent
    venue.reconcile = None
    venue.reconcile_attempts = 0
    heard(venue)
    rows: List[Json] = event["payload"]["open_orders"]
    for order in _expected(state, venue):
        row = _row_of(state, order, rows)
        if row is None or _differs(order, row):
            if "Lookup" not in order.requests:
                issue(state, order, "Lookup")
    venue.external_orders = [row for row in rows if _is_external(state, venue, row, asked)]
    due = None if venue.reconcile_ms is None else state.now + venue.reconcile_ms * 1000
    set_reconcile(state, venue, due)


def _expected(state: State, venue: Venue) -> Iterator[Order]:
    """Returns the orders that the venue must know of, by number."""
    for number in sorted(state.live):
        order = state.orders[number]
        is_placing = order.replace is not None and order.replace.stage == "placing"
        if order.venue != venue.id or order.is_terminal or order.is_dry:
            continue
        if order.is_accepted and not is_placing:
            yield order


def _row_of(state: State, order: Order, rows: List[Json]) -> Optional[Json]:
    """Returns the open order that is ours: by our key, else by the venue's newest name for it."""
    for row in rows:
        if number_in(state, row["cl_ord_id"]) == order.id:
            return row
    for row in rows:
        if order.venue_order_id is not None and row["venue_order_id"] == order.venue_order_id:
            return row
    return None


def _differs(order: Order, row: Json) -> bool:
    """Whether the venue tells of executions that we have not, or of other terms."""
    if row["cum_qty"] > order.executed - order.base_cum_qty:
        return True
    if "Replace" in order.requests or "Replace" in order.doubt or "Replace" in order.retry:
        return False
    return row["order_qty"] + order.base_cum_qty != order.order_qty or row["price"] != order.price


def _is_external(state: State, venue: Venue, row: Json, asked: Optional[int]) -> bool:
    """Whether an open order is shown as nobody's that we know; alarms where it should be ours."""
    number = number_in(state, row["cl_ord_id"])
    if number is None:
        order = named(state, venue.id, row["venue_order_id"])
        return order is None or order.is_terminal
    order = state.order(number)
    if order is None:
        state.alarm("UNKNOWN_ORDER_AT_VENUE")
        return True
    if not order.is_terminal:
        return False
    if asked is None or order.ended is None or order.ended >= asked:
        return False
    state.alarm("LIVE_AFTER_END")
    return True


HANDLERS: Dict[str, Callable[[State, Json], None]] = {
    "Reconciled": _reconciled,
    "ReconcileFailed": _failed,
}
