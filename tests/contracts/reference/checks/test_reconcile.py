"""Reconciliation, dry runs, pauses and the breaker, by hand (R-EXEC-4, R-EXEC-5, R-EXEC-7)."""

import unittest

from checks.world import NOW, World
from reference.deadlines import delay


class BackOffCheck(unittest.TestCase):
    def test_the_worked_example(self):
        state = World().core.state
        self.assertEqual(delay(state, 1, 1), 422_852)

    def test_it_takes_off_less_than_a_quarter(self):
        state = World().core.state
        for key in range(1, 500):
            self.assertGreater(delay(state, key, 7), 30_000_000 * 3 // 4)
            self.assertLessEqual(delay(state, key, 7), 30_000_000)


class ReconcileCheck(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)
        self.asked = self.about("control", "ReconcileAsked", reason="")["commands"]

    def about(self, source, kind, **payload):
        return self.world.event(source, kind, payload, venue=0)

    def row(self, **differs):
        names = {"cl_ord_id": "tl00-1-1", "venue_order_id": "v1", "instrument": 0, "side": "Buy"}
        return {**names, "order_qty": 10_000, "cum_qty": 0, "price": 10_000, **differs}

    def answer(self, *rows):
        request = self.asked[0]["request"]
        answer = {"request": request, "open_orders": list(rows)}
        return self.about("broker_report", "Reconciled", **answer)

    def test_it_asks_for_all_until_the_account_is_opened(self):
        since = {"cause": "asked", "since_us": None}
        self.assertEqual(self.asked, [{"kind": "Reconcile", "request": 2, "venue": 0, **since}])

    def test_what_agrees_causes_nothing(self):
        self.assertEqual(self.answer(self.row())["commands"], [])

    def test_what_differs_is_looked_up(self):
        for row in (self.row(order_qty=1), self.row(cum_qty=1), self.row(price=1)):
            self.setUp()
            self.assertEqual([each["kind"] for each in self.answer(row)["commands"]], ["Lookup"])
        self.setUp()
        self.assertEqual([each["kind"] for each in self.answer()["commands"]], ["Lookup"])

    def test_a_second_answer_is_stale(self):
        self.answer(self.row())
        self.assertEqual(self.answer()["commands"], [])

    def test_a_key_of_nothing_alarms_and_a_stranger_does_not(self):
        foreign = self.row(cl_ord_id=None, venue_order_id="theirs")
        answer = self.answer(self.row(), self.row(cl_ord_id="tl00-9-1"), foreign)
        self.assertEqual(answer["alarms"], ["UNKNOWN_ORDER_AT_VENUE"])
        self.assertEqual(len(self.world.core.state.venues[0].external_orders), 2)

    def test_the_first_account_report_is_the_opening(self):
        report = {
            "seq_id": 50,
            "event_time": NOW,
            "ingest_time": NOW + 50,
            "source": "broker_report",
            "venue": 0,
            "instrument": None,
            "event_type": "AccountReported",
            "idempotency_key": "a",
            "payload": {
                "balances": [{"currency": "USDT", "total": "70"}],
                "positions": [{"instrument": 0, "qty": 3000, "avg_px": 10_000}],
            },
        }
        self.world.core.apply(report)
        final = self.world.core.final()
        totals = {row["currency"]: row["total"] for row in final["balances"]}
        self.assertEqual(totals, {"BTC": "3", "USDT": "70"})
        self.assertEqual(final["positions"][0]["avg_px"], "100")


class DeclaredCheck(unittest.TestCase):
    """What another declaration of a known venue does (events.md, VenueDeclared)."""

    def setUp(self):
        self.world = World()

    @property
    def venue(self):
        return self.world.core.state.venues[0]

    @property
    def now(self):
        return self.world.core.state.now

    def declare(self, **differs):
        declared = {**self.world.venue(), **differs}
        return self.world.event("control", "VenueDeclared", declared, venue=0)

    def link(self, status):
        return self.world.event("control", "VenueStatusChanged", {"status": status}, venue=0)

    def timer(self):
        return self.world.event("timer", "DeadlineReached", {"due_us": 0})

    def test_an_interval_begins_now(self):
        caused = self.declare(reconcile_ms=5)
        self.assertEqual(caused["next_deadline_us"], self.now + 5000)
        self.world.seq_id += 4999
        (sent,) = self.timer()["commands"]
        self.assertEqual((sent["kind"], sent["cause"]), ("Reconcile", "periodic"))

    def test_a_shorter_one_is_sooner_and_a_longer_one_puts_nothing_off(self):
        self.declare(reconcile_ms=5)
        due = self.venue.reconcile_due
        self.declare(reconcile_ms=9)
        self.assertEqual(self.venue.reconcile_due, due)
        self.declare(reconcile_ms=4)
        self.assertEqual(self.venue.reconcile_due, self.now + 4000)

    def test_without_one_none_is_due(self):
        for none in ({}, {"reconcile_ms": None}):
            with self.subTest(none):
                self.setUp()
                self.declare(reconcile_ms=5)
                self.assertIsNone(self.declare(**none)["next_deadline_us"])
                self.assertIsNone(self.venue.reconcile_due)

    def test_the_same_changes_nothing(self):
        self.declare(reconcile_ms=5)
        due = self.venue.reconcile_due
        self.declare(reconcile_ms=5, pacing={"per_second": 1, "burst": 1})
        self.assertEqual(self.venue.reconcile_due, due)

    def test_one_that_is_down_waits_for_the_link(self):
        self.link("down")
        self.declare(reconcile_ms=5)
        self.assertIsNone(self.venue.reconcile_due)

    def test_one_that_is_reconciling_is_not_down(self):
        (sent,) = self.link("reconciling")["commands"]
        self.world.event("broker_report", "Reconciled", {**sent, "open_orders": []}, venue=0)
        self.declare(reconcile_ms=5)
        self.assertEqual(self.venue.reconcile_due, self.now + 5000)

    def test_an_open_request_goes_on(self):
        (sent,) = self.link("reconciling")["commands"]
        self.declare(reconcile_ms=5)
        self.assertIsNone(self.venue.reconcile_due)
        self.world.event("broker_report", "Reconciled", {**sent, "open_orders": []}, venue=0)
        self.assertEqual(self.venue.reconcile_due, self.now + 5000)

    def test_one_that_failed_is_tried_again_when_it_was_to_be(self):
        (sent,) = self.link("reconciling")["commands"]
        self.world.event("broker_report", "ReconcileFailed", {**sent, "text": ""}, venue=0)
        due = self.venue.reconcile_due
        for wish in (5, None):
            self.declare(reconcile_ms=wish)
            self.assertEqual(self.venue.reconcile_due, due)

    def test_a_simulated_one_has_none(self):
        simulation = dict.fromkeys(("order_latency_us", "report_latency_us"), 0)
        simulation.update(maker_fee_ppm=0, taker_fee_ppm=0)
        self.declare(simulation=simulation, reconcile_ms=5)
        self.assertIsNone(self.venue.reconcile_due)

    def waits(self):
        """Two orders that wait for the tokens of pacing."""
        self.declare(pacing={"per_second": "0.001", "burst": 1})
        self.venue.bucket.held = 0
        for _ in range(2):
            self.assertIsNone(self.world.place("Buy", "10", "100"))

    def sent(self, caused):
        return [(each["kind"], each["order"]) for each in caused["commands"]]

    def test_what_waited_for_pacing_goes_when_there_is_none(self):
        self.waits()
        self.assertEqual(self.sent(self.declare()), [("Submit", 1), ("Submit", 2)])

    def test_what_pacing_still_holds_waits_on(self):
        self.waits()
        self.assertEqual(self.sent(self.declare(pacing={"per_second": 1, "burst": 9})), [])

    def test_what_may_not_go_for_another_reason_waits_on(self):
        self.waits()
        self.link("down")
        self.assertEqual(self.sent(self.declare()), [])
        sent = [each for each in self.link("up")["commands"] if each["kind"] == "Submit"]
        self.assertEqual(len(sent), 2)

    def test_what_the_trading_state_refuses_now_is_turned_back(self):
        self.waits()
        halted = {"state": "Halted", "reason": ""}
        self.world.event("control", "TradingStateSet", halted)
        caused = self.declare()
        codes = [each["reject_code"] for each in caused["reports"]]
        self.assertEqual((codes, caused["commands"]), (["TRADING_HALTED"] * 2, []))


class PauseCheck(unittest.TestCase):
    def test_nothing_leaves_while_a_venue_wants_peace(self):
        world = World()
        world.place("Buy", "10", "100")
        failure = {"request": 1, "order": 1, "outcome": "notSent", "text": ""}
        failed = {**failure, "retry_after_ms": 1}
        caused = world.event("broker_report", "RequestFailed", failed, venue=0, instrument=0)
        self.assertEqual(caused["commands"], [])
        waits = world.place("Buy", "10", "100")
        self.assertIsNone(waits)
        self.assertEqual(world.core.final()["next_deadline_us"], NOW + 7 + 1000)


if __name__ == "__main__":
    unittest.main()
