"""What queries and subscriptions return, read into plain immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from .decimals import parse_decimal
from .errors import ProtocolViolation
from .report import decimal, text

__all__ = ["Book", "Event", "Fill", "Instrument", "Level", "Position"]


@dataclass(frozen=True)
class Level:
    """One price of a book."""

    price: Decimal
    qty: Decimal

    @classmethod
    def from_wire(cls, wire: Any) -> Level:
        """Reads ``{price, qty}`` or ``[price, qty]``."""
        if isinstance(wire, Mapping):
            return cls(decimal(wire, "price"), decimal(wire, "qty"))
        if isinstance(wire, (list, tuple)) and len(wire) == 2:
            pair = {"price": wire[0], "qty": wire[1]}
            return cls(decimal(pair, "price"), decimal(pair, "qty"))
        raise ProtocolViolation(f"Cannot read a level: it must be [price, qty]: was {wire!r}")


@dataclass(frozen=True)
class Book:
    """The top of a book, best first. A ``Buy`` rests in ``bids`` and takes from ``asks``."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    seq_id: int = 0

    @property
    def best_bid(self) -> Level | None:
        """The best level of ``bids``, ``None`` if it is empty."""
        return self.bids[0] if self.bids else None

    @property
    def best_ask(self) -> Level | None:
        """The best level of ``asks``, ``None`` if it is empty."""
        return self.asks[0] if self.asks else None

    @property
    def mid(self) -> Decimal | None:
        """Half way between the best prices, ``None`` if a side is empty."""
        if not self.bids or not self.asks:
            return None
        return (self.bids[0].price + self.asks[0].price) / 2


@dataclass(frozen=True)
class Event:
    """One event of a subscription; ``event_type`` is the channel's name."""

    seq_id: int
    event_type: str
    venue: str | None
    instrument: str | None
    payload: Mapping[str, Any]
    event_time_us: int | None = None
    ingest_time_us: int | None = None
    source: str | None = None
    idempotency_key: str | None = None
    conflated: bool = False

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Event:
        """Reads one element of EVENTS."""
        seq_id, payload = wire.get("seq_id"), wire.get("payload")
        if type(seq_id) is not int or not isinstance(payload, Mapping):
            raise ProtocolViolation(
                f"Cannot read an event: it needs seq_id and payload: was {wire!r}"
            )
        return cls(
            seq_id=seq_id,
            event_type=text(wire, "event_type"),
            payload=payload,
            conflated=bool(wire.get("conflated", False)),
            **{name: wire.get(name) for name in _EVENT_TEXTS},
        )

    @property
    def book(self) -> Book | None:
        """The book, if this is a ``book`` event."""
        if self.event_type != "book":
            return None
        sides = [tuple(map(Level.from_wire, self.payload.get(s) or ())) for s in ("bids", "asks")]
        return Book(sides[0], sides[1], self.seq_id)


_EVENT_TEXTS = "venue instrument event_time_us ingest_time_us source idempotency_key".split()


@dataclass(frozen=True)
class Instrument:
    """A row of ``instruments`` with its grids."""

    instrument: str
    venue: str
    symbol: str
    base: str | None
    quote: str | None
    status: str | None
    ticks: tuple[tuple[Decimal, Decimal], ...]
    qty_step: Decimal
    qty_min: Decimal
    qty_max: Decimal | None
    min_notional: Decimal | None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Instrument:
        """Reads one row."""
        price_rule, qty_rule = wire.get("price_rule"), wire.get("qty_rule")
        if not isinstance(price_rule, Mapping) or not isinstance(qty_rule, Mapping):
            raise ProtocolViolation(f"Cannot read an instrument: it needs its rules: was {wire!r}")
        ticks = tuple(
            (decimal(t, "from"), decimal(t, "step")) for t in price_rule.get("ticks") or ()
        )
        return cls(
            instrument=text(wire, "instrument"),
            venue=text(wire, "venue"),
            symbol=text(wire, "symbol"),
            base=wire.get("base"),
            quote=wire.get("quote"),
            status=wire.get("status"),
            ticks=ticks or ((Decimal(0), decimal(price_rule, "quantum")),),
            qty_step=decimal(qty_rule, "step"),
            qty_min=decimal(qty_rule, "min"),
            qty_max=parse_decimal(qty_rule.get("max"), "max"),
            min_notional=parse_decimal(wire.get("min_notional"), "min_notional"),
            raw=wire,
        )

    @property
    def is_spot(self) -> bool:
        """True where a trade exchanges ``base`` for ``quote``, and no contract."""
        return self.raw.get("asset_class") == "spot"

    def tick(self, price: Decimal) -> Decimal:
        """Returns the price step that holds at ``price``."""
        return self._tick(price)[1]

    def passive(self, side: str, price: Decimal) -> Decimal:
        """Returns the nearest valid price that is no more aggressive than ``price``."""
        start, step = self._tick(price)
        rounding = ROUND_FLOOR if side == "Buy" else ROUND_CEILING
        return start + ((price - start) / step).to_integral_value(rounding) * step

    def round_qty(self, qty: Decimal) -> Decimal:
        """Returns the largest valid quantity up to ``qty``; 0 if that is below the minimum."""
        steps = (qty / self.qty_step).to_integral_value(ROUND_FLOOR) * self.qty_step
        return steps if steps >= self.qty_min else Decimal(0)

    def _tick(self, price: Decimal) -> tuple[Decimal, Decimal]:
        chosen = self.ticks[0]
        for band in self.ticks:
            if band[0] <= price:
                chosen = band
        return chosen


@dataclass(frozen=True)
class Position:
    """A row of ``positions``; ``qty`` is signed."""

    instrument: str
    scope: str
    qty: Decimal
    avg_px: Decimal | None
    realised_pnl: Decimal | None
    unrealised_pnl: Decimal | None
    currency: str | None

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Position:
        """Reads one row."""
        money = {
            n: parse_decimal(wire.get(n), n) for n in ("avg_px", "realised_pnl", "unrealised_pnl")
        }
        return cls(
            instrument=text(wire, "instrument"),
            scope=text(wire, "scope"),
            qty=decimal(wire, "qty"),
            currency=wire.get("currency"),
            **money,
        )


@dataclass(frozen=True)
class Fill:
    """A row of ``fills``."""

    exec_id: str
    order_id: str
    intent_id: str | None
    instrument: str
    side: str
    last_qty: Decimal
    last_px: Decimal
    liquidity: str | None
    commission: Decimal | None
    commission_currency: str | None
    event_us: int | None
    seq_id: int | None

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Fill:
        """Reads one row."""
        loose = "intent_id liquidity commission_currency event_us seq_id".split()
        values: dict[str, Any] = {name: wire.get(name) for name in loose}
        values.update((n, text(wire, n)) for n in ("exec_id", "order_id", "instrument", "side"))
        return cls(
            **values,
            last_qty=decimal(wire, "last_qty"),
            last_px=decimal(wire, "last_px"),
            commission=parse_decimal(wire.get("commission"), "commission"),
        )
