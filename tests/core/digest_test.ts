/**
 * The rolling digest. Proves the comparing half of R-CORE-9.
 * @module
 */
import { notStrictEqual, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { Digest } from "../../core/digest.ts";

type Value = number | bigint | string;
const value: fc.Arbitrary<Value> = fc.oneof(fc.maxSafeInteger(), fc.bigInt(), fc.string());

function digestOf(values: readonly Value[]): string {
  const digest = new Digest();
  for (const each of values) digest.mix(each);
  return digest.hex;
}

Deno.test("Digest.hex continues from what it gave", () => {
  fc.assert(fc.property(fc.array(value), fc.array(value), (before, after) => {
    const resumed = new Digest(digestOf(before));
    for (const each of after) resumed.mix(each);
    strictEqual(resumed.hex, digestOf([...before, ...after]));
  }));
});

Deno.test("Digest.mix() tells any changed, moved, added or missing value", () => {
  fc.assert(fc.property(fc.array(value, { minLength: 1 }), value, fc.nat(), (all, other, seed) => {
    const at = seed % all.length;
    const changed = all.with(at, other);
    // A number and a wide integer of the same value are the same.
    if (String(all[at]) !== String(other)) notStrictEqual(digestOf(changed), digestOf(all));
    notStrictEqual(digestOf([...all, other]), digestOf(all));
    notStrictEqual(digestOf(all.slice(0, -1)), digestOf(all));
  }));
});

Deno.test("Digest.hex stays what it was: recorded journals compare with it", () => {
  strictEqual(digestOf([]), "9e3779b97f4a7c15");
  strictEqual(
    digestOf([1, -1, 2 ** 52, "Submit", 123456789012345678901234567890n]),
    "e6e440d24b556d7a",
  );
});
