"""The hot loop's methods in Python, answered from a local cache of the ``signal`` channel.

The daemon computes; the cache holds the queues of the best ``depth`` levels as they were after the
newest event that has come, and the methods compute from it what the daemon would have answered then,
to the last bit. What the cache does not hold (a level below its depth, the place of an order that
is followed) is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Callable

from .decimals import DecimalLike, to_wire_decimal
from .errors import RequestRefused
from .queries import FillForecast
from .rows import Event, Level
from .signals import Queues, SignalCache

if TYPE_CHECKING:
    from .aio import AsyncClient
    from .client import Client

__all__ = ["Hotloop"]

_DEPTH_MIN = 2
_UNKNOWN = FillForecast(None, None, None, None, None)


class Hotloop:
    """Signals of a connected client, without a round trip. Threads may share it.

    ``side`` is the side of *our* order; the ladder read is the one on which it would rest, or with
    ``take=True`` the one that it would take.

    :param instruments: Names, or ``"*"``.
    :param depth: Levels a side that are kept, 2 or more.
    :param conflate_ms: At most one update of an instrument in so many milliseconds.
    :param emit: Told of a detector's news, in the client's thread: it must return at once.
    """

    def __init__(
        self,
        client: Client,
        instruments: str | Sequence[str] = "*",
        *,
        depth: int = 10,
        conflate_ms: int = 0,
        emit: Callable[[Event], None] | None = None,
    ) -> None:
        self._attach(client, emit)
        self._client: Client | None = client
        client.subscribe("signal", instruments, **_options(depth, conflate_ms))

    @classmethod
    async def on(
        cls,
        client: AsyncClient,
        instruments: str | Sequence[str] = "*",
        *,
        depth: int = 10,
        conflate_ms: int = 0,
        emit: Callable[[Event], None] | None = None,
    ) -> Hotloop:
        """The same on an asyncio client. It asks nothing: what the cache does not hold is ``None``."""
        hot = cls.__new__(cls)
        hot._attach(client, emit)
        hot._client = None
        await client.subscribe("signal", instruments, **_options(depth, conflate_ms))
        return hot

    def _attach(self, client: Client | AsyncClient, emit: Callable[[Event], None] | None) -> None:
        self._either = client
        self._state = client._state
        self._capabilities: dict[str, Mapping[str, bool]] = {}
        if self._state.signals is None:
            self._state.signals = SignalCache()
        self._cache = self._state.signals
        if emit is not None:
            self._state.emits.append(emit)

    # How good the answers are

    def stale(self, instrument: str) -> bool:
        """True while answers may not be of now.

        Nothing came by the present connection yet, the daemon was not heard within two heartbeats,
        signals were switched off, or the book is no reference (before its first snapshot, after a
        gap).
        """
        queues = self._cache.queues(instrument)
        if queues is None or not queues.fresh or not self._either.healthy:
            return True
        return not self._cache.is_of(instrument, self._state.session_id)

    def seq_id(self, instrument: str) -> int | None:
        """The event after which the answers are true, ``None`` before any came."""
        queues = self._cache.queues(instrument)
        return None if queues is None else queues.seq_id

    def now_us(self, instrument: str) -> int | None:
        """Time of the feed at that event, microseconds."""
        queues = self._cache.queues(instrument)
        return None if queues is None else queues.now_us

    def capabilities(self, instrument: str) -> Mapping[str, bool]:
        """What the daemon computes of an instrument; asked once, empty on an asyncio client."""
        if instrument not in self._capabilities and self._client is not None:
            self._capabilities[instrument] = self._client.hotloop_capabilities(instrument)
        return self._capabilities.get(instrument, {})

    # Books

    def ladder_top(
        self, instrument: str, side: str, n: int = 3, *, take: bool = False
    ) -> list[Level]:
        """The best ``n`` levels, best first; no more than the cache's depth."""
        queues = self._cache.queues(instrument)
        if queues is None or not queues.fresh:
            return []
        ladder = queues.bids if (side == "Buy") != take else queues.asks
        return [row.level for row in ladder[:n]]

    def best(self, instrument: str, side: str, *, take: bool = False) -> Level | None:
        """The best level."""
        levels = self.ladder_top(instrument, side, 1, take=take)
        return levels[0] if levels else None

    def best2_sum(self, instrument: str, side: str, *, take: bool = False) -> Decimal:
        """Quantity of the best two levels; 0 where there are none."""
        levels = self.ladder_top(instrument, side, 2, take=take)
        return sum((level.qty for level in levels), Decimal(0))

    def spread_ticks(self, instrument: str) -> int | None:
        """Ticks between the best prices."""
        queues = self._cache.queues(instrument)
        return None if queues is None else queues.spread_ticks

    def last_traded_ts_ms(self, instrument: str) -> int | None:
        """When it last traded, Unix milliseconds."""
        queues = self._cache.queues(instrument)
        return None if queues is None else queues.last_traded_ts_ms

    # Queues

    def size_ahead(
        self, instrument: str, side: str, price: DecimalLike, order_id: str | None = None
    ) -> Decimal | None:
        """Quantity before an order at ``price``; of an order of ours its estimated place (asked)."""
        queues = self._cache.queues(instrument)
        if queues is None:
            return None
        known, ahead = queues.size_ahead(side, _decimal(price))
        if self._client is None:
            return ahead if order_id is None else None
        if known and order_id is None:
            return ahead
        return self._client.size_ahead(instrument, side, price, order_id)

    def match_rate_ema(
        self, instrument: str, side: str, price: DecimalLike | None = None
    ) -> float | None:
        """One-sided quantity traded per second at ``price``, or at the touch."""
        queues = self._cache.queues(instrument)
        if queues is None:
            return None
        known, rate = queues.match_rate(side, None if price is None else _decimal(price))
        if known or price is None or self._client is None:
            return rate
        return self._client.match_rate_ema(instrument, side, price)

    def pfill_ttf(
        self,
        instrument: str,
        side: str,
        price: DecimalLike,
        order_qty: DecimalLike,
        horizon_ms: int,
    ) -> FillForecast:
        """Probability that an order fills within the horizon, and the median time to its fill."""
        queues = self._cache.queues(instrument)
        if queues is None:
            return _UNKNOWN
        known, forecast = queues.pfill_ttf(side, _decimal(price), _decimal(order_qty), horizon_ms)
        if known or self._client is None:
            return forecast
        return self._client.pfill_ttf(instrument, side, price, order_qty, horizon_ms)

    # Markets and detectors

    def get_mbr(self, instrument: str) -> Decimal | None:
        """The base rate of the market."""
        queues = self._cache.queues(instrument)
        return None if queues is None else queues.get_mbr

    def effective_mbr(self, instrument: str) -> Decimal | None:
        """What the account pays of it, its discount taken off."""
        queues = self._cache.queues(instrument)
        return None if queues is None else queues.effective_mbr

    def sweep_sniffer(self, instrument: str) -> Mapping[str, Any] | None:
        """``side``, ``levels``, ``volume``, ``ratio``, ``at_us`` of a recent sweep."""
        return self._detector(instrument, "sweep_sniffer")

    def big_move_trigger(self, instrument: str) -> Mapping[str, Any] | None:
        """``move_ticks`` of the middle over the window, and ``is_triggered``."""
        return self._detector(instrument, "big_move_trigger")

    def rf_seen_recently(self, instrument: str) -> Mapping[str, Any] | None:
        """``runner``, ``reduction_ppm``, ``at_us`` of a recent removal that counts."""
        return self._detector(instrument, "rf_seen_recently")

    def trend_lens(self, instrument: str) -> Mapping[str, Any] | None:
        """``ticks_per_s`` and ``sign`` of the middle, ``weight_of_money`` of the two sides."""
        return self._detector(instrument, "trend_lens")

    def _detector(self, instrument: str, name: str) -> Mapping[str, Any] | None:
        queues: Queues | None = self._cache.queues(instrument)
        found = None if queues is None else queues.detectors.get(name)
        return found if isinstance(found, Mapping) else None

    # A feed of our own

    def apply_snapshot(
        self,
        instrument: str,
        bids: Sequence[tuple[DecimalLike, DecimalLike]],
        asks: Sequence[tuple[DecimalLike, DecimalLike]],
        ts_us: int,
    ) -> bool:
        """Publishes a whole book of a venue with ``feed: client``; False without a connection."""
        payload = {"bids": _levels(bids), "asks": _levels(asks)}
        return self._either.publish(instrument, "snapshot", payload, ts_us)

    def apply_delta(self, instrument: str, delta: Mapping[str, Any] | str, ts_us: int) -> bool:
        """Publishes changed levels and trades (``bids``, ``asks``, ``trades``), or a raw line.

        A quantity of 0 removes a level. A raw line is a ``str`` in the format of the venue's feed.
        """
        if isinstance(delta, str):
            return self._either.publish(instrument, "raw", delta, ts_us)
        sides = {name: _levels(delta.get(name) or ()) for name in ("bids", "asks")}
        payload = {**sides, "trades": list(delta.get("trades") or ())}
        return self._either.publish(instrument, "delta", payload, ts_us)

    def update_config(self, settings: Mapping[str, Any]) -> int:
        """Always refused: the daemon's configuration is the one source of its settings.

        :raises RequestRefused: With the key to change there.
        """
        keys = ", ".join(sorted(settings)) or "nothing"
        raise RequestRefused(
            "UNSUPPORTED", f"settings are the section hotloop of the daemon's file: was {keys}"
        )


def _options(depth: int, conflate_ms: int) -> dict[str, int]:
    return {"depth": max(depth, _DEPTH_MIN), "conflate_ms": conflate_ms}


def _decimal(value: DecimalLike) -> Decimal:
    return Decimal(to_wire_decimal(value, "price or quantity"))


def _levels(levels: Sequence[tuple[DecimalLike, DecimalLike]]) -> list[list[str]]:
    return [[to_wire_decimal(price, "price"), to_wire_decimal(qty, "qty")] for price, qty in levels]
