/**
 * Client order ids: ours are read back, foreign ones are told apart. Proves R-EXEC-3.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { clOrdIdPrefix, ClOrdIds } from "../../core/command.ts";
import { orderId } from "../../core/numbers.ts";

const IDS = new ClOrdIds();
IDS.prefix = clOrdIdPrefix("01234567-89ab");

Deno.test("clOrdIdPrefix() is tl and the first eight hexadecimal digits of a journal's id", () => {
  strictEqual(IDS.prefix, "tl01234567");
  strictEqual(clOrdIdPrefix("0123-4567-89"), "tl01234567");
});

Deno.test("ClOrdIds.of() spells prefix, order and version, whatever it spelled before", () => {
  const ids = new ClOrdIds();
  strictEqual(ids.of(orderId(7), 1), "tl00000000-7-1");
  ids.prefix = "tl89abcdef";
  const counts = [1, 9, 10, 99, 100, 12_345, 999_999, 1_000_000, 4_294_967_296, 2 ** 53 - 1];
  for (const order of [...counts, ...counts.toReversed()]) {
    for (const version of [1, 10, 9, 123_456]) {
      strictEqual(ids.of(orderId(order), version), `tl89abcdef-${order}-${version}`);
    }
  }
});

Deno.test("ClOrdIds.parse() reads back what of() makes", () => {
  for (const [order, version] of [[1, 1], [42, 7], [9_007_199_254_740_991, 10]] as const) {
    deepStrictEqual(IDS.parse(IDS.of(orderId(order), version)), { order, version });
  }
});

const FOREIGN = [
  "",
  "tl01234567",
  "tl01234567-1",
  "tl01234567-1-",
  "tl01234567--1",
  "tl01234567-0-1",
  "tl01234567-1-0",
  "tl01234567-01-1",
  "tl01234567-1-01",
  "tl01234567-1-1x",
  "tl01234567-1x-1",
  "tl01234567-1-1-1",
  "tl01234567x1-1",
  "tl01234568-1-1",
  "tl01234567-9007199254740992-1",
];
for (const clOrdId of FOREIGN) {
  Deno.test(`ClOrdIds.parse() knows that ${clOrdId || "nothing"} is not ours`, () => {
    strictEqual(IDS.parse(clOrdId), undefined);
  });
}
