/**
 * Queues into the sequencer, each policy at its bound. Proves R-OPS-3 and R-CORE-2 (a producer's
 * events never overtake each other).
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Book } from "../../core/book.ts";
import type { Draft } from "../../core/event.ts";
import { micros, seqId } from "../../core/numbers.ts";
import { Sequencer } from "../../core/sequencer.ts";
import { conflate, Ingress, type IngressQueue, type QueuePolicy } from "../../edge/ingress.ts";
import {
  deltaDraft,
  intentDraft,
  marketDraft,
  quoteDraft,
  snapshotDraft,
  statusDraft,
  tradeDraft,
} from "../support/drafts.ts";

const LOST = { reason: "lost" };
const NOTHING = { depth: 0, highWater: 0, dropped: 0, conflated: 0, refused: 0 };

function queueOf(policy: QueuePolicy, max: number): IngressQueue {
  return new Ingress(() => {}).open({ name: "feed", max, policy });
}

function takeAll(queue: IngressQueue): Draft[] {
  const taken: Draft[] = [];
  while (queue.length > 0) taken.push(queue.take());
  return taken;
}

function typesOf(drafts: readonly Draft[]): string[] {
  return drafts.map(({ eventType, instrument }) => `${eventType} ${instrument}`);
}

function bookAfter(drafts: readonly Draft[]): Book {
  const book = new Book();
  for (const draft of drafts) {
    if (draft.eventType === "BookSnapshot") book.applySnapshot(draft.payload, micros(1));
    if (draft.eventType === "BookDelta") book.applyDelta(draft.payload, micros(1));
    if (draft.eventType === "BookInvalidated") book.invalidate();
  }
  return book;
}

for (const policy of ["block", "conflate", "drop", "fail"] as const) {
  Deno.test(`offer() under ${policy} keeps first in, first out below the bound`, () => {
    const offers = fc.array(fc.option(fc.integer({ min: 1, max: 9 })), {
      maxLength: 60,
      size: "max",
    });
    fc.assert(fc.property(offers, (script) => {
      const queue = queueOf(policy, 100);
      const model: number[] = [];
      for (const [at, step] of script.entries()) {
        if (step === null) {
          const first = model.shift();
          if (first !== undefined) deepStrictEqual(queue.take(), tradeDraft(first));
        } else {
          ok(queue.offer(tradeDraft(at + 1)));
          model.push(at + 1);
        }
        strictEqual(queue.length, model.length);
      }
      deepStrictEqual(takeAll(queue), model.map((quantity) => tradeDraft(quantity)));
    }));
  });
}

Deno.test("take() keeps the order over thousands of events with a queue that never empties", () => {
  const queue = queueOf("block", 10_000);
  let next = 1;
  for (let offered = 1; offered <= 8000; offered++) {
    queue.offer(tradeDraft(offered));
    if (offered % 2 === 0) deepStrictEqual(queue.take(), tradeDraft(next++));
  }
  deepStrictEqual(takeAll(queue), Array.from({ length: 4000 }, (_, at) => tradeDraft(4001 + at)));
});

Deno.test("peek() throws when nothing waits, and take() gives what it showed", () => {
  const queue = queueOf("block", 2);
  throws(() => queue.peek(), /Cannot peek: the queue feed is empty/);
  queue.offer(tradeDraft(1));
  strictEqual(queue.peek(), queue.take());
});

Deno.test("offer() under block refuses at the bound and calls onRoom once when half is free", () => {
  const queue = queueOf("block", 4);
  let calls = 0;
  queue.onRoom(() => calls++);
  for (let n = 1; n <= 4; n++) ok(queue.offer(intentDraft(`i${n}`)));
  ok(!queue.offer(intentDraft("i5")));
  ok(!queue.offer(intentDraft("i6")));
  const counts: number[] = [];
  for (let n = 1; n <= 4; n++) {
    deepStrictEqual(queue.take(), intentDraft(`i${n}`));
    counts.push(calls);
  }
  deepStrictEqual(counts, [0, 1, 1, 1]);
});

Deno.test("onRoom() is not called when nothing was refused", () => {
  const queue = queueOf("block", 1);
  queue.onRoom(() => {
    throw new Error("nobody waits");
  });
  queue.offer(intentDraft("i1"));
  queue.take();
});

Deno.test("onRoom() may fill the queue again from within", () => {
  const queue = queueOf("block", 1);
  const waiting = ["i2", "i3"];
  queue.onRoom(() => {
    while (waiting[0] !== undefined && queue.offer(intentDraft(waiting[0]))) waiting.shift();
  });
  queue.offer(intentDraft("i1"));
  queue.offer(intentDraft("i2"));
  deepStrictEqual(
    [queue.take(), queue.take(), queue.take()],
    ["i1", "i2", "i3"].map((id) => intentDraft(id)),
  );
});

for (const max of [100, 1_000, 1_024, 10_000]) {
  Deno.test(`onRoom() may close the queue from within a round, at a bound of ${max}`, () => {
    const ingress = new Ingress(() => {});
    const queue = ingress.open({ name: "session 1", max, policy: "block" });
    queue.onRoom(() => queue.close());
    while (queue.offer(intentDraft("i"))); // the last one is refused
    ingress.open({ name: "session 2", max, policy: "block" }).offer(intentDraft("other"));
    const sequencer = new Sequencer({ startAfter: seqId(0), lastIngest: micros(0) });
    let taken = 0;
    while (ingress.depth > 0) taken += sequencer.round(ingress.queues, micros(1)).length;
    strictEqual(taken, max / 2 + 1);
  });
}

Deno.test("offer() under fail throws at the bound and names queue, event and bound", () => {
  const queue = queueOf("fail", 1);
  queue.offer(statusDraft("up"));
  throws(
    () => queue.offer(statusDraft("down")),
    /Cannot queue a VenueStatusChanged event: feed must hold at most 1/,
  );
  strictEqual(queue.length, 1);
});

Deno.test("offer() under drop drops market data at the bound and counts it", () => {
  const queue = queueOf("drop", 2);
  for (let n = 1; n <= 5; n++) ok(queue.offer(tradeDraft(n)));
  deepStrictEqual(queue.statistics, { ...NOTHING, depth: 2, highWater: 2, dropped: 3 });
  deepStrictEqual(takeAll(queue), [tradeDraft(1), tradeDraft(2)]);
});

for (const policy of ["drop", "conflate"] as const) {
  Deno.test(`offer() under ${policy} invalidates a book before the first event after a loss`, () => {
    const queue = queueOf(policy, 1);
    queue.offer(tradeDraft(1));
    queue.offer(deltaDraft({ bids: [1, 1] }, 1));
    deepStrictEqual(typesOf(takeAll(queue)), ["TradePrinted 0"]);
    queue.offer(tradeDraft(2, 1));
    deepStrictEqual(typesOf(takeAll(queue)), ["BookInvalidated 1", "TradePrinted 1"]);
    queue.offer(tradeDraft(3, 1));
    deepStrictEqual(typesOf(takeAll(queue)), ["TradePrinted 1"]);
  });

  Deno.test(`offer() under ${policy} lets a snapshot mend a book that lost a change`, () => {
    const queue = queueOf(policy, 1);
    queue.offer(tradeDraft(1));
    queue.offer(deltaDraft({ bids: [1, 1] }, 1));
    queue.take();
    queue.offer(snapshotDraft({ bids: [1, 2] }, 1));
    deepStrictEqual(typesOf(takeAll(queue)), ["BookSnapshot 1"]);
  });

  Deno.test(`offer() under ${policy} refuses at the bound what nothing later makes up for`, () => {
    const queue = queueOf(policy, 1);
    let isRoom = false;
    queue.onRoom(() => {
      isRoom = true;
    });
    queue.offer(tradeDraft(1));
    ok(!queue.offer(statusDraft("down")));
    ok(!queue.offer(marketDraft("BookInvalidated", LOST)));
    deepStrictEqual(queue.statistics, { ...NOTHING, depth: 1, highWater: 1, refused: 2 });
    queue.take();
    ok(isRoom);
  });

  Deno.test(`a book behind a ${policy} queue is right or not fresh, whatever was lost`, () => {
    const level = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 2 }));
    const change = fc.record({
      kind: fc.constantFrom("snapshot", "delta", "delta", "delta", "trade", "take"),
      instrument: fc.integer({ min: 0, max: 1 }),
      bids: fc.array(level, { maxLength: 3 }).map((levels) => levels.flat()),
    });
    fc.assert(fc.property(fc.array(change, { maxLength: 40, size: "max" }), (script) => {
      const queue = queueOf(policy, 2);
      const seen: Draft[] = [];
      const said: Draft[] = [];
      for (const { kind, instrument, bids } of script) {
        if (kind === "take") {
          if (queue.length > 0) seen.push(queue.take());
          continue;
        }
        const draft = draftOf(kind, bids, instrument);
        said.push(draft);
        queue.offer(draft);
      }
      seen.push(...takeAll(queue));
      // The last word on each instrument reaches the queue with room: whatever was lost is said.
      for (const instrument of [0, 1]) {
        const last = tradeDraft(1, instrument);
        queue.offer(last);
        seen.push(...takeAll(queue));
        const own = (draft: Draft): boolean => draft.instrument === instrument;
        const book = bookAfter(seen.filter(own));
        if (!book.isFresh) continue;
        deepStrictEqual(book.checkpoint(), bookAfter(said.filter(own)).checkpoint());
      }
    }));
  });
}

function draftOf(kind: string, bids: readonly number[], instrument: number): Draft {
  if (kind === "trade") return tradeDraft(1, instrument);
  return kind === "snapshot"
    ? snapshotDraft({ bids }, instrument)
    : deltaDraft({ bids }, instrument);
}

Deno.test("offer() under conflate merges into the last event and nothing older", () => {
  const queue = queueOf("conflate", 2);
  queue.offer(deltaDraft({ bids: [1, 1] }));
  queue.offer(quoteDraft(5, 1));
  queue.offer(quoteDraft(6, 1));
  queue.offer(deltaDraft({ bids: [1, 2] }));
  deepStrictEqual(queue.statistics, {
    ...NOTHING,
    depth: 2,
    highWater: 2,
    dropped: 1,
    conflated: 1,
  });
  deepStrictEqual(takeAll(queue), [deltaDraft({ bids: [1, 1] }), quoteDraft(6, 1)]);
});

Deno.test("offer() under conflate does not merge a delta across a dropped snapshot", () => {
  const queue = queueOf("conflate", 1);
  queue.offer(deltaDraft({ bids: [1, 1] }));
  queue.offer(snapshotDraft({ bids: [2, 1] }));
  queue.offer(deltaDraft({ bids: [3, 1] }));
  deepStrictEqual(takeAll(queue), [deltaDraft({ bids: [1, 1] })]);
  queue.offer(deltaDraft({ bids: [4, 1] }));
  deepStrictEqual(typesOf(takeAll(queue)), ["BookInvalidated 0", "BookDelta 0"]);
});

Deno.test("conflate() leaves the book that both deltas leave", () => {
  const level = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 3 }));
  const side = fc.array(level, { maxLength: 8 }).map((levels) => levels.flat());
  const delta = fc.record({ bids: side, asks: side });
  fc.assert(fc.property(delta, delta, delta, (start, first, second) => {
    const from = snapshotDraft(start);
    const [one, two] = [deltaDraft(first), deltaDraft(second)];
    const merged = conflate(one, two);
    ok(merged !== undefined);
    deepStrictEqual(
      bookAfter([from, merged]).checkpoint(),
      bookAfter([from, one, two]).checkpoint(),
    );
  }));
});

Deno.test("conflate() merges only a quote with a quote and a delta with a delta", () => {
  const drafts = [
    deltaDraft({}),
    quoteDraft(1),
    snapshotDraft({}),
    tradeDraft(1),
    marketDraft("BookInvalidated", LOST),
    statusDraft("up"),
  ];
  const merging = drafts.flatMap((first) =>
    drafts.filter((second) => conflate(first, second) !== undefined)
      .map((second) => `${first.eventType} ${second.eventType}`)
  );
  deepStrictEqual(merging, ["BookDelta BookDelta", "QuoteUpdated QuoteUpdated"]);
});

Deno.test("close() drops what waits and what is offered after, and leaves the ingress", () => {
  const ingress = new Ingress(() => {});
  const first = ingress.open({ name: "a", max: 2, policy: "block" });
  const second = ingress.open({ name: "b", max: 2, policy: "block" });
  first.offer(intentDraft("i1"));
  second.offer(intentDraft("i2"));
  strictEqual(ingress.depth, 2);
  first.close();
  ok(first.offer(intentDraft("i3")), "a closed producer is not held back");
  deepStrictEqual([first.length, ingress.depth, ingress.queues], [0, 1, [second]]);
  strictEqual(ingress.open({ name: "c", max: 2, policy: "block" }).index, 2);
});

Deno.test("Ingress.closed sums what the queues of one kind of producer had counted", () => {
  const ingress = new Ingress(() => {});
  for (const [session, refused] of [3, 1, 4].entries()) {
    const queue = ingress.open({ name: `session ${session}`, max: 2, policy: "block" });
    for (let count = 0; count < 2 + refused; count++) queue.offer(intentDraft(`i${count}`));
    queue.close();
    queue.close();
  }
  for (const dropped of [2, 5]) {
    const queue = ingress.open({ name: "feed x", max: 1, policy: "drop" });
    for (let count = 0; count < 1 + dropped; count++) queue.offer(tradeDraft(1));
    queue.close();
  }
  const none = { dropped: 0, conflated: 0, refused: 0 };
  deepStrictEqual([...ingress.closed].map(({ family, totals }) => [family, totals]), [
    ["session", { ...none, highWater: 2, refused: 8 }],
    ["feed x", { ...none, highWater: 1, dropped: 7 }],
  ]);
});

Deno.test("offer() wakes whoever sequences", () => {
  let wakes = 0;
  const queue = new Ingress(() => wakes++).open({ name: "a", max: 1, policy: "block" });
  queue.offer(intentDraft("i1"));
  queue.offer(intentDraft("i2"));
  strictEqual(wakes, 1, "a refused draft is no news");
});
