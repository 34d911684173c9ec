/**
 * Real recorded files of trades, quotes, depth and bars are read to their end, and hold what was
 * counted of them by others (R-MODE-2). The columns are those that `feed inspect` would be given.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { basename } from "node:path";
import type { Instrument } from "../../../core/instrument.ts";
import type { RawColumns } from "../../../edge/feeds/capture_reader.ts";
import { guessFormat } from "../../../edge/feeds/guess_format.ts";
import { inspectCapture } from "../../../edge/feeds/inspect.ts";
import { diskOf } from "../../support/read_only_disk.ts";
import { sharedData } from "../../support/shared_data.ts";
import { INSTRUMENT } from "../../support/simulated_venue.ts";

type Expected = {
  readonly counts: Readonly<Record<string, number>>;
  readonly columns?: RawColumns;
  readonly period?: readonly [string, string];
  /** Where instruments that nobody configured are too fine to count the volumes. */
  readonly instruments?: readonly Instrument[];
};

/** Lean's files have no header; times count from the day in the file's name. */
const TRADE_BARS = { time: 1, open: 2, high: 3, low: 4, close: 5, volume: 6, time_unit: "ms" };
const QUOTE_BARS = {
  rows: "quotes",
  time: 1,
  bid_price: 5,
  bid_size: 6,
  ask_price: 10,
  ask_size: 11,
  time_unit: "ms",
  bar_ms: 60_000,
};
const FX_TICKS = { time: 1, bid_price: 2, ask_price: 3, time_unit: "ms" };
const NEW_YORK = { time_zone: "-04:00", price_decimals: 4 };
const EQUITY_QUOTES = {
  time: 1,
  bid_price: 2,
  bid_size: 3,
  ask_price: 4,
  ask_size: 5,
  time_unit: "ms",
};
const EQUITY_TRADES = { time: 1, price: 2, size: 3, time_unit: "ms" };

/** Rows by file, as their makers counted them. */
const FILES: readonly (readonly [string, Expected])[] = [
  ["crypto/tardis/binance-futures_quotes_BTCUSDT_2020-02-22.csv.gz", {
    counts: { quotes: 9999 },
    period: ["2020-02-22T00:00:01.096Z", "2020-02-22T00:03:47.061Z"],
  }],
  ["crypto/tardis/binance-futures_trades_BTCUSDT_2020-02-22.csv.gz", {
    counts: { trades: 9999 },
    period: ["2020-02-22T00:00:02.111Z", "2020-02-22T02:05:47.728Z"],
  }],
  ["crypto/tardis/bitmex_trades_XBTUSD.csv", { counts: { trades: 10 } }],
  ["crypto/tardis/huobi-dm-swap_quotes_BTC-USD.csv", { counts: { quotes: 10 } }],
  ["crypto/tardis/deribit_incremental_book_L2_BTC-PERPETUAL.csv", { counts: { snapshots: 1 } }],
  ["crypto/tardis/binance-futures_book_snapshot_5_BTCUSDT.csv", { counts: { snapshots: 10 } }],
  ["crypto/tardis/binance-futures_book_snapshot_25_BTCUSDT.csv", { counts: { snapshots: 10 } }],
  ["crypto/binance_flat/btcusdt-depth-snap.csv", { counts: { snapshots: 1 } }],
  ["crypto/binance_flat/btcusdt-depth-update.csv", { counts: { depthMessages: 1 } }],
  ["crypto/gemini/gemini__eth-usd__2021-07-01__trade.csv.gz", {
    counts: { trades: 25_222 },
    period: ["2021-07-01T00:00:21.647Z", "2021-07-01T23:59:58.988Z"],
  }],
  ["crypto/gemini/gemini__eth-usd__2021-07-01__market-depth.csv.gz", {
    counts: { quotes: 72_180 },
    columns: {
      delimiter: ",_",
      time: 1,
      bid_price: 2,
      bid_size: 3,
      ask_price: 4,
      ask_size: 5,
    },
    period: ["2021-07-01T00:00:00.000Z", "2021-07-01T23:59:59.000Z"],
  }],
  ["bars/btc-perp-20211231-20220201_1m.csv.gz", {
    counts: { bars: 45_031 },
    instruments: [INSTRUMENT],
    columns: { round_sizes: "nearest" },
    period: ["2021-12-31T23:01:00.000Z", "2022-02-01T05:31:59.999Z"],
  }],
  ["bars/6EH4.XCME_1min_bars_20240101_20240131.csv.gz", {
    counts: { bars: 29_996 },
    period: ["2024-01-01T23:01:00.000Z", "2024-01-31T23:59:59.999Z"],
  }],
  ...leanBars("crypto_coinbase_minute_btcusd", { round_sizes: "nearest" }, [
    ["20180404_trade", 1007],
    ["20180404_quote", 1437],
    ["20180405_trade", 1440],
    ["20180405_quote", 1436],
  ]),
  ...leanBars("equity_usa_minute_spy", NEW_YORK, [
    ["20131007_trade", 828],
    ["20131007_quote", 908],
    ["20131008_trade", 828],
    ["20131008_quote", 910],
    ["20131009_trade", 813],
    ["20131009_quote", 902],
    ["20131011_trade", 776],
    ["20131011_quote", 896],
  ]),
  ["fx_equity/quote_tick_data_eurusd_20200101.csv.gz", {
    counts: { quotes: 9500 },
    columns: { time: 1, bid_price: 2, ask_price: 3, time_unit: "text", time_zone: "-05:00" },
    period: ["2020-01-01T22:00:00.065Z", "2020-01-02T04:00:52.125Z"],
  }],
  ["fx_equity/truefx_usdjpy-ticks.csv", {
    counts: { quotes: 1000 },
    period: ["2013-01-01T22:00:00.295Z", "2013-01-01T22:35:13.494Z"],
  }],
  ...[["05", 25_177], ["06", 44_864], ["07", 41_367], ["08", 87_833], ["09", 47_634]].map(
    ([day, quotes]): [string, Expected] => [
      `fx_equity/lean/forex_oanda_tick_eurusd_201405${day}_quote.zip`,
      { counts: { quotes: Number(quotes) }, columns: { ...FX_TICKS, day: `2014-05-${day}` } },
    ],
  ),
  ...([["07", 109_067, 24_293], ["08", 125_750, 33_381]] as const).flatMap(
    ([day, quotes, trades]): [string, Expected][] => {
      const file = `fx_equity/lean/equity_usa_tick_ibm_201310${day}`;
      const at = { ...NEW_YORK, day: `2013-10-${day}` };
      return [
        [`${file}_quote.zip`, { counts: { quotes }, columns: { ...EQUITY_QUOTES, ...at } }],
        [`${file}_trade.zip`, { counts: { trades }, columns: { ...EQUITY_TRADES, ...at } }],
      ];
    },
  ),
];

function leanBars(
  name: string,
  of: RawColumns,
  files: readonly (readonly [string, number])[],
): [string, Expected][] {
  return files.map(([file, rows]) => {
    const [, year, month, date, kind] = /^(\d{4})(\d\d)(\d\d)_(.*)$/.exec(file) ?? [];
    const columns = { ...(kind === "trade" ? TRADE_BARS : QUOTE_BARS), ...of };
    const counts = { [kind === "trade" ? "bars" : "quotes"]: rows };
    const day = `${year}-${month}-${date}`;
    return [`bars/lean/${name}_${file}.zip`, { counts, columns: { ...columns, day } }];
  });
}

for (const [file, expected] of FILES) {
  const path = sharedData(file);
  const { counts, columns, period } = expected;
  Deno.test({
    name: `${basename(file)} is read to its end and holds ${JSON.stringify(counts)}` +
      (path === undefined ? " [skipped: needs the recorded data]" : ""),
    ignore: path === undefined,
    fn: () => {
      const disk = diskOf(new Map([[file, Deno.readFileSync(path ?? "")]]));
      const problems: string[] = [];
      const found = inspectCapture({
        files: [file],
        format: guessFormat(disk, file),
        ...(columns === undefined ? {} : { columns }),
        instruments: expected.instruments ?? [],
        disk,
        isStrict: true,
        problem: (text) => problems.push(text),
        progress: () => {},
      });
      const isDelta = "depthMessages" in counts;
      deepStrictEqual(isDelta ? problems.slice(1) : problems, []);
      deepStrictEqual({ ...found.summary, ...counts }, found.summary);
      ok(found.isWhole);
      const [instrument] = found.instruments;
      strictEqual(instrument?.outOfOrder, 0);
      if (period !== undefined) {
        deepStrictEqual([isoOf(instrument?.firstUs), isoOf(instrument?.lastUs)], period);
      }
    },
  });
}

function isoOf(us = 0): string {
  return new Date(Math.floor(us / 1000)).toISOString();
}
