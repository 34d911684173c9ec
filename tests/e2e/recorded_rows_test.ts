/**
 * Paper trading on rows: levels in CSV and trades in JSON lines, compressed differently, merged by
 * time, end to end; then the journal of that run as a recording, and the recording begun again.
 *
 * Proves R-MODE-1 (paper) and R-MODE-2 (CSV, JSON lines, journals).
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { DaemonProcess, runTapeline } from "../support/daemon_process.ts";
import { place } from "../support/remote_client.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";

const START_S = 1_700_000_000;
/** Pause of the recording before its trades: the client places its order in it. */
const QUIET_S = 6;
const INSTRUMENT = "rows:BTC/USDT";

function levels(): string {
  const rows = [[0, "true", "bid", 99, 5], [0, "true", "ask", 101, 5]];
  for (let second = 1; second <= QUIET_S + 2; second++) {
    rows.push([second, "false", "bid", 98, second]);
  }
  const lines = rows.map(([second, ...rest]) => [Number(second) + START_S, ...rest].join(";"));
  return ["when;snap;side;px;qty", ...lines].join("\r\n");
}

function trades(): string {
  const trade = (second: number, price: number): string =>
    JSON.stringify({ data: { ts: (START_S + second) * 1000, p: price, q: "2.5", m: true } });
  return [trade(QUIET_S, 100), "no json", trade(QUIET_S + 1, 99.5)].join("\n");
}

function configuration(files: { readonly levels: string; readonly trades: string }): string {
  return `mode: paper
venues:
  - name: rows
    exchange: rows
    feed:
      kind: capture
      files: [${JSON.stringify(files.levels)}]
      format: csv
      columns:
        { delimiter: ";", time: when, is_snapshot: snap, side: side, price: px, size: qty }
      beside:
        - files: [${JSON.stringify(files.trades)}]
          format: jsonl
          columns: { time: data.ts, price: data.p, size: data.q, buyer_is_maker: data.m }
    balances:
      - { currency: USDT, total: "1000" }
    instruments:
      - symbol: BTC/USDT
        base: BTC
        quote: USDT
        price: { quantum: "0.1" }
        quantity: { quantum: "0.001" }
`;
}

Deno.test("paper orders trade on rows of two recordings, and the journal of it is one again", async () => {
  using directory = new TemporaryDirectory();
  const encoder = new TextEncoder();
  const written = (name: string, bytes: Uint8Array): string => {
    Deno.writeFileSync(`${directory.path}/${name}`, bytes);
    return `${directory.path}/${name}`;
  };
  const config = directory.write(
    "run.yaml",
    configuration({
      levels: written("levels.csv.gz", gzipSync(encoder.encode(levels()))),
      trades: written("trades.jsonl.zst", zstdCompressSync(encoder.encode(trades()))),
    }),
  );
  const stateDir = directory.state;
  {
    await using daemon = await DaemonProcess.start({ stateDir, config });
    const client = await daemon.connect("maker");
    await until(async () => {
      const answer = await client.query("best", { instrument: INSTRUMENT, side: "Buy" });
      return JSON.stringify(answer["result"]).includes('"99"');
    }, "the book");
    const order = { instrument: INSTRUMENT, side: "Buy", order_qty: "1", price: "100" };
    await client.send(place("m-1", order));
    const fill = await client.report((report) => report["exec_type"] === "Trade", "the fill");
    deepStrictEqual([fill["last_qty"], fill["last_px"]], ["1", "100"]);
    await until(() => daemon.alarms("feed_problem").length === 1, "the line that is no JSON");
    match(String(daemon.alarms("feed_problem")[0]?.["text"]), /trades.jsonl.zst:2: .*must be JSON/);
    client.close();
    strictEqual(await daemon.stop(), 0);
  }
  const inspected = await runTapeline(
    "feed",
    "inspect",
    `${stateDir}/journal/00000001.log`,
    "--json",
  );
  const found = JSON.parse(inspected.stdout);
  deepStrictEqual([found.format, found.bad_lines, found.whole], ["journal", 0, true]);
  const { instrument, counts } = found.instruments[0];
  deepStrictEqual([instrument, counts.BookSnapshot], [INSTRUMENT, 1]);
  ok(counts.TradePrinted >= 1);

  await using again = await DaemonProcess.start({ stateDir, config });
  const told = (): readonly string[] =>
    again.alarms("feed_problem").map(({ text }) => String(text))
      .filter((text) => text.includes("from before this start"));
  await until(() => told().length > 0, "that the recording begins again");
  match(told()[0] ?? "", /^rows:BTC\/USDT is in the journal from before this start: orders and /);
  strictEqual(await again.stop(), 0);
});
