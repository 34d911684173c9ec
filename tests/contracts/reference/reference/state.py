"""The state of a core and the errors that stop an event. Knows no rules: those are in its users."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from typing import Any, Deque, Dict, List, Optional, Set, Tuple, TypeVar

from .digest import Digest
from .effects import Effects
from .model import STRICTNESS, Bucket, Client, Instrument, IntentRecord, Json, Venue
from .order import ExternalFill, Order


class InvariantBroken(Exception):
    """A rule that must hold does not: events.md, "An event that breaks a rule"."""


class CannotApply(Exception):
    """The event cannot be applied at all; whoever feeds the core is at fault."""


def must(condition: bool, rule: str) -> None:
    """Asserts a rule that an event can break by its content."""
    if not condition:
        raise InvariantBroken(rule)


T = TypeVar("T")


def present(value: Optional[T], rule: str) -> T:
    """Returns what must be there."""
    if value is None:
        raise InvariantBroken(rule)
    return value


class State:
    """Everything that a core remembers, and the effects of the event at hand."""

    def __init__(self) -> None:
        self.digest = Digest()
        self.effects = Effects()
        self.event: Json = {}
        self.seq_id = 0
        self.now = 0
        self.started = False
        self.started_at = 0
        self.stopping = False
        self.prefix = "tl"
        self.settings: Json = {
            "invariants": "strict",
            "intent_horizon_ms": 7 * 24 * 3600 * 1000,
            "intents_per_second": 50,
            "burst": 100,
            "lookup_retry_ms": 500,
        }
        self.operator_state = "Active"
        self.kill_switch = False
        self.mode = "paper"
        self.dry_clients: Set[str] = set()
        self.dry_instruments: Set[int] = set()
        self.control_keys: Deque[str] = deque()
        self.venues: List[Venue] = []
        self.instruments: Dict[int, Instrument] = {}
        self.instrument_names: Dict[str, int] = {}
        self.clients: List[Client] = []
        self.client_names: Dict[str, int] = {}
        self.orders: Dict[int, Order] = {}
        self.live: Set[int] = set()
        self.names: Dict[Tuple[int, str], List[int]] = {}
        self.next_order = 1
        self.intents_after: Optional[int] = None
        self.known_since: Optional[int] = None
        self.next_request = 1
        self.deadlines: List[Tuple[int, int, int]] = []
        self.ended: Dict[int, int] = {}
        self.taken: Deque[Tuple[int, int, IntentRecord]] = deque()
        self.filled: Deque[int] = deque()
        self.born_orders: List[int] = []
        self.external_fills: Dict[Tuple[int, str], ExternalFill] = {}
        self.account_facts: Dict[Tuple[int, str, str], int] = {}
        self.ledger: Any = None
        self.tags: Any = None
        self.limits: Any = None
        self.rate_buckets: Dict[Any, Bucket] = {}
        self.day: Optional[int] = None
        self.day_began: Dict[Any, Fraction] = {}
        self.touched: List[Order] = []

    def alarm(self, code: str) -> None:
        """Raises an alarm."""
        self.effects.alarms.append(code)

    def venue(self, number: Optional[int]) -> Optional[Venue]:
        """Returns a declared venue."""
        if number is None or not 0 <= number < len(self.venues):
            return None
        return self.venues[number]

    def client_of_session(self, session: int) -> Optional[Client]:
        """Returns the client for which a session speaks."""
        for client in self.clients:
            if client.session == session:
                return client
        return None

    def order(self, number: Optional[int]) -> Optional[Order]:
        """Returns an order that is kept."""
        return None if number is None else self.orders.get(number)

    def trading_state(self, client: int, instrument: Instrument) -> str:
        """Returns the effective trading state: the strictest of the four that concern an order."""
        states = (
            self.operator_state,
            self.venues[instrument.venue].trading_state,
            instrument.trading_state,
            self.clients[client].trading_state,
        )
        return max(states, key=STRICTNESS.__getitem__)
