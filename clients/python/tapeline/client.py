"""The blocking client.

One background thread reads, writes and keeps the heartbeat, so that a strategy may compute as long
as it likes; everything the caller does happens in the caller's thread, under one lock. Several
threads may share a client.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import TracebackType
from typing import (
    Any,
    Callable,
    TypeVar,
)

from . import queries
from .api import Limit, subscription, token_reader
from .decimals import DecimalLike
from .errors import RequestRefused, TapelineError, WaitTimeout
from .inbox import Incoming
from .intent import QuoteIntent
from .link import Link, Lock
from .orders import Orders
from .queries import FillForecast, Query, Result
from .report import ExecutionReport
from .rows import Book, Event, Fill, Instrument, Level, Position
from .state import ClientState, Line, OrderHandle, OrderRef, Settings, intent_id_of

__all__ = ["Client"]

T = TypeVar("T")


class Client:
    """A connection to the daemon that heals itself. Use it in a ``with`` block.

    :param token: The secret, or give ``token_file``.
    :param settings: Fields of :class:`tapeline.Settings` by name.
    """

    def __init__(
        self,
        client_id: str,
        port: int = 7411,
        host: str = "127.0.0.1",
        *,
        token: str | None = None,
        token_file: str | None = None,
        **settings: Any,
    ) -> None:
        self._state = ClientState(client_id, token_reader(token, token_file), Settings(**settings))
        self._changed = Lock(self._state)
        self._link = Link(self._state, self._changed, (host, port))

    @classmethod
    def from_state_dir(
        cls, state_dir: str | os.PathLike[str], *, client_id: str, port: int = 7411, **more: Any
    ) -> Client:
        """A client that takes its token from the daemon's state directory."""
        return cls(client_id, port, token_file=os.path.join(state_dir, "token"), **more)

    def __enter__(self) -> Client:
        self.connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None and not self._state.is_copy:
                with self._changed:
                    self._state.mark_processed()
        finally:  # also where the resume file cannot be written
            self.close(reason=None if kind is None else kind.__name__)

    # Life

    def connect(self) -> None:
        """Connects and waits until missed reports are there and intents can go out.

        :raises FatalError: If the daemon refuses.
        :raises WaitTimeout: After ``connect_timeout`` seconds.
        """
        self._link.start()
        try:
            self._wait(lambda: self._state.session.state == "ready", self._settings.connect_timeout)
        except WaitTimeout as error:
            last = self._link.last_error
            self.close()
            raise WaitTimeout(f"Cannot connect: no answer in time: {last}") from error
        except BaseException:  # an interrupted one must not go on connecting behind the caller
            self.close()
            raise

    def close(
        self,
        *,
        keep_orders: bool | None = None,
        reason: str | None = None,
        timeout: float = 5.0,
    ) -> None:
        """Says GOODBYE, waits until the daemon closes, ends the thread. May be called again.

        Open orders are cancelled as ``cancel_on_disconnect`` says; ``keep_orders=True`` leaves
        them resting, also where that call was interrupted and a later one, such as that at the end
        of ``with``, does not say it. Until the daemon has heard that, and reports show that it has
        every cancel and every tightening of the trading state, a lost connection is made again, for
        ``timeout`` seconds; what is still missing then is in ``errors``. In a forked process it
        leaves the session to the parent, and says nothing.
        """
        if self._state.is_copy:
            self._link.abandon()
            return
        with self._changed:
            try:
                self._link.read_what_has_come(timeout)
            finally:  # also where this call is interrupted: the close that follows knows what it said
                self._state.session.goodbye(reason, keep_orders)
            if self._link.ended is None:
                self._link.leave()
                self._changed.wait_for(lambda: self._link.is_over, timeout)
        self._link.stop()
        with self._changed:
            self._state.close()

    @property
    def healthy(self) -> bool:
        """True if intents can go out and the daemon was heard within two heartbeats."""
        if self._state.is_copy:
            return False
        with self._changed:
            return self._state.session.healthy

    @property
    def hello(self) -> Mapping[str, Any]:
        """The daemon's HELLO_ACK: mode, limits, venues."""
        return self._state.session.ack

    @property
    def heartbeat(self) -> Mapping[str, Any]:
        """The daemon's newest HEARTBEAT: trading state, venues, queue depth."""
        return self._state.session.heartbeat

    @property
    def orders_seen(self) -> Orders:
        """Orders as the reports told them. ``orders()`` asks the daemon."""
        return self._state.orders

    @property
    def errors(self) -> list[TapelineError]:
        """The newest errors that did not end the session."""
        with self._changed:
            return list(self._state.errors)

    @property
    def unanswered(self) -> tuple[QuoteIntent, ...]:
        """Intents without a report yet. They are sent again after a reconnect."""
        with self._changed:
            return self._state.session.unanswered

    # Intents

    def send(self, intent: QuoteIntent) -> OrderHandle:
        """Takes an intent and returns at once; its reports come through ``reports``.

        :raises InvalidIntent: If the protocol forbids it.
        :raises QueueFull, NotHealthy: If it cannot be taken, after ``send_timeout`` at most.
        :raises FatalError: If the session is over for good.
        """
        with self._changed:
            intent = self._state.completed(intent)
            self._await_turn(intent)
            self._state.session.submit(intent)
            self._link.resume_reading()  # a cancel may wait for what was not read
            self._link.flush()
            return OrderHandle(self._state, intent)

    def place(
        self,
        instrument: str,
        side: str,
        qty: DecimalLike,
        price: DecimalLike | None = None,
        **more: Any,
    ) -> OrderHandle:
        """Places an order; without a price a ``Market`` order."""
        return self.send(QuoteIntent.place(instrument, side, qty, price, **more))

    def replace(
        self, order: OrderRef, qty: DecimalLike, price: DecimalLike | None = None, **more: Any
    ) -> OrderHandle:
        """Changes an order; ``qty`` is the total, including what has been filled."""
        return self.send(QuoteIntent.replace(intent_id_of(order), qty, price, **more))

    def cancel(self, order: OrderRef, **more: Any) -> OrderHandle:
        """Cancels an order."""
        return self.send(QuoteIntent.cancel(intent_id_of(order), **more))

    def cancel_all(self, instrument: str | None = None, **more: Any) -> OrderHandle:
        """Cancels every open order of this client, on one instrument if given."""
        return self.send(QuoteIntent.cancel_all(instrument, **more))

    def set_trading_state(self, value: str, **more: Any) -> OrderHandle:
        """Sets this client's trading state: ``Active``, ``Reducing`` or ``Halted``."""
        return self.send(QuoteIntent.set_trading_state(value, **more))

    def noop(self, **more: Any) -> OrderHandle:
        """Goes the whole way to the journal and back and does nothing."""
        return self.send(QuoteIntent.noop(**more))

    def wait(self, condition: Callable[[], bool], timeout: float | None = None) -> None:
        """Waits until a condition such as ``order.done`` holds. :raises WaitTimeout: If not."""
        self._wait(condition, timeout)

    # What comes

    def reports(
        self, timeout: float | None = None, until: Callable[[], bool] | None = None
    ) -> Iterator[ExecutionReport]:
        """Yields reports until ``until()`` holds or ``timeout`` seconds passed, and what came by then."""
        return self._take(self._state.reports, Limit(timeout, until))

    def events(
        self, timeout: float | None = None, until: Callable[[], bool] | None = None
    ) -> Iterator[Event]:
        """Yields the events of the subscriptions."""
        return self._take(self._state.events, Limit(timeout, until))

    def messages(
        self, timeout: float | None = None, until: Callable[[], bool] | None = None
    ) -> Iterator[Incoming]:
        """Yields reports and events in the order in which they came."""
        return self._take(self._state.both, Limit(timeout, until))

    def book(self, instrument: str) -> Book | None:
        """The newest book of a subscribed instrument."""
        return self._state.books.get(instrument)

    def subscribe(
        self,
        channels: str | Sequence[str],
        instruments: str | Sequence[str] = "*",
        **more: Any,
    ) -> Result:
        """Subscribes; more is ``depth``, ``conflate_ms``, ``interval_ms``. Renewed by itself."""
        return self._request("SUBSCRIBE", subscription(channels, instruments, more))

    def unsubscribe(
        self, channels: str | Sequence[str], instruments: str | Sequence[str] = "*"
    ) -> Result:
        """Ends a subscription."""
        return self._request("UNSUBSCRIBE", subscription(channels, instruments, {}))

    def publish(self, instrument: str, kind: str, payload: Any, ts_us: int) -> bool:
        """Feeds market data to the daemon; False if there is no connection now."""
        fields = {"instrument": instrument, "kind": kind, "payload": payload, "ts_us": ts_us}
        with self._changed:
            self._raise_if_ended()
            taken = self._state.session.publish(fields)
            self._link.flush()
            return taken

    # Questions

    def query(self, what: str, **args: Any) -> Result:
        """Asks anything; the methods below read the answers."""
        return self._request("QUERY", {"what": what, "args": args})

    def query_pages(self, what: str, **args: Any) -> list[Result]:
        """Asks for a whole list; each page is the state after its own ``seq_id``."""
        pages = [self.query(what, **args)]
        while pages[-1].next_cursor is not None:
            pages.append(self.query(what, **{**args, "cursor": pages[-1].next_cursor}))
        return pages

    def instruments(self, venue: str | None = None) -> list[Instrument]:
        """What can be traded, with its grids."""
        return self._ask(queries.instruments(venue))

    def orders(
        self, instrument: str | None = None, *, open: bool = True, scope: str | None = None
    ) -> list[ExecutionReport]:
        """Orders as the daemon holds them; ``open=False`` for all that are kept."""
        return self._ask(queries.orders(instrument, open, scope))

    def order(
        self, order_id: str | None = None, *, intent_id: str | None = None
    ) -> ExecutionReport | None:
        """One order."""
        return self._ask(queries.order(order_id, intent_id))

    def fills(self, *, since_us: int | None = None, after_exec_id: str | None = None) -> list[Fill]:
        """Fills of this client, oldest first."""
        return self._ask(queries.fills(since_us, after_exec_id))

    def positions(self, scope: str | None = None) -> list[Position]:
        """Positions of this client, or of the whole ``account``."""
        return self._ask(queries.positions(scope))

    def balances(self, venue: str | None = None) -> list[Mapping[str, Any]]:
        """Balances by venue and currency."""
        return self._ask(queries.balances(venue))

    def capabilities(self) -> Mapping[str, Any]:
        """What each venue can do."""
        return self._ask(queries.simple_map("capabilities"))

    def risk(self) -> Mapping[str, Any]:
        """Limits and where this client stands."""
        return self._ask(queries.simple_map("risk"))

    def metrics(self) -> Mapping[str, Any]:
        """Counters of the daemon."""
        return self._ask(queries.simple_map("metrics"))

    def best(self, instrument: str, side: str, *, take: bool | None = None) -> Level | None:
        """The best level where an order of ``side`` would rest; ``take=True``: that it would take."""
        return self._ask(queries.best(instrument, side, take))

    def best2_sum(self, instrument: str, side: str, *, take: bool | None = None) -> Decimal | None:
        """Quantity of the two best levels."""
        return self._ask(queries.best2_sum(instrument, side, take))

    def spread_ticks(self, instrument: str) -> int | None:
        """Distance of the best prices in ticks."""
        return self._ask(queries.integer_of("spread_ticks", instrument))

    def last_traded_ts_ms(self, instrument: str) -> int | None:
        """When it last traded, Unix milliseconds."""
        return self._ask(queries.integer_of("last_traded_ts_ms", instrument))

    def get_mbr(self, instrument: str) -> Decimal | None:
        """The market base rate."""
        return self._ask(queries.get_mbr(instrument))

    def ladder_top(
        self, instrument: str, side: str, n: int | None = None, **more: Any
    ) -> list[Level]:
        """The best ``n`` levels; more is ``raw``, ``take``."""
        return self._ask(queries.ladder_top(instrument, side, n, more))

    def size_ahead(
        self, instrument: str, side: str, price: DecimalLike, order_id: str | None = None
    ) -> Decimal | None:
        """Quantity that would be matched before an order at ``price``."""
        return self._ask(queries.size_ahead((instrument, side, price), order_id))

    def match_rate_ema(
        self, instrument: str, side: str, price: DecimalLike, order_id: str | None = None
    ) -> float | None:
        """Quantity matched per second at ``price``."""
        return self._ask(queries.match_rate_ema((instrument, side, price), order_id))

    def pfill_ttf(
        self,
        instrument: str,
        side: str,
        price: DecimalLike,
        order_qty: DecimalLike,
        horizon_ms: int,
    ) -> FillForecast:
        """Probability that an order fills within the horizon, and the time to its fill."""
        return self._ask(queries.pfill_ttf((instrument, side, price), order_qty, horizon_ms))

    def hotloop_capabilities(self, instrument: str) -> Mapping[str, Any]:
        """Which signals and questions an instrument has."""
        return self._ask(queries.simple_map("hotloop_capabilities", instrument=instrument))

    # Inside

    @property
    def _settings(self) -> Settings:
        return self._state.settings

    def _raise_if_ended(self) -> None:
        if self._link.ended is not None:
            raise self._link.ended

    def _wait(self, condition: Callable[[], bool], timeout: float | None) -> None:
        with self._changed:
            with self._link.awaited():
                self._changed.wait_for(lambda: condition() or self._link.ended is not None, timeout)
            if condition():
                return
            self._raise_if_ended()
            raise WaitTimeout(f"Cannot go on: what was awaited did not come within {timeout} s")

    def _await_turn(self, intent: QuoteIntent) -> None:
        self._raise_if_ended()
        obstacle = self._state.obstacle(intent)
        if obstacle is not None and self._settings.when_blocked == "wait":
            deadline = time.monotonic() + self._settings.send_timeout
            while obstacle is not None and time.monotonic() < deadline:
                with self._link.awaited():
                    self._changed.wait(min(0.05, self._settings.send_timeout))
                self._raise_if_ended()
                obstacle = self._state.obstacle(intent)
        if obstacle is not None:
            raise obstacle

    def _take(self, line: Line[T], limit: Limit) -> Iterator[T]:
        while True:
            with self._changed:
                is_last = limit.reached(len(self._state.inbox))
                item = line.pop() if limit.may_take() else None
                self._link.resume_reading()
                if item is None:
                    if is_last:
                        line.settle()
                        return
                    self._raise_if_ended()
                    with self._link.awaited(line.holds):
                        self._changed.wait(limit.seconds_left())
                    continue
            yield item

    def _request(self, kind: str, fields: Mapping[str, Any]) -> Result:
        with self._changed:
            self._raise_if_ended()
            request_id = self._state.session.request(kind, fields)
            self._link.flush()
            answers = self._state.answers
            try:
                self._wait(lambda: request_id in answers, self._settings.request_timeout)
                answer = answers.pop(request_id)
            except WaitTimeout:
                raise WaitTimeout(f"Cannot {kind} {fields}: no answer in time") from None
            finally:
                self._state.session.forget_request(request_id)
        if answer.result is None:
            raise RequestRefused(*(answer.error or ("INTERNAL", "")))
        return answer.result

    def _ask(self, query: Query[T]) -> T:
        return query.read_pages(self.query_pages(query.what, **query.args))
