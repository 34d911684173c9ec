"""A blocking client and the fake daemon that it talks to, for one test; and what a child of it does."""

import os
import signal
import traceback
import unittest

from tapeline import Client
from tests.fake_daemon import TOKEN, FakeDaemon

needs_fork = unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")


def in_a_child(action):
    """Runs it in a process that is forked; 0 if it ended well. One that hangs is ended."""
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(10)
            action()
            os._exit(0)
        except BaseException:  # nothing of the tests of its parent may go on here
            traceback.print_exc()
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


class ClientCase(unittest.TestCase):
    def setUp(self):
        self.daemon = FakeDaemon()
        self.addCleanup(self.daemon.close)

    def client(self, **settings):
        settings.setdefault("token", TOKEN)
        settings.setdefault("reconnect_first", 0.01)
        client = Client("test", self.daemon.port, **settings)
        self.addCleanup(client.close, timeout=0.5)
        return client

    def connected(self, **settings):
        client = self.client(**settings)
        client.connect()
        return client

    def seqs(self, client, count):
        got = []
        for report in client.reports(timeout=5, until=lambda: len(got) >= count):
            got.append(report.report_seq)
        return got
