"""Exponential back-off with full jitter: many clients of a restarted daemon do not come at once."""

from __future__ import annotations

import random
from typing import Callable

__all__ = ["Backoff"]


class Backoff:
    """Delays in seconds, each drawn between 0 and a ceiling that doubles up to ``maximum``."""

    def __init__(
        self, first: float, maximum: float, draw: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._maximum = maximum
        self._draw = draw
        self._attempts = 0

    def next_delay(self) -> float:
        """Returns how long to wait before the next attempt."""
        ceiling = min(self._maximum, self._first * 2.0 ** min(self._attempts, 32))
        self._attempts += 1
        return ceiling * self._draw()

    def reset(self) -> None:
        """Begins anew: the connection held."""
        self._attempts = 0
