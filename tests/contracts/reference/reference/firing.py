"""What fires at a deadline, and what retires. Source: docs/reference/orders.md section 9."""

from __future__ import annotations

from typing import List, Optional

from .changes import back_off_anew, begin_cancel, cancel_live_of, send_cancel
from .decimals import ceil_div
from .deadlines import next_due, set_due, set_grace
from .model import Venue
from .order import Order
from .reconcile import begin
from .requests import issue, next_release, release
from .state import State

FIRED_MAX = 1024
RETIRED_BY_DEADLINE_MAX = 32
RETIRED_BY_THE_WAY_MAX = 2
SECOND = 1_000_000


def fire_all(state: State) -> None:
    """Fires what is due, retires what has had its time, lets out what may leave."""
    for _ in range(FIRED_MAX):
        due = next_due(state)
        if due is None or due[0] > state.now:
            break
        _, name, key = due
        if name == "reconcile":
            begin(state, state.venues[key], "periodic")
        elif name == "grace":
            client = state.clients[key]
            set_grace(state, client, None)
            cancel_live_of(state, client, "disconnect")
        else:
            _fire(state, state.orders[key], name)
    retire(state, RETIRED_BY_DEADLINE_MAX)
    for venue in state.venues:
        release(state, venue)


def _fire(state: State, order: Order, name: str) -> None:
    set_due(state, order, name, None)
    if name == "lapse":
        begin_cancel(state, order, "lapse")
    elif name == "retry":
        _retry(state, order)
    elif "Lookup" not in order.requests:
        issue(state, order, "Lookup")


def retry_cancels_anew(state: State, venue: Venue) -> None:
    """The venue has come up: cancels that are tried again go out now (section 5)."""
    for number in sorted(state.live):
        order = state.orders[number]
        if order.venue == venue.id and not order.is_terminal and "Cancel" in order.retry:
            back_off_anew(order)
            _retry_cancel(state, order)


def _retry_cancel(state: State, order: Order) -> None:
    if "Cancel" not in order.retry:
        return
    order.retry.discard("Cancel")
    if order.cancel is None and order.must_cancel is not None:
        begin_cancel(state, order, order.must_cancel)
    else:
        send_cancel(state, order)


def _retry(state: State, order: Order) -> None:
    _retry_cancel(state, order)
    kinds = set(order.retry)
    order.retry.clear()
    for kind in ("Submit", "Replace"):
        if kind in kinds:
            issue(state, order, kind)


def may_go(state: State, since: int) -> int:
    """Returns when what is kept since then may be forgotten."""
    horizon_us: int = state.settings["intent_horizon_ms"] * 1000
    return since + horizon_us + SECOND


def was_let_go(state: State, at: int) -> bool:
    """Whether what is of that time may be forgotten by a horizon that was shorter than this one."""
    return state.known_since is not None and at <= state.known_since


def _is_wanted(state: State, since: int) -> int:
    return ceil_div(may_go(state, since), SECOND) * SECOND


def retire(state: State, left: int) -> None:
    """Forgets at most so many ended orders, intents and fills that have had their time."""
    while left > 0 and state.ended:
        number, since = next(iter(state.ended.items()))
        if may_go(state, since) > state.now:
            break
        del state.ended[number]
        _forget_order(state, state.orders.pop(number))
        left -= 1
    while left > 0 and state.taken and may_go(state, state.taken[0][0]) <= state.now:
        _, client_id, record = state.taken.popleft()
        order = state.order(record.order)
        if order is not None:
            record.is_held = True
            order.held.append(record)
        else:
            state.clients[client_id].intents.pop(record.intent_id, None)
        left -= 1
    while left > 0 and state.filled and may_go(state, state.filled[0]) <= state.now:
        state.filled.popleft()
        left -= 1


def _forget_order(state: State, order: Order) -> None:
    for name in order.names:
        named = state.names.get((order.instrument, name), [])
        if order.id in named:
            named.remove(order.id)
        if not named:
            state.names.pop((order.instrument, name), None)
    intents = state.clients[order.client].intents
    for record in order.held:
        intents.pop(record.intent_id, None)


def next_wanted(state: State) -> Optional[int]:
    """Returns when the core next wants a `DeadlineReached`."""
    times: List[int] = []
    due = next_due(state)
    if due is not None:
        times.append(due[0])
    if state.ended:
        times.append(_is_wanted(state, next(iter(state.ended.values()))))
    if state.taken:
        times.append(_is_wanted(state, state.taken[0][0]))
    if state.filled:
        times.append(_is_wanted(state, state.filled[0]))
    for venue in state.venues:
        released = next_release(state, venue)
        if released is not None:
            times.append(released)
    return min(times) if times else None
