/**
 * The daemon's end of a feed that runs, dies and comes back. Proves R-VENUE-7 (a feed that lost its
 * place says so) and R-OPS-3.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Draft } from "../../core/event.ts";
import { instrumentId, micros, venueId } from "../../core/numbers.ts";
import { EngineClock } from "../../edge/engine_clock.ts";
import { FeedLink } from "../../edge/feed_link.ts";
import { Ingress, type IngressQueue, type QueuePolicy } from "../../edge/ingress.ts";
import { deltaDraft, tradeDraft } from "../support/drafts.ts";
import { PlayedWorkers } from "../support/memory_workers.ts";
import { spotInstrument } from "../support/spot_instrument.ts";
import { VirtualTime } from "../support/virtual_time.ts";

class Rig {
  readonly time = new VirtualTime();
  readonly workers = new PlayedWorkers();
  readonly lines: string[] = [];
  readonly feed: FeedLink;
  readonly #queue: IngressQueue;

  constructor(queue: { max: number; policy: QueuePolicy } = { max: 100, policy: "conflate" }) {
    const ingress = new Ingress(() => {});
    const second = spotInstrument({ id: instrumentId(1), name: "paper:ETH/USDT" });
    this.feed = new FeedLink({
      init: (listed) => ({ seed: 7, listed }),
      venue: { id: venueId(0), name: "paper" },
      instruments: [spotInstrument(), second],
      ingress,
      queue,
      clock: new EngineClock(this.time, micros(0)),
      ports: {
        workers: this.workers,
        timers: this.time,
        log: { write: (level, event) => this.lines.push(`${level} ${event}`) },
      },
    });
    const [opened] = ingress.queues;
    if (opened === undefined) throw new Error("Cannot test: the feed must open its queue");
    this.#queue = opened;
  }

  drain(): string[] {
    const said: string[] = [];
    while (this.#queue.length > 0) said.push(wordOf(this.#queue.take()));
    return said;
  }

  drafts(...drafts: readonly Draft[]): void {
    this.workers.last.say({ kind: "drafts", drafts });
  }
}

function wordOf(draft: Draft): string {
  return draft.eventType === "VenueStatusChanged"
    ? draft.payload.status
    : `${draft.eventType} ${draft.instrument}`;
}

Deno.test("FeedLink starts its feed, says the venue is up, and hands drafts on", () => {
  const rig = new Rig();
  rig.feed.start();
  rig.drafts(tradeDraft(1), deltaDraft({}, 1));
  deepStrictEqual(rig.drain(), ["up", "TradePrinted 0", "BookDelta 1"]);
  deepStrictEqual(rig.workers.last.init, { seed: 7, listed: [] });
});

Deno.test("FeedLink invalidates every book and says down when its feed dies", () => {
  const rig = new Rig();
  rig.feed.start();
  rig.drain();
  rig.workers.last.die();
  deepStrictEqual(rig.drain(), ["BookInvalidated 0", "BookInvalidated 1", "down"]);
  rig.time.advance(250_000);
  deepStrictEqual(rig.drain(), ["up"]);
  deepStrictEqual(rig.lines, ["alarm feed_died"]);
});

for (const policy of ["conflate", "drop", "block"] as const) {
  Deno.test(`FeedLink loses no invalidation and no status to a full ${policy} queue`, () => {
    const rig = new Rig({ max: 2, policy });
    rig.feed.start();
    rig.drafts(tradeDraft(1));
    rig.workers.last.die();
    rig.time.advance(250_000);
    const expected = [
      "up",
      "TradePrinted 0",
      "BookInvalidated 0",
      "BookInvalidated 1",
      "down",
      "up",
    ];
    deepStrictEqual(rig.drain(), expected);
  });
}

Deno.test("FeedLink restarts with a pause that doubles, and begins anew once data came", () => {
  const rig = new Rig();
  rig.feed.start();
  const pauses: number[] = [];
  for (let death = 0; death < 9; death++) pauses.push(pauseOf(rig));
  deepStrictEqual(pauses, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  rig.drafts(tradeDraft(1));
  strictEqual(pauseOf(rig), 250);
});

/** Lets the feed die and returns the milliseconds until the next one. */
function pauseOf(rig: Rig): number {
  const count = rig.workers.started.length;
  const fromUs = rig.time.monotonicUs();
  rig.workers.last.die();
  while (rig.workers.started.length === count) ok(rig.time.step());
  return (rig.time.monotonicUs() - fromUs) / 1000;
}

Deno.test("FeedLink logs a problem as an alarm and an end as information", () => {
  const rig = new Rig();
  rig.feed.start();
  rig.workers.last.say({ kind: "problem", text: "a gap" });
  rig.workers.last.say({ kind: "ended", summary: "629 quotes agreed" });
  deepStrictEqual(rig.lines, ["alarm feed_problem", "info feed_ended"]);
});

Deno.test("stop() ends the feed for good", () => {
  const rig = new Rig();
  rig.feed.start();
  const { last } = rig.workers;
  rig.feed.stop();
  last.die();
  rig.time.advance(60_000_000);
  deepStrictEqual([last.isTerminated, rig.workers.started.length], [true, 1]);
});

Deno.test("FeedLink tells a feed that starts again what it listed, and invalidates that too", () => {
  const rig = new Rig();
  rig.feed.start();
  const listed = spotInstrument({ id: instrumentId(7), name: "paper:NEW" });
  const draft: Draft = {
    eventTime: micros(1),
    source: "control",
    venue: listed.venue,
    instrument: listed.id,
    eventType: "InstrumentListed",
    payload: listed,
    idempotencyKey: null,
  };
  rig.drafts(draft);
  rig.drain();
  pauseOf(rig);
  ok(rig.drain().includes("BookInvalidated 7"));
  deepStrictEqual(rig.workers.last.init, { seed: 7, listed: [listed] });
});
