"""The session without sockets: bytes cut anywhere, cuts at every byte, virtual time (R-WIRE-2, R-WIRE-3)."""

import json
import random
import struct
import unittest

from tapeline import ExecutionReport, QuoteIntent
from tapeline.errors import (
    FrameSize,
    HelloRefused,
    PeerSilent,
    ProtocolViolation,
    QueueFull,
    ShuttingDown,
)
from tapeline.framing import FrameReader, encode_frame, parse_message
from tapeline.protocol import Answer, Clock, HistoryLost, Options, Session


class Time:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 1000.0

    def clock(self):
        return Clock(lambda: self.now, lambda: int(self.now * 1e6))


def ack(report_seq=0, report_first_seq=1, journal_id="j", **more):
    numbers = {"report_seq": report_seq, "report_first_seq": report_first_seq, "now_us": 5}
    return {"type": "HELLO_ACK", "journal_id": journal_id, "heartbeat_ms": 1000, **numbers, **more}


def report(seq, intent_id="i", **more):
    wire = {"type": "ExecutionReport", "v": 1, "report_seq": seq, "seq_id": seq}
    return {**wire, "intent_id": intent_id, "exec_type": "IntentDone", "ord_status": None, **more}


def wire(*messages):
    bodies = [json.dumps(m).encode() for m in messages]
    return b"".join(struct.pack(">I", len(b)) + b for b in bodies)


class SessionCase(unittest.TestCase):
    def setUp(self):
        self.time = Time()

    def session(self, **options):
        options = Options(client_id="c", token=lambda: "t", **options)
        return Session(options, self.time.clock())

    def begun(self, *messages, **options):
        session = self.session(**options)
        session.connection_made()
        self.sent(session)
        self.receive(session, *(messages or (ack(),)))
        return session

    def receive(self, session, *messages):
        return list(session.data_received(wire(*messages)))

    def sent(self, session):
        """What the session wants written, taken."""
        reader, data = FrameReader(), session.output(10**9)
        session.consumed(len(data))
        return [parse_message(body) for body in reader.feed(data)]

    def noop(self, name):
        return QuoteIntent.noop(intent_id=name, sent_us=1)


class Handshake(SessionCase):
    def test_hello_goes_first_with_what_is_known(self):
        session = self.session(resume_from=4, resume_journal_id="j", cancel_grace_ms=1)
        session.connection_made()
        expected = {"type": "HELLO", "wire": [1], "client_id": "c", "token": "t"}
        expected.update(resume_from=4, resume_journal_id="j", cancel_grace_ms=1)
        self.assertEqual(self.sent(session), [expected])

    def test_anything_before_the_acknowledgement_is_a_violation(self):
        session = self.session()
        session.connection_made()
        with self.assertRaisesRegex(ProtocolViolation, "HELLO_ACK must come first"):
            self.receive(session, report(1))

    def test_every_error_before_the_acknowledgement_is_fatal(self):
        session = self.session()
        session.connection_made()
        with self.assertRaises(HelloRefused):
            self.receive(session, {"type": "ERROR", "code": "BAD_MESSAGE", "message": "no"})

    def test_no_answer_within_five_seconds_is_silence(self):
        session = self.session()
        session.connection_made()
        self.time.now += 4.9
        session.tick()
        self.time.now += 0.1
        with self.assertRaises(PeerSilent):
            session.tick()


class Replay(SessionCase):
    def test_intents_wait_until_the_replay_is_complete(self):
        session = self.session(resume_from=0)
        session.submit(self.noop("known"))
        session.submit(self.noop("lost"))
        session.connection_made()
        self.receive(session, ack(report_seq=2), report(1))
        self.assertEqual([m["type"] for m in self.sent(session)], ["HELLO"])
        self.receive(session, report(2, "known"))
        self.assertEqual([m["intent_id"] for m in self.sent(session)], ["lost"])

    def test_intents_are_sent_again_in_their_first_order(self):
        session = self.begun()
        for name in ("b", "a", "c"):
            session.submit(self.noop(name))
        self.receive(session, report(1, "a"))
        session.connection_lost()
        session.submit(self.noop("d"))
        session.connection_made()
        self.receive(session, ack(report_seq=1))
        names = [m.get("intent_id") for m in self.sent(session)]
        self.assertEqual(names, [None, "b", "c", "d"])

    def test_a_goodbye_during_a_replay_goes_behind_the_intents_that_waited(self):
        session = self.session(resume_from=0)
        session.submit(QuoteIntent.cancel_all(intent_id="c", sent_us=1))
        session.connection_made()
        self.receive(session, ack(report_seq=1))
        self.sent(session)
        session.goodbye(None, None)
        self.assertEqual([m["type"] for m in self.sent(session)], ["QuoteIntent", "GOODBYE"])

    def test_a_goodbye_without_a_connection_is_said_on_the_next_one(self):
        session = self.begun()
        session.connection_lost()
        session.submit(QuoteIntent.cancel_all(intent_id="c", sent_us=1))
        session.goodbye("done", True)
        self.assertFalse(session.is_over)
        session.connection_made()
        self.sent(session)
        self.receive(session, ack())
        intent, goodbye = self.sent(session)
        self.assertEqual(intent["intent_id"], "c")
        self.assertEqual(goodbye, {"type": "GOODBYE", "reason": "done", "keep_orders": True})
        self.receive(session, report(1, "c"))
        session.eof_received()
        session.connection_lost()
        self.assertTrue(session.is_over)

    def test_a_goodbye_gives_what_the_protocol_takes_of_a_reason(self):
        for reason, said in (
            ("x" * 257, "x" * 256),
            ("\U0001f600" * 257, "\U0001f600" * 256),
            ("half \udc80 of a name", "half ? of a name"),
            ("\ud83d", "?"),
        ):
            session = self.begun()
            session.goodbye(reason, None)
            self.assertEqual(self.sent(session), [{"type": "GOODBYE", "reason": said}])

    def test_a_goodbye_waits_for_no_venue_where_reports_show_that_a_cancel_of_all_began(self):
        session = self.begun()
        session.submit(QuoteIntent.cancel_all(intent_id="c", sent_us=1))
        session.goodbye(None, None)
        began = {"exec_type": "PendingCancel", "cause_intent_id": "c", "order_id": "1"}
        self.receive(session, report(1, "order", **began))
        session.connection_lost()
        self.assertTrue(session.is_over)

    def left_before_a_cancel_was_answered(self):
        """A session whose daemon has heard that orders stay, and may not have the cancel."""
        session = self.begun()
        session.submit(QuoteIntent.cancel_all(intent_id="c", sent_us=1))
        session.goodbye(None, True)
        self.sent(session)
        session.eof_received()
        session.connection_lost()
        return session

    def test_a_goodbye_that_keeps_orders_is_owed_until_the_daemon_closes_behind_it(self):
        session = self.begun()
        session.connection_lost()
        session.goodbye(None, True)
        for is_closed_by_daemon in (False, True):
            self.assertFalse(session.is_over)
            session.connection_made()
            self.receive(session, ack())
            self.assertEqual(self.sent(session)[-1], {"type": "GOODBYE", "keep_orders": True})
            if is_closed_by_daemon:
                session.eof_received()
            session.connection_lost()
        self.assertTrue(session.is_over)
        self.assertFalse(session.owes_goodbye)

    def test_a_later_goodbye_takes_back_that_orders_stay_only_where_it_says_so(self):
        for later, stays, is_over in ((None, True, False), (False, False, True)):
            session = self.begun()
            session.connection_lost()
            session.goodbye(None, True)
            session.goodbye("later", later)
            self.assertEqual(session.is_over, is_over)
            session.connection_made()
            self.receive(session, ack())
            said = {"type": "GOODBYE", "reason": "later", "keep_orders": stays}
            self.assertEqual(self.sent(session)[-1], said)

    def test_a_later_goodbye_does_not_owe_again_what_the_daemon_has_heard(self):
        session = self.left_before_a_cancel_was_answered()
        session.goodbye("later", None)
        self.assertFalse(session.owes_goodbye)

    def test_a_goodbye_that_keeps_orders_is_owed_anew_by_each_connection_that_is_made(self):
        session = self.left_before_a_cancel_was_answered()
        self.assertFalse(session.owes_goodbye)
        session.connection_made()  # for the cancel
        self.receive(session, ack(report_seq=1), report(1, "c"))
        session.connection_lost()
        self.assertFalse(session.is_over)
        session.connection_made()
        self.receive(session, ack(report_seq=1))
        self.sent(session)
        session.eof_received()
        session.connection_lost()
        self.assertTrue(session.is_over)

    def test_a_goodbye_that_keeps_orders_stays_owed_where_the_daemon_closes_before_it_is_written(
        self,
    ):
        session = self.begun()
        session.goodbye(None, True)
        session.eof_received()
        session.connection_lost()
        self.assertFalse(session.is_over)

    def test_a_goodbye_that_keeps_orders_is_not_owed_where_nothing_would_cancel_them(self):
        never_met = self.session()
        cancels_nothing = self.begun(cancel_on_disconnect=False)
        cancels_nothing.connection_lost()
        for session in (never_met, cancels_nothing):
            session.goodbye(None, True)
            self.assertTrue(session.is_over)

    def test_a_goodbye_waits_for_no_connection_where_no_intent_reduces_risk(self):
        session = self.begun()
        session.connection_lost()
        session.submit(self.noop("a"))
        session.goodbye(None, None)
        self.assertTrue(session.is_over)

    def test_lost_history_is_told_once_and_replay_goes_on(self):
        session = self.session(resume_from=2)
        session.connection_made()
        out = self.receive(session, ack(report_seq=6, report_first_seq=6), report(6))
        self.assertEqual(out[0], HistoryLost(6))
        self.assertEqual((session.state, session.last_report_seq), ("ready", 6))

    def test_a_skipped_number_is_a_violation(self):
        session = self.begun()
        with self.assertRaisesRegex(ProtocolViolation, "must be 1: was 2"):
            self.receive(session, report(2))

    def test_messages_before_a_fatal_error_come_out(self):
        session, got = self.begun(), []
        end = {"type": "ERROR", "code": "SHUTTING_DOWN", "message": "", "fatal": True}
        with self.assertRaises(ShuttingDown):
            for message in session.data_received(wire(report(1), report(2), end)):
                got.append(message.report_seq)
        self.assertEqual((got, session.last_report_seq), ([1, 2], 2))

    def test_any_cut_at_any_byte_gives_every_report_once_and_every_intent_an_answer(self):
        history = [report(n, f"i{n}") for n in range(1, 8)]
        for seed in range(200):
            draw = random.Random(seed)
            session, got = self.session(resume_from=0), []
            for n in range(1, 8):
                session.submit(self.noop(f"i{n}"))
            while len(got) < len(history):
                session.connection_made()
                resume = self.sent(session)[0]["resume_from"]
                data = wire(ack(report_seq=7), *history[resume:])
                data = data[: draw.randrange(len(data) + 1)] if draw.random() < 0.8 else data
                while data:
                    size = draw.randint(1, 200)
                    for message in session.data_received(data[:size]):
                        got.append(message.report_seq)
                    data = data[size:]
                session.connection_lost()
            self.assertEqual(got, list(range(1, 8)), f"seed {seed}")
            self.assertEqual(session.unanswered, (), f"seed {seed}")


class Running(SessionCase):
    def test_heartbeats_go_at_the_cadence_and_echo(self):
        session = self.begun()
        session.tick()
        beat = self.sent(session)[-1]
        self.assertEqual((beat["type"], beat["echo_us"]), ("HEARTBEAT", 5))
        self.time.now += 0.5
        session.tick()
        self.assertEqual(self.sent(session), [])
        self.assertAlmostEqual(session.wake_in(), 0.5)
        self.receive(session, {"type": "HEARTBEAT", "now_us": 9, "trading_state": "Active"})
        self.time.now += 0.5
        session.tick()
        self.assertEqual(self.sent(session)[0]["echo_us"], 9)

    def test_three_heartbeats_without_a_byte_are_silence(self):
        session = self.begun()
        self.time.now += 2.0
        self.assertFalse(session.healthy)
        session.tick()
        self.time.now += 1.0
        with self.assertRaises(PeerSilent):
            session.tick()

    def test_who_does_not_read_blames_nobody_for_silence_and_is_not_healthy(self):
        session = self.begun()
        for _ in range(5):
            self.time.now += 1.0
            session.reading_paused()
            session.tick()
        self.assertFalse(session.healthy)
        self.time.now += 2.9
        session.tick()
        self.assertAlmostEqual(session.wake_in(), 0.1)
        self.receive(session, {"type": "HEARTBEAT", "now_us": 9})
        self.assertTrue(session.healthy)

    def test_a_part_of_a_frame_ends_silence(self):
        session = self.begun()
        self.time.now += 2.5
        list(session.data_received(b"\0"))
        self.time.now += 2.5
        session.tick()

    def test_the_queue_is_bounded_with_a_reserve_for_cancels(self):
        session = self.begun(max_pending=1)
        session.submit(self.noop("a"))
        with self.assertRaises(QueueFull):
            session.submit(self.noop("b"))
        session.submit(QuoteIntent.cancel("x", intent_id="c", sent_us=1))
        self.receive(session, report(1, "a"), report(2, "c"))
        session.submit(self.noop("b"))

    def test_requests_are_answered_by_id_and_repeated_on_a_new_connection(self):
        session = self.begun()
        first = session.request("QUERY", {"what": "risk", "args": {}})
        second = session.request("SUBSCRIBE", {"channels": ["book"], "instruments": "*"})
        out = self.receive(session, {"type": "RESULT", "id": second, "ok": True, "seq_id": 1})
        self.assertEqual(out[0].request_id, second)
        session.connection_lost()
        session.connection_made()
        self.sent(session)
        self.receive(session, ack())
        again = [(m["type"], m["id"]) for m in self.sent(session)]
        self.assertEqual(again, [("SUBSCRIBE", f"again-{second}"), ("QUERY", first)])
        refusal = {
            "type": "RESULT",
            "id": first,
            "ok": False,
            "code": "UNSUPPORTED",
            "message": "m",
        }
        self.assertEqual(
            self.receive(session, refusal), [Answer(first, None, ("UNSUPPORTED", "m"))]
        )

    def test_a_query_whose_answer_breaks_the_frame_bound_fails_and_is_not_sent_again(self):
        session = self.begun()
        first = session.request("QUERY", {"what": "risk", "args": {}})
        session.request("SUBSCRIBE", {"channels": ["book"], "instruments": "*"})
        out, answer = [], b'{"type":"RESULT"' + b" " * 100
        with self.assertRaises(ProtocolViolation):
            for message in session.data_received(struct.pack(">I", 1_048_577) + answer):
                out.append(message)
        ((code, text),) = [a.error for a in out if a.request_id == first]
        self.assertEqual(code, "FRAME_SIZE")
        self.assertRegex(text, "^Cannot QUERY risk: .* must be 1 to 1048576: was 1048577")
        self.assertEqual([m["type"] for m in self.again(session)], ["SUBSCRIBE"])

    def test_a_query_is_sent_again_where_another_violation_ended_the_connection(self):
        for length in (0, 5):
            session = self.begun()
            first = session.request("QUERY", {"what": "risk", "args": {}})
            with self.assertRaises(ProtocolViolation):
                list(session.data_received(struct.pack(">I", length) + b"bytes"))
            self.assertEqual([m["id"] for m in self.again(session)], [first])

    def subscribed(self, *lists, kind="SUBSCRIBE", begun=None):
        """A session to whose requests the daemon has said yes."""
        session = begun or self.begun()
        for channels, instruments, more in lists:
            fields = {"channels": channels, "instruments": instruments, **more}
            self.receive(session, self.yes(session.request(kind, fields)))
        self.sent(session)
        return session

    def yes(self, request):
        return {"type": "RESULT", "id": request, "ok": True, "seq_id": 1}

    def no(self, request, code):
        return {"type": "RESULT", "id": request, "ok": False, "code": code, "message": "m"}

    def again(self, session):
        """Connects anew; returns what was sent behind HELLO."""
        session.connection_lost()
        session.connection_made()
        self.receive(session, ack())
        return self.sent(session)[1:]

    def test_renewals_go_one_by_one_and_the_session_is_not_healthy_before_the_last(self):
        session = self.subscribed((["book"], ["a"], {}), (["trade"], ["a"], {}))
        (first,) = self.again(session)
        session.request("SUBSCRIBE", {"channels": ["book"], "instruments": ["a"], "depth": 3})
        self.assertEqual((self.sent(session), session.healthy), ([], False))
        self.receive(session, self.yes(first["id"]))
        (second,) = self.sent(session)
        self.assertEqual((first["channels"], second["channels"]), (["book"], ["trade"]))
        self.receive(session, self.yes(second["id"]))
        self.assertTrue(session.healthy)
        self.assertEqual([m.get("depth") for m in self.sent(session)], [3])

    def test_a_renewal_beyond_the_rate_limit_is_sent_again_after_a_pause(self):
        session = self.subscribed((["book"], ["a"], {}))
        (first,) = self.again(session)
        session.tick()
        self.sent(session)
        self.assertEqual(self.receive(session, self.no(first["id"], "RATE_LIMIT")), [])
        session.tick()
        self.assertEqual(self.sent(session), [])
        self.time.now += session.wake_in()
        session.tick()
        self.assertEqual(self.sent(session), [first])
        self.receive(session, self.yes(first["id"]))
        self.assertTrue(session.healthy)

    def test_a_renewal_that_is_refused_is_told_and_given_up(self):
        session = self.subscribed((["book"], ["gone"], {}), (["trade"], ["a"], {}))
        (first,) = self.again(session)
        (lost,) = self.receive(session, self.no(first["id"], "UNKNOWN_INSTRUMENT"))
        self.assertEqual((lost.error.code, lost.instruments), ("UNKNOWN_INSTRUMENT", ["gone"]))
        self.assertEqual([m["channels"] for m in self.sent(session)], [["trade"]])
        self.assertEqual([m["channels"] for m in self.again(session)], [["trade"]])

    def renewed(self, session, refusal):
        """Answers the renewals of a new connection; returns them with what was told."""
        out, sent = [], self.again(session)
        for message in sent:
            code = refusal(message)
            answer = self.no(message["id"], code) if code else self.yes(message["id"])
            out += self.receive(session, answer)
            sent += self.sent(session)
        self.assertTrue(session.healthy)
        return sent, out

    def test_a_list_with_a_name_that_is_gone_is_renewed_without_it(self):
        names = [f"i{n}" for n in range(1000)]
        session = self.subscribed((["book"], names, {"depth": 3}), (["book"], ["i1"], {}))
        is_gone = lambda m: "UNKNOWN_INSTRUMENT" if "i500" in m["instruments"] else None
        sent, (lost,) = self.renewed(session, is_gone)
        self.assertEqual((lost.channels, lost.instruments), (["book"], ["i500"]))
        self.assertLess(len(sent), 25)
        sent, out = self.renewed(session, is_gone)
        self.assertEqual(out, [])
        self.assertEqual([len(m["instruments"]) for m in sent], [999, 1])
        self.assertEqual([m.get("depth") for m in sent], [3, None])

    def test_channels_with_one_that_is_not_served_any_more_are_renewed_without_it(self):
        session = self.subscribed((["book", "signal"], ["a", "gone"], {}))

        def refusal(message):
            if "signal" in message["channels"]:
                return "UNSUPPORTED"
            return "UNKNOWN_INSTRUMENT" if "gone" in message["instruments"] else None

        _, lost = self.renewed(session, refusal)
        told = [(m.channels, m.instruments) for m in lost]
        self.assertEqual(told, [(["book"], ["gone"]), (["signal"], ["a", "gone"])])
        ((first,), _) = self.renewed(session, refusal)
        self.assertEqual((first["channels"], first["instruments"]), (["book"], ["a"]))

    def test_a_part_of_a_list_stays_behind_what_replaces_it(self):
        lists = [["a", "gone"], ["b"], ["a"]]
        options = [{"depth": depth} for depth in (3, 4, 5)]
        session = self.subscribed(*((["book"], l, o) for l, o in zip(lists, options)))
        refusal = lambda m: "UNKNOWN_INSTRUMENT" if "gone" in m["instruments"] else None
        sent, _ = self.renewed(session, refusal)
        last = {name: m["depth"] for m in sent if refusal(m) is None for name in m["instruments"]}
        self.assertEqual(last, {"a": 5, "b": 4})
        sent, _ = self.renewed(session, refusal)
        self.assertEqual([(m["instruments"], m["depth"]) for m in sent], [(["b"], 4), (["a"], 5)])

    def test_renewals_with_equal_options_are_joined_and_taken_apart_where_refused(self):
        names = [f"i{n}" for n in range(1500)]
        lists = [(["book"], [name], {"depth": 3}) for name in names]
        session = self.subscribed(*lists, (["book"], ["i0"], {"depth": 4}))
        sent = self.again(session)
        while sent[-1].get("depth") != 4:
            self.receive(session, self.yes(sent[-1]["id"]))
            sent += self.sent(session)
        self.assertEqual([len(m["instruments"]) for m in sent], [1000, 499, 1])
        (first,) = self.again(session)
        self.receive(session, self.no(first["id"], "UNKNOWN_INSTRUMENT"))
        (alone,) = self.sent(session)
        self.assertEqual(alone["instruments"], first["instruments"][:1])

    def test_nothing_is_renewed_that_was_subscribed_and_unsubscribed_behind_another(self):
        session = self.subscribed((["venue"], "*", {}))
        for name in ("a", "b"):
            self.subscribed((["book"], [name], {}), begun=session)
            self.subscribed((["book"], [name], {}), kind="UNSUBSCRIBE", begun=session)
        (first,) = self.again(session)
        self.receive(session, self.yes(first["id"]))
        self.assertEqual((first["channels"], self.sent(session)), (["venue"], []))

    def test_an_unsubscription_of_a_part_is_renewed_and_may_find_nothing(self):
        session = self.subscribed((["book"], "*", {}))
        self.subscribed((["book"], ["a"], {}), kind="UNSUBSCRIBE", begun=session)
        (first,) = self.again(session)
        self.receive(session, self.yes(first["id"]))
        (second,) = self.sent(session)
        self.assertEqual((second["type"], second["instruments"]), ("UNSUBSCRIBE", ["a"]))
        self.assertEqual(self.receive(session, self.no(second["id"], "NOT_SUBSCRIBED")), [])
        self.assertTrue(session.healthy)

    def test_unsubscribing_ends_the_renewal(self):
        session = self.begun()
        lists = {"channels": ["book", "trade"], "instruments": ["a", "b"]}
        for kind in ("SUBSCRIBE", "UNSUBSCRIBE"):
            request = session.request(kind, lists)
            self.receive(session, {"type": "RESULT", "id": request, "ok": True, "seq_id": 1})
        session.connection_made()
        self.receive(session, ack())
        self.assertEqual([m["type"] for m in self.sent(session)], ["HELLO"])

    def test_unknown_types_and_keys_are_ignored(self):
        session = self.begun()
        self.assertEqual(self.receive(session, {"type": "NEWS", "a": 1}), [])
        self.assertIsInstance(self.receive(session, report(1, news=1))[0], ExecutionReport)

    def test_frame_size_from_the_daemon_ends_for_good(self):
        session = self.begun()
        with self.assertRaises(FrameSize) as caught:
            self.receive(
                session, {"type": "ERROR", "code": "FRAME_SIZE", "message": "", "fatal": True}
            )
        self.assertFalse(caught.exception.reconnect)


class Framing(unittest.TestCase):
    def test_frames_come_out_whole_however_they_are_cut(self):
        messages = [{"type": "A", "text": "ü" * n} for n in (0, 1, 300, 5)]
        data = b"".join(encode_frame(m) for m in messages)
        for seed in range(100):
            draw, reader, got, at = random.Random(seed), FrameReader(), [], 0
            while at < len(data):
                size = draw.randint(1, 40)
                got += map(parse_message, reader.feed(data[at : at + size]))
                at += size
            self.assertEqual(got, messages, f"seed {seed}")

    def test_a_length_that_is_forbidden_is_refused_before_the_body(self):
        for length in (0, 1_048_577, 0xFFFFFFFF):
            with self.assertRaisesRegex(ProtocolViolation, f"was {length}"):
                list(FrameReader().feed(struct.pack(">I", length)))

    def test_a_body_that_is_no_message_is_refused(self):
        for body in (b"{", b"[]", b"{}", b'{"type":1}', b'{"type":"A","x":NaN}', b"\xff"):
            with self.assertRaises(ProtocolViolation):
                parse_message(body)

    def test_a_message_that_is_too_long_is_not_sent(self):
        with self.assertRaisesRegex(ValueError, "at most 1048576 bytes"):
            encode_frame({"type": "A", "text": "x" * 1_048_577})


if __name__ == "__main__":
    unittest.main()
