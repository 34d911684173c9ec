"""Control events. Source: docs/reference/events.md ("Control events"), orders.md section 10."""

from __future__ import annotations

from typing import Callable, Dict, Iterator

from .breaker import close
from .changes import ask_once_more, begin_cancel_all, cancel_live_of, send_cancel
from .deadlines import set_due, set_grace
from .doubt import fall_into_doubt
from .dry_run import apply_dry_run_set
from .firing import fire_all, retry_cancels_anew
from .guards import forget_rates
from .model import Client, Instrument, Json, Venue
from .order import Order
from .reconcile import apply_account_adopted, apply_reconcile_asked, begin, drop, take_interval
from .reports import own, report
from .requests import new_bucket, release, turn_back_all_in_vain, turn_back_in_vain
from .state import State, must, present

KEYS_MAX = 1024
DECLARED = (
    "name",
    "exchange",
    "capabilities",
    "simulation",
    "pacing",
    "breaker",
    "reconcile_ms",
)
"""What a declaration says of a venue."""


def apply_control(state: State, event: Json) -> None:
    """Applies a control event, unless its key was seen."""
    key = event["idempotency_key"]
    if key is not None:
        if key in state.control_keys:
            return
        state.control_keys.append(key)
        if len(state.control_keys) > KEYS_MAX:
            state.control_keys.popleft()
    state.digest.text(event["event_type"])
    HANDLERS[event["event_type"]](state, event, event["payload"])


def _started(state: State, event: Json, payload: Json) -> None:
    if state.started:
        _take_horizon(state, payload["settings"]["intent_horizon_ms"])
    state.settings = payload["settings"]
    state.mode = payload["mode"]
    state.started_at = state.now
    state.stopping = False
    digits = [c for c in payload["journal_id"] if c in "0123456789abcdef"]
    state.prefix = "tl" + "".join(digits[:8])
    state.digest.text(payload["config_digest"])
    for client in state.clients:
        client.bucket = None
    if state.started:
        _restart(state, payload.get("lost_since_us"))
    state.started = True


def _take_horizon(state: State, horizon_ms: int) -> None:
    """A longer horizon does not bring back what the shorter one let go."""
    before_ms = state.settings["intent_horizon_ms"]
    if horizon_ms > before_ms:
        state.known_since = max(state.now - before_ms * 1000, 0, state.known_since or 0)


def _restart(state: State, lost_since: int | None) -> None:
    for venue in state.venues:
        if venue.simulation is None:
            venue.status = "down"
            drop(state, venue)
    for instrument in state.instruments.values():
        instrument.book.is_fresh = instrument.book.has_depth = False
    if lost_since is not None:
        for order in _live_outside(state):
            _doubt_what_waited(state, order)
    for client in state.clients:
        if client.session is None and client.grace_due is None:
            continue
        client.session = None
        is_wanted = client.cancel_on_disconnect
        set_grace(state, client, _grace_end(state, client) if is_wanted else None)
    fire_all(state)  # not before: no grace ran while nobody could come back
    if lost_since is not None:
        _lose(state, lost_since)
    for order in _live_outside(state):
        _recover(state, order)


def _live_outside(state: State) -> Iterator[Order]:
    """Yields the live orders at venues outside the timeline, by number."""
    for number in sorted(state.live):
        order = state.orders[number]
        if state.venues[order.venue].simulation is None and not order.is_terminal:
            yield order


def _doubt_what_waited(state: State, order: Order) -> None:
    """What waits, or is to be tried again, may have left in the end that is lost."""
    for kind in ("Submit", "Replace"):
        if order.is_waiting(kind) or kind in order.retry:
            order.requests.pop(kind, None)
            order.retry.discard(kind)
            fall_into_doubt(state, order, kind)


def _lose(state: State, since: int) -> None:
    """The journal's end is gone: what it may have given out is not given out again."""
    lost = max(0, state.now - since)
    state.next_order += -(-lost // 1_000) * 10
    for number in state.live:
        state.orders[number].version += -(-lost // 10_000)
    state.intents_after = state.now
    state.operator_state = "Halted"
    state.digest.int(since)


def _grace_end(state: State, client: Client) -> int:
    return state.now + client.cancel_grace_ms * 1000


def _recover(state: State, order: Order) -> None:
    """What a restart does to a live order at a venue outside the timeline."""
    if turn_back_in_vain(state, order):
        return
    order.attempts = 0
    set_due(state, order, "lookup", None)
    left = {kind for kind, request in order.requests.items() if request.left is not None}
    if "Lookup" in left:
        del order.requests["Lookup"]
    if "Cancel" in left:
        del order.requests["Cancel"]
    for kind in ("Submit", "Replace"):
        if kind in left:
            del order.requests[kind]
            fall_into_doubt(state, order, kind)
    if "Cancel" in left:
        order.doubt.add("Cancel")
        if order.doubt_since is None:
            order.doubt_since = state.now
        send_cancel(state, order)
    others = order.doubt - (left & {"Cancel"})
    if others:
        ask_once_more(state, order)
    if bool(order.doubt) != order.is_doubt_reported:
        report(state, order, "OrderStatus", own(order))


def _venue_declared(state: State, event: Json, payload: Json) -> None:
    known = state.venue(payload["id"])
    must(known is not None or payload["id"] == len(state.venues), "venues are numbered in order")
    if known is None:
        added = Venue(**payload, status="down" if payload["simulation"] is None else "up")
        state.venues.append(added)
        _take_pacing(state, added)
        return
    reconcile_ms_before = known.reconcile_ms
    for name in DECLARED:
        setattr(known, name, payload.get(name))
    _take_pacing(state, known)
    for instrument in state.instruments.values():
        if instrument.venue == known.id:
            instrument.capabilities = _capabilities(known, instrument.terms)
    if known.reconcile_ms != reconcile_ms_before:
        take_interval(state, known)
    release(state, known)


def _take_pacing(state: State, venue: Venue) -> None:
    """A venue keeps what its bucket holds; a new bucket is full."""
    if venue.pacing is None:
        venue.bucket = None
        return
    fresh = new_bucket(venue.pacing["per_second"], venue.pacing["burst"], state.now)
    if venue.bucket is not None:
        fresh.held, fresh.asked = venue.bucket.held, venue.bucket.asked
    venue.bucket = fresh


def _capabilities(venue: Venue, terms: Json) -> Json:
    return {**venue.capabilities, **(terms["capabilities"] or {})}


def _instrument_listed(state: State, event: Json, payload: Json) -> None:
    venue = present(state.venue(payload["venue"]), "the venue of an instrument is declared")
    known = state.instruments.get(payload["id"])
    must(known is None or known.terms["name"] == payload["name"], "a number keeps its name")
    is_kept = known is None or _fixed(known.terms) == _fixed(payload)
    if not is_kept or not state.ledger.supports(state, payload):
        state.alarm("UNSUPPORTED")
        return
    listed = Instrument(payload, _capabilities(venue, payload))
    if known is not None:
        listed.book = known.book
        listed.trading_state = known.trading_state
        listed.resolved, listed.settled = known.resolved, known.settled
        listed.credited, listed.difference = known.credited, known.difference
    listed.book.relist(payload)
    state.instruments[payload["id"]] = listed
    state.instrument_names[payload["name"]] = payload["id"]


def _fixed(terms: Json) -> Json:
    """Returns what a later listing may not change."""
    names = ("asset_class", "venue", "symbol", "base", "quote")
    fixed = {name: terms[name] for name in names}
    fixed["scales"] = (terms["price_rule"]["scale"], terms["qty_rule"]["scale"])
    contract = dict(terms.get("contract") or {})
    if contract.get("kind") == "betting":
        for name in ("commission_ppm", "discount_ppm", "runners"):
            del contract[name]
    fixed["contract"] = contract
    return fixed


def _limits_set(state: State, event: Json, payload: Json) -> None:
    state.limits.apply(state, event, payload)
    forget_rates(state)


def _balance_set(state: State, event: Json, payload: Json) -> None:
    must(event["venue"] is not None, "a balance names its venue")
    state.ledger.deposit(state, event["venue"], payload["currency"], payload["total"])
    venue = state.venue(event["venue"])
    if venue is not None:
        venue.is_opened = True


def _trading_state_set(state: State, event: Json, payload: Json) -> None:
    if event["instrument"] is not None:
        listed = state.instruments.get(event["instrument"])
        instrument = present(listed, "the instrument is listed")
        instrument.trading_state = payload["state"]
    elif event["venue"] is not None:
        venue = present(state.venue(event["venue"]), "the venue is declared")
        venue.trading_state = payload["state"]
        if payload["state"] != "Halted":
            venue.mismatches = 0
    else:
        state.operator_state = payload["state"]
    state.digest.text(payload["state"])


def _kill_switch_set(state: State, event: Json, payload: Json) -> None:
    state.kill_switch = payload["on"]
    if state.kill_switch:
        begin_cancel_all(state, list(state.live), "kill")


def _venue_status_changed(state: State, event: Json, payload: Json) -> None:
    venue = present(state.venue(event["venue"]), "the venue is declared")
    venue.status = payload["status"]
    state.digest.text(payload["status"])
    if venue.status == "up":
        close(venue)
        retry_cancels_anew(state, venue)
    elif venue.simulation is None and venue.status == "down":
        drop(state, venue)
    elif venue.simulation is None:
        begin(state, venue, "connected")
    turn_back_all_in_vain(state, venue)
    release(state, venue)


def _configuration_reloaded(state: State, event: Json, payload: Json) -> None:
    state.digest.text(payload["config_digest"])


def _stopping(state: State, event: Json, payload: Json) -> None:
    state.stopping = True


def _session_opened(state: State, event: Json, payload: Json) -> None:
    number = state.client_names.get(payload["client"])
    if number is None:
        number = len(state.clients)
        state.clients.append(Client(number, payload["client"]))
        state.client_names[payload["client"]] = number
    client = state.clients[number]
    client.session = payload["session"]
    client.cancel_on_disconnect = payload["cancel_on_disconnect"]
    client.cancel_grace_ms = payload["cancel_grace_ms"]
    set_grace(state, client, None)


def _session_closed(state: State, event: Json, payload: Json) -> None:
    client = state.client_of_session(payload["session"])
    if client is None or payload["cause"] == "replaced":
        return
    client.session = None
    if not client.cancel_on_disconnect:
        return
    if payload["cause"] == "lost":
        set_grace(state, client, _grace_end(state, client))
    elif not payload["keep_orders"]:
        cancel_live_of(state, client, "disconnect")


HANDLERS: Dict[str, Callable[[State, Json, Json], None]] = {
    "Started": _started,
    "ConfigurationReloaded": _configuration_reloaded,
    "VenueDeclared": _venue_declared,
    "InstrumentListed": _instrument_listed,
    "LimitsSet": _limits_set,
    "BalanceSet": _balance_set,
    "TradingStateSet": _trading_state_set,
    "KillSwitchSet": _kill_switch_set,
    "DryRunSet": apply_dry_run_set,
    "ReconcileAsked": apply_reconcile_asked,
    "AccountAdopted": apply_account_adopted,
    "VenueStatusChanged": _venue_status_changed,
    "Stopping": _stopping,
    "SessionOpened": _session_opened,
    "SessionClosed": _session_closed,
}
