/**
 * The sequencer: order, fairness, determinism. Proves R-CORE-2 and the clock of R-CORE-1.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import * as fc from "fast-check";
import {
  type Draft,
  type DraftQueue,
  type Event,
  instrumentId,
  micros,
  seqId,
  Sequencer,
  type Source,
  SOURCES,
  venueId,
} from "../../core/mod.ts";

/** What a draft is told apart by: its producer, and its place in that producer's queue. */
type Tag = { readonly producer: number; readonly place: number };
type Kind = { readonly source: Source; readonly venue: number | null; readonly instrument: number };

class Queue implements DraftQueue {
  readonly index: number;
  /** Called when something was taken, as a producer is that waits for room. */
  onTake: () => void = () => {};
  readonly #drafts: Draft[];

  constructor(index: number, kinds: readonly Kind[], drafts: readonly Draft[] = []) {
    this.index = index;
    this.#drafts = kinds.map((kind, place) => toDraft(kind, { producer: index, place }));
    this.#drafts.push(...drafts);
  }

  get length(): number {
    return this.#drafts.length;
  }

  peek(): Draft {
    const [head] = this.#drafts;
    ok(head !== undefined, "a queue is only looked at while it has something");
    return head;
  }

  take(): Draft {
    const head = this.peek();
    this.#drafts.shift();
    this.onTake();
    return head;
  }

  /** Its producer ends: what waits is dropped. */
  close(): void {
    this.#drafts.length = 0;
  }
}

function toDraft(kind: Kind, tag: Tag): Draft {
  return {
    eventTime: micros(0),
    source: kind.source,
    venue: kind.venue === null ? null : venueId(kind.venue),
    instrument: instrumentId(kind.instrument),
    eventType: "IntervalElapsed",
    payload: { intervalMs: tag.producer, dueUs: micros(tag.place) },
    idempotencyKey: null,
  } as unknown as Draft;
}

function tagOf(event: Event): Tag {
  ok(event.eventType === "IntervalElapsed");
  return { producer: event.payload.intervalMs, place: event.payload.dueUs };
}

function sequencer(perProducerMax: number): Sequencer {
  return new Sequencer({ startAfter: seqId(7), lastIngest: micros(100), perProducerMax });
}

const kind: fc.Arbitrary<Kind> = fc.record({
  source: fc.constantFrom(...SOURCES),
  venue: fc.option(fc.nat({ max: 2 })),
  instrument: fc.nat({ max: 2 }),
});
const producers = fc.array(fc.array(kind, { maxLength: 12, size: "max" }), { maxLength: 5 });
const bound = fc.integer({ min: 1, max: 6 });

function queuesOf(kinds: readonly (readonly Kind[])[]): Queue[] {
  return kinds.map((of, index) => new Queue(index, of));
}

Deno.test("Sequencer.round() never lets events of one producer overtake each other", () => {
  fc.assert(fc.property(producers, bound, (kinds, max) => {
    const events = sequencer(max).round(queuesOf(kinds), micros(200));
    for (const index of kinds.keys()) {
      const places = events.map(tagOf).filter((tag) => tag.producer === index)
        .map((tag) => tag.place);
      deepStrictEqual(places, [...places.keys()]);
    }
  }));
});

Deno.test("Sequencer.round() starves nobody: each producer gets its share of a round", () => {
  fc.assert(fc.property(producers, bound, (kinds, max) => {
    const events = sequencer(max).round(queuesOf(kinds), micros(200));
    for (const [index, of] of kinds.entries()) {
      const taken = events.filter((event) => tagOf(event).producer === index).length;
      strictEqual(taken, Math.min(of.length, max));
    }
  }));
});

Deno.test("Sequencer.round() always takes the most urgent head", () => {
  fc.assert(fc.property(producers, bound, (kinds, max) => {
    const queues = queuesOf(kinds);
    const left = queues.map((queue) => Math.min(queue.length, max));
    const twins = queuesOf(kinds);
    for (const event of sequencer(max).round(queues, micros(200))) {
      const heads = twins.filter((twin) => (left[twin.index] ?? 0) > 0);
      const best = heads.map((twin) => rankOf(twin)).sort(compare)[0];
      strictEqual(tagOf(event).producer, best?.[3]);
      twins[tagOf(event).producer]?.take();
      left[tagOf(event).producer] = (left[tagOf(event).producer] ?? 0) - 1;
    }
  }));
});

type Rank = readonly [number, number, number, number];

function rankOf(queue: Queue): Rank {
  const head = queue.peek();
  return [SOURCES.indexOf(head.source), head.venue ?? -1, head.instrument ?? -1, queue.index];
}

function compare(a: Rank, b: Rank): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

Deno.test("Sequencer.round() goes on without a producer that ends when something is taken", () => {
  const script = fc.record({
    taking: fc.nat({ max: 4 }),
    ending: fc.nat({ max: 4 }),
    after: fc.integer({ min: 1, max: 8 }),
  });
  fc.assert(fc.property(producers, bound, script, (kinds, max, { taking, ending, after }) => {
    const queues = queuesOf(kinds);
    const [by, ends] = [queues[taking], queues[ending]];
    let left = after;
    if (by !== undefined) by.onTake = () => --left === 0 && ends?.close();
    const events = sequencer(max).round(queues, micros(200)).map(tagOf);
    for (const [index, of] of kinds.entries()) {
      const places = events.filter((tag) => tag.producer === index).map((tag) => tag.place);
      deepStrictEqual(places, [...places.keys()]);
      if (queues[index] !== ends) strictEqual(places.length, Math.min(of.length, max));
    }
  }));
});

Deno.test("Sequencer.round() numbers without gap and gives the same order for the same queues", () => {
  fc.assert(fc.property(producers, bound, (kinds, max) => {
    const events = sequencer(max).round(queuesOf(kinds), micros(200));
    deepStrictEqual(events.map((event) => event.seqId), events.map((_, at) => 8 + at));
    deepStrictEqual(sequencer(max).round(queuesOf(kinds), micros(200)), events);
  }));
});

Deno.test("Sequencer.round() takes what is as urgent by producer, however they are listed", () => {
  const kind: Kind = { source: "intent", venue: null, instrument: 0 };
  const inOrder = queuesOf([[kind], [kind], [kind]]);
  const listed = queuesOf([[kind], [kind], [kind]]).reverse();
  deepStrictEqual(sequencer(1).round(listed, micros(1)), sequencer(1).round(inOrder, micros(1)));
});

Deno.test("Sequencer.round() holds the engine clock when the clock goes back", () => {
  const one = (): Queue[] => queuesOf([[{ source: "control", venue: null, instrument: 0 }]]);
  const s = sequencer(1);
  const times = [50, 300, 200, 301].map((now) => s.round(one(), micros(now))[0]?.ingestTime);
  deepStrictEqual(times, [100, 300, 300, 301]);
});

Deno.test("Sequencer() takes another order of sources, and only a whole one", () => {
  const at = { startAfter: seqId(0), lastIngest: micros(0) };
  const reversed = new Sequencer({ ...at, priorities: [...SOURCES].reverse() });
  const queues = queuesOf([
    [{ source: "control", venue: null, instrument: 0 }],
    [{ source: "market_data", venue: null, instrument: 0 }],
  ]);
  deepStrictEqual(reversed.round(queues, micros(1)).map((event) => event.source), [
    "market_data",
    "control",
  ]);
  const [first, ...others] = SOURCES;
  const once = [[], others, [...SOURCES, first], [...others, ...others.slice(0, 1)]];
  for (const priorities of once) {
    throws(() => new Sequencer({ ...at, priorities }), RangeError, `${priorities}`);
  }
});

Deno.test("Sequencer.round() takes Started before everything, whatever the order of sources", () => {
  const control: Kind = { source: "control", venue: null, instrument: 0 };
  const started = { ...toDraft(control, { producer: 9, place: 0 }), eventType: "Started" } as Draft;
  for (const first of SOURCES) {
    const priorities = [first, ...SOURCES.filter((source) => source !== first)];
    const others = queuesOf(SOURCES.map((source) => [{ ...control, source }]));
    const run = new Queue(SOURCES.length, [], [
      started,
      toDraft(control, { producer: 9, place: 1 }),
    ]);
    const events = new Sequencer({ startAfter: seqId(0), lastIngest: micros(0), priorities })
      .round([...others, run], micros(1));
    deepStrictEqual(
      events.map(({ eventType, source }) => eventType === "Started" ? eventType : source),
      ["Started", ...priorities.flatMap((each) => each === "control" ? [each, each] : [each])],
    );
  }
});
