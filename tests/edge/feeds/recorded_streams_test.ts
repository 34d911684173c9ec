/**
 * Real recorded streams of venues: books equal the venues' own checksums and quotes to the end, and
 * a message that is missing anywhere is noticed (R-MODE-2, R-VENUE-7).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Book } from "../../../core/book.ts";
import type { Draft } from "../../../core/event.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { instrumentId } from "../../../core/numbers.ts";
import { openFormat } from "../../../edge/feeds/capture_formats.ts";
import type { CaptureReader } from "../../../edge/feeds/capture_reader.ts";
import { LineReader } from "../../../edge/feeds/line_reader.ts";
import { Prng } from "../../../edge/feeds/prng.ts";
import { fileOf } from "../../support/read_only_disk.ts";
import { sharedData } from "../../support/shared_data.ts";
import { INSTRUMENT } from "../../support/simulated_venue.ts";

const KRAKEN = "crypto/cryptofeed/KRAKEN.ws.50.0.gz";
const RECORDED = [
  "crypto/cryptofeed/BINANCE_FUTURES.http.0.0.gz",
  "crypto/cryptofeed/BINANCE_FUTURES.ws.1.0.gz",
];
const BYBIT = "crypto/bybit/2024-12-01_XRPUSDT_ob500.data.zip";

/** Decimals of prices where they are not 6, as the venue lists them. */
const DECIMALS: Readonly<Record<string, number>> = {
  "ADA/XBT": 9,
  "ETH/CHF": 5,
  "GRT/ETH": 9,
  "KSM/XBT": 8,
  "OCEAN/XBT": 9,
  "XBT/CHF": 5,
};

/** A reader that takes every symbol, with sizes of these decimals. */
class Reading {
  readonly problems: string[] = [];
  readonly drafts: Draft[] = [];
  readonly symbols: string[] = [];
  readonly reader: CaptureReader;

  constructor(format: string, decimals: { readonly price?: number; readonly size: number }) {
    const discover = (symbol: string): Instrument => {
      const price = decimals.price ?? DECIMALS[symbol] ?? 6;
      this.symbols.push(symbol);
      return {
        ...INSTRUMENT,
        id: instrumentId(this.symbols.length - 1),
        symbol,
        priceRule: { scale: price, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
        qtyRule: { ...INSTRUMENT.qtyRule, scale: decimals.size },
      };
    };
    const problem = (text: string): void => void this.problems.push(text);
    this.reader = openFormat(format, { instruments: [], discover, problem });
  }

  play(lines: Iterable<string>): this {
    let number = 0;
    for (const line of lines) this.drafts.push(...this.reader.read(line, `capture:${++number}`));
    return this;
  }

  count(eventType: string): number {
    return this.drafts.filter((draft) => draft.eventType === eventType).length;
  }
}

function testWithData(files: readonly string[], name: string, run: () => void): void {
  const isThere = files.every((file) => sharedData(file) !== undefined);
  Deno.test({
    name: isThere ? name : `${name} [skipped: needs ${files.join(", ")}]`,
    ignore: !isThere,
    fn: run,
  });
}

function linesOf(...files: readonly string[]): string[] {
  const lines: string[] = [];
  for (const file of files) {
    const reader = new LineReader(fileOf(Deno.readFileSync(sharedData(file) ?? "")));
    for (let line = reader.next(); line !== undefined; line = reader.next()) lines.push(line);
  }
  return lines;
}

testWithData(
  [KRAKEN],
  "every one of 4279 book messages of ten pairs has the venue's checksum",
  () => {
    const reading = new Reading("kraken", { size: 8 }).play(linesOf(KRAKEN));
    deepStrictEqual(reading.problems, []);
    strictEqual(reading.symbols.length, 10);
    const { snapshots, depthMessages, gaps, badLines } = reading.reader.summary;
    deepStrictEqual([snapshots + depthMessages, gaps, badLines], [4279, 0, 0]);
  },
);

testWithData([KRAKEN], "a book that lost its best level is noticed by its checksum", () => {
  const lines = linesOf(KRAKEN);
  const changes = lines.flatMap((line, at) => /"c":"/.test(line) ? [at] : []);
  const prng = new Prng({ seed: 1, stream: 0 });
  let noticed = 0;
  for (let n = 0; n < 20; n++) {
    const removed = changes[prng.below(changes.length - 500)] ?? 0;
    const left = lines.filter((_, at) => at !== removed);
    const reading = new Reading("kraken", { size: 8 }).play(left);
    if (reading.problems.length === 0) continue; // the level was below the ten of the checksum
    noticed++;
    match(reading.problems[0] ?? "", /must have the checksum \d+: was \d+/);
    strictEqual(reading.count("BookInvalidated"), reading.problems.length);
  }
  ok(noticed >= 3, `${noticed} of 20 noticed`);
});

testWithData(
  RECORDED,
  "books of four futures from requested snapshots equal the venue's quotes",
  () => {
    const reading = new Reading("binance", { price: 6, size: 0 }).play(linesOf(...RECORDED));
    deepStrictEqual(reading.problems.filter((text) => !text.includes("kline")), []);
    const { snapshots, depthMessages, quotes, trades, gaps } = reading.reader.summary;
    deepStrictEqual([snapshots, depthMessages, quotes, trades, gaps], [4, 764, 613, 91, 0]);
    const compared = compare(reading.drafts);
    deepStrictEqual(compared.differences, []);
    ok(compared.equal > 20, `${compared.equal} compared`);
  },
);

/** Compares the best prices of books and quotes wherever both have the same update id. */
function compare(drafts: readonly Draft[]): { equal: number; differences: string[] } {
  const books = new Map<number | null, Book>();
  const bests = new Map<string, string>();
  const found = { equal: 0, differences: [] as string[] };
  const meet = (key: string, best: string): void => {
    const other = bests.get(key);
    bests.set(key, best);
    if (other === undefined) return;
    if (other === best) found.equal++;
    else found.differences.push(`${key}: ${other} and ${best}`);
  };
  for (const draft of drafts) {
    const { eventType, payload, instrument, eventTime } = draft;
    const book = books.get(instrument) ?? new Book();
    books.set(instrument, book);
    if (eventType === "BookSnapshot") book.applySnapshot(payload, eventTime);
    if (eventType === "BookDelta") {
      book.applyDelta(payload, eventTime);
      const [bid, ask] = [book.best("Buy"), book.best("Sell")];
      const best = [bid?.price, bid?.qty, ask?.price, ask?.qty].join(" ");
      meet(`${instrument} ${payload.updateId}`, best);
    }
    if (eventType === "QuoteUpdated") {
      const best = [payload.bidPx, payload.bidQty, payload.askPx, payload.askQty].join(" ");
      meet(`${instrument} ${payload.updateId}`, best);
    }
  }
  return found;
}

testWithData([BYBIT], "an archived book keeps its ids, and each missing message is noticed", () => {
  const lines = linesOf(BYBIT);
  const whole = new Reading("bybit", { price: 4, size: 0 }).play(lines);
  deepStrictEqual(whole.problems, []);
  deepStrictEqual([whole.count("BookSnapshot"), whole.count("BookDelta")], [1, 49]);
  for (let removed = 1; removed < lines.length - 1; removed++) {
    const left = lines.filter((_, at) => at !== removed);
    const reading = new Reading("bybit", { price: 4, size: 0 }).play(left);
    strictEqual(reading.count("BookInvalidated"), 1, `removed ${removed}`);
  }
});

const HYPERLIQUID = "crypto/hftbacktest/hyperliquid_btcusd_20250126.gz";
testWithData([HYPERLIQUID], "a stream of whole books and trades is read without a problem", () => {
  const reading = new Reading("hyperliquid", { price: 1, size: 5 }).play(linesOf(HYPERLIQUID));
  deepStrictEqual(reading.problems, []);
  deepStrictEqual([reading.count("BookSnapshot"), reading.count("TradePrinted")], [46, 64]);
});

const DIFFS = [
  ["USD-M", ["crypto/hftbacktest/usdm_btcusdt_20240808.gz"], 1, 3],
  [
    "spot",
    ["crypto/hftbacktest/spot_btcusdt_20240808.gz", "crypto/hftbacktest/spot_btcusdt_20240809.gz"],
    2,
    8,
  ],
] as const;
for (const [market, files, price, size] of DIFFS) {
  testWithData(
    files,
    `removing one random message of a ${market} stream is reported, 200 times`,
    () => {
      const depth = linesOf(...files).filter((line) => line.includes('"depthUpdate"'));
      const prng = new Prng({ seed: 7, stream: price });
      for (let n = 0; n < 200; n++) {
        const removed = prng.between({ least: 1, most: depth.length - 2 });
        const around = [removed - 1, removed + 1].flatMap((at) => depth[at] ?? []);
        const reading = new Reading("binance", { price, size }).play(around);
        strictEqual(reading.problems.length, 1, `removed ${removed}`);
        match(reading.problems[0] ?? "", /capture:2: the depth stream has a gap/);
      }
    },
  );
}
