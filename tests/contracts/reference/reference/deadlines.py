"""Deadlines of orders and clients: which are armed and what comes next.

Source: docs/reference/orders.md section 9. What fires is in `firing.py`.
"""

from __future__ import annotations

import heapq
from typing import Optional, Tuple

from .model import Client
from .order import Order
from .state import State

RANK = {"lapse": 0, "grace": 1, "retry": 2, "lookup": 3}
NAMES = ("lapse", "grace", "retry", "lookup")


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


def next_due(state: State) -> Optional[Tuple[int, str, int]]:
    """Returns the earliest deadline that still stands: time, name, order or client."""
    while state.deadlines:
        due, rank, key = state.deadlines[0]
        name = NAMES[rank]
        if name == "grace":
            stands = state.clients[key].grace_due == due
        else:
            order = state.orders.get(key)
            stands = order is not None and getattr(order, f"{name}_due") == due
        if stands:
            return due, name, key
        heapq.heappop(state.deadlines)
    return None


def arm_lapse(state: State, order: Order) -> None:
    """The earlier of the TTL and the expiry, if there is one."""
    dues = [due for due in (order.ttl_due, order.expire_us) if due is not None]
    set_due(state, order, "lapse", min(dues) if dues else None)


def back_off(state: State, order: Order) -> int:
    """Returns when to try again, and counts the attempt."""
    exponent = min(16, max(0, order.attempts - 1))
    wait_ms = min(30_000, state.settings["lookup_retry_ms"] * 2**exponent)
    order.attempts += 1
    return state.now + wait_ms * 1000
