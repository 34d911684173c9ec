/**
 * Market data that has to wait, against a naive book. Proves R-VENUE-7 and R-OPS-3 in part (what is
 * conflated leaves the same book, and a book that lost a change says so).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Draft, Levels } from "../../../core/event.ts";
import { MarketRoom } from "../../../edge/venues/market_room.ts";
import {
  deltaDraft,
  marketDraft,
  quoteDraft,
  snapshotDraft,
  tradeDraft,
} from "../../support/drafts.ts";

/** The book of one instrument, as the core would keep it. */
class NaiveBook {
  readonly #bids = new Map<number, number>();
  readonly #asks = new Map<number, number>();
  #isFresh = false;

  apply(draft: Draft): void {
    switch (draft.eventType) {
      case "BookSnapshot":
        this.#bids.clear();
        this.#asks.clear();
        this.#isFresh = true;
        this.#set(draft.payload);
        break;
      case "BookDelta":
        if (this.#isFresh) this.#set(draft.payload);
        break;
      case "BookInvalidated":
        this.#isFresh = false;
        break;
      default:
        break;
    }
  }

  /** What counts: an invalid book is invalid, whatever it holds. */
  get shown(): unknown {
    const side = (levels: Map<number, number>): unknown => [...levels].sort(([a], [b]) => a - b);
    return this.#isFresh ? [side(this.#bids), side(this.#asks)] : "invalid";
  }

  #set({ bids, asks }: { readonly bids: Levels; readonly asks: Levels }): void {
    for (const [levels, side] of [[bids, this.#bids], [asks, this.#asks]] as const) {
      for (let at = 0; at < levels.length; at += 2) {
        const [price = 0, quantity = 0] = levels.slice(at, at + 2);
        if (quantity === 0) side.delete(price);
        else side.set(price, quantity);
      }
    }
  }
}

const invalidDraft = (instrument: number): Draft =>
  marketDraft("BookInvalidated", { reason: "test" }, instrument);

const level = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 3 }));
const levels = fc.array(level, { maxLength: 3 }).map((pairs) => pairs.flat());
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ put: fc.constant("delta" as const), bids: levels }) },
  { weight: 1, arbitrary: fc.record({ put: fc.constant("snapshot" as const), bids: levels }) },
  { weight: 1, arbitrary: fc.record({ put: fc.constantFrom("invalid" as const) }) },
  { weight: 2, arbitrary: fc.record({ put: fc.constantFrom("trade" as const, "take" as const) }) },
);

Deno.test("MarketRoom leaves every book as it was put in, once all is taken", () => {
  const steps = fc.array(fc.tuple(step, fc.constantFrom(0, 1, 2)), { maxLength: 60, size: "max" });
  fc.assert(fc.property(steps, (taken) => {
    const room = new MarketRoom(3);
    const put = [new NaiveBook(), new NaiveBook(), new NaiveBook()];
    const got = [new NaiveBook(), new NaiveBook(), new NaiveBook()];
    const take = (): boolean => {
      const draft = room.take();
      if (draft !== undefined) got[draft.instrument ?? 0]?.apply(draft);
      return draft !== undefined;
    };
    for (const [of, instrument] of taken) {
      if (of.put === "take") take();
      else {
        const draft = draftOf(of, instrument);
        if (room.put(draft)) put[instrument]?.apply(draft);
        else if (of.put === "delta") put[instrument]?.apply(invalidDraft(instrument));
      }
    }
    while (take());
    deepStrictEqual(got.map(({ shown }) => shown), put.map(({ shown }) => shown));
    strictEqual(room.length, 0);
  }));
});

function draftOf(
  of: { readonly put: string; readonly bids?: readonly number[] },
  instrument: number,
): Draft {
  if (of.put === "delta") return deltaDraft({ bids: of.bids ?? [] }, instrument);
  if (of.put === "snapshot") return snapshotDraft({ bids: of.bids ?? [] }, instrument);
  return of.put === "invalid" ? invalidDraft(instrument) : tradeDraft(1, instrument);
}

Deno.test("MarketRoom keeps the order of quotes and of the news that the book is invalid", () => {
  const takenOf = (...drafts: readonly Draft[]): unknown => {
    const room = new MarketRoom(3);
    for (const draft of drafts) room.put(draft);
    const kinds: string[] = [];
    for (let draft = room.take(); draft !== undefined; draft = room.take()) {
      kinds.push(draft.eventType);
    }
    return kinds;
  };
  const [quote, invalid] = [quoteDraft(1, 0), invalidDraft(0)];
  deepStrictEqual(takenOf(invalid, quote, invalid), ["BookInvalidated"]);
  deepStrictEqual(takenOf(quote, invalid, quote), ["BookInvalidated", "QuoteUpdated"]);
});

Deno.test("MarketRoom never holds more than its bound and three of each instrument, however long it waits", () => {
  const room = new MarketRoom(8);
  for (let at = 0; at < 5000; at++) {
    const instrument = at % 4;
    room.put(deltaDraft({ bids: [at % 50 + 1, 1] }, instrument));
    room.put(quoteDraft(at, instrument));
    room.put(tradeDraft(1, instrument));
    if (at % 7 === 0) room.put(invalidDraft(instrument));
    if (at % 11 === 0) room.put(snapshotDraft({ bids: [1, 1] }, instrument));
    ok(room.length <= 8 + 3 * 4, `at ${at}`);
  }
  const { merged, dropped } = room.statistics;
  ok(merged > 5000 && dropped > 4000);
  const kinds = [];
  for (let draft = room.take(); draft !== undefined; draft = room.take()) {
    kinds.push(draft.eventType);
  }
  ok(kinds.length <= 20, `${kinds.length} were taken`);
});

Deno.test("MarketRoom merges a flood of one book into one change with the newest quantities and time", () => {
  const room = new MarketRoom(2);
  for (let at = 1; at <= 100; at++) {
    ok(
      room.put({ ...deltaDraft({ bids: [at % 10, at], asks: [50, at] }), eventTime: at } as Draft),
    );
  }
  const draft = room.take();
  strictEqual(draft?.eventType === "BookDelta" && draft.payload.bids.length, 20);
  strictEqual(draft?.eventTime, 100);
  strictEqual(draft.eventType === "BookDelta" && draft.payload.asks[1], 100);
  strictEqual(room.take(), undefined);
});

Deno.test("MarketRoom refuses the changes of a book that lost one until its next snapshot", () => {
  const room = new MarketRoom(1);
  ok(room.put(tradeDraft(1)));
  deepStrictEqual(
    [room.put(deltaDraft({ bids: [1, 1] })), room.put(deltaDraft({ bids: [2, 1] }))],
    [false, false],
  );
  const kinds = [room.take()?.eventType, room.take()?.eventType];
  deepStrictEqual(kinds, ["TradePrinted", "BookInvalidated"]);
  ok(!room.put(deltaDraft({ bids: [3, 1] })));
  ok(room.put(snapshotDraft({ bids: [1, 1] })));
  ok(room.put(deltaDraft({ bids: [4, 1] })));
  deepStrictEqual(room.take()?.payload, { bids: [1, 1, 4, 1], asks: [], updateId: null });
});
