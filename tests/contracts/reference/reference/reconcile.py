"""Reconciliation: the venue is asked for what is open there, and what differs is looked up.

Nothing is changed by the list itself: evidence is the look-up. Source: docs/reference/orders.md,
"Reconciliation".
"""

from __future__ import annotations

from typing import Iterator, List, Optional

from .breaker import failed, heard, pause
from .deadlines import delay, set_reconcile
from .model import Json, Reconcile, Venue
from .naming import find_live, our_order
from .order import Order
from .requests import issue, issue_reconcile
from .state import State, must, present

OVERLAP = 10_000_000
"""How far back before the last execution the venue is asked for executions, in microseconds."""


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


def outside(state: State, event: Json) -> Optional[Venue]:
    """Returns the venue in the envelope, or None if it is simulated."""
    venue = present(state.venue(event["venue"]), "the envelope names a declared venue")
    return venue if venue.simulation is None else None


def fire(state: State, venue: Venue) -> None:
    """It is time to ask."""
    set_reconcile(state, venue, None)
    begin(state, venue, "periodic")


def apply_reconcile_failed(state: State, event: Json) -> None:
    """The venue gave no answer."""
    payload, venue = event["payload"], _asked(state, event)
    if venue is None:
        return
    venue.reconcile = None
    pause(state, venue, payload.get("retry_after_ms"))
    failed(state, venue)
    wait = delay(state, venue.id + 1, venue.reconcile_attempts)
    venue.reconcile_attempts += 1
    set_reconcile(state, venue, state.now + wait)


def apply_reconciled(state: State, event: Json) -> None:
    """The venue says what is open there."""
    venue = _asked(state, event)
    if venue is None or venue.reconcile is None:
        return
    asked = venue.reconcile.sent
    venue.reconcile = None
    venue.reconcile_attempts = 0
    heard(venue)
    rows: List[Json] = event["payload"]["open_orders"]
    for order in _expected(state, venue):
        row = _row_of(order, rows)
        if row is None or differs(order, row):
            if "Lookup" not in order.requests:
                issue(state, order, "Lookup")
    venue.external_orders = [row for row in rows if _is_external(state, venue, row, asked)]
    due = None if venue.reconcile_ms is None else state.now + venue.reconcile_ms * 1000
    set_reconcile(state, venue, due)
