"""Order state, folded from reports.

Keyed by ``order_id``, which survives a Replace; quantities are taken from ``cum_qty``, never added
up, so a report that is seen twice changes nothing. A report older than the newest one seen of its
order is ignored. Terminal orders are forgotten, oldest first, beyond a bound.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from .report import TERMINAL, ExecutionReport

__all__ = ["OrderState", "Orders", "is_older"]

_ZERO = Decimal(0)
#: What is told under a Replace's own id once it was taken.
_TAKEN = ("PendingReplace", "Replaced")


@dataclass(frozen=True)
class OrderState:
    """What is known of one order after its newest report."""

    order_id: str
    instrument: str
    side: str
    ord_status: str
    price: Decimal | None
    order_qty: Decimal
    cum_qty: Decimal
    leaves_qty: Decimal
    avg_px: Decimal | None
    in_doubt: bool
    tag: str | None
    venue_order_id: str | None
    report: ExecutionReport
    #: Shared by all states of the order, which only add to it: one that is replaced all day has many.
    names: list[str] = field(repr=False, compare=False)
    #: How many of them are of this state.
    name_count: int

    @property
    def intent_ids(self) -> tuple[str, ...]:
        """Ids that placed or replaced the order, or had a Replace taken, oldest first."""
        return tuple(self.names[: self.name_count])

    @property
    def intent_id(self) -> str:
        """An id by which Cancel and Replace can name the order."""
        return self.names[self.name_count - 1]

    @property
    def is_open(self) -> bool:
        """True until the order is terminal."""
        return self.ord_status not in TERMINAL

    @property
    def signed_cum_qty(self) -> Decimal:
        """What the order added to the position."""
        return self.cum_qty if self.side == "Buy" else -self.cum_qty


class Orders:
    """The orders of one client, and the refusals of intents that never became one."""

    def __init__(self, keep: int = 10_000) -> None:
        self._keep = keep
        self._by_id: dict[str, OrderState] = {}
        self._by_intent: dict[str, str] = {}
        self._terminal: OrderedDict[str, None] = OrderedDict()
        self._refusals: OrderedDict[str, ExecutionReport] = OrderedDict()

    def __iter__(self) -> Iterator[OrderState]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def open(self) -> list[OrderState]:
        """The orders that are not terminal, in the order in which they were first seen."""
        return [order for order in self if order.is_open]

    def get(self, order_id: str) -> OrderState | None:
        """Returns the order of this id, if it is known."""
        return self._by_id.get(order_id)

    def by_intent(self, intent_id: str) -> OrderState | None:
        """Returns the order that this intent placed, replaced or tried to replace."""
        order_id = self._by_intent.get(intent_id)
        refusal = self._refusals.get(intent_id)
        if order_id is None and refusal is not None and refusal.exec_type == "ReplaceRejected":
            order_id = refusal.order_id
        return None if order_id is None else self._by_id.get(order_id)

    def refusal(self, intent_id: str) -> ExecutionReport | None:
        """Returns the report that refused this intent, if it was refused."""
        return self._refusals.get(intent_id)

    def load(self, rows: Iterable[ExecutionReport]) -> None:
        """Takes the rows of an ``orders`` query. What reports have told already stays."""
        for row in rows:
            if row.order_id is not None and row.order_id not in self._by_id:
                self.apply(row)

    def apply(self, report: ExecutionReport) -> OrderState | None:
        """Folds one report and returns the order it concerns, ``None`` if it concerns none."""
        if report.is_refusal and report.intent_id is not None:
            self._refusals[report.intent_id] = report
            _trim(self._refusals, self._keep)
        if report.order_id is None or report.ord_status is None:
            return None
        known = self._by_id.get(report.order_id)
        if known is not None and is_older(report, known.report):
            return known
        order = _next_state(report, self._named(known, report))
        self._by_id[order.order_id] = order
        if not order.is_open:
            self._terminal[order.order_id] = None
            self._retire()
        return order

    def _named(self, known: OrderState | None, report: ExecutionReport) -> list[str]:
        """Returns the order's names, with those that the report adds.

        A Cancel's id is none; the one that its report names in ``orig_intent_id`` is. Nor is that of
        a Replace which was refused before it was taken: the daemon may only have been asked to check
        it.
        """
        order_id = report.order_id or ""
        names = known.names if known is not None else []
        is_taken = report.orig_intent_id is None or report.exec_type in _TAKEN
        for name in (report.orig_intent_id, report.intent_id if is_taken else None):
            if name is not None and (not names or self._by_intent.get(name) != order_id):
                self._by_intent[name] = order_id
                names.append(name)
        return names or [report.intent_id or ""]

    def _retire(self) -> None:
        while len(self._terminal) > self._keep:
            order_id, _ = self._terminal.popitem(last=False)
            for intent_id in self._by_id.pop(order_id).intent_ids:
                self._by_intent.pop(intent_id, None)


def _trim(kept: OrderedDict[str, ExecutionReport], limit: int) -> None:
    while len(kept) > limit:
        kept.popitem(last=False)


def is_older(report: ExecutionReport, newest: ExecutionReport) -> bool:
    """True if ``report`` was told before ``newest``, or is the same."""
    if report.report_seq is None or newest.report_seq is None:
        return False
    return report.report_seq <= newest.report_seq


def _next_state(report: ExecutionReport, names: list[str]) -> OrderState:
    return OrderState(
        order_id=report.order_id or "",
        instrument=report.instrument or "",
        side=report.side or "",
        ord_status=report.ord_status or "",
        price=report.price,
        order_qty=report.order_qty or _ZERO,
        cum_qty=report.cum_qty or _ZERO,
        leaves_qty=report.leaves_qty or _ZERO,
        avg_px=report.avg_px,
        in_doubt=report.in_doubt,
        tag=report.tag,
        venue_order_id=report.venue_order_id,
        report=report,
        names=names,
        name_count=len(names),
    )
