"""Tapeline: trade through the execution daemon.

``Client`` blocks, ``AsyncClient`` awaits, ``Strategy`` with ``run`` or ``run_async`` needs neither.
"""

from __future__ import annotations

from . import errors
from .aio import AsyncClient
from .client import Client
from .errors import (
    AuthFailed,
    ConnectionLost,
    FatalError,
    InvalidIntent,
    JournalChanged,
    NotHealthy,
    QueueFull,
    RequestRefused,
    ResumeAhead,
    SessionReplaced,
    TapelineError,
    WaitTimeout,
)
from .hotloop import Hotloop
from .intent import QuoteIntent
from .orders import Orders, OrderState
from .queries import FillForecast, Result
from .report import Execution, ExecutionReport
from .rows import Book, Event, Fill, Instrument, Level, Position
from .state import OrderHandle, Settings
from .strategy import Context, Strategy, run, run_async

__version__ = "0.1.0"

__all__ = [
    "AsyncClient",
    "AuthFailed",
    "Book",
    "Client",
    "ConnectionLost",
    "Context",
    "Event",
    "Execution",
    "ExecutionReport",
    "FatalError",
    "Fill",
    "FillForecast",
    "Hotloop",
    "Instrument",
    "InvalidIntent",
    "JournalChanged",
    "Level",
    "NotHealthy",
    "OrderHandle",
    "OrderState",
    "Orders",
    "Position",
    "QueueFull",
    "QuoteIntent",
    "RequestRefused",
    "Result",
    "ResumeAhead",
    "SessionReplaced",
    "Settings",
    "Strategy",
    "TapelineError",
    "WaitTimeout",
    "errors",
    "run",
    "run_async",
]
