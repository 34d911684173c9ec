"""Reports that name no order that is kept. Source: docs/reference/orders.md section 6, Orphans."""

from __future__ import annotations

from typing import Optional

from .fills import book, check_correction, correct, halt_instrument, is_repetition
from .fills import new_fill, reverse, stand_in
from .firing import may_go, was_let_go
from .model import Instrument, Json
from .order import ExternalFill
from .state import State


def apply_orphan(state: State, event: Json) -> None:
    """Books what is a fill on our account all the same; anything else alarms."""
    kind = event["event_type"]
    known = _known(state, event)
    if kind == "OrderExecuted" and _is_fill_on_our_account(state, event):
        _executed(state, event)
    elif kind == "ExecutionVoided" and known is not None:
        _voided(state, known)
    elif kind == "ExecutionCorrected" and known is not None:
        _corrected(state, event, known)
    elif kind == "ExecutionConfirmed" and known is not None and not known.fill.is_voided:
        known.kept_since = state.now
    else:
        state.alarm("ORPHAN_REPORT")


def _known(state: State, event: Json) -> Optional[ExternalFill]:
    """Returns the execution of nobody's that is referred to; none that an order took over."""
    if event["venue"] is None:
        return None
    known = state.external_fills.get((event["venue"], event["payload"].get("exec_ref_id")))
    return None if known is None or known.is_taken else known


def _is_fill_on_our_account(state: State, event: Json) -> bool:
    instrument: Optional[Instrument] = state.instruments.get(event["instrument"])
    payload = event["payload"]
    if instrument is None or instrument.venue != event["venue"]:
        return False
    return payload.get("side") is not None and payload["last_qty"] > 0


def _executed(state: State, event: Json) -> None:
    payload = event["payload"]
    key = (event["venue"], payload["exec_id"])
    if key in state.external_fills:
        return
    told = event["event_time"]
    is_old = told < state.now - state.settings["intent_horizon_ms"] * 1000
    if is_old or was_let_go(state, told):
        state.alarm("FILL_TOO_OLD")
        return
    fill = new_fill(payload, None)
    fill.provisional = False
    book(state, event["instrument"], None, payload["side"], fill)
    known = state.external_fills
    for old in [key for key, each in known.items() if may_go(state, each.kept_since) <= state.now]:
        del known[old]
    known[key] = ExternalFill(event["instrument"], payload["side"], state.now, fill)
    _warn(state, event["instrument"])


def _warn(state: State, instrument: int) -> None:
    halt_instrument(state, state.instruments[instrument])
    state.alarm("EXTERNAL_FILL")


def _voided(state: State, known: ExternalFill) -> None:
    if known.fill.is_voided:
        return
    reverse(state, known.instrument, None, known.side, known.fill)
    known.fill.is_voided = True
    known.kept_since = state.now
    _warn(state, known.instrument)


def _corrected(state: State, event: Json, known: ExternalFill) -> None:
    payload = event["payload"]
    name = (event["venue"], payload["exec_id"])
    named = state.external_fills.get(name)
    if is_repetition(payload, known.fill, None if named is None else named.fill):
        if named is None:
            state.external_fills[name] = known
            known.kept_since = state.now
        return
    if known.fill.is_voided or payload["last_qty"] <= 0:
        state.alarm("ORPHAN_REPORT")
        return
    if named is not None and named is not known:
        _take_out(state, known, named)
        return
    corrected = new_fill(payload, None)
    corrected.epoch = known.fill.epoch
    check_correction(state, known.instrument, None, known.side, known.fill, corrected)
    reverse(state, known.instrument, None, known.side, known.fill)
    book(state, known.instrument, None, known.side, corrected)
    correct(known.fill, corrected)
    state.external_fills[name] = known
    known.kept_since = state.now
    _warn(state, known.instrument)


def _take_out(state: State, first: ExternalFill, other: ExternalFill) -> None:
    """What an execution was corrected to is booked already, as another: it counts once."""
    is_same = (other.instrument, other.side) == (first.instrument, first.side)
    if other.is_taken or not is_same:
        state.alarm("ORPHAN_REPORT")
        return
    stand_in(state, first.instrument, None, first.side, first.fill, other.fill)
    reverse(state, first.instrument, None, first.side, first.fill)
    for name, each in state.external_fills.items():
        if each is first:
            state.external_fills[name] = other
    other.fill.peak = max(other.fill.peak, first.fill.peak)
    other.kept_since = state.now
    _warn(state, other.instrument)
