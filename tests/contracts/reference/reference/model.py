"""What the core holds about venues, instruments, clients, intents and orders.

Sources: docs/reference/events.md (control events), orders.md section 2, intents.md.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Deque, Dict, List, Optional, Set, Tuple

Json = Dict[str, Any]

TERMINAL = ("Filled", "Cancelled", "Rejected", "Expired")
STRICTNESS = {"Active": 0, "Reducing": 1, "Halted": 2}
DOUBTFUL = ("Submit", "Cancel", "Replace")
"""The kinds of request whose unknown outcome puts an order in doubt."""


@dataclass
class Bucket:
    """Tokens in billionths; `gain` of them per microsecond up to `most`. Source: intents.md, Rates."""

    gain: int
    most: int
    held: int
    asked: int

    def accrue(self, now: int) -> None:
        """Adds what came in since it was last asked."""
        self.held = min(self.most, self.held + (now - self.asked) * self.gain)
        self.asked = now

    def take(self, now: int, reserve: int) -> bool:
        """Takes a token if at least `reserve` billionths remain afterwards."""
        self.accrue(now)
        if self.held - TOKEN < reserve:
            return False
        self.held -= TOKEN
        return True


TOKEN = 10**9


@dataclass
class Waiting:
    """A request in a venue's queue."""

    kind: str
    order: int
    request: int


@dataclass
class Venue:
    """One account at one exchange."""

    id: int
    name: str
    exchange: str
    capabilities: Json
    simulation: Optional[Json]
    pacing: Optional[Json]
    status: str
    trading_state: str = "Active"
    mismatches: int = 0
    bucket: Optional[Bucket] = None
    cancels: Deque[Waiting] = field(default_factory=deque)
    lookups: Deque[Waiting] = field(default_factory=deque)
    orders: Deque[Waiting] = field(default_factory=deque)

    def queue(self, kind: str) -> Deque[Waiting]:
        """Returns the queue in which a request of that kind waits."""
        if kind == "Cancel":
            return self.cancels
        return self.lookups if kind == "Lookup" else self.orders


@dataclass
class Book:
    """What is known of an instrument's market: price -> quantity, both in quanta."""

    bids: Dict[int, int] = field(default_factory=dict)
    asks: Dict[int, int] = field(default_factory=dict)
    has_depth: bool = False
    is_fresh: bool = False
    updated: Optional[int] = None
    last_trade: Optional[int] = None

    def best_bid(self) -> Optional[int]:
        """Returns the highest bid."""
        return max(self.bids) if self.bids else None

    def best_ask(self) -> Optional[int]:
        """Returns the lowest ask."""
        return min(self.asks) if self.asks else None

    def mark(self) -> Optional[int]:
        """Returns the price at which positions are valued, or None. Source: traces.md."""
        return self.middle() if self.is_fresh else None

    def middle(self) -> Optional[int]:
        """Returns the middle of best bid and best ask, rounded down, or the one that there is."""
        bid, ask = self.best_bid(), self.best_ask()
        if bid is None or ask is None:
            return ask if bid is None else bid
        return (bid + ask) // 2


Share = Tuple[int, int]
"""What a contract pays of its payout: numerator and denominator."""


@dataclass
class Instrument:
    """A listed instrument: its terms as declared, its capabilities, its book."""

    terms: Json
    capabilities: Json
    book: Book = field(default_factory=Book)
    trading_state: str = "Active"
    resolved: Optional[Share] = None
    settled: Optional[Share] = None
    difference: Fraction = Fraction(0)

    @property
    def id(self) -> int:
        return self.terms["id"]

    @property
    def venue(self) -> int:
        return self.terms["venue"]

    @property
    def asset_class(self) -> str:
        return self.terms["asset_class"]

    @property
    def price_scale(self) -> int:
        return self.terms["price_rule"]["scale"]

    @property
    def qty_scale(self) -> int:
        return self.terms["qty_rule"]["scale"]


@dataclass
class IntentRecord:
    """An intent whose id is spent."""

    intent_id: str
    action: str
    content: str
    sent_us: int
    recv_us: int
    taken: int
    tag: Optional[str]
    order: Optional[int] = None
    newest_report: Optional[int] = None
    is_held: bool = False


@dataclass
class CancelAll:
    """A CancelAll that is not settled: the orders it waits for."""

    record: IntentRecord
    waiting: Set[int]
    cancelled: int = 0


@dataclass
class Client:
    """A client: its session, its wishes, its numbers."""

    id: int
    name: str
    session: Optional[int] = None
    cancel_on_disconnect: bool = False
    cancel_grace_ms: int = 0
    grace_due: Optional[int] = None
    trading_state: str = "Active"
    report_seq: int = 0
    bucket: Optional[Bucket] = None
    intents: Dict[str, IntentRecord] = field(default_factory=dict)
    cancel_alls: List[CancelAll] = field(default_factory=list)
    live: Set[int] = field(default_factory=set)


@dataclass
class Request:
    """A request without an outcome; `left` is when it left, None while it waits."""

    number: int
    left: Optional[int] = None


@dataclass
class Fill:
    """An execution of an order."""

    exec_id: str
    last_qty: int
    last_px: int
    liquidity: Optional[str]
    commission: str
    commission_currency: str
    provisional: bool
    tag: Optional[str]
    peak: int
    epoch: Optional[int] = None
    is_voided: bool = False

    @property
    def counts(self) -> int:
        """What of it counts now."""
        return 0 if self.is_voided else self.last_qty

    def terms(self) -> Tuple[Any, ...]:
        """Returns what a correction may change."""
        return (
            self.last_qty,
            self.last_px,
            self.liquidity,
            self.commission,
            self.commission_currency,
        )


@dataclass
class ExternalFill:
    """An execution on our account that belongs to no order of ours."""

    instrument: int
    side: str
    booked: int
    fill: Fill


@dataclass
class PendingCancel:
    """A cancel that is wanted; `record` only if an intent (Cancel or CancelAll) asked for it."""

    cause: str
    record: Optional[IntentRecord] = None


@dataclass
class PendingReplace:
    """A replace under way. `key` is the new client order id of a native one."""

    record: IntentRecord
    stage: str
    orig_intent_id: str
    order_qty: int
    price: Optional[int]
    ttl_due: Optional[int]
    expire_us: Optional[int]
    tag: Optional[str]
    params: Optional[Json]
    key: Optional[str] = None


@dataclass
class Order:
    """An order. The names are those of orders.md section 2."""

    id: int
    client: int
    venue: int
    instrument: int
    side: str
    ord_type: str
    time_in_force: str
    post_only: bool
    reduce_only: bool
    price: Optional[int]
    order_qty: int
    bearer: IntentRecord
    tag: Optional[str]
    params: Optional[Json]
    cl_ord_id: str
    ttl_due: Optional[int]
    expire_us: Optional[int]
    status: str = "Created"
    is_accepted: bool = False
    fills: Dict[str, Fill] = field(default_factory=dict)
    venue_order_id: Optional[str] = None
    version: int = 1
    base_version: int = 1
    base_cum_qty: int = 0
    lapse_due: Optional[int] = None
    cancel: Optional[PendingCancel] = None
    must_cancel: Optional[str] = None
    replace: Optional[PendingReplace] = None
    requests: Dict[str, Request] = field(default_factory=dict)
    doubt: Set[str] = field(default_factory=set)
    doubt_since: Optional[int] = None
    is_doubt_reported: bool = False
    retry: Set[str] = field(default_factory=set)
    retry_due: Optional[int] = None
    lookup_due: Optional[int] = None
    attempts: int = 0
    last_report: Optional[int] = None
    ended: Optional[int] = None
    was_absent: bool = False
    seen_keys: Deque[str] = field(default_factory=deque)
    held: List[IntentRecord] = field(default_factory=list)
    names: List[str] = field(default_factory=list)
    entry_price: Optional[int] = None
    counted_qty: int = 0

    @property
    def is_terminal(self) -> bool:
        return self.status in TERMINAL

    @property
    def cum_qty(self) -> int:
        """Quantity of the executions that stand."""
        return sum(fill.counts for fill in self.executions())

    @property
    def voided_qty(self) -> int:
        """What the venue took off; it does not come back to the market."""
        return sum(fill.peak - fill.counts for fill in self.executions())

    @property
    def notional(self) -> int:
        """Price x quantity of the executions that stand, in quanta squared."""
        return sum(fill.counts * fill.last_px for fill in self.executions())

    def executions(self) -> List[Fill]:
        """Returns its executions, each once, whatever names it has."""
        return list({id(fill): fill for fill in self.fills.values()}.values())

    @property
    def executed(self) -> int:
        """Quantity that the market has had: standing and voided."""
        return self.cum_qty + self.voided_qty

    @property
    def open_qty(self) -> int:
        return max(0, self.order_qty - self.executed)

    @property
    def leaves_qty(self) -> int:
        return 0 if self.is_terminal else self.open_qty

    @property
    def may_grow(self) -> bool:
        """Whether the venue may hold a larger version of the order alive."""
        replace = self.replace
        if replace is not None and replace.stage == "placing":
            return True
        if replace is None or replace.stage != "native" or replace.order_qty <= self.order_qty:
            return False
        request = self.requests.get("Replace")
        return "Replace" in self.doubt or (request is not None and request.left is not None)

    @property
    def is_complete(self) -> bool:
        return self.open_qty == 0 and not self.may_grow

    @property
    def restored(self) -> str:
        """The state without the pending cancel."""
        if self.replace is not None:
            return "ReplacePending"
        if self.cum_qty > 0:
            return "PartiallyFilled"
        return "Accepted" if self.is_accepted else "Submitted"

    @property
    def never_left(self) -> bool:
        submit = self.requests.get("Submit")
        return "Submit" in self.retry or (submit is not None and submit.left is None)

    @property
    def replace_never_left(self) -> bool:
        """Whether a native replace is pending that has not left."""
        if self.replace is None or self.replace.stage != "native":
            return False
        return self.is_waiting("Replace") or "Replace" in self.retry

    def is_waiting(self, kind: str) -> bool:
        """Whether its request of that kind waits here."""
        request = self.requests.get(kind)
        return request is not None and request.left is None
