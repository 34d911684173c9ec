"""Frames: a big-endian ``u32`` length, then that many bytes of UTF-8 JSON, one object."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

from .errors import ProtocolViolation

__all__ = ["MAX_FRAME_BYTES", "FrameReader", "encode_frame"]

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
    """Turns bytes, cut anywhere, into messages. Holds at most one frame that is not whole."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Returns the messages that ``data`` completes, in order.

        :raises ProtocolViolation: At a length or a body that the protocol forbids.
        """
        self._buffer += data
        messages: list[dict[str, Any]] = []
        start = 0
        while len(self._buffer) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer, start)
            if not 0 < length <= MAX_FRAME_BYTES:
                raise ProtocolViolation(
                    f"Cannot read a frame: its length must be 1 to {MAX_FRAME_BYTES}: was {length}"
                )
            end = start + _LENGTH.size + length
            if len(self._buffer) < end:
                break
            messages.append(_parse(bytes(self._buffer[start + _LENGTH.size : end])))
            start = end
        del self._buffer[:start]
        return messages


def _parse(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ProtocolViolation(f"Cannot read a frame: it must be JSON: {error}") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ProtocolViolation("Cannot read a frame: it must be an object with a string type")
    return message


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
