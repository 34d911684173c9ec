"""The asyncio client against the fake daemon (R-WIRE-2, R-WIRE-3, R-STRAT-3)."""

import asyncio
import os
import tempfile
import unittest
from unittest import mock

from tapeline import (
    AsyncClient,
    AuthFailed,
    ConnectionLost,
    QueueFull,
    SessionReplaced,
    TapelineError,
    WaitTimeout,
)
from tests.client_case import in_a_child, needs_fork
from tests.fake_daemon import BTC, TOKEN, FakeDaemon


class AsyncCase(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.daemon = FakeDaemon()
        self.addCleanup(self.daemon.close)

    async def connected(self, **settings):
        settings.setdefault("token", TOKEN)
        settings.setdefault("reconnect_first", 0.01)
        client = AsyncClient("test", self.daemon.port, **settings)
        self.addAsyncCleanup(client.close, timeout=0.5)
        await client.connect()
        return client

    async def behind_a_full_inbox(self):
        """A client that has stopped reading."""
        client = await self.connected(inbox_limit=10)
        await client.subscribe("book", BTC)
        for _ in range(50):
            self.daemon.book_event()
        await self.happens(lambda: client._state.inbox.is_full)
        await self.happens(lambda: not client.healthy)
        return client

    async def seqs(self, client, count):
        got = []
        async for report in client.reports(timeout=5, until=lambda: len(got) >= count):
            got.append(report.report_seq)
        return got

    async def happens(self, condition):
        for _ in range(1000):
            if condition():
                return
            await asyncio.sleep(0.005)
        self.fail("it did not happen in time")

    async def test_place_replace_cancel_and_their_reports(self):
        client = await self.connected()
        order = await client.place(BTC, "Buy", "0.01", "99.5")
        await client.wait(order.answered, 5)
        change = await client.replace(order, "0.02")
        await client.wait(change.answered, 5)
        cancel = await client.cancel(change)
        await client.wait(cancel.done, 5)
        self.assertEqual(order.status, "Cancelled")
        self.assertEqual(await self.seqs(client, 6), [1, 2, 3, 4, 5, 6])

    async def test_reports_and_lost_intents_survive_any_cut(self):
        client = await self.connected()
        for cut in range(1, 400, 13):
            self.daemon.cut_after_bytes = cut
            await client.wait((await client.noop()).done, 5)
        count = len(range(1, 400, 13))
        self.assertEqual(await self.seqs(client, count), list(range(1, count + 1)))
        self.assertEqual(len(self.daemon.intents), count)

    async def test_what_is_sent_goes_out_though_the_loop_has_not_told_of_the_connection(self):
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        create = loop.create_connection

        async def create_slowly(*args):
            created = await create(*args)
            await told.wait()
            return created

        with mock.patch.object(loop, "create_connection", create_slowly):
            client = await self.connected()
            await client.wait((await client.noop()).done, 5)
            told.set()

    async def test_a_takeover_ends_the_old_client_for_good(self):
        old = await self.connected()
        await self.connected()
        with self.assertRaises(SessionReplaced):
            await self.seqs(old, 1)

    async def test_a_wrong_token_is_typed(self):
        with self.assertRaises(AuthFailed):
            await self.connected(token="wrong")

    async def test_connect_gives_up_in_time(self):
        self.daemon.close()
        with self.assertRaisesRegex(WaitTimeout, "Connect call failed|refused"):
            await self.connected(connect_timeout=0.3)

    async def test_a_missing_token_file_is_named(self):
        with self.assertRaisesRegex(WaitTimeout, "no/such"):
            await self.connected(token=None, token_file="/no/such", connect_timeout=0.3)

    async def test_a_blocked_send_gives_up_in_time(self):
        self.daemon.deaf = True
        client = await self.connected(max_pending=1, send_timeout=0.1)
        await client.noop()
        with self.assertRaises(QueueFull):
            await client.noop()

    async def test_a_client_with_a_short_grace_tries_again_within_it(self):
        await self.connected(cancel_grace_ms=40)
        with self.daemon.lock:
            self.daemon.hello_error = ("SHUTTING_DOWN", "not yet")
            self.daemon.drop()
        # seconds apart without the grace
        await self.happens(lambda: len(self.daemon.hellos) >= 50)

    async def test_silence_reconnects(self):
        self.daemon.heartbeat_ms = 100
        client = await self.connected()
        self.daemon.mute = True
        await self.happens(lambda: len(self.daemon.hellos) >= 2)
        self.daemon.mute = False
        await self.happens(lambda: client.healthy)

    async def test_reading_pauses_while_the_inbox_is_full_and_goes_on_after(self):
        client = await self.connected(inbox_limit=10)
        await client.subscribe("book", BTC)
        loop = asyncio.get_running_loop()
        sending = loop.run_in_executor(None, lambda: [self.daemon.book_event() for _ in range(500)])
        await asyncio.sleep(0.2)
        events = []
        async for event in client.events(timeout=5, until=lambda: len(events) == 501):
            events.append(event.seq_id)
        await sending
        self.assertEqual(len(events), 501)

    async def test_reports_come_though_nobody_takes_the_events_that_fill_the_inbox(self):
        self.daemon.heartbeat_ms = 1000
        client = await self.behind_a_full_inbox()
        await client.place(BTC, "Buy", "0.01", "99.5")
        self.assertEqual(await self.seqs(client, 2), [1, 2])
        for _ in range(50):
            self.daemon.book_event()
        self.daemon.trade("1", "0.01", "99.5", "Filled")
        self.assertEqual(await self.seqs(client, 1), [3])

    async def test_resume_file_carries_the_position_over_a_restart(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "position")
            client = await self.connected(resume_file=path)
            await client.place(BTC, "Buy", "0.01", "99.5")
            self.assertEqual(await self.seqs(client, 2), [1, 2])
            await client.close()
            self.daemon.trade("1", "0.01", "99.5", "Filled")
            again = await self.connected(resume_file=path)
            self.assertEqual(await self.seqs(again, 1), [3])

    async def test_close_says_goodbye_and_ends_what_waits(self):
        client = await self.connected()
        await client.close(reason="done")
        self.assertEqual(self.daemon.goodbyes, [{"type": "GOODBYE", "reason": "done"}])
        with self.assertRaises(ConnectionLost):
            await client.noop()

    async def test_close_brings_a_cancel_through_that_was_taken_without_a_connection(self):
        client = await self.connected(reconnect_first=10, reconnect_max=10)
        with self.daemon.lock:
            self.daemon.drop()
            await self.happens(lambda: not client.healthy)
            cancel = await client.cancel_all()
        await client.close(timeout=5)
        self.assertEqual(len(self.daemon.intents_of("CancelAll")), 1)
        self.assertEqual(len(self.daemon.goodbyes), 1)
        self.assertTrue(cancel.answered())
        self.assertEqual(client.errors, [])

    async def test_close_brings_a_cancel_through_that_a_dying_connection_lost(self):
        client = await self.connected()
        self.daemon.lose_intents = 1
        cancel = await client.cancel_all()
        await client.close(timeout=5)
        self.assertEqual(len(self.daemon.intents_of("CancelAll")), 1)
        self.assertTrue(cancel.answered())

    async def test_close_says_without_a_connection_that_orders_stay(self):
        client = await self.connected(reconnect_first=10, reconnect_max=10)
        with self.daemon.lock:
            self.daemon.drop()
            await self.happens(lambda: not client.healthy)
        await client.close(keep_orders=True, timeout=5)
        self.assertEqual(self.daemon.goodbyes, [{"type": "GOODBYE", "keep_orders": True}])
        self.assertEqual(client.errors, [])

    async def test_close_says_that_orders_stay_though_the_call_that_said_so_was_cancelled(self):
        client = await self.connected(reconnect_first=10, reconnect_max=10)
        with self.daemon.lock:
            self.daemon.drop()
            await self.happens(lambda: not client.healthy)
            closing = asyncio.create_task(client.close(keep_orders=True))
            await self.happens(lambda: client._state.session.is_leaving)
            closing.cancel()
            await asyncio.gather(closing, return_exceptions=True)
        await client.close(reason="cancelled", timeout=5)
        said = {"type": "GOODBYE", "reason": "cancelled", "keep_orders": True}
        self.assertEqual(self.daemon.goodbyes, [said])
        self.assertEqual(client.errors, [])

    async def test_close_says_anew_that_orders_stay_where_the_connection_had_ended_before(self):
        for unread in (0, 1, 20):
            client = await self.connected(inbox_limit=10)
            self.daemon.goodbyes.clear()
            await client.subscribe("book", BTC)
            for _ in range(unread):
                self.daemon.book_event()
            self.daemon.drop()  # nothing of it is read: the loop stands
            await client.close(keep_orders=True, timeout=5)
            said = {"type": "GOODBYE", "keep_orders": True}
            self.assertEqual((self.daemon.goodbyes, client.errors), ([said], []), unread)

    async def test_close_says_that_orders_stay_behind_an_inbox_that_nobody_empties(self):
        self.daemon.heartbeat_ms = 100
        client = await self.behind_a_full_inbox()
        self.daemon.drop()
        await client.close(keep_orders=True, timeout=5)
        self.assertEqual(self.daemon.goodbyes, [{"type": "GOODBYE", "keep_orders": True}])
        self.assertEqual(client.errors, [])

    async def test_a_connection_made_while_the_inbox_is_full_lives(self):
        self.daemon.heartbeat_ms = 300
        client = await self.behind_a_full_inbox()
        self.daemon.drop()
        await self.happens(lambda: len(self.daemon.hellos) >= 2)
        with self.daemon.lock:
            self.daemon.received.clear()
        await self.happens(lambda: len(self.daemon.received) >= 2)  # heartbeats
        self.assertTrue(client._state.inbox.is_full)

    async def test_a_cancel_goes_out_though_the_inbox_is_full_and_reports_were_missed(self):
        self.daemon.heartbeat_ms = 300
        client = await self.behind_a_full_inbox()
        order = {"order_id": "1", "instrument": BTC, "side": "Buy", "leaves_qty": "0.01"}
        with self.daemon.lock:
            self.daemon.drop()
            for _ in range(5000):  # more than is read at once
                self.daemon.report(order, "p", "Trade", "PartiallyFilled")
        await client.cancel("p")
        await self.happens(lambda: self.daemon.intents_of("Cancel"))

    async def test_close_says_that_orders_stay_though_it_was_cancelled_as_it_began(self):
        client = await self.connected()
        closing = asyncio.create_task(client.close(keep_orders=True))
        await asyncio.sleep(0)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        await client.close(timeout=5)
        self.assertEqual(self.daemon.goodbyes, [{"type": "GOODBYE", "keep_orders": True}])

    async def test_close_tells_that_nobody_heard_that_orders_stay(self):
        client = await self.connected()
        self.daemon.close()
        await self.happens(lambda: not client.healthy)
        await client.close(keep_orders=True, timeout=0.1)
        self.assertEqual(["keep_orders" in str(e) for e in client.errors], [True])

    async def test_close_tells_that_orders_were_to_stay_where_the_session_was_over_for_good(self):
        client = await self.connected()
        self.daemon.fatal("AUTH")
        with self.assertRaises(AuthFailed):
            await self.seqs(client, 1)
        await client.close(keep_orders=True)
        self.assertEqual(["keep_orders" in str(e) for e in client.errors], [True])

    async def test_close_names_the_cancels_that_got_no_answer(self):
        client = await self.connected()
        self.daemon.close()
        await self.happens(lambda: not client.healthy)
        await client.cancel_all(intent_id="mine")
        await client.close(timeout=0.1)
        self.assertEqual(["CancelAll mine" in str(e) for e in client.errors], [True])

    @needs_fork
    async def test_a_client_does_nothing_in_a_forked_process_and_leaves_the_session(self):
        client = await self.connected()

        def trade_and_leave():
            for act in (client.noop(), client.query("orders"), client.subscribe("book", BTC)):
                with self.assertRaisesRegex(TapelineError, "of its own after fork"):
                    act.send(None)
            with self.assertRaisesRegex(TapelineError, "of its own after fork"):
                client.publish(BTC, "delta", {}, 1)
            with self.assertRaises(StopIteration):  # at once: the loop is its parent's
                client.__aexit__(None, None, None).send(None)
            client._connection.fail(ConnectionLost("as asyncio.run ends what is left"))

        self.assertEqual(in_a_child(trade_and_leave), 0)
        await client.wait((await client.noop()).done, 5)
        self.assertEqual((self.daemon.goodbyes, len(self.daemon.hellos)), ([], 1))

    @needs_fork
    async def test_a_client_gives_nothing_in_a_forked_process_and_leaves_the_resume_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "position")
            client = await self.connected(resume_file=path)
            await client.subscribe("book", BTC)
            for _ in range(3):
                await client.wait((await client.noop()).done, 5)
            begun = client.reports(timeout=5)
            await begun.__anext__()  # not yet processed
            with open(path, encoding="ascii") as file:
                kept = file.read()

            def read_and_leave():
                self.assertFalse(client.healthy)
                for line in (begun, client.reports(), client.events(), client.messages()):
                    with self.assertRaisesRegex(TapelineError, "of its own after fork"):
                        line.__anext__().send(None)
                with self.assertRaises(StopIteration):
                    client.__aexit__(None, None, None).send(None)

            self.assertEqual(in_a_child(read_and_leave), 0)
            with open(path, encoding="ascii") as file:
                self.assertEqual(file.read(), kept)
            self.assertTrue(client.healthy)
            await begun.aclose()
            self.assertEqual(await self.seqs(client, 2), [2, 3])

    async def test_a_subscription_beyond_the_rate_limit_is_renewed_all_the_same(self):
        client = await self.connected()
        await client.subscribe("book", BTC)
        with self.daemon.lock:
            self.daemon.refusals = ["RATE_LIMIT", "RATE_LIMIT"]
            self.daemon.drop()
        await self.happens(lambda: len(self.daemon.subscriptions) == 4)
        self.daemon.book_event("98")
        await self.happens(lambda: client.healthy and client.book(BTC).best_bid.price == 98)
        self.assertEqual(client.errors, [])

    async def test_a_subscription_that_is_not_renewed_is_told_and_its_book_is_empty(self):
        client = await self.connected()
        await client.subscribe("book", BTC)
        await self.happens(lambda: client.book(BTC) is not None)
        with self.daemon.lock:
            self.daemon.refusals = ["UNKNOWN_INSTRUMENT"]
            self.daemon.drop()
        await self.happens(lambda: client.errors)
        self.assertIn("UNKNOWN_INSTRUMENT", str(client.errors[0]))
        self.assertIsNone(client.book(BTC).best_bid)
        events = [event async for event in client.events(timeout=0.1)]
        self.assertEqual(events[-1].book.bids, ())

    async def test_queries_read_their_rows(self):
        client = await self.connected()
        self.assertEqual((await client.instruments())[0].instrument, BTC)
        self.assertEqual(await client.orders(), [])
        self.daemon.results["spread_ticks"] = 2
        self.assertEqual(await client.spread_ticks(BTC), 2)


if __name__ == "__main__":
    unittest.main()
