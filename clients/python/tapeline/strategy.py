"""``Strategy``: events in, intents out; the runner does the rest.

``on_event`` is called for every execution report and every event of the subscriptions, one at a
time, in the order in which they came. It must not block and has no side effects on the daemon but
the intents that it returns, so that the same class can be run against recorded events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Callable

from .aio import AsyncClient
from .client import Client
from .inbox import Incoming
from .intent import QuoteIntent
from .orders import Orders, OrderState
from .queries import Result
from .report import ExecutionReport
from .rows import Book, Instrument, Position

__all__ = ["Context", "Strategy", "run", "run_async"]

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Context:
    """What a strategy may know at one event. Nothing in it changes afterwards."""

    #: Time of the event, microseconds; of a replayed event, the time it had.
    now_us: int = 0
    #: Open orders by ``order_id``.
    orders: Mapping[str, OrderState] = field(default_factory=dict)
    #: Signed quantity by instrument; 0 is left out.
    positions: Mapping[str, Decimal] = field(default_factory=dict)
    #: The newest book by instrument.
    books: Mapping[str, Book] = field(default_factory=dict)
    #: Grids by instrument.
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    #: Intents that were returned and have no report yet.
    unanswered: tuple[QuoteIntent, ...] = ()

    def position(self, instrument: str) -> Decimal:
        """Returns the signed position, 0 if there is none."""
        return self.positions.get(instrument, _ZERO)

    def open_orders(self, instrument: str, side: str | None = None) -> list[OrderState]:
        """Returns the open orders of an instrument, of one side if given."""
        chosen = (o for o in self.orders.values() if o.instrument == instrument)
        return [o for o in chosen if side in (None, o.side)]


class Strategy:
    """Override ``on_event``; ``channels`` and ``instruments`` say what is subscribed."""

    channels: Sequence[str] = ("book", "trade")
    instruments: str | Sequence[str] = "*"

    def on_start(self, ctx: Context) -> Sequence[QuoteIntent]:
        """Called once, when orders, positions and instruments are known."""
        return ()

    def on_event(self, ctx: Context, event: Incoming) -> Sequence[QuoteIntent]:
        """Called for each report and event; returns what to send."""
        raise NotImplementedError

    def on_stop(self, ctx: Context) -> Sequence[QuoteIntent]:
        """Called once at the end; the place for ``QuoteIntent.cancel_all()``."""
        return ()


class Folder:
    """Builds the context. Mappings are copied when they change, so old contexts stay true.

    Positions move by the change of an order's ``cum_qty``. Of an order that had ended before, or was
    forgotten since, nothing is known to compare with: a trade counts by its own quantity, and after
    a correction, which says less, the owner asks for the positions and gives them to ``hold``. So it
    does where a commission took some of the base that was traded: how much goes by those before it.

    Each page of positions is the state after its own event: reports up to it are in what it tells.
    An instrument on no page had no fill when the first was made: positions are never forgotten.
    """

    def __init__(self, instruments: Sequence[Instrument]) -> None:
        self._orders = Orders()
        self._first_page_seq = 0
        #: By instrument, the event after which its position was told.
        self._told_seq: dict[str, int] = {}
        #: True if the positions must be asked for before the context is shown.
        self.is_unsure = False
        by_name = {row.instrument: row for row in instruments}
        self.context = Context(instruments=MappingProxyType(by_name))

    def load(self, orders: Sequence[ExecutionReport], positions: Sequence[Result]) -> None:
        """Begins with what the daemon holds; ``positions`` are all pages of that query."""
        self._orders.load(orders)
        self.context = replace(self.context, orders=self._open_orders())
        self.hold(positions)

    def hold(self, positions: Sequence[Result]) -> Context:
        """Takes the positions of all pages of the query; returns the context with them."""
        self.is_unsure = False
        self._first_page_seq = positions[0].seq_id or 0
        self._told_seq = {}
        held: dict[str, Decimal] = {}
        for page in positions:
            for row in map(Position.from_wire, page.result):
                # A row that moved onto the next page meanwhile is on both: the later one counts.
                held[row.instrument] = row.qty
                self._told_seq[row.instrument] = page.seq_id or 0
        open_only = {instrument: qty for instrument, qty in held.items() if qty != 0}
        self.context = replace(self.context, positions=MappingProxyType(open_only))
        return self.context

    def apply(self, item: Incoming, unanswered: tuple[QuoteIntent, ...]) -> Context:
        """Returns the context in which the strategy sees ``item``."""
        changes: dict[str, Any] = {"unanswered": unanswered}
        if isinstance(item, ExecutionReport):
            changes.update(self._apply_report(item))
            now_us = item.transact_us
        else:
            now_us = item.ingest_time_us
            book = item.book
            if book is not None and item.instrument is not None:
                books = {**self.context.books, item.instrument: book}
                changes["books"] = MappingProxyType(books)
        changes["now_us"] = max(self.context.now_us, now_us or 0)
        self.context = replace(self.context, **changes)
        return self.context

    def _apply_report(self, report: ExecutionReport) -> Mapping[str, Any]:
        known = self._orders.get(report.order_id) if report.order_id is not None else None
        order = self._orders.apply(report)
        if order is None or order is known:
            return {}
        changes: dict[str, Any] = {"orders": self._open_orders()}
        if (report.seq_id or 0) <= self._told_seq.get(order.instrument, self._first_page_seq):
            return changes
        if self._must_ask(report, known, order.instrument):
            self.is_unsure = True
            return changes
        delta = _signed_change(known, order)
        if delta != 0:
            held = dict(self.context.positions)
            held[order.instrument] = held.get(order.instrument, _ZERO) + delta
            if held[order.instrument] == 0:
                del held[order.instrument]
            changes["positions"] = MappingProxyType(held)
        return changes

    def _must_ask(
        self, report: ExecutionReport, known: OrderState | None, instrument: str
    ) -> bool:
        """True if the report does not say by how much the position moved."""
        is_revised = report.exec_type in ("TradeCancel", "TradeCorrect")
        if is_revised and known is None:
            return True
        row = self.context.instruments.get(instrument)
        if row is not None and not row.is_spot:
            return False
        charged = [e.commission_currency for e in report.executions if e.commission]
        return is_revised or (bool(charged) if row is None else row.base in charged)

    def _open_orders(self) -> Mapping[str, OrderState]:
        return MappingProxyType({order.order_id: order for order in self._orders.open})


def run(
    strategy: Strategy,
    client: Client,
    *,
    timeout: float | None = None,
    until: Callable[[], bool] | None = None,
) -> Context:
    """Runs a strategy on a connected client until ``until()`` holds or ``timeout`` passed.

    Returns the last context. An exception of the strategy goes through, after ``on_stop``.
    """
    folder = Folder(client.instruments())
    orders = client.orders()
    folder.load(orders, client.query_pages("positions"))
    client.subscribe(strategy.channels, strategy.instruments)
    try:
        _send_all(client, strategy.on_start(folder.context))
        for item in client.messages(timeout, until):
            context = folder.apply(item, client.unanswered)
            if folder.is_unsure:
                context = folder.hold(client.query_pages("positions"))
            _send_all(client, strategy.on_event(context, item))
            if until is not None and until():
                break
    finally:
        _send_all(client, strategy.on_stop(folder.context))
    return folder.context


async def run_async(
    strategy: Strategy,
    client: AsyncClient,
    *,
    timeout: float | None = None,
    until: Callable[[], bool] | None = None,
) -> Context:
    """Runs a strategy on a connected asyncio client; see ``run``."""
    folder = Folder(await client.instruments())
    orders = await client.orders()
    folder.load(orders, await client.query_pages("positions"))
    await client.subscribe(strategy.channels, strategy.instruments)
    try:
        for intent in strategy.on_start(folder.context):
            await client.send(intent)
        async for item in client.messages(timeout, until):
            context = folder.apply(item, client.unanswered)
            if folder.is_unsure:
                context = folder.hold(await client.query_pages("positions"))
            for intent in strategy.on_event(context, item):
                await client.send(intent)
            if until is not None and until():
                break
    finally:
        for intent in strategy.on_stop(folder.context):
            await client.send(intent)
    return folder.context


def _signed_change(known: OrderState | None, order: OrderState) -> Decimal:
    """What the order's newest report adds to the position."""
    if known is not None:
        return order.signed_cum_qty - known.signed_cum_qty
    size = order.report.fill_size
    return size if order.side == "Buy" else -size


def _send_all(client: Client, intents: Sequence[QuoteIntent]) -> None:
    for intent in intents:
        client.send(intent)
