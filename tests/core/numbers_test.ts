/**
 * Numbers under brands: what is none is refused, by name. Proves R-CORE-10.
 * @module
 */
import { ok, strictEqual, throws } from "node:assert/strict";
import {
  clientIndex,
  instrumentId,
  micros,
  msAfter,
  orderId,
  px,
  qty,
  requestId,
  seqId,
  sessionId,
  venueId,
} from "../../core/numbers.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

/** Constructors, and the least number that each takes. */
const MADE: readonly (readonly [string, (value: number) => number, number])[] = [
  ["Px", px, -LARGEST],
  ["Qty", qty, 0],
  ["Micros", micros, 0],
  ["SeqId", seqId, 0],
  ["VenueId", venueId, 0],
  ["InstrumentId", instrumentId, 0],
  ["ClientIndex", clientIndex, 0],
  ["SessionId", sessionId, 1],
  ["OrderId", orderId, 1],
  ["RequestId", requestId, 1],
];
for (const [name, make, least] of MADE) {
  Deno.test(`a ${name} is a safe integer from ${least} on`, () => {
    strictEqual(make(least), least);
    strictEqual(make(LARGEST), LARGEST);
    for (const value of [least - 1, LARGEST + 1, 1.5, NaN, Infinity]) {
      throws(() => make(value), {
        name: "RangeError",
        message: `Cannot make a ${name}: it must be a safe integer >= ${least}: was ${value}`,
      });
    }
  });
}

Deno.test("a Px and a Qty of -0 are 0", () => {
  ok(Object.is(px(-0), 0));
  ok(Object.is(qty(-0), 0));
});

Deno.test("msAfter() gives the last time that counts where the sum passes it", () => {
  strictEqual(msAfter(micros(5), 3), 3_005);
  strictEqual(msAfter(micros(5), LARGEST), LARGEST);
  strictEqual(msAfter(micros(LARGEST), 1), LARGEST);
});
