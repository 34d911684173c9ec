"""An order, its requests, its executions. Source: docs/reference/orders.md section 2."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Deque, Dict, List, Optional, Set, Tuple

from .model import IntentRecord, Json

TERMINAL = ("Filled", "Cancelled", "Rejected", "Expired")
DOUBTFUL = ("Submit", "Cancel", "Replace")
"""The kinds of request whose unknown outcome puts an order in doubt."""


@dataclass
class Request:
    """A request without an outcome; `left` is when it left, None while it waits."""

    number: int
    left: Optional[int] = None


@dataclass
class Fill:
    """An execution of an order; `is_former` if the order now at the venue does not know of it."""

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
    is_former: bool = False

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
    """An execution on our account that no order explained; `is_taken` once one took it over."""

    instrument: int
    side: str
    kept_since: int
    fill: Fill
    is_taken: bool = False


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
    is_dry: bool = False
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
    def executed_here(self) -> int:
        """What the order now at the venue has had of the market."""
        return sum(fill.peak for fill in self.executions() if not fill.is_former)

    @property
    def standing_here(self) -> int:
        """What of that counts now."""
        return sum(fill.counts for fill in self.executions() if not fill.is_former)

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
    def may_not_rest(self) -> bool:
        """Whether it is for the market of its moment."""
        return self.ord_type == "Market" or self.time_in_force in ("IOC", "FOK")

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

    @property
    def new_version_never_left(self) -> bool:
        """Whether the second half of a cancel-and-new is pending that has not left."""
        return self.replace is not None and self.replace.stage == "placing" and self.never_left

    def is_waiting(self, kind: str) -> bool:
        """Whether its request of that kind waits here."""
        request = self.requests.get(kind)
        return request is not None and request.left is None
