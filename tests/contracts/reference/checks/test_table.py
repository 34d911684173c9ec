"""The life-cycle table is the one that docs/reference/orders.md shows (R-CORE-4)."""

import unittest

from checks.page import table_after
from reference.table import TABLE


class TableCheck(unittest.TestCase):
    def test_every_cell_is_that_of_the_page(self):
        columns, rows = table_after("<!-- life cycle: begin -->", "orders.md")
        shown = {
            row[0]: {state: cell for state, cell in zip(columns[1:], row[1:]) if cell}
            for row in rows
        }
        self.assertEqual(TABLE, shown)


if __name__ == "__main__":
    unittest.main()
