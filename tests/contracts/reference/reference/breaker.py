"""When a venue is left in peace: pauses that it asked for, and the breaker after failures in a row.

Source: docs/reference/orders.md section 8.
"""

from __future__ import annotations

from typing import Any, Optional

from .decimals import SAFE
from .model import Venue
from .state import State

NEW_TERMS = ("Submit", "Replace")
"""The requests that an open breaker holds back."""


def pause(state: State, venue: Venue, retry_after_ms: Optional[int]) -> None:
    """The venue said when it wants to hear from us again."""
    if retry_after_ms is not None and retry_after_ms > 0:
        until = min(SAFE, state.now + retry_after_ms * 1000)
        venue.paused_until = max(venue.paused_until or 0, until)


def is_open(state: State, venue: Venue) -> bool:
    """Whether the breaker holds back what is new."""
    return venue.open_until is not None and state.now < venue.open_until


def is_held(state: State, venue: Venue, kind: str) -> bool:
    """Whether a pause or the breaker holds back a request of that kind now."""
    if venue.paused_until is not None and state.now < venue.paused_until:
        return True
    return kind in NEW_TERMS and is_open(state, venue)


def failed(state: State, venue: Venue) -> None:
    """A request came to no answer; too many in a row open the breaker."""
    venue.failures += 1
    breaker: Any = venue.breaker
    if breaker is None or venue.failures < breaker["failures"]:
        return
    if venue.open_until is None:
        state.alarm("BREAKER_OPEN")
    venue.open_until = state.now + breaker["cool_ms"] * 1000


def close(venue: Venue) -> bool:
    """The venue answered: failures count anew; returns whether that closed the breaker."""
    was_set = venue.open_until is not None
    venue.failures = 0
    venue.open_until = None
    return was_set
