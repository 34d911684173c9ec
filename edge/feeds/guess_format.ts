/**
 * Tells the format of a recorded file from its first line.
 * @module
 */
import type { Disk } from "../ports.ts";
import { LineReader } from "./line_reader.ts";

/** Lines looked at: recorders write empty ones. */
const LINES_MAX = 100;

/** In order; the first that fits counts. Anything else is taken for `csv`. */
const SIGNS: readonly (readonly [string, RegExp])[] = [
  ["hyperliquid", /^\d{19} \{"channel":/],
  ["kraken", new RegExp("^(?:https|wss)://\\w+\\.kraken\\.com")],
  ["binance", new RegExp("^(?:https|wss)://\\w+\\.binance\\.com")],
  ["binance", /^\d{19} \{/],
  ["bybit", /^\{"topic":"(?:orderbook|publicTrade)\./],
  ["betfair", /^\{"op":\s*"(?:mcm|connection|status)"/],
  ["journal", /^\{"(?:segment|batch|event)":\{/],
  ["jsonl", /^\s*[[{]/],
];

/**
 * Returns the name of a format.
 * @throws {DiskError} If the file cannot be read. @throws {PackedDataError} If it is damaged.
 */
export function guessFormat(disk: Disk, path: string): string {
  const file = disk.open(path, "read");
  try {
    const lines = new LineReader(file);
    for (let n = 0; n < LINES_MAX; n++) {
      const line = lines.next();
      if (line === undefined) break;
      const sign = SIGNS.find(([, pattern]) => pattern.test(line));
      if (sign !== undefined) return sign[0];
      if (line.trim() !== "") break;
    }
    return "csv";
  } finally {
    file.close();
  }
}
