"""Reports: how the table is read, what a report shows, and what follows when an order ends.

Source: docs/reference/orders.md sections 3 to 5.
"""

from __future__ import annotations

from typing import Any, Optional

from .deadlines import set_due
from .model import Client, IntentRecord, Json
from .order import TERMINAL, Order
from .state import State
from .table import COMPLETING, TABLE


class Bearing:
    """Whose report it is: the intent whose id it bears, the id it refers to, the cause."""

    def __init__(
        self,
        record: IntentRecord,
        orig: Optional[str] = None,
        cause: Optional[str] = None,
    ) -> None:
        self.record = record
        self.orig = orig
        self.cause = cause


def own(order: Order) -> Bearing:
    """The order's own life."""
    return Bearing(order.bearer)


def of_cancel(order: Order) -> Bearing:
    """A step of the pending cancel, or the order's own life if there is none."""
    cancel = order.cancel
    if cancel is None or cancel.record is None:
        return own(order)
    if cancel.cause == "intent":
        return Bearing(cancel.record, orig=order.bearer.intent_id)
    return Bearing(order.bearer, cause=cancel.record.intent_id)


def of_replace(order: Order) -> Bearing:
    """A step of the pending replace."""
    replace = order.replace
    assert replace is not None
    return Bearing(replace.record, orig=replace.orig_intent_id)


def next_status(order: Order, exec_type: str, old_order_lost: bool = False) -> Optional[str]:
    """Returns the state after a report, or None if it is illegal."""
    if exec_type == "OrderStatus":
        return order.status
    if exec_type == "Rejected" and order.cum_qty > 0:
        return None
    cell = TABLE[exec_type].get(order.status)
    if cell is None:
        return None
    if order.is_terminal:
        return cell
    if exec_type in COMPLETING and order.is_complete:
        return "Filled"
    if old_order_lost:
        return "Cancelled"
    return order.restored if cell == "Restored" else cell


def shown(order: Order) -> Json:
    """Returns the fields of an order as reports show them."""
    return {
        "order_id": order.id,
        "venue_order_id": order.venue_order_id,
        "instrument": order.instrument,
        "side": order.side,
        "ord_type": order.ord_type,
        "time_in_force": order.time_in_force,
        "price": order.price,
        "order_qty": order.order_qty,
        "cum_qty": order.cum_qty,
        "leaves_qty": order.leaves_qty,
        "notional": str(order.notional),
    }


def report(
    state: State,
    order: Order,
    exec_type: str,
    bearing: Bearing,
    old_order_lost: bool = False,
    **extra: Any,
) -> bool:
    """Reports a step of an order's life by the table; False if the table forbids it."""
    before = order.status
    after = next_status(order, exec_type, old_order_lost)
    if after is None:
        state.alarm("ILLEGAL_TRANSITION")
        return False
    ends = after in TERMINAL and before not in TERMINAL
    if after != before:
        order.status = after
        state.effects.transitions.append(
            {"kind": "order", "order": order.id, "from": before, "to": after}
        )
    if ends:
        order.doubt.clear()
    emit_about(state, order, exec_type, bearing, **extra)
    if ends:
        end(state, order)
    return True


def emit_about(state: State, order: Order, exec_type: str, bearing: Bearing, **extra: Any) -> None:
    """Sends a report that shows the order as it is; the table is not asked."""
    state.touched.append(order)
    if order.doubt and not order.is_terminal:
        extra["in_doubt"] = True
    order.is_doubt_reported = bool(extra.get("in_doubt"))
    extra["dry_run"] = order.is_dry
    extra["orig_intent_id"] = bearing.orig
    extra["cause_intent_id"] = bearing.cause
    client = state.clients[order.client]
    number = emit(
        state,
        client,
        bearing.record,
        {
            "exec_type": exec_type,
            "ord_status": order.status,
            "order": shown(order),
            "tag": order.tag,
        },
        extra,
    )
    order.last_report = number
    bearing.record.newest_report = number


def emit(state: State, client: Client, record: IntentRecord, body: Json, extra: Json) -> int:
    """Sends a report with the client's next number; keys of `extra` that are None are absent."""
    client.report_seq += 1
    event_us = state.event["event_time"] if state.event["source"] == "broker_report" else None
    optional = {
        **extra,
        "event_us": event_us,
        "sent_us": record.sent_us,
        "recv_us": record.recv_us,
    }
    state.effects.reports.append(
        {
            "client": client.id,
            "report_seq": client.report_seq,
            "intent_id": record.intent_id,
            **body,
            "transact_us": state.now,
            **{
                key: value
                for key, value in optional.items()
                if value is not None and value is not False
            },
        }
    )
    return client.report_seq


def answer(
    state: State,
    client: Client,
    record: IntentRecord,
    reject_code: Optional[str] = None,
    counts: bool = True,
) -> None:
    """Answers an intent alone: `IntentDone`, or `Rejected` with a code. Source: intents.md."""
    body: Json = {
        "exec_type": "IntentDone" if reject_code is None else "Rejected",
        "ord_status": None if reject_code is None else "Rejected",
        "order": None,
        "tag": record.tag,
    }
    number = emit(state, client, record, body, {"reject_code": reject_code})
    if counts:
        record.newest_report = number


def keep(state: State, order: Order) -> None:
    """Puts an ended order behind all that queue for retirement, kept since now."""
    state.ended.pop(order.id, None)
    state.ended[order.id] = state.now


def end(state: State, order: Order) -> None:
    """What follows the report that ended an order."""
    client = state.clients[order.client]
    client.live.discard(order.id)
    state.live.discard(order.id)
    order.ended = state.now
    keep(state, order)
    order.requests.clear()
    order.retry.clear()
    for name in ("retry", "lookup", "lapse"):
        set_due(state, order, name, None)
    order.must_cancel = None
    order.doubt.clear()
    order.doubt_since = None
    replace, cancel = order.replace, order.cancel
    replace_bearing = None if replace is None else of_replace(order)
    cancel_bearing = of_cancel(order)
    order.replace = order.cancel = None
    if replace_bearing is not None:
        report(state, order, "ReplaceRejected", replace_bearing, reject_code="ILLEGAL_TRANSITION")
    if cancel is not None and cancel.cause == "intent":
        report(state, order, "CancelRejected", cancel_bearing, reject_code="ILLEGAL_TRANSITION")
    settle(state, client, order, order.status in ("Cancelled", "Expired"))


def settle(state: State, client: Client, order: Order, was_cancelled: bool) -> None:
    """Every CancelAll of the client that waited for the order stops waiting, oldest first."""
    for cancel_all in list(client.cancel_alls):
        if order.id not in cancel_all.waiting:
            continue
        cancel_all.waiting.discard(order.id)
        cancel_all.cancelled += was_cancelled
        if not cancel_all.waiting:
            client.cancel_alls.remove(cancel_all)
            answer(state, client, cancel_all.record)
