/**
 * Decimals without quotes, as they are written: a number of YAML's may be another one.
 *
 * Proves: R-OPS-2 in part (a value is what was written, or refused with its place).
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { readerFor } from "../support/configuration_text.ts";

const { read, problemsOf } = readerFor({
  adapters: new Map(),
  captureFormats: [],
  fileExists: () => false,
});

/** A file with this total of an account and this in its first lines. */
function fileOf(
  { total, first = "" }: { readonly total: string; readonly first?: string },
): string {
  return `${first}venues:
  - name: paper
    exchange: paper
    balances: [{ currency: B, total: ${total} }]
    instruments:
      - { symbol: A/B, base: A, quote: B, price: { quantum: "1" }, quantity: { quantum: "1" } }
`;
}

for (
  const [written, total] of [
    ["0.010", "0.01"],
    [".5", "0.5"],
    ["0.000000123456789012345", "0.000000123456789012345"],
    ["123456789012.345", "123456789012.345"],
    ["100000.12345678901", undefined],
    ['"100000.12345678901"', "100000.12345678901"],
    ["1e5", undefined],
    ["1e-8", undefined],
    ["0x10", undefined],
  ] as const
) {
  Deno.test(`parseConfiguration() makes ${total ?? "a problem"} of the total ${written}`, () => {
    const text = fileOf({ total: written });
    if (total !== undefined) {
      const [paper] = read(text).venues;
      strictEqual(paper?.balances[0]?.total, total);
      return;
    }
    deepStrictEqual(problemsOf(text), [
      'c.yaml:4:38: venues[0].balances[0].total: must be a decimal of 0 or more, such as "0.01" ' +
      `(without exponent; in quotes if it has more than 15 digits): was ${written}`,
    ]);
  });
}

Deno.test("parseConfiguration() takes numbers that are no decimals as YAML does", () => {
  const first = "queues: {intents: {max: 1e3}}\nhotloop: {half_life_s: 30.0000000000000001}\n";
  const { queues, hotloop } = read(fileOf({ total: "1", first }));
  deepStrictEqual([queues.intents.max, hotloop["half_life_s"]], [1000, 30]);
});
