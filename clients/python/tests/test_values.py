"""Intents, reports, orders and strategies as values (R-STRAT-1, R-STRAT-5)."""

import unittest
from decimal import Decimal

from tapeline import (
    AsyncClient,
    Client,
    Context,
    Event,
    ExecutionReport,
    Instrument,
    InvalidIntent,
    Orders,
    QuoteIntent,
    Settings,
    Strategy,
    run,
    run_async,
)
from tapeline.decimals import to_wire_decimal
from tapeline.errors import ProtocolViolation
from tapeline.inbox import Inbox
from tapeline.queries import Result
from tapeline.strategy import Folder
from tests.fake_daemon import BTC, INSTRUMENT, TOKEN, FakeDaemon


def stamped(intent, **more):
    return QuoteIntent(**{**intent.__dict__, "intent_id": "i", "sent_us": 1, **more})


def position(instrument, qty):
    return {"instrument": instrument, "scope": "client", "qty": qty}


def event(seq, kind, instrument=BTC, **payload):
    return Event(seq, kind, "paper", instrument, payload)


class Waiting(unittest.TestCase):
    """Events that nobody takes, beyond the bound."""

    def test_conflation_keeps_the_newest_of_each_state_and_everything_else(self):
        inbox = Inbox(1)
        kinds = ("book", "order", "trade", "venue", "instrument", "bar", "timer")
        names = ("queue", "detector")
        for seq in (1, 2):
            for kind in kinds:
                inbox.push(event(seq, kind))
            for name in names:
                inbox.push(event(seq, "signal", name=name))
        inbox.push(event(1, "book", "paper:ETH/USDT"))
        inbox.push(ExecutionReport("New", report_seq=1))
        inbox.conflate_events()
        left = [(e.seq_id, e.event_type, e.conflated) for e in iter(inbox.pop_event, None)]
        lasting = ["order", "venue", "instrument", "bar", "signal"]
        expected = [(1, kind, False) for kind in lasting]
        expected += [(2, kind, kind not in lasting) for kind in kinds]
        expected += [(2, "signal", True), (2, "signal", False), (1, "book", False)]
        self.assertEqual(left, expected)
        self.assertEqual(inbox.pop_report().report_seq, 1)

    def test_conflation_begins_at_the_bound_of_the_events_alone(self):
        inbox = Inbox(3)
        for seq in (1, 2):
            inbox.push(event(seq, "book"))
            inbox.push(ExecutionReport("New", report_seq=seq))
        inbox.conflate_events()
        self.assertEqual(len(inbox), 4)
        inbox.push(event(3, "book"))
        inbox.conflate_events()
        self.assertEqual(len(inbox), 3)


class Reconnecting(unittest.TestCase):
    def test_no_wait_is_longer_than_two_seconds_or_half_of_the_grace(self):
        cases = [
            ({}, 2.0),
            ({"cancel_grace_ms": 60_000}, 2.0),
            ({"cancel_grace_ms": 1_000}, 0.5),
            ({"cancel_grace_ms": 0}, 0.1),  # what cannot be kept is no reason to storm the daemon
            ({"reconnect_max": 20.0}, 20.0),
            ({"reconnect_max": 20.0, "cancel_grace_ms": 5_000}, 2.5),
            ({"reconnect_max": 0.05, "cancel_grace_ms": 0}, 0.05),
        ]
        for settings, longest in cases:
            with self.subTest(settings):
                backoff = Settings(**settings).backoff(draw=lambda: 1.0)
                self.assertEqual(max(backoff.next_delay() for _ in range(40)), longest)

    def test_the_waits_double_up_to_the_longest(self):
        backoff = Settings().backoff(draw=lambda: 1.0)
        delays = [backoff.next_delay() for _ in range(7)]
        self.assertEqual(delays, [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0])


class Intents(unittest.TestCase):
    def test_to_wire_has_exactly_the_fields_that_were_given(self):
        intent = stamped(QuoteIntent.place(BTC, "Buy", "0.10", Decimal("1E+2"), post_only=True))
        expected = {
            "type": "QuoteIntent",
            "v": 1,
            "action": "Place",
            "intent_id": "i",
            "sent_us": 1,
        }
        expected.update(instrument=BTC, side="Buy", order_qty="0.10", price="100", post_only=True)
        self.assertEqual(intent.to_wire(), expected)

    def test_each_constructor_makes_its_action(self):
        cases = {
            "Replace": QuoteIntent.replace("o", 2, "1"),
            "Cancel": QuoteIntent.cancel("o"),
            "CancelAll": QuoteIntent.cancel_all(),
            "SetRiskFlag": QuoteIntent.set_trading_state("Halted"),
            "NoOp": QuoteIntent.noop(),
        }
        for action, intent in cases.items():
            self.assertEqual(stamped(intent).to_wire()["action"], action)

    def test_a_place_without_price_is_a_market_order(self):
        self.assertEqual(QuoteIntent.place(BTC, "Buy", 1).ord_type, "Market")

    def test_what_the_daemon_would_refuse_raises_before_it_is_sent(self):
        place = QuoteIntent.place(BTC, "Buy", "1", "1")
        cases = [
            (place, {"side": "buy"}, "side must be one of"),
            (place, {"price": None}, "a Limit order has a price"),
            (place, {"ord_type": "Market"}, "a Market order none"),
            (place, {"time_in_force": "GTD"}, "GTD needs it"),
            (place, {"expire_us": 5}, "expire_us belongs to GTD"),
            (place, {"time_in_force": "IOC", "post_only": True}, "post_only rests"),
            (place, {"orig_intent_id": "o"}, "Place has no orig_intent_id"),
            (place, {"intent_id": "a b"}, "intent_id must be 1 to 64"),
            (place, {"intent_id": "a" * 65}, "intent_id must be 1 to 64"),
            (place, {"ttl_ms": -1}, "ttl_ms must be an integer"),
            (place, {"sent_us": 1.5}, "sent_us must be an integer"),
            (place, {"tag": "x" * 65}, "tag must be at most 64"),
            (place, {"order_qty": 0.1}, "must be a str, an int or a Decimal: was 0.1"),
            (QuoteIntent.cancel("o"), {"price": "1"}, "Cancel has no price"),
            (QuoteIntent.noop(), {"action": "Nothing"}, "action must be one of"),
        ]
        for intent, change, message in cases:
            with self.assertRaisesRegex(InvalidIntent, message):
                stamped(intent, **change).to_wire()

    def test_cancels_and_tightening_reduce_risk(self):
        self.assertTrue(QuoteIntent.cancel("o").reduces_risk)
        self.assertTrue(QuoteIntent.set_trading_state("Reducing").reduces_risk)
        self.assertFalse(QuoteIntent.set_trading_state("Active").reduces_risk)
        self.assertFalse(QuoteIntent.place(BTC, "Sell", 1).reduces_risk)

    def test_decimals_are_plain_and_have_no_negative_zero(self):
        cases = {"1.50": "1.50", "-0": "0", "-0.00": "0.00", Decimal("1E-3"): "0.001", 7: "7"}
        for value, text in cases.items():
            self.assertEqual(to_wire_decimal(value, "x"), text)
        for value in ("01", "1.", ".5", "1e3", "+1", "", " 1", "1" * 39, Decimal("NaN"), True, "١"):
            with self.assertRaises(InvalidIntent):
                to_wire_decimal(value, "x")


def trade(**more):
    wire = {"exec_type": "Trade", "order_id": "1", "ord_status": "PartiallyFilled", "side": "Buy"}
    return ExecutionReport.from_wire({**wire, "instrument": BTC, "intent_id": "i", **more})


class Reports(unittest.TestCase):
    def test_fill_price_weighs_several_fills_by_their_quantity(self):
        fills = [
            {"exec_id": "a", "last_qty": "1", "last_px": "10"},
            {"exec_id": "b", "last_qty": "3", "last_px": "11"},
        ]
        report = trade(fill_events=fills)
        self.assertEqual((report.fill_size, report.fill_price), (Decimal(4), Decimal("10.75")))

    def test_fill_price_is_half_even_to_twelve_decimals_when_it_is_not_exact(self):
        fills = [
            {"exec_id": "a", "last_qty": "1", "last_px": "1"},
            {"exec_id": "b", "last_qty": "2", "last_px": "2"},
        ]
        self.assertEqual(trade(fill_events=fills).fill_price, Decimal("1.666666666667"))

    def test_what_is_no_trade_has_no_fill(self):
        report = ExecutionReport.from_wire({"exec_type": "New", "order_id": "1"})
        self.assertEqual((report.fill_size, report.fill_price), (Decimal(0), None))
        self.assertIn("New", str(report))

    def test_a_correction_is_no_fill(self):
        one = {"exec_id": "a", "last_qty": "1", "last_px": "10"}
        report = ExecutionReport.from_wire({"exec_type": "TradeCorrect", "exec_ref_id": "a", **one})
        self.assertEqual(report.fill_size, 0)
        self.assertEqual(report.executions[0].last_qty, 1)

    def test_a_field_of_the_wrong_shape_is_named(self):
        with self.assertRaisesRegex(ProtocolViolation, "cum_qty"):
            trade(cum_qty=1.5)
        with self.assertRaisesRegex(ProtocolViolation, "order_id"):
            trade(order_id=1)


class Folding(unittest.TestCase):
    def test_an_older_or_repeated_report_changes_nothing(self):
        orders = Orders()
        orders.apply(trade(report_seq=2, cum_qty="2", order_qty="5"))
        orders.apply(trade(report_seq=1, cum_qty="1", order_qty="5"))
        orders.apply(trade(report_seq=2, cum_qty="2", order_qty="5"))
        self.assertEqual(orders.get("1").cum_qty, 2)

    def test_a_cancel_does_not_become_a_name_of_the_order(self):
        orders = Orders()
        orders.apply(trade(report_seq=1))
        report = {"intent_id": "c", "orig_intent_id": "i", "exec_type": "PendingCancel"}
        orders.apply(trade(report_seq=2, **report))
        self.assertEqual(orders.get("1").intent_ids, ("i",))
        self.assertIsNone(orders.by_intent("c"))

    def test_rows_of_a_query_add_what_no_report_has_told_and_change_nothing_else(self):
        orders = Orders()
        orders.apply(trade(report_seq=7, order_id="1", cum_qty="3", order_qty="5"))
        row = {"report_seq": 9, "order_qty": "5", "cum_qty": "1"}
        orders.load([trade(**row, order_id="1"), trade(**row, order_id="2", intent_id="j")])
        self.assertEqual([(o.order_id, o.cum_qty) for o in orders], [("1", 3), ("2", 1)])

    def test_terminal_orders_are_forgotten_beyond_the_bound(self):
        orders = Orders(keep=2)
        for n in range(1, 5):
            done = {"report_seq": n, "order_id": str(n), "intent_id": f"i{n}"}
            orders.apply(trade(**done, ord_status="Cancelled"))
        self.assertEqual([o.order_id for o in orders], ["3", "4"])
        self.assertIsNone(orders.by_intent("i1"))

    def test_a_late_fill_moves_a_terminal_order(self):
        orders = Orders()
        orders.apply(trade(report_seq=1, ord_status="Cancelled", cum_qty="0"))
        orders.apply(trade(report_seq=2, ord_status="Cancelled", cum_qty="1", late=True))
        self.assertEqual((orders.get("1").cum_qty, orders.get("1").is_open), (1, False))


class Quoter(Strategy):
    """Buys once at the first book, cancels the rest when a part is filled."""

    def __init__(self):
        self.contexts = []
        self.finished = False

    def on_start(self, ctx):
        return [QuoteIntent.noop()]

    def on_event(self, ctx, event):
        self.contexts.append(ctx)
        if not isinstance(event, ExecutionReport):
            bid = ctx.books[BTC].best_bid.price
            return [QuoteIntent.place(BTC, "Buy", "0.01", bid)] if not ctx.orders else []
        if event.exec_type == "Trade":
            return [QuoteIntent.cancel(event.intent_id)]
        self.finished = event.exec_type == "Cancelled"
        return []

    def on_stop(self, ctx):
        return [QuoteIntent.cancel_all()]


class Watcher(Strategy):
    """Notes the position that it is shown with each report."""

    channels = ["book"]

    def __init__(self):
        self.seen = []

    def on_event(self, ctx, event):
        if isinstance(event, ExecutionReport):
            self.seen.append((event.exec_type, ctx.position(BTC)))
        return []


class Running(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.daemon = FakeDaemon()
        self.addCleanup(self.daemon.close)
        self.held("1")

    def check(self, strategy, last):
        self.assertEqual(last.position(BTC), Decimal("1.004"))
        self.assertEqual(dict(last.orders), {})
        self.assertEqual(dict(strategy.contexts[0].orders), {}, "old contexts stay as they were")
        self.assertEqual(strategy.contexts[0].position(BTC), 1)
        self.assertEqual(len(self.daemon.intents_of("CancelAll")), 1)

    def fill_when_open(self, strategy):
        if self.daemon.orders and len(self.daemon.reports) == 3:
            self.daemon.trade("1", "0.004", "99.5")
        return strategy.finished

    def test_run_feeds_a_strategy_and_sends_what_it_returns(self):
        strategy = Quoter()
        with Client("test", self.daemon.port, token=TOKEN) as client:
            last = run(strategy, client, timeout=5, until=lambda: self.fill_when_open(strategy))
            client.wait(lambda: not client.unanswered, 5)
        self.check(strategy, last)

    async def test_run_async_feeds_a_strategy_and_sends_what_it_returns(self):
        strategy = Quoter()
        async with AsyncClient("test", self.daemon.port, token=TOKEN) as client:
            until = lambda: self.fill_when_open(strategy)  # noqa: E731
            last = await run_async(strategy, client, timeout=5, until=until)
            await client.wait(lambda: not client.unanswered, 5)
        self.check(strategy, last)

    def an_order_that_ended_after_filling(self, qty):
        terms = {"instrument": BTC, "side": "Buy", "order_qty": "10", "price": "99.5"}
        self.daemon.place({"intent_id": "earlier", **terms})
        self.daemon.trade("1", qty, "99.5")
        order, intent_id = self.daemon.orders["1"]
        self.daemon.report(order, intent_id, "Cancelled", "Cancelled")
        self.held(qty)

    def held(self, qty):
        self.daemon.results["positions"] = [position(BTC, qty)]

    def late_fill(self, cum_qty):
        order, intent_id = self.daemon.orders["1"]
        order["cum_qty"] = cum_qty
        fill = {"exec_id": f"late{cum_qty}", "last_qty": "1", "last_px": "99.5"}
        self.daemon.report(order, intent_id, "Trade", "Cancelled", late=True, **fill)

    def void(self, cum_qty):
        order, intent_id = self.daemon.orders["1"]
        order["cum_qty"] = cum_qty
        self.held(cum_qty)
        self.daemon.report(order, intent_id, "TradeCancel", "Cancelled", exec_ref_id="e2")

    def script(self, strategy, *steps):
        """A condition that takes one step per report that was seen, and holds after the last."""
        done = []

        def until():
            if len(done) == len(strategy.seen) < len(steps):
                steps[len(done)]()
                done.append(True)
            return len(strategy.seen) == len(steps)

        return until

    FILLED_THEN_VOIDED = [
        (lambda case: case.late_fill("6"), ("Trade", 6)),
        (lambda case: case.late_fill("7"), ("Trade", 7)),
        (lambda case: case.void("2"), ("TradeCancel", 2)),
        (lambda case: case.late_fill("3"), ("Trade", 3)),
    ]
    VOIDED_THEN_FILLED = [
        (lambda case: case.void("0"), ("TradeCancel", 0)),
        (lambda case: case.late_fill("1"), ("Trade", 1)),
        (lambda case: case.void("0"), ("TradeCancel", 0)),
    ]

    def ended_order_run(self, story):
        strategy = Watcher()
        self.an_order_that_ended_after_filling("5")
        steps = [lambda step=step: step(self) for step, _ in story]
        return strategy, self.script(strategy, *steps), [seen for _, seen in story]

    def test_run_counts_what_comes_of_an_order_that_had_ended_before(self):
        for story in (self.FILLED_THEN_VOIDED, self.VOIDED_THEN_FILLED):
            with self.subTest(story[0][1]):
                self.setUp()
                strategy, until, expected = self.ended_order_run(story)
                with Client("test", self.daemon.port, token=TOKEN) as client:
                    run(strategy, client, timeout=5, until=until)
                self.assertEqual(strategy.seen, expected)

    async def test_run_async_counts_what_comes_of_an_order_that_had_ended_before(self):
        for story in (self.FILLED_THEN_VOIDED, self.VOIDED_THEN_FILLED):
            with self.subTest(story[0][1]):
                self.setUp()
                strategy, until, expected = self.ended_order_run(story)
                async with AsyncClient("test", self.daemon.port, token=TOKEN) as client:
                    await run_async(strategy, client, timeout=5, until=until)
                self.assertEqual(strategy.seen, expected)

    def test_a_strategy_begins_with_what_the_daemon_holds_and_counts_no_fill_twice(self):
        folder = Folder([])
        open_order = {"order_id": "1", "instrument": BTC, "side": "Buy", "order_qty": "5"}
        row = trade(**open_order, report_seq=1, seq_id=40, cum_qty="3")
        folder.load([row], [Result(40, None, [position(BTC, "3")])])
        self.assertEqual((list(folder.context.orders), folder.context.position(BTC)), (["1"], 3))
        again = trade(**open_order, report_seq=2, seq_id=40, cum_qty="3")
        self.assertEqual(folder.apply(again, ()).position(BTC), 3)
        later = trade(**open_order, report_seq=3, seq_id=41, cum_qty="4")
        self.assertEqual(folder.apply(later, ()).position(BTC), 4)

    def test_each_position_is_as_old_as_the_page_that_it_came_on(self):
        for instrument, before, after in (("a", 1, 2), ("b", 2, 2), ("on no page", 0, 1)):
            with self.subTest(instrument):
                folder = Folder([])
                pages = [
                    Result(40, None, [position("a", "1"), position("b", "9")], "2"),
                    Result(45, None, [position("b", "2")]),  # told again: a row came before it
                ]
                folder.load([], pages)
                self.assertEqual(folder.context.position(instrument), before)
                fill = {"report_seq": 1, "seq_id": 43, "exec_id": "e", "last_qty": "1"}
                fill = trade(instrument=instrument, last_px="1", **fill)
                self.assertEqual(folder.apply(fill, ()).position(instrument), after)

    def test_a_position_is_asked_for_where_a_commission_took_some_of_the_base(self):
        spot = [Instrument.from_wire(INSTRUMENT)]
        linear = [Instrument.from_wire({**INSTRUMENT, "asset_class": "linear"})]
        cases = [
            (spot, "Trade", "0.001", "BTC", True),
            (spot, "Trade", "-0.001", "BTC", True),
            (spot, "Trade", "0", "BTC", False),
            (spot, "Trade", "0.1", "USDT", False),
            (spot, "TradeCancel", "0", "USDT", True),
            (spot, "TradeCorrect", "0.1", "USDT", True),
            (linear, "Trade", "0.001", "BTC", False),
            (linear, "TradeCancel", "0", "BTC", False),
            ([], "Trade", "0.001", "BTC", True),
            ([], "Trade", "0", "BTC", False),
        ]
        for rows, exec_type, commission, currency, is_unsure in cases:
            with self.subTest((len(rows), exec_type, commission, currency)):
                folder = Folder(rows)
                order = {"order_id": "1", "side": "Buy", "order_qty": "5"}
                row = trade(**order, report_seq=1, seq_id=40, cum_qty="1")
                folder.load([row], [Result(40, None, [position(BTC, "1")])])
                fill = {"exec_id": "e", "last_qty": "1", "last_px": "1", "commission": commission}
                fill.update(commission_currency=currency, exec_type=exec_type, cum_qty="2")
                told = trade(**order, report_seq=2, seq_id=41, **fill)
                held = folder.apply(told, ()).position(BTC)
                self.assertEqual((folder.is_unsure, held), (is_unsure, 1 if is_unsure else 2))
                folder.hold([Result(41, None, [position(BTC, "1.999")])])
                self.assertEqual(folder.apply(told, ()).position(BTC), Decimal("1.999"))

    def paged(self, qty):
        self.daemon.pages["positions"] = [[position("paper:A/USDT", "1")], [position(BTC, qty)]]

    def test_run_reads_every_page_of_the_positions(self):
        strategy, until, _ = self.ended_order_run(self.VOIDED_THEN_FILLED)
        self.paged("7")
        with Client("test", self.daemon.port, token=TOKEN) as client:
            last = run(strategy, client, timeout=5, until=until)
        self.assertEqual(strategy.seen, [("TradeCancel", 7), ("Trade", 8), ("TradeCancel", 7)])
        self.assertEqual(last.position("paper:A/USDT"), 1)

    async def test_run_async_reads_every_page_of_the_positions(self):
        strategy, until, _ = self.ended_order_run(self.VOIDED_THEN_FILLED)
        self.paged("7")
        async with AsyncClient("test", self.daemon.port, token=TOKEN) as client:
            last = await run_async(strategy, client, timeout=5, until=until)
        self.assertEqual(strategy.seen, [("TradeCancel", 7), ("Trade", 8), ("TradeCancel", 7)])
        self.assertEqual(last.position("paper:A/USDT"), 1)

    def test_a_context_cannot_be_changed(self):
        with self.assertRaises(AttributeError):
            Context().now_us = 1


if __name__ == "__main__":
    unittest.main()
