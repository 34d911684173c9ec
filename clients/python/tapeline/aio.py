"""The asyncio client: the same session on an ``asyncio.Protocol``, all in one event loop.

The heartbeat needs the loop: a strategy that blocks it for three heartbeats counts as gone.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from types import TracebackType
from typing import (
    Any,
    Callable,
    TypeVar,
)

from . import queries
from .aio_link import Connection
from .api import Limit, subscription, token_reader
from .decimals import DecimalLike
from .errors import (
    ConnectionLost,
    FatalError,
    PeerSilent,
    ProtocolViolation,
    RequestRefused,
    TapelineError,
    WaitTimeout,
)
from .inbox import Incoming
from .intent import QuoteIntent
from .orders import Orders
from .queries import FillForecast, Query, Result
from .report import ExecutionReport
from .rows import Book, Event, Fill, Instrument, Level, Position
from .state import ClientState, Line, OrderHandle, OrderRef, Settings, intent_id_of

__all__ = ["AsyncClient"]

_LOG = logging.getLogger("tapeline")
#: A turn of the loop reads 256 KiB, and a socket of Linux holds 6 MiB at most, then its end.
_TURNS_TO_READ = 32
T = TypeVar("T")


class AsyncClient:
    """A connection to the daemon that heals itself. Use it in an ``async with`` block.

    The methods are those of :class:`tapeline.Client`, to be awaited.
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
        self._address = (host, port)
        self._backoff = self._state.settings.backoff()
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._pulse: asyncio.Future[None] | None = None
        self._ended: TapelineError | None = None
        self._last_error: BaseException | None = None

    @classmethod
    def from_state_dir(
        cls, state_dir: str | os.PathLike[str], *, client_id: str, port: int = 7411, **more: Any
    ) -> AsyncClient:
        """A client that takes its token from the daemon's state directory."""
        return cls(client_id, port, token_file=os.path.join(state_dir, "token"), **more)

    async def __aenter__(self) -> AsyncClient:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._state.mark_processed()
        finally:  # also where the resume file cannot be written
            await self.close(reason=None if kind is None else kind.__name__)

    # Life

    async def connect(self) -> None:
        """Connects and waits until missed reports are there and intents can go out.

        :raises FatalError: If the daemon refuses.
        :raises WaitTimeout: After ``connect_timeout`` seconds.
        """
        if self._task is not None:
            raise TapelineError("Cannot connect: a client connects once: make a new one")
        self._state.claim()
        self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            await self.wait(
                lambda: self._state.session.state == "ready", self._state.settings.connect_timeout
            )
        except WaitTimeout as error:
            last = self._last_error
            await self.close()
            raise WaitTimeout(f"Cannot connect: no answer in time: {last}") from error
        except BaseException:
            await self.close()
            raise

    async def close(
        self,
        *,
        keep_orders: bool | None = None,
        reason: str | None = None,
        timeout: float = 5.0,
    ) -> None:
        """Says GOODBYE and waits until the daemon closes; see :meth:`tapeline.Client.close`."""
        if self._state.is_copy:
            if self._connection is not None:
                self._connection.abandon()
            return
        try:
            await self._read_what_has_come()
        finally:  # also where this call is cancelled: the close that follows knows what it said
            self._state.session.goodbye(reason, keep_orders)
        if self._ended is None:
            self._backoff.reset()
            self._turn()
            await self._sleep_until(lambda: self._is_over, timeout)
        if self._ended is None:
            self._end(ConnectionLost("Cannot go on: the client was closed"))
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._state.close()

    @property
    def healthy(self) -> bool:
        """True if intents can go out and the daemon was heard within two heartbeats."""
        return not self._state.is_copy and self._state.session.healthy

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
        return list(self._state.errors)

    @property
    def unanswered(self) -> tuple[QuoteIntent, ...]:
        """Intents without a report yet. They are sent again after a reconnect."""
        return self._state.session.unanswered

    # Intents

    async def send(self, intent: QuoteIntent) -> OrderHandle:
        """Takes an intent; see :meth:`tapeline.Client.send`."""
        self._raise_if_ended()
        intent = self._state.completed(intent)
        settings = self._state.settings
        if self._state.obstacle(intent) is not None and settings.when_blocked == "wait":
            await self._sleep_until(
                lambda: self._state.obstacle(intent) is None or self._ended is not None,
                settings.send_timeout,
            )
            self._raise_if_ended()
        obstacle = self._state.obstacle(intent)
        if obstacle is not None:
            raise obstacle
        self._state.session.submit(intent)
        if self._state.inbox.is_full:
            self._turn()  # a cancel may wait for what was not read
        self._flush()
        return OrderHandle(self._state, intent)

    async def place(
        self,
        instrument: str,
        side: str,
        qty: DecimalLike,
        price: DecimalLike | None = None,
        **more: Any,
    ) -> OrderHandle:
        """Places an order; without a price a ``Market`` order."""
        return await self.send(QuoteIntent.place(instrument, side, qty, price, **more))

    async def replace(
        self, order: OrderRef, qty: DecimalLike, price: DecimalLike | None = None, **more: Any
    ) -> OrderHandle:
        """Changes an order; ``qty`` is the total, including what has been filled."""
        return await self.send(QuoteIntent.replace(intent_id_of(order), qty, price, **more))

    async def cancel(self, order: OrderRef, **more: Any) -> OrderHandle:
        """Cancels an order."""
        return await self.send(QuoteIntent.cancel(intent_id_of(order), **more))

    async def cancel_all(self, instrument: str | None = None, **more: Any) -> OrderHandle:
        """Cancels every open order of this client, on one instrument if given."""
        return await self.send(QuoteIntent.cancel_all(instrument, **more))

    async def set_trading_state(self, value: str, **more: Any) -> OrderHandle:
        """Sets this client's trading state: ``Active``, ``Reducing`` or ``Halted``."""
        return await self.send(QuoteIntent.set_trading_state(value, **more))

    async def noop(self, **more: Any) -> OrderHandle:
        """Goes the whole way to the journal and back and does nothing."""
        return await self.send(QuoteIntent.noop(**more))

    async def wait(self, condition: Callable[[], bool], timeout: float | None = None) -> None:
        """Waits until a condition such as ``order.done`` holds. :raises WaitTimeout: If not."""
        await self._sleep_until(lambda: condition() or self._ended is not None, timeout)
        if condition():
            return
        self._raise_if_ended()
        raise WaitTimeout(f"Cannot go on: what was awaited did not come within {timeout} s")

    # What comes

    def reports(
        self, timeout: float | None = None, until: Callable[[], bool] | None = None
    ) -> AsyncIterator[ExecutionReport]:
        """Yields reports until ``until()`` holds or ``timeout`` seconds passed, and what came by then."""
        return self._take(self._state.reports, Limit(timeout, until))

    def events(
        self, timeout: float | None = None, until: Callable[[], bool] | None = None
    ) -> AsyncIterator[Event]:
        """Yields the events of the subscriptions."""
        return self._take(self._state.events, Limit(timeout, until))

    def messages(
        self, timeout: float | None = None, until: Callable[[], bool] | None = None
    ) -> AsyncIterator[Incoming]:
        """Yields reports and events in the order in which they came."""
        return self._take(self._state.both, Limit(timeout, until))

    def book(self, instrument: str) -> Book | None:
        """The newest book of a subscribed instrument."""
        return self._state.books.get(instrument)

    async def subscribe(
        self,
        channels: str | Sequence[str],
        instruments: str | Sequence[str] = "*",
        **more: Any,
    ) -> Result:
        """Subscribes; more is ``depth``, ``conflate_ms``, ``interval_ms``. Renewed by itself."""
        return await self._request("SUBSCRIBE", subscription(channels, instruments, more))

    async def unsubscribe(
        self, channels: str | Sequence[str], instruments: str | Sequence[str] = "*"
    ) -> Result:
        """Ends a subscription."""
        return await self._request("UNSUBSCRIBE", subscription(channels, instruments, {}))

    def publish(self, instrument: str, kind: str, payload: Any, ts_us: int) -> bool:
        """Feeds market data to the daemon; False if there is no connection now."""
        self._raise_if_ended()
        fields = {"instrument": instrument, "kind": kind, "payload": payload, "ts_us": ts_us}
        taken = self._state.session.publish(fields)
        self._flush()
        return taken

    # Questions

    async def query(self, what: str, **args: Any) -> Result:
        """Asks anything; the methods below read the answers."""
        return await self._request("QUERY", {"what": what, "args": args})

    async def query_pages(self, what: str, **args: Any) -> list[Result]:
        """Asks for a whole list; each page is the state after its own ``seq_id``."""
        pages = [await self.query(what, **args)]
        while pages[-1].next_cursor is not None:
            pages.append(await self.query(what, **{**args, "cursor": pages[-1].next_cursor}))
        return pages

    async def instruments(self, venue: str | None = None) -> list[Instrument]:
        """What can be traded, with its grids."""
        return await self._ask(queries.instruments(venue))

    async def orders(
        self, instrument: str | None = None, *, open: bool = True, scope: str | None = None
    ) -> list[ExecutionReport]:
        """Orders as the daemon holds them; ``open=False`` for all that are kept."""
        return await self._ask(queries.orders(instrument, open, scope))

    async def order(
        self, order_id: str | None = None, *, intent_id: str | None = None
    ) -> ExecutionReport | None:
        """One order."""
        return await self._ask(queries.order(order_id, intent_id))

    async def fills(
        self, *, since_us: int | None = None, after_exec_id: str | None = None
    ) -> list[Fill]:
        """Fills of this client, oldest first."""
        return await self._ask(queries.fills(since_us, after_exec_id))

    async def positions(self, scope: str | None = None) -> list[Position]:
        """Positions of this client, or of the whole ``account``."""
        return await self._ask(queries.positions(scope))

    async def balances(self, venue: str | None = None) -> list[Mapping[str, Any]]:
        """Balances by venue and currency."""
        return await self._ask(queries.balances(venue))

    async def capabilities(self) -> Mapping[str, Any]:
        """What each venue can do."""
        return await self._ask(queries.simple_map("capabilities"))

    async def risk(self) -> Mapping[str, Any]:
        """Limits and where this client stands."""
        return await self._ask(queries.simple_map("risk"))

    async def metrics(self) -> Mapping[str, Any]:
        """Counters of the daemon."""
        return await self._ask(queries.simple_map("metrics"))

    async def best(self, instrument: str, side: str, *, take: bool | None = None) -> Level | None:
        """The best level where an order of ``side`` would rest; ``take=True``: that it would take."""
        return await self._ask(queries.best(instrument, side, take))

    async def best2_sum(
        self, instrument: str, side: str, *, take: bool | None = None
    ) -> Decimal | None:
        """Quantity of the two best levels."""
        return await self._ask(queries.best2_sum(instrument, side, take))

    async def spread_ticks(self, instrument: str) -> int | None:
        """Distance of the best prices in ticks."""
        return await self._ask(queries.integer_of("spread_ticks", instrument))

    async def last_traded_ts_ms(self, instrument: str) -> int | None:
        """When it last traded, Unix milliseconds."""
        return await self._ask(queries.integer_of("last_traded_ts_ms", instrument))

    async def get_mbr(self, instrument: str) -> Decimal | None:
        """The market base rate."""
        return await self._ask(queries.get_mbr(instrument))

    async def ladder_top(
        self, instrument: str, side: str, n: int | None = None, **more: Any
    ) -> list[Level]:
        """The best ``n`` levels; more is ``raw``, ``take``."""
        return await self._ask(queries.ladder_top(instrument, side, n, more))

    async def size_ahead(
        self, instrument: str, side: str, price: DecimalLike, order_id: str | None = None
    ) -> Decimal | None:
        """Quantity that would be matched before an order at ``price``."""
        return await self._ask(queries.size_ahead((instrument, side, price), order_id))

    async def match_rate_ema(
        self, instrument: str, side: str, price: DecimalLike, order_id: str | None = None
    ) -> float | None:
        """Quantity matched per second at ``price``."""
        place = (instrument, side, price)
        return await self._ask(queries.match_rate_ema(place, order_id))

    async def pfill_ttf(
        self,
        instrument: str,
        side: str,
        price: DecimalLike,
        order_qty: DecimalLike,
        horizon_ms: int,
    ) -> FillForecast:
        """Probability that an order fills within the horizon, and the time to its fill."""
        return await self._ask(queries.pfill_ttf((instrument, side, price), order_qty, horizon_ms))

    async def hotloop_capabilities(self, instrument: str) -> Mapping[str, Any]:
        """Which signals and questions an instrument has."""
        return await self._ask(queries.simple_map("hotloop_capabilities", instrument=instrument))

    # Inside

    def _raise_if_ended(self) -> None:
        self._state.raise_if_copy()
        if self._ended is not None:
            raise self._ended

    def _end(self, error: TapelineError) -> None:
        self._ended = error
        self._notify()

    def _notify(self) -> None:
        if self._pulse is not None and not self._pulse.done():
            self._pulse.set_result(None)
        self._pulse = None

    def _turn(self) -> None:
        if self._connection is not None:
            self._connection.turn()

    def _flush(self) -> None:
        if self._connection is not None:
            self._connection.flush()

    def receive(self, data: bytes) -> None:
        session = self._state.session
        was = session.state
        try:
            self._state.take(session.data_received(data))
        finally:
            if session.state == "ready" and was != "ready":
                self._backoff.reset()
            self._notify()

    async def _run(self) -> None:
        while not self._is_over:
            try:
                await self._serve()
            except FatalError as error:
                self._last_error = error
                if not error.reconnect:
                    self._end(error)
            except (OSError, ProtocolViolation, PeerSilent, asyncio.TimeoutError) as error:
                self._last_error = error
                if not self._state.session.is_leaving:
                    _LOG.warning("no connection: %s", error)
            except Exception as error:
                self._end(TapelineError(f"Cannot go on: the client failed: {error!r}"))
                raise
            finally:
                self._connection = None
                self._state.session.connection_lost()
                self._notify()
            await self._rest()

    async def _read_what_has_come(self) -> None:
        """Lets the loop read what lies in the socket, to its end.

        An end that came while the application computed would be read behind the GOODBYE else, and
        pass for the daemon's answer to it.
        """
        with self._awaited():
            for _ in range(_TURNS_TO_READ):
                await asyncio.sleep(0)

    @property
    def _is_over(self) -> bool:
        return self._ended is not None or self._state.session.is_over

    async def _rest(self) -> None:
        """Waits before the next attempt, no longer than until the application leaves."""
        session = self._state.session
        was_leaving = session.is_leaving
        if not self._is_over:
            left = lambda: self._is_over or session.is_leaving != was_leaving  # noqa: E731
            await self._sleep_until(left, self._backoff.next_delay())

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        host, port = self._address
        # Known before it is made: the daemon may have answered before the loop tells of it.
        self._connection = connection = Connection(self._state, self)
        attempt = loop.create_connection(lambda: connection, host, port)
        try:
            await asyncio.wait_for(attempt, self._state.settings.connect_timeout)
            await connection.over
        finally:
            connection.fail(ConnectionLost("the client was closed"))
            connection.over.exception()

    async def _sleep_until(self, condition: Callable[[], bool], timeout: float | None) -> None:
        """Returns when the condition holds or the time is up. Looks at least every 50 ms."""
        loop = asyncio.get_running_loop()
        deadline = None if timeout is None else loop.time() + timeout
        with self._awaited():
            while not condition():
                left = 0.05 if deadline is None else min(0.05, deadline - loop.time())
                if left <= 0:
                    return
                await self._next_change(left)

    @contextmanager
    def _awaited(self, has_come: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """While somebody waits for what has not come, reading never pauses."""
        with self._state.awaited(has_come):
            if self._state.inbox.is_full:
                self._turn()
            yield

    async def _next_change(self, timeout: float | None) -> None:
        if self._pulse is None:
            self._pulse = asyncio.get_running_loop().create_future()
        await asyncio.wait({self._pulse}, timeout=timeout)

    async def _take(self, line: Line[T], limit: Limit) -> AsyncIterator[T]:
        while True:
            self._state.raise_if_copy()
            was_full = self._state.inbox.is_full
            is_last = limit.reached(len(self._state.inbox))
            item = line.pop() if limit.may_take() else None
            if was_full:
                self._turn()
            if item is not None:
                yield item
                continue
            if is_last:
                line.settle()
                return
            self._raise_if_ended()
            with self._awaited(line.holds):
                await self._next_change(limit.seconds_left())

    async def _request(self, kind: str, fields: Mapping[str, Any]) -> Result:
        self._raise_if_ended()
        request_id = self._state.session.request(kind, fields)
        self._flush()
        answers = self._state.answers
        try:
            await self.wait(lambda: request_id in answers, self._state.settings.request_timeout)
            answer = answers.pop(request_id)
        except WaitTimeout:
            raise WaitTimeout(f"Cannot {kind} {fields}: no answer in time") from None
        finally:
            self._state.session.forget_request(request_id)
        if answer.result is None:
            raise RequestRefused(*(answer.error or ("INTERNAL", "")))
        return answer.result

    async def _ask(self, query: Query[T]) -> T:
        return query.read_pages(await self.query_pages(query.what, **query.args))
