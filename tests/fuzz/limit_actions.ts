/**
 * Random limits of every scope, mostly loose enough to trade, and the venue's own view of an account.
 * @module
 */
import { fromUnits, toQuanta } from "../../core/decimal.ts";
import { px, qty } from "../../core/numbers.ts";
import type {
  ClientLimits,
  CurrencyLimit,
  ExchangeLimits,
  FlowLimits,
  InstrumentLimits,
  OrderLimits,
  VenueLimits,
} from "../../core/limits.ts";
import { fact } from "./account_actions.ts";
import { type Action, weighed } from "./actions.ts";
import type { Scene } from "./scene.ts";
import { CLIENTS } from "./world.ts";

const CURRENCIES = ["USDT", "BTC", "USD", "GBP"] as const;

/** What operators may limit. */
export const LIMIT_ACTIONS: readonly Action[] = [
  { weight: 10, act: instrumentLimits },
  { weight: 6, act: clientInstrumentLimits },
  { weight: 5, act: clientLimits },
  { weight: 5, act: venueLimits },
  { weight: 4, act: exchangeLimits },
  { weight: 8, act: accountReport },
];

/** One of the values, or no limit most of the time. */
function seldom<Value>(scene: Scene, percent: number, draw: () => Value): Value | null {
  return scene.draws.chance(percent) ? draw() : null;
}

function orderLimits(scene: Scene): OrderLimits {
  const { draws } = scene;
  const instrument = scene.instrument();
  return {
    maxOrderQty: seldom(scene, 25, () => qty(scene.quantity(instrument))),
    maxOrderNotional: seldom(scene, 25, () => draws.pick(["10", "1000.5", "100000", "0"])),
    maxPosition: seldom(scene, 25, () => qty(draws.pick([0, 5, 50, 5_000, 50_000]))),
    maxOpenOrders: seldom(scene, 20, () => draws.pick([0, 1, 2, 3, 10])),
  };
}

function flowLimits(scene: Scene): FlowLimits {
  const { draws } = scene;
  return {
    maxOpenOrders: seldom(scene, 20, () => draws.pick([0, 2, 4, 10])),
    orderRate: seldom(scene, 25, () => ({
      perSecond: draws.pick([1, 10, 0.5]),
      burst: draws.pick([1, 3, 20]),
    })),
  };
}

function amounts(scene: Scene): readonly CurrencyLimit[] {
  const { draws } = scene;
  if (draws.chance(60)) return [];
  const most = draws.pick(["0", "0.5", "100", "1000000"]);
  const currency = draws.pick(CURRENCIES);
  return draws.chance(70) ? [{ currency, most }] : [
    { currency: "USDT", most },
    { currency: "USD", most: "1" },
  ];
}

function instrumentLimits(scene: Scene): void {
  const { draws } = scene;
  const instrument = scene.instrument();
  const limits: InstrumentLimits = {
    ...orderLimits(scene),
    priceCollarPpm: seldom(scene, 35, () => draws.pick([0, 1_000, 20_000, 500_000, 2_000_000])),
    bookStaleMs: draws.pick([1, 1000, 60_000, 60_000]),
    initialMarginPpm: seldom(scene, 40, () => draws.pick([1, 100_000, 333_333, 1_000_000])),
  };
  const payload = { scope: "instrument", admin: isAdmin(scene), limits } as const;
  scene.control("LimitsSet", payload, {
    venue: instrument.venue,
    instrument: draws.chance(99) ? instrument.id : 99,
  });
}

/** Mostly the operator, so that limits loosen again. */
function isAdmin(scene: Scene): boolean {
  return scene.draws.chance(80);
}

function clientName(scene: Scene): string {
  return scene.draws.pick([...CLIENTS, "*", "stranger"]);
}

function clientInstrumentLimits(scene: Scene): void {
  const instrument = scene.instrument();
  const limits = seldom(scene, 70, () => orderLimits(scene));
  const client = clientName(scene);
  const payload = { scope: "clientInstrument", client, admin: isAdmin(scene), limits } as const;
  scene.control("LimitsSet", payload, { venue: instrument.venue, instrument: instrument.id });
}

function clientLimits(scene: Scene): void {
  const limits: ClientLimits | null = seldom(scene, 70, () => ({
    ...flowLimits(scene),
    maxLoss: amounts(scene),
  }));
  const client = clientName(scene);
  scene.control("LimitsSet", { scope: "client", client, admin: isAdmin(scene), limits });
}

function venueLimits(scene: Scene): void {
  const { draws } = scene;
  const limits: VenueLimits = {
    ...flowLimits(scene),
    maxLoss: amounts(scene),
    checkFunds: draws.chance(40),
    tripwire: { reports: draws.pick([1, 2, 3]), tolerances: amounts(scene) },
  };
  const payload = { scope: "venue", admin: isAdmin(scene), limits } as const;
  scene.control("LimitsSet", payload, { venue: draws.below(3) });
}

function exchangeLimits(scene: Scene): void {
  const { draws } = scene;
  const limits: ExchangeLimits = {
    ...flowLimits(scene),
    selfMatch: draws.chance(50) ? "refuse" : "allow",
  };
  const exchange = draws.pick(["x", "y", "z"]);
  scene.control("LimitsSet", { scope: "exchange", exchange, admin: isAdmin(scene), limits });
}

/** A price of some instrument, with more decimals than it may have; rarely one that is refused. */
function entryPrice(scene: Scene): string {
  const { draws } = scene;
  const units = BigInt(draws.chance(97) ? Math.max(1, scene.price(scene.instrument())) : 0);
  return fromUnits(units * 1_000n + BigInt(draws.below(1_000)), 3 + draws.below(6));
}

/** What the ledger shows, or something near it. */
function accountReport(scene: Scene): void {
  const { draws } = scene;
  const instrument = scene.instrument();
  const { view } = scene.timeline;
  const shown = view.balances(instrument.venue);
  const balances = shown.map(({ currency, total }) => ({
    currency,
    total: weighed(draws, [[85, total], [10, "100"], [5, "0.0000000001"]]),
  }));
  const held = view.positions("account").filter((row) =>
    scene.instruments[row.instrument]?.venue === instrument.venue
  );
  // A venue of spot names no positions.
  const named = held.filter((row) =>
    scene.instruments[row.instrument]?.assetClass !== "spot" || draws.chance(50)
  );
  const positions = named.map((row) => {
    const scale = scene.instruments[row.instrument]?.qtyRule.scale ?? 0;
    const quanta = toQuanta(row.qty, scale) ?? 0;
    return {
      instrument: row.instrument,
      qty: draws.chance(90) ? quanta : Math.trunc(quanta / 2) + 1,
      ...(draws.chance(85) ? { avgPx: px(Math.max(1, scene.price(scene.instrument()))) } : {}),
      ...(draws.chance(40) ? { entryPrice: entryPrice(scene) } : {}),
    };
  });
  const payload = { balances, positions };
  fact(scene, instrument, { eventType: "AccountReported", payload });
}
