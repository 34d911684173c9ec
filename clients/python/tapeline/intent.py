"""``QuoteIntent``: what a strategy may ask for, checked before it leaves.

The daemon refuses unknown and inapplicable keys, so each action has its own list of fields here
and anything else raises at once, in the process and the line that made the mistake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .decimals import DecimalLike, to_wire_decimal
from .errors import InvalidIntent

__all__ = ["QuoteIntent"]

_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_SIDES = ("Buy", "Sell")
_ORD_TYPES = ("Limit", "Market")
_TIMES_IN_FORCE = ("GTC", "IOC", "FOK", "GTD", "DAY")
_TRADING_STATES = ("Active", "Reducing", "Halted")

#: Action → (mandatory fields, optional fields), beyond those that every intent has.
_FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Place": (
        ("instrument", "side", "order_qty"),
        (
            "price",
            "ord_type",
            "time_in_force",
            "expire_us",
            "post_only",
            "reduce_only",
            "ttl_ms",
            "validate_only",
            "params",
        ),
    ),
    "Replace": (
        ("orig_intent_id", "order_qty"),
        ("price", "expire_us", "ttl_ms", "validate_only", "params"),
    ),
    "Cancel": (("orig_intent_id",), ()),
    "CancelAll": ((), ("instrument",)),
    "SetRiskFlag": (("flag", "value"), ()),
    "NoOp": ((), ()),
}
_COMMON = ("intent_id", "action", "sent_us", "tag")


@dataclass(frozen=True)
class QuoteIntent:
    """One intent. Make it with ``place``, ``replace``, ``cancel`` and the others.

    ``intent_id`` and ``sent_us`` may stay ``None``: the client fills them in when it sends. Give
    an ``intent_id`` of your own when a restarted process must be able to repeat the intent.
    """

    action: str
    intent_id: str | None = None
    sent_us: int | None = None
    instrument: str | None = None
    side: str | None = None
    order_qty: DecimalLike | None = None
    price: DecimalLike | None = None
    ord_type: str | None = None
    time_in_force: str | None = None
    expire_us: int | None = None
    post_only: bool | None = None
    reduce_only: bool | None = None
    ttl_ms: int | None = None
    orig_intent_id: str | None = None
    flag: str | None = None
    value: str | None = None
    tag: str | None = None
    validate_only: bool | None = None
    params: Mapping[str, str | int | float | bool] | None = None

    @classmethod
    def place(
        cls,
        instrument: str,
        side: str,
        order_qty: DecimalLike,
        price: DecimalLike | None = None,
        **more: Any,
    ) -> QuoteIntent:
        """A new order. Without a price it is a ``Market`` order unless ``ord_type`` says else."""
        if price is None:
            more.setdefault("ord_type", "Market")
        return cls(
            "Place", instrument=instrument, side=side, order_qty=order_qty, price=price, **more
        )

    @classmethod
    def replace(
        cls,
        orig_intent_id: str,
        order_qty: DecimalLike,
        price: DecimalLike | None = None,
        **more: Any,
    ) -> QuoteIntent:
        """Changes an order. ``order_qty`` is the total, including what has been filled."""
        return cls(
            "Replace", orig_intent_id=orig_intent_id, order_qty=order_qty, price=price, **more
        )

    @classmethod
    def cancel(cls, orig_intent_id: str, **more: Any) -> QuoteIntent:
        """Cancels an order, named by any intent that placed or replaced it."""
        return cls("Cancel", orig_intent_id=orig_intent_id, **more)

    @classmethod
    def cancel_all(cls, instrument: str | None = None, **more: Any) -> QuoteIntent:
        """Cancels every open order of this client, on one instrument if given."""
        return cls("CancelAll", instrument=instrument, **more)

    @classmethod
    def set_trading_state(cls, value: str, **more: Any) -> QuoteIntent:
        """Sets this client's ``Active``, ``Reducing`` or ``Halted``."""
        return cls("SetRiskFlag", flag="trading_state", value=value, **more)

    @classmethod
    def noop(cls, **more: Any) -> QuoteIntent:
        """Does nothing, durably: a probe of the whole path."""
        return cls("NoOp", **more)

    @property
    def reduces_risk(self) -> bool:
        """True for what must get through when other intents may not."""
        if self.action == "SetRiskFlag":
            return self.value in ("Reducing", "Halted")
        return self.action in ("Cancel", "CancelAll")

    def to_wire(self) -> dict[str, Any]:
        """Returns the message, without absent fields.

        :raises InvalidIntent: If the daemon would have to refuse it as ``SCHEMA``.
        """
        self._check()
        wire: dict[str, Any] = {"type": "QuoteIntent", "v": 1}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None:
                continue
            if field.name in ("order_qty", "price"):
                value = to_wire_decimal(value, field.name)
            wire[field.name] = dict(value) if field.name == "params" else value
        return wire

    def _check(self) -> None:
        if self.action not in _FIELDS:
            raise _invalid("action must be one of " + ", ".join(_FIELDS), self.action)
        mandatory, optional = _FIELDS[self.action]
        for name in ("intent_id", "sent_us") + mandatory:
            if getattr(self, name) is None:
                raise _invalid(f"{self.action} needs {name}", None)
        allowed = set(_COMMON).union(mandatory, optional)
        for field in fields(self):
            if field.name not in allowed and getattr(self, field.name) is not None:
                raise _invalid(f"{self.action} has no {field.name}", getattr(self, field.name))
        self._check_values()
        if self.action == "Place":
            self._check_place()

    def _check_values(self) -> None:
        for name in ("intent_id", "orig_intent_id"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, str) and _ID.fullmatch(value)):
                raise _invalid(f"{name} must be 1 to 64 of A-Z a-z 0-9 . _ : -", value)
        for name in ("sent_us", "expire_us", "ttl_ms"):
            value = getattr(self, name)
            if value is not None and not (type(value) is int and 0 <= value < 2**53):
                raise _invalid(f"{name} must be an integer, 0 or more, below 2^53", value)
        for name in ("post_only", "reduce_only", "validate_only"):
            if getattr(self, name) not in (None, True, False):
                raise _invalid(f"{name} must be a bool", getattr(self, name))
        for name, words in (
            ("side", _SIDES),
            ("ord_type", _ORD_TYPES),
            ("time_in_force", _TIMES_IN_FORCE),
            ("flag", ("trading_state",)),
            ("value", _TRADING_STATES),
        ):
            if getattr(self, name) is not None and getattr(self, name) not in words:
                raise _invalid(f"{name} must be one of {', '.join(words)}", getattr(self, name))
        if self.tag is not None and len(self.tag) > 64:
            raise _invalid("tag must be at most 64 characters", self.tag)
        if self.instrument == "":
            raise _invalid("instrument must be venue:symbol", self.instrument)
        if self.params is not None and not _are_params(self.params):
            raise _invalid("params must be a map of names to scalars", self.params)

    def _check_place(self) -> None:
        market = self.ord_type == "Market"
        if market == (self.price is not None):
            raise _invalid("a Limit order has a price and a Market order none", self.price)
        if (self.time_in_force == "GTD") != (self.expire_us is not None):
            raise _invalid("expire_us belongs to GTD, and GTD needs it", self.expire_us)
        if self.post_only and (market or self.time_in_force in ("IOC", "FOK")):
            raise _invalid("post_only rests: it goes with neither Market, IOC nor FOK", True)


def _are_params(params: object) -> bool:
    if not isinstance(params, Mapping):
        return False
    return all(isinstance(value, (str, int, float, bool)) for value in params.values())


def _invalid(must: str, was: object) -> InvalidIntent:
    return InvalidIntent(f"Cannot make a QuoteIntent: {must}: was {was!r}")
