/**
 * How a follower is told of what is durable. Proves R-OPS-3 (its inbox is bounded).
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { TailLink } from "../../../edge/journal/mod.ts";
import { PlayedWorkers } from "../../support/memory_workers.ts";
import { VirtualTime } from "../../support/virtual_time.ts";

function started(): {
  readonly link: TailLink;
  readonly timers: VirtualTime;
  readonly told: () => number[];
  readonly hasRead: (batch: number) => void;
} {
  const workers = new PlayedWorkers();
  const timers = new VirtualTime();
  const worker = workers.start("follower", {});
  const link = new TailLink(worker, { timers, durableBatch: 0 }, {});
  return {
    link,
    timers,
    told: () => workers.last.told("durable").map((said) => (said as { batch: number }).batch),
    hasRead: (batch) => workers.last.say({ kind: "progress", seq: batch, batch }),
  };
}

Deno.test("TailLink tells the newest batch when the last one was read and a pause has passed", () => {
  const { link, timers, told, hasRead } = started();
  for (const batch of [1, 2, 3]) link.durable(batch);
  deepStrictEqual(told(), [1]);
  hasRead(1);
  link.durable(4);
  deepStrictEqual(told(), [1], "the pause is not over");
  timers.advance(20_000);
  deepStrictEqual(told(), [1, 4]);
  timers.advance(20_000);
  link.durable(5);
  deepStrictEqual(told(), [1, 4], "the last one was not read");
  hasRead(4);
  deepStrictEqual(told(), [1, 4, 5]);
});

Deno.test("TailLink tells nothing of a pause once its Worker is stopped, and a checkpoint at once", () => {
  const { link, timers, told } = started();
  link.durable(1);
  link.durable(2);
  link.checkpoint();
  deepStrictEqual(told(), [1, 2]);
  link.terminate();
  timers.advance(100_000);
  deepStrictEqual(told(), [1, 2]);
});
