"""How live orders count for the guards: anew after each event, and before a guard is asked again
within it, for those that it touched so far.

Source: docs/reference/risk.md section 3.
"""

from __future__ import annotations

from .decimals import SAFE
from .exposure import open_on, worst_qty
from .order import Order
from .state import State, must


def recount(state: State) -> None:
    """Counts the touched orders anew; what is open on a side must stay within 2^53 quanta."""
    for order in state.touched:
        must(_count(state, order), "what is open on a side is within 2^53 quanta")


def recount_quietly(state: State) -> None:
    """Counts the touched orders anew; one that would pass the bound keeps its old count."""
    for order in state.touched:
        _count(state, order)


def _count(state: State, order: Order) -> bool:
    """Counts an order; it keeps its old count if the sum would pass the bound."""
    old, order.counted_qty = order.counted_qty, worst_qty(order)
    if order.counted_qty > old and open_on(state, order.instrument, order.side, order.is_dry) > SAFE:
        order.counted_qty = old
        return False
    return True
