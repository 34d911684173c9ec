"""What is subscribed, so that a new connection can subscribe the same again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Subscriptions"]

_Key = tuple[tuple[str, ...], tuple[str, ...]]


class Subscriptions:
    """The accepted SUBSCRIBE and UNSUBSCRIBE messages that still matter, in order.

    The daemon's rule is that a later message replaces what an earlier one said of the same channel
    and instrument. So the sequence itself is kept; of two messages with the same lists only the
    later, which bounds it by the number of different lists in use.
    """

    def __init__(self) -> None:
        self._messages: dict[_Key, Mapping[str, Any]] = {}

    def accepted(self, message: Mapping[str, Any]) -> None:
        """Notes a request to which the daemon said yes. Other kinds of request are ignored."""
        if message["type"] not in ("SUBSCRIBE", "UNSUBSCRIBE"):
            return
        key = (tuple(sorted(message["channels"])), tuple(sorted(message["instruments"])))
        self._messages.pop(key, None)
        self._messages[key] = message
        first = next(iter(self._messages.values()))
        if first["type"] == "UNSUBSCRIBE":
            del self._messages[next(iter(self._messages))]  # nothing before it that it could undo

    def messages(self) -> list[Mapping[str, Any]]:
        """Returns what to send on a new connection, in order."""
        return list(self._messages.values())
