"""The background thread of the blocking client: connects, reads, writes, beats, reconnects."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Callable

from .errors import ConnectionLost, FatalError, PeerSilent, ProtocolViolation, TapelineError
from .state import ClientState

__all__ = ["Link", "Lock"]

_LOG = logging.getLogger("tapeline")
_CHUNK = 262_144


class Lock(threading.Condition):
    """The lock of a client. In a forked process nobody gets it: who holds it may not be there."""

    def __init__(self, state: ClientState) -> None:
        super().__init__(threading.RLock())
        self._state = state

    def __enter__(self) -> bool:
        self._state.raise_if_copy()
        return super().__enter__()


class Link:
    """Owns the socket. ``changed`` is the one lock; everybody who waits is told of each change."""

    def __init__(
        self, state: ClientState, changed: threading.Condition, address: tuple[str, int]
    ) -> None:
        self._state = state
        self._changed = changed
        self._address = address
        self._backoff = state.settings.backoff()
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        #: Nothing can be written any more: what was sent before has to be read, then its end.
        self._broken = False
        #: Reading has paused, and what lay in the socket then is not read yet.
        self._is_behind = False
        #: Why the session is over for good.
        self.ended: TapelineError | None = None
        #: Why the newest attempt failed.
        self.last_error: Exception | None = None

    @property
    def is_over(self) -> bool:
        """True if there is no connection to make any more."""
        return self.ended is not None or self._state.session.is_over

    def start(self) -> None:
        """Starts the thread, once."""
        if self._thread is not None:
            raise TapelineError("Cannot connect: a client connects once: make a new one")
        self._state.claim()
        self._thread = threading.Thread(target=self._run, name="tapeline", daemon=True)
        self._thread.start()

    def read_what_has_come(self, timeout: float) -> None:
        """Waits until the thread has read what lies in the socket, to its end.

        An end that came while reading paused would be read behind the GOODBYE else, and pass for the
        daemon's answer to it.
        """
        with self.awaited():
            self._changed.wait_for(lambda: not self._is_behind, timeout)

    def leave(self) -> None:
        """Says what the session has to say at its end; connects again at once if it must."""
        self._backoff.reset()
        self._changed.notify_all()
        self.flush()
        self._wake()

    def stop(self) -> None:
        """Ends the thread and closes what is open."""
        with self._changed:
            if self.ended is None:
                self.ended = ConnectionLost("Cannot go on: the client was closed")
            self._changed.notify_all()
        self._wake()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self._wake_out.close()
        self._wake_in.close()

    def abandon(self) -> None:
        """Closes what a forked process has copies of; its parent goes on with them."""
        for copy in (self._socket, self._wake_out, self._wake_in):
            if copy is not None:
                copy.close()

    @contextmanager
    def awaited(self, has_come: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """While somebody waits for what has not come, reading never pauses."""
        with self._state.awaited(has_come):
            self.resume_reading()
            yield

    def resume_reading(self) -> None:
        """Tells the thread that there may be room again."""
        if len(self._state.inbox) + 1 >= self._state.settings.inbox_limit:
            self._wake()

    def flush(self) -> None:
        """Writes what the socket takes now, in the caller's thread: one hop less for an intent."""
        if not self._write():
            self._wake()

    def _write(self) -> bool:
        """False if the socket is full."""
        try:
            while self._socket is not None:
                chunk = self._state.session.output(_CHUNK)
                if not chunk:
                    break
                self._state.session.consumed(self._socket.send(chunk))
        except BlockingIOError:
            return False
        except OSError:
            self._broken = True  # the reading side sees the end, with its reason
            self._wake()
        return True

    def _wake(self) -> None:
        try:
            self._wake_out.send(b"\0")
        except OSError:
            return  # it is awake already, or gone

    def _run(self) -> None:
        while True:
            try:
                self._serve()
            except FatalError as error:
                self.last_error = error
                if not error.reconnect:
                    self._end(error)
            except (OSError, ProtocolViolation, PeerSilent) as error:
                self.last_error = error
                if not self._state.session.is_leaving:
                    _LOG.warning("no connection: %s", error)
            except Exception as error:  # noqa: BLE001 - the thread must not die unheard
                self._end(TapelineError(f"Cannot go on: the client failed: {error!r}"))
                raise
            finally:
                self._disconnect()
            with self._changed:
                self._rest()
                if self.is_over:
                    return

    def _rest(self) -> None:
        """Waits before the next attempt, no longer than until the application leaves."""
        session = self._state.session
        was_leaving = session.is_leaving
        if not self.is_over:
            left = lambda: self.is_over or session.is_leaving != was_leaving  # noqa: E731
            self._changed.wait_for(left, self._backoff.next_delay())

    def _end(self, error: TapelineError) -> None:
        with self._changed:
            self.ended = error

    def _disconnect(self) -> None:
        with self._changed:
            if self._socket is not None:
                self._socket.close()
                self._socket = None
            self._is_behind = False
            self._state.session.connection_lost()
            self._changed.notify_all()

    def _serve(self) -> None:
        connection = socket.create_connection(self._address, self._state.settings.connect_timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setblocking(False)
        with self._changed:
            self._socket = connection
            self._broken = False
            self._state.session.connection_made()
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_in, selectors.EVENT_READ)
            selector.register(connection, selectors.EVENT_READ)
            while self._step(selector, connection):
                continue

    def _step(self, selector: selectors.BaseSelector, connection: socket.socket) -> bool:
        """One turn; False once the connection is over."""
        with self._changed:
            if self.ended is not None:
                return False
            interest, timeout = self._interest()
        _watch(selector, connection, interest)
        ready = dict((key.fileobj, mask) for key, mask in selector.select(timeout))
        if self._wake_in in ready:
            self._wake_in.recv(4096)
        data: bytes | None = None
        if ready.get(connection, 0) & selectors.EVENT_READ:
            data = connection.recv(_CHUNK)
        with self._changed:
            if data == b"":
                self._state.session.eof_received()
                raise OSError("the daemon closed the connection")
            if data is not None:
                self._receive(data)
            elif interest & selectors.EVENT_READ and self._is_behind:
                self._is_behind = False
                self._changed.notify_all()
            self._state.session.tick()
            self._write()
        return True

    def _interest(self) -> tuple[int, float]:
        session = self._state.session
        interest = selectors.EVENT_WRITE if session.output(1) and not self._broken else 0
        must_read = self._broken or session.is_leaving
        if self._state.may_pause_reading and not must_read:
            session.reading_paused()
            self._is_behind = True
            return interest, session.wake_in()
        return interest | selectors.EVENT_READ, 0 if self._is_behind else session.wake_in()

    def _receive(self, data: bytes) -> None:
        session = self._state.session
        was = session.state
        self._state.take(session.data_received(data))
        if session.state == "ready" and was != "ready":
            self._backoff.reset()
        self._changed.notify_all()


def _watch(selector: selectors.BaseSelector, connection: socket.socket, interest: int) -> None:
    known = connection in selector.get_map()
    if not interest:
        if known:
            selector.unregister(connection)
    elif known:
        selector.modify(connection, interest)
    else:
        selector.register(connection, interest)
