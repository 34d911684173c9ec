/**
 * The view as it looks, in a small and in a large window, and that it never leaves its window.
 *
 * Proves R-OPS-7 (`top`: readable at 80 × 24). `deno run --allow-read --allow-write` of this file with
 * `--write` draws the frames anew; look at them before you keep them.
 * @module
 */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { lineText } from "../../../../edge/cli/top/line.ts";
import type { OrderRow, TopModel } from "../../../../edge/cli/top/model.ts";
import { paintFrame, paintText } from "../../../../edge/cli/top/paint.ts";
import { PAGES, render } from "../../../../edge/cli/top/render.ts";
import { GONE, NIGHT, NOW_US, orderRow, QUIET } from "../../../support/top_model.ts";

const FRAMES = [
  ["night_80x24", NIGHT, { columns: 80, rows: 24 }],
  ["night_200x50", NIGHT, { columns: 200, rows: 50 }],
  ["gone_80x24", GONE, { columns: 80, rows: 24 }],
  ["quiet_80x24", QUIET, { columns: 80, rows: 24 }],
] as const;

type Size = { readonly columns: number; readonly rows: number };

function draw(model: TopModel, size: Size): readonly string[] {
  return render(model, { size, page: "overview", isPaused: false, hasKeys: true }).map(lineText);
}

function frameFile(name: string): URL {
  return new URL(`./frames/${name}.txt`, import.meta.url);
}

for (const [name, model, size] of FRAMES) {
  Deno.test(`render() draws ${name} as it was looked at and found good`, () => {
    deepStrictEqual(
      draw(model, size),
      Deno.readTextFileSync(frameFile(name)).split("\n").slice(0, -1),
    );
  });
}

Deno.test("render() says first that the daemon is gone, then what is in doubt", () => {
  const [, news = ""] = draw(GONE, { columns: 200, rows: 24 });
  match(
    news,
    /^NOT CONNECTED for 8s, figures are old: connection refused; kill switch on; 2 in doubt/,
  );
});

Deno.test("render() says that a doubt is older than the view", () => {
  const newsOf = (...rows: readonly OrderRow[]): string => {
    const orders = { ...QUIET.orders, inDoubt: rows.length, rows };
    return draw({ ...QUIET, orders }, { columns: 200, rows: 24 })[1] ?? "";
  };
  const [seen, found] = [
    orderRow({ isInDoubt: true, sinceUs: NOW_US - 5_000_000 }),
    orderRow({ isInDoubt: true, sinceUs: NOW_US - 2_000_000, isSinceAtLeast: true }),
  ];
  match(newsOf(seen), /^1 in doubt, oldest 5s /);
  match(newsOf(found), /^1 in doubt, oldest >2s /);
  match(newsOf(seen, found), /^2 in doubt, oldest >5s /);
});

Deno.test("render() names an instrument that is halted by itself, and how many more there are", () => {
  const newsOf = (...rows: readonly (readonly [string, string])[]): string => {
    const instruments = rows.map(([instrument, tradingState]) => ({ instrument, tradingState }));
    return draw({ ...QUIET, instruments }, { columns: 200, rows: 24 })[1] ?? "";
  };
  match(newsOf(["main:A", "Halted"]), /^main:A Halted +127\.0\.0\.1:7411 /);
  match(
    newsOf(["main:A", "Reducing"], ["main:B", "Halted"], ["main:C", "Halted"]),
    /^main:B and 1 more Halted; main:A Reducing +127/,
  );
});

Deno.test("render() marks a loss by its sign and an arrow, not by its colour alone", () => {
  const text = draw(NIGHT, { columns: 200, rows: 50 }).join("\n");
  match(text, /maker\/grid +-1,400\.50 ▼/);
  match(text, /maker\/\(no tag\) +\+12\.25 /);
});

Deno.test("render() shows orders in doubt before all others, the longest doubt first", () => {
  const lines = draw(NIGHT, { columns: 200, rows: 50 });
  const doubtful = lines.flatMap((line, at) => line.includes("IN DOUBT ") ? [at] : []);
  deepStrictEqual(doubtful.slice(-2), [4, 5]);
  match(lines[4] ?? "", /^ +12 .* 95s /);
});

Deno.test("render() shows a tag that would move the cursor as harmless text", () => {
  const nasty = "\u001b[2J\u0007evil\u202e\r\n";
  const rows = [orderRow({ tag: nasty, client: nasty, intentId: "x" })];
  const model = { ...QUIET, orders: { ...QUIET.orders, open: 1, rows } };
  const lines = render(model, {
    size: { columns: 200, rows: 24 },
    page: "orders",
    isPaused: false,
    hasKeys: true,
  });
  const painted = paintText(lines, { hasColour: false });
  // deno-lint-ignore no-control-regex
  doesNotMatch(painted, /[\x00-\x09\x0b-\x1f\x7f\u202e]/);
  match(painted, /evil/);
});

/** Pieces of text with the columns that they take, from the Unicode tables and not from our own. */
const PIECES = fc.constantFrom(
  "a",
  "é",
  "Ж",
  "│",
  "…",
  "中",
  "の",
  "한",
  "🚀",
  "e\u0301",
  "€",
  "\t",
);
const PIECE_WIDTHS: ReadonlyMap<string, number> = new Map([["中", 2], ["の", 2], ["한", 2], [
  "🚀",
  2,
]]);
const names = fc.array(PIECES, { maxLength: 40, size: "max" }).map((pieces) => pieces.join(""));

function independentWidth(line: string): number {
  return [...line.normalize("NFC")]
    .reduce((sum, character) => sum + (PIECE_WIDTHS.get(character) ?? 1), 0);
}

const decimals = fc.tuple(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.nat({ max: 999_999 }))
  .map(([whole, fraction]) => `${whole}.${fraction}1`);

const models = fc.record({
  name: names,
  tag: fc.option(names),
  amount: decimals,
  orders: fc.nat({ max: 60 }),
  others: fc.nat({ max: 12 }),
}).map(({ name, tag, amount, orders, others }): TopModel => ({
  ...NIGHT,
  link: { kind: "lost", reason: name, sinceUs: NOW_US },
  orders: {
    ...NIGHT.orders,
    rows: Array.from(
      { length: orders },
      (_, at) => orderRow({ instrument: name, tag, orderQty: amount, isInDoubt: at % 3 === 0 }),
    ),
  },
  positions: Array.from({ length: others }, () => ({
    instrument: name,
    qty: amount,
    avgPx: amount,
    realisedPnl: amount,
    unrealisedPnl: amount,
    currency: name,
  })),
  tags: Array.from({ length: others }, () => ({
    client: name,
    tag,
    isRest: false,
    currency: name,
    pnl: amount,
    fees: amount,
  })),
  venues: NIGHT.venues.map((row) => ({ ...row, venue: name, reason: name })),
  instruments: Array.from({ length: others }, () => ({ instrument: name, tradingState: name })),
  rejects: { sinceUs: NOW_US, codes: [{ code: "SCHEMA", count: orders, text: name }] },
}));

Deno.test("render() never draws a line wider than the window, nor more lines than it has", () => {
  const windows = fc.record({
    columns: fc.integer({ min: 1, max: 240 }),
    rows: fc.integer({ min: 1, max: 70 }),
  });
  fc.assert(
    fc.property(
      models,
      windows,
      fc.constantFrom(...PAGES),
      fc.boolean(),
      (model, size, page, hasKeys) => {
        const lines = render(model, { size, page, isPaused: false, hasKeys });
        ok(lines.length <= size.rows, `${lines.length} lines in ${size.rows} rows`);
        for (const line of lines) {
          const text = line.map((span) => span.text).join("");
          ok(independentWidth(text) <= size.columns, `${independentWidth(text)}: ${text}`);
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("render() keeps the order of its columns: a figure is whole or ends in an ellipsis", () => {
  fc.assert(fc.property(fc.integer({ min: 20, max: 120 }), (columns) => {
    const lines = draw(NIGHT, { columns, rows: 50 });
    const quantities = lines.flatMap((line) =>
      /main:BTC\/USDT +(\S+) {2}[+-]/.exec(line)?.[1] ?? []
    );
    for (const quantity of quantities) {
      ok(quantity === "-1.2399" || quantity.endsWith("…"), quantity);
    }
  }));
});

Deno.test("paintFrame() is one text that overwrites the window without erasing it first", () => {
  const lines = render(NIGHT, {
    size: { columns: 80, rows: 24 },
    page: "overview",
    isPaused: false,
    hasKeys: true,
  });
  const painted = paintFrame(lines, { hasColour: true, columns: 80 });
  ok(!painted.includes("\u001b[2J"));
  strictEqual(painted.split("\r\n").length, 24);
  ok(painted.includes("\u001b[1;31m"), "what is bad is red");
  const plain = paintFrame(lines, { hasColour: false, columns: 80 });
  // deno-lint-ignore no-control-regex
  doesNotMatch(plain, /\u001b\[[0-9;]*m/);
});

if (import.meta.main && Deno.args.includes("--write")) {
  for (const [name, model, size] of FRAMES) {
    Deno.writeTextFileSync(frameFile(name), draw(model, size).map((line) => `${line}\n`).join(""));
  }
}
