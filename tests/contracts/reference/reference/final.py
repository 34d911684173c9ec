"""The state at the end of a trace. Source: docs/reference/traces.md."""

from __future__ import annotations

from .firing import next_wanted
from .model import Json
from .order import Order
from .reports import shown
from .rows import balance_rows, position_rows
from .state import State


def final_state(state: State) -> Json:
    """Returns the state as a trace shows it."""
    final: Json = {
        "digest": state.digest.hex(),
        "next_deadline_us": next_wanted(state),
        "operator_trading_state": state.operator_state,
        "kill_switch": state.kill_switch,
        "venues": [
            {"venue": venue.id, "status": venue.status, "trading_state": venue.trading_state}
            for venue in state.venues
        ],
        "instruments": [
            {"instrument": number, "trading_state": state.instruments[number].trading_state}
            for number in sorted(state.instruments)
        ],
        "clients": [
            {
                "client": client.id,
                "name": client.name,
                "report_seq": client.report_seq,
                "trading_state": client.trading_state,
            }
            for client in state.clients
        ],
        "orders": [_order(state.orders[number]) for number in sorted(state.orders)],
        "positions": position_rows(state),
        "tags": state.tags.rows(state),
        "balances": balance_rows(state),
    }
    external = [_external(row) for venue in state.venues for row in venue.external_orders]
    if external:
        final["external_orders"] = external
    return final


def _external(row: Json) -> Json:
    """Returns an order that is not ours, as a venue listed it."""
    shown = ("venue_order_id", "instrument", "side", "order_qty", "cum_qty", "price")
    return {name: row[name] for name in shown}


def _order(order: Order) -> Json:
    row: Json = {
        "client": order.client,
        "intent_id": order.bearer.intent_id,
        "ord_status": order.status,
        "order": shown(order),
        "tag": order.tag,
    }
    if order.doubt:
        row["in_doubt"] = True
    return row
