"""A betting market and binary conditions to list in a world: all of two decimals."""

from checks.world import SPOT

BETTING = {
    "kind": "betting",
    "market": "m",
    "currency": "GBP",
    "commission_ppm": 0,
    "discount_ppm": 0,
    "winners": 1,
    "runners": 3,
}
BINARY = {
    "kind": "binary",
    "condition": "c",
    "collateral": "USD",
    "payout": "1",
    "netting": "perOutcome",
}


def list_market(world):
    """Lists the runners A, B and C, instruments 1 to 3."""
    for number, symbol in enumerate("ABC", 1):
        _list(world, number, symbol, BETTING)


def list_pair(world):
    """Lists the tokens YES and NO, instruments 1 and 2."""
    for number, symbol, other in ((1, "YES", "NO"), (2, "NO", "YES")):
        _list(world, number, symbol, {**BINARY, "outcome": symbol, "complement": other})


def list_signed(world):
    """Lists one signed count for both outcomes, YES, instrument 1."""
    contract = {**BINARY, "outcome": "YES", "complement": None, "netting": "signed"}
    _list(world, 1, "YES", contract)


def _list(world, number, symbol, contract):
    name = {"id": number, "name": f"test:{symbol}", "symbol": symbol, "base": symbol}
    kind = {"asset_class": contract["kind"], "contract": contract}
    price_rule = {"scale": 2, "ticks": [{"from_quanta": 1, "step_quanta": 1}]}
    rules = {"price_rule": price_rule, "qty_rule": {**SPOT["qty_rule"], "scale": 2}}
    terms = {**SPOT, **name, **kind, **rules}
    world.event("control", "InstrumentListed", terms, venue=0, instrument=number)
