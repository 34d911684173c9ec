"""The queries of the protocol, each built and read in one place for both clients."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Callable, Dict, Generic, List, Mapping, Optional, Tuple, TypeVar

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

    seq_id: Optional[int]
    report_seq: Optional[int]
    result: Any
    next_cursor: Optional[Any] = None


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


def _args(**args: Any) -> Dict[str, Any]:
    return {name: value for name, value in args.items() if value is not None}


def _rows(read: Callable[[Row], T]) -> Callable[[Any], List[T]]:
    def read_rows(result: Any) -> List[T]:
        if not isinstance(result, list):
            raise ProtocolViolation(f"Cannot read rows: they must be a list: was {result!r}")
        return [read(row) for row in result]

    return read_rows


def _map(result: Any) -> Row:
    if isinstance(result, Mapping):
        return result
    raise ProtocolViolation(f"Cannot read a map: it must be an object: was {result!r}")


def _row_or_none(read: Callable[[Row], T]) -> Callable[[Any], Optional[T]]:
    return lambda result: None if result is None else read(result)


def _order_row(row: Row) -> ExecutionReport:
    return ExecutionReport.from_wire({"exec_type": "OrderStatus", **row})


def _quantity(result: Any) -> Optional[Decimal]:
    return parse_decimal(result, "result")


def _integer(result: Any) -> Optional[int]:
    if result is None or type(result) is int:
        return result
    raise ProtocolViolation(f"Cannot read an integer: was {result!r}")


def instruments(venue: Optional[str]) -> Query[List[Instrument]]:
    return Query("instruments", _args(venue=venue), _rows(Instrument.from_wire), True)


def orders(
    instrument: Optional[str], open_only: bool, scope: Optional[str]
) -> Query[List[ExecutionReport]]:
    return Query(
        "orders", _args(instrument=instrument, open=open_only, scope=scope), _rows(_order_row), True
    )


def order(order_id: Optional[str], intent_id: Optional[str]) -> Query[Optional[ExecutionReport]]:
    return Query("order", _args(order_id=order_id, intent_id=intent_id), _row_or_none(_order_row))


def fills(since_us: Optional[int], after_exec_id: Optional[str]) -> Query[List[Fill]]:
    args = _args(since_us=since_us, after_exec_id=after_exec_id)
    return Query("fills", args, _rows(Fill.from_wire), True)


def positions(scope: Optional[str]) -> Query[List[Position]]:
    return Query("positions", _args(scope=scope), _rows(Position.from_wire), True)


def balances(venue: Optional[str]) -> Query[List[Row]]:
    return Query("balances", _args(venue=venue), _rows(_map), True)


def simple_map(what: str, **args: Any) -> Query[Row]:
    """``capabilities``, ``risk``, ``metrics``, ``hotloop_capabilities``."""
    return Query(what, _args(**args), _map)


def best(instrument: str, side: str, take: Optional[bool]) -> Query[Optional[Level]]:
    args = _args(instrument=instrument, side=side, take=take)
    return Query("best", args, _row_or_none(Level.from_wire))


def best2_sum(instrument: str, side: str, take: Optional[bool]) -> Query[Optional[Decimal]]:
    return Query("best2_sum", _args(instrument=instrument, side=side, take=take), _quantity)


def integer_of(what: str, instrument: str) -> Query[Optional[int]]:
    """``spread_ticks`` and ``last_traded_ts_ms``."""
    return Query(what, {"instrument": instrument}, _integer)


def get_mbr(instrument: str) -> Query[Optional[Decimal]]:
    return Query("get_mbr", {"instrument": instrument}, _quantity)


def ladder_top(
    instrument: str, side: str, n: Optional[int], more: Mapping[str, Any]
) -> Query[List[Level]]:
    args = _args(instrument=instrument, side=side, n=n, **more)
    return Query("ladder_top", args, _rows(Level.from_wire))


def at_price(
    what: str, place: Tuple[str, str, DecimalLike], order_id: Optional[str]
) -> Query[Optional[Decimal]]:
    """``size_ahead`` and ``match_rate_ema``."""
    instrument, side, price = place
    args = _args(
        instrument=instrument, side=side, price=to_wire_decimal(price, "price"), order_id=order_id
    )
    return Query(what, args, _quantity)


def pfill_ttf(
    place: Tuple[str, str, DecimalLike], order_qty: DecimalLike, horizon_ms: int
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
