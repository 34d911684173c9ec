"""The queries of the protocol, each built and read in one place for both clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Callable, Generic, TypeVar

from .decimals import DecimalLike, parse_decimal, to_wire_decimal
from .errors import ProtocolViolation
from .report import ExecutionReport
from .rows import Fill, Instrument, Level, Position

__all__ = ["FillForecast", "Query", "Result", "number"]

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
    """A question and how to read its answer; of a list, the rows of all pages."""

    what: str
    args: Mapping[str, Any]
    read: Callable[[Any], T]

    def read_pages(self, pages: Sequence[Result]) -> T:
        """Reads the answer, whole: that of most questions is one page."""
        first, *others = pages
        rows = first.result
        for page in others:
            rows = rows + page.result
        return self.read(rows)


@dataclass(frozen=True)
class FillForecast:
    """Answer of ``pfill_ttf``; each ``None`` where nothing can be said."""

    #: Probability of a fill within the horizon, 0 to 1.
    p: float | None
    #: Median time to a fill, milliseconds.
    ttf_ms: float | None
    #: Quantity before the order.
    ahead: Decimal | None
    #: How fast its queue moves, quantity per second.
    mu: float | None
    #: For how long the level was seen, seconds.
    observed_s: float | None


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


def number(result: Any) -> float | None:
    """Reads a JSON number; the double that the daemon wrote, to the bit."""
    if result is None:
        return None
    if isinstance(result, (int, float)) and not isinstance(result, bool):
        return float(result)
    raise ProtocolViolation(f"Cannot read a number: was {result!r}")


def _integer(result: Any) -> int | None:
    if result is None or type(result) is int:
        return result
    raise ProtocolViolation(f"Cannot read an integer: was {result!r}")


def instruments(venue: str | None) -> Query[list[Instrument]]:
    return Query("instruments", _args(venue=venue), _rows(Instrument.from_wire))


def orders(
    instrument: str | None, open_only: bool, scope: str | None
) -> Query[list[ExecutionReport]]:
    return Query(
        "orders", _args(instrument=instrument, open=open_only, scope=scope), _rows(_order_row)
    )


def order(order_id: str | None, intent_id: str | None) -> Query[ExecutionReport | None]:
    return Query("order", _args(order_id=order_id, intent_id=intent_id), _row_or_none(_order_row))


def fills(since_us: int | None, after_exec_id: str | None) -> Query[list[Fill]]:
    args = _args(since_us=since_us, after_exec_id=after_exec_id)
    return Query("fills", args, _rows(Fill.from_wire))


def positions(scope: str | None) -> Query[list[Position]]:
    return Query("positions", _args(scope=scope), _rows(Position.from_wire))


def balances(venue: str | None) -> Query[list[Row]]:
    return Query("balances", _args(venue=venue), _rows(_map))


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


def size_ahead(place: tuple[str, str, DecimalLike], order_id: str | None) -> Query[Decimal | None]:
    return Query("size_ahead", _place(place, order_id=order_id), _quantity)


def match_rate_ema(
    place: tuple[str, str, DecimalLike], order_id: str | None
) -> Query[float | None]:
    return Query("match_rate_ema", _place(place, order_id=order_id), number)


def _place(place: tuple[str, str, DecimalLike], **more: Any) -> dict[str, Any]:
    instrument, side, price = place
    return _args(instrument=instrument, side=side, price=to_wire_decimal(price, "price"), **more)


def pfill_ttf(
    place: tuple[str, str, DecimalLike], order_qty: DecimalLike, horizon_ms: int
) -> Query[FillForecast]:
    quantity = to_wire_decimal(order_qty, "order_qty")
    args = _place(place, order_qty=quantity, horizon_ms=horizon_ms)
    return Query("pfill_ttf", args, _forecast)


def _forecast(result: Any) -> FillForecast:
    row = _map(result)
    return FillForecast(
        p=number(row.get("p")),
        ttf_ms=number(row.get("ttf_ms")),
        ahead=parse_decimal(row.get("ahead"), "ahead"),
        mu=number(row.get("mu")),
        observed_s=number(row.get("observed_s")),
    )
