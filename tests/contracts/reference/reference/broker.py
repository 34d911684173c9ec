"""What a venue says about an order: which order is meant, and what each report does.

Source: docs/reference/orders.md section 6, events.md ("Reports of venues").
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional

from .breaker import close
from .changes import (
    accept,
    ask,
    ask_once_more,
    client_order_id,
    end_cancelled,
    finish_replace,
    forget,
    forgive_lapse,
    insist,
    is_placing,
    learn_key,
    outdate_lookups,
    refuse_replace,
    reject,
    retry_later,
    send_cancel,
)
from .counting import check_told_qty
from .deadlines import back_off
from .decimals import SAFE
from .doubt import apply_request_failed, is_answer, is_proof, take_answer
from .fills import apply_confirmed, apply_corrected, apply_executed, apply_voided, halt
from .model import Json, Venue
from .naming import find, is_of_old_version, learn_name
from .order import Order
from .orphans import apply_orphan
from .reports import of_cancel, own, report, settle
from .reconcile import terms_differ
from .requests import issue, release
from .state import State, must

KEYS_MAX = 64
NOT_LOOKED = ("VENUE_RATE_LIMIT", "VENUE_SUSPENDED", "VENUE_AUTH")
"""Codes by which a venue refuses without having looked at the order."""
EXECUTIONS = ("OrderExecuted", "ExecutionVoided", "ExecutionCorrected", "ExecutionConfirmed")
"""Reports about an execution."""
STILL_APPLIED = EXECUTIONS + ("RequestFailed", "OrderNotFound")
"""Reports that are applied even when they name an old version of the order."""
REFUSALS = ("OrderRejected", "CancelRejected", "ReplaceRejected")
"""Reports by which a venue refuses."""


def apply_broker_report(state: State, event: Json) -> None:
    """Applies a report about an order."""
    kind, payload = event["event_type"], event["payload"]
    order = find(state, event["instrument"], payload)
    if order is None:
        apply_orphan(state, event)
        return
    must(_is_possible(order, event), "a report is of its order's instrument")
    state.touched.append(order)
    if kind != "OrderExecuted" and _is_seen(order, event["idempotency_key"]):
        return
    venue = state.venues[order.venue]
    was_closed = kind != "RequestFailed" and not order.is_dry and close(venue)
    is_old = is_of_old_version(state, order, payload)
    if not is_old or kind in STILL_APPLIED:
        HANDLERS[kind](state, order, payload, is_old)
    elif kind == "OrderFound":
        _found_old(state, order, payload)
    if not order.is_terminal and bool(order.doubt) != order.is_doubt_reported:
        report(state, order, "OrderStatus", own(order))
    if kind in REFUSALS and payload["reject_code"] == "VENUE_AUTH":
        _lose_authority(state, venue)
    if was_closed:
        release(state, venue)


def _is_possible(order: Order, event: Json) -> bool:
    """Whether a report counts in the quanta of its order, or only tells again what is booked."""
    if event["instrument"] in (None, order.instrument):
        return True
    return event["event_type"] == "OrderExecuted" and event["payload"]["exec_id"] in order.fills


def _lose_authority(state: State, venue: Venue) -> None:
    """Keys that do not work any more stop the account."""
    if venue.trading_state != "Halted":
        halt(state, venue.id)
        state.alarm("VENUE_AUTH")


def _found_old(state: State, order: Order, payload: Json) -> None:
    """What was found is the version before the one that is at the venue now."""
    take_answer(order, payload["request"])
    if not order.is_terminal and order.doubt:
        ask_once_more(state, order)


def _is_seen(order: Order, key: Optional[str]) -> bool:
    if key is None:
        return False
    if key in order.seen_keys:
        return True
    order.seen_keys.append(key)
    if len(order.seen_keys) > KEYS_MAX:
        order.seen_keys.popleft()
    return False


def stamps(payload: Json) -> Dict[str, Any]:
    """Returns the stamps that a report of a venue carries."""
    return {name: payload.get(name) for name in ("journal_us", "submit_us", "ack_us")}


def _accepted(state: State, order: Order, payload: Json, is_old: bool) -> None:
    learn_name(state, order, payload["venue_order_id"])
    forget(state, order, "Submit")
    if order.is_terminal:
        if order.was_absent:
            state.alarm("LIVE_AFTER_END")
        return
    if order.is_accepted and not is_placing(order):
        return
    accept(state, order, **stamps(payload))


def _rejected(state: State, order: Order, payload: Json, is_old: bool) -> None:
    reject(state, order, payload["reject_code"], **stamps(payload))


def _executed(state: State, order: Order, payload: Json, is_old: bool) -> None:
    apply_executed(state, order, payload, is_old)


def _voided(state: State, order: Order, payload: Json, is_old: bool) -> None:
    apply_voided(state, order, payload)


def _corrected(state: State, order: Order, payload: Json, is_old: bool) -> None:
    apply_corrected(state, order, payload)


def _confirmed(state: State, order: Order, payload: Json, is_old: bool) -> None:
    apply_confirmed(state, order, payload)


def _cancelled(state: State, order: Order, payload: Json, is_old: bool) -> None:
    if order.is_terminal:
        return
    forget(state, order, "Submit", "Cancel", "Replace")
    replace = order.replace
    if replace is not None and replace.stage == "cancelling" and order.cancel is None:
        _place_new_version(state, order)
        return
    if not _new_version_stood(state, order):
        return
    end_cancelled(state, order)


def _new_version_stood(state: State, order: Order) -> bool:
    """The new half of a cancel-and-new was there, since it is gone now; False if that ended it."""
    replace = order.replace
    if replace is not None and replace.stage == "placing":
        finish_replace(state, order, replace.order_qty, replace.price, None, inferred=True)
    return not order.is_terminal


def _place_new_version(state: State, order: Order) -> None:
    """The second half of a cancel-and-new."""
    replace = order.replace
    assert replace is not None
    executed = order.executed
    if replace.order_qty <= executed:
        finish_replace(state, order, executed, replace.price, None)
        return
    replace.stage = "placing"
    order.base_cum_qty = executed
    for fill in order.executions():
        fill.is_former = True
    order.version += 1
    order.cl_ord_id = client_order_id(state, order.id, order.version)
    order.base_version = order.version
    order.venue_order_id = None
    issue(state, order, "Submit")


def _expired(state: State, order: Order, payload: Json, is_old: bool) -> None:
    if order.is_terminal:
        return
    forget(state, order, "Submit", "Cancel", "Replace")
    if not _new_version_stood(state, order):
        return
    bearing = of_cancel(order)
    order.cancel = None
    report(state, order, "Expired", bearing)


def _cancel_rejected(state: State, order: Order, payload: Json, is_old: bool) -> None:
    code = payload["reject_code"]
    if code in NOT_LOOKED and _is_cancel_beside_doubt(order):
        del order.requests["Cancel"]  # that tells nothing of the one before it
        ask(state, order)
        insist(state, order)
        return
    attempts = order.attempts
    forgive_lapse(state, order)
    forget(state, order, "Cancel")
    if order.must_cancel is not None:
        order.attempts = attempts  # each refusal is one more failure
    if order.is_terminal:
        return
    if order.cancel is not None:
        bearing = of_cancel(order)
        order.cancel = None
        report(state, order, "CancelRejected", bearing, reject_code=code)
        settle(state, state.clients[order.client], order, False)
    if order.replace is not None and order.replace.stage == "cancelling":
        refuse_replace(state, order, code)
    if code not in NOT_LOOKED:
        ask(state, order)
    insist(state, order)


def _is_cancel_beside_doubt(order: Order) -> bool:
    """A cancel is on its way, and nobody knows what became of one before it."""
    return not order.is_terminal and "Cancel" in order.requests and "Cancel" in order.doubt


def _replaced(state: State, order: Order, payload: Json, is_old: bool) -> None:
    check_told_qty(state, order, payload["order_qty"])
    never_left = order.replace_never_left
    if not never_left:
        forget(state, order, "Replace")
    order_qty, price = payload["order_qty"], payload["price"]
    if order.is_terminal:
        if order_qty > order.executed:
            state.alarm("LIVE_AFTER_END")
        return
    learn_name(state, order, payload["venue_order_id"])
    is_native = order.replace is not None and order.replace.stage == "native"
    if is_native and not never_left:
        finish_replace(state, order, order_qty, price, payload["cl_ord_id"], **stamps(payload))
        return
    if order_qty == order.order_qty and price == order.price:
        return
    accept(state, order, inferred=True)
    if not order.is_terminal:
        _restate(state, order, order_qty, price)


def _restate(state: State, order: Order, order_qty: int, price: Optional[int]) -> None:
    """The venue changed the order by itself."""
    order.order_qty = max(order_qty, order.executed)
    order.price = price
    report(state, order, "Restated", own(order))
    outdate_lookups(state, order)


def _replace_rejected(state: State, order: Order, payload: Json, is_old: bool) -> None:
    if order.replace_never_left:
        return
    forget(state, order, "Replace")
    if order.is_terminal or order.replace is None or order.replace.stage != "native":
        return
    code = payload["reject_code"]
    refuse_replace(state, order, code)
    if code not in NOT_LOOKED:
        ask(state, order)


def _request_failed(state: State, order: Order, payload: Json, is_old: bool) -> None:
    apply_request_failed(state, order, payload)


def _found(state: State, order: Order, payload: Json, is_old: bool) -> None:
    found_qty, status = payload["order_qty"] + order.base_cum_qty, payload["status"]
    must(found_qty <= SAFE, "an order counts within 2^53")
    if status == "open" and is_answer(order, payload["request"]):
        check_told_qty(state, order, found_qty)
    asked = take_answer(order, payload["request"])
    if order.is_terminal:
        if status == "open":
            state.alarm("LIVE_AFTER_END")
        return
    if asked is not None or order.venue_order_id is None:
        learn_name(state, order, payload["venue_order_id"])
    if asked is not None:
        learn_key(state, order, payload["cl_ord_id"])
    if payload["cum_qty"] not in (order.executed_here, order.standing_here):
        if payload["cum_qty"] > order.executed_here:
            state.alarm("FILLS_MISSING")
        if status == "open":
            ask_once_more(state, order)
        else:
            ask(state, order)
    elif status == "cancelled":
        _cancelled(state, order, payload, False)
    elif status == "expired":
        _expired(state, order, payload, False)
    elif status == "rejected" and order.cum_qty > 0 and not is_placing(order):
        _cancelled(state, order, payload, False)
    elif status == "rejected":
        reject(state, order, "VENUE_REJECTED")
    elif status == "open":
        _found_open(state, order, payload, asked)
    else:
        _found_filled(state, order, payload)


def _found_open(state: State, order: Order, payload: Json, asked: Optional[int]) -> None:
    accept(state, order, inferred=True)
    replace, key = order.replace, payload["cl_ord_id"]
    found_qty = payload["order_qty"] + order.base_cum_qty
    stays_in_doubt = False
    if "Replace" in order.doubt and replace is not None:
        is_new = found_qty == replace.order_qty and payload["price"] == replace.price
        if asked is not None and is_new:
            forget(state, order, "Replace")
            finish_replace(state, order, found_qty, replace.price, key, inferred=True)
        elif is_proof(state, order, asked):
            forget(state, order, "Replace")
            refuse_replace(state, order, "VENUE_ABSENT")
        else:
            stays_in_doubt = True
    if order.is_terminal:
        return
    if asked is not None and terms_differ(order, payload):
        _restate(state, order, found_qty, payload["price"])
        if order.is_terminal:
            return
    attempts = order.attempts
    if "Cancel" not in order.requests:
        _cancel_again(state, order)
    if stays_in_doubt:
        order.attempts = attempts
        ask(state, order)


def _cancel_again(state: State, order: Order) -> None:
    """The order is open: a cancel of unknown fate goes out again, by back-off if that is often."""
    was_in_doubt, is_waiting = "Cancel" in order.doubt, "Cancel" in order.retry
    order.doubt.discard("Cancel")
    goes_now = order.attempts <= 2 if was_in_doubt else not is_waiting
    if goes_now:
        send_cancel(state, order)
    elif not is_waiting:
        retry_later(state, order, "Cancel", back_off(state, order))


def _found_filled(state: State, order: Order, payload: Json) -> None:
    replace = order.replace
    found_qty = payload["order_qty"] + order.base_cum_qty
    native = replace if replace is not None and replace.stage == "native" else None
    if native is not None and found_qty == native.order_qty:
        forget(state, order, "Replace")
        key = payload["cl_ord_id"]
        finish_replace(state, order, found_qty, native.price, key, inferred=True)
    elif native is not None and found_qty == order.order_qty:
        forget(state, order, "Replace")
        refuse_replace(state, order, "VENUE_REJECTED")
    else:
        state.alarm("ORDER_IN_DOUBT")
        ask(state, order)


def _not_found(state: State, order: Order, payload: Json, is_old: bool) -> None:
    asked = take_answer(order, payload["request"])
    if order.is_terminal:
        return
    if "Submit" in order.doubt and is_proof(state, order, asked):
        order.was_absent = True
        reject(state, order, "VENUE_ABSENT")
    else:
        ask_once_more(state, order)


HANDLERS: Dict[str, Callable[[State, Order, Json, bool], None]] = {
    "OrderAccepted": _accepted,
    "OrderRejected": _rejected,
    "OrderExecuted": _executed,
    "ExecutionVoided": _voided,
    "ExecutionCorrected": _corrected,
    "ExecutionConfirmed": _confirmed,
    "OrderCancelled": _cancelled,
    "OrderExpired": _expired,
    "CancelRejected": _cancel_rejected,
    "OrderReplaced": _replaced,
    "ReplaceRejected": _replace_rejected,
    "RequestFailed": _request_failed,
    "OrderFound": _found,
    "OrderNotFound": _not_found,
}
