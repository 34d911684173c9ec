/**
 * Every limit in every scope at its bound, one below and one above, and the key that the refusal
 * names. Proves R-CORE-7.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import type { Contract } from "../../../core/instrument.ts";
import { px, qty } from "../../../core/numbers.ts";
import type { RefusalCode } from "../../../core/reject_code.ts";
import { firstRefusal } from "../../../core/risk/mod.ts";
import { type RequestChanges, riskRequest } from "../../support/risk_request.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const PAIR = "clients[alice].instruments[paper:BTC/USDT]";
const CLIENT = "clients[alice]";
const INSTRUMENT = "venues[paper].instruments[BTC/USDT].limits";
const VENUE = "venues[paper].limits";
const EXCHANGE = "exchanges[paper]";

/** The usual order is a Buy of 1 at 100, quanta 10 000 and 10 000; no collar in the way. */
function refused(changes: RequestChanges): { readonly code?: RefusalCode; readonly text: string } {
  const limits = { priceCollarPpm: null, maxOrderQty: null, ...changes.limits };
  const found = firstRefusal(riskRequest({ ...changes, limits }));
  return found === undefined ? { text: "" } : found;
}

/** What the limit is of, its code and key, and a request for a limit that is `by` off its bound. */
type Row = readonly [
  what: string,
  code: RefusalCode,
  key: string,
  request: (by: -1 | 0 | 1) => RequestChanges,
];

const ROWS: readonly Row[] = [
  ["one order of a client", "MAX_QTY", `${PAIR}.max_order_qty`, (by) => ({
    pairLimits: { maxOrderQty: qty(10_000 + by) },
  })],
  ["one order in an instrument", "MAX_QTY", `${INSTRUMENT}.max_order_qty`, (by) => ({
    limits: { maxOrderQty: qty(10_000 + by) },
  })],
  ["the worth of a client's order", "MAX_NOTIONAL", `${PAIR}.max_order_notional`, (by) => ({
    pairLimits: { maxOrderNotional: `${100 + by}` },
  })],
  ["the worth of an order", "MAX_NOTIONAL", `${INSTRUMENT}.max_order_notional`, (by) => ({
    limits: { maxOrderNotional: by === 0 ? "100" : by === 1 ? "100.000001" : "99.9999999" },
  })],
  ["a Market order's worth", "MAX_NOTIONAL", `${INSTRUMENT}.max_order_notional`, (by) => ({
    px: null,
    countPx: px(10_100),
    limits: { maxOrderNotional: `${101 + by}` },
  })],
  ["a client's long position", "MAX_POSITION", `${PAIR}.max_position`, (by) => ({
    clientPosition: -3_000,
    pairSums: { buyQty: 5_000, sellQty: 900_000 },
    pairLimits: { maxPosition: qty(12_000 + by) },
  })],
  ["a client's short position", "MAX_POSITION", `${PAIR}.max_position`, (by) => ({
    side: "Sell",
    clientPosition: 3_000,
    pairSums: { sellQty: 5_000, buyQty: 900_000 },
    pairLimits: { maxPosition: qty(12_000 + by) },
  })],
  ["the account's long position", "MAX_POSITION", `${INSTRUMENT}.max_position`, (by) => ({
    accountPosition: 4_000,
    sums: { buyQty: 6_000 },
    limits: { maxPosition: qty(20_000 + by) },
  })],
  ["the account's short position", "MAX_POSITION", `${INSTRUMENT}.max_position`, (by) => ({
    side: "Sell",
    accountPosition: -4_000,
    sums: { sellQty: 6_000 },
    limits: { maxPosition: qty(20_000 + by) },
  })],
  ["a replace that adds", "MAX_POSITION", `${INSTRUMENT}.max_position`, (by) => ({
    sums: { buyQty: 7_000 },
    kept: { qty: 6_000 },
    limits: { maxPosition: qty(11_000 + by) },
  })],
  ["a client's orders in an instrument", "MAX_OPEN_ORDERS", `${PAIR}.max_open_orders`, (by) => ({
    pairSums: { orders: 4 },
    pairLimits: { maxOpenOrders: 5 + by },
  })],
  ["a client's orders", "MAX_OPEN_ORDERS", `${CLIENT}.max_open_orders`, (by) => ({
    clientOrders: 4,
    clientLimits: { maxOpenOrders: 5 + by },
  })],
  ["orders in an instrument", "MAX_OPEN_ORDERS", `${INSTRUMENT}.max_open_orders`, (by) => ({
    sums: { orders: 4 },
    limits: { maxOpenOrders: 5 + by },
  })],
  ["orders of an account", "MAX_OPEN_ORDERS", `${VENUE}.max_open_orders`, (by) => ({
    venueOrders: 4,
    venueLimits: { maxOpenOrders: 5 + by },
  })],
  ["orders at an exchange", "MAX_OPEN_ORDERS", `${EXCHANGE}.max_open_orders`, (by) => ({
    exchangeOrders: 4,
    exchangeLimits: { maxOpenOrders: 5 + by },
  })],
  ["a client's loss", "MAX_LOSS", `${CLIENT}.max_loss`, (by) => ({
    loss: { units: 10, scale: 0 },
    clientLimits: { maxLoss: [{ currency: "USDT", most: `${10 + by}` }] },
  })],
  ["an account's loss", "MAX_LOSS", `${VENUE}.max_loss`, (by) => ({
    loss: { units: 1000, scale: 2 },
    venueLimits: { maxLoss: [{ currency: "USDT", most: `${10 + by}` }] },
  })],
  ["what an account has free", "FUNDS", `${VENUE}.check_funds`, (by) => ({
    cash: 600 + by,
    reserved: 500,
    venueLimits: { checkFunds: true },
  })],
  ["what a replace adds", "FUNDS", `${VENUE}.check_funds`, (by) => ({
    cash: 550 + by,
    reserved: 500,
    kept: { qty: 5_000 },
    venueLimits: { checkFunds: true },
  })],
  ["base that a Sell gives", "FUNDS", `${VENUE}.check_funds`, (by) => ({
    side: "Sell",
    cash: 3 + by,
    reserved: 2,
    venueLimits: { checkFunds: true },
  })],
];
for (const [what, code, key, request] of ROWS) {
  Deno.test(`firstRefusal() holds ${what} to ${key}`, () => {
    strictEqual(refused(request(0)).code, undefined, "at the limit");
    strictEqual(refused(request(1)).code, undefined, "below a limit that is one more");
    const { code: found, text } = refused(request(-1));
    strictEqual(found, code, "above a limit that is one less");
    ok(text.includes(`(${key}`), `${key} in: ${text}`);
    ok(/^Cannot take the order: .+: was .+/.test(text), text);
  });
}

const RATE = { perSecond: 1, burst: 2 };
const RATES: readonly (readonly [string, string, RequestChanges])[] = [
  ["a client", CLIENT, { clientLimits: { orderRate: RATE } }],
  ["an account", VENUE, { venueLimits: { orderRate: RATE } }],
  ["an exchange", EXCHANGE, { exchangeLimits: { orderRate: RATE } }],
];
for (const [what, key, changes] of RATES) {
  Deno.test(`firstRefusal() holds ${what} to its order rate`, () => {
    strictEqual(refused(changes).code, undefined);
    const { code, text } = refused({ ...changes, isCharged: true });
    strictEqual(code, "RATE_LIMIT");
    ok(text.includes(`(${key}.order_rate`), text);
  });
}

const MATCHES: readonly (readonly [string, RequestChanges, boolean])[] = [
  ["a Buy below our Sell", { own: [["Sell", 10_001]] }, false],
  ["a Buy at our Sell", { own: [["Sell", 10_000], ["Sell", 11_000]] }, true],
  ["a Buy above our Sell", { own: [["Sell", 9_999]] }, true],
  ["a Buy beside our Buys", { own: [["Buy", 10_000], ["Buy", 99_999]] }, false],
  ["a Sell above our Buy", { side: "Sell", own: [["Buy", 9_999]] }, false],
  ["a Sell at our Buy", { side: "Sell", own: [["Buy", 10_000]] }, true],
  ["a Market Buy and our Sell at the best ask", { px: null, own: [["Sell", 10_000]] }, true],
  [
    "a Market Buy that the book before our Sell fills",
    { px: null, own: [["Sell", 90_000]] },
    false,
  ],
  ["a Market Buy larger than the book before our Sell", {
    px: null,
    qty: qty(40_000),
    leavesQty: qty(40_000),
    own: [["Sell", 11_000]],
  }, true],
  ["a Buy that the book before our Sell fills", { px: px(10_100), own: [["Sell", 10_001]] }, false],
  ["a Market Buy alone", { px: null, own: [["Buy", 90_000]] }, false],
  ["a Buy and our Market Sell", { own: [["Sell", null]] }, true],
];
for (const [what, changes, isRefused] of MATCHES) {
  Deno.test(`firstRefusal() ${isRefused ? "refuses" : "takes"} by self-match ${what}`, () => {
    const code = isRefused ? "SELF_MATCH" : undefined;
    strictEqual(refused({ ...changes, exchangeLimits: { selfMatch: "refuse" } }).code, code);
    strictEqual(refused({ ...changes, exchangeLimits: { selfMatch: "allow" } }).code, undefined);
  });
}

Deno.test("firstRefusal() names the narrowest scope that refuses", () => {
  const { text } = refused({
    pairSums: { orders: 9 },
    clientOrders: 9,
    sums: { orders: 9 },
    clientLimits: { maxOpenOrders: 1 },
    pairLimits: { maxOpenOrders: 9 },
    limits: { maxOpenOrders: 9 },
  });
  ok(text.includes(PAIR), text);
});

const PASSES: readonly (readonly [string, RequestChanges])[] = [
  ["a replace by a limit on open orders", { kept: { qty: 1 }, limits: { maxOpenOrders: 0 } }],
  ["a replace that adds nothing where the limit was tightened", {
    sums: { buyQty: 90_000 },
    kept: { qty: 10_000 },
    limits: { maxPosition: qty(1) },
  }],
  ["an order that brings a position back within its limit", {
    accountPosition: -90_000,
    limits: { maxPosition: qty(1) },
  }],
  ["a replace that holds back no more", {
    cash: 0,
    reserved: 500,
    kept: { qty: 10_000 },
    venueLimits: { checkFunds: true },
  }],
  ["what reduces after too great a loss", {
    loss: { units: 99, scale: 0 },
    clientPosition: -10_000,
    clientLimits: { maxLoss: [{ currency: "USDT", most: "1" }] },
  }],
];
for (const [what, changes] of PASSES) {
  Deno.test(`firstRefusal() lets pass ${what}`, () => {
    strictEqual(refused(changes).text, "");
  });
}

const CLOSED: readonly (readonly [string, RefusalCode, RequestChanges])[] = [
  ["a Market order without a price under a limit on worth", "MAX_NOTIONAL", {
    px: null,
    countPx: null,
    limits: { maxOrderNotional: "1000000" },
  }],
  ["a Market Buy without a price where funds are checked", "FUNDS", {
    px: null,
    countPx: null,
    venueLimits: { checkFunds: true },
  }],
  ["any order where cash was never reported", "FUNDS", {
    cash: null,
    venueLimits: { checkFunds: true },
  }],
  ["an order whose loss cannot be told", "MAX_LOSS", {
    loss: null,
    clientLimits: { maxLoss: [{ currency: "USDT", most: "1000" }] },
  }],
  ["an order with which sums would not be exact", "MAX_POSITION", {
    accountPosition: Number.MAX_SAFE_INTEGER - 9_999,
  }],
  ["open quantity beyond what is exact, whatever the position", "MAX_POSITION", {
    accountPosition: -Number.MAX_SAFE_INTEGER,
    sums: { buyQty: Number.MAX_SAFE_INTEGER - 9_999 },
  }],
];
for (const [what, code, changes] of CLOSED) {
  Deno.test(`firstRefusal() fails closed for ${what}`, () => {
    strictEqual(refused(changes).code, code);
  });
}

const LINEAR: Contract = { kind: "linear", multiplier: "0.1", settlement: "USDT" };
const INVERSE: Contract = { kind: "inverse", multiplier: "100", settlement: "BTC" };
const BINARY = {
  kind: "binary",
  condition: "c",
  outcome: "yes",
  complement: null,
  collateral: "USDT",
  payout: "1",
} as const;
const BETTING: Contract = {
  kind: "betting",
  market: "m",
  currency: "USDT",
  commissionPpm: 0,
  discountPpm: 0,
  winners: 1,
  runners: null,
};

/** 1 unit at 100 (at 0.40 for binary, at odds of 3 for betting): what it is worth and holds back. */
const WORTH: readonly (readonly [string, RequestChanges, notional: string, held: number])[] = [
  ["a linear Buy at 20 % margin", contract(LINEAR), "10", 2],
  ["an inverse Buy of 100 quote at 20 %", contract(INVERSE), "100", 0.2],
  ["a Buy of a signed outcome", contract({ ...BINARY, netting: "signed" }, 40), "0.4", 0.4],
  [
    "a Sell of a signed outcome",
    { ...contract({ ...BINARY, netting: "signed" }, 40), side: "Sell" },
    "0.6",
    0.6,
  ],
  ["a Buy of an outcome", contract({ ...BINARY, netting: "perOutcome" }, 40), "0.4", 0.4],
  ["a back", contract(BETTING, 300), "1", 1],
  ["a lay", { ...contract(BETTING, 300), side: "Sell" }, "2", 2],
];
for (const [what, changes, notional, held] of WORTH) {
  Deno.test(`firstRefusal() values ${what} at ${notional} and holds ${held} back`, () => {
    const margin = { initialMarginPpm: 200_000 };
    const least = (Number(notional) - 0.01).toFixed(2);
    const worth = { ...changes, limits: { ...margin, maxOrderNotional: notional } };
    strictEqual(refused(worth).code, undefined);
    const less = { ...changes, limits: { ...margin, maxOrderNotional: least } };
    strictEqual(refused(less).code, "MAX_NOTIONAL");
    const funds = { ...changes, limits: margin, venueLimits: { checkFunds: true } };
    // Cash counts in whole units: 100 such orders hold back 100 times as much.
    const many = { ...funds, qty: qty(1_000_000), leavesQty: qty(1_000_000) };
    strictEqual(refused({ ...many, cash: Math.round(held * 100) }).code, undefined);
    strictEqual(refused({ ...many, cash: Math.round(held * 100) - 1 }).code, "FUNDS");
  });
}

function contract(terms: Contract, price = 10_000): RequestChanges {
  const instrument = spotInstrument({ assetClass: terms.kind, contract: terms });
  return { instrument, px: px(price), countPx: px(price) };
}

Deno.test("firstRefusal() lets an outcome be sold that is held, and not what else is open to sell", () => {
  const held = {
    ...contract({ ...BINARY, netting: "perOutcome" }, 40),
    side: "Sell",
    venueLimits: { checkFunds: true },
  } as const;
  strictEqual(refused({ ...held, accountPosition: 10_000 }).code, undefined);
  strictEqual(refused({ ...held, accountPosition: 9_999 }).code, "FUNDS");
  strictEqual(refused({ ...held, accountPosition: 10_000, sums: { sellQty: 1 } }).code, "FUNDS");
  strictEqual(
    refused({ ...held, accountPosition: 10_000, sums: { sellQty: 1 }, kept: { qty: 1 } }).code,
    undefined,
  );
});

Deno.test("firstRefusal() shows a holding below 0 as nothing that could be sold", () => {
  const { text } = refused({
    ...contract({ ...BINARY, netting: "perOutcome" }, 40),
    side: "Sell",
    accountPosition: -10_000,
    venueLimits: { checkFunds: true },
  });
  ok(text.includes("what the account holds, 0 ("), text);
});

Deno.test("firstRefusal() lets a Sell without a margin pass where funds are checked", () => {
  const sell = { side: "Sell", cash: 0, venueLimits: { checkFunds: true } } as const;
  strictEqual(refused({ ...contract(LINEAR), ...sell }).code, undefined);
});

Deno.test("firstRefusal() counts other open orders to what may still reduce after a loss", () => {
  const lost = {
    loss: { units: 99, scale: 0 },
    clientPosition: -10_000,
    clientLimits: { maxLoss: [{ currency: "USDT", most: "1" }] },
  };
  strictEqual(refused({ ...lost, pairSums: { buyQty: 1 } }).code, "MAX_LOSS");
});

for (const [side, word] of [["Buy", "long"], ["Sell", "short"]] as const) {
  Deno.test(`firstRefusal() says that a ${side} would take the position too far ${word}`, () => {
    const { text } = refused({ side, limits: { maxPosition: qty(1) } });
    ok(text.includes(` ${word} if all that is open fills`), text);
  });
}

Deno.test("firstRefusal() lets an order cross ours only if better prices hold all of it", () => {
  const crossing = {
    px: null,
    own: [["Sell", 10_100]],
    exchangeLimits: { selfMatch: "refuse" },
  } as const;
  strictEqual(refused({ ...crossing, qty: qty(20_000) }).code, undefined, "100.00 displays 2");
  strictEqual(refused({ ...crossing, qty: qty(20_001) }).code, "SELF_MATCH");
  const stale = { ...crossing, limits: { bookStaleMs: 0 } };
  strictEqual(refused({ ...stale, qty: qty(1) }).code, "SELF_MATCH", "what is displayed is old");
});

Deno.test("firstRefusal() names the side of ours that an order would meet", () => {
  const exchangeLimits = { selfMatch: "refuse" } as const;
  const buy = refused({ own: [["Sell", 10_000]], exchangeLimits });
  ok(buy.text.includes("must not meet a Sell at 100 of our own"), buy.text);
  const sell = refused({ side: "Sell", own: [["Buy", 10_000]], exchangeLimits });
  ok(sell.text.includes("must not meet a Buy at 100 of our own"), sell.text);
  const any = refused({ own: [["Sell", null]], exchangeLimits });
  ok(any.text.includes("must not meet a Market order of our own"), any.text);
});

Deno.test("firstRefusal() asks no margin of what only reduces the account's position", () => {
  const closing = {
    ...contract(LINEAR),
    cash: 0,
    limits: { initialMarginPpm: 200_000 },
    venueLimits: { checkFunds: true },
  };
  strictEqual(refused({ ...closing, accountPosition: -10_000 }).code, undefined);
  strictEqual(refused({ ...closing, accountPosition: -9_999 }).code, "FUNDS");
  const others = { accountPosition: -10_000, sums: { buyQty: 1 } };
  strictEqual(refused({ ...closing, ...others }).code, "FUNDS");
});
