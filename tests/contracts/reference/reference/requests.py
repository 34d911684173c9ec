"""Requests to venues: issuing, waiting, pacing, leaving, being turned back.

Source: docs/reference/orders.md section 8, intents.md ("Rates").
"""

from __future__ import annotations

from fractions import Fraction
from typing import Deque, List, Optional, Union

from .breaker import NEW_TERMS, is_held
from .decimals import ceil_div, half_up
from .model import TOKEN, Bucket, Json, Venue, Waiting
from .order import Order, PendingReplace, Request
from .state import State

QUEUES = ("Cancel", "Lookup", "Reconcile")
"""What waits in the first three queues; in the last one wait Submit and Replace."""
OVERLAP = 10_000_000
"""How far before the last execution a reconciliation asks for executions, in microseconds."""


def new_bucket(per_second: object, burst: int, now: int) -> Bucket:
    """Returns a full bucket."""
    return Bucket(gain=gain_of(per_second), most=burst * TOKEN, held=burst * TOKEN, asked=now)


def gain_of(per_second: object) -> int:
    """Returns what a bucket gains in a microsecond, in billionths of a token."""
    return max(1, half_up(Fraction(str(per_second)) * 1000))


def has_link(venue: Venue, kind: str) -> bool:
    """Whether the venue's status lets a request of that kind go."""
    return venue.status == "up" if kind in NEW_TERMS else venue.status != "down"


def is_reachable(state: State, venue: Venue, kind: str) -> bool:
    """Whether a request of that kind may go to the venue now, pacing aside."""
    return has_link(venue, kind) and not is_held(state, venue, kind)


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


def _is_free(state: State, order: Optional[Order]) -> bool:
    """Whether a request takes no tokens: a dry order's, beside real ones."""
    return order is not None and order.is_dry and state.mode != "dry_run"


def _pacing_allows(state: State, venue: Venue, kind: str, order: Optional[Order]) -> bool:
    """Whether pacing lets a request go now; takes what it costs if so."""
    bucket = venue.bucket
    if bucket is None or _is_free(state, order):
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
    """Makes a request; it leaves now if it may, else it waits, unless that is in vain."""
    request = Request(state.next_request)
    state.next_request += 1
    order.requests[kind] = request
    venue = state.venues[order.venue]
    if venue.bucket is not None:
        venue.bucket.accrue(state.now)
    is_next = _is_next(state, venue, kind)
    code = _refused_again(state, order, kind) if is_next else None
    if code is not None:
        _turn_back(state, order, kind, code)
    elif is_next and _pacing_allows(state, venue, kind, order):
        _leave(state, order, kind)
    elif kind != "Submit" or not turn_back_in_vain(state, order):
        venue.queue(kind).append(Waiting(kind, order.id, request.number))


def _is_next(state: State, venue: Venue, kind: str) -> bool:
    """Whether a request would go before all that waits."""
    if not is_reachable(state, venue, kind):
        return False
    for at, head in enumerate(_heads(state, venue)):
        if at == _place(kind):
            return head is None
        if head is not None and venue.bucket is not None and is_reachable(state, venue, head):
            return False
    return True


def _place(kind: str) -> int:
    """Returns which of the four queues a request waits in."""
    return QUEUES.index(kind) if kind in QUEUES else len(QUEUES)


def _heads(state: State, venue: Venue) -> List[Optional[str]]:
    """Returns the kind of the first request of each queue, None where nothing waits."""
    cancels, lookups, orders = (
        _head(state, queue) for queue in (venue.cancels, venue.lookups, venue.orders)
    )
    reconcile = venue.reconcile
    return [
        None if cancels is None else cancels.kind,
        None if lookups is None else lookups.kind,
        "Reconcile" if reconcile is not None and reconcile.sent is None else None,
        None if orders is None else orders.kind,
    ]


def _order_of(state: State, venue: Venue, head: str) -> Optional[Order]:
    """Returns whose request is the first of a queue; None of the reconciliation."""
    return None if head == "Reconcile" else state.orders[venue.queue(head)[0].order]


def _refused_again(state: State, order: Order, kind: str) -> Optional[str]:
    """Returns the code with which a request that would leave is turned back, if it is."""
    # Here, not above: the guards take the buckets of this module.
    from .guards import refusal_again

    if kind not in NEW_TERMS and not _only_serves_replace(order, kind):
        return None
    return refusal_again(state, order, kind)


def _only_serves_replace(order: Order, kind: str) -> bool:
    """Whether a request is the first half of a cancel-and-new and nothing else."""
    if kind != "Cancel" or order.cancel is not None or order.must_cancel is not None:
        return False
    if "Cancel" in order.doubt:
        return False
    return order.replace is not None and order.replace.stage == "cancelling"


def _turn_back(state: State, order: Order, kind: str, code: str) -> None:
    """What would have left, or waits in vain, comes to nothing."""
    # Here, not above: what changes an order issues requests itself.
    from .changes import forget, refuse_replace, reject

    if kind == "Submit":
        reject(state, order, code)
    else:
        forget(state, order, kind)
        refuse_replace(state, order, code)


def turn_back_in_vain(state: State, order: Order) -> bool:
    """What may not rest does not wait for its venue; returns whether it was turned back."""
    venue = state.venues[order.venue]
    if not order.may_not_rest or not order.never_left or is_reachable(state, venue, "Submit"):
        return False
    _turn_back(state, order, "Submit", "VENUE_DOWN")
    return True


def turn_back_all_in_vain(state: State, venue: Venue) -> None:
    """Turns back what waits in vain at a venue, by number."""
    for number in sorted(state.live):
        order = state.orders[number]
        if order.venue == venue.id and not order.is_terminal:
            turn_back_in_vain(state, order)


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
        said.update(
            side=order.side,
            new_cl_ord_id=replace.key,
            order_qty=replace.order_qty,
            price=replace.price,
            expire_us=replace.expire_us,
            params=replace.params,
        )
    return said


def told_since(venue: Venue) -> Optional[int]:
    """Returns since when a reconciliation asks what happened; None where none ever left."""
    since = venue.first_reconcile
    if since is not None and venue.read_up_to is not None:
        since = max(since, venue.read_up_to - OVERLAP)
    return since


def leave_reconcile(state: State, venue: Venue) -> None:
    """The open reconciliation leaves."""
    reconcile = venue.reconcile
    assert reconcile is not None
    reconcile.sent = state.now
    if venue.first_reconcile is None:
        venue.first_reconcile = state.now
    state.effects.commands.append(
        {
            "kind": "Reconcile",
            "request": reconcile.request,
            "venue": venue.id,
            "cause": reconcile.cause,
            "since_us": told_since(venue) if venue.is_opened else None,
        }
    )


def release(state: State, venue: Venue) -> None:
    """Lets out what may leave: cancels, look-ups, the reconciliation, orders; or turns it back."""
    if venue.bucket is not None:
        venue.bucket.accrue(state.now)
    for at in range(len(QUEUES) + 1):
        while True:
            head = _heads(state, venue)[at]
            if head is None or not is_reachable(state, venue, head):
                break
            order = _order_of(state, venue, head)
            code = None if order is None else _refused_again(state, order, head)
            if order is not None and code is not None:
                venue.queue(head).popleft()
                _turn_back(state, order, head, code)
            elif not _pacing_allows(state, venue, head, order):
                return
            elif order is None:
                leave_reconcile(state, venue)
            else:
                venue.queue(head).popleft()
                _leave(state, order, head)


def next_release(state: State, venue: Venue) -> Optional[int]:
    """Returns when the first request of a venue may leave, or None if nothing tells."""
    for head in _heads(state, venue):
        if head is not None and has_link(venue, head):
            return _time_of(venue, head, _is_free(state, _order_of(state, venue, head)))
    return None


def _time_of(venue: Venue, kind: str, is_free: bool) -> Optional[int]:
    times = [venue.paused_until]
    if kind in NEW_TERMS:
        times.append(venue.open_until)
    bucket = venue.bucket
    if bucket is not None and not is_free:
        missing = reserve(venue, kind) + cost(venue, kind) - bucket.held
        times.append(bucket.asked + max(0, ceil_div(missing, bucket.gain)))
    known = [time for time in times if time is not None]
    return max(known) if known else None
