"""What is subscribed, so that a new connection can subscribe the same again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["Subscriptions"]

_Key = tuple[tuple[str, ...], tuple[str, ...]]


class Subscriptions:
    """The accepted SUBSCRIBE and UNSUBSCRIBE messages that still matter, in order.

    The daemon's rule is that a later message replaces what an earlier one said of the same channel
    and instrument. So the sequence itself is kept; of two messages with the same lists only the
    later, and an UNSUBSCRIBE only behind a SUBSCRIBE of which it may have ended a part. That bounds
    it by the number of different lists in use.
    """

    def __init__(self) -> None:
        self._messages: dict[_Key, Mapping[str, Any]] = {}

    def accepted(self, message: Mapping[str, Any]) -> None:
        """Notes a request to which the daemon said yes. Other kinds of request are ignored."""
        if message["type"] not in ("SUBSCRIBE", "UNSUBSCRIBE"):
            return
        self._messages.pop(_key(message), None)
        if message["type"] == "SUBSCRIBE" or any(_meet(m, message) for m in self._subscribes()):
            self._messages[_key(message)] = message
        while self._messages and next(iter(self._messages.values()))["type"] == "UNSUBSCRIBE":
            del self._messages[next(iter(self._messages))]  # nothing before it that it could undo

    def split(self, message: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> None:
        """Puts parts, or none, in the place of a message that the daemon does not take as it is."""
        messages = self.messages()
        self._messages.clear()
        for one in messages:
            for part in parts if one is message else (one,):
                self._messages.pop(_key(part), None)  # the later of two with the same lists
                self._messages[_key(part)] = part

    def messages(self) -> list[Mapping[str, Any]]:
        """Returns what to send on a new connection, in order."""
        return list(self._messages.values())

    def _subscribes(self) -> Iterator[Mapping[str, Any]]:
        return (m for m in self._messages.values() if m["type"] == "SUBSCRIBE")


def _key(message: Mapping[str, Any]) -> _Key:
    return tuple(sorted(message["channels"])), tuple(sorted(message["instruments"]))


def _meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """True if both speak of the same channel of the same instrument."""
    if set(one["channels"]).isdisjoint(other["channels"]):
        return False
    lists = (one["instruments"], other["instruments"])
    return "*" in lists or not set(lists[0]).isdisjoint(lists[1])
