"""Which order a venue means, by our number, by our key, or by the venue's own name; which version.

Source: docs/reference/events.md, "Reports of venues", and orders.md section 6, step 3.
"""

from __future__ import annotations

import re
from typing import Optional, Tuple

from .model import Json
from .order import Order
from .state import State

OUR_KEY = re.compile(r"([^-]*)-([0-9]+)-([0-9]+)")


def _parts(state: State, key: Optional[str]) -> Optional[Tuple[int, int]]:
    """Returns the number of the order and the version in a key of ours, or None if it is none."""
    match = None if key is None else OUR_KEY.fullmatch(key)
    if match and match.group(1) == state.prefix and int(match.group(2)) >= 1:
        return int(match.group(2)), int(match.group(3))
    return None


def number_in(state: State, key: Optional[str]) -> Optional[int]:
    """Returns the number of the order in a key of ours, or None if it is none."""
    parts = _parts(state, key)
    return None if parts is None else parts[0]


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


def is_of_old_version(state: State, order: Order, payload: Json) -> bool:
    """Whether a report, by which `find` found the order, is about a version before the newest."""
    if order.base_version <= 1:
        return False
    parts = _parts(state, payload.get("cl_ord_id"))
    if parts is not None:
        return parts[1] < order.base_version
    is_found_by_name = payload.get("order") is None
    if is_found_by_name and payload["venue_order_id"] != order.venue_order_id:
        return True
    return order.new_version_never_left
