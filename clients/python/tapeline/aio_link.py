"""One connection of the asyncio client."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Protocol

from .errors import FatalError, PeerSilent, ProtocolViolation
from .state import ClientState

__all__ = ["Connection", "Owner"]


class Owner(Protocol):
    """What the connection needs of the client."""

    def receive(self, data: bytes) -> None:
        """Takes bytes of the daemon."""


class Connection(asyncio.Protocol):
    """One connection. Bytes go to the session at once; its end is told by ``over``."""

    def __init__(self, state: ClientState, owner: Owner) -> None:
        self._state = state
        self._owner = owner
        self._writable = True
        self._reading = True
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._state.session.connection_made()
        except OSError as error:  # the token file cannot be read
            self.fail(error)
            return
        self.turn()

    def data_received(self, data: bytes) -> None:
        try:
            self._owner.receive(data)
        except (FatalError, ProtocolViolation) as error:
            self.fail(error)
        self.turn()

    def eof_received(self) -> bool:
        self._state.session.eof_received()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(exc or OSError("the daemon closed the connection"))

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self.flush()

    def fail(self, error: Exception) -> None:
        """Ends the connection with a reason; the first one counts."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()
        if not self.over.done():
            self.over.set_exception(error)

    def abandon(self) -> None:
        """Closes the copy of the socket that a forked process has; its parent goes on with it.

        Another file takes its number. The loop's selector is the parent's, too: were the transport
        closed, the parent's loop would not hear of the connection any more.
        """
        sock = self._transport.get_extra_info("socket") if self._transport is not None else None
        if sock is not None and sock.fileno() >= 0:
            with open(os.devnull, "rb") as nothing:
                os.dup2(nothing.fileno(), sock.fileno())

    def turn(self) -> None:
        """Does what is due and asks to be called when the next thing is."""
        if self.over.done() or self._transport is None:
            return
        session = self._state.session
        self._pace_reading()
        try:
            session.tick()
        except PeerSilent as error:
            self.fail(error)
            return
        self.flush()
        if self._timer is not None:
            self._timer.cancel()
        delay = max(0.001, session.wake_in())
        self._timer = asyncio.get_running_loop().call_later(delay, self.turn)

    def flush(self) -> None:
        """Writes what there is, unless the transport is full."""
        session = self._state.session
        while self._writable and self._transport is not None and not self.over.done():
            chunk = session.output()
            if not chunk:
                return
            session.consumed(len(chunk))
            self._transport.write(chunk)

    def _pace_reading(self) -> None:
        """Reading pauses while the inbox is full, unless somebody waits for what is not in it."""
        if self._transport is None:
            return
        pause = self._state.may_pause_reading
        if pause:
            self._state.session.reading_paused()
        if pause and self._reading:
            self._transport.pause_reading()
        elif not pause and not self._reading:
            self._transport.resume_reading()
        self._reading = not pause
