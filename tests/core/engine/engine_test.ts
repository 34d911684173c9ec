/**
 * The engine's seam: what follows the last event is applied, what does not is refused, and only a
 * broken rule is caught. Proves R-CORE-1 and R-CORE-9.
 * @module
 */
import { throws } from "node:assert/strict";
import {
  type Event,
  instrumentId,
  type Micros,
  micros,
  type SeqId,
  seqId,
} from "../../../core/mod.ts";
import { draft, World } from "../../support/engine_world.ts";

Deno.test("Engine.apply() refuses an event that does not come after the last one", () => {
  const w = new World().start();
  const last = w.events.at(-1);
  if (last === undefined) throw new Error("The world must have begun");
  const apply = (changes: { readonly seqId?: SeqId; readonly ingestTime?: Micros }): void => {
    w.effects.clear();
    w.timeline.apply({ ...last, ...changes } as Event, w.effects); // kind and payload stay a pair
  };
  throws(() => apply({}), /its seq_id must be above \d+: was \d+/);
  const next = { seqId: seqId(last.seqId + 1) };
  const early = micros(last.ingestTime - 1);
  throws(() => apply({ ...next, ingestTime: early }), /its ingest_time must not be before \d+/);
});

Deno.test("Engine.apply() lets an error pass that is no broken rule: the event is poison", () => {
  const w = new World().start();
  const poison = draft("market_data", "BookSnapshot", null as never, instrumentId(0));
  throws(() => w.offer(poison), TypeError);
});
