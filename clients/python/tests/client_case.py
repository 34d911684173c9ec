"""A blocking client and the fake daemon that it talks to, for one test."""

import unittest

from tapeline import Client
from tests.fake_daemon import TOKEN, FakeDaemon


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
