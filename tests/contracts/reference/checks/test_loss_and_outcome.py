"""What MAX_LOSS lets pass of bets and binary contracts, by hand (risk.md, section 6)."""

import unittest

from checks.outcomes import list_market, list_pair, list_signed
from checks.world import World

CURRENCIES = ("GBP", "USD")
VENUE_LIMITS = {
    "max_open_orders": None,
    "order_rate": None,
    "tripwire": {"reports": 2, "tolerances": []},
}


class Case(unittest.TestCase):
    """A world in which more than the limit of a scope is lost, once `breaches` was called."""

    scope = "client"

    def setUp(self):
        self.world = World()
        wishes = {"cancel_on_disconnect": True, "cancel_grace_ms": 0}
        opened = {"session": 2, "client": "bob", **wishes}
        self.world.event("control", "SessionOpened", opened)

    def places(self, side, qty, symbol, price, of="alice"):
        """Returns why an order is refused, or None."""
        self.world.session = 1 if of == "alice" else 2
        code = self.world.place(side, qty, price, symbol=symbol)
        self.world.session = 1
        return code

    def rests(self, side, qty, symbol, price, of="alice"):
        """An order that was let in; returns its number."""
        self.assertIsNone(self.places(side, qty, symbol, price, of))
        order = max(self.world.core.state.orders)
        self.world.broker("OrderAccepted", order)
        return order

    def trades(self, side, qty, symbol, price, of="alice"):
        order = self.rests(side, qty, symbol, price, of)
        self.world.executed(order, round(float(qty) * 100), round(float(price) * 100))

    def marked(self, instrument, price):
        """A book of one price that does not grow old."""
        self.world.collar(instrument, None)
        self.world.book(instrument, price, price)

    def breaches(self, scope=None, check_funds=False):
        """From now on a loss of 1 is too much, and more is lost or cannot be told."""
        max_loss = [{"currency": each, "most": "1"} for each in CURRENCIES]
        if (scope or self.scope) == "venue":
            limits = {**VENUE_LIMITS, "check_funds": check_funds, "max_loss": max_loss}
            self.world.limits("venue", limits)
        else:
            limits = {"max_open_orders": None, "order_rate": None, "max_loss": max_loss}
            self.world.limits("client", limits, client="alice")

    def passes_at_most(self, side, most, more, symbol, price):
        """So much is let in, and not the next quantity, which is tried first: it leaves nothing."""
        self.assertEqual(self.places(side, more, symbol, price), "MAX_LOSS")
        self.assertIsNone(self.places(side, most, symbol, price))


class ClientsLimitCheck(Case):
    """One client in the account, so that both limits judge alike."""

    def backed(self):
        """A backed with 10 at 3 and marked at 5: 4 are lost; at worst 10, if B or C wins."""
        list_market(self.world)
        self.trades("Buy", "10", "A", "3")
        self.marked(1, 500)

    def laid(self):
        """A laid with 10 at 3 and marked at 2: 5 are lost; at worst 20, if A wins."""
        list_market(self.world)
        self.trades("Sell", "10", "A", "3")
        self.marked(1, 200)

    def bought(self):
        """100 YES bought at 0.6 and marked at 0.5: 10 are lost; at worst 60, if NO."""
        list_pair(self.world)
        self.trades("Buy", "100", "YES", "0.6")
        self.marked(1, 50)

    def test_a_lay_of_another_runner_trades_out(self):
        self.laid()
        self.breaches()
        self.passes_at_most("Sell", "10", "10.01", "B", "4")

    def test_a_back_of_another_runner_adds(self):
        self.laid()
        self.breaches()
        self.assertEqual(self.places("Buy", "0.01", "B", "3"), "MAX_LOSS")
        self.assertIsNone(self.places("Buy", "0.01", "A", "3"))

    def test_a_lay_against_backs_at_odds_that_lose(self):
        self.backed()
        self.breaches()
        self.assertEqual(self.places("Sell", "10", "A", "4.01"), "MAX_LOSS")
        self.assertIsNone(self.places("Sell", "10", "A", "4"))

    def test_a_lay_that_flips_the_stake_and_keeps_the_worst_outcome(self):
        self.backed()
        self.breaches()
        self.passes_at_most("Sell", "15", "15.01", "A", "3")

    def test_without_a_loss_nothing_is_asked(self):
        self.backed()
        self.marked(1, 300)
        self.breaches()
        self.assertIsNone(self.places("Sell", "10", "A", "9"))

    def test_a_loss_that_cannot_be_told(self):
        self.backed()
        self.world.book(1, None, None)
        self.breaches()
        self.passes_at_most("Sell", "15", "15.01", "A", "3")

    def test_the_other_token_of_a_pair(self):
        self.bought()
        self.breaches()
        self.assertEqual(self.places("Buy", "0.01", "YES", "0.01"), "MAX_LOSS")
        self.passes_at_most("Buy", "100", "100.01", "NO", "1")

    def test_a_sale_that_reduces_beside_one_of_the_other_token(self):
        self.bought()
        self.rests("Sell", "50", "NO", "0.9")
        self.breaches()
        self.assertEqual(self.places("Sell", "1", "YES", "0.5"), "MAX_LOSS")
        self.world.broker("OrderCancelled", 2)
        self.assertIsNone(self.places("Sell", "1", "YES", "0.5"))

    def test_a_signed_count_turns_as_far_as_the_worst_outcome_stays(self):
        list_signed(self.world)
        self.trades("Buy", "100", "YES", "0.6")
        self.marked(1, 50)
        self.breaches()
        self.passes_at_most("Sell", "125", "125.01", "YES", "0.2")

    def test_beside_a_live_order(self):
        self.backed()
        self.rests("Sell", "10", "A", "3")
        self.breaches()
        self.passes_at_most("Sell", "5", "5.01", "A", "3")

    def test_beside_one_of_another_runner(self):
        self.laid()
        self.rests("Buy", "5", "A", "3")
        self.breaches()
        self.passes_at_most("Sell", "25", "25.01", "B", "2")

    def test_a_live_order_that_alone_is_too_much_leaves_no_room(self):
        self.backed()
        self.rests("Sell", "10", "A", "4.01")
        self.breaches()
        self.assertEqual(self.places("Sell", "0.01", "A", "1.01"), "MAX_LOSS")

    def test_of_a_pending_replace_the_price_that_loses_more(self):
        self.backed()
        self.rests("Sell", "5", "A", "3")
        self.assertIsNone(self.world.replace("i2", "5", "5"))
        self.breaches()
        self.passes_at_most("Sell", "5", "5.01", "A", "3")

    def test_beside_an_order_without_a_price(self):
        self.laid()
        self.rests("Sell", "0.01", "C", None)
        self.breaches()
        self.assertEqual(self.places("Sell", "1", "B", "2"), "MAX_LOSS")
        self.world.broker("OrderCancelled", 2)
        self.assertIsNone(self.places("Sell", "1", "B", "2"))

    def test_also_when_its_runner_is_gone(self):
        self.laid()
        self.rests("Sell", "0.01", "C", None)
        self.breaches()
        removal = {"reduction_ppm": 0, "basis": "price"}
        self.world.event("broker_report", "RunnerRemoved", removal, 0, 3, key="removal")
        self.assertEqual(self.places("Sell", "1", "B", "2"), "MAX_LOSS")

    def test_a_market_order_by_the_price_with_which_it_is_counted(self):
        self.backed()
        self.breaches()
        self.passes_at_most("Sell", "7.5", "7.51", "A", None)

    def test_a_market_order_without_a_price(self):
        self.laid()
        self.breaches()
        self.assertEqual(self.places("Sell", "0.01", "B", None), "MAX_LOSS")
        self.marked(2, 200)
        self.assertIsNone(self.places("Sell", "0.01", "B", None))

    def test_a_replace_by_its_new_price(self):
        self.backed()
        self.rests("Sell", "10", "A", "3")
        self.breaches()
        self.assertEqual(self.world.replace("i2", "10", "4.01"), "MAX_LOSS")
        self.assertIsNone(self.world.replace("i2", "10", "4"))

    def test_a_replace_without_the_order_that_it_replaces(self):
        self.backed()
        self.rests("Sell", "10", "A", "3")
        self.breaches()
        self.assertEqual(self.world.replace("i2", "15.01", "3"), "MAX_LOSS")
        self.assertIsNone(self.world.replace("i2", "15", "3"))

    def test_a_replace_by_what_is_held_and_not_by_what_was_open(self):
        self.backed()
        self.rests("Sell", "20", "A", "3")
        self.breaches()
        self.assertEqual(self.world.replace("i2", "15.01", "3"), "MAX_LOSS")
        self.assertIsNone(self.world.replace("i2", "15", "3"))

    def test_a_replace_by_what_of_it_is_open(self):
        self.backed()
        self.rests("Sell", "10", "A", "3")
        self.world.executed(2, 500, 300)
        self.breaches()
        self.assertEqual(self.world.replace("i2", "12.51", "3"), "MAX_LOSS")
        self.assertIsNone(self.world.replace("i2", "12.5", "3"))

    def test_real_orders_are_none_of_a_dry_one(self):
        self.backed()
        self.rests("Sell", "15", "A", "3")
        self.breaches()
        self.assertEqual(self.places("Sell", "0.01", "A", "3"), "MAX_LOSS")
        self.world.event("control", "DryRunSet", {"client": "alice", "on": True}, instrument=1)
        self.passes_at_most("Sell", "15", "15.01", "A", "3")


class VenuesLimitCheck(ClientsLimitCheck):
    """The same by the account's book."""

    scope = "venue"


class FundsCheck(Case):
    def test_they_know_reducing_by_the_position(self):
        """What turns a signed count is to be covered, also where the worst outcome stays."""
        list_signed(self.world)
        self.trades("Buy", "100", "YES", "0.6")
        self.breaches("venue", check_funds=True)
        self.assertEqual(self.places("Sell", "125.01", "YES", "0.2"), "MAX_LOSS")
        self.assertEqual(self.places("Sell", "100.01", "YES", "0.2"), "FUNDS")
        self.assertIsNone(self.places("Sell", "100", "YES", "0.2"))


class TwoClientsCheck(Case):
    """Alice backed A with 10 at 3, and bob is in the market too: of whom which limit asks."""

    def setUp(self):
        super().setUp()
        list_market(self.world)
        self.trades("Buy", "10", "A", "3")

    def test_the_orders_of_others_are_the_accounts(self):
        self.rests("Sell", "10", "A", "3", of="bob")
        self.breaches("venue")
        self.passes_at_most("Sell", "5", "5.01", "A", "3")

    def test_they_are_not_the_clients(self):
        self.rests("Sell", "10", "A", "3", of="bob")
        self.breaches("client")
        self.passes_at_most("Sell", "15", "15.01", "A", "3")

    def test_so_is_one_without_a_price(self):
        self.rests("Sell", "0.01", "C", None, of="bob")
        self.breaches("client")
        self.assertIsNone(self.places("Sell", "1", "A", "2"))
        self.breaches("venue")
        self.assertEqual(self.places("Sell", "1", "A", "2"), "MAX_LOSS")

    def test_the_account_holds_what_others_hold(self):
        """Bob's lay makes it flat but for 1: what trades out for alice opens there."""
        self.trades("Sell", "9", "A", "3", of="bob")
        self.breaches("venue")
        self.passes_at_most("Sell", "1.5", "1.51", "A", "3")

    def test_the_client_does_not(self):
        self.trades("Sell", "9", "A", "3", of="bob")
        self.breaches("client")
        self.passes_at_most("Sell", "15", "15.01", "A", "3")

    def test_what_adds_for_the_client_may_trade_out_for_the_account(self):
        """Bob backed B with 10 at 3: C is worst for the account, and C as bad as B for alice."""
        self.trades("Buy", "10", "B", "3", of="bob")
        self.breaches("venue")
        self.passes_at_most("Sell", "15", "15.01", "B", "3")
        self.breaches("client")
        self.assertEqual(self.places("Sell", "0.01", "B", "3"), "MAX_LOSS")


if __name__ == "__main__":
    unittest.main()
