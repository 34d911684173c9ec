"""Requests to venues: issuing, waiting, pacing, leaving.

Source: docs/reference/orders.md section 8, intents.md ("Rates").
"""

from __future__ import annotations

from fractions import Fraction
from typing import Deque, List, Optional, Union

from .breaker import NEW_TERMS, held_until, is_held
from .decimals import ceil_div, half_up
from .model import TOKEN, Bucket, Json, Reconcile, Venue, Waiting
from .order import Order, PendingReplace, Request
from .state import State

OVERLAP = 10_000_000
"""How far before the last execution a reconciliation asks for executions, in microseconds."""


def new_bucket(per_second: object, burst: int, now: int) -> Bucket:
    """Returns a full bucket."""
    return Bucket(gain=gain_of(per_second), most=burst * TOKEN, held=burst * TOKEN, asked=now)


def gain_of(per_second: object) -> int:
    """Returns what a bucket gains in a microsecond, in billionths of a token."""
    return max(1, half_up(Fraction(str(per_second)) * 1000))


def is_reachable(venue: Venue, kind: str) -> bool:
    """Whether a request of that kind may go to the venue in its present status."""
    return venue.status == "up" if kind in NEW_TERMS else venue.status != "down"


def reserve(venue: Venue, kind: str) -> int:
    """What must remain in the bucket after the request, in billionths."""
    if kind == "Cancel" or venue.pacing is None:
        return 0
    return venue.pacing["burst"] // 5 * TOKEN


def cost(venue: Venue, kind: str) -> int:
    """What the request takes of the bucket, in billionths: never more than it may ever take."""
    if venue.pacing is None:
        return 0
    costs = venue.pacing.get("costs") or {}
    most = venue.pacing["burst"] * TOKEN - reserve(venue, kind)
    return min(costs.get(kind.lower(), 1) * TOKEN, most)


def _may_leave(state: State, venue: Venue, kind: str) -> bool:
    """Whether a request may leave now; takes what it costs if so."""
    if not is_reachable(venue, kind) or is_held(state, venue, kind):
        return False
    bucket = venue.bucket
    if bucket is None:
        return True
    return bucket.take(state.now, reserve(venue, kind), cost(venue, kind))


def _head(state: State, queue: Deque[Waiting]) -> Optional[Waiting]:
    """Returns the first request that still stands; what was forgotten before it is dropped."""
    while queue:
        waiting = queue[0]
        order = state.orders.get(waiting.order)
        request = None if order is None else order.requests.get(waiting.kind)
        if request is not None and request.number == waiting.request:
            return waiting
        queue.popleft()
    return None


def issue(state: State, order: Order, kind: str) -> None:
    """Makes a request; it leaves now if it may, else it waits at the end of its queue."""
    request = Request(state.next_request)
    state.next_request += 1
    order.requests[kind] = request
    venue = state.venues[order.venue]
    queue = venue.queue(kind)
    if venue.bucket is not None:
        venue.bucket.accrue(state.now)
    is_first = _head(state, queue) is None
    if is_first and _may_leave(state, venue, kind):
        _leave(state, order, kind)
    else:
        queue.append(Waiting(kind, order.id, request.number))


def _leave(state: State, order: Order, kind: str) -> None:
    order.requests[kind].left = state.now
    state.effects.commands.append(command(order, kind))


def command(order: Order, kind: str) -> Json:
    """Returns what the request says, from the order as it is."""
    said: Json = {
        "kind": kind,
        "request": order.requests[kind].number,
        "venue": order.venue,
        "instrument": order.instrument,
        "order": order.id,
        "cl_ord_id": order.cl_ord_id,
        "venue_order_id": order.venue_order_id,
    }
    if order.is_dry:
        said["dry_run"] = True
    replace = order.replace
    if kind == "Submit":
        terms: Union[Order, PendingReplace] = order
        if replace is not None and replace.stage == "placing":
            terms = replace
        said.update(
            side=order.side,
            ord_type=order.ord_type,
            time_in_force=order.time_in_force,
            expire_us=terms.expire_us,
            price=terms.price,
            order_qty=terms.order_qty - order.base_cum_qty,
            post_only=order.post_only,
            reduce_only=order.reduce_only,
            params=terms.params,
        )
    elif kind == "Replace" and replace is not None:
        said.update(new_cl_ord_id=replace.key, order_qty=replace.order_qty, price=replace.price)
    return said


def issue_reconcile(state: State, venue: Venue) -> None:
    """The open reconciliation leaves now if it may, else it waits."""
    reconcile = venue.reconcile
    if venue.bucket is not None:
        venue.bucket.accrue(state.now)
    if _waits(reconcile) and _may_leave(state, venue, "Reconcile"):
        _leave_reconcile(state, venue)


def _waits(reconcile: Optional[Reconcile]) -> bool:
    return reconcile is not None and reconcile.sent is None


def _leave_reconcile(state: State, venue: Venue) -> None:
    reconcile = venue.reconcile
    assert reconcile is not None
    reconcile.sent = state.now
    if venue.first_reconcile is None:
        venue.first_reconcile = state.now
    since = None
    if venue.is_opened:
        newest = venue.first_reconcile if venue.last_exec is None else venue.last_exec - OVERLAP
        since = max(venue.first_reconcile, newest)
    state.effects.commands.append(
        {
            "kind": "Reconcile",
            "request": reconcile.request,
            "venue": venue.id,
            "cause": reconcile.cause,
            "since_us": since,
        }
    )


def release(state: State, venue: Venue) -> None:
    """Lets out what may leave: cancels, look-ups, the reconciliation, orders."""
    if venue.bucket is not None:
        venue.bucket.accrue(state.now)
    _release_queue(state, venue, venue.cancels)
    _release_queue(state, venue, venue.lookups)
    issue_reconcile(state, venue)
    _release_queue(state, venue, venue.orders)


def _release_queue(state: State, venue: Venue, queue: Deque[Waiting]) -> None:
    while True:
        waiting = _head(state, queue)
        if waiting is None or not _may_leave(state, venue, waiting.kind):
            return
        queue.popleft()
        _leave(state, state.orders[waiting.order], waiting.kind)


def next_release(state: State, venue: Venue) -> Optional[int]:
    """Returns when the next request of a venue may leave, or None."""
    times: List[int] = []
    for kind in _waiting(state, venue):
        if not is_reachable(venue, kind):
            continue
        if is_held(state, venue, kind):
            times.append(held_until(state, venue, kind))
        elif venue.bucket is not None:
            bucket = venue.bucket
            missing = reserve(venue, kind) + cost(venue, kind) - bucket.held
            times.append(bucket.asked + max(0, ceil_div(missing, bucket.gain)))
            break
    return min(times) if times else None


def _waiting(state: State, venue: Venue) -> List[str]:
    """Returns the kinds of the requests that would leave first, in the order of release."""
    heads = [_head(state, queue) for queue in (venue.cancels, venue.lookups, venue.orders)]
    kinds = [None if head is None else head.kind for head in heads]
    kinds.insert(2, "Reconcile" if _waits(venue.reconcile) else None)
    return [kind for kind in kinds if kind is not None]
