"""The queries of the protocol, each built and read in one place for both clients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Callable, Generic, TypeVar

from .decimals import DecimalLike, parse_decimal, to_wire_decimal
from .errors import ProtocolViolation
from .report import ExecutionReport
from .rows import Fill, Instrument, Level, Position

__all__ = ["FillForecast", "Query", "Result"]

T = TypeVar("T")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Result:
    """A RESULT: the state after event ``seq_id``."""

    seq_id: int | None
    report_seq: int | None
    result: Any
    next_cursor: Any | None = None


@dataclass(frozen=True)
class Query(Generic[T]):
    """A question and how to read its answer. A ``paged`` one is asked until the last page."""

    what: str
    args: Mapping[str, Any]
    read: Callable[[Any], T]
    paged: bool = False


@dataclass(frozen=True)
class FillForecast:
    """Answer of ``pfill_ttf``: probability of a fill in the horizon, time to it, and the inputs."""

    p: Any
    ttf_ms: Any
    ahead: Any
    mu: Any
    observed_s: Any


def _args(**args: Any) -> dict[str, Any]:
    return {name: value for name, value in args.items() if value is not None}


def _rows(read: Callable[[Row], T]) -> Callable[[Any], list[T]]:
    def read_rows(result: Any) -> list[T]:
        if not isinstance(result, list):
            raise ProtocolViolation(f"Cannot read rows: they must be a list: was {result!r}")
        return [read(row) for row in result]

    return read_rows


def _map(result: Any) -> Row:
    if isinstance(result, Mapping):
        return result
    raise ProtocolViolation(f"Cannot read a map: it must be an object: was {result!r}")


def _row_or_none(read: Callable[[Row], T]) -> Callable[[Any], T | None]:
    return lambda result: None if result is None else read(result)


def _order_row(row: Row) -> ExecutionReport:
    return ExecutionReport.from_wire({"exec_type": "OrderStatus", **row})


def _quantity(result: Any) -> Decimal | None:
    return parse_decimal(result, "result")


def _integer(result: Any) -> int | None:
    if result is None or type(result) is int:
        return result
    raise ProtocolViolation(f"Cannot read an integer: was {result!r}")


def instruments(venue: str | None) -> Query[list[Instrument]]:
    return Query("instruments", _args(venue=venue), _rows(Instrument.from_wire), True)


def orders(
    instrument: str | None, open_only: bool, scope: str | None
) -> Query[list[ExecutionReport]]:
    return Query(
        "orders", _args(instrument=instrument, open=open_only, scope=scope), _rows(_order_row), True
    )


def order(order_id: str | None, intent_id: str | None) -> Query[ExecutionReport | None]:
    return Query("order", _args(order_id=order_id, intent_id=intent_id), _row_or_none(_order_row))


def fills(since_us: int | None, after_exec_id: str | None) -> Query[list[Fill]]:
    args = _args(since_us=since_us, after_exec_id=after_exec_id)
    return Query("fills", args, _rows(Fill.from_wire), True)


def positions(scope: str | None) -> Query[list[Position]]:
    return Query("positions", _args(scope=scope), _rows(Position.from_wire), True)


def balances(venue: str | None) -> Query[list[Row]]:
    return Query("balances", _args(venue=venue), _rows(_map), True)


def simple_map(what: str, **args: Any) -> Query[Row]:
    """``capabilities``, ``risk``, ``metrics``, ``hotloop_capabilities``."""
    return Query(what, _args(**args), _map)


def best(instrument: str, side: str, take: bool | None) -> Query[Level | None]:
    args = _args(instrument=instrument, side=side, take=take)
    return Query("best", args, _row_or_none(Level.from_wire))


def best2_sum(instrument: str, side: str, take: bool | None) -> Query[Decimal | None]:
    return Query("best2_sum", _args(instrument=instrument, side=side, take=take), _quantity)


def integer_of(what: str, instrument: str) -> Query[int | None]:
    """``spread_ticks`` and ``last_traded_ts_ms``."""
    return Query(what, {"instrument": instrument}, _integer)


def get_mbr(instrument: str) -> Query[Decimal | None]:
    return Query("get_mbr", {"instrument": instrument}, _quantity)


def ladder_top(
    instrument: str, side: str, n: int | None, more: Mapping[str, Any]
) -> Query[list[Level]]:
    args = _args(instrument=instrument, side=side, n=n, **more)
    return Query("ladder_top", args, _rows(Level.from_wire))


def at_price(
    what: str, place: tuple[str, str, DecimalLike], order_id: str | None
) -> Query[Decimal | None]:
    """``size_ahead`` and ``match_rate_ema``."""
    instrument, side, price = place
    args = _args(
        instrument=instrument, side=side, price=to_wire_decimal(price, "price"), order_id=order_id
    )
    return Query(what, args, _quantity)


def pfill_ttf(
    place: tuple[str, str, DecimalLike], order_qty: DecimalLike, horizon_ms: int
) -> Query[FillForecast]:
    instrument, side, price = place
    args = _args(
        instrument=instrument,
        side=side,
        price=to_wire_decimal(price, "price"),
        order_qty=to_wire_decimal(order_qty, "order_qty"),
        horizon_ms=horizon_ms,
    )
    return Query("pfill_ttf", args, _forecast)


def _forecast(result: Any) -> FillForecast:
    row = _map(result)
    return FillForecast(*(row.get(name) for name in ("p", "ttf_ms", "ahead", "mu", "observed_s")))
