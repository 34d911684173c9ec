/**
 * From a Worker into a queue with credit. Proves R-OPS-3: nothing piles up in between.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Inlet, INLET_CREDIT } from "../../edge/inlet.ts";
import { Ingress, type IngressQueue } from "../../edge/ingress.ts";
import type { WorkerLink } from "../../edge/ports.ts";
import { intentDraft, statusDraft } from "../support/drafts.ts";

/** A Worker that counts the credit it is given. */
class CreditedWorker implements WorkerLink {
  credit = 0;

  post(message: unknown): void {
    this.credit += (message as { drafts: number }).drafts;
  }

  onMessage(): void {}
  onError(): void {}
  terminate(): void {}
}

function queueOf(max: number): IngressQueue {
  return new Ingress(() => {}).open({ name: "feed", max, policy: "block" });
}

Deno.test("Inlet gives its credit at once, and back what enters the queue", () => {
  const worker = new CreditedWorker();
  const queue = queueOf(2);
  const inlet = new Inlet(queue, worker);
  strictEqual(worker.credit, INLET_CREDIT);
  inlet.accept(["i1", "i2", "i3", "i4"].map((id) => intentDraft(id)));
  strictEqual(worker.credit, INLET_CREDIT + 2);
  deepStrictEqual([queue.take(), queue.take()], [intentDraft("i1"), intentDraft("i2")]);
  strictEqual(worker.credit, INLET_CREDIT + 4);
  deepStrictEqual([queue.take(), queue.take()], [intentDraft("i3"), intentDraft("i4")]);
});

Deno.test("Inlet names its way out of the Worker with every credit, and spends none where nothing entered", () => {
  const posted: unknown[] = [];
  const worker = Object.assign(new CreditedWorker(), {
    post: (said: unknown) => posted.push(said),
  });
  const inlet = new Inlet(queueOf(1), worker, { lane: "market", credit: 5 });
  inlet.accept([intentDraft("i1"), intentDraft("i2")]);
  inlet.accept([]);
  const credit = { kind: "credit", lane: "market" };
  deepStrictEqual(posted, [{ ...credit, drafts: 5 }, { ...credit, drafts: 1 }]);
});

Deno.test("insert() adds the daemon's own draft behind what waits, without credit", () => {
  const worker = new CreditedWorker();
  const queue = queueOf(1);
  const inlet = new Inlet(queue, worker);
  inlet.accept([intentDraft("i1"), intentDraft("i2")]);
  inlet.insert(statusDraft("down"));
  deepStrictEqual(
    [queue.take(), queue.take(), queue.take()],
    [intentDraft("i1"), intentDraft("i2"), statusDraft("down")],
  );
  strictEqual(worker.credit, INLET_CREDIT + 2);
});

Deno.test("Inlet keeps order and credit through full queues and deaths of its Worker", () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("post"), n: fc.nat({ max: 12 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("take"), n: fc.nat({ max: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("insert"), n: fc.constant(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("die"), n: fc.constant(1) }) },
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
    const queue = queueOf(3);
    let worker = new CreditedWorker();
    const inlet = new Inlet(queue, worker);
    let count = 0;
    let posted = 0;
    let own = 0;
    let taken = 0;
    const take = (): void => {
      taken++;
      deepStrictEqual(queue.take(), intentDraft(`i${taken}`));
    };
    for (const { kind, n } of steps) {
      if (kind === "take") {
        for (let left = Math.min(n, queue.length); left > 0; left--) take();
      } else if (kind === "die") {
        worker = new CreditedWorker();
        inlet.reconnect(worker);
      } else if (kind === "insert") {
        own++;
        inlet.insert(intentDraft(`i${++count}`));
      } else {
        worker.credit -= n;
        ok(worker.credit >= 0, "a Worker posts within its credit");
        posted += n;
        inlet.accept(Array.from({ length: n }, () => intentDraft(`i${++count}`)));
      }
      const between = posted + own - taken - queue.length;
      ok(worker.credit + between <= INLET_CREDIT + own, "more than the credit is outstanding");
    }
    while (queue.length > 0) take();
    strictEqual(taken, count, "nothing is lost");
    strictEqual(worker.credit, INLET_CREDIT, "all credit is given back");
  }));
});
