"""The README names every method, argument and setting as the code has it (R-WIRE-8)."""

import inspect
import itertools
import os
import re
import unittest
from dataclasses import fields

from tapeline import AsyncClient, Client, OrderHandle, Orders, Settings
from tapeline.intent import _FIELDS
from tapeline.protocol import Clock

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def table(first):
    """The rows of the table whose first column has this heading, cell by cell."""
    with open(os.path.join(PACKAGE, "README.md"), encoding="utf-8") as file:
        below = itertools.dropwhile(lambda line: not line.startswith(f"| {first} "), file)
        _, _, *rows = itertools.takewhile(lambda line: line.startswith("|"), below)
    # A bar that belongs to a cell has a backslash before it.
    cells = [re.split(r"(?<!\\)\|", row)[1:-1] for row in rows]
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in cells]


def arguments(function):
    """What a caller may give, with defaults: ``(order_id=None, *, intent_id=None)``."""
    parameters = inspect.signature(function).parameters.values()
    given = [p.replace(annotation=p.empty) for p in parameters if p.name != "self"]
    return str(inspect.Signature(given))


def members(name, kind):
    """Public members in the order of the code, each as it is written and what it gives."""
    for member, value in vars(kind).items():
        if member.startswith("_"):
            continue
        if isinstance(value, property):
            yield [f"`{name}.{member}`", f"`{value.fget.__annotations__['return']}`"]
            continue
        owner = kind.__name__ if isinstance(value, classmethod) else name
        function = getattr(kind, member)
        gives = function.__annotations__["return"]
        yield [f"`{owner}.{member}{arguments(function)}`", f"`{gives}`"]


class Readme(unittest.TestCase):
    maxDiff = None

    def test_methods_are_those_of_the_code_with_their_arguments(self):
        expected = [[f"`Client{arguments(Client.__init__)}`", "`Client`"]]
        for name, kind in (
            ("client", Client),
            ("order", OrderHandle),
            ("client.orders_seen", Orders),
        ):
            expected += members(name, kind)
        self.assertEqual([row[:2] for row in table("method")], expected)

    def test_methods_of_the_asyncio_client_take_the_same_arguments(self):
        public = [name for name in vars(Client) if not name.startswith("_")]
        for name in filter(lambda name: callable(getattr(Client, name)), ["__init__", *public]):
            with self.subTest(name):
                same = getattr(AsyncClient, name)
                self.assertEqual(arguments(same), arguments(getattr(Client, name)))

    def test_options_of_an_order_are_those_of_its_intent(self):
        told = {row[0].split("(")[0].strip("`"): row[2] for row in table("method")}
        for method, action in (("client.place", "Place"), ("client.replace", "Replace")):
            _, more = told[method].split("`**more`:")
            options = set(re.findall(r"`(\w+)`", more))
            self.assertEqual(options, set(_FIELDS[action][1]) - {"price"})

    def test_settings_are_those_of_the_code_with_their_defaults_and_units(self):
        told = table("setting")
        names = [f"`{field.name}`" for field in fields(Settings)]
        self.assertEqual([name for name, *_ in told], names)
        for field, (_, default, unit, _) in zip(fields(Settings), told):
            with self.subTest(field.name):
                self.assertEqual(eval(default.strip("`"), {"Clock": Clock}), field.default)
                is_duration = isinstance(field.default, float)
                expected = "ms" if field.name.endswith("_ms") else "s" if is_duration else ""
                self.assertEqual(unit, expected)


if __name__ == "__main__":
    unittest.main()
