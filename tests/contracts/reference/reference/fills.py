"""Executions: booked whatever our state says, once each, and taken back by their name.

Source: docs/reference/orders.md section 6 (OrderExecuted, ExecutionVoided).
"""

from __future__ import annotations

from .changes import accept, finish_replace, forget
from .model import Fill, Json, Order
from .reports import own, report
from .state import State, must


def apply_executed(state: State, order: Order, payload: Json, is_old: bool) -> None:
    """Books an execution."""
    if payload["exec_id"] in order.fills:
        return
    must(payload["last_qty"] > 0, "an execution has a quantity above 0")
    was_terminal = order.is_terminal
    if not was_terminal and not is_old:
        accept(state, order, inferred=True)
        replace = order.replace
        if order.may_grow and payload["last_qty"] > order.open_qty:
            forget(state, order, "Replace")
            finish_replace(
                state, order, replace.order_qty, replace.price, None, inferred=True
            )
    fill = Fill(
        payload["exec_id"],
        payload["last_qty"],
        payload["last_px"],
        payload["liquidity"],
        payload["commission"],
        payload["commission_currency"],
    )
    state.ledger.book(state, order, fill)
    order.cum_qty += fill.last_qty
    order.notional += fill.last_px * fill.last_qty
    order.fills[fill.exec_id] = fill
    state.filled.append(state.now)
    report(
        state,
        order,
        "Trade",
        own(order),
        execution=shown(fill),
        late=was_terminal,
        provisional=payload["provisional"],
    )
    if order.was_absent:
        state.alarm("FILL_AFTER_ABSENCE")
    if order.executed > order.order_qty:
        halt(state, order.venue)
        state.alarm("OVERFILL")


def shown(fill: Fill) -> Json:
    """Returns an execution as reports show it."""
    return {
        "exec_id": fill.exec_id,
        "last_qty": fill.last_qty,
        "last_px": fill.last_px,
        "liquidity": fill.liquidity,
        "commission": fill.commission,
        "commission_currency": fill.commission_currency,
    }


def halt(state: State, venue: int) -> None:
    """Halts an account."""
    state.venues[venue].trading_state = "Halted"
    state.effects.transitions.append({"kind": "AccountHalted", "venue": venue})


def apply_voided(state: State, order: Order, payload: Json) -> None:
    """Takes an execution back."""
    fill = order.fills.get(payload["exec_ref_id"])
    if fill is None:
        state.alarm("ORPHAN_REPORT")
        return
    if fill.is_voided:
        return
    state.ledger.reverse(state, order, fill)
    fill.is_voided = True
    order.cum_qty -= fill.last_qty
    order.notional -= fill.last_px * fill.last_qty
    order.voided_qty += fill.last_qty
    execution = {**shown(fill), "exec_id": payload["exec_id"], "last_qty": 0, "commission": "0"}
    report(
        state,
        order,
        "TradeCancel",
        own(order),
        execution=execution,
        exec_ref_id=payload["exec_ref_id"],
    )
