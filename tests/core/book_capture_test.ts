/**
 * Proves the book on a real capture: every level of every update agrees with the naive twin, over
 * prices from a third to one and a half times the market's (R-HOT-1's base).
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Book } from "../../core/book.ts";
import { toQuanta } from "../../core/decimal.ts";
import { micros } from "../../core/numbers.ts";
import { NaiveBook } from "../support/naive_book.ts";
import { sharedData } from "../support/shared_data.ts";

const CAPTURES = [
  ["crypto/hftbacktest/usdm_btcusdt_20240808.gz", { price: 1, qty: 3 }, 443_521],
  ["crypto/hftbacktest/spot_btcusdt_20240808.gz", { price: 2, qty: 8 }, 124_090],
] as const;

type Scales = { readonly price: number; readonly qty: number };
type Rows = readonly (readonly [string, string])[];
type Update = { readonly isSnapshot: boolean; readonly bids: number[]; readonly asks: number[] };

function flat(rows: Rows, scales: Scales): number[] {
  return rows.flatMap(([price, qty]) => [
    toQuanta(price, scales.price) ?? NaN,
    toQuanta(qty, scales.qty) ?? NaN,
  ]);
}

function readUpdates(path: string, scales: Scales): Update[] {
  const updates: Update[] = [];
  for (const line of gunzipSync(readFileSync(path)).toString().split("\n")) {
    const isSnapshot = line.includes('"lastUpdateId"');
    if (!isSnapshot && !line.includes('"depthUpdate"')) continue;
    const message = JSON.parse(line.slice(line.indexOf(" ") + 1));
    const { bids, asks } = isSnapshot
      ? { bids: message.bids, asks: message.asks }
      : { bids: message.data.b, asks: message.data.a };
    updates.push({ isSnapshot, bids: flat(bids, scales), asks: flat(asks, scales) });
  }
  return updates;
}

function countLevels(updates: readonly Update[]): number {
  const deltas = updates.filter((update) => !update.isSnapshot);
  return deltas.reduce((sum, { bids, asks }) => sum + (bids.length + asks.length) / 2, 0);
}

for (const [name, scales, levels] of CAPTURES) {
  const path = sharedData(name);
  Deno.test({
    name: `Book agrees with its naive twin on ${name}`,
    ignore: path === undefined,
    fn: () => {
      const updates = readUpdates(path ?? "", scales);
      strictEqual(countLevels(updates), levels);
      const book = new Book();
      const twin = new NaiveBook();
      for (const [at, update] of updates.entries()) {
        const time = micros(at);
        if (update.isSnapshot) book.applySnapshot(update, time);
        else book.applyDelta(update, time);
        twin.apply({ kind: update.isSnapshot ? "snapshot" : "delta", ...update }, time);
        if (at % 250 === 0 || at === updates.length - 1) {
          const { isFresh, updatedUs } = book;
          const sides = [[...book.levels("Buy")], [...book.levels("Sell")]];
          const best = sides.map((side) => side[0]);
          deepStrictEqual({ isFresh, updatedUs, best, levels: sides }, twin.digest());
        }
      }
    },
  });
}
