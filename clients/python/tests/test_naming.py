"""By what an order can be named, whatever became of the intents that concern it (R-WIRE-8)."""

import unittest
from dataclasses import replace

from tapeline import ExecutionReport
from tapeline.orders import Orders
from tests.client_case import ClientCase
from tests.fake_daemon import BTC, wait_for

ORDER = {
    "order_id": "5",
    "instrument": BTC,
    "side": "Buy",
    "price": "99.5",
    "order_qty": "0.01",
    "cum_qty": "0",
    "leaves_qty": "0.01",
}


def report(seq, intent_id, exec_type, status="Accepted", **more):
    words = {"report_seq": seq, "intent_id": intent_id, "exec_type": exec_type}
    return ExecutionReport.from_wire({**ORDER, **words, "ord_status": status, **more})


class Names(ClientCase):
    def test_the_report_of_a_refused_cancel_names_its_order(self):
        client = self.connected()
        refused = report(7, "c1", "CancelRejected", orig_intent_id="p1")
        self.assertEqual(client.cancel(refused).intent.orig_intent_id, "p1")

    def test_the_handle_of_a_cancel_names_its_order(self):
        client = self.connected()
        order = client.place(BTC, "Buy", "0.01", "99.5")
        again = client.cancel(client.cancel(order))
        self.assertEqual(again.intent.orig_intent_id, order.intent_id)

    def test_the_handle_of_a_replace_that_came_to_nothing_names_its_order(self):
        client = self.connected()
        order = client.place(BTC, "Buy", "0.01", "99.5")
        client.wait(order.answered, 5)
        self.daemon.deaf = True
        change = client.replace(order, "0.02")
        wait_for(lambda: change.intent_id in self.daemon.intents)
        refusal = {"reject_code": "RATE_LIMIT", "text": "because of the test"}
        with self.daemon.lock:
            self.daemon.report(None, change.intent_id, "Rejected", "Rejected", **refusal)
        client.wait(change.refused, 5)
        self.daemon.deaf = False
        client.wait(client.cancel(change).done, 5)
        self.assertEqual(order.status, "Cancelled")

    def test_a_cancel_is_done_that_names_the_order_as_an_earlier_process_did(self):
        client = self.connected()
        self.daemon.deaf = True
        cancel = client.cancel("p1")
        wait_for(lambda: cancel.intent_id in self.daemon.intents)
        with self.daemon.lock:
            for exec_type, status in (("PendingCancel", "CancelPending"), ("Cancelled",) * 2):
                self.daemon.report(ORDER, cancel.intent_id, exec_type, status, orig_intent_id="r1")
        client.wait(cancel.done, 5)
        self.assertEqual(cancel.order.order_id, "5")


class NamesOfOrders(unittest.TestCase):
    def test_a_replace_that_was_only_to_be_checked_does_not_name_the_order(self):
        orders = Orders()
        orders.apply(report(1, "p1", "New"))
        orders.apply(report(2, "r1", "ReplaceRejected", orig_intent_id="p1"))
        self.assertEqual(orders.get("5").intent_id, "p1")
        self.assertEqual(orders.by_intent("r1").order_id, "5")

    def test_a_replace_that_was_taken_and_refused_names_the_order(self):
        orders = Orders()
        orders.apply(report(1, "p1", "New"))
        for seq, exec_type in ((2, "PendingReplace"), (3, "ReplaceRejected")):
            orders.apply(report(seq, "r1", exec_type, orig_intent_id="p1"))
        self.assertEqual(orders.get("5").intent_ids, ("p1", "r1"))

    def test_an_older_state_keeps_its_names_when_the_order_gets_another(self):
        orders = Orders()
        before = orders.apply(report(1, "p1", "New"))
        orders.apply(report(2, "r1", "Replaced", orig_intent_id="p1"))
        self.assertEqual((before.intent_ids, before.intent_id), (("p1",), "p1"))

    def test_a_report_of_an_order_that_was_replaced_often_looks_at_none_of_its_names(self):
        orders = Orders()
        orders.apply(report(1, "p1", "New"))
        looked = []

        class Name(str):
            def __eq__(self, other):
                looked.append(other)
                return str.__eq__(self, other)

            __hash__ = str.__hash__

        for at in range(50):
            replaced = report(at + 2, "r", "Replaced", orig_intent_id="p1")
            orders.apply(replace(replaced, intent_id=Name(f"r{at}")))
        looked.clear()
        orders.apply(report(200, "r49", "Trade", "PartiallyFilled"))
        self.assertLess(len(looked), 5)


if __name__ == "__main__":
    unittest.main()
