"""The session without input or output: bytes and clock readings in, messages and bytes out.

Both clients drive one ``Session``, which outlives connections. It owns what must survive a lost
connection: the last ``report_seq``, the intents that have no report yet, the subscriptions, the
requests that wait for their RESULT.

- A connection goes ``closed`` → ``hello`` → ``replaying`` → ``ready`` → ``leaving`` → ``closed``.
- Intents leave in ``ready`` only: after the replay of missed reports, what has still no report is
  sent again under the same ``intent_id``, in the order in which it was first given, then new ones.
- GOODBYE goes behind them, during a replay too. Where a connection is lost before what reduces risk
  was answered, or before the daemon closed behind a GOODBYE that keeps orders, it is said on the
  next. Each connection owes it anew: the daemon cancels when any of them is lost. Known limit: a
  daemon that dies just as it is written closes as one that heard it; so the owner reads what has
  come before it says it.
- What was subscribed is subscribed again on a new connection; until that is done the session is not
  healthy. What the daemon refuses then is given up and comes out as ``SubscriptionLost``, the rest
  of its list or of its channels is renewed without it.
- A report whose number was given before, or lies before where the session began, comes out as
  ``Repeated``: it settles the intent that was sent again and is no news.
- A frame above the limit may be the answer of any query that waits. All of them fail and none is sent
  again: the same question would end the next connection too.
- A number that skips is a ``ProtocolViolation``: the connection is dropped and resumed.
- No method blocks; after any exception the owner closes the connection and calls
  ``connection_lost``.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Callable, Union

from .errors import (
    FrameTooLong,
    JournalChanged,
    PeerSilent,
    ProtocolViolation,
    QueueFull,
    WireError,
    fatal_error,
)
from .framing import FrameReader, encode_frame, parse_message
from .intent import QuoteIntent
from .queries import Result
from .renewals import Renewals, parts
from .report import ExecutionReport
from .rows import Event
from .subscriptions import Subscriptions

__all__ = [
    "Answer",
    "Clock",
    "HistoryLost",
    "Message",
    "Options",
    "Repeated",
    "Session",
    "SubscriptionLost",
]

HANDSHAKE_SECONDS = 5.0
#: Cancels and the like may go this far beyond the bound of the queue.
RESERVED_FOR_CANCELS = 256
#: Code points of a reason of GOODBYE, as the daemon counts them.
REASON_MAX = 256


@dataclass(frozen=True)
class Clock:
    """Where time comes from: seconds that never go back, and microseconds of the day."""

    monotonic: Callable[[], float] = time.monotonic
    wall_us: Callable[[], int] = lambda: time.time_ns() // 1000


@dataclass(frozen=True)
class Options:
    """What a session says of itself and where its bounds are. Durations in seconds."""

    client_id: str
    token: Callable[[], str]
    #: Last report processed before this process; 0 = all that is kept; ``None`` = only new ones.
    resume_from: int | None = None
    resume_journal_id: str | None = None
    cancel_on_disconnect: bool | None = None
    cancel_grace_ms: int | None = None
    agent: Mapping[str, str] | None = None
    #: Intents without a report yet; more raise ``QueueFull``.
    max_pending: int = 1024


@dataclass(frozen=True)
class Answer:
    """A RESULT, or the refusal of a request."""

    request_id: int
    result: Result | None
    error: tuple[str, str] | None = None


@dataclass(frozen=True)
class HistoryLost:
    """Reports up to ``first - 1`` are no longer kept: rebuild from the queries."""

    first: int


@dataclass(frozen=True)
class Repeated:
    """A report that was told before, maybe to an earlier process: nothing happened anew."""

    report: ExecutionReport


@dataclass(frozen=True)
class SubscriptionLost:
    """The daemon did not renew it: nothing more comes of these channels of these instruments."""

    channels: Sequence[str]
    #: Names, or ``"*"``.
    instruments: str | Sequence[str]
    error: WireError


Message = Union[
    ExecutionReport, Repeated, Event, Answer, WireError, HistoryLost, SubscriptionLost
]


class Session:
    """One ``client_id`` across its connections."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._reader = FrameReader()
        self._output = bytearray()
        self._pending: OrderedDict[str, QuoteIntent] = OrderedDict()
        #: Of the pending ones, what reduces risk and no report shows to have been taken.
        self._owed: dict[str, QuoteIntent] = {}
        self._requests: OrderedDict[int, Mapping[str, Any]] = OrderedDict()
        self._subscriptions = Subscriptions()
        self._renewals = Renewals()
        self._request_count = 0
        self._last_byte = 0.0
        self._last_pause = 0.0
        self._next_heartbeat = 0.0
        self._peer_now_us: int | None = None
        self._failures: OrderedDict[str, WireError] = OrderedDict()
        self._goodbye: Mapping[str, Any] | None = None
        #: True if orders are to rest and the daemon is not known to have heard it.
        self.owes_goodbye = False
        self.state = "closed"
        #: HELLO_ACK of the newest connection.
        self.ack: Mapping[str, Any] = {}
        #: Newest HEARTBEAT of the daemon.
        self.heartbeat: Mapping[str, Any] = {}
        self.journal_id = options.resume_journal_id
        self.last_report_seq = options.resume_from
        #: Behind which report the first connection began; ``None`` before it.
        self.began_after: int | None = None
        self.duplicates = 0

    # The connection

    def connection_made(self) -> None:
        """Begins a connection: HELLO goes first."""
        self._reader = FrameReader()
        self._output.clear()
        self._last_byte = self._clock.monotonic()
        self.state = "hello"
        self._send(self._hello())
        self.owes_goodbye = self._keeps_orders  # the daemon cancels when this connection is lost, too

    def eof_received(self) -> None:
        """The daemon closed in order: it has heard the GOODBYE that was written before."""
        if self.state == "leaving" and not self._output:
            self.owes_goodbye = False

    def connection_lost(self) -> None:
        """Ends a connection. What waits for an answer is kept for the next one."""
        self._output.clear()
        self._renewals.begin([])
        self.state = "closed"

    def data_received(self, data: bytes) -> Iterator[Message]:
        """Takes bytes from the daemon and yields what they mean to the application.

        Lazy, so that what came before a fatal ERROR is in the owner's hands before it raises.

        :raises FatalError: If the daemon ended the session.
        :raises ProtocolViolation: If the bytes break the protocol.
        """
        self._last_byte = self._clock.monotonic()
        try:
            for body in self._reader.feed(data):
                out: list[Message] = []
                self._receive(parse_message(body), out)
                yield from out
        except FrameTooLong as error:
            yield from self._fail_queries(str(error))
            raise

    def tick(self) -> None:
        """Sends the heartbeat that is due. :raises PeerSilent: After three without a byte."""
        now = self._clock.monotonic()
        if self.state != "closed" and now >= self._silent_at():
            limit = self._silence_limit()
            raise PeerSilent(f"Cannot go on: the daemon must send within {limit} s: was silent")
        if self.state in ("replaying", "ready", "leaving") and now >= self._next_heartbeat:
            self._next_heartbeat = now + self.heartbeat_seconds
            self._send_heartbeat()
        if self.state in ("replaying", "ready") and now >= self._renewals.due_at:
            self._send(self._renewals.take())

    def wake_in(self) -> float:
        """Returns in how many seconds ``tick`` has something to do."""
        now = self._clock.monotonic()
        silent = self._silent_at() - now
        if self.state in ("hello", "closed"):
            return max(0.0, silent)
        due_at = min(self._next_heartbeat, self._renewals.due_at)
        return max(0.0, min(silent, due_at - now))

    def reading_paused(self) -> None:
        """Tells that the owner does not read now: silence is not the daemon's, nor is it health."""
        self._last_pause = self._clock.monotonic()

    def output(self, limit: int = 262_144) -> bytes:
        """Returns bytes to write, without taking them."""
        return bytes(self._output[:limit])

    def consumed(self, count: int) -> None:
        """Takes ``count`` bytes that were written."""
        del self._output[:count]

    # What the application looks at

    @property
    def heartbeat_seconds(self) -> float:
        """The cadence that the daemon gave."""
        return float(self.ack.get("heartbeat_ms", 1000)) / 1000

    @property
    def silence_seconds(self) -> float:
        """Age of the last byte."""
        return self._clock.monotonic() - self._last_byte

    @property
    def healthy(self) -> bool:
        """True if intents can go out, the daemon is heard, and what was subscribed comes again.

        Heard means: within two heartbeats.
        """
        is_heard = self.silence_seconds < 2 * self.heartbeat_seconds
        return self.state == "ready" and is_heard and self._renewals.is_over

    @property
    def unanswered(self) -> tuple[QuoteIntent, ...]:
        """Intents without a report yet, oldest first."""
        return tuple(self._pending.values())

    @property
    def owed(self) -> tuple[QuoteIntent, ...]:
        """What reduces risk and is not known to have got through: it must, even at the end."""
        return tuple(self._owed.values())

    @property
    def is_leaving(self) -> bool:
        """True once ``goodbye`` was called."""
        return self._goodbye is not None

    @property
    def must_be_read(self) -> bool:
        """True before HELLO_ACK, which heartbeats wait for, and in a replay that cancels wait for."""
        return self.state == "hello" or (self.state == "replaying" and bool(self._owed))

    @property
    def is_over(self) -> bool:
        """True if the application leaves, and needs no connection for it any more."""
        owes = self.owes_goodbye or bool(self.owed)
        return self.is_leaving and self.state in ("closed", "hello") and not owes

    def is_pending(self, intent_id: str) -> bool:
        """True if this intent waits for its first report."""
        return intent_id in self._pending

    def failure(self, intent_id: str) -> WireError | None:
        """Returns the ERROR that answered an intent instead of a report."""
        return self._failures.get(intent_id)

    def has_room(self, intent: QuoteIntent) -> bool:
        """True if ``submit`` would take it."""
        reserve = RESERVED_FOR_CANCELS if intent.reduces_risk else 0
        return len(self._pending) < self._options.max_pending + reserve

    # What the application asks

    def submit(self, intent: QuoteIntent) -> None:
        """Takes an intent; it leaves now or after the next resume.

        :raises InvalidIntent: If the protocol forbids it.
        :raises QueueFull: If too many wait for their first report.
        """
        if intent.sent_us is None:
            intent = replace(intent, sent_us=self._clock.wall_us())
        frame = encode_frame(intent.to_wire())
        if not self.has_room(intent):
            raise QueueFull(
                f"Cannot take the intent: at most {self._options.max_pending} may wait for their "
                f"first report (max_pending): was {len(self._pending)}"
            )
        self._pending.setdefault(intent.intent_id or "", intent)
        if intent.reduces_risk:
            self._owed.setdefault(intent.intent_id or "", intent)
        if self.state == "ready":
            self._output += frame

    def request(self, kind: str, fields: Mapping[str, Any]) -> int:
        """Sends QUERY, SUBSCRIBE or UNSUBSCRIBE, again after a lost connection; returns its id."""
        self._request_count += 1
        message = {"type": kind, "id": self._request_count, **fields}
        frame = encode_frame(message)
        self._requests[self._request_count] = message
        # A new subscription goes behind the older ones, which it may replace.
        is_free = kind == "QUERY" or self._renewals.is_over
        if self.state in ("replaying", "ready") and is_free:
            self._output += frame
        return self._request_count

    def forget_request(self, request_id: int) -> None:
        """Stops waiting for an answer."""
        self._requests.pop(request_id, None)

    def publish(self, fields: Mapping[str, Any]) -> bool:
        """Sends market data of the application's own; False if there is no connection for it."""
        if self.state != "ready":
            return False
        self._send({"type": "PUBLISH", **fields})
        return True

    def goodbye(self, reason: str | None, keep_orders: bool | None) -> None:
        """Says GOODBYE, now or on the next connection, until ``is_over``.

        May be called again: what was said before and is ``None`` now stays said. Of a reason only
        what the protocol takes is said.
        """
        if reason is not None:
            # A GOODBYE that is refused for it would have orders cancelled that were to stay.
            reason = reason.encode("utf-8", "replace").decode("utf-8")[:REASON_MAX]
        fields = {"type": "GOODBYE", "reason": reason, "keep_orders": keep_orders}
        said = {name: value for name, value in fields.items() if value is not None}
        self._goodbye = {**(self._goodbye or {}), **said}
        if keep_orders is not None:
            self.owes_goodbye = bool(self.ack) and self._keeps_orders
        if self.state in ("replaying", "ready"):
            self._leave(self._goodbye)

    # Inside

    @property
    def _keeps_orders(self) -> bool:
        """True if the application left orders to rest that the daemon, unless told, cancels."""
        keeps = self._goodbye is not None and self._goodbye.get("keep_orders") is True
        return keeps and self._options.cancel_on_disconnect is not False

    def _silent_at(self) -> float:
        """When the daemon will have had its time to send something that would have been read."""
        return max(self._last_byte, self._last_pause) + self._silence_limit()

    def _silence_limit(self) -> float:
        return HANDSHAKE_SECONDS if self.state == "hello" else 3 * self.heartbeat_seconds

    def _send(self, message: Mapping[str, Any]) -> None:
        self._output += encode_frame(message)

    def _send_heartbeat(self) -> None:
        if self._output:
            return  # bytes are on their way already, and any byte ends silence
        beat: dict[str, Any] = {"type": "HEARTBEAT", "now_us": self._clock.wall_us()}
        if self._peer_now_us is not None:
            beat["echo_us"] = self._peer_now_us
        self._send(beat)

    def _hello(self) -> Mapping[str, Any]:
        options = self._options
        hello: dict[str, Any] = {
            "type": "HELLO",
            "wire": [1],
            "client_id": options.client_id,
            "token": options.token(),
        }
        optional = {
            "resume_from": self.last_report_seq,
            "resume_journal_id": self.journal_id,
            "cancel_on_disconnect": options.cancel_on_disconnect,
            "cancel_grace_ms": options.cancel_grace_ms,
            "agent": options.agent,
        }
        hello.update({name: value for name, value in optional.items() if value is not None})
        return hello

    def _receive(self, message: Mapping[str, Any], out: list[Message]) -> None:
        kind = message["type"]
        if kind == "ERROR":
            self._receive_error(message, out)
        elif self.state == "hello":
            if kind != "HELLO_ACK":
                raise ProtocolViolation(f"Cannot begin: HELLO_ACK must come first: was {kind}")
            self._receive_ack(message, out)
        elif kind == "ExecutionReport":
            self._receive_report(message, out)
        elif kind == "EVENTS":
            out.extend(Event.from_wire(event) for event in message.get("events", ()))
        elif kind == "RESULT":
            self._receive_result(message, out)
        elif kind == "HEARTBEAT":
            self.heartbeat = message
            self._peer_now_us = message.get("now_us")
        # Unknown types are ignored: a newer daemon may have more to say.

    def _receive_ack(self, ack: Mapping[str, Any], out: list[Message]) -> None:
        journal_id, seq, first = (
            ack.get(n) for n in ("journal_id", "report_seq", "report_first_seq")
        )
        if not isinstance(journal_id, str) or type(seq) is not int or type(first) is not int:
            raise ProtocolViolation(f"Cannot read HELLO_ACK: it needs its numbers: was {ack!r}")
        if self.journal_id not in (None, journal_id):
            raise JournalChanged("JOURNAL_CHANGED", f"the daemon's journal is {journal_id}")
        self.ack, self.journal_id = ack, journal_id
        self._peer_now_us = ack.get("now_us")
        if self.last_report_seq is None:
            self.last_report_seq = seq
        elif self.last_report_seq + 1 < first:
            out.append(HistoryLost(first))
            self.last_report_seq = first - 1
        if self.began_after is None:
            self.began_after = self.last_report_seq
        self._next_heartbeat = self._clock.monotonic()
        self.state = "replaying"
        if self._goodbye is not None:
            self._leave(self._goodbye)
            return
        self._renewals.begin(self._subscriptions.messages())
        self._renew()
        self._send_requests(lambda kind: kind == "QUERY")
        self._end_replay()

    def _renew(self) -> None:
        """Sends the next renewal; after the last one, the requests that had to wait for it."""
        if self._renewals.is_over:
            self._send_requests(lambda kind: kind != "QUERY")
        elif self._clock.monotonic() >= self._renewals.due_at:
            self._send(self._renewals.take())

    def _send_requests(self, goes: Callable[[str], bool]) -> None:
        for message in self._requests.values():
            if goes(message["type"]):
                self._send(message)

    def _fail_queries(self, reason: str) -> Iterator[Message]:
        """Gives up the queries that were sent: one of them has an answer that cannot be read."""
        if self.state == "hello":
            return
        queries = [m for m in self._requests.values() if m["type"] == "QUERY"]
        for query in queries:
            del self._requests[query["id"]]
            text = f"Cannot QUERY {query['what']}: one of the answers awaited is too long: {reason}"
            yield Answer(query["id"], None, ("FRAME_SIZE", text))

    def _end_replay(self) -> None:
        if self.state != "replaying" or (self.last_report_seq or 0) < self.ack["report_seq"]:
            return
        self.state = "ready"
        self._send_pending()

    def _leave(self, goodbye: Mapping[str, Any]) -> None:
        if self.state == "replaying":
            self._send_pending()  # after GOODBYE the daemon takes nothing any more
        self._send(goodbye)
        self._renewals.begin([])
        self.state = "leaving"

    def _send_pending(self) -> None:
        for intent in self._pending.values():
            self._send(intent.to_wire())

    def _receive_report(self, message: Mapping[str, Any], out: list[Message]) -> None:
        report = ExecutionReport.from_wire(message)
        last = self.last_report_seq or 0
        if report.report_seq is None or report.report_seq > last + 1:
            raise ProtocolViolation(
                f"Cannot take a report: its report_seq must be {last + 1}: was {report.report_seq}"
            )
        self._settle(report)
        if report.report_seq <= last:
            self.duplicates += 1
            out.append(Repeated(report))
            return
        self.last_report_seq = report.report_seq
        out.append(report)
        self._end_replay()

    def _settle(self, report: ExecutionReport) -> None:
        if report.intent_id is not None:
            self._pending.pop(report.intent_id, None)
            self._owed.pop(report.intent_id, None)
        if report.cause_intent_id is not None:
            # A CancelAll has its own report when all is over; that it was taken shows before.
            self._owed.pop(report.cause_intent_id, None)

    def _receive_result(self, message: Mapping[str, Any], out: list[Message]) -> None:
        if self._renewals.awaits(message.get("id")):
            self._receive_renewal(message, out)
            return
        request = self._requests.pop(message.get("id"), None)  # type: ignore[arg-type]
        if request is None:
            return  # of a request that was given up
        request_id = int(request["id"])
        if message.get("ok") is not True:
            error = (str(message.get("code")), str(message.get("message")))
            out.append(Answer(request_id, None, error))
            return
        self._subscriptions.accepted(request)
        names = ("seq_id", "report_seq", "result", "next_cursor")
        out.append(Answer(request_id, Result(*(message.get(name) for name in names))))

    def _receive_renewal(self, message: Mapping[str, Any], out: list[Message]) -> None:
        code = None if message.get("ok") is True else str(message.get("code"))
        refused = self._renewals.answered(code, self._clock.monotonic())
        if refused is not None:
            error = WireError(str(code), str(message.get("message")), message.get("id"))
            self._renew_parts(refused, error, out)
        self._renew()

    def _renew_parts(self, refused: Mapping[str, Any], error: WireError, out: list[Message]) -> None:
        """Goes on with what of a refused renewal may still be had; without any it is given up."""
        rest = parts(refused, error.code)
        self._subscriptions.split(refused, rest)
        self._renewals.put_first(rest)
        if not rest and refused["type"] == "SUBSCRIBE":
            out.append(SubscriptionLost(refused["channels"], refused["instruments"], error))

    def _receive_error(self, message: Mapping[str, Any], out: list[Message]) -> None:
        code, text, ref = str(message.get("code")), str(message.get("message")), message.get("ref")
        if message.get("fatal") is True or self.state == "hello":
            raise fatal_error(code, text)
        error = WireError(code, text, ref)
        out.append(error)
        if isinstance(ref, str) and self._pending.pop(ref, None) is not None:
            self._owed.pop(ref, None)
            self._failures[ref] = error
            if len(self._failures) > 1000:
                self._failures.popitem(last=False)
        elif isinstance(ref, int) and self._requests.pop(ref, None) is not None:
            out.append(Answer(ref, None, (code, text)))
