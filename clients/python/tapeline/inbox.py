"""What came and was not yet taken: reports and market events, each in order.

Two lines with one numbering, so that an application may read only one kind, or both as they came.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import replace
from typing import Union

from .report import ExecutionReport
from .rows import Event

__all__ = ["Inbox", "Incoming"]

#: What a strategy is told.
Incoming = Union[ExecutionReport, Event]


class Inbox:
    """A queue that says when reading should pause. Reports are never dropped.

    Where reading goes on although it is full, because somebody waits for what is not in it,
    ``conflate_events`` bounds the line that nobody takes.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        #: From so many events on: where little could go, not before they are twice as many.
        self._conflate_at = limit
        self._count = 0
        self._reports: deque[tuple[int, ExecutionReport]] = deque()
        self._events: deque[tuple[int, Event]] = deque()

    def __len__(self) -> int:
        return len(self._reports) + len(self._events)

    @property
    def has_report(self) -> bool:
        """True if a report waits."""
        return bool(self._reports)

    @property
    def has_event(self) -> bool:
        """True if an event waits."""
        return bool(self._events)

    @property
    def is_full(self) -> bool:
        """True if nothing more should be read from the socket; the daemon then conflates."""
        return len(self) >= self._limit

    def push(self, item: Incoming) -> None:
        """Appends one."""
        self._count += 1
        if isinstance(item, ExecutionReport):
            self._reports.append((self._count, item))
        else:
            self._events.append((self._count, item))

    def conflate_events(self) -> None:
        """Beyond the bound keeps the newest event of each state, as the daemon for a slow reader.

        It is marked ``conflated`` where an older one went. What is no state (orders, venues,
        instruments, bars, news of detectors) stays.
        """
        if len(self._events) < self._conflate_at:
            return
        newest = {_state_of(event): number for number, event in self._events}
        gone: set[Hashable] = set()
        kept: deque[tuple[int, Event]] = deque()
        for number, event in self._events:
            state = _state_of(event)
            if state is not None and newest[state] != number:
                gone.add(state)
            else:
                kept.append((number, replace(event, conflated=True) if state in gone else event))
        self._events = kept
        self._conflate_at = max(self._limit, 2 * len(kept))

    def pop_report(self) -> ExecutionReport | None:
        """Takes the oldest report."""
        return self._reports.popleft()[1] if self._reports else None

    def pop_event(self) -> Event | None:
        """Takes the oldest event."""
        return self._events.popleft()[1] if self._events else None

    def pop(self) -> Incoming | None:
        """Takes the oldest of both."""
        if not self._events:
            return self.pop_report()
        if not self._reports or self._events[0][0] < self._reports[0][0]:
            return self.pop_event()
        return self.pop_report()


def _state_of(event: Event) -> Hashable:
    """What the event tells anew: a book, a tape, a timer, queues; ``None`` if it is no state."""
    is_queue = event.event_type == "signal" and event.payload.get("name") == "queue"
    if is_queue or event.event_type in ("book", "trade", "timer"):
        return event.event_type, event.instrument
    return None
