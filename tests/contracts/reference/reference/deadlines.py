"""Deadlines of orders, clients and venues: which are armed and what comes next.

Source: docs/reference/orders.md section 9. What fires is in `firing.py`.
"""

from __future__ import annotations

import heapq
from typing import Optional, Tuple

from .model import Client, Venue
from .order import Order
from .state import State

RANK = {"lapse": 0, "grace": 1, "retry": 2, "lookup": 3, "reconcile": 4}
NAMES = ("lapse", "grace", "retry", "lookup", "reconcile")
WORD = 2**32


def set_due(state: State, order: Order, name: str, due: Optional[int]) -> None:
    """Sets or clears a deadline of an order."""
    setattr(order, f"{name}_due", due)
    if due is not None:
        heapq.heappush(state.deadlines, (due, RANK[name], order.id))


def set_grace(state: State, client: Client, due: Optional[int]) -> None:
    """Sets or clears the grace of a client."""
    client.grace_due = due
    if due is not None:
        heapq.heappush(state.deadlines, (due, RANK["grace"], client.id))


def set_reconcile(state: State, venue: Venue, due: Optional[int]) -> None:
    """Sets or clears when a venue is to be reconciled."""
    venue.reconcile_due = due
    if due is not None:
        heapq.heappush(state.deadlines, (due, RANK["reconcile"], venue.id))


def next_due(state: State) -> Optional[Tuple[int, str, int]]:
    """Returns the earliest deadline that still stands: time, name, order, client or venue."""
    while state.deadlines:
        due, rank, key = state.deadlines[0]
        name = NAMES[rank]
        if name == "grace":
            stands = state.clients[key].grace_due == due
        elif name == "reconcile":
            stands = state.venues[key].reconcile_due == due
        else:
            order = state.orders.get(key)
            stands = order is not None and getattr(order, f"{name}_due") == due
        if stands:
            return due, name, key
        heapq.heappop(state.deadlines)
    return None


def lapse_time(order: Order) -> Optional[int]:
    """Returns the earlier of the TTL and the expiry, if there is one: when the terms end."""
    dues = [due for due in (order.ttl_due, order.expire_us) if due is not None]
    return min(dues) if dues else None


def arm_lapse(state: State, order: Order) -> None:
    """The order lapses when its terms end."""
    set_due(state, order, "lapse", lapse_time(order))


def back_off(state: State, order: Order) -> int:
    """Returns when to try again, and counts the attempt."""
    wait = delay(state, order.id, order.attempts)
    order.attempts += 1
    return state.now + wait


def delay(state: State, key: int, attempts: int) -> int:
    """Returns how long to wait after so many attempts, in microseconds: less by up to a quarter."""
    exponent = min(16, max(0, attempts - 1))
    wait = min(30_000, state.settings["lookup_retry_ms"] * 2**exponent) * 1000
    mixed = (key % WORD * 2_654_435_761 + attempts % WORD * 40_503) % WORD
    return wait - wait * (mixed >> 24) // 1024
