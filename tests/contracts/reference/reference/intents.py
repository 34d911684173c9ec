"""Intents: the checks in their order, idempotence, and the answers.

Source: docs/reference/intents.md.
"""

from __future__ import annotations

import json
from typing import Optional, TypeVar

from . import decimals
from .breaker import is_open
from .changes import begin_cancel, client_order_id, finish_replace, place, send_cancel
from .decimals import SAFE
from .dry_run import is_dry
from .exposure import Request, entry_price, worth_of
from .firing import was_let_go
from .guards import let_in, refusal
from .model import STRICTNESS, TOKEN, CancelAll, Client, Instrument, IntentRecord, Json
from .order import Order
from .order import PendingReplace
from .reports import Bearing, answer, emit_about, of_replace, report
from .requests import issue, new_bucket
from .state import State

T = TypeVar("T")
DAY = 24 * 3600 * 1_000_000
FUTURE_MAX = 1_000_000


class Refused(Exception):
    """A check refused the intent."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(condition: bool, code: str) -> None:
    """Refuses with `code` unless the condition holds."""
    if not condition:
        raise Refused(code)


def needed(value: Optional[T], code: str) -> T:
    """Returns what must be there; refuses with `code` if it is not."""
    if value is None:
        raise Refused(code)
    return value


def apply_intent(state: State, event: Json) -> None:
    """Applies an `IntentReceived` event."""
    payload = event["payload"]
    intent = payload["intent"]
    client = state.client_of_session(payload["session"])
    if client is None:
        return
    record = IntentRecord(
        intent["intent_id"],
        intent["action"],
        content(intent),
        intent["sent_us"],
        payload["recv_us"],
        state.now,
        intent["tag"],
    )
    known = client.intents.get(record.intent_id)
    if known is not None:
        _repeat(state, client, known, record)
        return
    client.intents[record.intent_id] = record
    state.taken.append((state.now, client.id, record))
    try:
        _check_frame(state, client, intent)
        ACTIONS[intent["action"]](state, client, record, intent)
    except Refused as refusal:
        answer(state, client, record, refusal.code)


def content(intent: Json) -> str:
    """Returns what an intent asks for, as a text that is equal if and only if the content is."""
    if intent["action"] == "Malformed":
        return "Malformed " + json.dumps(intent["content"])
    asked = {key: value for key, value in intent.items() if key not in ("intent_id", "sent_us")}
    return json.dumps(asked, sort_keys=True)


def _repeat(state: State, client: Client, known: IntentRecord, record: IntentRecord) -> None:
    if known.content != record.content:
        answer(state, client, record, "INTENT_ID_REUSED", counts=False)
        return
    if known.newest_report is None:
        return
    numbers = [known.newest_report]
    order = state.order(known.order)
    if order is not None and order.last_report not in (None, known.newest_report):
        numbers.append(order.last_report)
    state.effects.repeats.append({"client": client.id, "report_seqs": numbers})


def _check_frame(state: State, client: Client, intent: Json) -> None:
    """The checks that need neither instrument nor order."""
    action, sent_us = intent["action"], intent["sent_us"]
    check(action != "Malformed" and sent_us - state.now <= FUTURE_MAX, "SCHEMA")
    check(not state.stopping, "SHUTTING_DOWN")
    if _is_rated(client, intent):
        if client.bucket is None:
            settings = state.settings
            client.bucket = new_bucket(settings["intents_per_second"], settings["burst"], state.now)
        check(client.bucket.take(state.now, 0, TOKEN), "RATE_LIMIT")
    age = state.now - sent_us
    check(age <= state.settings["intent_horizon_ms"] * 1000, "STALE_INTENT")
    check(not was_let_go(state, sent_us), "STALE_INTENT")
    if action in ("Place", "Replace"):
        check(state.intents_after is None or sent_us > state.intents_after, "STALE_INTENT")
        ttl_ms = intent.get("ttl_ms") or 0
        check(ttl_ms == 0 or age < ttl_ms * 1000, "STALE_INTENT")
        expire_us = intent.get("expire_us")
        check(expire_us is None or expire_us > state.now, "STALE_INTENT")


def _is_rated(client: Client, intent: Json) -> bool:
    action = intent["action"]
    if action == "SetRiskFlag":
        return STRICTNESS[intent["value"]] < STRICTNESS[client.trading_state]
    return action in ("Place", "Replace")


def _ttl_due(intent: Json) -> Optional[int]:
    if not intent["ttl_ms"]:
        return None
    return min(SAFE, intent["sent_us"] + intent["ttl_ms"] * 1000)


def _place(state: State, client: Client, record: IntentRecord, intent: Json) -> None:
    instrument = _instrument_named(state, intent["instrument"])
    _check_capabilities(instrument, intent)
    is_market = intent["ord_type"] == "Market"
    price = None if is_market else _check_price(instrument, intent["price"])
    qty = _check_qty(instrument, intent["order_qty"])
    if price is not None:
        _check_notional(instrument, price, qty, reduce_only=intent["reduce_only"])
    _check_venue(state, instrument)
    request = Request(
        client=client.id,
        instrument=instrument,
        side=intent["side"],
        ord_type=intent["ord_type"],
        price=price,
        qty=qty,
        open_qty=qty,
        reduce_only=intent["reduce_only"],
        is_dry=is_dry(state, client, instrument),
        order=None,
    )
    _check_guards(state, request)
    if intent["validate_only"]:
        answer(state, client, record)
        return
    let_in(state, request)
    number = state.next_order
    state.next_order += 1
    record.order = number
    order = Order(
        id=number,
        client=client.id,
        venue=instrument.venue,
        instrument=instrument.id,
        side=intent["side"],
        ord_type=intent["ord_type"],
        time_in_force=intent["time_in_force"],
        post_only=intent["post_only"],
        reduce_only=intent["reduce_only"],
        price=price,
        order_qty=qty,
        bearer=record,
        tag=intent["tag"],
        params=intent["params"],
        cl_ord_id=client_order_id(state, number, 1),
        ttl_due=_ttl_due(intent),
        expire_us=_expiry(state, instrument, intent),
        is_dry=request.is_dry,
    )
    if is_market:
        order.entry_price = entry_price(state, instrument, order.side)
    place(state, order)


def _expiry(state: State, instrument: Instrument, intent: Json) -> Optional[int]:
    if intent["time_in_force"] == "GTD":
        return intent["expire_us"]
    if intent["time_in_force"] != "DAY":
        return None
    session_end = instrument.terms["session_end_us"]
    end = state.now // DAY * DAY + (DAY if session_end is None else session_end)
    return end if end > state.now else end + DAY


def _instrument_named(state: State, name: str) -> Instrument:
    number = needed(state.instrument_names.get(name), "UNKNOWN_INSTRUMENT")
    return state.instruments[number]


def _check_capabilities(instrument: Instrument, intent: Json) -> None:
    offered = instrument.capabilities
    check(intent["ord_type"] in offered["ord_types"], "UNSUPPORTED")
    check(intent["time_in_force"] in offered["time_in_force"], "UNSUPPORTED")
    check(offered["post_only"] or not intent["post_only"], "UNSUPPORTED")
    check(offered["reduce_only"] or not intent["reduce_only"], "UNSUPPORTED")
    _check_params(instrument, intent.get("params"))


def _check_params(instrument: Instrument, params: Optional[Json]) -> None:
    for name in params or {}:
        check(name in instrument.capabilities["params"], "UNSUPPORTED")


def _check_price(instrument: Instrument, text: str) -> int:
    price = needed(decimals.quanta(text, instrument.price_scale), "PRICE_GRID")
    check(abs(price) <= decimals.SAFE, "PRICE_GRID")
    check(price > 0 or instrument.asset_class == "linear", "PRICE_GRID")
    rows = [row for row in instrument.terms["price_rule"]["ticks"] if row["from_quanta"] <= price]
    check(len(rows) > 0, "PRICE_GRID")
    most = instrument.terms["price_rule"].get("max_quanta")
    check(most is None or price <= most, "PRICE_GRID")
    check((price - rows[-1]["from_quanta"]) % rows[-1]["step_quanta"] == 0, "PRICE_GRID")
    return price


def _check_qty(instrument: Instrument, text: str) -> int:
    rule = instrument.terms["qty_rule"]
    qty = needed(decimals.quanta(text, rule["scale"]), "QTY_GRID")
    most = decimals.SAFE if rule["max_quanta"] is None else rule["max_quanta"]
    check(0 < qty and rule["min_quanta"] <= qty <= most, "QTY_GRID")
    check(qty % rule["step_quanta"] == 0, "QTY_GRID")
    return qty


def _check_notional(instrument: Instrument, price: int, qty: int, reduce_only: bool) -> None:
    least = instrument.terms["min_notional"]
    is_exempt = reduce_only and instrument.capabilities.get("reduce_only_any_notional", False)
    if least is not None and not is_exempt:
        worth = worth_of(instrument, price, qty)
        check(worth >= decimals.parse(least), "MIN_NOTIONAL")


def _check_venue(state: State, instrument: Instrument) -> None:
    venue = state.venues[instrument.venue]
    check(venue.status != "down", "VENUE_DOWN")
    check(venue.status != "reconciling", "RECONCILING")
    check(not is_open(state, venue), "VENUE_DOWN")
    check(instrument.terms["status"] == "open", "VENUE_DOWN")


def _check_guards(state: State, request: Request) -> None:
    code = refusal(state, request)
    if code is not None:
        raise Refused(code)


def order_meant(state: State, client: Client, intent: Json) -> Order:
    """Returns the order that `orig_intent_id` means."""
    orig = client.intents.get(intent["orig_intent_id"])
    if orig is None or orig.action not in ("Place", "Replace"):
        raise Refused("UNKNOWN_ORDER")
    return needed(state.order(orig.order), "UNKNOWN_ORDER")


def _replace(state: State, client: Client, record: IntentRecord, intent: Json) -> None:
    order = order_meant(state, client, intent)
    if not intent["validate_only"]:
        record.order = order.id
    instrument = state.instruments[order.instrument]
    mode = instrument.capabilities["replace"]
    try:
        request = _check_replace(state, order, instrument, intent)
    except Refused as refusal:
        _refuse_about(state, order, record, "ReplaceRejected", refusal.code)
        return
    if intent["validate_only"]:
        answer(state, client, record)
        return
    let_in(state, request)
    replace = order.replace = PendingReplace(
        record=record,
        stage="cancelling" if mode == "cancel_new" else "native",
        orig_intent_id=order.bearer.intent_id,
        order_qty=request.qty,
        price=request.price,
        ttl_due=_ttl_due(intent) if "ttl_ms" in intent else order.ttl_due,
        expire_us=intent.get("expire_us", order.expire_us),
        tag=intent["tag"] if intent["has_tag"] else order.tag,
        params=intent.get("params", order.params),
    )
    report(state, order, "PendingReplace", of_replace(order))
    if _is_no_news(order, replace, intent):
        finish_replace(state, order, replace.order_qty, replace.price, None, is_news=False)
    elif replace.stage == "cancelling":
        send_cancel(state, order)
    else:
        order.version += 1
        replace.key = client_order_id(state, order.id, order.version)
        issue(state, order, "Replace")


def _is_no_news(order: Order, replace: PendingReplace, intent: Json) -> bool:
    """Whether the venue has all that is asked for: TTL and tag are ours alone."""
    new = (replace.order_qty, replace.price, replace.expire_us)
    return new == (order.order_qty, order.price, order.expire_us) and "params" not in intent


def _check_replace(state: State, order: Order, instrument: Instrument, intent: Json) -> Request:
    mode = instrument.capabilities["replace"]
    check(mode != "none", "UNSUPPORTED")
    check(mode != "reduce_only" or "price" not in intent, "UNSUPPORTED")
    _check_params(instrument, intent.get("params"))
    check("expire_us" not in intent or order.time_in_force == "GTD", "SCHEMA")
    price = order.price
    if "price" in intent:
        price = _check_price(instrument, intent["price"])
    elif price is not None:
        price = _check_price(
            instrument, decimals.canonical(decimals.Fraction(price, 10**instrument.price_scale))
        )
    qty = _check_qty(instrument, intent["order_qty"])
    if price is not None:
        _check_notional(instrument, price, qty, reduce_only=order.reduce_only)
    check(mode != "reduce_only" or qty <= order.order_qty, "UNSUPPORTED")
    _check_venue(state, instrument)
    request = Request(
        client=order.client,
        instrument=instrument,
        side=order.side,
        ord_type="Market" if price is None else "Limit",
        price=price,
        qty=qty,
        open_qty=max(0, qty - order.executed),
        reduce_only=order.reduce_only,
        is_dry=order.is_dry,
        order=order,
    )
    _check_guards(state, request)
    check(order.ord_type != "Market", "ILLEGAL_TRANSITION")
    check(order.status in ("Accepted", "PartiallyFilled"), "ILLEGAL_TRANSITION")
    check(qty > order.cum_qty, "ILLEGAL_TRANSITION")
    return request


def _refuse_about(
    state: State, order: Order, record: IntentRecord, exec_type: str, code: str
) -> None:
    bearing = Bearing(record, orig=order.bearer.intent_id)
    emit_about(state, order, exec_type, bearing, reject_code=code)


def _cancel(state: State, client: Client, record: IntentRecord, intent: Json) -> None:
    order = order_meant(state, client, intent)
    record.order = order.id
    if order.is_terminal or order.cancel is not None:
        _refuse_about(state, order, record, "CancelRejected", "ILLEGAL_TRANSITION")
        return
    begin_cancel(state, order, "intent", record)


def _cancel_all(state: State, client: Client, record: IntentRecord, intent: Json) -> None:
    only = None
    if intent["instrument"] is not None:
        only = _instrument_named(state, intent["instrument"]).id
    taken = sorted(
        number for number in client.live if only is None or state.orders[number].instrument == only
    )
    if not taken:
        answer(state, client, record)
        return
    client.cancel_alls.append(CancelAll(record, set(taken)))
    for number in taken:
        order = state.orders[number]
        if order.cancel is None and not order.is_terminal:
            begin_cancel(state, order, "cancelAll", record)


def _set_risk_flag(state: State, client: Client, record: IntentRecord, intent: Json) -> None:
    client.trading_state = intent["value"]
    state.digest.text(intent["value"])
    answer(state, client, record)


def _no_op(state: State, client: Client, record: IntentRecord, intent: Json) -> None:
    answer(state, client, record)


ACTIONS = {
    "Place": _place,
    "Replace": _replace,
    "Cancel": _cancel,
    "CancelAll": _cancel_all,
    "SetRiskFlag": _set_risk_flag,
    "NoOp": _no_op,
}
