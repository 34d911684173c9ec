/**
 * What is held until durable. Proves R-EXEC-2 at its smallest: nothing leaves before its number.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { seqId } from "../../core/numbers.ts";
import { Outbox } from "../../edge/outbox.ts";

Deno.test("release() hands over everything up to its number, in order, each once", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("put" as const), by: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ kind: fc.constant("release" as const), by: fc.integer({ min: 0, max: 20 }) }),
  );
  fc.assert(fc.property(fc.array(step), (steps) => {
    const outbox = new Outbox<number>();
    let model: { seq: number; item: number }[] = [];
    let seq = 0;
    for (const [item, { kind, by }] of steps.entries()) {
      if (kind === "put") {
        seq += by;
        outbox.put(seqId(seq), item);
        model.push({ seq, item });
      } else {
        const released: number[] = [];
        outbox.release(seqId(by), (one) => released.push(one));
        deepStrictEqual(released, model.filter((held) => held.seq <= by).map((held) => held.item));
        model = model.filter((held) => held.seq > by);
      }
      strictEqual(outbox.length, model.length);
    }
  }));
});

Deno.test("release() keeps what a delivery puts for the next release", () => {
  const outbox = new Outbox<string>();
  const seen: string[] = [];
  const deliver = (item: string): void => {
    seen.push(item);
    if (item === "first") outbox.put(seqId(1), "second");
  };
  outbox.put(seqId(1), "first");
  outbox.release(seqId(1), deliver);
  deepStrictEqual(seen, ["first"]);
  outbox.release(seqId(1), deliver);
  deepStrictEqual(seen, ["first", "second"]);
});
