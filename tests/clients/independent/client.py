"""Does everything that the protocol page says, knowing nothing but that page.

    python3 client.py --port P --token-file F

One JSON line per check on stdout: {"check", "ok", "detail"}. Exit status 1 if any check failed.
Grids, prices and limits come from queries and HELLO_ACK. Where the page lets a build answer
UNSUPPORTED, that answer passes too.
"""

import argparse
import json
import struct
import sys
import time
import traceback
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from wire import FAULTS, ORDER_KEYS, RUN, TERMINAL, Wire, frame, now_us, pause

class Suite:
    def __init__(self, port, token):
        self.port, self.token = port, token
        self.main = self.open("main")
        self.row = self.main.query("instruments")[0]
        self.name = self.row["instrument"]
        venue = next(v for v in self.main.ack["venues"] if v["venue"] == self.row["venue"])
        self.can = {**venue["capabilities"], **(self.row.get("capabilities") or {})}

    def open(self, name, **hello):
        return Wire(self.port, f"{name}.{RUN}", self.token, **hello)

    def stranger(self, *messages, **fields):
        """A connection whose first word is not a good HELLO."""
        wire = Wire(self.port)
        wire.send(*(messages or ({"type": "HELLO", "wire": [1], "client_id": "x", "token": self.token, **fields},)))
        return wire

    def price(self, side, factor):
        """A valid price: the best one of the side times a factor."""
        best = self.main.query("best", instrument=self.name, side=side)
        bands = self.row["price_rule"]["ticks"]
        band = [b for b in bands if Decimal(b["from"]) <= Decimal(best["price"])][-1]
        start, step = Decimal(band["from"]), Decimal(band["step"])
        steps = (Decimal(best["price"]) * Decimal(factor) - start) / step
        return str(start + steps.to_integral_value(ROUND_FLOOR) * step)

    def qty(self, times=1):
        rule, floor = self.row["qty_rule"], Decimal(self.row["min_notional"] or 0)
        least = max(Decimal(rule["min"]), floor * 2 / Decimal(self.price("Buy", "0.9")), Decimal(rule["step"]))
        return str((least / Decimal(rule["step"])).to_integral_value(ROUND_CEILING) * Decimal(rule["step"]) * times)

    def resting(self, **more):
        """Fields of a Buy that rests below the market."""
        return {"instrument": self.name, "side": "Buy", "order_qty": self.qty(2), "price": self.price("Buy", "0.995"), **more}

    def rest(self, wire, **more):
        wire.report(intent := wire.intent("Place", **self.resting(**more)), "New")
        return intent

def check_hello_ack_and_heartbeat_have_their_fields(s):
    for key in "wire session_id journal_id daemon mode trading_state heartbeat_ms report_seq report_first_seq now_us limits venues".split():
        assert key in s.main.ack, key
    for key in "max_frame_bytes intents_per_second burst report_buffer_bytes intent_horizon_ms".split():
        assert isinstance(s.main.ack["limits"][key], int), key
    s.main.wait(lambda m: m["type"] == "HEARTBEAT" and "echo_us" in m, 15)
    for key in "now_us seq_id report_seq trading_state queue_depth venues echo_us".split():
        assert key in s.main.beats[-1], key

def check_a_hello_that_is_wrong_is_refused_for_good(s):
    s.stranger(token="wrong").error("AUTH", True)
    s.stranger(token="wrong", wire=[9]).error("AUTH", True)
    s.stranger(wire=[2]).error("WIRE_VERSION", True)
    s.stranger({"type": "HEARTBEAT", "now_us": 1}).error("HELLO_REQUIRED", True)
    s.stranger(client_id="a b").error("BAD_MESSAGE", True)
    s.stranger(resume_from=10**9).error("RESUME_AHEAD", True)
    s.stranger(resume_from=0, resume_journal_id="another").error("JOURNAL_CHANGED", True)

def check_silence_instead_of_hello_ends_after_five_seconds(s):
    started, wire = time.monotonic(), Wire(s.port)
    wire.error("HELLO_REQUIRED", True, 8)
    assert 4 < time.monotonic() - started < 8

def check_a_frame_of_no_or_too_many_bytes_ends_before_its_body(s):
    for head in (b"\0\0\0\0", struct.pack(">I", 1_048_577), b"GET / HTTP/1.1\r\n\r\n"):
        wire = s.open("size")
        wire.socket.sendall(head)
        wire.error("FRAME_SIZE", True)

def check_bad_json_and_bad_messages_leave_the_session_alive(s):
    deep = {"type": "HEARTBEAT", "now_us": 1}
    for body in (b"{", b'{"type":"HEARTBEAT","type":"HEARTBEAT","now_us":1}', b"\xef\xbb\xbf" + json.dumps(deep).encode(),
                 b'{"type":"\xff"}', b'{"type":"\\ud800"}', b'{"type":"HEARTBEAT","now_us":1,"x":' + b"[" * 32 + b"]" * 32 + b"}"):
        s.main.send(body)
        s.main.error("BAD_JSON", False)
    for body in (b"[]", b"7", b"{}", b'{"type":1}'):
        s.main.send(body)
        s.main.error("BAD_MESSAGE", False)
    s.main.send({"type": "HELLO", "wire": [1], "client_id": s.main.client_id, "token": s.token})
    s.main.error("BAD_MESSAGE", False)
    s.main.send({"type": "Nonsense"})
    s.main.error("UNKNOWN_TYPE", False)
    for wrong in ({"v": 1}, {"v": 2, "intent_id": "i"}, {"v": 1, "intent_id": "a b"}):
        s.main.send({"type": "QuoteIntent", "action": "NoOp", "sent_us": now_us(), **wrong})
        s.main.error("BAD_MESSAGE", False)
    s.main.send({"type": "QUERY", "id": "", "what": "risk"})
    s.main.error("BAD_MESSAGE", False)
    s.main.send(json.dumps(deep)[:-1].encode() + b',"x":' + b"[" * 31 + b"]" * 31 + b"}")
    s.main.query("risk")

def check_frames_may_be_cut_and_joined_anywhere(s):
    intents = [{"type": "QuoteIntent", "v": 1, "intent_id": f"cut-{n}", "action": "NoOp", "sent_us": now_us()} for n in range(5)]
    for byte in frame(intents[0]):
        s.main.socket.sendall(bytes([byte]))
    s.main.send(*intents[1:])
    reports = [s.main.report(i, "IntentDone") for i in intents]
    assert [r["report_seq"] for r in reports] == sorted(r["report_seq"] for r in reports)

def check_place_replace_cancel_go_through_their_states(s):
    placed = s.main.intent("Place", **s.resting(tag="first"))
    first, new = s.main.report(placed, "PendingNew"), s.main.report(placed, "New")
    assert first["order_id"] == new["order_id"] and new["tag"] == "first" and new["cum_qty"] == "0", new
    assert Decimal(new["leaves_qty"]) == Decimal(placed["order_qty"]) and new["avg_px"] is None, new
    newest = placed
    if s.can["replace"] != "none":
        newest = s.main.intent("Replace", orig_intent_id=placed["intent_id"], order_qty=s.qty(3), price=s.price("Buy", "0.994"))
        pending, done = s.main.report(newest, "PendingReplace"), s.main.report(newest, "Replaced")
        assert pending["orig_intent_id"] == placed["intent_id"] and done["order_id"] == new["order_id"], done
        assert Decimal(done["order_qty"]) == Decimal(newest["order_qty"]) and done["tag"] == "first", done
        assert Decimal(done["price"]) == Decimal(newest["price"]), done
    cancel = s.main.intent("Cancel", orig_intent_id=placed["intent_id"])
    pending, done = s.main.report(cancel, "PendingCancel"), s.main.report(cancel, "Cancelled")
    assert pending["orig_intent_id"] == newest["intent_id"] and done["order_id"] == new["order_id"], pending
    s.main.refused("ILLEGAL_TRANSITION", "Cancel", "CancelRejected", orig_intent_id=placed["intent_id"])
    s.main.refused("ILLEGAL_TRANSITION", "Replace", "ReplaceRejected", orig_intent_id=placed["intent_id"], order_qty=s.qty(3))
    row = s.main.query("order", intent_id=placed["intent_id"])
    assert row["order_id"] == new["order_id"] and row["ord_status"] == "Cancelled" and "report_seq" not in row, row
    assert new["order_id"] in [r["order_id"] for r in s.main.query("orders", open=False)], "a kept order is missing"
    assert new["order_id"] not in [r["order_id"] for r in s.main.query("orders")], "a done order is listed as open"

def check_the_acknowledgement_bears_the_stamps_of_its_way(s):
    new = s.main.report(s.rest(s.main), "New")
    # journal_us is the moment at which a request was let go to a venue outside: not reached on paper.
    stamps = [new.get(k) for k in "sent_us recv_us submit_us ack_us".split()]
    s.main.report(s.main.intent("CancelAll"), "IntentDone")
    assert None not in stamps, f"sent, recv, submit, ack: {stamps}"
    assert stamps[1:] == sorted(stamps[1:]), stamps

def check_taking_orders_trade_and_end(s):
    for more in ({"time_in_force": "IOC"}, {"time_in_force": "FOK"}, {"ord_type": "Market"}):
        if more.get("time_in_force", "IOC") not in s.can["time_in_force"] or more.get("ord_type", "Limit") not in s.can["ord_types"]:
            continue
        price = {} if "ord_type" in more else {"price": s.price("Sell", "1.002")}
        intent = s.main.intent("Place", instrument=s.name, side="Buy", order_qty=s.qty(), **price, **more)
        end = s.main.wait(lambda m: m.get("intent_id") == intent["intent_id"] and m.get("ord_status") in TERMINAL)
        assert end["ord_status"] in ("Filled", "Cancelled"), end
        trades = [r for r in s.main.reports if r["intent_id"] == intent["intent_id"] and r["exec_type"] == "Trade"]
        fills = [f for t in trades for f in t.get("fill_events", [t])]
        assert sum(Decimal(f["last_qty"]) for f in fills) == Decimal(end["cum_qty"]) and fills, end
        assert len({f["exec_id"] for f in fills}) == len(fills) and all("commission" in f and "liquidity" in f for f in fills), fills
    rows = s.main.query("fills")
    assert {f["exec_id"] for f in fills} <= {r["exec_id"] for r in rows}, rows
    assert any(p["instrument"] == s.name and Decimal(p["qty"]) > 0 for p in s.main.query("positions"))

def check_a_crossing_post_only_is_refused_by_the_venue(s):
    if s.can["post_only"]:
        intent = s.main.intent("Place", **s.resting(price=s.price("Sell", "1.002"), post_only=True))
        m = s.main.report(intent, "Rejected")
        assert m["reject_code"] == "VENUE_POST_ONLY" and m["order_id"] is not None, m

def check_an_order_past_its_time_expires(s):
    cases = [{"ttl_ms": 500}]
    if "GTD" in s.can["time_in_force"]:
        cases.append({"time_in_force": "GTD", "expire_us": now_us() + 1_500_000})
    for more in cases:
        assert s.main.report(s.rest(s.main, **more), "Expired")["ord_status"] == "Expired"

def check_cancel_all_settles_every_order_and_then_itself(s):
    orders = [s.rest(s.main) for _ in range(3)]
    for fields in ({"instrument": s.name}, {}):
        every = s.main.intent("CancelAll", tag="all", **fields)
        done = s.main.report(every, "IntentDone")
        assert done["ord_status"] is None and done["tag"] == "all" and done["text"], done
    for order in orders:
        end = s.main.report(order, "Cancelled")
        assert end["cause_intent_id"] and end["report_seq"] < done["report_seq"], end

def check_noop_and_validate_only_are_done_at_once_and_keep_nothing(s):
    done = s.main.report(s.main.intent("NoOp", tag="probe"))
    assert done["exec_type"] == "IntentDone" and done["tag"] == "probe" and all(done.get(k) is None for k in ORDER_KEYS[:-1]), done
    before = len(s.main.query("orders", open=False))
    assert s.main.report(s.main.intent("Place", **s.resting(validate_only=True)))["exec_type"] == "IntentDone"
    s.main.refused("UNKNOWN_INSTRUMENT", "Place", **s.resting(validate_only=True, instrument="no:such"))
    assert len(s.main.query("orders", open=False)) == before

def check_the_trading_state_of_a_client_is_set_survives_and_refuses(s):
    def put(value):
        assert wire.report(wire.intent("SetRiskFlag", flag="trading_state", value=value))["exec_type"] == "IntentDone"
    wire = s.open("state")
    put("Halted")
    wire.refused("TRADING_HALTED", "Place", **s.resting())
    wire.close()
    wire = s.open("state")
    assert wire.ack["trading_state"] == "Halted", wire.ack
    put("Reducing")
    wire.refused("REDUCE_ONLY", "Place", **s.resting())
    put("Active")
    s.rest(wire)
    wire.report(wire.intent("CancelAll"), "IntentDone")

def check_a_repeated_intent_never_acts_again(s):
    wire = s.open("again", cancel_on_disconnect=False)
    placed = s.rest(wire, order_qty=s.qty(2), tag="same")
    same = dict(placed, order_qty=placed["order_qty"] + ("0" if "." in placed["order_qty"] else ".0"), sent_us=now_us(), ord_type="Limit", post_only=False, ttl_ms=0)
    for _ in range(2):
        seen = len(wire.reports)
        wire.send(same)
        m = wire.wait(lambda m: m["type"] == "ExecutionReport")
        assert m["poss_dup"] and m["exec_type"] == "New" and m["intent_id"] == placed["intent_id"], m
        wire.send(dict(same, tag="other"))
        m = wire.wait(lambda m: m["type"] == "ExecutionReport")
        assert m["reject_code"] == "INTENT_ID_REUSED" and m["order_id"] is None and not m.get("poss_dup"), m
        wire.send(same)
        m = wire.wait(lambda m: m["type"] == "ExecutionReport")
        assert m["exec_type"] == "New" and len(wire.reports) == seen + 3, m
        wire = s.open("again", cancel_on_disconnect=False)
    assert len(wire.query("orders")) == 1
    wire.report(wire.intent("CancelAll"), "IntentDone")

def check_each_refusal_has_its_code(s):
    step, tick = Decimal(s.row["qty_rule"]["quantum"]), Decimal(s.row["price_rule"]["quantum"])
    r, w = s.resting, s.main
    for wrong in ({"post_onyl": True}, {"tag": None}, {"side": "buy"}, {"post_only": True, "time_in_force": "IOC"}, {"orig_intent_id": "x"},
                  {"sent_us": now_us() + 60_000_000}, {"time_in_force": "GTD"}, {"order_qty": "1e3"}, {"order_qty": "-0"}, {"tag": "x" * 65}):
        w.refused("SCHEMA", "Place", **{**r(), **wrong})
    for action, wrong in (("Cancel", {}), ("Fly", {}), ("SetRiskFlag", {"flag": "trading_state"}), ("NoOp", {"price": "1"})):
        w.refused("SCHEMA", action, **wrong)
    w.refused("STALE_INTENT", "Place", **r(ttl_ms=1000, sent_us=now_us() - 2_000_000))
    w.refused("STALE_INTENT", "NoOp", sent_us=now_us() - w.ack["limits"]["intent_horizon_ms"] * 1000 - 60_000_000)
    w.refused("UNKNOWN_INSTRUMENT", "Place", **r(instrument=s.row["venue"] + ":NO/SUCH"))
    w.refused("UNKNOWN_ORDER", "Cancel", orig_intent_id="no-such")
    w.refused("UNKNOWN_ORDER", "Replace", orig_intent_id="no-such", order_qty="1")
    w.refused("PRICE_GRID", "Place", **r(price=str(Decimal(r()["price"]) + tick / 10)))
    w.refused("QTY_GRID", "Place", **r(order_qty=str(Decimal(s.qty()) + step / 10)))
    w.refused("QTY_GRID", "Place", **r(order_qty="0"))
    if "GTD" in s.can["time_in_force"]:
        w.refused("STALE_INTENT", "Place", **r(time_in_force="GTD", expire_us=now_us() - 1_000_000))

def check_reports_come_again_word_for_word_from_any_number(s):
    wire = s.open("resume")
    for _ in range(5):
        wire.report(wire.intent("NoOp"), "IntentDone")
    journal = wire.ack["journal_id"]
    for number in (0, 2, wire.last):
        again = s.open("resume", resume_from=number, resume_journal_id=journal)
        kept = [again.wait(lambda m: True) for _ in range(again.ack["report_seq"] - number)]
        assert all(m["type"] == "ExecutionReport" for m in kept), kept
        assert all(again.raw[n] == wire.raw[n] for n in again.raw), "other words"
    assert s.open("resume").last == wire.last

def check_a_second_connection_takes_over(s):
    old, new = s.open("twin"), s.open("twin")
    old.error("SESSION_REPLACED", True)
    new.query("risk")

def check_a_silent_client_is_gone_after_three_heartbeats(s):
    wire = s.open("silent")
    wire.mute()
    started, limit = time.monotonic(), 3 * wire.ack["heartbeat_ms"] / 1000
    wire.ends(limit + 10)
    assert limit * 0.8 < time.monotonic() - started < limit + 5

def check_orders_are_cancelled_on_disconnect_or_kept_as_hello_and_goodbye_say(s):
    def after(name, leave, gone, **hello):
        wire = s.open(name, cancel_grace_ms=200, **hello)
        s.rest(wire)
        leave(wire)
        pause(2)
        left = s.open(name, resume_from=wire.last, cancel_on_disconnect=True, cancel_grace_ms=0)
        assert (len(left.query("orders")) == 0) is gone, name
        assert ("Cancelled" in [r["exec_type"] for r in left.reports]) is gone, name
        left.close()

    def goodbye(wire, **more):
        wire.send({"type": "GOODBYE", "reason": "test", **more})
        wire.ends()
    after("dead", Wire.close, True, cancel_on_disconnect=True)
    after("kept", Wire.close, False, cancel_on_disconnect=False)
    after("bye", goodbye, True, cancel_on_disconnect=True)
    after("stay", lambda w: goodbye(w, keep_orders=True), False, cancel_on_disconnect=True)

def check_goodbye_answers_everything_before_it(s):
    wire = s.open("leave")
    intents = [wire.intent("NoOp") for _ in range(20)]
    wire.send({"type": "GOODBYE"})
    wire.ends()
    assert {i["intent_id"] for i in intents} == {r["intent_id"] for r in wire.reports}

def check_each_channel_is_subscribed_and_ended(s):
    keys = {"book": "bids asks", "trade": "price qty side trade_id", "bar": "interval_ms start_us open high low close volume trades",
            "signal": "name value args", "instrument": "instrument price_rule qty_rule", "venue": "venue status reason",
            "timer": "interval_ms due_us", "order": "client_id report"}
    for channel in keys:
        wire = s.open(f"sub-{channel}")
        lists = {"channels": [channel], "instruments": [s.name]}
        m = wire.ask("SUBSCRIBE", **lists, **({"depth": 3} if channel == "book" else {}), **({"interval_ms": 1000} if channel in ("bar", "timer") else {}))
        if not m["ok"]:
            assert m["code"] == "UNSUPPORTED", m
            continue
        if channel == "order":
            s.rest(s.main)
            s.main.report(s.main.intent("CancelAll"), "IntentDone")
        if channel not in ("signal", "instrument", "venue"):  # those come when something happens
            wire.wait(lambda m: m["type"] == "EVENTS" and m["events"], 20)
        for event in wire.events:
            assert event["event_type"] == channel and all(k in event["payload"] for k in keys[channel].split()), event
        if channel == "book":
            for ladder, sign in (("bids", -1), ("asks", 1)):
                prices = [sign * Decimal(p) for p, _ in wire.events[0]["payload"][ladder]]
                assert prices == sorted(set(prices)) and 0 < len(prices) <= 3, prices
        assert wire.ask("UNSUBSCRIBE", **lists)["ok"]
        assert wire.ask("UNSUBSCRIBE", **lists)["code"] == "NOT_SUBSCRIBED"
    assert s.main.ask("SUBSCRIBE", channels=["book", "nonsense"], instruments=[s.name])["code"] == "BAD_MESSAGE"
    assert s.main.ask("UNSUBSCRIBE", channels=["book"], instruments=[s.name])["code"] == "NOT_SUBSCRIBED"

def check_each_query_is_answered(s):
    at, place = {"instrument": s.name}, {"instrument": s.name, "side": "Buy"}
    point = {**place, "price": s.price("Buy", "0.999")}
    for what, args, kinds in (
        ("instruments", {}, list), ("orders", {"open": False}, list), ("fills", {}, list), ("positions", {"scope": "account"}, list),
        ("balances", {}, list), ("capabilities", {}, dict), ("risk", {}, dict), ("metrics", {}, dict), ("best", place, dict),
        ("best", {**place, "take": True}, dict), ("best2_sum", place, str), ("spread_ticks", at, int), ("get_mbr", at, (str, type(None))),
        ("last_traded_ts_ms", at, (int, type(None))), ("ladder_top", {**place, "n": 2}, list), ("size_ahead", point, (str, type(None))),
        ("match_rate_ema", point, (str, type(None))), ("pfill_ttf", {**point, "order_qty": s.qty(), "horizon_ms": 1000}, dict), ("hotloop_capabilities", at, dict),
    ):
        m = s.main.ask("QUERY", what=what, args=args)
        assert isinstance(m["result"], kinds) if m["ok"] else m["code"] == "UNSUPPORTED", (what, m)
    for what, args, code in (("order", {"order_id": "999999999"}, "NOT_FOUND"), ("best", {"instrument": 1}, "BAD_MESSAGE"), ("nonsense", {}, "BAD_MESSAGE")):
        m = s.main.ask("QUERY", what=what, args=args)
        assert m["ok"] is False and m["code"] in (code, "UNSUPPORTED", "NOT_FOUND"), (what, m)
    rows, cursor = [], {}
    while len(rows) < 500:
        m = s.main.ask("QUERY", what="orders", args={"open": False, "limit": 2, **cursor})
        rows += m["result"]
        if m.get("next_cursor") is None:
            break
        cursor = {"cursor": m["next_cursor"]}
    assert len({r["order_id"] for r in rows}) == len(rows) == len(s.main.query("orders", open=False))

def check_publish_to_a_venue_that_has_its_own_feed_is_refused(s):
    s.main.send({"type": "PUBLISH", "instrument": s.name, "kind": "snapshot", "payload": {"bids": [], "asks": []}, "ts_us": now_us()})
    assert s.main.wait(lambda m: m["type"] == "ERROR")["fatal"] is False

def check_too_many_orders_at_once_are_refused_and_cancels_are_not(s):
    wire = s.open("rate")
    rate, burst = wire.ack["limits"]["intents_per_second"], wire.ack["limits"]["burst"]
    count, fields = burst + 2 * rate, s.resting(validate_only=True)
    assert count < 50_000, "not tried: the limit is too high"
    intents = [{"type": "QuoteIntent", "v": 1, "intent_id": f"rate-{n}", "action": "Place", "sent_us": now_us(), **fields} for n in range(count)]
    frames = [b"".join(map(frame, intents[n : n + 500])) for n in range(0, count, 500)]
    started = time.monotonic()
    for some in frames:
        wire.socket.sendall(some)
        wire.slurp()
    cancel = wire.intent("CancelAll")
    wire.report(cancel, "IntentDone", timeout=30)
    allowed = burst + rate * (time.monotonic() - started + 0.5)
    codes = [r.get("reject_code") for r in wire.reports]
    assert set(codes) <= {"RATE_LIMIT", None} and len(codes) == count + 1, set(codes)
    assert codes.count(None) - 1 <= allowed, f"{codes.count(None) - 1} were taken, {allowed:.0f} are allowed"
    return "" if "RATE_LIMIT" in codes else "the daemon took them too slowly to reach its limit"

def check_a_client_that_does_not_read_is_ended_and_resumes(s):
    wire = s.open("slow")
    count = (wire.ack["limits"]["report_buffer_bytes"] + 12_000_000) // 500
    assert count < 200_000, "not tried: the buffer is too large"
    try:
        for start in range(0, count, 500):
            wire.beat()
            wire.send(*({"type": "QuoteIntent", "v": 1, "intent_id": f"slow-{n}", "action": "NoOp", "sent_us": now_us(), "tag": "\U0001f422" * 64}
                        for n in range(start, start + 500)))
    except OSError:
        pass  # ended, or the daemon stopped reading
    pause(1)
    try:
        wire.ends(20)
    except TimeoutError:
        raise AssertionError("the connection did not end") from None
    again = s.open("slow", resume_from=wire.last, resume_journal_id=wire.ack["journal_id"])
    while again.last < again.ack["report_seq"]:
        again.wait(lambda m: m["type"] == "ExecutionReport", 30)

def check_every_message_had_the_shape_of_the_page(s):
    assert not FAULTS, FAULTS

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token-file", required=True)
    parser.add_argument("--only", help="a part of a check's name")
    options = parser.parse_args()
    with open(options.token_file, encoding="utf-8") as file:
        suite = Suite(options.port, file.read().strip())
    failed = False
    for name, check in [(n, f) for n, f in globals().items() if n.startswith("check_")]:
        if options.only and options.only not in name:
            continue
        detail, ok = "", False
        try:
            if suite.main.closed:
                suite.main = suite.open("main")
            suite.main.reports.clear()
            detail, ok = check(suite) or "", True
        except Exception as error:  # whatever it is, the next check runs
            line = traceback.extract_tb(error.__traceback__)[-1].lineno
            detail = f"{type(error).__name__} in line {line}: {error}"
            suite.main.close()
            suite.main = suite.open("main")
        failed = failed or not ok
        print(json.dumps({"check": name[6:], "ok": ok, "detail": detail}), flush=True)
    sys.exit(1 if failed else 0)

if __name__ == "__main__":
    main()
