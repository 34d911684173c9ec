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
