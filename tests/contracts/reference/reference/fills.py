"""Executions: booked whatever our state says, once each; voided, corrected and confirmed by name.

Source: docs/reference/orders.md section 6 (OrderExecuted to ExecutionConfirmed).
"""

from __future__ import annotations

from dataclasses import replace
from typing import List, Optional

from .binary import apply_final
from .books import Trade, amount_of
from .changes import accept, finish_replace, forget
from .counting import check_fills
from .decimals import SAFE
from .model import Instrument, Json
from .naming import learn_name
from .order import ExternalFill, Fill, Order
from .reports import keep, own, report
from .state import State, must


def new_fill(payload: Json, tag: Optional[str]) -> Fill:
    """Returns the execution that a report tells."""
    return Fill(
        payload["exec_id"],
        payload["last_qty"],
        payload["last_px"],
        payload["liquidity"],
        payload["commission"],
        payload["commission_currency"],
        payload.get("provisional", False),
        tag,
        payload["last_qty"],
    )


def signed(side: str, qty: int) -> int:
    """Returns a quantity with the sign of its side."""
    return qty if side == "Buy" else -qty


def book(state: State, instrument: int, owner: Optional[int], side: str, fill: Fill) -> None:
    """Books an execution in the ledger."""
    listed = state.instruments[instrument]
    if listed.asset_class == "betting" and fill.epoch is None:
        fill.epoch = state.ledger.markets.epoch(listed)
    trade = _trade(side, fill)
    counted = state.ledger.book(state, listed, owner, trade)
    state.tags.trade(listed, owner, fill.tag, replace(trade, signed=counted), 1)


def reverse(state: State, instrument: int, owner: Optional[int], side: str, fill: Fill) -> None:
    """Takes an execution out of the ledger."""
    listed = state.instruments[instrument]
    trade = _trade(side, fill)
    counted = state.ledger.reverse(state, listed, owner, trade)
    state.tags.trade(listed, owner, fill.tag, replace(trade, signed=counted), -1)


def check_booking(
    state: State, instrument: int, owner: Optional[int], side: str, fill: Fill
) -> None:
    """Asserts that the ledger can book an execution."""
    state.ledger.check(state.instruments[instrument], owner, _trade(side, fill), 1)


def check_reversal(
    state: State, instrument: int, owner: Optional[int], side: str, fill: Fill
) -> None:
    """Asserts that the ledger can take an execution out."""
    state.ledger.check(state.instruments[instrument], owner, _trade(side, fill), -1)


def check_correction(
    state: State, instrument: int, owner: Optional[int], side: str, was: Fill, now: Fill
) -> None:
    """Asserts that both postings of a correction are possible."""
    listed = state.instruments[instrument]
    state.ledger.check_correction(listed, owner, _trade(side, was), _trade(side, now))


def _trade(side: str, fill: Fill) -> Trade:
    return Trade(
        signed(side, fill.last_qty),
        fill.last_px,
        fill.commission_currency,
        amount_of(fill.commission),
        fill.provisional,
        fill.epoch,
    )


def apply_executed(state: State, order: Order, payload: Json, is_old: bool) -> None:
    """Books an execution; takes it over if it was told before, by a name that was not known."""
    if payload["exec_id"] in order.fills:
        return
    known = _told_before(state, order, payload["exec_id"])
    ids = [payload["exec_id"]] if known is None else _ids_of(state, known)
    if any(name in order.fills for name in ids):
        return
    must(payload["last_qty"] > 0, "an execution has a quantity above 0")
    fill = new_fill(payload, order.tag)
    if known is not None:
        fill = replace(known.fill, provisional=fill.provisional)
    must(order.executed + fill.peak <= SAFE, "an order counts within 2^53")
    if not fill.is_voided:
        if known is not None:
            check_reversal(state, order.instrument, None, order.side, known.fill)
        check_booking(state, order.instrument, order.client, order.side, fill)
    fill.is_former = is_old
    if not is_old:
        learn_name(state, order, payload["venue_order_id"])
    was_terminal = order.is_terminal
    if not was_terminal and not is_old:
        accept(state, order, inferred=True)
        infer_increase(state, order, fill.peak, payload["cl_ord_id"])
    fill.tag = order.tag
    was_live, left_before = not order.is_terminal, order.leaves_qty
    if known is not None:
        known.is_taken, known.kept_since = True, state.now
    if not fill.is_voided:
        if known is not None:
            reverse(state, order.instrument, None, order.side, known.fill)
        book(state, order.instrument, order.client, order.side, fill)
        state.filled.append(state.now)
    for name in ids:
        order.fills[name] = fill
    if was_terminal:
        keep(state, order)
    if not fill.is_voided:
        report(
            state,
            order,
            "Trade",
            own(order),
            execution=shown(fill),
            late=was_terminal,
            provisional=fill.provisional,
        )
    elif order.leaves_qty < left_before:
        report(state, order, "Restated", own(order))
    look_what_goes_on(state, order, was_live)
    if order.is_dry:
        state.alarm("DRY_RUN_FILL")
    if order.was_absent:
        state.alarm("FILL_AFTER_ABSENCE")
    check_overfill(state, order)


def _told_before(state: State, order: Order, exec_id: str) -> Optional[ExternalFill]:
    """Returns the execution of that name that was booked to external and may be the order's."""
    known: Optional[ExternalFill] = state.external_fills.get((order.venue, exec_id))
    if known is None or known.is_taken:
        return None
    return known if (known.instrument, known.side) == (order.instrument, order.side) else None


def _ids_of(state: State, known: ExternalFill) -> List[str]:
    """Returns all ids of an execution that was booked to external."""
    return [name for (_, name), each in state.external_fills.items() if each is known]


def infer_increase(state: State, order: Order, qty: int, key: Optional[str]) -> None:
    """An execution of more than is open proves that a native increase was made, under its key."""
    replace = order.replace
    if replace is None or replace.stage != "native":
        return
    if order.may_grow and qty > order.open_qty:
        forget(state, order, "Replace")
        finish_replace(state, order, replace.order_qty, replace.price, key, inferred=True)


def look_what_goes_on(state: State, order: Order, was_live: bool) -> None:
    """A report that ended an order whose newest version has something open still: alarms.

    `was_live`: before that report.
    """
    is_open = order.order_qty - order.base_cum_qty - order.executed_here > 0
    if was_live and order.is_terminal and is_open:
        state.alarm("LIVE_AFTER_END")


def check_overfill(state: State, order: Order) -> None:
    """More was executed than was ordered: the account is halted."""
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


def halt_instrument(state: State, instrument: Instrument) -> None:
    """Halts an instrument, unless it is halted."""
    if instrument.trading_state != "Halted":
        instrument.trading_state = "Halted"
        state.effects.transitions.append({"kind": "InstrumentHalted", "instrument": instrument.id})


def _meant(state: State, order: Order, payload: Json) -> Optional[Fill]:
    fill = order.fills.get(payload["exec_ref_id"])
    if fill is None:
        state.alarm("ORPHAN_REPORT")
    return fill


def apply_voided(state: State, order: Order, payload: Json) -> None:
    """Takes an execution back."""
    fill = _meant(state, order, payload)
    if fill is None or fill.is_voided:
        return
    _void(state, order, fill, payload["exec_id"])


def _void(state: State, order: Order, fill: Fill, exec_id: str) -> None:
    """Takes an execution that stands out of ledger and order, and says so."""
    reverse(state, order.instrument, order.client, order.side, fill)
    fill.is_voided = True
    if order.is_terminal:
        keep(state, order)
    execution = {**shown(fill), "exec_id": exec_id, "last_qty": 0, "commission": "0"}
    report(
        state,
        order,
        "TradeCancel",
        own(order),
        execution=execution,
        exec_ref_id=fill.exec_id,
    )


def apply_corrected(state: State, order: Order, payload: Json) -> None:
    """An execution stands as told here."""
    fill = _meant(state, order, payload)
    if fill is None:
        return
    name = payload["exec_id"]
    named = order.fills.get(name)
    if is_repetition(payload, fill, named):
        if named is None:
            order.fills[name] = fill
            if order.is_terminal:
                keep(state, order)
        return
    if fill.is_voided:
        state.alarm("CORRECTION_REFUSED")
        return
    if named is not None and named is not fill:
        _take_out(state, order, fill, named, name)
        return
    corrected = new_fill(payload, fill.tag)
    corrected.provisional, corrected.epoch = fill.provisional, fill.epoch
    must(payload["last_qty"] > 0, "an execution has a quantity above 0")
    above = payload["last_qty"] - fill.peak
    must(order.executed + max(0, above) <= SAFE, "an order counts within 2^53")
    check_correction(state, order.instrument, order.client, order.side, fill, corrected)
    if not order.is_terminal and above > 0:
        infer_increase(state, order, above, None)
    reverse(state, order.instrument, order.client, order.side, fill)
    book(state, order.instrument, order.client, order.side, corrected)
    correct(fill, corrected)
    order.fills[name] = fill
    was_live = not order.is_terminal
    if not was_live:
        keep(state, order)
    report(
        state,
        order,
        "TradeCorrect",
        own(order),
        execution=shown(corrected),
        exec_ref_id=fill.exec_id,
        provisional=fill.provisional,
    )
    look_what_goes_on(state, order, was_live)
    if above > 0:
        check_overfill(state, order)


def is_repetition(payload: Json, fill: Fill, named: Optional[Fill]) -> bool:
    """Whether a correction tells nothing new; `named` is what its id names, None if nothing."""
    if named is fill and payload["exec_id"] != payload["exec_ref_id"]:
        return True
    is_other = named is not None and named is not fill
    return not is_other and not fill.is_voided and fill.terms() == new_fill(payload, None).terms()


def _take_out(state: State, order: Order, first: Fill, other: Fill, exec_id: str) -> None:
    """What an execution was corrected to is booked already, as another: it counts once."""
    if order.base_cum_qty > 0:
        state.alarm("CORRECTION_REFUSED")
        return
    left_before = order.leaves_qty
    merged = replace(
        other,
        peak=max(other.peak, first.peak),
        is_former=other.is_former or first.is_former,
    )
    left = {name: each for name, each in order.fills.items() if each is not first and each is not other}
    check_fills(state, order, {**left, other.exec_id: merged})
    stand_in(state, order.instrument, order.client, order.side, first, other)
    _void(state, order, first, exec_id)
    for name, each in order.fills.items():
        if each is first:
            order.fills[name] = other
    other.peak, other.is_former = merged.peak, merged.is_former
    if order.leaves_qty > left_before:
        report(state, order, "Restated", own(order))
    if other.provisional and not other.is_voided and not first.provisional:
        _confirm(state, order, other)
    if order.status == "Filled" and order.open_qty > 0:
        state.alarm("LIVE_AFTER_END")


def stand_in(
    state: State, instrument: int, owner: Optional[int], side: str, first: Fill, other: Fill
) -> None:
    """Books what an execution was corrected to, told before, as that one was; it can go then."""
    is_anew = state.instruments[instrument].asset_class == "betting" or other.tag != first.tag
    is_anew = is_anew and not other.is_voided
    for fill in (other, first) if is_anew else (first,):
        check_reversal(state, instrument, owner, side, fill)
    if is_anew:
        reverse(state, instrument, owner, side, other)
    other.tag, other.epoch = first.tag, first.epoch
    if is_anew:
        book(state, instrument, owner, side, other)


def correct(fill: Fill, corrected: Fill) -> None:
    """Takes over the corrected terms; the peak only rises."""
    fill.last_qty = corrected.last_qty
    fill.last_px = corrected.last_px
    fill.liquidity = corrected.liquidity
    fill.commission = corrected.commission
    fill.commission_currency = corrected.commission_currency
    fill.peak = max(fill.peak, corrected.last_qty)


def apply_confirmed(state: State, order: Order, payload: Json) -> None:
    """An execution that was provisional is final."""
    fill = _meant(state, order, payload)
    if fill is None:
        return
    if fill.is_voided:
        state.alarm("CORRECTION_REFUSED")
    elif fill.provisional:
        _confirm(state, order, fill)


def _confirm(state: State, order: Order, fill: Fill) -> None:
    """Makes an execution final, and says so."""
    instrument = state.instruments[order.instrument]
    if instrument.asset_class == "binary":
        apply_final(state, instrument, order.client, _trade(order.side, fill))
    fill.provisional = False
    if order.is_terminal:
        keep(state, order)
    report(state, order, "OrderStatus", own(order), exec_ref_id=fill.exec_id)
