"""Frames: a big-endian ``u32`` length, then that many bytes of UTF-8 JSON, one object."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from .errors import FrameTooLong, ProtocolViolation

__all__ = ["MAX_FRAME_BYTES", "FrameReader", "encode_frame", "parse_message"]

#: The limit of both directions.
MAX_FRAME_BYTES = 1_048_576

_LENGTH = struct.Struct(">I")


def encode_frame(message: Mapping[str, Any]) -> bytes:
    """Returns the frame of one message.

    :raises ValueError: If it is too long, or holds what JSON cannot say.
    """
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    body = text.encode("utf-8")
    if len(body) > MAX_FRAME_BYTES:
        raise ValueError(
            f"Cannot send a {message.get('type')}: a frame has at most {MAX_FRAME_BYTES} bytes: was {len(body)}"
        )
    return _LENGTH.pack(len(body)) + body


class FrameReader:
    """Turns bytes, cut anywhere, into the bodies of frames. Holds at most one that is not whole."""

    def __init__(self, max_frame_bytes: int = MAX_FRAME_BYTES) -> None:
        self._buffer = bytearray()
        self._max = max_frame_bytes

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yields the bodies that ``data`` completes, in order.

        :raises FrameTooLong: At a length above the limit, after what came before it.
        :raises ProtocolViolation: At a length of 0, likewise.
        """
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if not 0 < length <= self._max:
                kind = FrameTooLong if length > self._max else ProtocolViolation
                raise kind(
                    f"Cannot read a frame: its length must be 1 to {self._max}: was {length}"
                )
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            yield body


def parse_message(body: bytes) -> dict[str, Any]:
    """Returns the message of one frame.

    :raises ProtocolViolation: If it is no JSON object with a string ``type``.
    """
    try:
        message = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ProtocolViolation(f"Cannot read a frame: it must be JSON: {error}") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ProtocolViolation("Cannot read a frame: it must be an object with a string type")
    return message


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
