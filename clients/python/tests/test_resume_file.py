"""The resume file where the disk fails, and where the first connection does (R-WIRE-2)."""

import asyncio
import os
import tempfile
import unittest

from tapeline import AsyncClient, Client
from tapeline.errors import ShuttingDown
from tapeline.state import ClientState, Settings
from tests.client_case import ClientCase
from tests.fake_daemon import TOKEN, error, wait_for
from tests.test_protocol import ack, report, wire

needs_full = unittest.skipUnless(os.path.exists("/dev/full"), "this system has no /dev/full")


class ResumeFileCase(ClientCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "resume")


@needs_full
class FullDisk(ResumeFileCase):
    def test_a_block_that_cannot_note_what_it_processed_says_so_and_leaves(self):
        with self.assertRaisesRegex(OSError, "No space"):
            with Client("test", self.daemon.port, token=TOKEN, resume_file=self.path) as client:
                client.noop()
                for _ in client.reports():
                    break
                fill(client)
        wait_for(lambda: len(self.daemon.goodbyes) == 1)

    def test_an_async_block_that_cannot_note_what_it_processed_says_so_and_leaves(self):
        async def block():
            async with AsyncClient(
                "test", self.daemon.port, token=TOKEN, resume_file=self.path
            ) as client:
                await client.noop()
                async for _ in client.reports():
                    break
                fill(client)

        with self.assertRaisesRegex(OSError, "No space"):
            asyncio.run(block())
        wait_for(lambda: len(self.daemon.goodbyes) == 1)

    def test_a_report_that_cannot_be_noted_is_given_again_and_none_is_lost(self):
        client = self.connected(resume_file=self.path)
        for _ in range(2):
            client.noop()
        client.wait(lambda: len(client._state.inbox) == 2, 5)
        reports = client.reports()
        next(reports)
        restore = fill(client)
        with self.assertRaisesRegex(OSError, "No space"):
            next(reports)
        restore()
        self.assertEqual(self.seqs(client, 1), [2])


class FirstConnection(ResumeFileCase):
    def state(self):
        return ClientState("test", lambda: TOKEN, Settings(resume_file=self.path))

    def kept_after(self, expected, *first):
        """Where a process goes on whose first connection ended while these came."""
        state = self.state()
        state.session.connection_made()
        with self.assertRaises(expected):
            state.take(state.session.data_received(wire(*first)))
        state.session.connection_lost()
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        state.session.connection_made()
        state.take(state.session.data_received(wire(ack(11))))
        state.close()
        return self.state().session.last_report_seq

    def test_the_file_begins_where_a_connection_did_that_ended_with_its_first_bytes(self):
        last_words = error("SHUTTING_DOWN", "because of the test", fatal=True)
        self.assertEqual(self.kept_after(ShuttingDown, ack(10), report(11), last_words), 10)

    def test_the_file_begins_where_a_connection_did_under_which_it_could_not_be_made(self):
        self.path = os.path.join(self.path, "not", "there")
        self.assertEqual(self.kept_after(FileNotFoundError, ack(10), report(11)), 10)


def fill(client):
    """Lets the disk be full; returns what ends that."""
    at = client._state._file._file.fileno()
    kept = os.dup(at)
    with open("/dev/full", "r+b", buffering=0) as full:
        os.dup2(full.fileno(), at)

    def restore():
        os.dup2(kept, at)
        os.close(kept)

    return restore


if __name__ == "__main__":
    unittest.main()
