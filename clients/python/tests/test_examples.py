"""The examples run as they are printed (R-WIRE-8, R-STRAT-4)."""

import os
import subprocess
import sys
import tempfile
import unittest

from tests.fake_daemon import BTC, TOKEN, FakeDaemon, wait_for
from tests.test_hotloop import EVENT, QUEUE

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(os.path.dirname(PACKAGE))


class Examples(unittest.TestCase):
    def setUp(self):
        self.daemon = FakeDaemon()
        self.addCleanup(self.daemon.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state_dir = folder.name
        with open(os.path.join(self.state_dir, "token"), "w", encoding="ascii") as file:
            file.write(TOKEN + "\n")

    def start(self, name, *more):
        path = os.path.join("clients", "python", "examples", name)
        command = [sys.executable, path, self.state_dir, str(self.daemon.port), *more]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def end(self, process):
        """Ends one that has said what was waited for."""
        process.kill()
        process.wait()

    def test_hello_places_an_order_and_prints_its_reports(self):
        self.daemon.results["best"] = {"price": "99.5", "qty": "1"}
        process = self.start("hello.py")
        wait_for(lambda: len(self.daemon.reports) == 2)
        self.daemon.trade("1", "0.01", "99.5", "Filled")
        out, _ = process.communicate(timeout=10)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(
            [line.split()[1] for line in out.splitlines()], ["PendingNew", "New", "Trade"]
        )

    def test_the_market_maker_quotes_both_sides_and_prints_fills_and_profit(self):
        process = self.start("market_maker.py", "60")
        wait_for(lambda: len(self.daemon.reports) == 4)
        sides = sorted(i["side"] for i in self.daemon.intents_of("Place"))
        self.assertEqual(sides, ["Buy", "Sell"])
        self.daemon.trade("1", "0.01", "99.5", "Filled")
        said = process.stdout.readline()
        self.end(process)
        self.assertEqual(said, "Buy 0.01 @ 99.5  holds 0.01  P&L 0.0050\n")

    def test_the_market_maker_ends_in_time_and_cancels_its_orders(self):
        process = self.start("market_maker.py", "0.1")
        self.assertEqual(process.wait(timeout=30), 0)
        self.assertEqual(len(self.daemon.intents_of("CancelAll")), 1)

    def test_fill_probability_says_how_likely_a_fill_is_and_when_it_is_stale(self):
        process = self.start("fill_probability.py", "60", BTC)
        wait_for(lambda: self.daemon.subscriptions)
        self.assertEqual(process.stdout.readline(), "stale\n")
        payload = {"name": "queue", "value": QUEUE, "args": {"depth": 5}}
        event = {**EVENT, "seq_id": 1, "payload": payload}
        with self.daemon.lock:
            self.daemon.send({"type": "EVENTS", "seq_id": 1, "events": [event]})
        said = "stale\n"
        while said == "stale\n":  # until the event has come
            said = process.stdout.readline()
        self.end(process)
        self.assertIn("Buy 100: 2 ahead, 48% within 10 s", said)
        self.assertIn("Sell 102: 3 ahead, 28% within 10 s", said)

    def test_the_market_maker_stays_under_sixty_lines(self):
        with open(os.path.join(PACKAGE, "examples", "market_maker.py"), encoding="utf-8") as file:
            self.assertLess(len(file.readlines()), 60)


if __name__ == "__main__":
    unittest.main()
