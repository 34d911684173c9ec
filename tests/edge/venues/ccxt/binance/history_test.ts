/**
 * Executions since a time, read with failures in between. Proves R-EXEC-5 (no execution left out)
 * after days away from a venue that does not answer everything in a row.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { History } from "../../../../../edge/venues/ccxt/binance/history.ts";
import type { BinanceTrade } from "../../../../../edge/venues/ccxt/binance/payloads.ts";
import { BinanceRequests } from "../../../../../edge/venues/ccxt/binance/requests.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const AWAY_DAYS = 100;

/** A market whose executions are listed some time after they happened, and who reads them. */
class Rig {
  nowMs = AWAY_DAYS * DAY_MS;
  /** When each happened, and from when on it is listed. */
  readonly trades: { readonly timeMs: number; readonly listedMs: number }[] = [];
  readonly history = new History(new BinanceRequests("spot"), () => this.nowMs + 0.5);
  asked = 0;
  /** So many more questions are answered. */
  answers = Infinity;

  /** Returns the times of the executions; undefined: it could not read them all. */
  read(fromMs: number): readonly number[] | undefined {
    let found: readonly BinanceTrade[] | undefined;
    const span = { fromMs, toMs: this.nowMs };
    this.history.read(({ params }, use) => {
      this.asked++;
      if (this.answers-- <= 0) return;
      use(this.#rows(Number(params["startTime"]), Number(params["endTime"])));
    }, { symbol: "BTCUSDT", span, done: (trades) => found = trades });
    return found?.map(({ timeMs }) => timeMs).toSorted((left, right) => left - right);
  }

  #rows(fromMs: number, toMs: number): readonly unknown[] {
    return this.trades
      .filter(({ timeMs, listedMs }) =>
        timeMs >= fromMs && timeMs <= toMs && listedMs <= this.nowMs
      )
      .map(({ timeMs: time }) => ({
        ...{ symbol: "BTCUSDT", id: time, orderId: 1, isBuyer: true, isMaker: true, time },
        ...{ price: "1", qty: "1", commission: "0", commissionAsset: "BNB" },
      }));
  }
}

Deno.test("read() goes on where the last attempt has failed, and leaves nothing out", () => {
  const rig = new Rig();
  const times = Array.from({ length: AWAY_DAYS }, (_, day) => day * DAY_MS + 7);
  for (const timeMs of times) rig.trades.push({ timeMs, listedMs: timeMs });
  let attempts = 1;
  for (rig.answers = 30; rig.read(0) === undefined; rig.answers = 30) attempts++;
  deepStrictEqual([attempts, rig.asked], [4, AWAY_DAYS + 1 + 3]);
  deepStrictEqual(rig.read(0), times);
});

Deno.test("read() reads again what may not have been listed yet", () => {
  const rig = new Rig();
  const timeMs = rig.nowMs - MINUTE_MS;
  rig.trades.push({ timeMs, listedMs: rig.nowMs + MINUTE_MS });
  deepStrictEqual(rig.read(0), []);
  rig.nowMs += MINUTE_MS;
  deepStrictEqual(rig.read(0), [timeMs]);
});

Deno.test("read() tells nothing from before its span, and begins anew before and behind it", () => {
  const rig = new Rig();
  for (const timeMs of [5, 3 * DAY_MS]) rig.trades.push({ timeMs, listedMs: timeMs });
  rig.read(0);
  deepStrictEqual(rig.read(6), [3 * DAY_MS]);
  rig.history.forget();
  rig.asked = 0;
  rig.read(rig.nowMs - DAY_MS);
  deepStrictEqual([rig.read(0), rig.asked > AWAY_DAYS], [[5, 3 * DAY_MS], true]);
  strictEqual(rig.read(rig.nowMs + 1)?.length, 0);
});
