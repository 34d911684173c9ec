"""What the core holds about venues, instruments, clients and intents.

Sources: docs/reference/events.md (control events), intents.md. Orders are in `order.py`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Deque, Dict, List, Optional, Set, Tuple

Json = Dict[str, Any]

STRICTNESS = {"Active": 0, "Reducing": 1, "Halted": 2}


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

    def take(self, now: int, reserve: int, cost: int) -> bool:
        """Takes `cost` if at least `reserve` remains afterwards; all in billionths."""
        self.accrue(now)
        if self.held - cost < reserve:
            return False
        self.held -= cost
        return True


TOKEN = 10**9


@dataclass
class Waiting:
    """A request about an order in a venue's queue."""

    kind: str
    order: int
    request: int


@dataclass
class Reconcile:
    """A reconciliation that is open; `sent` is when it left, None while it waits."""

    request: int
    cause: str
    sent: Optional[int] = None


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
    breaker: Optional[Json] = None
    reconcile_ms: Optional[int] = None
    mismatches: int = 0
    paused_until: Optional[int] = None
    failures: int = 0
    open_until: Optional[int] = None
    reconcile: Optional[Reconcile] = None
    reconcile_due: Optional[int] = None
    reconcile_attempts: int = 0
    first_reconcile: Optional[int] = None
    read_up_to: Optional[int] = None
    external_orders: List[Json] = field(default_factory=list)
    is_opened: bool = False
    is_adopting: bool = False
    bucket: Optional[Bucket] = None
    cancels: Deque[Waiting] = field(default_factory=deque)
    lookups: Deque[Waiting] = field(default_factory=deque)
    orders: Deque[Waiting] = field(default_factory=deque)

    def queue(self, kind: str) -> Deque[Waiting]:
        """Returns the queue in which a request of that kind waits."""
        if kind == "Cancel":
            return self.cancels
        return self.lookups if kind == "Lookup" else self.orders


TICKS_MAX = 4096
SPAN_MAX = 2**20


def is_tabled(rule: Json) -> bool:
    """Returns whether a ladder is bounded and small enough to be kept by tick. Source: events.md."""
    last = rule.get("max_quanta")
    if last is None:
        return False
    first = rule["ticks"][0]["from_quanta"]
    if not 0 <= last - first <= SPAN_MAX:
        return False
    ends = [row["from_quanta"] for row in rule["ticks"][1:]] + [last + 1]
    ticks = sum(
        len(range(row["from_quanta"], min(end, last + 1), row["step_quanta"]))
        for row, end in zip(rule["ticks"], ends)
    )
    return ticks <= TICKS_MAX


@dataclass
class Book:
    """What is known of an instrument's market: price -> quantity, both in quanta."""

    bids: Dict[int, int] = field(default_factory=dict)
    asks: Dict[int, int] = field(default_factory=dict)
    has_depth: bool = False
    is_fresh: bool = False
    updated: Optional[int] = None
    last_trade: Optional[int] = None
    is_betting: bool = False
    rule: Optional[Json] = None

    def relist(self, terms: Json) -> None:
        """Takes the terms of a listing: levels that a bounded ladder does not have are gone."""
        self.is_betting = terms["asset_class"] == "betting"
        self.rule = terms["price_rule"]
        self.bids = {price: qty for price, qty in self.bids.items() if self.has_price(price)}
        self.asks = {price: qty for price, qty in self.asks.items() if self.has_price(price)}

    def has_price(self, price: int) -> bool:
        """Returns whether the ladder has a price; one that is unbounded or too large has all."""
        if self.rule is None or not is_tabled(self.rule):
            return True
        rows = [row for row in self.rule["ticks"] if row["from_quanta"] <= price]
        if not rows or price > self.rule["max_quanta"]:
            return False
        return (price - rows[-1]["from_quanta"]) % rows[-1]["step_quanta"] == 0

    def best_bid(self) -> Optional[int]:
        """Returns the highest bid; of a betting market the lowest odds."""
        if not self.bids:
            return None
        return min(self.bids) if self.is_betting else max(self.bids)

    def best_ask(self) -> Optional[int]:
        """Returns the lowest ask; of a betting market the highest odds."""
        if not self.asks:
            return None
        return max(self.asks) if self.is_betting else min(self.asks)

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
    credited: Optional[Fraction] = None
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
