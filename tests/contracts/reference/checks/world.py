"""A core and the few events that a check needs to talk to it."""

from reference.core import Core

NOW = 1_700_000_000_000_000

CAPABILITIES = {
    "ord_types": ["Limit", "Market"],
    "time_in_force": ["GTC", "IOC", "FOK", "GTD", "DAY"],
    "post_only": True,
    "reduce_only": True,
    "replace": "native",
    "lookup_by_client_order_id": True,
    "params": [],
    "absence_proof_ms": None,
}
SETTINGS = {
    "invariants": "strict",
    "intent_horizon_ms": 3_600_000,
    "intents_per_second": 1000,
    "burst": 1000,
    "lookup_retry_ms": 500,
}
SPOT = {
    "id": 0,
    "venue": 0,
    "name": "test:BTC/USDT",
    "symbol": "BTC/USDT",
    "base": "BTC",
    "quote": "USDT",
    "asset_class": "spot",
    "price_rule": {"scale": 2, "ticks": [{"from_quanta": 0, "step_quanta": 1}]},
    "qty_rule": {"scale": 3, "step_quanta": 1, "min_quanta": 1, "max_quanta": None},
    "min_notional": None,
    "session_end_us": None,
    "status": "open",
    "capabilities": None,
    "contract": None,
}


class World:
    """One venue that is up, one spot instrument, one client in session 1."""

    def __init__(self):
        self.core = Core()
        self.seq_id = 0
        self.intents = 0
        self.session = 1
        self.started()
        self.event("control", "VenueDeclared", self.venue(), venue=0)
        self.event("control", "InstrumentListed", SPOT, venue=0, instrument=0)
        self.event("control", "VenueStatusChanged", {"status": "up"}, venue=0)
        wishes = {"cancel_on_disconnect": True, "cancel_grace_ms": 0}
        self.event("control", "SessionOpened", {"session": 1, "client": "alice", **wishes})

    def started(self, **fields):
        settings = {"journal_id": "00", "config_digest": "00", "settings": SETTINGS}
        return self.event("control", "Started", {"mode": "paper", **settings, **fields})

    def venue(self):
        name = {"id": 0, "name": "test", "exchange": "test"}
        return {**name, "capabilities": CAPABILITIES, "simulation": None, "pacing": None}

    def event(self, source, event_type, payload, venue=None, instrument=None, key=None):
        self.seq_id += 1
        return self.core.apply(
            {
                "seq_id": self.seq_id,
                "event_time": NOW,
                "ingest_time": NOW + self.seq_id,
                "source": source,
                "venue": venue,
                "instrument": instrument,
                "event_type": event_type,
                "payload": payload,
                "idempotency_key": key,
            }
        )

    def intent(self, action, **fields):
        """Sends an intent; returns its reject code, or None if it was taken."""
        self.intents += 1
        intent = {"action": action, "intent_id": f"i{self.intents}", "sent_us": NOW, "tag": None}
        payload = {"session": self.session, "recv_us": NOW, "intent": {**intent, **fields}}
        caused = self.event("intent", "IntentReceived", payload)
        return caused["reports"][0].get("reject_code")

    def place(self, side, qty, price, reduce_only=False, symbol="BTC/USDT"):
        return self.intent(
            "Place",
            instrument=f"test:{symbol}",
            side=side,
            order_qty=qty,
            price=price,
            ord_type="Market" if price is None else "Limit",
            time_in_force="GTC",
            expire_us=None,
            post_only=False,
            reduce_only=reduce_only,
            ttl_ms=0,
            validate_only=False,
            params=None,
        )

    def replace(self, orig, qty, price):
        fields = {"orig_intent_id": orig, "order_qty": qty, "price": price}
        return self.intent("Replace", has_tag=False, validate_only=False, **fields)

    def broker(self, event_type, order, **fields):
        """What the venue reports of an order: on its instrument, if it is known."""
        name = {"order": order, "cl_ord_id": None, "venue_order_id": None}
        known = self.core.state.orders.get(order)
        on = {"venue": 0, "instrument": 0 if known is None else known.instrument}
        return self.event("broker_report", event_type, {**name, **fields}, **on)

    def executed(self, order, qty, price, **fields):
        """An execution of an order, in quanta; its id is `e` and the number of the event."""
        fill = {"last_qty": qty, "last_px": price, "liquidity": "Maker", "provisional": False}
        fee = {"commission": "0", "commission_currency": "USDT"}
        named = {"exec_id": f"e{self.seq_id + 1}", **fields}
        return self.broker("OrderExecuted", order, **{**fill, **fee, **named})

    def limits(self, scope, limits, instrument=0, **named):
        where = {"venue": 0} if scope == "venue" else {}
        payload = {"scope": scope, "limits": limits, "admin": True, **named}
        return self.event("control", "LimitsSet", payload, instrument=instrument, **where)

    def collar(self, instrument, ppm, **differs):
        """The limits of an instrument: a collar, or none, and a book that does not grow old."""
        names = ("max_order_qty", "max_order_notional", "max_position", "max_open_orders")
        limits = dict.fromkeys(names, None)
        limits.update(price_collar_ppm=ppm, book_stale_ms=3_600_000, initial_margin_ppm=None)
        return self.limits("instrument", {**limits, **differs}, instrument)

    def book(self, instrument, bid, ask):
        """A book with one deep level a side, in quanta; None: nothing there."""
        bids, asks = ([] if price is None else [price, 10**9] for price in (bid, ask))
        payload = {"bids": bids, "asks": asks, "update_id": None}
        return self.event("market_data", "BookSnapshot", payload, 0, instrument)
