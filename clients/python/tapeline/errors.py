"""Everything that can go wrong, as types.

Three families: what the caller did (``InvalidIntent``, ``QueueFull``, ``NotHealthy``), what the
daemon answered to one request (``RequestRefused``), and what ended the connection (``FatalError``
and its kinds). Only a ``FatalError`` whose ``reconnect`` is False ends a client for good.
"""

from __future__ import annotations

__all__ = [
    "AuthFailed",
    "ConnectionLost",
    "FatalError",
    "FrameSize",
    "FrameTooLong",
    "HelloRefused",
    "HelloRequired",
    "InvalidIntent",
    "JournalChanged",
    "JournalUnavailable",
    "NotHealthy",
    "PeerSilent",
    "ProtocolViolation",
    "QueueFull",
    "RequestRefused",
    "ResumeAhead",
    "ResumeFileError",
    "SessionReplaced",
    "ShuttingDown",
    "SlowConsumer",
    "TapelineError",
    "Transient",
    "WaitTimeout",
    "WireError",
    "WireVersion",
    "fatal_error",
]


class TapelineError(Exception):
    """The base of every error of this package."""


class InvalidIntent(TapelineError, ValueError):
    """An intent that the protocol forbids; it was not sent."""


class QueueFull(TapelineError):
    """Too many intents wait for their first report; this one was not taken."""


class NotHealthy(TapelineError):
    """The daemon is not connected or was silent too long; the intent was not taken."""


class WaitTimeout(TapelineError, TimeoutError):
    """What was awaited did not happen in time. An intent that was sent stays sent."""


class ConnectionLost(TapelineError):
    """The client was closed while the call waited."""


class ResumeFileError(TapelineError):
    """The resume file is unreadable or belongs to another client."""


class ProtocolViolation(TapelineError):
    """The daemon sent what the protocol forbids. The connection is dropped and resumed."""


class FrameTooLong(ProtocolViolation):
    """The daemon sent a frame above the limit; what it would have said is not read."""


class PeerSilent(TapelineError):
    """Nothing came for three heartbeats. The connection is dropped and resumed."""


class RequestRefused(TapelineError):
    """A query or subscription was answered with ``ok: false``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class WireError(TapelineError):
    """An ERROR that leaves the session alive. ``ref`` names the request or intent, if any."""

    def __init__(self, code: str, message: str, ref: str | int | None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.ref = ref


class FatalError(TapelineError):
    """The daemon ended the session."""

    #: True if connecting again and resuming is the right answer.
    reconnect = False

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class FrameSize(FatalError):
    """A frame of this client was empty or too long."""


class HelloRequired(FatalError):
    """HELLO came too late: one of the two was held up. (Nothing else comes before it.)"""

    reconnect = True


class AuthFailed(FatalError):
    """The token is wrong."""


class WireVersion(FatalError):
    """The daemon does not speak version 1."""


class HelloRefused(FatalError):
    """HELLO was refused for a reason without a kind of its own."""


class JournalChanged(FatalError):
    """The daemon runs on another journal: report numbers start over, nothing can be resumed.

    Look at ``orders``, ``fills`` and ``positions``, remove the resume file, connect anew.
    """


class ResumeAhead(FatalError):
    """This client has seen more reports than the daemon holds: an older state was put back."""


class SessionReplaced(FatalError):
    """Another connection with the same ``client_id`` took over. Never reconnect by itself."""


class SlowConsumer(FatalError):
    """Reports were not read fast enough; the rest comes with the resume."""

    reconnect = True


class ShuttingDown(FatalError):
    """The daemon stops."""

    reconnect = True


class JournalUnavailable(FatalError):
    """The journal failed; what has no report may have been taken, and is sent again."""

    reconnect = True


class Transient(FatalError):
    """A refusal before HELLO_ACK that may pass."""

    reconnect = True


_KINDS: dict[str, type[FatalError]] = {
    "FRAME_SIZE": FrameSize,
    "HELLO_REQUIRED": HelloRequired,
    "AUTH": AuthFailed,
    "WIRE_VERSION": WireVersion,
    "JOURNAL_CHANGED": JournalChanged,
    "RESUME_AHEAD": ResumeAhead,
    "SESSION_REPLACED": SessionReplaced,
    "SLOW_CONSUMER": SlowConsumer,
    "SHUTTING_DOWN": ShuttingDown,
    "JOURNAL_UNAVAILABLE": JournalUnavailable,
    "RATE_LIMIT": Transient,
    "INTERNAL": Transient,
}


def fatal_error(code: str, message: str | None) -> FatalError:
    """Returns the exception for a fatal ERROR; ``HelloRefused`` for codes without a kind."""
    return _KINDS.get(code, HelloRefused)(code, message or "")
