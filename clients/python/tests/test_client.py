"""The blocking client against a fake daemon: trading, resume, repetition, take-over (R-WIRE-2, R-WIRE-3, R-STRAT-3)."""

import os
import tempfile
import threading
import time
import unittest
from decimal import Decimal

from tapeline import (
    AuthFailed,
    Client,
    ConnectionLost,
    JournalChanged,
    QuoteIntent,
    RequestRefused,
    ResumeAhead,
    SessionReplaced,
    TapelineError,
    WaitTimeout,
    errors,
)
from tests.client_case import ClientCase, in_a_child, needs_fork
from tests.fake_daemon import BTC, TOKEN, error, wait_for


class Trading(ClientCase):
    def test_place_returns_at_once_and_its_reports_follow_in_order(self):
        client = self.connected()
        order = client.place(BTC, "Buy", "0.01", "99.5", tag="first")
        client.wait(lambda: order.status == "Accepted", 5)
        reports = list(client.reports(timeout=0.1))
        self.assertEqual([r.exec_type for r in reports], ["PendingNew", "New"])
        self.assertEqual(reports[0].tag, "first")
        self.assertEqual(order.order.leaves_qty, Decimal("0.01"))

    def test_replace_and_cancel_name_the_order_by_any_of_its_intents(self):
        client = self.connected()
        order = client.place(BTC, "Buy", "0.01", "99.5")
        client.wait(order.answered, 5)
        change = client.replace(order, "0.02", "99")
        client.wait(lambda: change.status == "Accepted" and change.answered(), 5)
        cancel = client.cancel(change)
        client.wait(cancel.done, 5)
        self.assertEqual(order.status, "Cancelled")
        self.assertTrue(order.done())
        self.assertEqual(order.order.intent_ids, (order.intent_id, change.intent_id))

    def test_fill_price_and_size_are_on_the_report_of_a_trade(self):
        client = self.connected()
        order = client.place(BTC, "Buy", "0.01", "99.5")
        client.wait(lambda: order.status == "Accepted", 5)
        self.daemon.trade("1", "0.01", "99.5", "Filled")
        last = list(client.reports(timeout=5, until=order.done))[-1]
        self.assertEqual((last.fill_size, last.fill_price), (Decimal("0.01"), Decimal("99.5")))

    def test_a_refused_intent_is_done(self):
        client = self.connected()
        cancel = client.cancel("nobody")
        client.wait(cancel.done, 5)
        self.assertTrue(cancel.refused())
        self.assertEqual(cancel.report.reject_code, "UNKNOWN_ORDER")

    def test_noop_is_done_by_its_intent_done(self):
        client = self.connected()
        probe = client.noop()
        client.wait(probe.done, 5)
        self.assertFalse(probe.refused())

    def test_an_error_that_names_the_intent_settles_it(self):
        self.daemon.deaf = True
        client = self.connected()
        probe = client.noop(intent_id="bad")
        wait_for(lambda: "bad" in self.daemon.intents)
        self.daemon.say(error("BAD_MESSAGE", "no", fatal=False, ref="bad"))
        client.wait(probe.done, 5)
        self.assertTrue(probe.refused())
        self.assertEqual(client.unanswered, ())

    def test_an_intent_whose_reports_are_no_longer_kept_is_done_and_not_refused(self):
        self.daemon.deaf = True
        client = self.connected()
        order = client.place(BTC, "Buy", "0.01", "99.5", intent_id="old")
        cancel = client.cancel("older", intent_id="gone")
        wait_for(lambda: {"old", "gone"} <= set(self.daemon.intents))
        for ref in ("old", "gone"):
            self.daemon.say(error("INTERNAL", "no longer kept", fatal=False, ref=ref))
            taken = list(client.reports(until={"old": order, "gone": cancel}[ref].done, timeout=5))
            self.assertEqual(taken, [])
        for handle in (order, cancel):
            self.assertTrue(handle.done() and handle.answered())
            self.assertFalse(handle.refused())
            self.assertEqual((handle.error.code, handle.error.ref), ("INTERNAL", handle.intent_id))
            self.assertIsNone(handle.status)
        self.assertEqual(client.unanswered, ())
        self.assertEqual([e.ref for e in client.errors], ["old", "gone"])

    def test_a_report_after_all_is_what_an_intent_is_told_by(self):
        self.daemon.deaf = True
        client = self.connected()
        order = client.place(BTC, "Buy", "0.01", "99.5", intent_id="old")
        wait_for(lambda: "old" in self.daemon.intents)
        self.daemon.say(error("INTERNAL", "no longer kept", fatal=False, ref="old"))
        client.wait(order.done, 5)
        with self.daemon.lock:
            self.daemon.place(self.daemon.intents["old"])
        client.wait(lambda: order.status == "Accepted", 5)
        self.assertFalse(order.done())
        self.daemon.trade("1", "0.01", "99.5", "Filled")
        client.wait(order.done, 5)
        self.assertEqual(order.status, "Filled")

    def test_goodbye_says_whether_orders_stay(self):
        client = self.connected()
        client.close(keep_orders=True, reason="lunch")
        said = {"type": "GOODBYE", "reason": "lunch", "keep_orders": True}
        self.assertEqual(self.daemon.goodbyes, [said])
        with self.assertRaises(ConnectionLost):
            client.noop()

    def test_close_brings_a_cancel_through_that_was_taken_without_a_connection(self):
        client = self.connected(reconnect_first=10, reconnect_max=10)
        with self.daemon.lock:
            self.daemon.drop()
            wait_for(lambda: not client.healthy)
            cancel = client.cancel_all()
        client.close(timeout=5)
        self.assertEqual(len(self.daemon.intents_of("CancelAll")), 1)
        self.assertEqual(len(self.daemon.goodbyes), 1)
        self.assertTrue(cancel.answered())
        self.assertEqual(client.errors, [])

    def test_close_brings_a_cancel_through_that_a_dying_connection_lost(self):
        client = self.connected()
        self.daemon.lose_intents = 1
        cancel = client.cancel_all()
        client.close(timeout=5)
        self.assertEqual(len(self.daemon.intents_of("CancelAll")), 1)
        self.assertTrue(cancel.answered())

    def test_close_says_without_a_connection_that_orders_stay(self):
        client = self.connected(reconnect_first=10, reconnect_max=10)
        with self.daemon.lock:
            self.daemon.drop()
            wait_for(lambda: not client.healthy)
        client.close(keep_orders=True, timeout=5)
        self.assertEqual(self.daemon.goodbyes, [{"type": "GOODBYE", "keep_orders": True}])
        self.assertEqual(client.errors, [])

    def test_close_says_that_orders_stay_behind_an_inbox_that_nobody_empties(self):
        self.daemon.heartbeat_ms = 100
        client = self.connected(inbox_limit=10)
        client.subscribe("book", BTC)
        for _ in range(50):
            self.daemon.book_event()
        wait_for(lambda: not client.healthy)
        self.daemon.drop()
        client.close(keep_orders=True, timeout=5)
        self.assertEqual(self.daemon.goodbyes, [{"type": "GOODBYE", "keep_orders": True}])
        self.assertEqual(client.errors, [])

    def test_close_tells_once_that_nobody_heard_that_orders_stay(self):
        client = self.connected()
        self.daemon.close()
        wait_for(lambda: not client.healthy)
        for _ in range(2):
            client.close(keep_orders=True, timeout=0.1)
        self.assertEqual(["keep_orders" in str(e) for e in client.errors], [True])

    def test_close_tells_that_orders_were_to_stay_where_the_session_was_over_for_good(self):
        client = self.connected()
        self.daemon.fatal("AUTH")
        with self.assertRaises(AuthFailed):
            self.seqs(client, 1)
        client.close(keep_orders=True)
        self.assertEqual(["keep_orders" in str(e) for e in client.errors], [True])

    def test_close_names_the_cancels_that_got_no_answer_once(self):
        client = self.connected()
        self.daemon.close()
        wait_for(lambda: not client.healthy)
        client.cancel_all(intent_id="mine")
        for _ in range(2):
            client.close(timeout=0.1)
        self.assertEqual(["CancelAll mine" in str(e) for e in client.errors], [True])


@needs_fork
class Fork(ClientCase):
    def test_the_end_of_a_block_in_a_forked_process_leaves_the_session_to_its_parent(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "position")
            client = self.connected(resume_file=path)
            client.noop()
            next(client.reports(timeout=5))  # not yet processed
            with open(path, encoding="ascii") as file:
                kept = file.read()
            descriptor = client._link._socket.fileno()

            def leave():
                client.__exit__(None, None, None)
                self.assertRaises(OSError, os.fstat, descriptor)

            self.assertEqual(in_a_child(leave), 0)
            with open(path, encoding="ascii") as file:
                self.assertEqual(file.read(), kept)
            client.wait(client.noop().done, 5)
            self.assertEqual((self.daemon.goodbyes, len(self.daemon.hellos)), ([], 1))

    def test_a_client_does_nothing_in_a_forked_process_whoever_held_its_lock(self):
        client = self.connected()
        held, forked = threading.Event(), threading.Event()

        def hold():
            with client._changed:
                held.set()
                forked.wait(10)

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait(10)

        def trade():
            for act in (
                client.noop,
                client.cancel_all,
                lambda: client.query("orders"),
                lambda: client.subscribe("book", BTC),
                lambda: client.publish(BTC, "delta", {}, 1),
                lambda: next(client.reports(timeout=1)),
            ):
                with self.assertRaisesRegex(TapelineError, "of its own after fork"):
                    act()
            self.assertFalse(client.healthy)

        status = in_a_child(trade)
        forked.set()
        holder.join()
        self.assertEqual(status, 0)
        first = client.noop()
        client.wait(first.done, 5)
        self.assertEqual(list(self.daemon.intents), [first.intent_id])

    def test_a_client_that_was_not_connected_may_be_in_a_forked_process(self):
        client = self.client()

        def trade():
            client.connect()
            client.wait(client.noop().done, 5)
            client.close()

        self.assertEqual(in_a_child(trade), 0)
        self.assertEqual((len(self.daemon.intents), len(self.daemon.goodbyes)), (1, 1))


class Resume(ClientCase):
    def test_reports_missed_during_a_disconnect_come_without_gap_or_repetition(self):
        client = self.connected()
        client.place(BTC, "Buy", "0.01", "99.5")
        self.assertEqual(self.seqs(client, 2), [1, 2])
        with self.daemon.lock:
            self.daemon.drop()
            self.daemon.trade("1", "0.005", "99.5")
        self.daemon.trade("1", "0.01", "99.5", "Filled")
        self.assertEqual(self.seqs(client, 2), [3, 4])
        self.assertEqual(self.daemon.hellos[-1]["resume_from"], 2)
        self.assertEqual(self.daemon.hellos[-1]["resume_journal_id"], self.daemon.journal_id)

    def test_an_intent_that_was_lost_is_sent_again_under_its_id(self):
        client = self.connected()
        self.daemon.lose_intents = 2
        first = client.place(BTC, "Buy", "0.01", "99.5", intent_id="one")
        second = client.place(BTC, "Sell", "0.01", "100.5", intent_id="two")
        client.wait(lambda: first.answered() and second.answered(), 5)
        self.assertEqual(list(self.daemon.intents), ["one", "two"])
        self.assertEqual(len(self.daemon.orders), 2)

    def test_an_intent_that_was_journaled_but_not_answered_is_not_done_twice(self):
        client = self.connected()
        self.daemon.cut_after_bytes = 3
        order = client.place(BTC, "Buy", "0.01", "99.5")
        client.wait(lambda: order.status == "Accepted", 5)
        self.assertEqual(len(self.daemon.orders), 1)
        self.assertEqual(self.seqs(client, 2), [1, 2])

    def test_reports_before_a_fatal_error_in_the_same_segment_are_not_lost(self):
        client = self.connected()
        with self.daemon.lock:
            order = {"intent_id": "x", "action": "Place", "instrument": BTC, "side": "Buy"}
            self.daemon.place({**order, "order_qty": "1", "price": "1"})
            self.daemon.fatal("SLOW_CONSUMER")
        self.assertEqual(self.seqs(client, 2), [1, 2])
        wait_for(lambda: len(self.daemon.hellos) == 2)

    def test_duplicates_are_dropped_by_number(self):
        self.daemon.twice = True
        client = self.connected()
        client.place(BTC, "Buy", "0.01", "99.5")
        self.assertEqual(self.seqs(client, 2), [1, 2])
        self.assertEqual(list(client.reports(timeout=0.1)), [])

    def test_a_repeated_intent_of_an_earlier_process_gets_its_old_report(self):
        earlier = self.connected()
        earlier.place(BTC, "Buy", "0.01", "99.5", intent_id="mine")
        wait_for(lambda: len(self.daemon.reports) == 2)
        earlier.close()  # else it reconnects and takes the session back
        client = self.connected()
        order = client.place(BTC, "Buy", "0.01", "99.5", intent_id="mine")
        client.wait(order.answered, 5)
        self.assertEqual((order.report.report_seq, order.report.poss_dup), (2, True))
        self.assertEqual(order.status, "Accepted")
        self.assertEqual(len(self.daemon.orders), 1)
        self.daemon.trade("1", "0.01", "99.5", "Filled")
        self.assertEqual(self.seqs(client, 1), [3])  # and nothing old before it

    def test_a_fill_that_was_processed_does_not_come_again_with_a_repeated_intent(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "position")
            for process in range(3):
                client = self.connected(resume_file=path)
                order = client.place(BTC, "Buy", "0.01", "99.5", intent_id="mine")
                if process == 0:
                    client.wait(lambda: order.status == "Accepted", 5)
                    self.daemon.trade("1", "0.01", "99.5", "Filled")
                client.wait(order.done, 5)
                taken = list(client.reports(timeout=0.1))
                self.assertEqual([r.report_seq for r in taken], [1, 2, 3] if process == 0 else [])
                self.assertEqual(order.order.cum_qty, Decimal("0.01"))
                client.close()

    def test_a_repeated_intent_knows_what_became_of_its_order_under_another_id(self):
        earlier = self.connected()
        order = earlier.place(BTC, "Buy", "0.01", "99.5", intent_id="mine")
        earlier.wait(order.answered, 5)
        earlier.wait(earlier.cancel(order).done, 5)
        earlier.close()
        client = self.connected()
        order = client.place(BTC, "Buy", "0.01", "99.5", intent_id="mine")
        client.wait(order.done, 5)
        self.assertEqual((order.status, order.report.exec_type), ("Cancelled", "New"))
        self.assertEqual(list(client.reports(timeout=0.1)), [])

    def test_a_gap_drops_the_connection_and_resumes(self):
        client = self.connected()
        client.place(BTC, "Buy", "0.01", "99.5")
        self.assertEqual(self.seqs(client, 2), [1, 2])
        with self.daemon.lock:
            connection, self.daemon.connection = self.daemon.connection, None
            self.daemon.trade("1", "0.005", "99.5")  # never sent
            self.daemon.connection = connection
            self.daemon.trade("1", "0.01", "99.5", "Filled")
        self.assertEqual(self.seqs(client, 2), [3, 4])

    def test_history_that_is_no_longer_kept_is_told(self):
        for number in range(4):
            self.daemon.report(None, f"i{number}", "IntentDone", None)
        self.daemon.first_kept = 3
        client = self.connected(resume_from=0)
        self.assertEqual(self.seqs(client, 2), [3, 4])
        self.assertIn("no longer kept", str(client.errors[0]))

    def test_resume_file_carries_the_position_over_a_restart(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "position")
            client = self.connected(resume_file=path)
            client.place(BTC, "Buy", "0.01", "99.5")
            wait_for(lambda: len(self.daemon.reports) == 2)
            reports = client.reports(timeout=1)
            next(reports)
            next(reports)  # the first counts as processed, the second does not yet
            client.close()
            again = self.connected(resume_file=path)
            self.assertEqual(self.seqs(again, 1), [2])

    def test_messages_carry_the_position_as_reports_do(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "position")
            client = self.connected(resume_file=path)
            client.place(BTC, "Buy", "0.01", "99.5")
            wait_for(lambda: len(self.daemon.reports) == 2)
            messages = client.messages(timeout=1)
            next(messages)
            next(messages)  # the first counts as processed, the second does not yet
            client.close()
            again = self.connected(resume_file=path)
            self.assertEqual(self.seqs(again, 1), [2])

    def test_a_resume_file_begins_with_the_first_connection(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "position")
            self.connected(resume_file=path).close()
            self.daemon.report(None, "missed", "IntentDone", None)
            self.assertEqual(self.seqs(self.connected(resume_file=path), 1), [1])

    def test_a_block_that_ends_well_has_processed_what_it_took(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "position")
            with Client("test", self.daemon.port, token=TOKEN, resume_file=path) as client:
                client.noop()
                self.assertEqual(self.seqs(client, 1), [1])
            with Client("test", self.daemon.port, token=TOKEN, resume_file=path) as client:
                self.assertEqual(list(client.reports(timeout=0.1)), [])

    def test_a_resume_file_that_was_made_and_not_written_is_none(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "position")
            open(path, "w", encoding="ascii").close()
            self.connected(resume_file=path).close()
            self.daemon.report(None, "missed", "IntentDone", None)
            self.assertEqual(self.seqs(self.connected(resume_file=path), 1), [1])

    def test_a_resume_file_of_another_client_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "position")
            with open(path, "w", encoding="ascii") as file:
                file.write('{"client_id":"other","journal_id":"j","report_seq":1}')
            with self.assertRaisesRegex(errors.ResumeFileError, "must belong to test"):
                self.client(resume_file=path)

    def test_subscriptions_and_open_queries_survive_a_disconnect(self):
        client = self.connected()
        client.subscribe("book", BTC, depth=3)
        self.daemon.drop()
        wait_for(lambda: len(self.daemon.subscriptions) == 2)
        again = self.daemon.subscriptions[1]
        self.assertEqual((again["channels"], again["depth"]), (["book"], 3))
        with self.daemon.lock:
            self.daemon.drop()
            asked = threading.Thread(target=client.instruments, daemon=True)
            asked.start()
        asked.join(5)
        self.assertFalse(asked.is_alive())

    def test_a_subscription_beyond_the_rate_limit_is_renewed_all_the_same(self):
        client = self.connected()
        client.subscribe("book", BTC)
        with self.daemon.lock:
            self.daemon.refusals = ["RATE_LIMIT", "RATE_LIMIT"]
            self.daemon.drop()
        wait_for(lambda: len(self.daemon.subscriptions) == 4)
        self.daemon.book_event("98")
        wait_for(lambda: client.healthy and client.book(BTC).best_bid.price == 98)
        self.assertEqual(client.errors, [])

    def test_a_subscription_that_is_not_renewed_is_told_and_its_book_is_empty(self):
        client = self.connected()
        client.subscribe("book", BTC)
        wait_for(lambda: client.book(BTC) is not None)
        with self.daemon.lock:
            self.daemon.refusals = ["UNKNOWN_INSTRUMENT"]
            self.daemon.drop()
        wait_for(lambda: client.errors)
        self.assertIn("UNKNOWN_INSTRUMENT", str(client.errors[0]))
        self.assertIsNone(client.book(BTC).best_bid)
        events = [event for event in client.events(timeout=0.1)]
        self.assertEqual(events[-1].book.bids, ())

    def test_a_book_stays_that_another_subscription_holds_when_one_is_refused_for_a_name(self):
        client = self.connected()
        client.subscribe("book", BTC)
        client.subscribe("book", [BTC, "paper:GONE/USDT"], depth=3)
        with self.daemon.lock:
            self.daemon.gone = {"paper:GONE/USDT"}
            self.daemon.drop()
        wait_for(lambda: client.errors and client.healthy)
        self.assertEqual(len(client.errors), 1)
        self.assertIn("['paper:GONE/USDT']", str(client.errors[0]))
        self.assertEqual(client.book(BTC).best_bid.price, Decimal("99.5"))
        self.assertEqual(self.daemon.subscriptions[-2]["depth"], 3)
        self.assertEqual(self.daemon.subscriptions[-2]["instruments"], [BTC])
        self.assertTrue(all(event.book.bids for event in client.events(timeout=0.1)))


class Refusals(ClientCase):
    def test_a_wrong_token_is_typed_and_not_tried_again(self):
        client = self.client(token="wrong")
        with self.assertRaises(AuthFailed):
            client.connect()
        time.sleep(0.1)
        self.assertEqual(len(self.daemon.hellos), 1)

    def test_a_takeover_ends_the_old_client_for_good(self):
        old = self.connected()
        self.connected()
        with self.assertRaises(SessionReplaced):
            list(old.reports(timeout=5))
        time.sleep(0.1)
        self.assertEqual(len(self.daemon.hellos), 2)
        with self.assertRaises(SessionReplaced):
            old.noop()

    def test_another_journal_is_told_and_nothing_is_sent_again(self):
        client = self.connected()
        self.daemon.lose_intents = 1
        with self.daemon.lock:
            client.noop()
            self.daemon.journal_id = "another"
        with self.assertRaises(JournalChanged):
            list(client.reports(timeout=5))
        self.assertEqual(self.daemon.intents, {})
        self.assertEqual(len(client.unanswered), 1)

    def test_a_daemon_that_knows_less_than_the_client_is_told(self):
        with self.assertRaises(ResumeAhead):
            self.client(resume_from=7).connect()

    def test_a_daemon_that_shuts_down_is_tried_again(self):
        client = self.connected()
        self.daemon.fatal("SHUTTING_DOWN")
        wait_for(lambda: len(self.daemon.hellos) == 2)
        probe = client.noop()
        client.wait(probe.done, 5)

    def test_connect_says_why_it_failed(self):
        self.daemon.close()
        with self.assertRaisesRegex(WaitTimeout, "refused"):
            self.client(connect_timeout=0.3).connect()

    def test_a_missing_token_file_is_named(self):
        with self.assertRaisesRegex(WaitTimeout, "no/such/token"):
            self.client(token=None, token_file="/no/such/token", connect_timeout=0.3).connect()

    def test_a_refused_query_raises_its_code(self):
        client = self.connected()
        with self.assertRaises(RequestRefused) as caught:
            client.get_mbr(BTC)
        self.assertEqual(caught.exception.code, "UNSUPPORTED")

    def test_a_query_whose_answer_breaks_the_frame_bound_raises_and_is_asked_once(self):
        self.daemon.results["risk"] = {"row": "x" * 1_048_576}
        client = self.connected()
        with self.assertRaises(RequestRefused) as caught:
            client.risk()
        self.assertEqual(caught.exception.code, "FRAME_SIZE")
        self.daemon.results["risk"] = {"kill_switch": False}
        self.assertEqual(client.risk(), {"kill_switch": False})
        asked = [m for m in self.daemon.received if m.get("what") == "risk"]
        self.assertEqual(len(asked), 2)


class Questions(ClientCase):
    def test_pages_are_put_together(self):
        row = {"instrument": BTC, "scope": "client", "qty": "1"}
        self.daemon.pages["positions"] = [[{**row, "qty": "1"}], [{**row, "qty": "-2.5"}]]
        held = self.connected().positions()
        self.assertEqual([p.qty for p in held], [Decimal(1), Decimal("-2.5")])

    def test_best_is_a_level_or_none(self):
        client = self.connected()
        self.daemon.results["best"] = {"price": "99.5", "qty": "3"}
        self.assertEqual(client.best(BTC, "Buy").price, Decimal("99.5"))
        self.daemon.results["best"] = None
        self.assertIsNone(client.best(BTC, "Buy"))

    def test_instruments_know_their_grids(self):
        btc = self.connected().instruments()[0]
        self.assertEqual(btc.passive("Buy", Decimal("99.7")), Decimal("99.5"))
        self.assertEqual(btc.passive("Sell", Decimal("99.7")), Decimal("100.0"))
        self.assertEqual(btc.round_qty(Decimal("0.0159")), Decimal("0.015"))
        self.assertEqual(btc.round_qty(Decimal("0.0019")), Decimal(0))

    def test_a_row_of_orders_reads_like_a_report(self):
        row = {"order_id": "7", "intent_id": "i", "ord_status": "Accepted", "cum_qty": "0"}
        self.daemon.results["orders"] = [row]
        order = self.connected().orders()[0]
        self.assertEqual((order.exec_type, order.report_seq), ("OrderStatus", None))

    def test_send_takes_an_intent_made_by_hand(self):
        client = self.connected()
        client.wait(client.send(QuoteIntent.set_trading_state("Reducing")).done, 5)
        self.assertEqual(self.daemon.intents_of("SetRiskFlag")[0]["value"], "Reducing")


if __name__ == "__main__":
    unittest.main()
