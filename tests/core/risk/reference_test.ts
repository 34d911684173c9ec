/**
 * Which book an order is measured by, and how far is far. Proves R-CORE-7 (price collar).
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { Book } from "../../../core/book.ts";
import type { Instrument, Side } from "../../../core/instrument.ts";
import { NO_LIMITS } from "../../../core/limits.ts";
import { instrumentId, micros, venueId } from "../../../core/numbers.ts";
import { RiskState } from "../../../core/risk/mod.ts";
import { boundOf, isBeyond, marketPx, referenceBook } from "../../../core/risk/reference.ts";
import type { InstrumentScope } from "../../../core/risk/scopes.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import { runner, signedContract, token } from "../../support/outcome_instruments.ts";
import { bookOf } from "../../support/risk_request.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";

/** When `bookOf` fills a book. */
const FILLED_US = 1_000_000;
const STALE_MS = 1_000;

/**
 * An instrument under a bound on the age of its book, and its group's others by their books; the
 * first of those has other terms.
 */
function listedWith(
  of: {
    readonly own: Book;
    readonly others?: readonly Book[];
    readonly terms?: Partial<Instrument>;
  },
): InstrumentScope {
  const risk = new RiskState();
  for (const [at, book] of [of.own, ...of.others ?? []].entries()) {
    const venue = venueId(at);
    risk.declare({ ...VENUE, id: venue, name: `paper${at}` });
    const instrument = spotInstrument({ id: instrumentId(at), venue });
    const terms = at === 1 ? of.terms : {};
    risk.list({ instrument: { ...instrument, ...terms }, venueName: `paper${at}`, book });
  }
  const listed = risk.instrument(instrumentId(0));
  listed.limits = { ...NO_LIMITS, bookStaleMs: STALE_MS };
  return listed;
}

const full = (): Book => bookOf({ bids: [9_900, 1], asks: [10_000, 1] });
const atUs = (afterMs: number): ReturnType<typeof micros> => micros(FILLED_US + afterMs * 1_000);

Deno.test("referenceBook() gives the instrument's own book up to its age, to the microsecond", () => {
  const own = full();
  const listed = listedWith({ own });
  strictEqual(referenceBook(listed, atUs(STALE_MS)), own);
  strictEqual(referenceBook(listed, micros(atUs(STALE_MS) + 1)), undefined);
});

Deno.test("referenceBook() gives no book that was never filled or has lost its place", () => {
  const lost = full();
  lost.invalidate();
  strictEqual(referenceBook(listedWith({ own: lost }), atUs(0)), undefined);
  strictEqual(referenceBook(listedWith({ own: new Book() }), atUs(0)), undefined);
});

Deno.test("referenceBook() falls back to the first fresh book of the same market", () => {
  const [second, third] = [full(), full()];
  const listed = listedWith({ own: new Book(), others: [second, third] });
  strictEqual(referenceBook(listed, atUs(0)), second);
  second.invalidate();
  strictEqual(referenceBook(listed, atUs(0)), third);
  strictEqual(referenceBook(listed, atUs(STALE_MS + 1)), undefined);
});

const NOT_COMPARED: readonly (readonly [string, Partial<Instrument>])[] = [
  ["counts quantities in other quanta", { qtyRule: { ...spotInstrument().qtyRule, scale: 3 } }],
  ["is of another asset class", { assetClass: "linear", contract: linearInstrument().contract }],
];
for (const [what, terms] of NOT_COMPARED) {
  Deno.test(`referenceBook() passes over a book of another venue that ${what}`, () => {
    const [second, third] = [full(), full()];
    const listed = listedWith({ own: new Book(), others: [second], terms });
    strictEqual(referenceBook(listed, atUs(0)), undefined);
    strictEqual(
      referenceBook(listedWith({ own: new Book(), others: [second, third], terms }), atUs(0)),
      third,
    );
  });
}

Deno.test("marketPx() gives the best price that the order would meet, a Buy's as far as its collar", () => {
  const listed = listedWith({ own: full() });
  const nowUs = atUs(0);
  strictEqual(marketPx(listed, { side: "Buy", nowUs }), 10_000);
  strictEqual(marketPx(listed, { side: "Sell", nowUs }), 9_900);
  listed.limits = { ...listed.limits, priceCollarPpm: 10_000 };
  strictEqual(marketPx(listed, { side: "Buy", nowUs }), 10_100);
  strictEqual(marketPx(listed, { side: "Sell", nowUs }), 9_900);
  strictEqual(marketPx(listed, { side: "Buy", nowUs: atUs(STALE_MS + 1) }), null);
  const oneSided = listedWith({ own: bookOf({ bids: [9_900, 1] }) });
  strictEqual(marketPx(oneSided, { side: "Buy", nowUs }), null);
});

/** What the price is at which an order costs more, of the best (290 or 300) and 10 % beyond it. */
const COUNTED:
  readonly (readonly [string, Instrument, { readonly Buy: number; readonly Sell: number }])[] = [
    ["spot", spotInstrument(), { Buy: 330, Sell: 290 }],
    ["linear", linearInstrument(), { Buy: 330, Sell: 290 }],
    ["inverse", inverseInstrument(), { Buy: 300, Sell: 261 }],
    ["perOutcome", token("YES"), { Buy: 330, Sell: 290 }],
    ["signed", signedContract(), { Buy: 330, Sell: 261 }],
    ["betting", runner(0), { Buy: 300, Sell: 319 }],
  ];

for (const [what, instrument, counted] of COUNTED) {
  for (const side of ["Buy", "Sell"] as const) {
    Deno.test(`marketPx() gives a ${side} of ${what} the price at which it costs more`, () => {
      const risk = new RiskState();
      risk.declare(VENUE);
      const book = bookOf({ bids: [290, 1], asks: [300, 1] });
      risk.list({ instrument: { ...instrument, venue: VENUE.id }, venueName: VENUE.name, book });
      const listed = risk.instrument(instrument.id);
      listed.limits = { ...NO_LIMITS, bookStaleMs: STALE_MS };
      strictEqual(marketPx(listed, { side, nowUs: atUs(0) }), side === "Buy" ? 300 : 290);
      listed.limits = { ...listed.limits, priceCollarPpm: 100_000 };
      strictEqual(marketPx(listed, { side, nowUs: atUs(0) }), counted[side]);
    });
  }
}

const LARGEST = Number.MAX_SAFE_INTEGER;
const BOUNDS: readonly (readonly [Side, number, number, boolean, number])[] = [
  ["Buy", 10_050, 10_000, false, 10_150],
  ["Sell", 10_050, 10_000, false, 9_950],
  ["Buy", 10_050, 10_000, true, 9_950],
  ["Sell", 10_050, 10_000, true, 10_150],
  ["Buy", -10_050, 10_000, false, -9_950],
  ["Buy", LARGEST, 1_000_000, false, LARGEST],
  ["Sell", -LARGEST, 1_000_000, false, -LARGEST],
];
for (const [side, reference, ppm, isBetting, bound] of BOUNDS) {
  const kind = isBetting ? "odds" : "price";
  Deno.test(`boundOf() of a ${side} at the ${kind} ${reference} and ${ppm} ppm gives ${bound}`, () => {
    strictEqual(boundOf({ side, reference, ppm, isBetting }), bound);
  });
}

Deno.test("boundOf() is exact where the product with the millionths is not a safe integer", () => {
  const reference = 4_000_000_000_000_003;
  strictEqual(
    boundOf({ side: "Buy", reference, ppm: 333_333, isBetting: false }),
    5_333_332_000_000_003,
  );
});

Deno.test("isBeyond() holds from one quantum past the bound, on the side where prices get worse", () => {
  const bound = 100;
  const beyond = (side: Side, px: number, by: "price" | "odds" = "price"): boolean =>
    isBeyond({ side, px, bound, isBetting: by === "odds" });
  ok(!beyond("Buy", 100));
  ok(beyond("Buy", 101));
  ok(!beyond("Sell", 100));
  ok(beyond("Sell", 99));
  ok(beyond("Buy", 99, "odds"));
  ok(!beyond("Buy", 101, "odds"));
  ok(beyond("Sell", 101, "odds"));
});
