"""What a venue says of a live order must be countable beside all else that is open on its side.

Source: docs/reference/risk.md section 3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Dict

from .decimals import SAFE
from .exposure import open_on, worst_qty
from .order import Fill, Order
from .state import State, must


def check_told_qty(state: State, order: Order, order_qty: int) -> None:
    """Asserts that a quantity that the venue tells is countable; the order is not `placing` then."""
    pending = order.replace
    if pending is not None and pending.stage == "placing":
        pending = None
    _check(state, order, replace(order, order_qty=order_qty, replace=pending))


def check_fills(state: State, order: Order, fills: Dict[str, Fill]) -> None:
    """Asserts that an order with other executions is countable."""
    _check(state, order, replace(order, fills=fills))


def _check(state: State, order: Order, then: Order) -> None:
    if order.is_terminal:
        return
    is_open = open_on(state, order.instrument, order.side, order.is_dry)
    total = is_open - worst_qty(order) + worst_qty(then)
    must(total <= SAFE, "what is open on a side is within 2^53 quanta")
