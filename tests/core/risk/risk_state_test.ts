/**
 * Scopes found by client, instrument, venue and exchange, and what follows when those change. Proves
 * R-CORE-7.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { Book } from "../../../core/book.ts";
import { InvariantError } from "../../../core/invariant.ts";
import { NO_CLIENT_LIMITS, NO_ORDER_LIMITS } from "../../../core/limits.ts";
import { clientIndex, instrumentId, micros, px, qty, venueId } from "../../../core/numbers.ts";
import { fullBucket } from "../../../core/pacing.ts";
import { RiskState } from "../../../core/risk/mod.ts";
import type { InstrumentScope } from "../../../core/risk/scopes.ts";
import { linearInstrument } from "../../support/contract_instruments.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";

/** A second venue at the exchange of the first. */
const OTHER = { ...VENUE, id: venueId(1), name: "other" };

function list(
  risk: RiskState,
  of: { readonly id: number; readonly venue?: number },
): InstrumentScope {
  const { id, name } = of.venue === 1 ? OTHER : VENUE;
  const instrument = spotInstrument({ id: instrumentId(of.id), venue: id });
  risk.list({ instrument, venueName: name, book: new Book() });
  return risk.instrument(instrument.id);
}

function bothVenues(): RiskState {
  const risk = new RiskState();
  risk.declare(VENUE);
  risk.declare(OTHER);
  return risk;
}

function numbersOf(listed: InstrumentScope): number[] {
  return listed.group.members.map(({ instrument }) => instrument.id);
}

Deno.test("RiskState.client() and pair() make a scope once and find it again", () => {
  const risk = bothVenues();
  const listed = list(risk, { id: 2 });
  const bob = risk.client(clientIndex(1), "bob");
  strictEqual(risk.client(clientIndex(1), "bob"), bob);
  strictEqual(risk.pair(bob, listed), risk.pair(bob, listed));
  deepStrictEqual(risk.clients, [undefined, bob]);
  deepStrictEqual(bob.pairs, [undefined, undefined, risk.pair(bob, listed)]);
});

Deno.test("RiskState.venue() and instrument() refuse what is not there", () => {
  const risk = new RiskState();
  throws(() => risk.venue(venueId(0)), InvariantError);
  throws(() => risk.instrument(instrumentId(0)), InvariantError);
});

Deno.test("RiskState.list() joins one market by number, whatever the order of listing", () => {
  const risk = bothVenues();
  list(risk, { id: 3 });
  list(risk, { id: 1, venue: 1 });
  deepStrictEqual(numbersOf(list(risk, { id: 2 })), [1, 2, 3]);
});

Deno.test("RiskState.list() joins no two asset classes: spot and a perpetual are two markets", () => {
  const risk = bothVenues();
  const spot = list(risk, { id: 1 });
  const instrument = {
    ...linearInstrument(),
    id: instrumentId(2),
    venue: OTHER.id,
    symbol: spot.instrument.symbol,
    priceRule: spot.instrument.priceRule,
  };
  risk.list({ instrument, venueName: OTHER.name, book: new Book() });
  deepStrictEqual(numbersOf(spot), [1]);
  deepStrictEqual(numbersOf(risk.instrument(instrument.id)), [2]);
  strictEqual(risk.instrument(instrument.id).venue.exchange, spot.venue.exchange);
});

Deno.test("RiskState.list() joins accounts that count quantities in other quanta: prices are one", () => {
  const risk = bothVenues();
  const fine = list(risk, { id: 1 });
  const { instrument } = fine;
  const qtyRule = { ...instrument.qtyRule, scale: instrument.qtyRule.scale - 1 };
  const coarse = { ...instrument, id: instrumentId(2), venue: OTHER.id, qtyRule };
  risk.list({ instrument: coarse, venueName: OTHER.name, book: new Book() });
  deepStrictEqual(numbersOf(fine), [1, 2]);
});

Deno.test("RiskState.declare() moves a venue's instruments alone to its new exchange", () => {
  const risk = bothVenues();
  const [first, second] = [list(risk, { id: 0 }), list(risk, { id: 1, venue: 1 })];
  ok(!risk.declare(OTHER));
  deepStrictEqual(numbersOf(first), [0, 1]);
  ok(risk.declare({ ...OTHER, exchange: "elsewhere" }));
  deepStrictEqual(numbersOf(first), [0]);
  deepStrictEqual(numbersOf(second), [1]);
  strictEqual(second.venue.exchange, risk.exchange("elsewhere"));
  strictEqual(second.group, [...risk.exchange("elsewhere").groups.values()][0]);
});

Deno.test("RiskState.setClientLimits() rules before *, is taken back, and drops an old rate", () => {
  const risk = bothVenues();
  const alice = risk.client(clientIndex(2), "alice");
  const rate = { perSecond: 1, burst: 1 };
  risk.setClientLimits("*", { ...NO_CLIENT_LIMITS, maxOpenOrders: 9 });
  strictEqual(alice.limits.maxOpenOrders, 9);
  strictEqual(alice.key, "clients[*]");
  risk.setClientLimits("alice", { ...NO_CLIENT_LIMITS, orderRate: rate });
  strictEqual(alice.limits.maxOpenOrders, null);
  strictEqual(alice.key, "clients[alice]");
  alice.bucket = fullBucket(rate, micros(0));
  risk.setClientLimits("alice", { ...NO_CLIENT_LIMITS, orderRate: rate, maxOpenOrders: 1 });
  deepStrictEqual(alice.bucket, fullBucket(rate, micros(0)));
  risk.setClientLimits("alice", null);
  strictEqual(alice.limits.maxOpenOrders, 9);
  strictEqual(alice.bucket, null);
});

Deno.test("RiskState.setPairLimits() reaches the scopes that are there, and no others", () => {
  const risk = bothVenues();
  const listed = list(risk, { id: 0 });
  const alice = risk.client(clientIndex(1), "alice");
  risk.client(clientIndex(3), "bob");
  const pair = risk.pair(alice, listed);
  risk.setPairLimits("alice", instrumentId(0), {
    ...NO_ORDER_LIMITS,
    maxOrderQty: qty(7),
    maxOrderNotional: "1",
  });
  strictEqual(pair.limits.maxOrderQty, 7);
  strictEqual(pair.notionalMost, 1_000_000);
  strictEqual(pair.key, "clients[alice].instruments[paper:BTC/USDT]");
  risk.setPairLimits("alice", instrumentId(0), null);
  strictEqual(pair.limits.maxOrderQty, null);
  strictEqual(pair.notionalMost, null);
  strictEqual(pair.key, "clients[*].instruments[paper:BTC/USDT]");
  strictEqual(risk.pairLimits.size, 0, "a client without limits of its own is not kept");
  deepStrictEqual(risk.clients[3]?.pairs, []);
});

Deno.test("RiskState.revalue() holds back by the finest scale that was ever needed", () => {
  const risk = bothVenues();
  const listed = list(risk, { id: 0 });
  strictEqual(listed.heldOn("Buy")?.purse.scale, 6);
  strictEqual(listed.heldOn("Sell")?.purse.currency, "BTC");
  const instrument = linearInstrument();
  risk.list({ instrument, venueName: VENUE.name, book: new Book() });
  const linear = risk.instrument(instrument.id);
  strictEqual(linear.heldOn("Buy"), null);
  linear.limits = { ...linear.limits, initialMarginPpm: 1 };
  const purse = listed.venue.purses.get("USDT");
  if (purse !== undefined) purse.cashAt = 5;
  risk.revalue(linear);
  strictEqual(linear.heldOn("Sell")?.purse, purse);
  strictEqual(purse?.scale, 10);
  ok(purse.cashAt < 0);
});

Deno.test("RiskState.clearSums() forgets the orders of every scope", () => {
  const risk = bothVenues();
  const listed = list(risk, { id: 1 });
  risk.declare({ ...VENUE, id: venueId(3), name: "third" });
  const client = risk.client(clientIndex(2), "alice");
  const pair = risk.pair(client, listed);
  for (const sums of [pair.sums, listed.sums]) {
    Object.assign(sums, { orders: 1, buyQty: 2, sellQty: 3 });
  }
  client.orders = 1;
  listed.venue.orders = 1;
  listed.venue.exchange.orders = 1;
  listed.heldOn("Buy")?.purse.reserved.set(5);
  listed.group.own.add("Buy", px(5));
  risk.clearSums();
  const nothing = { orders: 0, buyQty: 0, sellQty: 0 };
  deepStrictEqual([{ ...pair.sums }, { ...listed.sums }], [nothing, nothing]);
  deepStrictEqual([client.orders, listed.venue.orders, listed.venue.exchange.orders], [0, 0, 0]);
  strictEqual(listed.heldOn("Buy")?.purse.reserved.value, 0);
  strictEqual(listed.group.own.bestOf("Buy"), undefined);
});
