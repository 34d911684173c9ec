"""What both clients know, whichever way they wait: session, orders, books, what came.

Not locked: its owner calls it from one thread at a time.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Callable, Generic, TypeVar, Union

from .backoff import Backoff
from .errors import NotHealthy, QueueFull, TapelineError, WireError
from .inbox import Inbox, Incoming
from .intent import QuoteIntent
from .orders import Orders, OrderState, is_older
from .protocol import (
    Answer,
    Clock,
    HistoryLost,
    Message,
    Options,
    Repeated,
    Session,
    SubscriptionLost,
)
from .report import ExecutionReport
from .rows import Book, Event
from .signals import SignalCache
from .store import ResumeFile

__all__ = ["ClientState", "Line", "OrderHandle", "OrderRef", "Settings", "intent_id_of"]

T = TypeVar("T")
_LOG = logging.getLogger("tapeline")
_KEEP = 10_000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Settings:
    """How a client behaves; all of it has defaults. Durations are seconds unless named ``_ms``."""

    #: File that carries the last processed report over a restart of the process.
    resume_file: str | None = None
    #: Without a resume file: where to begin. 0 = all that is kept; ``None`` = only new reports.
    resume_from: int | None = None
    #: What the daemon does with open orders when this process is gone; ``None`` = its default.
    cancel_on_disconnect: bool | None = None
    cancel_grace_ms: int | None = None
    #: Name and version of the strategy, kept in the daemon's journal.
    agent: Mapping[str, str] | None = None
    #: Intents without a report yet, at most.
    max_pending: int = 1024
    #: When the queue is full or the daemon not heard: ``"wait"`` up to ``send_timeout``, ``"raise"``.
    when_blocked: str = "wait"
    send_timeout: float = 5.0
    #: Reports and events not yet taken, at most; then reading pauses, or events are conflated.
    inbox_limit: int = 100_000
    connect_timeout: float = 10.0
    request_timeout: float = 10.0
    #: A wait before an attempt to connect is drawn from 0 to this, doubled up to ``reconnect_max``.
    reconnect_first: float = 0.1
    #: Well below the grace: a client that waits longer after a daemon's restart loses its orders.
    reconnect_max: float = 2.0
    clock: Clock = Clock()

    def backoff(self, draw: Callable[[], float] = random.random) -> Backoff:
        """Returns the waits before attempts: of a grace that is asked for, half at most."""
        longest = self.reconnect_max
        if self.cancel_grace_ms is not None:
            # A grace of next to nothing is no reason to storm a daemon that is away.
            longest = min(longest, max(self.reconnect_first, self.cancel_grace_ms / 2000))
        return Backoff(self.reconnect_first, longest, draw)


class OrderHandle:
    """One intent that was sent, and the order that it made or meant."""

    def __init__(self, state: ClientState, intent: QuoteIntent) -> None:
        self._state = state
        #: The intent as it was sent.
        self.intent = intent

    @property
    def intent_id(self) -> str:
        """The id by which the order can be replaced or cancelled."""
        return self.intent.intent_id or ""

    @property
    def order(self) -> OrderState | None:
        """The order, ``None`` before its first report or if there is none."""
        orders, report = self._state.orders, self.report
        order = orders.by_intent(self.intent.orig_intent_id or self.intent_id)
        if order is None and report is not None and report.order_id is not None:
            # Named by an id of an earlier process, of which no report has told this one.
            order = orders.get(report.order_id)
        return order

    @property
    def report(self) -> ExecutionReport | None:
        """The newest report that answers the intent."""
        return self._state.newest_report(self.intent_id)

    @property
    def error(self) -> WireError | None:
        """The ERROR that came in place of a report, if one did."""
        return self._state.session.failure(self.intent_id)

    @property
    def status(self) -> str | None:
        """State of the order, ``"Rejected"`` if the intent never became one."""
        if self.order is not None:
            return self.order.ord_status
        return self.report.ord_status if self.report is not None else None

    def answered(self) -> bool:
        """True once the first report, or an ERROR in its place, is there."""
        return not self._state.session.is_pending(self.intent_id)

    def refused(self) -> bool:
        """True if the intent was refused. An ``error`` with the code ``INTERNAL`` does not say so.

        It comes for an intent that the daemon knows and whose reports it no longer keeps: the order
        may rest or have been filled. Ask ``order``, ``orders`` and ``fills``.
        """
        report, error = self.report, self.error
        failed = error is not None and error.code != "INTERNAL"
        return failed or (report is not None and report.is_refusal)

    def done(self) -> bool:
        """True once there is nothing more to wait for.

        The order is terminal, the intent was refused, or an ``error`` and no report has come.
        """
        report = self.report
        if self.refused() or (report is not None and report.exec_type == "IntentDone"):
            return True
        if report is None and self.error is not None:
            return True
        return self.order is not None and not self.order.is_open

    def __repr__(self) -> str:
        return f"<{self.intent.action} {self.intent_id} {self.status or 'unanswered'}>"


#: How an order can be named in Replace and Cancel.
OrderRef = Union[str, OrderHandle, OrderState, ExecutionReport]


def intent_id_of(order: OrderRef) -> str:
    """Returns an intent id that names the order.

    A Cancel's own id names none, nor does a Replace's that came to nothing: of both the id that they
    were given for the order.
    """
    if isinstance(order, str):
        return order
    given = order.intent if isinstance(order, OrderHandle) else order
    name = None if isinstance(given, OrderState) else given.orig_intent_id
    return name or given.intent_id or ""


@dataclass(frozen=True)
class Line(Generic[T]):
    """What the application takes from: the reports, the events, or both as they came."""

    pop: Callable[[], T | None]
    #: Notes that what was taken was processed.
    settle: Callable[[], None]
    holds: Callable[[], bool]


class ClientState:
    """Takes what the session gives, keeps what the application asks."""

    def __init__(self, client_id: str, token: Callable[[], str], settings: Settings) -> None:
        self.settings = settings
        self._file: ResumeFile | None = None
        kept = None
        if settings.resume_file is not None:
            self._file = ResumeFile(settings.resume_file, client_id)
            kept = self._file.load()
        options = Options(
            client_id=client_id,
            token=token,
            resume_from=kept[1] if kept is not None else settings.resume_from,
            resume_journal_id=kept[0] if kept is not None else None,
            cancel_on_disconnect=settings.cancel_on_disconnect,
            cancel_grace_ms=settings.cancel_grace_ms,
            agent=settings.agent,
            max_pending=settings.max_pending,
        )
        self.session = Session(options, settings.clock)
        self.orders = Orders(_KEEP)
        self.inbox = Inbox(settings.inbox_limit)
        self.books: dict[str, Book] = {}
        #: Kept once a ``Hotloop`` asks for it; then states of the channel ``signal`` are not told.
        self.signals: SignalCache | None = None
        #: Each told of every event of the channel ``signal`` that is news, as it comes.
        self.emits: list[Callable[[Event], None]] = []
        self.answers: dict[int, Answer] = {}
        #: The newest errors that did not end the session.
        self.errors: deque[TapelineError] = deque(maxlen=100)
        self._newest: OrderedDict[str, ExecutionReport] = OrderedDict()
        self._handed: int | None = None
        self._anchored = kept is not None
        #: For each who waits: whether it has come meanwhile.
        self._waiting: list[Callable[[], bool]] = []
        self.reports = Line(self.pop_report, self.mark_processed, lambda: self.inbox.has_report)
        self.events = Line(self.inbox.pop_event, lambda: None, lambda: self.inbox.has_event)
        self.both: Line[Incoming] = Line(self.pop, self.mark_processed, lambda: len(self.inbox) > 0)
        self._prefix = _new_prefix()
        self._count = 0
        self._is_closed = False
        #: The process that connected.
        self._process: int | None = None

    def claim(self) -> None:
        """Notes that this process connects."""
        self._process = os.getpid()

    @property
    def is_copy(self) -> bool:
        """True in a process that was forked from the one that connected: the session is that one's."""
        return self._process not in (None, os.getpid())

    def raise_if_copy(self) -> None:
        """:raises TapelineError: In a copy. It would spend the intent ids of the one it was made of."""
        if self.is_copy:
            raise TapelineError(
                "Cannot go on: a client serves the process that connected it: make a client "
                "of its own after fork"
            )

    def take(self, messages: Iterable[Message]) -> None:
        """Files what the session returned."""
        is_read_anyway = self.inbox.is_full and self._is_awaited()
        for message in messages:
            if isinstance(message, ExecutionReport):
                self._note(message)
                self.inbox.push(message)
            elif isinstance(message, Repeated):
                self._note(message.report)
            elif isinstance(message, Event):
                self._take_event(message)
            elif isinstance(message, Answer):
                self.answers[message.request_id] = message
            elif isinstance(message, WireError):
                _LOG.warning("the daemon says %s", message)
                self.errors.append(message)
            elif isinstance(message, SubscriptionLost):
                self._lose(message)
            elif isinstance(message, HistoryLost):
                text = f"reports before {message.first} are no longer kept: ask orders and fills"
                _LOG.warning(text)
                self.errors.append(TapelineError(text))
        if is_read_anyway:
            self.inbox.conflate_events()
        self._anchor()

    @contextmanager
    def awaited(self, has_come: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """While somebody waits for what has not come, reading never pauses."""
        self._waiting.append(has_come)
        try:
            yield
        finally:
            self._waiting.remove(has_come)

    @property
    def may_pause_reading(self) -> bool:
        """True if nothing should be read: the inbox is full, and nobody waits for what is not in it."""
        return self.inbox.is_full and not self._is_awaited() and not self.session.must_be_read

    def newest_report(self, intent_id: str) -> ExecutionReport | None:
        """Returns the newest report that bore this intent's id."""
        return self._newest.get(intent_id)

    def completed(self, intent: QuoteIntent) -> QuoteIntent:
        """Returns the intent with an id and its time."""
        intent_id = intent.intent_id
        if intent_id is None:
            self._count += 1
            intent_id = f"{self._prefix}-{self._count}"
        sent_us = intent.sent_us
        if sent_us is None:
            sent_us = self.settings.clock.wall_us()
        return replace(intent, intent_id=intent_id, sent_us=sent_us)

    def obstacle(self, intent: QuoteIntent) -> TapelineError | None:
        """Returns why an intent should not go out now. What reduces risk need not wait for health."""
        if not self.session.has_room(intent):
            return QueueFull(
                "Cannot send: too many intents wait for their first report (max_pending): "
                f"was {len(self.session.unanswered)}"
            )
        if intent.reduces_risk or self.session.healthy:
            return None
        return NotHealthy(
            "Cannot send: the daemon must be connected, heard within two heartbeats, and have "
            "renewed what was subscribed: "
            f"was {self.session.state}, silent for {self.session.silence_seconds:.1f} s"
        )

    def pop_report(self) -> ExecutionReport | None:
        """Takes the next report; the one before it counts as processed."""
        self.mark_processed()
        report = self.inbox.pop_report()
        self._hand(report)
        return report

    def pop(self) -> Incoming | None:
        """Takes the next report or event; what was taken before counts as processed."""
        self.mark_processed()
        item = self.inbox.pop()
        if isinstance(item, ExecutionReport):
            self._hand(item)
        return item

    def mark_processed(self) -> None:
        """Notes in the resume file that everything handed out was processed; not in a copy."""
        if self.is_copy:
            return
        if self._handed is not None and self._file is not None:
            self._file.save(self.session.journal_id or "", self._handed)
        self._handed = None

    @property
    def session_id(self) -> str:
        """Which connection this is; empty before the first."""
        return str(self.session.ack.get("session_id", ""))

    def close(self) -> None:
        """Closes the resume file, and tells once what may not have got through."""
        if self._file is not None:
            self._file.close()
        if not self._is_closed:
            for text in self._not_got_through():
                _LOG.error(text)
                self.errors.append(TapelineError(text))
        self._is_closed = True

    def _not_got_through(self) -> Iterator[str]:
        if self.session.owed:
            names = ", ".join(f"{i.action} {i.intent_id}" for i in self.session.owed)
            yield f"closed before the daemon was known to have {names}: orders may rest"
        if self.session.owes_goodbye:
            yield "closed before the daemon was known to have keep_orders: it may cancel the orders"

    def _is_awaited(self) -> bool:
        return any(not has_come() for has_come in self._waiting)

    def _anchor(self) -> None:
        """Writes where a new resume file begins: a restart before the first report misses none.

        That is where the first connection began, also if it was lost before this could be written.
        """
        start = self.session.began_after
        if self._anchored or self._file is None or start is None:
            return
        self._file.save(self.session.journal_id or "", start)
        self._anchored = True

    def _hand(self, report: ExecutionReport | None) -> None:
        if report is not None:
            self._handed = report.report_seq

    def _note(self, report: ExecutionReport) -> None:
        """Tells the handles."""
        self.orders.apply(report)
        if report.intent_id is None:
            return
        known = self._newest.get(report.intent_id)
        # A refused reuse of an id says nothing of the intent that owns it.
        if known is not None and (is_older(report, known) or _is_reuse(report)):
            return
        self._newest[report.intent_id] = report
        if len(self._newest) > _KEEP:
            self._newest.popitem(last=False)

    def _lose(self, lost: SubscriptionLost) -> None:
        """Files the error; a book that nobody updates is shown empty, as the daemon would."""
        text = f"lost {list(lost.channels)} of {lost.instruments}: {lost.error}"
        _LOG.error(text)
        self.errors.append(WireError(lost.error.code, text, lost.error.ref))
        if "book" not in lost.channels:
            return
        for instrument, book in list(self.books.items()):
            if lost.instruments == "*" or instrument in lost.instruments:
                nothing: dict[str, object] = {"bids": [], "asks": []}
                self._take_event(Event(book.seq_id, "book", None, instrument, nothing))

    def _take_event(self, event: Event) -> None:
        book = event.book
        if book is not None and event.instrument is not None:
            self.books[event.instrument] = book
        if self.signals is not None and event.event_type == "signal":
            if self.signals.take(event, self.session_id):
                return
            for emit in self.emits:
                emit(event)
        self.inbox.push(event)


def _is_reuse(report: ExecutionReport) -> bool:
    return report.reject_code == "INTENT_ID_REUSED"


def _new_prefix() -> str:
    """Intent ids must be unique per client over all its processes: time and chance together."""
    number = time.time_ns() // 1000 * 36**4 + random.SystemRandom().randrange(36**4)
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
