"""The blocking client at its bounds: full queues, silence, readers that stand still (R-WIRE-3, R-STRAT-3)."""

import threading
import time
import unittest
from unittest import mock

from tapeline import NotHealthy, QueueFull
from tests.client_case import ClientCase
from tests.fake_daemon import BTC, wait_for


class Bounds(ClientCase):
    def test_a_full_queue_raises_and_cancels_still_go(self):
        self.daemon.deaf = True
        client = self.connected(max_pending=2, when_blocked="raise")
        client.noop()
        client.noop()
        with self.assertRaises(QueueFull):
            client.noop()
        client.cancel("whatever")
        wait_for(lambda: len(self.daemon.intents_of("Cancel")) == 1)

    def test_a_full_queue_blocks_until_there_is_room(self):
        self.daemon.deaf = True
        client = self.connected(max_pending=1, send_timeout=5)
        client.noop(intent_id="first")
        wait_for(lambda: "first" in self.daemon.intents)
        done = lambda: self.daemon.report(None, "first", "IntentDone", None)  # noqa: E731
        threading.Timer(0.1, done).start()
        client.noop(intent_id="second")
        wait_for(lambda: "second" in self.daemon.intents)

    def test_a_blocked_send_gives_up_in_time(self):
        self.daemon.deaf = True
        client = self.connected(max_pending=1, send_timeout=0.1)
        client.noop()
        with self.assertRaises(QueueFull):
            client.noop()

    def test_a_silent_daemon_pauses_publishing_but_takes_cancels(self):
        self.daemon.heartbeat_ms = 300
        client = self.connected(when_blocked="raise")
        self.daemon.mute = True
        wait_for(lambda: not client.healthy)
        with self.assertRaises(NotHealthy):
            client.noop()
        client.cancel_all()

    def test_silence_for_three_heartbeats_reconnects(self):
        self.daemon.heartbeat_ms = 100
        client = self.connected()
        self.daemon.mute = True
        wait_for(lambda: len(self.daemon.hellos) >= 2)
        self.daemon.mute = False
        wait_for(lambda: client.healthy)

    def test_a_client_with_a_short_grace_tries_again_within_it(self):
        self.connected(cancel_grace_ms=40)
        with self.daemon.lock:
            self.daemon.hello_error = ("SHUTTING_DOWN", "not yet")
            self.daemon.drop()
        wait_for(lambda: len(self.daemon.hellos) >= 100)  # seconds apart without the grace

    def test_the_client_beats_while_its_user_computes(self):
        self.daemon.heartbeat_ms = 50
        self.connected()
        echoes = lambda: [m for m in self.daemon.received if "echo_us" in m]  # noqa: E731
        wait_for(lambda: len(echoes()) >= 4)

    def test_reading_pauses_while_the_inbox_is_full_and_goes_on_after(self):
        client = self.connected(inbox_limit=10)
        client.subscribe("book", BTC)
        for _ in range(2000):
            self.daemon.book_event()
        events = []
        for event in client.events(timeout=5, until=lambda: len(events) == 2001):
            events.append(event.seq_id)
        self.assertEqual(events, sorted(events))
        self.assertEqual(len(events), 2001)

    def test_a_full_inbox_grows_no_further(self):
        client = self.connected(inbox_limit=10)
        client.subscribe("book", BTC)
        for _ in range(50):
            self.daemon.book_event()
        wait_for(lambda: client._state.inbox.is_full)
        with client._changed:  # what was being read is in by now
            held = len(client._state.inbox)
        for _ in range(500):
            self.daemon.book_event()
        time.sleep(0.2)
        self.assertEqual(len(client._state.inbox), held)
        events = []
        for event in client.events(timeout=5, until=lambda: len(events) == 551):
            events.append(event)
        self.assertEqual(len(events), 551)

    def flooded(self, **settings):
        """A connected client whose inbox is full of books that nobody takes."""
        client = self.connected(inbox_limit=10, **settings)
        client.subscribe("book", BTC)
        for _ in range(50):
            self.daemon.book_event()
        wait_for(lambda: client._state.inbox.is_full)
        return client

    def test_reports_come_though_nobody_takes_the_events_that_fill_the_inbox(self):
        client = self.flooded()
        client.place(BTC, "Buy", "0.01", "99.5")
        self.assertEqual(self.seqs(client, 2), [1, 2])
        for _ in range(50):
            self.daemon.book_event()
        self.daemon.trade("1", "0.01", "99.5", "Filled")
        self.assertEqual(self.seqs(client, 1), [3])

    def test_books_that_nobody_takes_are_conflated_while_reports_are_awaited(self):
        client = self.flooded()
        for _ in range(500):
            self.daemon.book_event()
        client.noop()
        self.assertEqual(self.seqs(client, 1), [1])
        events = list(client.events(timeout=0.2))
        self.assertLess(len(events), 551)
        self.assertTrue(events[0].conflated)
        newest = self.daemon.subscribed[-1]["seq_id"]
        self.assertEqual((events[-1].seq_id, client.book(BTC).seq_id), (newest, newest))

    def test_events_come_though_nobody_takes_the_reports_that_fill_the_inbox(self):
        client = self.connected(inbox_limit=2)
        client.subscribe("book", BTC)
        for _ in range(3):
            client.wait(client.noop().done, 5)
        events = client.events(timeout=5)
        for _ in range(3):
            self.assertEqual(next(events).seq_id, self.daemon.subscribed[-1]["seq_id"])
            self.daemon.book_event()
        self.assertEqual(self.seqs(client, 3), [1, 2, 3])

    def test_a_client_that_does_not_read_is_not_healthy_until_it_does(self):
        self.daemon.heartbeat_ms = 1000
        client = self.flooded()
        wait_for(lambda: not client.healthy)
        reports = client.reports(timeout=5, until=lambda: client.healthy)
        self.assertEqual(list(reports), [])
        self.assertTrue(client.healthy)
        self.assertEqual(len(self.daemon.hellos), 1)

    def test_a_connection_that_breaks_while_the_inbox_is_full_is_made_again(self):
        self.daemon.heartbeat_ms = 1000
        client = self.connected(inbox_limit=10, reconnect_max=0.05)
        client.subscribe("book", BTC)
        for _ in range(50):
            self.daemon.book_event()
        wait_for(lambda: client._state.inbox.is_full)
        self.daemon.drop()
        wait_for(lambda: len(self.daemon.hellos) >= 2)
        events = []
        for event in client.events(timeout=5, until=lambda: len(events) >= 50):
            events.append(event)
        self.assertGreaterEqual(len(events), 50)

    def test_a_connection_made_while_the_inbox_is_full_lives(self):
        self.daemon.heartbeat_ms = 300
        client = self.flooded()
        self.daemon.drop()
        wait_for(lambda: len(self.daemon.hellos) >= 2)
        with self.daemon.lock:
            self.daemon.received.clear()
        wait_for(lambda: beats(self.daemon) >= 2)  # else the daemon cancels its orders
        self.assertTrue(client._state.inbox.is_full)

    def test_a_cancel_goes_out_though_the_inbox_is_full_and_reports_were_missed(self):
        self.daemon.heartbeat_ms = 300
        client = self.flooded()
        order = {"order_id": "1", "instrument": BTC, "side": "Buy", "leaves_qty": "0.01"}
        with self.daemon.lock:
            self.daemon.hello_error = ("SHUTTING_DOWN", "not yet")
            self.daemon.drop()
            for _ in range(3000):  # more than is read at once
                self.daemon.report(order, "p", "Trade", "PartiallyFilled")
            self.daemon.hello_error = None
        client.cancel("p")
        wait_for(lambda: self.daemon.intents_of("Cancel"))

    def test_an_interrupted_connect_leaves_nothing_behind_that_connects(self):
        self.daemon.hello_error = ("SHUTTING_DOWN", "not yet")
        client = self.client()
        with mock.patch.object(client, "_wait", side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                client.connect()
        self.assertFalse(client._link._thread.is_alive())

    def test_a_hello_that_came_too_late_is_said_again(self):
        client = self.connected()
        self.daemon.fatal("HELLO_REQUIRED")
        wait_for(lambda: len(self.daemon.hellos) == 2)
        client.wait(lambda: client.healthy, 5)

    def test_a_stream_that_never_pauses_ends_in_time_with_what_had_come(self):
        client = self.connected()
        client.subscribe("book", BTC)
        stopped = threading.Event()

        def flood():
            while not stopped.wait(0.001):
                self.daemon.book_event()

        thread = threading.Thread(target=flood, daemon=True)
        thread.start()
        started = time.monotonic()
        count = sum(1 for _ in client.events(timeout=0.2) if time.sleep(0.003) is None)
        stopped.set()
        thread.join()
        self.assertGreater(count, 0)
        self.assertLess(time.monotonic() - started, 10)

    def test_a_refused_reuse_of_an_id_does_not_end_its_owner(self):
        client = self.connected()
        order = client.place(BTC, "Buy", "0.01", "99.5", intent_id="mine")
        client.wait(lambda: order.status == "Accepted", 5)
        reused = {"reject_code": "INTENT_ID_REUSED", "text": "t"}
        self.daemon.report(None, "mine", "Rejected", "Rejected", **reused)
        codes = []
        for report in client.reports(timeout=5, until=lambda: len(codes) == 3):
            codes.append(report.reject_code)
        self.assertEqual(codes, [None, None, "INTENT_ID_REUSED"])
        self.assertFalse(order.done() or order.refused())


def beats(daemon):
    with daemon.lock:
        return sum(message["type"] == "HEARTBEAT" for message in daemon.received)


if __name__ == "__main__":
    unittest.main()
