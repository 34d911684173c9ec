/**
 * Our keys as an exchange is told them, and how they are found again.
 *
 * Proves: R-EXEC-1 for experimental exchanges.
 * @module
 */
import { match, strictEqual } from "node:assert/strict";
import { keyOf, keyWithin, spelled } from "../../../../../edge/venues/ccxt/unified/keys.ts";

const KEY = "tlabcdef01-15-2";
const SPELLED = "tlabcdef01x15x2";

Deno.test("keyOf() gives back each key that spelled() makes, in letters and digits", () => {
  for (const key of [KEY, "tl00000000-1-1", "tlffffffff-9007199254740991-4294967295"]) {
    const word = spelled(key);
    match(word, /^[a-z0-9]+$/);
    strictEqual(keyOf(word), key);
  }
});

const OTHERS: readonly unknown[] = [
  ...[KEY, `t-${SPELLED}`, `${SPELLED} `, `${SPELLED}x1`, SPELLED.toUpperCase(), `x${SPELLED}`],
  ...["tlabcdef0x15x2", "tlabcdeg01x15x2", "tlabcdef01x15", "tlabcdef01xx2", "tlabcdef01x-1x2"],
  ...["", 7, null, undefined, true, [SPELLED], { SPELLED }, `${SPELLED}\n`],
];
for (const [at, word] of OTHERS.entries()) {
  Deno.test(`keyOf() takes no other word for a key: ${at}, ${JSON.stringify(word)}`, () => {
    strictEqual(keyOf(word), null);
  });
}

Deno.test("keyWithin() finds a key at any depth of a row, and in a list", () => {
  strictEqual(keyWithin({ id: "1", clOrdId: SPELLED }), KEY);
  strictEqual(keyWithin({ order: { by: [{ client: SPELLED }] } }), KEY);
  strictEqual(keyWithin([["1", "buy", SPELLED]]), KEY);
  strictEqual(keyWithin(SPELLED), KEY);
});

Deno.test("keyWithin() finds none in names, in parts of texts, or deeper than rows are", () => {
  strictEqual(keyWithin({ [SPELLED]: 1, note: `of ${SPELLED}`, at: null, n: 7 }), null);
  strictEqual(keyWithin({ a: { b: { c: { d: { e: SPELLED } } } } }), null);
  for (const row of [null, undefined, {}, [], 0, ""]) strictEqual(keyWithin(row), null);
});

Deno.test("keyWithin() ends on a row that holds itself", () => {
  const row: Record<string, unknown> = { id: "1" };
  row["self"] = row;
  strictEqual(keyWithin(row), null);
});
