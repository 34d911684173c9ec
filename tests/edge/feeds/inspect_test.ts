/**
 * What recorded files hold, as `feed inspect` says it (R-MODE-2).
 * @module
 */
import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { type Findings, inspectCapture, type InspectOptions } from "../../../edge/feeds/inspect.ts";
import { diskOf } from "../../support/read_only_disk.ts";

type Told = { readonly found: Findings; readonly problems: readonly string[] };

function inspect(text: string, of: Partial<InspectOptions> = {}): Told {
  const problems: string[] = [];
  const files = new Map([["a.gz", gzipSync(new TextEncoder().encode(text))]]);
  const found = inspectCapture({
    files: ["a.gz"],
    format: "csv",
    instruments: [],
    disk: diskOf(files),
    isStrict: false,
    problem: (problem) => problems.push(problem),
    progress: () => {},
    ...of,
  });
  return { found, problems };
}

const TRADES = [
  "time,symbol,price,size",
  "1700000000,BTC,1,1",
  "1700000090,BTC,1,1",
  "1700000030,BTC,1,1",
  "x,BTC,1,1",
  "1700000031,ETH,1,1",
].join("\n");

Deno.test("inspectCapture() finds instruments, period, order and pauses by itself", () => {
  const { found, problems } = inspect(TRADES);
  deepStrictEqual(found.compression, ["gzip"]);
  deepStrictEqual([found.events, found.summary.badLines, found.isWhole], [4, 1, true]);
  match(problems.join(), /^a\.gz:5: .*time must be a time: was "x"$/);
  const [btc, eth] = found.instruments;
  deepStrictEqual([btc?.name, btc?.counts], ["BTC", { TradePrinted: 3 }]);
  deepStrictEqual([btc?.firstUs, btc?.lastUs], [1_700_000_000_000_000, 1_700_000_090_000_000]);
  deepStrictEqual([btc?.outOfOrder, btc?.pauses, btc?.longestPauseUs], [1, 1, 90_000_000]);
  deepStrictEqual([eth?.name, eth?.counts], ["ETH", { TradePrinted: 1 }]);
});

Deno.test("inspectCapture() read strictly stops at the first bad line and is not whole", () => {
  const { found } = inspect(TRADES, { isStrict: true });
  deepStrictEqual([found.events, found.isWhole, found.instruments.length], [3, false, 1]);
});

Deno.test("inspectCapture() reads as finely as it is told", () => {
  const rows = "time,price,size\n1700000000,99999999999,0.5\n";
  strictEqual(inspect(rows).found.summary.badLines, 1);
  strictEqual(inspect(rows, { decimals: { price: 0, size: 1 } }).found.summary.badLines, 0);
});

Deno.test("inspectCapture() names a file that is missing, and refuses a format nobody knows", () => {
  const { found, problems } = inspect("", { files: ["gone"] });
  deepStrictEqual([found.isWhole, found.events], [false, 0]);
  match(problems.join(), /^gone: Cannot open gone/);
  throws(() => inspect("", { format: "xls" }), /its format must be one of/);
});

Deno.test("inspectCapture() says how far it is", () => {
  const rows = Array.from({ length: 70_000 }, (_, at) => `${1_700_000_000 + at},1,1`);
  const said: string[] = [];
  const of = { progress: (text: string): void => void said.push(text) };
  const { found } = inspect(["time,price,size", ...rows].join("\n"), of);
  deepStrictEqual([said, found.events], [["65536 moments, 65536 events"], 70_000]);
});
