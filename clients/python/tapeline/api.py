"""What the two clients read from their arguments in the same way."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Callable

__all__ = ["Limit", "subscription", "token_reader"]


class Limit:
    """When an iteration ends: at a condition or a time, and then with what had come by then.

    So a stream that never pauses ends too, and one that ends loses nothing that was there.
    """

    def __init__(self, timeout: float | None, until: Callable[[], bool] | None) -> None:
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._until = until
        self._left: int | None = None

    def reached(self, waiting: int) -> bool:
        """True once the end is in sight; ``waiting`` is how many may still be taken then."""
        if self._left is None:
            late = self._deadline is not None and time.monotonic() >= self._deadline
            if late or (self._until is not None and self._until()):
                self._left = waiting
        return self._left is not None

    def may_take(self) -> bool:
        """Counts one item. False if no more may be taken."""
        if self._left is None:
            return True
        self._left -= 1
        return self._left >= 0

    def seconds_left(self) -> float | None:
        """How long to wait, ``None`` without a deadline."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())


def token_reader(token: str | None, token_file: str | None) -> Callable[[], str]:
    """Returns what gives the token at each connection; a file is read anew each time.

    :raises ValueError: Unless exactly one of both is given.
    """
    if token is not None and token_file is None:
        return lambda: token
    if token_file is not None and token is None:
        path = token_file
        return lambda: _read(path)
    raise ValueError("Cannot make a client: it needs either token or token_file")


def subscription(
    channels: str | Sequence[str],
    instruments: str | Sequence[str],
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """Returns the fields of SUBSCRIBE; one name may stand for a list of one."""
    listed: str | Sequence[str] = instruments
    if instruments != "*" and isinstance(instruments, str):
        listed = [instruments]
    names = [channels] if isinstance(channels, str) else list(channels)
    return {"channels": names, "instruments": listed, **more}


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read().strip()
