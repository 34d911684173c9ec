"""``ExecutionReport``: what happened to an intent or an order.

Unknown keys are kept in ``raw`` and otherwise ignored, so a newer daemon does not break an older
client. Quantities and prices are ``Decimal``; times are integer microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .decimals import parse_decimal, ratio
from .errors import ProtocolViolation

__all__ = ["TERMINAL", "Execution", "ExecutionReport"]

#: States that an order never leaves.
TERMINAL = frozenset(("Filled", "Cancelled", "Rejected", "Expired"))


@dataclass(frozen=True)
class Execution:
    """One fill. ``commission`` above zero is a cost."""

    exec_id: str
    last_qty: Decimal
    last_px: Decimal
    liquidity: str | None = None
    commission: Decimal | None = None
    commission_currency: str | None = None

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Execution:
        """Reads one element of ``fill_events``, or a report that carries a single fill."""
        return cls(
            exec_id=text(wire, "exec_id"),
            last_qty=decimal(wire, "last_qty"),
            last_px=decimal(wire, "last_px"),
            liquidity=wire.get("liquidity"),
            commission=parse_decimal(wire.get("commission"), "commission"),
            commission_currency=wire.get("commission_currency"),
        )


@dataclass(frozen=True)
class ExecutionReport:
    """One report. ``report_seq`` is ``None`` only in rows of an order query."""

    exec_type: str
    report_seq: int | None = None
    seq_id: int | None = None
    ord_status: str | None = None
    intent_id: str | None = None
    orig_intent_id: str | None = None
    cause_intent_id: str | None = None
    order_id: str | None = None
    venue_order_id: str | None = None
    instrument: str | None = None
    side: str | None = None
    ord_type: str | None = None
    time_in_force: str | None = None
    price: Decimal | None = None
    order_qty: Decimal | None = None
    cum_qty: Decimal | None = None
    leaves_qty: Decimal | None = None
    avg_px: Decimal | None = None
    executions: tuple[Execution, ...] = ()
    exec_ref_id: str | None = None
    reject_code: str | None = None
    text: str | None = None
    tag: str | None = None
    in_doubt: bool = False
    late: bool = False
    inferred: bool = False
    provisional: bool = False
    poss_dup: bool = False
    dry_run: bool = False
    event_us: int | None = None
    transact_us: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> ExecutionReport:
        """Reads a report or a row of the ``orders`` query.

        :raises ProtocolViolation: If a field has the wrong shape.
        """
        values: dict[str, Any] = {name: _optional(wire, name, str) for name in _TEXTS}
        values.update((name, _optional(wire, name, int)) for name in _INTEGERS)
        values.update((name, parse_decimal(wire.get(name), name)) for name in _DECIMALS)
        values.update((name, wire.get(name) is True) for name in _FLAGS)
        return cls(
            **values,
            exec_type=text(wire, "exec_type"),
            executions=_executions(wire),
            raw=wire,
        )

    @property
    def fill_size(self) -> Decimal:
        """Quantity filled by this report: the sum over its fills; 0 if it is no trade."""
        if self.exec_type != "Trade":
            return Decimal(0)
        return sum((e.last_qty for e in self.executions), Decimal(0))

    @property
    def fill_price(self) -> Decimal | None:
        """Volume-weighted price of this report's fills; ``None`` if it is no trade."""
        size = self.fill_size
        if size == 0:
            return None
        return ratio(sum((e.last_qty * e.last_px for e in self.executions), Decimal(0)), size)

    @property
    def is_terminal(self) -> bool:
        """True if the order is done. A late fill may still raise ``cum_qty``."""
        return self.ord_status in TERMINAL

    @property
    def is_refusal(self) -> bool:
        """True if the intent that this report answers was refused."""
        return self.exec_type in ("Rejected", "CancelRejected", "ReplaceRejected")

    def __str__(self) -> str:
        parts = [f"#{self.report_seq}", self.exec_type, f"intent={self.intent_id}"]
        if self.order_id is not None:
            parts.append(f"order={self.order_id} {self.side} {self.order_qty} {self.instrument}")
            parts.append(f"@ {self.price} {self.ord_status} filled={self.cum_qty}")
        if self.fill_price is not None:
            parts.append(f"fill {self.fill_size} @ {self.fill_price}")
        if self.reject_code is not None:
            parts.append(f"{self.reject_code}: {self.text}")
        return " ".join(parts + (["in doubt"] if self.in_doubt else []))


_TEXTS = (
    "ord_status intent_id orig_intent_id cause_intent_id order_id venue_order_id instrument side "
    "ord_type time_in_force exec_ref_id reject_code text tag"
).split()
_INTEGERS = "report_seq seq_id event_us transact_us".split()
_DECIMALS = "price order_qty cum_qty leaves_qty avg_px".split()
_FLAGS = "in_doubt late inferred provisional poss_dup dry_run".split()


def text(wire: Mapping[str, Any], name: str) -> str:
    """Returns a mandatory string. :raises ProtocolViolation: If it is not one."""
    value = wire.get(name)
    if isinstance(value, str):
        return value
    raise ProtocolViolation(f"Cannot read {name}: it must be a string: was {value!r}")


def decimal(wire: Mapping[str, Any], name: str) -> Decimal:
    """Returns a mandatory decimal. :raises ProtocolViolation: If it is not one."""
    value = parse_decimal(wire.get(name), name)
    if value is not None:
        return value
    raise ProtocolViolation(f"Cannot read {name}: it must be a decimal: was None")


def _optional(wire: Mapping[str, Any], name: str, kind: type) -> Any:
    value = wire.get(name)
    if value is None or type(value) is kind:
        return value
    raise ProtocolViolation(f"Cannot read {name}: it must be {kind.__name__}: was {value!r}")


def _executions(wire: Mapping[str, Any]) -> tuple[Execution, ...]:
    several = wire.get("fill_events")
    if several is not None:
        return tuple(Execution.from_wire(one) for one in several)
    # A TradeCancel names its execution by exec_ref_id and may have no quantities of its own.
    if "last_qty" in wire and "last_px" in wire and "exec_id" in wire:
        return (Execution.from_wire(wire),)
    return ()
