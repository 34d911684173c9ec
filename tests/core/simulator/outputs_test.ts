/**
 * The simulated venue's reports on their way: what was applied is never offered again. Proves
 * R-CORE-8, R-CORE-9.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Draft, Event } from "../../../core/event.ts";
import { instrumentId, micros, orderId, seqId, venueId } from "../../../core/numbers.ts";
import { Outputs } from "../../../core/simulator/outputs.ts";
import { wholeNode } from "../../../core/long_node.ts";

const VENUE = venueId(3);

function saying(outputs: Outputs, atUs: number, latencyUs: number): void {
  outputs.say({ atUs: micros(atUs), latencyUs, instrument: instrumentId(0) }, {
    eventType: "OrderExpired",
    payload: { order: orderId(1), clOrdId: "a", venueOrderId: "1", reason: "over" },
  });
}

function applied(draft: Draft): Event {
  return { ...draft, seqId: seqId(1), ingestTime: draft.eventTime } as Event;
}

function keysOf(drafts: readonly Draft[]): readonly (string | null)[] {
  return drafts.map(({ idempotencyKey }) => idempotencyKey);
}

Deno.test("Outputs.take() offers each report once, when it is due, never before an earlier one", () => {
  const outputs = new Outputs(VENUE);
  saying(outputs, 10, 50);
  saying(outputs, 20, 0);
  strictEqual(outputs.nextDueUs(), 60);
  deepStrictEqual(outputs.take(micros(59)), []);
  deepStrictEqual(keysOf(outputs.take(micros(60))), ["sim-3-1", "sim-3-2"]);
  deepStrictEqual(outputs.take(micros(99)), []);
  strictEqual(outputs.nextDueUs(), undefined);
});

Deno.test("Outputs.forget() lets go of its own reports alone, in any order", () => {
  const outputs = new Outputs(VENUE);
  for (const atUs of [1, 2, 3]) saying(outputs, atUs, 10);
  const other = new Outputs(venueId(4));
  saying(other, 1, 10);
  for (const draft of other.take(micros(99))) outputs.forget(applied(draft));
  const restored = Outputs.restore(VENUE, wholeNode(outputs.checkpoint()));
  const [first, second, third] = outputs.take(micros(99));
  if (first === undefined || second === undefined || third === undefined) throw new Error("three");
  restored.forget(applied({ ...second, idempotencyKey: null } as Draft));
  restored.forget(applied(second));
  restored.forget(applied(second));
  restored.forget(applied({ ...third, idempotencyKey: "sim-3-99" } as Draft));
  const again = Outputs.restore(VENUE, wholeNode(restored.checkpoint()));
  deepStrictEqual(keysOf(again.take(micros(99))), ["sim-3-1", "sim-3-3"]);
});

Deno.test("Outputs.take() offers each of thousands once, while they are forgotten before it", () => {
  const outputs = new Outputs(VENUE);
  let restored = Outputs.restore(VENUE, wholeNode(outputs.checkpoint()));
  const offered: (string | null)[] = [];
  let last: Draft | undefined;
  for (let atUs = 1; atUs <= 1500; atUs++) {
    for (const each of [outputs, restored]) for (const _ of "ab") saying(each, atUs, 0);
    const taken = outputs.take(micros(atUs));
    offered.push(...keysOf(taken));
    // The newest waits longer: there is always one that was not applied.
    const known = last === undefined ? taken.slice(0, 1) : [last, ...taken.slice(0, 1)];
    for (const draft of known) for (const each of [outputs, restored]) each.forget(applied(draft));
    last = taken.at(-1);
  }
  deepStrictEqual(offered, Array.from({ length: 3000 }, (_, at) => `sim-3-${at + 1}`));
  strictEqual(outputs.nextDueUs(), undefined);
  deepStrictEqual(keysOf(restored.take(micros(1500))), ["sim-3-3000"], "it took none before");
  restored = Outputs.restore(VENUE, wholeNode(outputs.checkpoint()));
  deepStrictEqual(keysOf(restored.take(micros(1500))), ["sim-3-3000"]);
});
