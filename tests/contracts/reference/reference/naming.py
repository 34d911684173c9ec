"""Which order a venue means, by our number, by our key, or by the venue's own name.

Source: docs/reference/events.md, "Reports of venues".
"""

from __future__ import annotations

import re
from typing import Optional

from .model import Json
from .order import Order
from .state import State

OUR_KEY = re.compile(r"^([^-]*)-([0-9]+)-([0-9]+)$")


def number_in(state: State, key: Optional[str]) -> Optional[int]:
    """Returns the number of the order in a key of ours, or None if it is none."""
    match = None if key is None else OUR_KEY.match(key)
    if match and match.group(1) == state.prefix and int(match.group(2)) >= 1:
        return int(match.group(2))
    return None


def find(state: State, instrument: Optional[int], payload: Json) -> Optional[Order]:
    """Returns the order that a report about an instrument means, if it is kept."""
    if payload.get("order") is not None:
        return state.order(payload["order"])
    number = number_in(state, payload.get("cl_ord_id"))
    if number is not None:
        return state.order(number)
    return named(state, instrument, payload.get("venue_order_id"))


def named(state: State, instrument: Optional[int], name: Optional[str]) -> Optional[Order]:
    """Returns the newest order on an instrument that was ever given a name by its venue."""
    if name is None or instrument is None:
        return None
    numbers = state.names.get((instrument, name))
    return state.orders[max(numbers)] if numbers else None


def learn_name(state: State, order: Order, name: Optional[str]) -> None:
    """Learns the venue's name for an order, if given."""
    if name is None or name == order.venue_order_id:
        return
    order.venue_order_id = name
    numbers = state.names.setdefault((order.instrument, name), [])
    if order.id not in numbers:
        numbers.append(order.id)
    if name not in order.names:
        order.names.append(name)
