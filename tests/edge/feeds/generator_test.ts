/**
 * The generated market (issue: worth quoting against; R-MODE-1 paper): deterministic, deep, two-sided.
 * @module
 */
import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { Book } from "../../../core/book.ts";
import type { Draft } from "../../../core/event.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { micros } from "../../../core/numbers.ts";
import { MarketGenerator } from "../../../edge/feeds/generator.ts";
import { INSTRUMENT } from "../../support/simulated_venue.ts";

const START = micros(1_700_000_000_000_000);

function generatorOf(seed: number, startPrice?: string): MarketGenerator {
  return new MarketGenerator({ instrument: INSTRUMENT, seed, startPrice, startUs: START });
}

function hourOf(seed: number): Draft[] {
  return generatorOf(seed).next(micros(START + 3_600_000_000));
}

Deno.test("MarketGenerator gives the same news for the same seed, others for another", () => {
  deepStrictEqual(hourOf(7), hourOf(7));
  notDeepStrictEqual(hourOf(7).slice(0, 50), hourOf(8).slice(0, 50));
});

Deno.test("MarketGenerator gives the same news whole and in pieces", () => {
  const generator = generatorOf(3);
  const pieces: Draft[] = [];
  for (let us = START; us <= START + 60_000_000; us = micros(us + 777_000)) {
    pieces.push(...generator.next(us));
  }
  pieces.push(...generator.next(micros(START + 60_000_000)));
  deepStrictEqual(pieces, generatorOf(3).next(micros(START + 60_000_000)));
});

Deno.test("MarketGenerator begins with a snapshot and repeats one now and then", () => {
  const news = hourOf(1);
  strictEqual(news[0]?.eventType, "BookSnapshot");
  const snapshots = news.filter(({ eventType }) => eventType === "BookSnapshot").length;
  ok(snapshots > 5 && snapshots < 200, `${snapshots} in an hour`);
});

for (const seed of [1, 2, 3, 4_294_967_295]) {
  Deno.test(`MarketGenerator keeps ten levels a side, uncrossed, near its price: seed ${seed}`, () => {
    const book = new Book();
    for (const { eventType, payload, eventTime } of hourOf(seed)) {
      if (eventType === "BookSnapshot") book.applySnapshot(payload, eventTime);
      else if (eventType === "BookDelta") book.applyDelta(payload, eventTime);
      else continue;
      const [bid, ask] = [book.best("Buy"), book.best("Sell")];
      ok(bid !== undefined && ask !== undefined && bid.price < ask.price);
      ok(bid.price > 500_000 && ask.price < 700_000, `${bid.price} to ${ask.price}`);
      ok(book.top("Buy", 10).length === 10 && book.top("Sell", 10).length === 10);
    }
  });
}

Deno.test("MarketGenerator's snapshots say what its deltas had said", () => {
  const book = new Book();
  for (const { eventType, payload, eventTime } of hourOf(5)) {
    if (eventType === "BookDelta") book.applyDelta(payload, eventTime);
    if (eventType !== "BookSnapshot") continue;
    const fresh = new Book();
    fresh.applySnapshot(payload, eventTime);
    if (book.isFresh) {
      for (const side of ["Buy", "Sell"] as const) {
        deepStrictEqual(book.top(side, 99), fresh.top(side, 99));
      }
    }
    book.applySnapshot(payload, eventTime);
  }
});

Deno.test("MarketGenerator has takers on both sides, bursts and quiet spells", () => {
  const news = hourOf(2);
  const takers = news.map(({ eventType, payload }) =>
    eventType === "TradePrinted" ? payload.side : null
  );
  const [buys, sells] = ["Buy", "Sell"].map((side) => takers.filter((one) => one === side).length);
  ok(buys !== undefined && sells !== undefined && buys > 2000 && sells > 2000, `${buys}, ${sells}`);
  const perSecond = new Map<number, number>();
  for (const { eventTime } of news) {
    const second = Math.floor(eventTime / 1_000_000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  ok([...perSecond.values()].some((count) => count > 150), "a burst");
  ok(perSecond.size < 3_590, "seconds without any news");
});

Deno.test("MarketGenerator respects tick, lot and smallest quantity", () => {
  const instrument: Instrument = {
    ...INSTRUMENT,
    priceRule: { scale: 1, ticks: [{ fromQuanta: 0, stepQuanta: 5 }] },
    qtyRule: { scale: 3, stepQuanta: 40, minQuanta: 80, maxQuanta: null },
  };
  const options = { instrument, seed: 1, startPrice: "61800.5", startUs: START };
  for (
    const { eventType, payload } of new MarketGenerator(options).next(micros(START + 60_000_000))
  ) {
    if (eventType !== "BookDelta") continue;
    for (const flat of [payload.bids, payload.asks]) {
      flat.forEach((value, at) => strictEqual(value % (at % 2 === 0 ? 5 : 80), 0));
    }
  }
});

Deno.test("MarketGenerator refuses a start price that does not fit", () => {
  throws(() => generatorOf(1, "0.05"), /start price must be a decimal above 0 of at most 1 places/);
});
