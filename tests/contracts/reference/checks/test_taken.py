"""A commission in the base of a spot instrument comes off what is held (ledger.md 4, 5 and 8)."""

import copy
import unittest

from checks.test_ledger import listed
from reference.books import HISTORY_MAX, Amount, Trade, amount_of
from reference.decimals import SAFE
from reference.ledger import EXTERNAL, Ledger
from reference.state import InvariantBroken, State

ALICE, BOB = 0, 1
HALF = "0.00005"
"""Half a quantum."""


def trade(qty, commission, price=10_000, currency="BTC"):
    """An execution of quanta of 0.0001."""
    return Trade(qty, price, currency, amount_of(commission))


class Case(unittest.TestCase):
    """BTC/USDT, price scale 2, quantity scale 4."""

    def setUp(self):
        self.list(listed("spot", 2, 4, None))

    def list(self, instrument):
        self.state, self.instrument = State(), instrument
        self.ledger = self.state.ledger = Ledger()
        self.state.instruments[0] = instrument

    def book(self, execution, owner=ALICE):
        return self.ledger.book(self.state, self.instrument, owner, execution)

    def void(self, execution, owner=ALICE):
        return self.ledger.reverse(self.state, self.instrument, owner, execution)

    def held(self, owner=ALICE):
        return self.ledger.owner(0, owner).positions[0]

    def account(self):
        return self.ledger.account(0).positions[0]

    def figures(self):
        """All that an execution changes, of the account and of alice."""
        books = (self.ledger.account(0), self.ledger.seen(0, ALICE))
        return copy.deepcopy([(book.cash, book.charges, book.positions) for book in books])

    def refused(self, post, *arguments):
        """The posting breaks a rule and changes nothing."""
        before, digest = self.figures(), self.state.digest.hex()
        with self.assertRaises(InvariantBroken):
            post(*arguments)
        self.assertEqual((self.figures(), self.state.digest.hex()), (before, digest))


class NetCheck(Case):
    """Each row: quantity and commission of executions, then what positions count of the last."""

    ROWS = [
        ([(10_000, "0.001")], 9_990),
        ([(10_000, HALF)], 9_999),
        ([(10_000, HALF), (10_000, HALF)], 10_000),
        ([(10_000, HALF), (10_000, HALF), (10_000, HALF)], 9_999),
        ([(10_000, "0.0000000001")], 9_999),
        # A sale sells what it is charged, too.
        ([(-10_000, "0.001")], -10_010),
        ([(-10_000, HALF)], -10_001),
        ([(-10_000, HALF), (-10_000, HALF)], -10_000),
        # A rebate is rounded down to a quantum.
        ([(10_000, "-0.001")], 10_010),
        ([(10_000, "-" + HALF)], 10_000),
        ([(10_000, "-" + HALF), (10_000, "-" + HALF)], 10_001),
        ([(10_000, "-0.00015")], 10_001),
        ([(-10_000, "-" + HALF), (-10_000, "-" + HALF)], -9_999),
        ([(10_000, HALF), (10_000, "-" + HALF)], 10_001),
        # More than it brought.
        ([(1, HALF)], 0),
        ([(1, "0.0002")], -1),
        ([(-1, "-0.0003")], 2),
        # Nothing.
        ([(10_000, HALF), (10_000, "0")], 10_000),
    ]

    def test_a_position_moves_by_what_is_left(self):
        for executions, net in self.ROWS:
            with self.subTest(executions):
                self.setUp()
                counted = [self.book(trade(*each)) for each in executions]
                self.assertEqual(counted[-1], net)
                self.assertEqual(self.held().qty, sum(counted))
                self.assertEqual(self.held().flow, -10_000 * sum(counted))
                self.assertEqual(self.held().history[-1], (net, 10_000))
                self.assertEqual(self.held().history, self.account().history)

    def test_cash_is_posted_whole(self):
        self.book(trade(10_000, HALF))
        self.assertEqual(self.ledger.owner(0, ALICE).posted("BTC"), Amount(99_995, 5))
        self.assertEqual(self.ledger.owner(0, ALICE).posted("USDT"), Amount(-100_000_000, 6))

    def test_a_loss_counts_the_commission_once(self):
        self.book(trade(10_000, "0.001"))
        charged = self.ledger.owner(0, ALICE).charges
        self.assertEqual(charged, {"USDT": Amount(-10_000, 5)})
        self.assertEqual(self.held().flow * 10**6 + self.held().cost, 0)

    def test_each_owner_has_its_own_sum(self):
        for owner in (ALICE, BOB, EXTERNAL):
            self.book(trade(10_000, HALF), owner)
        held = [self.held(owner).qty for owner in (ALICE, BOB, EXTERNAL)]
        self.assertEqual((held, self.account().qty), ([9_999] * 3, 29_997))
        self.assertEqual(self.ledger.account(0).posted("BTC"), Amount(299_985, 5))
        self.assertIsNone(self.account().taken)

    def test_the_scale_is_the_finest_that_was_charged(self):
        sums = []
        for commission in ("0.001", "0.0000005", "0.001"):
            self.book(trade(10_000, commission))
            sums.append(self.held().taken)
        self.assertEqual(sums, [Amount(1, 3), Amount(10_005, 7), Amount(20_005, 7)])
        self.assertEqual(self.held().qty, 30_000 - 21)
        self.void(trade(10_000, "0.0000005"))
        self.assertEqual(self.held().taken, Amount(20_000, 7))
        self.assertEqual(self.held().qty, 20_000 - 20)

    def test_another_currency_is_no_part_of_it(self):
        for currency in ("USDT", "BNB", "btc"):
            self.assertEqual(self.book(trade(10_000, "1", currency=currency)), 10_000)
        self.assertIsNone(self.held().taken)

    def test_it_is_of_spot_alone(self):
        contract = {"kind": "linear", "multiplier": "1", "settlement": "BTC"}
        self.list(listed("linear", 2, 4, contract))
        self.assertEqual(self.book(trade(10_000, "1000000000000")), 10_000)
        self.assertEqual(self.held().qty, 10_000)
        self.assertEqual(self.ledger.owner(0, ALICE).charges, {"BTC": Amount(-(10**12), 0)})


class VoidCheck(Case):
    """What is taken out is what the sum of commissions says now."""

    def test_the_last_one_is_taken_out_as_it_was_booked(self):
        for commission in (HALF, "-" + HALF, "0.00123", "-0.00123"):
            for qty in (10_000, -10_000, 1, -1):
                with self.subTest((qty, commission)):
                    self.setUp()
                    self.book(trade(5_000, HALF))
                    before = copy.deepcopy(self.held())
                    before.taken = before.taken.plus(Amount(0, len(commission.split(".")[1])))
                    self.book(trade(qty, commission, 12_000))
                    self.void(trade(qty, commission, 12_000))
                    self.assertEqual(self.held(), before)

    def test_a_quantum_more_is_booked_the_other_way_round(self):
        """The first one moved 9 999; the second is charged its rest, and stays."""
        self.book(trade(10_000, HALF, 10_000))
        self.book(trade(10_000, HALF, 12_000))
        self.assertEqual(self.void(trade(10_000, HALF, 10_000)), 10_000)
        self.assertEqual(
            list(self.held().history), [(9_999, 10_000), (10_000, 12_000), (-10_000, 10_000)]
        )
        self.assertEqual((self.held().qty, self.held().taken), (9_999, Amount(5, 5)))
        flow = -9_999 * 10_000 - 10_000 * 12_000 + 10_000 * 10_000
        self.assertEqual((self.held().flow, self.account().flow), (flow, flow))

    def test_a_quantum_less_is_too(self):
        """The second one moved 10 000; with the first gone it is charged a quantum by itself."""
        self.book(trade(10_000, HALF, 10_000))
        self.book(trade(10_000, HALF, 12_000))
        self.void(trade(10_000, HALF, 10_000))
        self.assertEqual(self.void(trade(10_000, HALF, 12_000)), 9_999)
        self.assertEqual(self.held().history[-1], (-9_999, 12_000))
        self.assertEqual((self.held().qty, self.held().taken), (0, Amount(0, 5)))
        # A quantum was bought by the one price and taken back by the other.
        self.assertEqual(self.held().flow, 10_000 - 12_000)
        self.assertEqual(self.ledger.owner(0, ALICE).posted("USDT").units, 0)

    def test_another_of_that_quantity_and_price_is_taken_out(self):
        self.book(trade(10_000, HALF))
        self.book(trade(10_000, HALF))
        self.book(trade(9_999, "0"))
        self.void(trade(10_000, HALF))
        self.assertEqual(list(self.held().history), [(9_999, 10_000), (9_999, 10_000)])

    def test_none_is_left_in_any_order(self):
        """At one price nothing is gained either, however the quanta fell."""
        trades = [trade(3, HALF), trade(10_000, "0.00123"), trade(-7, "-0.00008"), trade(1, HALF)]
        for turn in range(len(trades)):
            with self.subTest(turn):
                self.setUp()
                for each in trades:
                    self.book(each)
                for each in trades[turn:] + trades[:turn]:
                    self.void(each)
                    self.assertEqual(self.held().qty, self.account().qty)
                self.assertEqual((self.held().qty, self.held().flow, self.held().cost), (0, 0, 0))
                self.assertEqual(self.ledger.owner(0, ALICE).posted("BTC").units, 0)

    def test_the_sum_of_the_owner_counts(self):
        self.book(trade(10_000, HALF), ALICE)
        self.book(trade(10_000, HALF), BOB)
        self.assertEqual(self.void(trade(10_000, HALF), ALICE), 9_999)
        self.assertEqual((self.held(ALICE).qty, self.held(BOB).qty), (0, 9_999))
        self.assertEqual(list(self.account().history), [(9_999, 10_000)])


class NothingCheck(Case):
    """An execution of which nothing is left is one all the same."""

    def test_it_is_remembered_and_taken_out(self):
        self.assertEqual(self.book(trade(1, HALF)), 0)
        self.assertEqual(list(self.held().history), [(0, 10_000)])
        self.assertEqual((self.held().qty, self.held().flow, self.held().cost), (0, 0, 0))
        self.assertEqual(self.void(trade(1, HALF)), 0)
        self.assertEqual(list(self.held().history), [])
        self.assertEqual(self.held().taken, Amount(0, 5))

    def test_it_changes_no_cost(self):
        for qty in (10_000, -10_000):
            with self.subTest(qty):
                self.setUp()
                self.book(trade(qty, "0", 12_345))
                cost = self.held().cost
                self.book(trade(1, HALF))
                self.assertEqual((self.held().qty, self.held().cost), (qty, cost))

    def test_the_oldest_is_forgotten_for_it(self):
        self.book(trade(7, "0", 20_000))
        for _ in range(HISTORY_MAX):
            self.book(trade(1, "0.0001"))
        self.assertEqual(list(self.held().history), [(0, 10_000)] * HISTORY_MAX)
        self.assertEqual(self.held().before_qty, 7)

    def test_its_opposite_is_remembered_where_it_is_not_found(self):
        """As of one that is forgotten."""
        self.book(trade(1, "0.0001", 20_000))
        self.held().history.clear()
        self.void(trade(1, "0.0001", 20_000))
        self.assertEqual(list(self.held().history), [(0, 20_000)])


class BoundCheck(Case):
    """Net and positions stay within 2^53 - 1 quanta; what would not changes nothing."""

    def correct(self, was, now):
        self.ledger.check_correction(self.instrument, ALICE, was, now)
        self.void(was)
        return self.book(now)

    def test_a_charge_may_bring_it_within(self):
        for sign, fee in ((1, "0.0001"), (-1, "-0.0001")):
            with self.subTest(sign):
                self.setUp()
                self.book(trade(sign, "0"))
                self.refused(self.book, trade(sign * SAFE, "0"))
                self.assertEqual(self.book(trade(sign * SAFE, fee)), sign * (SAFE - 1))
                self.assertEqual(self.held().qty, sign * SAFE)

    def test_a_charge_may_bring_it_beyond(self):
        for sign, fee in ((1, "-0.0001"), (-1, "0.0001")):
            with self.subTest(sign):
                self.setUp()
                self.book(trade(sign, "0"))
                self.refused(self.book, trade(sign * (SAFE - 1), fee))
                self.assertEqual(self.book(trade(sign * (SAFE - 2), fee)), sign * (SAFE - 1))

    def test_a_net_beyond_is_refused_where_the_position_is_not(self):
        self.book(trade(-10, "0"))
        self.refused(self.book, trade(SAFE, "-0.0001"))
        self.refused(self.book, trade(1, "1000000000000"))
        self.assertEqual(self.book(trade(SAFE, "-" + HALF)), SAFE)

    def test_a_void_is_judged_by_what_it_takes_out(self):
        """The Buy moved 9, its void takes out 10."""
        self.book(trade(10, HALF, 10_000))
        self.book(trade(10, HALF, 12_000))
        for at in range(2):
            self.book(trade([-20, 10 - SAFE][at], "0", 13_000))
        self.assertEqual(self.held().qty, 9 - SAFE)
        self.refused(self.void, trade(10, HALF, 10_000))
        self.book(trade(1, "0"))
        self.void(trade(10, HALF, 10_000))
        self.assertEqual(self.held().qty, -SAFE)

    def test_what_is_taken_out_is_within_as_well(self):
        """The rebate of the first was not a quantum when it was booked, and is one now."""
        self.book(trade(-10, "0"))
        self.book(trade(SAFE, "-" + HALF))
        self.book(trade(-10, "-" + HALF))
        self.refused(self.void, trade(SAFE, "-" + HALF))

    def test_a_correction_is_judged_by_both_halves(self):
        was = trade(SAFE - 1, "0.0001")
        self.book(was)
        self.book(trade(1, "0"))
        self.refused(self.correct, was, trade(SAFE - 1, "-0.0001"))
        self.refused(self.correct, was, trade(SAFE, "-0.0001"))
        self.assertEqual(self.correct(was, trade(SAFE - 1, "0")), SAFE - 1)
        self.assertEqual(self.held().qty, SAFE)

    def test_a_correction_to_less_may_count_more(self):
        was = trade(SAFE, "0.0010")
        self.book(was)
        self.book(trade(10, "0"))
        self.refused(self.correct, was, trade(SAFE - 5, "0"))
        self.assertEqual(self.correct(was, trade(SAFE - 10, "0")), SAFE - 10)

    def test_a_correction_to_more_may_count_less(self):
        was = trade(SAFE - 10, "0")
        self.book(was)
        self.book(trade(10, "0"))
        self.assertEqual(self.correct(was, trade(SAFE, "0.0010")), SAFE - 10)

    def test_a_correction_counts_anew_without_what_it_was_charged(self):
        """Where the old charge stayed in the sum, the new one would take off nothing."""
        was = trade(SAFE, HALF)
        self.book(was)
        self.book(trade(1, "0"))
        self.assertEqual(self.correct(was, was), SAFE - 1)


class DigestCheck(Case):
    """The sum comes after the position of an owner: its scale, then it."""

    def expect(self, kind, owner, currencies, taken):
        """Mixes a posting by hand as section 8 has it."""
        digest = self.digest
        digest.text(kind)
        digest.int(0)
        digest.text(owner) if isinstance(owner, str) else digest.int(owner)
        for book, summed in [(self.ledger.account(0), None)] + taken:
            for currency in currencies:
                digest.text(currency)
                posted = book.cash.get(currency)
                digest.int(0 if posted is None else posted.scale)
                if posted is not None:
                    digest.wide(posted.units)
            digest.int(0)
            position = book.positions.get(0)
            if position is None:
                digest.int(0)
                continue
            digest.int(position.qty)
            digest.wide(position.cost // 10**6)
            digest.int(position.cost % 10**6)
            digest.wide(position.flow)
            if summed is not None:
                digest.int(summed[0])
                digest.wide(summed[1])
        self.assertEqual(self.state.digest.hex(), digest.hex())

    def post(self, post, *arguments):
        self.digest = copy.deepcopy(self.state.digest)
        post(*arguments)

    def of(self, owner, *taken):
        return [(self.ledger.owner(0, owner), taken or None)]

    def test_it_is_mixed_once_it_was_ever_added_to(self):
        currencies = ["BTC", "USDT"]
        self.post(self.book, trade(10_000, "0"))
        self.expect("book", ALICE, currencies, self.of(ALICE))
        self.post(self.book, trade(10_000, "1", currency="BNB"))
        self.expect("book", ALICE, [*currencies, "BNB"], self.of(ALICE))
        self.post(self.book, trade(10_000, HALF))
        self.expect("book", ALICE, currencies, self.of(ALICE, 5, 5))
        self.post(self.book, trade(10_000, "-1"))
        self.expect("book", ALICE, currencies, self.of(ALICE, 5, 5 - 10**5))
        self.post(self.void, trade(10_000, "-1"))
        self.expect("reverse", ALICE, currencies, self.of(ALICE, 5, 5))
        self.post(self.void, trade(10_000, HALF))
        self.expect("reverse", ALICE, currencies, self.of(ALICE, 5, 0))
        self.post(self.book, trade(10_000, "0"))
        self.expect("book", ALICE, currencies, self.of(ALICE, 5, 0))

    def test_so_is_that_of_external(self):
        self.post(self.book, trade(10_000, "1000000000.5"), EXTERNAL)
        summed = self.of(EXTERNAL, 1, 10_000_000_005)
        self.expect("book", "external", ["BTC", "USDT"], summed)

    def test_funding_mixes_that_of_every_owner(self):
        self.book(trade(10_000, "0.001"), ALICE)
        self.book(trade(10_000, "0"), BOB)
        self.book(trade(10_000, "0.02"), EXTERNAL)
        fund = (self.state, self.instrument, "USDT", amount_of("1"))
        self.post(self.ledger.fund, *fund)
        owners = self.of(ALICE, 3, 1) + self.of(BOB) + self.of(EXTERNAL, 2, 2)
        self.expect("funding", "all", ["USDT"], owners)


if __name__ == "__main__":
    unittest.main()
