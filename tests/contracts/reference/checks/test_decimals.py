"""Decimal text and rounding behave as docs/reference/events.md and ledger.md say."""

import unittest
from fractions import Fraction

from reference.books import Amount, amount_of, rounded_div
from reference.decimals import NotFinite, canonical, half_even, half_up, quanta


class DecimalsCheck(unittest.TestCase):
    def test_canonical_has_no_trailing_zeros_and_no_minus_zero(self):
        for value, text in [
            (Fraction(0), "0"),
            (Fraction(-5, 10), "-0.5"),
            (Fraction(1200), "1200"),
            (Fraction(618003, 10), "61800.3"),
            (Fraction(1, 10**12), "0.000000000001"),
        ]:
            self.assertEqual(canonical(value), text)

    def test_canonical_refuses_what_has_no_finite_form(self):
        with self.assertRaises(NotFinite):
            canonical(Fraction(1, 3))

    def test_quanta_gives_none_off_the_grid(self):
        self.assertEqual(quanta("100.25", 2), 10025)
        self.assertIsNone(quanta("100.255", 2))

    def test_half_even_goes_to_the_even_neighbour_on_a_tie(self):
        self.assertEqual(half_even(Fraction(25, 10), 0), 2)
        self.assertEqual(half_even(Fraction(-35, 10), 0), -4)
        self.assertEqual(rounded_div(-5, 2), -2)

    def test_half_up_goes_up_on_a_tie(self):
        self.assertEqual([half_up(Fraction(n, 2)) for n in (-1, 1, 3)], [0, 1, 2])

    def test_amounts_take_the_finer_scale(self):
        self.assertEqual(amount_of("1.50"), Amount(15, 1))
        self.assertEqual(amount_of("1.5").plus(amount_of("-0.25")), Amount(125, 2))


if __name__ == "__main__":
    unittest.main()
