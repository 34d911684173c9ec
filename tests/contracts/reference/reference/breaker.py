"""When a venue is left in peace: pauses that it asked for, and the breaker after failures in a row.

Source: docs/reference/orders.md section 8.
"""

from __future__ import annotations

from typing import Any, Optional

from .model import Venue
from .state import State

NEW_TERMS = ("Submit", "Replace")
"""The requests that an open breaker holds back."""


def pause(state: State, venue: Venue, retry_after_ms: Optional[int]) -> None:
    """The venue said when it wants to hear from us again."""
    if retry_after_ms:
        venue.paused_until = max(venue.paused_until, state.now + retry_after_ms * 1000)


def is_paused(state: State, venue: Venue) -> bool:
    """Whether nothing at all may leave."""
    return state.now < venue.paused_until


def is_open(state: State, venue: Venue) -> bool:
    """Whether the breaker holds back what is new."""
    return state.now < venue.open_until


def failed(state: State, venue: Venue) -> None:
    """A request came to no answer; too many in a row open the breaker."""
    venue.failures += 1
    breaker: Any = venue.breaker
    if breaker is None or venue.failures < breaker["failures"]:
        return
    if not is_open(state, venue):
        state.alarm("BREAKER_OPEN")
    venue.open_until = state.now + breaker["cool_ms"] * 1000


def heard(venue: Venue) -> None:
    """The venue answered: failures are counted anew, the breaker is closed."""
    venue.failures = 0
    venue.open_until = 0


def held_until(state: State, venue: Venue, kind: str) -> int:
    """Returns the time before which a request of that kind may not leave."""
    return max(venue.paused_until, venue.open_until if kind in NEW_TERMS else 0)


def is_held(state: State, venue: Venue, kind: str) -> bool:
    """Whether a request of that kind may not leave now."""
    return state.now < held_until(state, venue, kind)
