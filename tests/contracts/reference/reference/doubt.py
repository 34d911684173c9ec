"""Doubt: requests without an answer, and how the venue is asked.

Source: docs/reference/orders.md section 7.
"""

from __future__ import annotations

from typing import Optional

from .breaker import failed, pause
from .changes import ask, ask_once_more, refuse_replace, send_cancel
from .deadlines import back_off, set_due
from .model import Json, Venue
from .order import Order
from .requests import turn_back_all_in_vain
from .state import State


def fall_into_doubt(state: State, order: Order, kind: str) -> None:
    """The fate of a request is unknown."""
    if kind != "Cancel" or not order.doubt:
        order.doubt_since = state.now
    order.doubt.add(kind)
    ask(state, order)
    if kind == "Replace":
        send_cancel(state, order)


def apply_request_failed(state: State, order: Order, payload: Json) -> None:
    """A request of ours came to no answer."""
    venue = state.venues[order.venue]
    pause(state, venue, payload.get("retry_after_ms"))
    _come_to_nothing(state, venue, order, payload)
    turn_back_all_in_vain(state, venue)


def _come_to_nothing(state: State, venue: Venue, order: Order, payload: Json) -> None:
    kind = _kind_of(order, payload["request"])
    if kind is None:
        return
    if not order.is_dry:
        failed(state, venue)  # no venue has seen what a dry order asks
    del order.requests[kind]
    if kind == "Lookup":
        ask_once_more(state, order)
    elif payload["outcome"] == "notSent":
        _not_sent(state, order, kind)
    else:
        fall_into_doubt(state, order, kind)


def _kind_of(order: Order, number: int) -> Optional[str]:
    for kind, request in order.requests.items():
        if request.number == number:
            return kind
    return None


def _not_sent(state: State, order: Order, kind: str) -> None:
    if kind == "Replace" and order.open_qty == 0:
        refuse_replace(state, order, "ILLEGAL_TRANSITION")
        return
    order.retry.add(kind)
    if kind != "Cancel" and order.cancel is not None:
        send_cancel(state, order)
        return
    set_due(state, order, "retry", back_off(state, order))


def is_answer(order: Order, request: int) -> bool:
    """Whether a request is the order's open look-up."""
    lookup = order.requests.get("Lookup")
    return lookup is not None and lookup.number == request


def take_answer(order: Order, request: int) -> Optional[int]:
    """Takes the answered look-up off; returns when it was asked."""
    if not is_answer(order, request):
        return None
    return order.requests.pop("Lookup").left


def is_proof(state: State, order: Order, asked: Optional[int]) -> bool:
    """Whether a look-up asked at that time proves what the venue does not have."""
    after_ms = state.instruments[order.instrument].capabilities["absence_proof_ms"]
    if after_ms is None or asked is None or order.doubt_since is None:
        return False
    since = max(order.doubt_since, state.started_at)  # the clock may jump at a restart
    return asked >= since + after_ms * 1000
