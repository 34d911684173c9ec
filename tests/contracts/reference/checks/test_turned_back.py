"""What a guard of the trading state refuses when it would leave, by hand (orders.md, section 8)."""

import unittest

from checks.outcomes import list_market, list_pair
from checks.world import CAPABILITIES, World

SECOND = 1_000_000


class Case(unittest.TestCase):
    """A world, and the words with which both checks below tell what happens in it."""

    code = "TRADING_HALTED"

    def setUp(self):
        self.world = World()

    def declare(self, **differs):
        self.world.event("control", "VenueDeclared", {**self.world.venue(), **differs}, venue=0)

    def trading(self, value, venue=None):
        payload = {"state": value, "reason": ""}
        self.world.event("control", "TradingStateSet", payload, venue=venue)

    def up(self):
        return self.world.event("control", "VenueStatusChanged", {"status": "up"}, venue=0)

    def not_sent(self, request):
        failure = {"request": request, "outcome": "notSent", "text": ""}
        self.world.broker("RequestFailed", 1, **failure)

    def later(self):
        self.world.seq_id += SECOND
        return self.world.event("timer", "DeadlineReached", {"due_us": 0})

    def said(self, caused):
        reports = caused["reports"]
        return [(r["exec_type"], r["ord_status"], r.get("reject_code")) for r in reports]

    def is_turned_back(self, caused, exec_type, ord_status):
        self.assertEqual(self.said(caused), [(exec_type, ord_status, self.code)])
        self.assertEqual(caused["commands"], [])

    def goes(self, caused, kind="Cancel"):
        self.assertEqual(self.said(caused), [])
        self.assertEqual([each["kind"] for each in caused["commands"]], [kind])

    def placed(self):
        """Returns when the first request left, which emptied the bucket."""
        return self.world.core.state.orders[1].requests["Submit"].left

    def no_token_is_taken(self):
        bucket = self.world.core.state.venues[0].bucket
        self.assertEqual(bucket.held, (bucket.asked - self.placed()) * bucket.gain)

    def cancel_and_new(self, pacing=None, **differs):
        """An order that rests, and a replace of it whose cancel was issued."""
        capabilities = {**CAPABILITIES, "replace": "cancel_new", **differs}
        self.declare(capabilities=capabilities, pacing=pacing)
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)
        self.world.replace("i1", "12", "100")

    def rests(self, order, side, qty, reduce_only=False):
        """An order at the venue, nothing of it filled."""
        self.assertIsNone(self.world.place(side, qty, "110", reduce_only))
        self.world.broker("OrderAccepted", order)

    def waits(self, order, side, qty, reduce_only=False, price="110", symbol="BTC/USDT"):
        """An order that was let in, and whose Submit is to be tried again."""
        self.assertIsNone(self.world.place(side, qty, price, reduce_only, symbol))
        self.fails(order, "Submit")

    def fails(self, order, kind):
        """The request that left did not reach the venue."""
        request = self.world.core.state.orders[order].requests[kind]
        self.assertIsNotNone(request.left)
        failure = {"request": request.number, "outcome": "notSent", "text": ""}
        self.world.broker("RequestFailed", order, **failure)


class HaltedCheck(Case):
    def test_a_second_attempt(self):
        self.world.place("Buy", "10", "100")
        self.not_sent(1)
        self.trading("Halted")
        self.is_turned_back(self.later(), "Rejected", "Rejected")

    def test_a_replace(self):
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)
        self.world.replace("i1", "12", "100")
        self.not_sent(2)
        self.trading("Halted", venue=0)
        self.is_turned_back(self.later(), "ReplaceRejected", "Accepted")

    def test_the_second_half_of_a_cancel_and_new(self):
        self.declare(capabilities={**CAPABILITIES, "replace": "cancel_new"})
        self.world.place("Buy", "10", "100")
        self.world.broker("OrderAccepted", 1)
        self.world.replace("i1", "12", "100")
        self.trading("Halted")
        caused = self.world.broker("OrderCancelled", 1)
        self.is_turned_back(caused, "ReplaceRejected", "Cancelled")

    def test_it_neither_needs_nor_takes_tokens(self):
        self.declare(pacing={"per_second": 1, "burst": 1})
        self.world.place("Buy", "10", "100")
        self.world.place("Buy", "10", "100")
        self.trading("Halted")
        self.is_turned_back(self.up(), "Rejected", "Rejected")
        self.no_token_is_taken()

    def test_what_cannot_leave_waits_and_may_leave_when_the_halt_is_over(self):
        self.world.place("Buy", "10", "100")
        self.not_sent(1)
        self.world.event("control", "VenueStatusChanged", {"status": "reconciling"}, venue=0)
        self.trading("Halted")
        self.assertEqual(self.said(self.later()), [])
        self.trading("Active")
        self.assertEqual([each["kind"] for each in self.up()["commands"]], ["Submit"])

    def test_a_cancel_that_only_serves_a_replace_and_waits_for_pacing(self):
        self.cancel_and_new(pacing={"per_second": 1, "burst": 1})
        self.trading("Halted")
        self.is_turned_back(self.up(), "ReplaceRejected", "Accepted")
        order = self.world.core.state.orders[1]
        self.assertEqual((order.order_qty, order.replace, order.requests), (10_000, None, {}))

    def test_its_second_attempt(self):
        self.cancel_and_new()
        self.not_sent(2)
        self.trading("Halted", venue=0)
        self.is_turned_back(self.later(), "ReplaceRejected", "Accepted")
        self.assertEqual(self.said(self.later()), [])

    def test_it_goes_when_it_is_in_doubt(self):
        self.cancel_and_new(lookup_by_client_order_id=False)
        self.world.broker("RequestFailed", 1, request=2, outcome="unknown", text="")
        self.trading("Halted")
        self.goes(self.later())

    def test_it_goes_when_the_client_wants_it_too(self):
        self.cancel_and_new(pacing={"per_second": 1, "burst": 1})
        self.world.intent("Cancel", orig_intent_id="i1")
        self.trading("Halted")
        self.goes(self.later())


class ReducingCheck(Case):
    code = "REDUCE_ONLY"

    def hold(self, qty=6):
        """Order 1 buys what the client holds."""
        self.world.place("Buy", str(qty), "100")
        self.world.broker("OrderAccepted", 1)
        self.world.executed(1, qty * 1000, 10_000)

    def test_a_submit_that_would_add(self):
        self.waits(1, "Buy", "10")
        self.trading("Reducing")
        self.is_turned_back(self.later(), "Rejected", "Rejected")

    def test_a_submit_that_reduces_leaves(self):
        self.hold()
        self.waits(2, "Sell", "6")
        self.trading("Reducing", venue=0)
        self.goes(self.later(), "Submit")

    def test_a_submit_that_would_flip(self):
        self.hold()
        self.waits(2, "Sell", "6.001")
        self.world.intent("SetRiskFlag", flag="trading_state", value="Reducing")
        self.is_turned_back(self.later(), "Rejected", "Rejected")

    def test_what_adds_leaves_while_active(self):
        self.waits(1, "Buy", "10")
        self.goes(self.later(), "Submit")

    def test_a_halt_is_asked_first(self):
        self.waits(1, "Buy", "10")
        self.trading("Reducing")
        self.trading("Halted", venue=0)
        self.code = "TRADING_HALTED"
        self.is_turned_back(self.later(), "Rejected", "Rejected")

    def test_it_neither_needs_nor_takes_tokens(self):
        self.declare(pacing={"per_second": 1, "burst": 1})
        self.world.place("Buy", "10", "100")
        self.world.place("Buy", "10", "100")
        self.trading("Reducing")
        self.is_turned_back(self.up(), "Rejected", "Rejected")
        self.no_token_is_taken()

    def test_what_cannot_leave_is_not_asked(self):
        self.waits(1, "Buy", "10")
        self.world.event("control", "VenueStatusChanged", {"status": "reconciling"}, venue=0)
        self.trading("Reducing")
        self.assertEqual(self.said(self.later()), [])
        self.trading("Active")
        self.goes(self.up(), "Submit")

    def test_no_other_guard_is_asked_again(self):
        self.waits(1, "Buy", "10")
        none = dict.fromkeys(("max_order_notional", "max_position", "max_open_orders"))
        self.world.limits("clientInstrument", {**none, "max_order_qty": 1}, client="alice")
        self.goes(self.later(), "Submit")

    def test_reduce_only_whose_position_shrank(self):
        self.hold()
        self.waits(2, "Sell", "6", reduce_only=True)
        self.rests(3, "Sell", "2")
        self.world.executed(3, 2000, 11_000)
        self.is_turned_back(self.later(), "Rejected", "Rejected")

    def test_reduce_only_beside_an_order_that_came_later(self):
        self.hold()
        self.waits(2, "Sell", "6", reduce_only=True)
        self.rests(3, "Sell", "2")
        self.is_turned_back(self.later(), "Rejected", "Rejected")

    def test_reduce_only_leaves_when_that_order_is_gone(self):
        self.hold()
        self.waits(2, "Sell", "6", reduce_only=True)
        self.rests(3, "Sell", "2")
        self.world.broker("OrderCancelled", 3)
        self.goes(self.later(), "Submit")

    def test_the_first_that_is_turned_back_makes_room_for_the_second(self):
        self.hold()
        self.waits(2, "Sell", "6")
        self.waits(3, "Sell", "6")
        self.trading("Reducing")
        caused = self.later()
        self.assertEqual(self.said(caused), [("Rejected", "Rejected", "REDUCE_ONLY")])
        (sent,) = caused["commands"]
        gone = caused["reports"][0]["order"]["order_id"]
        self.assertEqual((sent["kind"], {sent["order"], gone}), ("Submit", {2, 3}))

    def test_the_position_is_that_after_what_the_event_did(self):
        self.declare(breaker={"failures": 1, "cool_ms": 60_000})
        self.hold()
        (bought,) = self.world.core.state.orders[1].fills
        self.waits(2, "Sell", "6", reduce_only=True)
        self.assertEqual(self.said(self.later()), [])
        voided = {"exec_id": "v1", "exec_ref_id": bought}
        caused = self.world.broker("ExecutionVoided", 1, **voided)
        refused = ("Rejected", "Rejected", "REDUCE_ONLY")
        self.assertEqual(self.said(caused), [("TradeCancel", "Filled", None), refused])
        self.assertEqual(caused["commands"], [])

    def test_what_is_open_is_that_after_what_the_event_did(self):
        self.declare(breaker={"failures": 1, "cool_ms": 60_000})
        self.hold()
        self.rests(2, "Sell", "2")
        self.waits(3, "Sell", "4", reduce_only=True)
        self.assertEqual(self.said(self.later()), [])
        restated = {"order_qty": 3000, "price": 11_000}
        caused = self.world.broker("OrderReplaced", 2, **restated)
        refused = ("Rejected", "Rejected", "REDUCE_ONLY")
        self.assertEqual(self.said(caused), [("Restated", "Accepted", None), refused])

    def test_a_replace_that_would_add(self):
        self.rests(1, "Buy", "10")
        self.world.replace("i1", "12", "110")
        self.fails(1, "Replace")
        self.trading("Reducing")
        self.is_turned_back(self.later(), "ReplaceRejected", "Accepted")

    def test_a_replace_is_judged_by_all_that_would_be_open(self):
        self.rests(1, "Buy", "10")
        self.world.replace("i1", "5", "110")
        self.fails(1, "Replace")
        self.trading("Reducing")
        self.is_turned_back(self.later(), "ReplaceRejected", "Accepted")
        self.assertEqual(self.world.core.state.orders[1].order_qty, 10_000)

    def test_a_replace_that_reduces_leaves(self):
        self.hold()
        self.rests(2, "Sell", "3")
        self.world.replace("i2", "6", "110")
        self.fails(2, "Replace")
        self.trading("Reducing")
        self.goes(self.later(), "Replace")

    def test_of_a_replace_what_is_left_counts(self):
        self.hold()
        self.rests(2, "Sell", "6", reduce_only=True)
        self.world.replace("i2", "6", "109")
        self.fails(2, "Replace")
        self.world.executed(2, 2000, 11_000)
        self.goes(self.later(), "Replace")

    def test_a_replace_of_reduce_only_whose_room_is_gone(self):
        self.hold()
        self.rests(2, "Sell", "3", reduce_only=True)
        self.world.replace("i2", "6", "110")
        self.fails(2, "Replace")
        self.rests(3, "Sell", "2")
        self.is_turned_back(self.later(), "ReplaceRejected", "Accepted")

    def reduces_by_cancel_and_new(self):
        """Order 2 reduces by 6 and is replaced by cancel and new, at another price."""
        self.declare(capabilities={**CAPABILITIES, "replace": "cancel_new"})
        self.hold()
        self.rests(2, "Sell", "6", reduce_only=True)
        self.world.replace("i2", "6", "109")

    def test_the_second_half_of_a_cancel_and_new(self):
        self.reduces_by_cancel_and_new()
        self.rests(3, "Sell", "2")
        caused = self.world.broker("OrderCancelled", 2)
        self.is_turned_back(caused, "ReplaceRejected", "Cancelled")

    def test_the_second_half_that_reduces_leaves(self):
        self.reduces_by_cancel_and_new()
        self.world.executed(2, 2000, 11_000)
        self.trading("Reducing")
        caused = self.world.broker("OrderCancelled", 2)
        self.goes(caused, "Submit")
        self.assertEqual(caused["commands"][0]["order_qty"], 4000)

    def test_the_second_half_is_judged_by_what_it_is_sent_with(self):
        self.reduces_by_cancel_and_new()
        old = self.world.core.state.orders[2].cl_ord_id
        self.world.broker("OrderCancelled", 2)
        self.fails(2, "Submit")
        self.world.executed(2, 2000, 11_000, cl_ord_id=old)
        self.is_turned_back(self.later(), "ReplaceRejected", "Cancelled")

    def test_the_second_half_leaves_at_its_second_attempt(self):
        self.reduces_by_cancel_and_new()
        self.world.broker("OrderCancelled", 2)
        self.fails(2, "Submit")
        self.trading("Reducing")
        self.goes(self.later(), "Submit")

    def test_the_first_half_of_a_cancel_and_new(self):
        self.cancel_and_new()
        self.fails(1, "Cancel")
        self.trading("Reducing")
        self.is_turned_back(self.later(), "ReplaceRejected", "Accepted")
        order = self.world.core.state.orders[1]
        self.assertEqual((order.order_qty, order.replace, order.requests), (10_000, None, {}))

    def test_the_first_half_of_reduce_only_whose_room_is_gone(self):
        self.reduces_by_cancel_and_new()
        self.fails(2, "Cancel")
        self.rests(3, "Sell", "2")
        self.is_turned_back(self.later(), "ReplaceRejected", "Accepted")

    def test_the_first_half_that_reduces_leaves(self):
        self.reduces_by_cancel_and_new()
        self.fails(2, "Cancel")
        self.trading("Reducing")
        self.goes(self.later())

    def test_a_first_half_that_the_client_wants_too_leaves(self):
        self.cancel_and_new(pacing={"per_second": 1, "burst": 1})
        self.world.intent("Cancel", orig_intent_id="i1")
        self.trading("Reducing")
        self.goes(self.later())


class WorstOutcomeCheck(Case):
    """Where the client's worst outcome counts, and not the position."""

    code = "REDUCE_ONLY"

    def holds(self, symbol, qty, price):
        """Order 1 bought what the client holds."""
        self.assertIsNone(self.world.place("Buy", qty, price, symbol=symbol))
        self.world.broker("OrderAccepted", 1)
        self.world.executed(1, int(qty) * 100, round(float(price) * 100))

    def a_market(self):
        """Backed A with 10 at 3: 20 are won if A wins, 10 are lost if B or C does."""
        list_market(self.world)
        self.holds("A", "10", "3")

    def a_condition(self):
        """Bought 100 YES at 0.6: 40 are won if YES, 60 are lost if NO."""
        list_pair(self.world)
        self.holds("YES", "100", "0.6")

    def reducing(self):
        self.trading("Reducing")
        return self.later()

    def test_a_lay_that_only_improves_leaves_though_it_flips_the_stake(self):
        self.a_market()
        self.waits(2, "Sell", "15", price="2", symbol="A")
        self.goes(self.reducing(), "Submit")

    def test_a_lay_that_loses_more(self):
        self.a_market()
        self.waits(2, "Sell", "16", price="3", symbol="A")
        self.is_turned_back(self.reducing(), "Rejected", "Rejected")

    def test_it_counts_once(self):
        self.a_market()
        self.waits(2, "Sell", "15", price="3", symbol="A")
        self.goes(self.reducing(), "Submit")

    def test_a_back_of_another_runner(self):
        self.a_market()
        self.waits(2, "Buy", "1", price="2", symbol="B")
        self.is_turned_back(self.reducing(), "Rejected", "Rejected")

    def test_beside_an_order_that_loses(self):
        self.a_market()
        self.waits(2, "Sell", "15", reduce_only=True, price="3", symbol="A")
        self.assertIsNone(self.world.place("Sell", "1", "2", symbol="A"))
        self.is_turned_back(self.later(), "Rejected", "Rejected")

    def test_a_market_order_without_a_price(self):
        self.a_market()
        self.waits(2, "Sell", "1", price=None, symbol="A")
        self.is_turned_back(self.reducing(), "Rejected", "Rejected")

    def lays_at_the_market(self, qty, at, then, ppm=None):
        """A Market lay of A that waits, and whose book moves meanwhile; the collar goes."""
        self.a_market()
        self.world.collar(1, ppm)
        self.world.book(1, at, None)
        self.waits(2, "Sell", qty, price=None, symbol="A")
        self.world.collar(1, None)
        self.world.book(1, then, None)

    def test_a_market_order_has_the_reference_with_which_it_was_let_in(self):
        self.lays_at_the_market("15", 300, 400)
        self.goes(self.reducing(), "Submit")

    def test_a_book_that_got_better_does_not_help_it(self):
        self.lays_at_the_market("15", 400, 300)
        self.is_turned_back(self.reducing(), "Rejected", "Rejected")

    def test_its_reference_is_the_bound_if_it_was_let_in_in_a_collar(self):
        """In 10 % of 3 at 3.3: of the 30 that it may lose 13 laid lose 29.9, and 14 lose 32.2."""
        self.lays_at_the_market("13", 300, 300, 100_000)
        self.goes(self.reducing(), "Submit")
        self.setUp()
        self.lays_at_the_market("14", 300, 300, 100_000)
        self.is_turned_back(self.reducing(), "Rejected", "Rejected")

    def replaces_the_lay(self, price):
        """A lay of A that is replaced, and whose Replace is to be tried again."""
        self.a_market()
        self.assertIsNone(self.world.place("Sell", "10", "3", symbol="A"))
        self.world.broker("OrderAccepted", 2)
        self.world.replace("i2", "10", price)
        self.fails(2, "Replace")

    def test_a_replace_by_its_new_price(self):
        self.replaces_the_lay("4.01")
        self.is_turned_back(self.reducing(), "ReplaceRejected", "Accepted")

    def test_a_replace_that_only_improves_leaves(self):
        self.replaces_the_lay("4")
        self.goes(self.reducing(), "Replace")

    def test_the_complement_is_no_new_exposure(self):
        self.a_condition()
        self.waits(2, "Buy", "100", price="0.9", symbol="NO")
        self.goes(self.reducing(), "Submit")

    def test_too_much_of_the_complement(self):
        self.a_condition()
        self.waits(2, "Buy", "112", price="0.9", symbol="NO")
        self.is_turned_back(self.reducing(), "Rejected", "Rejected")


if __name__ == "__main__":
    unittest.main()
