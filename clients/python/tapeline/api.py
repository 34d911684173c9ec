"""What the two clients read from their arguments in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable

__all__ = ["subscription", "token_reader"]


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
