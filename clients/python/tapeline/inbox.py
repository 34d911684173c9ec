"""What came and was not yet taken: reports and market events, each in order.

Two lines with one numbering, so that an application may read only one kind, or both as they came.
"""

from __future__ import annotations

from collections import deque
from typing import Union

from .report import ExecutionReport
from .rows import Event

__all__ = ["Inbox", "Incoming"]

#: What a strategy is told.
Incoming = Union[ExecutionReport, Event]


class Inbox:
    """A queue that says when reading should pause; it never drops anything."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._count = 0
        self._reports: deque[tuple[int, ExecutionReport]] = deque()
        self._events: deque[tuple[int, Event]] = deque()

    def __len__(self) -> int:
        return len(self._reports) + len(self._events)

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
