/**
 * Texts, figures and tables of the view.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { tableLines } from "../../../../edge/cli/top/columns.ts";
import {
  ageText,
  countText,
  latencyText,
  moneyText,
  negated,
  priceText,
  sumOf,
} from "../../../../edge/cli/top/figures.ts";
import { lineText } from "../../../../edge/cli/top/line.ts";
import { cut, fit, plain, widthOf } from "../../../../edge/cli/top/text.ts";

const widths = [
  ["BTC/USDT", 8],
  ["裁定", 4],
  ["한국", 4],
  ["🚀", 2],
  ["e\u0301", 1],
  ["€µ→│▼", 5],
] as const;
for (const [text, width] of widths) {
  Deno.test(`widthOf() counts ${width} columns for ${text}`, () =>
    strictEqual(widthOf(text), width));
}

Deno.test("plain() replaces what would move the cursor, hide text or turn it around", () => {
  strictEqual(plain("\u001b[31mred\u0000\u202e\u200b\ud800"), "·[31mred····");
  strictEqual(plain("❤\ufe0f"), "❤");
});

Deno.test("cut() ends in an ellipsis and never splits a wide character", () => {
  strictEqual(cut("裁定取引", 8), "裁定取引");
  strictEqual(cut("裁定取引", 6), "裁定…");
  strictEqual(cut("abc", 0), "");
  strictEqual(cut("abc", 1), "…");
});

Deno.test("fit() pads to the width on either side", () => {
  strictEqual(fit("7", 3, "right"), "  7");
  strictEqual(fit("裁", 3, "left"), "裁 ");
});

const money = [
  ["0", "0.00"],
  ["0.000", "0.00"],
  ["-0.5", "-0.50 ▼"],
  ["12", "+12.00"],
  ["1234567.899", "+1,234,567.89"],
  ["-1234.5", "-1,234.50 ▼"],
  ["0.00001234567", "+0.00001234"],
] as const;
for (const [decimal, text] of money) {
  Deno.test(`moneyText() gives ${text} for ${decimal}`, () =>
    strictEqual(moneyText(decimal), text));
}

const prices = [
  ["60037.339596699925", "60037.3395"],
  ["60037", "60037"],
  ["1234567890123.456", "1234567890123.45"],
  ["0.00001234567890123", "0.000012345678"],
] as const;
for (const [decimal, text] of prices) {
  Deno.test(`priceText() gives ${text} for ${decimal}`, () =>
    strictEqual(priceText(decimal), text));
}

Deno.test("ageText() and latencyText() stay short at every size", () => {
  const ages = [-5, 850_000, 119_000_000, 120_000_000, 7_200_000_000, 172_800_000_000].map(ageText);
  deepStrictEqual(ages, ["0ms", "850ms", "119s", "2m", "2h", "2d"]);
  const latencies = [85, 1_250, 12_500, 125_000, 2_260_000].map(latencyText);
  deepStrictEqual(latencies, ["85µs", "1.25ms", "12.5ms", "125ms", "2.26s"]);
});

Deno.test("sumOf() is exact, and undefined where a decimal is none", () => {
  strictEqual(sumOf(["0.1", "0.2", "-0.3"]), "0");
  strictEqual(
    sumOf(["99999999999999999999.000000000000000001", "1"]),
    "100000000000000000000.000000000000000001",
  );
  strictEqual(sumOf(["1", "x"]), undefined);
});

Deno.test("negated() turns a cost into what it takes away", () => {
  deepStrictEqual(["1.5", "-1.5", "0", "-0.0"].map(negated), ["-1.5", "1.5", "0", "0"]);
});

Deno.test("countText() groups thousands", () => {
  deepStrictEqual([0, 999, 1_000, 1_234_567].map(countText), ["0", "999", "1,000", "1,234,567"]);
});

const columns = [
  { title: "name", align: "left", least: 4 },
  { title: "n", align: "right" },
  { title: "last", align: "left", least: 2 },
] as const;
const rows = [[{ text: "abcdefgh" }, { text: "12345" }, { text: "zzzz" }], [{ text: "b" }]];

Deno.test("tableLines() aligns numbers to the right", () => {
  deepStrictEqual(tableLines(columns, rows, 40).map(lineText), [
    "name          n  last",
    "abcdefgh  12345  zzzz",
    "b",
  ]);
});

Deno.test("tableLines() cuts what may be cut, then drops the last column, and keeps the figures", () => {
  deepStrictEqual(tableLines(columns, rows, 17).map(lineText), [
    "name      n  last",
    "abc…  12345  zzzz",
    "b",
  ]);
  deepStrictEqual(tableLines(columns, rows, 12).map(lineText), [
    "name       n",
    "abcd…  12345",
    "b",
  ]);
});
