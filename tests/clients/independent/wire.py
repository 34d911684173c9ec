"""A client of the wire protocol, written from the protocol page alone.

It shares no code with the daemon or with the Python package. While anything is waited for, every
open connection keeps its heartbeat; every report, event and heartbeat that comes is held against
the page, and what is wrong with one is noted in ``FAULTS``.
"""

import json
import random
import re
import socket
import struct
import time
from decimal import Decimal

DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
TERMINAL = {"Filled", "Cancelled", "Rejected", "Expired"}
LIVE = {"Submitted", "Accepted", "PartiallyFilled", "CancelPending", "ReplacePending"}
PAIRS = {  # exec_type -> ord_status that may go with it
    "PendingNew": {"Submitted"}, "New": {"Accepted", "CancelPending"}, "Trade": (LIVE | TERMINAL) - {"Submitted"},
    "PendingCancel": {"CancelPending"}, "Cancelled": {"Cancelled"}, "PendingReplace": {"ReplacePending"},
    "Replaced": {"Accepted", "PartiallyFilled", "Filled"}, "Rejected": {"Rejected"}, "Expired": {"Expired"},
    "CancelRejected": LIVE | TERMINAL, "ReplaceRejected": LIVE | TERMINAL, "IntentDone": {None},
    "TradeCancel": LIVE | TERMINAL, "TradeCorrect": LIVE | TERMINAL, "Restated": LIVE | TERMINAL,
    "OrderStatus": LIVE | TERMINAL,
}
ORDER_KEYS = "order_id venue_order_id instrument side ord_type time_in_force price order_qty cum_qty leaves_qty avg_px tag".split()
RUN = f"{int(time.time()):x}{random.randrange(4096):03x}"
FAULTS = []  # what any message on any connection got wrong
OPEN = []  # connections that keep their heartbeat


def now_us():
    return time.time_ns() // 1000


def fault(text):
    if text not in FAULTS and len(FAULTS) < 20:
        FAULTS.append(text)


def pause(seconds):
    """Waits, with heartbeats."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        beat_all()
        time.sleep(0.02)


def beat_all():
    for wire in list(OPEN):
        try:
            wire.beat()
        except OSError:
            wire.close()


def frame(message):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return struct.pack(">I", len(body)) + body


class Wire:
    """One connection; says HELLO if it is given a client_id."""

    def __init__(self, port, client_id=None, token=None, **hello):
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        self.buffer = bytearray()
        self.reports, self.events, self.beats, self.raw = [], [], [], {}
        self.ack, self.last, self.closed, self.next_beat, self.count = None, None, False, 0.0, 0
        self.client_id = client_id
        if client_id is not None:
            self.send({"type": "HELLO", "wire": [1], "client_id": client_id, "token": token, **hello})
            self.ack = self.wait(lambda m: m["type"] == "HELLO_ACK", 5)
            self.last = hello.get("resume_from", self.ack["report_seq"])
            self.last = max(self.last, self.ack["report_first_seq"] - 1)
            OPEN.append(self)

    def close(self):
        self.closed = True
        self.socket.close()
        self.mute()

    def mute(self):
        """No heartbeats from now on."""
        if self in OPEN:
            OPEN.remove(self)

    def send(self, *messages):
        self.socket.settimeout(5)
        self.socket.sendall(b"".join(frame(m) for m in messages))

    def beat(self):
        if time.monotonic() >= self.next_beat:
            self.next_beat = time.monotonic() + self.ack["heartbeat_ms"] / 1000
            echo = {"echo_us": self.beats[-1]["now_us"]} if self.beats else {}
            self.send({"type": "HEARTBEAT", "now_us": now_us(), **echo})

    def read(self, timeout):
        """The next message, None when the connection ended. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while True:
            if len(self.buffer) >= 4:
                (length,) = struct.unpack(">I", self.buffer[:4])
                if not 0 < length <= 1_048_576:
                    raise AssertionError(f"a frame of {length} bytes")
                if len(self.buffer) >= 4 + length:
                    body = bytes(self.buffer[4 : 4 + length])
                    del self.buffer[: 4 + length]
                    return self.examine(json.loads(body.decode("utf-8")), body)
            try:
                beat_all()
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                self.socket.settimeout(min(left, 0.2))
                data = self.socket.recv(1 << 18)
            except socket.timeout:
                continue
            except OSError:
                data = b""
            if not data:
                self.close()
                return None
            self.buffer += data

    def slurp(self):
        """Takes what is there, to be looked at later."""
        self.socket.settimeout(0)
        try:
            while data := self.socket.recv(1 << 18):
                self.buffer += data
        except BlockingIOError:
            self.socket.settimeout(5)

    def examine(self, m, body):
        if m["type"] == "ExecutionReport":
            self.examine_report(m, body)
            self.reports.append(m)
        elif m["type"] == "EVENTS":
            seqs = [e["seq_id"] for e in m["events"]]
            if seqs != sorted(seqs) or (seqs and m["seq_id"] != seqs[-1]):
                fault(f"EVENTS {m['seq_id']} holds {seqs}")
            self.events += m["events"]
        elif m["type"] == "HEARTBEAT":
            self.beats.append(m)
            if self.last is not None and m["report_seq"] != self.last:
                fault(f"HEARTBEAT says report_seq {m['report_seq']}, written before it: {self.last}")
        return m

    def examine_report(self, m, body):
        seq, kind, status = m["report_seq"], m["exec_type"], m["ord_status"]
        if m.get("poss_dup"):
            if seq > self.last:
                fault(f"poss_dup of report {seq}, which was not sent yet")
        elif seq != self.last + 1:
            fault(f"report {seq} after {self.last}")
        else:
            self.last, self.raw[seq] = seq, body
        if status not in PAIRS.get(kind, ()) or m["v"] != 1:
            fault(f"report {seq}: {kind} with {status}, v {m['v']}")
        for key in "price order_qty cum_qty leaves_qty avg_px last_qty last_px commission".split():
            if m.get(key) is not None and not (isinstance(m[key], str) and DECIMAL.fullmatch(m[key])):
                fault(f"report {seq}: {key} is {m[key]!r}")
        for key in ("in_doubt", "late", "inferred", "provisional", "poss_dup", "dry_run"):
            if m.get(key, True) is not True:
                fault(f"report {seq}: {key} is {m[key]!r}, it should be absent")
        if m.get("order_id") is not None:
            for key in ORDER_KEYS:
                if key not in m:
                    fault(f"report {seq}: {kind} has no {key}")
            if status in TERMINAL and Decimal(m["leaves_qty"]) != 0:
                fault(f"report {seq}: {status} leaves {m['leaves_qty']}")
            if status in TERMINAL and m.get("in_doubt"):
                fault(f"report {seq}: terminal and in doubt")
        if kind.endswith("Rejected") and not (m.get("reject_code") and m.get("text")):
            fault(f"report {seq}: {kind} without reject_code or text")

    def wait(self, wanted, timeout=10):
        """Reads until a message that is wanted."""
        deadline = time.monotonic() + timeout
        while True:
            m = self.read(max(0.001, deadline - time.monotonic()))
            if m is None:
                raise AssertionError("the connection ended")
            if wanted(m):
                return m
            if m["type"] == "ERROR" and m["fatal"]:
                raise AssertionError(f"fatal {m['code']}: {m['message']}")

    def error(self, code, fatal, timeout=5):
        """Waits for an ERROR, and for the end if it is fatal."""
        m = self.wait(lambda m: m["type"] == "ERROR", timeout)
        assert m["code"] == code and m["fatal"] is fatal and m["message"], m
        if fatal:
            self.ends()
        return m

    def ends(self, timeout=5):
        while self.read(timeout) is not None:
            pass

    def intent(self, action, intent_id=None, **fields):
        self.count += 1
        intent_id = intent_id or f"{RUN}-{random.randrange(10**9)}-{self.count}"
        m = {"type": "QuoteIntent", "v": 1, "intent_id": intent_id, "action": action, "sent_us": now_us(), **fields}
        self.send(m)
        return m

    def report(self, intent, *kinds, timeout=10):
        """The first report about an intent, of one of the kinds if given; also one that came already."""
        def fits(m):
            return m["type"] == "ExecutionReport" and m["intent_id"] == intent["intent_id"] and (not kinds or m["exec_type"] in kinds)
        for m in self.reports:
            if fits(m):
                return m
        return self.wait(fits, timeout)

    def refused(self, code, action, kind="Rejected", **fields):
        intent = self.intent(action, **fields)
        m = self.report(intent)
        assert (m["exec_type"], m.get("reject_code")) == (kind, code), (code, m)
        if kind == "Rejected":
            assert m["order_id"] is None and m["ord_status"] == "Rejected", m
        return m

    def ask(self, kind, **fields):
        self.count += 1
        self.send({"type": kind, "id": f"q{self.count}", **fields})
        return self.wait(lambda m: m["type"] == "RESULT" and m["id"] == f"q{self.count}")

    def query(self, what, **args):
        m = self.ask("QUERY", what=what, args=args)
        assert m["ok"] is True and isinstance(m["seq_id"], int), m
        return m["result"]
