"""What changes a living order: place, cancel, replace, acceptance, refusal.

Source: docs/reference/orders.md sections 5 and 6 ("forget", "accept", "OrderRejected").
"""

from __future__ import annotations

from typing import Any, List, Optional

from .deadlines import arm_lapse, back_off, lapse_time, set_due
from .model import Client, IntentRecord
from .order import DOUBTFUL, Order, PendingCancel
from .reports import of_cancel, of_replace, own, report
from .requests import issue
from .state import State

INSISTED = ("lapse", "disconnect", "kill")
"""Causes of a cancel that is tried until the order has ended."""


def client_order_id(state: State, order: int, version: int) -> str:
    """Returns the key of a version of an order."""
    return f"{state.prefix}-{order}-{version}"


def learn_key(state: State, order: Order, key: Optional[str]) -> bool:
    """Learns the key under which the venue knows the order; returns whether it is of the order."""
    if key is None or not key.startswith(f"{state.prefix}-{order.id}-"):
        return False
    order.cl_ord_id = key
    return True


def place(state: State, order: Order) -> None:
    """Brings a new order to life."""
    state.orders[order.id] = order
    state.live.add(order.id)
    state.clients[order.client].live.add(order.id)
    state.born_orders.append(order.id)
    report(state, order, "PendingNew", own(order))
    arm_lapse(state, order)
    issue(state, order, "Submit")


def forget(state: State, order: Order, *kinds: str) -> None:
    """Forgets requests of some kinds: the outcome of each is known now."""
    for kind in kinds:
        order.requests.pop(kind, None)
        order.doubt.discard(kind)
        order.retry.discard(kind)
        if order.doubt:
            continue
        order.doubt_since = None
        if "Lookup" not in order.requests:
            set_due(state, order, "lookup", None)
        if not order.retry:
            order.attempts = 0


def is_placing(order: Order) -> bool:
    """Whether the new version of a cancel-and-new is on its way."""
    return order.replace is not None and order.replace.stage == "placing"


def accept(state: State, order: Order, **extra: Any) -> None:
    """The venue is known to have the order (or its new version). `extra`: stamps or inferred."""
    forget(state, order, "Submit")
    replace = order.replace
    if replace is not None and replace.stage == "placing":
        finish_replace(state, order, replace.order_qty, replace.price, None, **extra)
        if order.is_terminal:
            state.alarm("LIVE_AFTER_END")
    elif not order.is_accepted:
        order.is_accepted = True
        report(state, order, "New", own(order), **extra)
        send_cancel(state, order)


def reject(state: State, order: Order, reject_code: str, **extra: Any) -> None:
    """The order was refused, or its new version under a cancel-and-new."""
    forget(state, order, "Submit")
    if order.is_terminal:
        return
    if is_placing(order):
        refuse_and_take_off(state, order, reject_code, old_order_lost=True, **extra)
    elif not report(state, order, "Rejected", own(order), reject_code=reject_code, **extra):
        ask(state, order)


def begin_cancel(
    state: State, order: Order, cause: str, record: Optional[IntentRecord] = None
) -> None:
    """Somebody wants the order cancelled."""
    if order.is_terminal:
        return
    if cause in INSISTED and _is_new_cause(order, cause):
        order.must_cancel = cause
        back_off_anew(order)
        if order.cancel is not None:
            send_cancel(state, order)
            return
    elif cause in INSISTED and "Cancel" in order.retry and order.replace is None:
        return
    if order.cancel is not None:
        return
    order.cancel = PendingCancel(cause, record)
    if not order.never_left and state.venues[order.venue].status == "down":
        order.doubt.add("Cancel")
    report(state, order, "PendingCancel", of_cancel(order))
    send_cancel(state, order)


def _is_new_cause(order: Order, cause: str) -> bool:
    """Whether the cancel is insisted upon for something new; a lapse takes no other's place."""
    if cause == "lapse":
        return order.must_cancel is None
    return order.must_cancel != cause


def back_off_anew(order: Order) -> None:
    """What is tried again is tried as soon as after a first failure."""
    order.attempts = min(order.attempts, 1)


def begin_cancel_all(state: State, orders: List[int], cause: str) -> None:
    """Begins to cancel orders by number."""
    for number in sorted(orders):
        order = state.orders.get(number)
        if order is not None and not order.is_terminal:
            begin_cancel(state, order, cause)


def cancel_live_of(state: State, client: Client, cause: str) -> None:
    """Begins to cancel a client's live orders, by number."""
    begin_cancel_all(state, list(client.live), cause)


def send_cancel(state: State, order: Order) -> None:
    """Sends the cancel that is wanted, unless it has to wait for another answer."""
    is_cancelling = order.replace is not None and order.replace.stage == "cancelling"
    if (order.cancel is None and not is_cancelling) or "Cancel" in order.requests:
        return
    if order.cancel is not None and _wins(state, order):
        return
    if "Submit" in order.requests or "Submit" in order.doubt or "Replace" in order.requests:
        return
    order.retry.discard("Cancel")
    issue(state, order, "Cancel")


def _wins(state: State, order: Order) -> bool:
    """Lets the pending cancel win over what has not left; returns whether that ended the order."""
    if order.never_left:
        end_cancelled(state, order)
        return True
    if order.replace_never_left:
        order.requests.pop("Replace", None)
        order.retry.discard("Replace")
        refuse_and_take_off(state, order, "ILLEGAL_TRANSITION")
    return False


def end_cancelled(state: State, order: Order) -> None:
    """The order is gone: `Expired` if a lapse wanted it, else `Cancelled`."""
    bearing = of_cancel(order)
    cause = None if order.cancel is None else order.cancel.cause
    order.cancel = None
    report(state, order, "Expired" if cause == "lapse" else "Cancelled", bearing)


def finish_replace(
    state: State,
    order: Order,
    order_qty: int,
    price: Optional[int],
    key: Optional[str],
    is_news: bool = True,
    **extra: Any,
) -> None:
    """The new terms are in force. `key`: the client order id under which the venue knows them.

    `is_news`: whether the venue had other ones before.
    """
    replace = order.replace
    assert replace is not None
    bearing = of_replace(order)
    order.replace = None
    order.is_accepted = True
    order.bearer = replace.record
    order.order_qty = max(order_qty, order.executed)
    order.price = price
    order.tag = replace.tag
    order.params = replace.params
    order.ttl_due = replace.ttl_due
    order.expire_us = replace.expire_us
    if not learn_key(state, order, key) and replace.key is not None:
        order.cl_ord_id = replace.key
    arm_lapse(state, order)
    if order.cancel is None:
        forgive_lapse(state, order)
    report(state, order, "Replaced", bearing, **extra)
    if is_news:
        outdate_lookups(state, order)
    send_cancel(state, order)
    if order.cancel is None and "Cancel" not in order.retry:
        insist(state, order)  # the cancel of a cancel-and-new may have taken its place


def forgive_lapse(state: State, order: Order) -> None:
    """A lapse is not insisted upon once the client has given the order more time."""
    if order.must_cancel != "lapse":
        return
    due = lapse_time(order)  # not the deadline, which is null once it has fired, too
    if due is None or due > state.now:
        order.must_cancel = None
        forget(state, order, "Cancel")


def insist(state: State, order: Order) -> None:
    """A cancel that is insisted upon is tried again by back-off ("CancelRejected", step 6)."""
    if order.must_cancel is not None and not order.is_terminal:
        retry_later(state, order, "Cancel", back_off(state, order))


def outdate_lookups(state: State, order: Order) -> None:
    """The terms have changed: an answer that was asked for before tells old ones."""
    lookup = order.requests.get("Lookup")
    if lookup is None or lookup.left is None:
        return
    del order.requests["Lookup"]
    if not order.is_terminal and order.doubt:
        ask(state, order)


def refuse_and_take_off(
    state: State, order: Order, reject_code: str, old_order_lost: bool = False, **extra: Any
) -> None:
    """Takes the replace off and reports that it was refused."""
    bearing = of_replace(order)
    order.replace = None
    report(
        state,
        order,
        "ReplaceRejected",
        bearing,
        old_order_lost,
        reject_code=reject_code,
        **extra,
    )


def refuse_replace(state: State, order: Order, reject_code: str, **extra: Any) -> None:
    """The replace came to nothing; the order stays as it was."""
    refuse_and_take_off(state, order, reject_code, **extra)
    send_cancel(state, order)


def ask(state: State, order: Order) -> None:
    """Asks the venue for the order, now or by back-off."""
    if order.is_terminal or "Lookup" in order.requests or order.lookup_due is not None:
        return
    offered = state.instruments[order.instrument].capabilities
    if not offered["lookup_by_client_order_id"]:
        state.alarm("ORDER_IN_DOUBT")
        if "Cancel" in order.doubt:
            retry_later(state, order, "Cancel", back_off(state, order))
        return
    if order.attempts > 0 and order.attempts % 20 == 0:
        state.alarm("ORDER_IN_DOUBT")
    if order.attempts == 0:
        order.attempts = 1
        issue(state, order, "Lookup")
    else:
        set_due(state, order, "lookup", back_off(state, order))


def ask_once_more(state: State, order: Order) -> None:
    """A look-up has left open whether the order rests; a cancel that may be lost goes again."""
    ask(state, order)
    is_lost = "Cancel" in order.doubt and "Cancel" not in order.requests
    if is_lost and "Cancel" not in order.retry:
        attempts = order.attempts
        retry_later(state, order, "Cancel", back_off(state, order))
        order.attempts = attempts  # question and cancel are one round


def retry_later(state: State, order: Order, kind: str, due: int) -> None:
    """Marks a request to be sent again."""
    assert kind in DOUBTFUL
    order.retry.add(kind)
    set_due(state, order, "retry", due)
