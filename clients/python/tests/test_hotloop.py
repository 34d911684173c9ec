"""The local cache of the hot loop against a fake daemon (R-HOT-5)."""

import asyncio
import unittest
from decimal import Decimal

from tapeline import AsyncClient, Hotloop, RequestRefused
from tests.fake_daemon import BTC, TOKEN, FakeDaemon, wait_for
from tests.test_client import ClientCase

EVENT = {
    "event_time_us": 1,
    "ingest_time_us": 1,
    "source": "market_data",
    "venue": "paper",
    "instrument": BTC,
    "event_type": "signal",
    "idempotency_key": None,
}

QUEUE = {
    "now_us": 20_000_000,
    "is_fresh": True,
    "best_bid_is": "highest",
    "qty_scale": 3,
    "status": "open",
    "bet_delay_ms": 0,
    "is_passive_free": False,
    "latency_ms": 3,
    "min_obs_s": 5,
    "max_ttf_ms": 600_000,
    "spread_ticks": 8,
    "last_traded_ts_ms": 19_000,
    "get_mbr": None,
    "effective_mbr": None,
    "detectors": {"trend_lens": {"ticks_per_s": 0.5, "sign": 1, "weight_of_money": None}},
    "near": [0, 0, 4],
    "near_weight": 0.5,
    "touch_sweeps": 0,
    "touch_life_s": 4,
    "bids": [
        ["100", "2", 6, 10, 0.25, [3_000, 2, 2]],
        ["99", "1.5", 5, 1, None, [40, 2, 1]],
    ],
    "asks": [["102", "3", 8, 10, 0, [0, 0, 2]]],
}


#: What is said of the time in which one fill is expected, and how many are at the median.
WITHIN_ONE = 1 - (7 / 3) ** -0.75
MEDIAN = 0.75 * (2 ** (4 / 3) - 1)


class HotloopCase(ClientCase):
    def signal(self, name="queue", value=None, args=None, **changes):
        payload = {"name": name, "value": value, "args": args or {}}
        if name == "queue":
            payload = {"name": name, "value": {**QUEUE, **changes}, "args": {"depth": 2}}
        return self.said(payload)

    def said(self, payload):
        with self.daemon.lock:
            self.daemon.seq_id += 1
            seq = self.daemon.seq_id
            event = {**EVENT, "seq_id": seq, "payload": payload}
            self.daemon.send({"type": "EVENTS", "seq_id": seq, "events": [event]})
        return seq

    def hot(self, **more):
        self.client = self.connected()
        hot = Hotloop(self.client, [BTC], depth=2, **more)
        seq = self.signal()
        wait_for(lambda: hot.seq_id(BTC) == seq)
        return hot

    def tell(self, hot, **changes):
        seq = self.signal(**changes)
        wait_for(lambda: hot.seq_id(BTC) == seq)


class Answers(HotloopCase):
    def assert_says(self, forecast, p, ttf_ms):
        self.assertAlmostEqual(forecast.p, p, 12)
        self.assertAlmostEqual(forecast.ttf_ms, ttf_ms, 6)

    def test_books_and_single_values_come_from_the_newest_queue(self):
        hot = self.hot()
        self.assertEqual(hot.best(BTC, "Buy").price, Decimal(100))
        self.assertEqual(hot.best(BTC, "Buy", take=True).price, Decimal(102))
        self.assertEqual(hot.best2_sum(BTC, "Buy"), Decimal("3.5"))
        self.assertEqual([level.price for level in hot.ladder_top(BTC, "Buy")], [100, 99])
        self.assertEqual((hot.spread_ticks(BTC), hot.last_traded_ts_ms(BTC)), (8, 19_000))
        self.assertIsNone(hot.get_mbr(BTC))
        self.assertEqual(hot.trend_lens(BTC)["sign"], 1)
        self.assertIsNone(hot.sweep_sniffer(BTC))
        self.tell(hot, spread_ticks=4)
        self.assertEqual(hot.spread_ticks(BTC), 4)

    def test_queues_are_computed_without_a_question(self):
        hot = self.hot()
        asked = len([m for m in self.daemon.received if m["type"] == "QUERY"])
        self.assertEqual(hot.size_ahead(BTC, "Buy", "100"), Decimal(2))
        self.assertEqual(hot.size_ahead(BTC, "Buy", "101"), 0, "better than the best")
        self.assertEqual(hot.size_ahead(BTC, "Buy", "99.5"), 0, "between levels")
        self.assertEqual(hot.match_rate_ema(BTC, "Buy", "100"), 0.25)
        self.assertEqual(hot.match_rate_ema(BTC, "Buy"), 0.25, "the touch")
        self.assertIsNone(hot.match_rate_ema(BTC, "Buy", "99"), "seen for too short a time")
        self.assertEqual(len([m for m in self.daemon.received if m["type"] == "QUERY"]), asked)

    def test_pfill_ttf_is_the_lomax_of_need_and_rate(self):
        hot = self.hot()
        forecast = hot.pfill_ttf(BTC, "Buy", "100", "1", 12_000)
        # one fill and one that is expected in 2 + 4 + 6 s, half as fast at four usual spreads
        self.assert_says(forecast, WITHIN_ONE, 12_000 * MEDIAN)
        self.assertEqual((forecast.ahead, forecast.mu), (Decimal(2), 0.25))
        short = hot.pfill_ttf(BTC, "Buy", "99", "1", 6_000)
        self.assertIsNone(short.p)
        still = hot.pfill_ttf(BTC, "Sell", "102", "1", 24_000)
        self.assert_says(still, WITHIN_ONE, 24_000 * MEDIAN)  # what is expected of a touch
        crossing = hot.pfill_ttf(BTC, "Buy", "102", "1", 6_000)
        self.assertEqual((crossing.p, crossing.ttf_ms, crossing.mu), (1.0, 3.0, None))

    def test_pfill_ttf_knows_delays_and_closed_markets(self):
        hot = self.hot()
        self.tell(hot, bet_delay_ms=5_000)
        delayed = hot.pfill_ttf(BTC, "Buy", "100", "1", 17_000)
        self.assert_says(delayed, WITHIN_ONE, 5_000 + 12_000 * MEDIAN)
        self.assertEqual(hot.pfill_ttf(BTC, "Buy", "100", "1", 5_000).p, 0.0)
        self.assertEqual(hot.pfill_ttf(BTC, "Buy", "102", "1", 5_000).p, 0.0)
        self.tell(hot, bet_delay_ms=5_000, is_passive_free=True)
        self.assert_says(hot.pfill_ttf(BTC, "Buy", "100", "1", 12_000), WITHIN_ONE, 12_000 * MEDIAN)
        self.tell(hot, status="suspended")
        stopped = hot.pfill_ttf(BTC, "Buy", "100", "1", 6_000)
        self.assertEqual((stopped.p, stopped.ahead, stopped.mu), (0.0, Decimal(2), None))

    def test_one_large_event_fills_a_small_need(self):
        hot = self.hot()
        rows = [["100", "0", 6, 10, 0.5, [9_000, 2, 2]]]
        self.tell(hot, bids=rows)
        forecast = hot.pfill_ttf(BTC, "Buy", "100", "1", 8_000)
        self.assertEqual(forecast.mu, 0.125)
        self.assert_says(forecast, WITHIN_ONE, 8_000 * MEDIAN)

    def test_an_order_before_the_touch_narrows_the_spread(self):
        hot = self.hot()
        # a quarter of the spread is left; two fills and one that is expected in 2 + 2 + 8 s
        forecast = hot.pfill_ttf(BTC, "Buy", "101.5", "1", 4_000)
        self.assert_says(forecast, WITHIN_ONE, 4_000 * MEDIAN)

    def test_a_level_behind_the_touch_waits_for_what_is_before_it(self):
        hot = self.hot()
        touch, behind = QUEUE["bids"]
        flow = [9_000, 4, 2]  # twice what stands before and in an order of 1 at 99: 2 + 1.5 + 1
        self.tell(hot, near=[0, 0, 0], bids=[touch, [*behind[:2], 14, 10, 0.5, flow]])
        forecast = hot.pfill_ttf(BTC, "Buy", "99", "1", 12_000)
        # three fills in 2 + 4·(1 + 8/8)² = 18 s, half as fast
        self.assert_says(forecast, WITHIN_ONE, 12_000 * MEDIAN)

    def test_betting_ladders_count_from_the_lowest(self):
        hot = self.hot()
        flow = [500, 5, 2]
        bids = [["2.5", "10", 125, 10, 1, flow], ["2.6", "5", 130, 10, 1, flow]]
        asks = [["2.4", "3", 120, 10, 1, flow]]
        self.tell(hot, best_bid_is="lowest", bids=bids, asks=asks)
        self.assertEqual(hot.size_ahead(BTC, "Buy", "2.45"), 0, "better than the best")
        self.assertEqual(hot.size_ahead(BTC, "Buy", "2.6"), Decimal(5))
        self.assertEqual(hot.pfill_ttf(BTC, "Buy", "2.4", "1", 1_000).p, 1.0, "it crosses")


class Questions(HotloopCase):
    def test_what_lies_below_the_cache_is_asked(self):
        hot = self.hot()
        self.daemon.results["size_ahead"] = "7.5"
        self.daemon.results["match_rate_ema"] = 0.1
        row = {"p": 0.125, "ttf_ms": 9, "ahead": "7.5", "mu": 1, "observed_s": 3}
        self.daemon.results["pfill_ttf"] = row
        self.assertEqual(hot.size_ahead(BTC, "Buy", "98"), Decimal("7.5"))
        self.assertEqual(hot.size_ahead(BTC, "Buy", "100", order_id="4"), Decimal("7.5"))
        self.assertEqual(hot.match_rate_ema(BTC, "Buy", "98"), 0.1)
        forecast = hot.pfill_ttf(BTC, "Buy", "98", "1", 1_000)
        self.assertEqual(
            (forecast.p, forecast.ttf_ms, forecast.ahead), (0.125, 9.0, Decimal("7.5"))
        )

    def test_nothing_is_known_before_the_first_queue_and_while_the_book_is_no_reference(self):
        hot = self.hot()
        self.assertFalse(hot.stale(BTC))
        self.tell(hot, is_fresh=False, bids=[], asks=[], spread_ticks=None)
        self.assertTrue(hot.stale(BTC))
        self.assertIsNone(hot.best(BTC, "Buy"))
        self.assertIsNone(hot.size_ahead(BTC, "Buy", "100"))
        self.assertIsNone(hot.pfill_ttf(BTC, "Buy", "100", "1", 1).p)
        self.assertTrue(hot.stale("paper:ETH/USDT"))
        self.assertIsNone(hot.spread_ticks("paper:ETH/USDT"))

    def test_nothing_is_known_while_signals_are_off(self):
        hot = self.hot()
        self.said({"name": "queue", "value": None, "args": {"depth": 2}})
        wait_for(lambda: hot.stale(BTC))
        self.assertIsNone(hot.best(BTC, "Buy"))
        self.assertIsNone(hot.spread_ticks(BTC))
        self.assertIsNone(hot.size_ahead(BTC, "Buy", "100"))
        self.assertIsNone(hot.pfill_ttf(BTC, "Buy", "100", "1", 1).p)
        self.tell(hot)
        self.assertFalse(hot.stale(BTC))

    def test_a_new_connection_is_stale_until_its_first_queue(self):
        hot = self.hot()
        self.daemon.drop()
        wait_for(lambda: len(self.daemon.subscriptions) == 2 and self.client.healthy)
        self.assertTrue(hot.stale(BTC))
        self.tell(hot)
        self.assertFalse(hot.stale(BTC))


class Way(HotloopCase):
    def test_detectors_news_is_emitted_and_told_states_are_only_kept(self):
        heard = []
        hot = self.hot(emit=heard.append)
        self.signal("spread_ticks", 3)
        self.signal("sweep_sniffer", True, {"side": "Buy", "volume": "2"})
        wait_for(lambda: heard)
        told = [e for e in self.client.events(timeout=0.1) if e.event_type == "signal"]
        self.assertEqual([e.payload["name"] for e in told], ["sweep_sniffer"])
        self.assertEqual(heard, told)
        self.assertFalse(hot.stale(BTC))

    def test_another_hot_loop_of_the_client_takes_no_news_from_the_first(self):
        first, second = [], []
        self.hot(emit=first.append)
        for more in ({}, {"emit": second.append}):
            Hotloop(self.client, ["paper:ETH/USDT"], **more)
        self.signal("sweep_sniffer", True, {"side": "Buy", "volume": "2"})
        wait_for(lambda: second)
        self.assertEqual(first, second)

    def test_a_feed_of_our_own_is_published(self):
        hot = self.hot()
        hot.apply_snapshot(BTC, [("1.5", 2)], [], 7)
        trade = {"price": "1.5", "qty": "1"}
        hot.apply_delta(BTC, {"bids": [(Decimal("1.5"), 0)], "trades": [trade]}, 8)
        hot.apply_delta(BTC, "{raw}", 9)
        wait_for(lambda: len([m for m in self.daemon.received if m["type"] == "PUBLISH"]) == 3)
        said = [m for m in self.daemon.received if m["type"] == "PUBLISH"]
        self.assertEqual([m["kind"] for m in said], ["snapshot", "delta", "raw"])
        self.assertEqual(said[0]["payload"], {"bids": [["1.5", "2"]], "asks": []})
        self.assertEqual(said[1]["payload"]["bids"], [["1.5", "0"]])
        self.assertEqual((said[2]["payload"], said[2]["ts_us"]), ("{raw}", 9))

    def test_settings_are_the_daemons(self):
        hot = self.hot()
        with self.assertRaisesRegex(RequestRefused, "half_life_s"):
            hot.update_config({"half_life_s": 3})

    def test_capabilities_are_asked_once(self):
        hot = self.hot()
        self.daemon.results["hotloop_capabilities"] = {"best": True}
        self.assertTrue(hot.capabilities(BTC)["best"])
        self.daemon.results["hotloop_capabilities"] = {"best": False}
        self.assertTrue(hot.capabilities(BTC)["best"])


class OnAsyncio(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.daemon = FakeDaemon()
        self.addCleanup(self.daemon.close)

    async def test_the_cache_answers_on_an_asyncio_client_and_asks_nothing(self):
        client = AsyncClient("test", self.daemon.port, token=TOKEN)
        self.addAsyncCleanup(client.close, timeout=0.5)
        await client.connect()
        hot = await Hotloop.on(client, [BTC], depth=2)
        self.assertTrue(hot.stale(BTC))
        payload = {"name": "queue", "value": QUEUE, "args": {"depth": 2}}
        with self.daemon.lock:
            event = {**EVENT, "seq_id": 1, "payload": payload}
            self.daemon.send({"type": "EVENTS", "seq_id": 1, "events": [event]})
        for _ in range(1000):
            if not hot.stale(BTC):
                break
            await asyncio.sleep(0.005)
        self.assertFalse(hot.stale(BTC))
        forecast = hot.pfill_ttf(BTC, "Buy", "100", "1", 12_000)
        self.assertAlmostEqual(forecast.p, WITHIN_ONE, 12)
        self.assertIsNone(hot.size_ahead(BTC, "Buy", "98"), "below the cache")
        self.assertIsNone(hot.size_ahead(BTC, "Buy", "100", order_id="4"))
        self.assertIsNone(hot.pfill_ttf(BTC, "Buy", "98", "1", 6_000).p)
        self.assertEqual(hot.capabilities(BTC), {})
        self.assertTrue(hot.apply_snapshot(BTC, [], [], 7))


if __name__ == "__main__":
    unittest.main()
