"""The resume file: how far the application has come, so that a restarted process continues there.

One line of fixed width, rewritten in place by a single unbuffered write: it survives the death of
the process at any moment. Only the first line is synced to disk; after a power cut it may be some
reports behind, and those come again. A report is counted as processed when the application asks for the
next one or its loop ends, so a crash in between repeats it: act on a report at least once, tell by ``report_seq``.
"""

from __future__ import annotations

import json
import os
from typing import BinaryIO

from .errors import ResumeFileError

__all__ = ["ResumeFile"]

_WIDTH = 256


class ResumeFile:
    """Journal id and last processed ``report_seq`` of one client, in a file of its own."""

    def __init__(self, path: str | os.PathLike[str], client_id: str) -> None:
        self._path = os.fspath(path)
        self._client_id = client_id
        self._file: BinaryIO | None = None

    def load(self) -> tuple[str, int] | None:
        """Returns journal id and report number, ``None`` if there is no file yet.

        :raises ResumeFileError: If it cannot be read or belongs to another client.
        """
        try:
            with open(self._path, "rb") as file:
                line = file.read(_WIDTH)
        except FileNotFoundError:
            return None
        if not line:
            return None  # made, and not yet written: the process died before its first report
        try:
            kept = json.loads(line)
            client_id, journal_id, seq = kept["client_id"], kept["journal_id"], kept["report_seq"]
        except (ValueError, TypeError, KeyError) as error:
            raise self._error("it must be a resume file", line) from error
        if client_id != self._client_id:
            raise self._error(f"it must belong to {self._client_id}", client_id)
        if not isinstance(journal_id, str) or type(seq) is not int or seq < 0:
            raise self._error("it must hold journal_id and report_seq", line)
        return journal_id, seq

    def save(self, journal_id: str, report_seq: int) -> None:
        """Replaces what is kept. :raises OSError: If it cannot be written."""
        if self._file is None:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            self._file = open(descriptor, "r+b", buffering=0)
        kept = {"client_id": self._client_id, "journal_id": journal_id, "report_seq": report_seq}
        is_first = self._file.seek(0, os.SEEK_END) == 0
        self._file.seek(0)
        self._file.write((json.dumps(kept).ljust(_WIDTH - 1) + "\n").encode("ascii"))
        if is_first:
            os.fsync(self._file.fileno())  # else a power cut leaves a file without a line

    def close(self) -> None:
        """Closes the file; ``save`` would open it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _error(self, must: str, was: object) -> ResumeFileError:
        return ResumeFileError(f"Cannot resume from {self._path}: {must}: was {was!r}")
