"""A daemon made of paper for the tests: it speaks the wire protocol and misbehaves on request.

It is written from the protocol page and shares no code with the package. It journals intents and
reports in memory, so a connection may die at any byte and be resumed. Orders rest until a test
fills them with ``trade``.
"""

import json
import random
import socket
import struct
import threading
import time

TOKEN = "secret"
BTC = "paper:BTC/USDT"
INSTRUMENT = {
    "instrument": BTC,
    "venue": "paper",
    "exchange": "paper",
    "symbol": "BTC/USDT",
    "base": "BTC",
    "quote": "USDT",
    "asset_class": "spot",
    "price_rule": {"quantum": "0.01", "ticks": [{"from": "0", "step": "0.5"}]},
    "qty_rule": {"quantum": "0.0001", "step": "0.001", "min": "0.002", "max": None},
    "min_notional": "5",
    "session_end": None,
    "status": "up",
}


class FakeDaemon:
    """Faults are attributes that a test sets; each says what it does."""

    def __init__(self, heartbeat_ms=20_000, seed=1):
        # so few that a test which stands still for a second has not lost its connection
        self.lock = threading.RLock()
        self.random = random.Random(seed)
        self.heartbeat_ms = heartbeat_ms
        self.journal_id = "0123456789abcdef"
        self.reports = []  # wire objects in order of report_seq
        self.first_kept = 1
        self.intents = {}  # intent_id -> its place in the journal
        self.orders = {}
        self.names = {}  # intent_id -> order_id that it placed or replaced
        self.seq_id = 0
        self.hellos = []
        self.received = []  # every message of the current and past connections
        self.subscriptions = []
        self.subscribed = []  # every market event that was made
        self.refusals = []  # codes with which the next subscriptions are refused, in turn
        self.gone = set()  # names that subscriptions refuse
        self.results = {}  # what -> result of a query
        self.pages = {}  # what -> list of pages
        self.chunk = None  # send in pieces of 1 to `chunk` bytes
        self.lose_intents = 0  # close, unjournaled, at that many intents
        self.cut_after_bytes = None  # close after so many bytes were sent, mid-frame
        self.twice = False  # send each report a second time
        self.mute = False  # no heartbeats
        self.hello_error = None  # (code, message): refuse HELLO with it
        self.deaf = False  # take intents and answer none
        self.goodbyes = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connection = None
        self.stopping = False
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()

    def close(self):
        with self.lock:
            self.stopping = True
            self.listener.close()
            self.drop()

    def drop(self):
        """Cuts the connection without a word."""
        with self.lock:
            if self.connection is not None:
                hang_up(self.connection)
                self.connection = None

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            if self.stopping:
                connection.close()
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    # One connection

    def serve(self, connection):
        try:
            for message in frames(connection):
                with self.lock:
                    if self.connection is connection:
                        self.handle(message)
                    elif not self.hello(connection, message):
                        break
        except (OSError, Cut):
            pass
        with self.lock:
            if self.connection is connection:
                self.connection = None
            hang_up(connection)

    def hello(self, connection, message):
        if message["type"] != "HELLO":
            return False
        self.hellos.append(message)
        refusal = self.hello_error
        resume, last = message.get("resume_from"), len(self.reports)
        if message["token"] != TOKEN:
            refusal = ("AUTH", "Cannot log in: the token is wrong")
        elif message.get("resume_journal_id") not in (None, self.journal_id):
            refusal = ("JOURNAL_CHANGED", "Cannot resume: the journal is another")
        elif resume is not None and resume > last:
            refusal = ("RESUME_AHEAD", f"Cannot resume: last is {last}")
        if refusal is not None:
            send_all(connection, error(*refusal, fatal=True))
            return False
        if self.connection is not None:
            old, self.connection = self.connection, None
            send_all(old, error("SESSION_REPLACED", "another connection took over", fatal=True))
            hang_up(old)
        self.connection = connection
        self.send(
            {
                "type": "HELLO_ACK",
                "wire": 1,
                "session_id": len(self.hellos),
                "journal_id": self.journal_id,
                "daemon": {"name": "fake", "version": "0", "config_digest": "0"},
                "mode": "paper",
                "trading_state": "Active",
                "heartbeat_ms": self.heartbeat_ms,
                "report_seq": last,
                "report_first_seq": self.first_kept,
                "now_us": time.time_ns() // 1000,
                "limits": {"max_frame_bytes": 1048576},
                "venues": [],
            }
        )
        if resume is not None:
            for report in self.reports[max(resume, self.first_kept - 1) :]:
                self.send(report)
        thread = threading.Thread(target=self.beat, args=(connection,), daemon=True)
        thread.start()
        return True

    def beat(self, connection):
        while True:
            with self.lock:
                if self.connection is not connection:
                    return
                if not self.mute:
                    try:
                        self.send(self.heartbeat())
                    except (OSError, Cut):
                        return
            time.sleep(self.heartbeat_ms / 1000)

    def heartbeat(self):
        return {
            "type": "HEARTBEAT",
            "now_us": time.time_ns() // 1000,
            "seq_id": self.seq_id,
            "report_seq": len(self.reports),
            "trading_state": "Active",
            "queue_depth": 0,
            "venues": {"paper": "up"},
        }

    def send(self, message):
        if self.connection is None:
            return
        data = frame(message)
        limit = self.cut_after_bytes
        if limit is not None:
            self.cut_after_bytes = limit - len(data)
            if limit < len(data):
                self.cut_after_bytes = None
                self.connection.sendall(data[:limit])
                self.drop()
                return
        if self.chunk is None:
            self.connection.sendall(data)
            return
        while data:
            size = self.random.randint(1, self.chunk)
            self.connection.sendall(data[:size])
            data = data[size:]

    # What clients say

    def handle(self, message):
        self.received.append(message)
        kind = message["type"]
        if kind == "QuoteIntent":
            self.intent(message)
        elif kind in ("SUBSCRIBE", "UNSUBSCRIBE"):
            self.subscriptions.append(message)
            if self.refusals:
                self.refuse(message, self.refusals.pop(0))
                return
            if self.gone.intersection(message["instruments"]):
                self.refuse(message, "UNKNOWN_INSTRUMENT")
                return
            self.result(message, None)
            if kind == "SUBSCRIBE":
                self.book_event()
        elif kind == "QUERY":
            self.query(message)
        elif kind == "GOODBYE":
            self.goodbyes.append(message)
            raise Cut

    def query(self, message):
        what, args = message["what"], message["args"]
        if what in self.pages:
            at = int(args.get("cursor", 0))
            last = at + 1 >= len(self.pages[what])
            self.result(message, self.pages[what][at], None if last else str(at + 1))
        elif what == "instruments":
            self.result(message, [INSTRUMENT])
        elif what in self.results:
            self.result(message, self.results[what])
        elif what in ("orders", "positions", "fills", "balances"):
            self.result(message, [])
        else:
            self.refuse(message, "UNSUPPORTED")

    def refuse(self, message, code):
        wire = {"type": "RESULT", "id": message["id"], "ok": False, "code": code}
        self.send({**wire, "message": f"Cannot answer: refused by the test: was {message['type']}"})

    def result(self, message, result, cursor=None):
        wire = {"type": "RESULT", "id": message["id"], "ok": True, "seq_id": self.seq_id}
        if cursor is not None:
            wire["next_cursor"] = cursor
        self.send({**wire, "report_seq": len(self.reports), "result": result})

    def intent(self, message):
        if self.lose_intents > 0:
            self.lose_intents -= 1
            if self.lose_intents == 0:
                raise Cut
            return
        intent_id = message["intent_id"]
        if intent_id in self.intents:
            self.repeat(intent_id)
            return
        self.intents[intent_id] = message
        if self.deaf:
            return
        action = message["action"]
        if action == "Place":
            self.place(message)
        elif action == "Cancel":
            self.cancel(message)
        elif action == "Replace":
            self.replace(message)
        else:
            self.report(None, intent_id, "IntentDone", None)

    def repeat(self, intent_id):
        """The newest report that bore the id, then the order's newest if that is another."""
        newest = self.newest("intent_id", intent_id)
        if newest is None:
            return
        self.send({**newest, "poss_dup": True})
        if newest["order_id"] is not None:
            of_order = self.newest("order_id", newest["order_id"])
            if of_order is not newest:
                self.send({**of_order, "poss_dup": True})

    def newest(self, name, value):
        return next((r for r in reversed(self.reports) if r[name] == value), None)

    def place(self, message):
        intent_id = message["intent_id"]
        order = {
            "order_id": str(len(self.orders) + 1),
            "venue_order_id": None,
            "instrument": message["instrument"],
            "side": message["side"],
            "ord_type": message.get("ord_type", "Limit"),
            "time_in_force": message.get("time_in_force", "GTC"),
            "price": message.get("price"),
            "order_qty": message["order_qty"],
            "cum_qty": "0",
            "leaves_qty": message["order_qty"],
            "avg_px": None,
            "tag": message.get("tag"),
        }
        self.orders[order["order_id"]] = (order, intent_id)
        self.names[intent_id] = order["order_id"]
        self.report(order, intent_id, "PendingNew", "Submitted")
        self.report(order, intent_id, "New", "Accepted")

    def find(self, message):
        order_id = self.names.get(message["orig_intent_id"])
        if order_id is not None:
            return order_id, *self.orders[order_id]
        self.report(
            None,
            message["intent_id"],
            "Rejected",
            "Rejected",
            reject_code="UNKNOWN_ORDER",
            text="?",
        )
        return None

    def cancel(self, message):
        found = self.find(message)
        if found is not None:
            _, order, orig = found
            more = {"orig_intent_id": orig}
            self.report(order, message["intent_id"], "PendingCancel", "CancelPending", **more)
            order["leaves_qty"] = "0"
            self.report(order, message["intent_id"], "Cancelled", "Cancelled", **more)

    def replace(self, message):
        found = self.find(message)
        if found is not None:
            order_id, order, orig = found
            more = {"orig_intent_id": orig}
            self.report(order, message["intent_id"], "PendingReplace", "ReplacePending", **more)
            order.update(order_qty=message["order_qty"], price=message.get("price", order["price"]))
            self.orders[order_id] = (order, message["intent_id"])
            self.names[message["intent_id"]] = order_id
            self.report(order, message["intent_id"], "Replaced", "Accepted", **more)

    # What tests do

    def trade(self, order_id, qty, price, status="PartiallyFilled"):
        """Fills a part of an order."""
        with self.lock:
            order, intent_id = self.orders[order_id]
            order["cum_qty"] = qty
            order["avg_px"] = price
            fill = {"exec_id": f"e{self.seq_id}", "last_qty": qty, "last_px": price}
            fill.update(liquidity="Maker", commission="0", commission_currency="USDT")
            self.report(order, intent_id, "Trade", status, **fill)

    def report(self, order, intent_id, exec_type, status, **more):
        self.seq_id += 1
        wire = {"type": "ExecutionReport", "v": 1, "report_seq": len(self.reports) + 1}
        wire.update(seq_id=self.seq_id, intent_id=intent_id, exec_type=exec_type, ord_status=status)
        wire.update(order if order is not None else {"order_id": None}, transact_us=1, **more)
        self.reports.append(wire)
        self.send(wire)
        if self.twice:
            self.send({**wire, "poss_dup": True})

    def book_event(self, bid="99.5", ask="100.5"):
        with self.lock:
            self.seq_id += 1
            event = {"seq_id": self.seq_id, "event_time_us": 1, "ingest_time_us": self.seq_id}
            event.update(source="market_data", venue="paper", instrument=BTC, event_type="book")
            event.update(payload={"bids": [[bid, "1"]], "asks": [[ask, "2"]]}, idempotency_key=None)
            self.subscribed.append(event)
            self.send({"type": "EVENTS", "seq_id": self.seq_id, "events": [event]})

    def say(self, message):
        """Sends anything."""
        with self.lock:
            self.send(message)

    def fatal(self, code):
        """Sends a fatal ERROR and closes."""
        with self.lock:
            self.send(error(code, "because of the test", fatal=True))
            self.drop()

    def intents_of(self, action):
        with self.lock:
            return [i for i in self.intents.values() if i["action"] == action]


class Cut(Exception):
    """The connection is to end here."""


def error(code, message, *, fatal, **more):
    return {"type": "ERROR", "code": code, "message": message, "fatal": fatal, **more}


def frame(message):
    body = json.dumps(message).encode()
    return struct.pack(">I", len(body)) + body


def send_all(connection, message):
    try:
        connection.sendall(frame(message))
    except OSError:
        pass


def hang_up(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()


def frames(connection):
    buffer = b""
    while True:
        while len(buffer) >= 4 and len(buffer) >= 4 + struct.unpack(">I", buffer[:4])[0]:
            end = 4 + struct.unpack(">I", buffer[:4])[0]
            yield json.loads(buffer[4:end])
            buffer = buffer[end:]
        data = connection.recv(65536)
        if not data:
            return
        buffer += data


def wait_for(condition, timeout=30.0):
    """Polls until a condition holds; only time in which this process ran counts."""
    left, looked = timeout, time.monotonic()
    while not condition():
        now = time.monotonic()
        left -= min(now - looked, 0.25)
        looked = now
        if left <= 0:
            raise AssertionError("it did not happen in time")
        time.sleep(0.005)
