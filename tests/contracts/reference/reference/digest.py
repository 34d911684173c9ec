"""The rolling digest: two lanes of 32 bits. Source: docs/reference/events.md, "The digest"."""

from __future__ import annotations

from typing import List, Optional

WORD = 0xFFFFFFFF
Integer = int
"""A name for `int` where a method of that name hides it."""


def units(text: str) -> List[int]:
    """Returns the UTF-16 code units of a text."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return [raw[at] | raw[at + 1] << 8 for at in range(0, len(raw), 2)]


def utf16_key(text: str) -> bytes:
    """Returns a sort key that orders texts by their UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


class Digest:
    """Mixes words, integers and texts in; order matters."""

    def __init__(self) -> None:
        self.high = 0x9E3779B9
        self.low = 0x7F4A7C15

    def pair(self, a: Integer, b: Integer) -> None:
        """One round of two words (each taken modulo 2**32)."""
        x = ((self.low ^ (a & WORD)) * 0x85EBCA6B) & WORD
        y = ((self.high + b) * 0xC2B2AE35) & WORD
        self.low = ((x ^ (x >> 15)) + y) & WORD
        self.high = y ^ (y >> 13) ^ self.low

    def int(self, n: Integer) -> None:
        """An integer, as 64 bits of two's complement."""
        self.pair(n & WORD, (n >> 32) & WORD)

    def absent(self) -> None:
        """A field that is null or not there."""
        self.pair(0x6E756C6C, 0x6C6C756E)

    def text(self, s: str) -> None:
        """A text, by its UTF-16 code units."""
        u = units(s)
        self.pair(len(u), 0x74657874)
        u += [0] * (-len(u) % 4)
        for at in range(0, len(u), 4):
            self.pair(u[at] | u[at + 1] << 16, u[at + 2] | u[at + 3] << 16)

    def big(self, n: Integer) -> None:
        """An integer of any size."""
        if -(2**53) < n < 2**53:
            self.int(n)
        else:
            self.text(("-" if n < 0 else "") + format(abs(n), "x"))

    def wide(self, n: Integer) -> None:
        """A sum of money: billions, then the rest."""
        self.big(n // 10**9)
        self.int(n % 10**9)

    def int_or_absent(self, n: Optional[Integer]) -> None:
        """An integer that may be missing."""
        if n is None:
            self.absent()
        else:
            self.int(n)

    def text_or_absent(self, s: Optional[str]) -> None:
        """A text that may be missing."""
        if s is None:
            self.absent()
        else:
            self.text(s)

    def hex(self) -> str:
        """Returns the digest so far, 16 hexadecimal digits."""
        return f"{self.high:08x}{self.low:08x}"
