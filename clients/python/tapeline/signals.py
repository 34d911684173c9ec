"""The ``signal`` channel read: queues of an instrument, and what can be computed of them.

The arithmetic is the daemon's own, operation by operation in the same order, so that an answer
computed here equals the daemon's to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .decimals import parse_decimal
from .errors import InvalidIntent, ProtocolViolation
from .queries import FillForecast, number
from .rows import Event, Level

__all__ = ["QueueLevel", "Queues", "SignalCache"]

_NOTHING = FillForecast(None, None, None, None, None)

#: The spread that what passed speaks of, ticks.
_SPREAD_USUAL = 2
#: Expected fills until the median time to a fill.
_MEDIAN = 1.1398815748423098


@dataclass(frozen=True)
class Passed:
    """What passed: quanta and events, and the seconds in which they did; all decayed."""

    volume: float
    events: float
    exposure_s: float

    @classmethod
    def from_wire(cls, wire: Any) -> Passed:
        """Reads ``[volume, events, exposure_s]``."""
        if not isinstance(wire, Sequence) or len(wire) < 3:
            raise ProtocolViolation(f"Cannot read a flow: it must have three values: was {wire!r}")
        return cls(*(float(value) for value in wire[:3]))

    def fills(self, quanta: float) -> float:
        """How often this would have filled an order that so much must pass before."""
        return min(self.volume / quanta, self.events)


@dataclass(frozen=True)
class QueueLevel:
    """One level with its flow; ``None`` where it has none."""

    level: Level
    tick: int | None
    observed_s: float | None
    match_rate: float | None
    passed: Passed | None

    @classmethod
    def from_wire(cls, wire: Any) -> QueueLevel:
        """Reads ``[price, qty, tick, observed_s, match_rate, passed]``."""
        if not isinstance(wire, Sequence) or len(wire) < 6:
            raise ProtocolViolation(f"Cannot read a level: it must have six values: was {wire!r}")
        tick, observed_s, match_rate = wire[2], number(wire[3]), number(wire[4])
        passed = None if wire[5] is None else Passed.from_wire(wire[5])
        return cls(Level.from_wire(wire[:2]), tick, observed_s, match_rate, passed)


@dataclass(frozen=True)
class Place:
    """Where an order would stand; ``ahead`` and ``flow`` are ``None`` where the cache ends."""

    crosses: bool
    ahead: Decimal | None
    flow: QueueLevel | None
    #: False: the daemon may know a flow that the cache does not hold.
    known: bool
    #: Quantity at better prices, and ticks between the touch and the price.
    better: Decimal = Decimal(0)
    behind_ticks: int = 0
    #: Share of the spread that is left between it and the other side.
    spread_left: float = 1.0


@dataclass(frozen=True)
class Queues:
    """The queues of one instrument after event ``seq_id``."""

    seq_id: int
    depth: int
    now_us: int
    fresh: bool
    best_bid_is: str
    qty_scale: int
    status: str
    bet_delay_ms: int
    is_passive_free: bool
    latency_ms: int
    max_ttf_ms: int
    min_obs_s: float
    spread_ticks: int | None
    last_traded_ts_ms: int | None
    get_mbr: Decimal | None
    effective_mbr: Decimal | None
    detectors: Mapping[str, Any]
    #: What passed at the touches, how much of it counts beside a level's own, how many touches were
    #: swept in the same time, and how long one lasts in the market.
    near: Passed
    near_weight: float
    touch_sweeps: float
    touch_life_s: float
    bids: tuple[QueueLevel, ...]
    asks: tuple[QueueLevel, ...]

    @classmethod
    def from_event(cls, event: Event) -> Queues | None:
        """Reads the signal ``queue``; ``None`` if signals are off."""
        value, args = event.payload.get("value"), event.payload.get("args")
        if value is None:
            return None
        if not isinstance(value, Mapping) or not isinstance(args, Mapping):
            raise ProtocolViolation(f"Cannot read queues: was {event.payload!r}")
        plain = {name: value[name] for name in _PLAIN}
        return cls(
            seq_id=event.seq_id,
            depth=args["depth"],
            fresh=value["is_fresh"],
            get_mbr=parse_decimal(value["get_mbr"], "get_mbr"),
            effective_mbr=parse_decimal(value["effective_mbr"], "effective_mbr"),
            near=Passed.from_wire(value["near"]),
            bids=tuple(map(QueueLevel.from_wire, value["bids"])),
            asks=tuple(map(QueueLevel.from_wire, value["asks"])),
            **plain,
        )

    def side(self, side: str) -> tuple[QueueLevel, ...]:
        """The levels where an order of ``side`` would rest, best first."""
        return self.bids if side == "Buy" else self.asks

    def place(self, side: str, price: Decimal) -> Place:
        """Where an order would stand."""
        own = self.side(side)
        other = self.asks if side == "Buy" else self.bids
        towards = 1 if (side == "Buy") == (self.best_bid_is == "highest") else -1
        if other and (price - other[0].level.price) * towards >= 0:
            return Place(True, Decimal(0), None, True)
        if not own or (price - own[0].level.price) * towards > 0:
            left = 1.0
            if own and other:
                opposite = Fraction(other[0].level.price)
                left = float((opposite - Fraction(price)) / (opposite - Fraction(own[0].level.price)))
            return Place(False, Decimal(0), own[0] if own else None, True, spread_left=left)
        better = Decimal(0)
        for level in own:
            if level.level.price == price:
                behind = abs((own[0].tick or 0) - (level.tick or 0))
                return Place(False, level.level.qty, level, True, better, behind)
            better += level.level.qty
        inside = len(own) < self.depth or (price - own[-1].level.price) * towards > 0
        return Place(False, Decimal(0) if inside else None, None, False)

    def size_ahead(self, side: str, price: Decimal) -> tuple[bool, Decimal | None]:
        """Whether the cache knows it, and the quantity before an order at ``price``."""
        if not self.fresh:
            return True, None
        ahead = self.place(side, price).ahead
        return ahead is not None, ahead

    def match_rate(self, side: str, price: Decimal | None) -> tuple[bool, float | None]:
        """Whether the cache knows it, and the quantity traded per second at ``price``, or at the touch."""
        own = self.side(side)
        if not self.fresh or (price is None and not own):
            return True, None
        for level in own:
            if price is None or level.level.price == price:
                return True, level.match_rate
        return False, None

    def pfill_ttf(
        self, side: str, price: Decimal, order_qty: Decimal, horizon_ms: int
    ) -> tuple[bool, FillForecast]:
        """Whether the cache knows it, and the forecast of an order that would be placed now."""
        if not self.fresh:
            return True, _NOTHING
        place = self.place(side, price)
        if self.status != "open":
            forecast = FillForecast(0.0, None, place.ahead, None, None)
            return place.ahead is not None, forecast
        delay = self.bet_delay_ms if place.crosses or not self.is_passive_free else 0
        if place.crosses:
            late = 0 < delay and horizon_ms <= delay
            ttf = float(min(delay + self.latency_ms, self.max_ttf_ms))
            return True, FillForecast(0.0 if late else 1.0, ttf, Decimal(0), None, None)
        if not place.known or place.ahead is None:
            return False, _NOTHING
        return True, self._resting(place, self._quanta(order_qty), (delay, horizon_ms))

    def _resting(self, place: Place, quanta: int, times: tuple[int, int]) -> FillForecast:
        flow, ahead = place.flow, place.ahead
        observed = 0.0 if flow is None or flow.observed_s is None else flow.observed_s
        if flow is None or flow.passed is None or ahead is None:
            return FillForecast(None, None, ahead, None, observed)
        if observed < self.min_obs_s:
            return FillForecast(None, None, ahead, None, observed)
        delay, horizon_ms = times
        need = self._quanta(ahead) + quanta
        ticks = 1 if self.spread_ticks is None else self.spread_ticks
        spread = max(1.0, ticks * place.spread_left)
        far = 1 + place.behind_ticks / spread
        per_s = math.sqrt(_SPREAD_USUAL / spread) * self._fills_per_s(
            flow.passed, self._quanta(place.better) + need, far * far
        )
        mu = per_s * need / float(10**self.qty_scale)
        ttf = float(min(delay + 1000 * _MEDIAN / per_s, self.max_ttf_ms))
        left = horizon_ms - delay
        if left <= 0:
            return FillForecast(0.0, ttf, ahead, mu, observed)
        root = math.sqrt(1 + 4 * (per_s * left / 1000) / 3)
        return FillForecast(1 - 1 / (root * math.sqrt(root)), ttf, ahead, mu, observed)

    def _fills_per_s(self, own: Passed, before: int, far: float) -> float:
        near = self.near.fills(before) / far
        seen = (near + self.touch_sweeps / far) / 2
        wait_s = (self.near.exposure_s + self.touch_life_s * far) / (seen + 1)
        fills = own.fills(before) + self.near_weight * near
        return (fills + 1) / (own.exposure_s + self.near_weight * self.near.exposure_s + wait_s)

    def _quanta(self, quantity: Decimal) -> int:
        quanta = quantity.scaleb(self.qty_scale)
        if quanta != quanta.to_integral_value() or quanta < 0:
            raise InvalidIntent(
                f"Cannot ask: a quantity must be a multiple of 10^-{self.qty_scale}: was {quantity}"
            )
        return int(quanta)


_PLAIN = (
    "now_us best_bid_is qty_scale status bet_delay_ms is_passive_free latency_ms max_ttf_ms "
    "min_obs_s spread_ticks last_traded_ts_ms detectors near_weight touch_sweeps touch_life_s"
).split()

#: Signals that are a state: the newest replaces the one before it.
_STATES = frozenset({"queue", "best2_sum", "spread_ticks", "last_traded_ts_ms", "get_mbr"})


class SignalCache:
    """The newest queues of each instrument, and the connection that they came by."""

    def __init__(self) -> None:
        self._queues: dict[str, tuple[str, Queues]] = {}

    def take(self, event: Event, session_id: str) -> bool:
        """Files an event of the channel; True if it is a state and need not be told."""
        if event.payload.get("name") == "queue" and event.instrument is not None:
            queues = Queues.from_event(event)
            if queues is None:
                self._queues.pop(event.instrument, None)
            else:
                self._queues[event.instrument] = (session_id, queues)
        return event.payload.get("name") in _STATES

    def queues(self, instrument: str) -> Queues | None:
        """The newest queues of an instrument, ``None`` before any came."""
        found = self._queues.get(instrument)
        return None if found is None else found[1]

    def is_of(self, instrument: str, session_id: str) -> bool:
        """True if the newest queues came by this connection."""
        found = self._queues.get(instrument)
        return found is not None and found[0] == session_id
