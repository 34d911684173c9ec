"""Under which key the venue knows an order, by hand (orders.md, sections 5 and 6)."""

import unittest

from checks.world import CAPABILITIES, World

OLD, NEW = "tl00-1-1", "tl00-1-2"
NOT_OF_IT = (None, "", "theirs-1-1", "tl00-2-1", "tl00-11-1", "tl00-1", "tl01-1-1")
"""What tells no key of order 1."""


class Case(unittest.TestCase):
    """Order 1, a Buy of 10 at 100, and a native replace to 20 that has left under key 2."""

    def setUp(self):
        self.world = World()
        capabilities = {**CAPABILITIES, "absence_proof_ms": 0}
        declared = {**self.world.venue(), "capabilities": capabilities}
        self.world.event("control", "VenueDeclared", declared, venue=0)
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)
        self.world.replace("i1", "20", "100")

    @property
    def order(self):
        return self.world.core.state.orders[1]

    def executed(self, qty, **fields):
        return self.world.executed(1, qty, 10_000, **fields)

    def fails(self, kind, outcome="unknown"):
        request = self.order.requests[kind].number
        failure = {"request": request, "outcome": outcome, "text": ""}
        return self.world.broker("RequestFailed", 1, **failure)

    def said(self, caused):
        self.assertEqual(caused["alarms"], [])
        return [(each["exec_type"], each["ord_status"]) for each in caused["reports"]]

    def is_known_under(self, key):
        """What is sent from now on is sent under that key."""
        (sent,) = self.world.event(*self.cancel())["commands"]
        self.assertEqual((sent["kind"], sent["cl_ord_id"]), ("Cancel", key))

    def cancel(self):
        intent = {"action": "Cancel", "intent_id": "c", "sent_us": 1_700_000_000_000_000}
        intent = {**intent, "tag": None, "orig_intent_id": "i1"}
        payload = {"session": 1, "recv_us": intent["sent_us"], "intent": intent}
        return "intent", "IntentReceived", payload


class FillCheck(Case):
    """A fill of more than is open ends the replace."""

    def is_replaced(self, caused):
        said = self.said(caused)
        self.assertEqual(said, [("Replaced", "Accepted"), ("Trade", "PartiallyFilled")])
        self.assertEqual(self.order.order_qty, 20_000)

    def test_it_tells_the_key(self):
        for key in (OLD, NEW, "tl00-1-7"):
            with self.subTest(key):
                self.setUp()
                self.is_replaced(self.executed(12_000, cl_ord_id=key))
                self.is_known_under(key)

    def test_without_a_key_of_the_order_it_is_the_new_one(self):
        for key in NOT_OF_IT:
            with self.subTest(key):
                self.setUp()
                self.is_replaced(self.executed(12_000, cl_ord_id=key))
                self.is_known_under(NEW)

    def test_of_a_replace_in_doubt_too(self):
        self.fails("Replace")
        self.is_replaced(self.executed(12_000, cl_ord_id=OLD))
        self.is_known_under(OLD)

    def test_a_fill_of_what_is_open_tells_nothing(self):
        caused = self.executed(10_000, cl_ord_id="tl00-1-7")
        self.assertEqual(self.said(caused), [("Trade", "ReplacePending")])
        self.assertEqual(self.order.cl_ord_id, OLD)

    def test_a_replace_that_is_to_be_tried_again_was_not_made(self):
        self.fails("Replace", "notSent")
        self.executed(12_000, cl_ord_id="tl00-1-7")
        self.assertEqual((self.order.cl_ord_id, self.order.order_qty), (OLD, 10_000))


class CorrectionCheck(Case):
    def corrected(self, qty, **fields):
        """The execution `e` stands with that quantity."""
        fill = {"last_qty": qty, "last_px": 10_000, "liquidity": "Maker"}
        fee = {"commission": "0", "commission_currency": "USDT"}
        names = {"exec_id": "c1", "exec_ref_id": "e", **fields}
        return self.world.broker("ExecutionCorrected", 1, **fill, **fee, **names)

    def test_it_proves_the_increase_and_tells_no_key(self):
        for key in (OLD, "tl00-1-7", *NOT_OF_IT):
            with self.subTest(key):
                self.setUp()
                self.executed(8000, exec_id="e", cl_ord_id=OLD)
                caused = self.corrected(12_000, cl_ord_id=key)
                replaced = ("Replaced", "PartiallyFilled")
                self.assertEqual(self.said(caused), [replaced, ("TradeCorrect", replaced[1])])
                self.assertEqual((self.order.order_qty, self.order.cum_qty), (20_000, 12_000))
                self.is_known_under(NEW)

    def test_what_was_open_proves_nothing(self):
        self.executed(8000, exec_id="e")
        caused = self.corrected(10_000, cl_ord_id="tl00-1-7")
        self.assertEqual(self.said(caused), [("TradeCorrect", "ReplacePending")])
        self.assertEqual(self.order.cl_ord_id, OLD)


class FoundCheck(Case):
    """A venue that keeps the first key; that the replace was made was told without a key."""

    def setUp(self):
        super().setUp()
        self.executed(12_000)
        self.assertEqual(self.order.cl_ord_id, NEW)

    def asks(self):
        """A refused cancel asks the venue; returns the number of the look-up."""
        self.world.event(*self.cancel())
        refused = {"reject_code": "VENUE_NOT_FOUND", "text": ""}
        (sent,) = self.world.broker("CancelRejected", 1, **refused)["commands"]
        self.assertEqual(sent["kind"], "Lookup")
        return sent["request"]

    def found(self, request, key, **differs):
        terms = {"status": "open", "order_qty": 20_000, "cum_qty": 12_000, "price": 10_000}
        answer = {"request": request, "cl_ord_id": key, **terms, **differs}
        return self.world.broker("OrderFound", 1, **answer)

    def test_what_is_found_tells_the_key(self):
        self.assertEqual(self.said(self.found(self.asks(), OLD)), [])
        self.assertEqual(self.order.cl_ord_id, OLD)

    def test_a_key_that_is_not_of_the_order_changes_nothing(self):
        for key in NOT_OF_IT:
            with self.subTest(key):
                self.setUp()
                self.assertEqual(self.said(self.found(self.asks(), key)), [])
                self.assertEqual(self.order.cl_ord_id, NEW)

    def test_what_answers_no_open_look_up_changes_nothing(self):
        self.assertEqual(self.said(self.found(99, OLD)), [])
        self.assertEqual(self.order.cl_ord_id, NEW)
        request = self.asks()
        self.found(request + 1, OLD)
        self.assertEqual(self.order.cl_ord_id, NEW)
        self.found(request, OLD)
        self.assertEqual(self.order.cl_ord_id, OLD)

    def test_what_contradicts_our_executions_tells_it_too(self):
        for cum_qty, alarms in ((13_000, ["FILLS_MISSING"]), (11_000, [])):
            with self.subTest(cum_qty):
                self.setUp()
                caused = self.found(self.asks(), OLD, cum_qty=cum_qty)
                self.assertEqual(caused["alarms"], alarms)
                self.assertEqual(self.order.cl_ord_id, OLD)

    def test_other_terms_are_told_with_the_key(self):
        caused = self.found(self.asks(), OLD, order_qty=19_000)
        self.assertEqual(self.said(caused), [("Restated", "PartiallyFilled")])
        self.assertEqual((self.order.cl_ord_id, self.order.order_qty), (OLD, 19_000))

    def test_beside_a_replace_that_is_under_way(self):
        request = self.asks()
        self.world.replace("i2", "25", "100")
        self.assertEqual(self.said(self.found(request, OLD)), [])
        self.assertEqual(self.order.cl_ord_id, OLD)

    def test_beside_one_that_is_to_be_tried_again(self):
        request = self.asks()
        self.world.replace("i2", "25", "100")
        self.fails("Replace", "notSent")
        self.assertEqual(self.said(self.found(request, OLD)), [])
        self.assertEqual(self.order.cl_ord_id, OLD)

    def test_an_order_that_ended_learns_nothing(self):
        request = self.asks()
        self.world.broker("OrderCancelled", 1)
        self.found(request, OLD, status="cancelled")
        self.assertEqual(self.order.cl_ord_id, NEW)

    def test_a_cancel_that_follows_goes_under_it(self):
        self.world.event(*self.cancel())
        (sent,) = self.fails("Cancel")["commands"]
        (again,) = self.found(sent["request"], OLD)["commands"]
        self.assertEqual((again["kind"], again["cl_ord_id"]), ("Cancel", OLD))

    def test_a_replace_that_was_proved_absent(self):
        self.world.replace("i2", "25", "100")
        (sent,) = self.fails("Replace")["commands"]
        caused = self.found(sent["request"], OLD)
        self.assertEqual(self.said(caused), [("ReplaceRejected", "PartiallyFilled")])
        self.assertEqual(self.order.cl_ord_id, OLD)

    def test_a_replace_that_was_found(self):
        for key, known in ((OLD, OLD), (None, "tl00-1-3"), ("tl00-2-1", "tl00-1-3")):
            with self.subTest(key):
                self.setUp()
                self.world.replace("i2", "25", "100")
                (sent,) = self.fails("Replace")["commands"]
                caused = self.found(sent["request"], key, order_qty=25_000)
                self.assertEqual(self.said(caused), [("Replaced", "PartiallyFilled")])
                self.assertEqual(self.order.cl_ord_id, known)


class EndCheck(Case):
    """An open answer whose first steps end the order; what follows them is not done."""

    def test_a_replace_that_was_proved_absent_leaves_nothing_open(self):
        (sent,) = self.fails("Replace")["commands"]
        self.executed(10_000)
        terms = {"status": "open", "order_qty": 15_000, "cum_qty": 10_000, "price": 9000}
        answer = {"request": sent["request"], "cl_ord_id": OLD, **terms}
        caused = self.world.broker("OrderFound", 1, **answer)
        self.assertEqual(self.said(caused), [("ReplaceRejected", "Filled")])
        self.assertEqual((self.order.order_qty, self.order.price), (10_000, 10_000))
        self.assertEqual(caused["commands"], [])


if __name__ == "__main__":
    unittest.main()
