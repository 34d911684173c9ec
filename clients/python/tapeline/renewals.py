"""Subscribing again on a new connection: in order, as fast as the daemon lets through."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["Renewals", "parts"]

Message = Mapping[str, Any]

#: After a refusal for the rate limit, before the same message goes again.
PAUSE_SECONDS = 0.1
#: Instruments of one message, at most; the protocol takes 10 000.
JOINED_MAX = 1_000


class Renewals:
    """What is still to be renewed on this connection.

    A later message replaces what an earlier one said of the same book, so none is sent before the
    answer to the one ahead of it. Neighbours that differ in their instruments only go as one; if
    that is refused, each goes by itself, for one bad name refuses a whole list. So does one list
    by its ``parts``.
    """

    def __init__(self) -> None:
        self._groups: deque[list[Message]] = deque()
        self._is_sent = False
        self._not_before = 0.0

    def begin(self, messages: Sequence[Message]) -> None:
        """Begins anew, on a new connection."""
        self._groups = deque(_grouped(messages))
        self._is_sent = False
        self._not_before = 0.0

    @property
    def is_over(self) -> bool:
        """True if everything is answered."""
        return not self._groups

    @property
    def due_at(self) -> float:
        """When there is something to send, in seconds of the clock; infinite if nothing is."""
        return math.inf if self.is_over or self._is_sent else self._not_before

    def take(self) -> Message:
        """Returns the message that is due; its answer is awaited from now on."""
        self._is_sent = True
        return _joined(self._groups[0])

    def awaits(self, request_id: Any) -> bool:
        """True if this is the id of the message whose answer is awaited."""
        return self._is_sent and request_id == _id(self._groups[0])

    def answered(self, code: str | None, now: float) -> Message | None:
        """Takes the answer, ``None`` for a yes; returns the message that is refused as it is."""
        self._is_sent = False
        if code == "RATE_LIMIT":
            self._not_before = now + PAUSE_SECONDS
            return None
        group = self._groups.popleft()
        if code is not None and len(group) > 1:
            self.put_first(group)
            return None
        return None if code is None else group[0]

    def put_first(self, messages: Sequence[Message]) -> None:
        """Renews these next, each by itself."""
        self._groups.extendleft([message] for message in reversed(messages))


def parts(message: Message, code: str) -> Sequence[Message]:
    """Returns what to try in place of a refused message; nothing if no part of it can be had."""
    channels, names = message["channels"], message["instruments"]
    if code == "UNSUPPORTED" and len(channels) > 1:
        return [{**message, "channels": [channel]} for channel in channels]
    if code == "UNKNOWN_INSTRUMENT" and names != "*" and len(names) > 1:
        half = len(names) // 2  # few requests for one bad name among many
        return [{**message, "instruments": some} for some in (names[:half], names[half:])]
    return []


def _grouped(messages: Sequence[Message]) -> list[list[Message]]:
    groups: list[list[Message]] = []
    room = 0
    for message in messages:
        instruments = message["instruments"]
        count = JOINED_MAX if instruments == "*" else len(instruments)
        if groups and count <= room and _options(groups[-1][0]) == _options(message):
            groups[-1].append(message)
            room -= count
        else:
            groups.append([message])
            room = JOINED_MAX - count
    return groups


def _options(message: Message) -> Message:
    return {name: value for name, value in message.items() if name not in ("id", "instruments")}


def _id(group: list[Message]) -> str:
    return f"again-{group[0]['id']}"


def _joined(group: list[Message]) -> Message:
    instruments = group[0]["instruments"]
    if len(group) > 1:
        instruments = list(dict.fromkeys(name for m in group for name in m["instruments"]))
    return {**group[0], "id": _id(group), "instruments": instruments}
