/**
 * Random intents: mostly good ones about live orders, some of each kind that is refused, repeats.
 * @module
 */
import { fromQuanta } from "../../core/decimal.ts";
import type { Instrument, TimeInForce } from "../../core/instrument.ts";
import type { Intent, PlaceOrder, ReplaceOrder } from "../../core/intent.ts";
import { type Micros, micros } from "../../core/numbers.ts";
import { placeOrder } from "../support/place_order.ts";
import { type Action, weighed } from "./actions.ts";
import type { KnownOrder } from "./model.ts";
import type { Scene } from "./scene.ts";
import { CLIENTS } from "./world.ts";

const TAGS = [null, null, null, "mm", "hedge", "α"] as const;

/** What clients may do. */
export const INTENT_ACTIONS: readonly Action[] = [
  { weight: 180, act: (scene) => scene.send(clientOf(scene), place(scene)) },
  { weight: 90, act: replaceLive },
  { weight: 60, act: cancelLive },
  { weight: 8, act: (scene) => scene.send(clientOf(scene), cancelAll(scene)) },
  { weight: 8, act: (scene) => scene.send(clientOf(scene), riskFlag(scene)) },
  { weight: 2, act: (scene) => scene.send(clientOf(scene), { action: "NoOp", ...common(scene) }) },
  { weight: 3, act: (scene) => scene.send(clientOf(scene), malformed(scene)) },
  { weight: 30, act: sendAgain },
];

function clientOf(scene: Scene): number {
  return scene.draws.below(CLIENTS.length);
}

function common(scene: Scene): Pick<Intent, "intentId" | "sentUs" | "tag"> {
  return { intentId: scene.name("i"), sentUs: sentUs(scene), tag: scene.draws.pick(TAGS) };
}

/** Mostly just now; sometimes long ago, or ahead of the engine's clock. */
function sentUs(scene: Scene): Micros {
  const { draws, nowUs } = scene;
  const horizonUs = (scene.world.settings?.intentHorizonMs ?? 0) * 1000;
  const age = weighed(draws, [
    [930, draws.below(2_000)],
    [30, draws.below(2_000_000)],
    [10, horizonUs + draws.below(3)],
    [15, -draws.below(1_000_000)],
    [15, -1_000_000 - draws.below(3)],
  ]);
  return micros(Math.max(0, nowUs - age));
}

function place(scene: Scene): PlaceOrder {
  const { draws } = scene;
  const instrument = scene.instrument();
  const isMarket = draws.chance(8);
  const timeInForce = weighed<TimeInForce>(draws, [
    [80, "GTC"],
    [6, "IOC"],
    [3, "FOK"],
    [6, "GTD"],
    [5, "DAY"],
  ]);
  const scale = instrument.priceRule.scale;
  return placeOrder({
    ...common(scene),
    instrument: draws.chance(0.5) ? "one:NOTHING" : instrument.name,
    side: draws.pick(["Buy", "Sell"]),
    orderQty: scene.quantityText(instrument, scene.quantity(instrument)),
    price: isMarket ? null : fromQuanta(scene.price(instrument), scale),
    ordType: isMarket ? "Market" : "Limit",
    timeInForce: isMarket ? "IOC" : timeInForce,
    expireUs: !isMarket && timeInForce === "GTD" ? expireUs(scene) : null,
    postOnly: !isMarket && timeInForce === "GTC" && draws.chance(10),
    reduceOnly: draws.chance(10),
    ttlMs: draws.chance(15) ? draws.pick([1, 50, 500, 5000]) : 0,
    validateOnly: draws.chance(2),
    params: draws.chance(4)
      ? draws.pick([{}, { iceberg: "1" }, { iceberg: 1 }, { odd: true }])
      : null,
  });
}

function expireUs(scene: Scene): Micros {
  const { draws, nowUs } = scene;
  return micros(nowUs + draws.pick([0, 1, 1_000, 300_000, 10_000_000, 10_000_000]));
}

function replaceLive(scene: Scene): void {
  const order = someOrder(scene);
  if (order === undefined && scene.draws.chance(90)) return;
  scene.send(order?.client ?? 0, replace(scene, order));
}

function replace(scene: Scene, order: KnownOrder | undefined): ReplaceOrder {
  const { draws } = scene;
  const instrument = scene.instruments[order?.instrument ?? 0] ?? scene.instrument();
  const scale = instrument.priceRule.scale;
  return {
    action: "Replace",
    ...common(scene),
    origIntentId: origOf(scene, order),
    orderQty: scene.quantityText(instrument, newQuantity(scene, { order, instrument })),
    hasTag: draws.chance(20),
    validateOnly: draws.chance(3),
    ...(draws.chance(50) ? { price: fromQuanta(scene.price(instrument), scale) } : {}),
    ...(draws.chance(5) ? { expireUs: expireUs(scene) } : {}),
    ...(draws.chance(10) ? { ttlMs: draws.pick([0, 1, 100, 5000]) } : {}),
    ...(draws.chance(4) ? { params: { iceberg: draws.pick(["1", 2, false]) } } : {}),
  };
}

function newQuantity(
  scene: Scene,
  of: { readonly order: KnownOrder | undefined; readonly instrument: Instrument },
): number {
  const { draws } = scene;
  if (of.order === undefined) return scene.quantity(of.instrument);
  const { orderQty, cumQty } = of.order;
  const quanta = weighed(draws, [
    [40, orderQty + 1 + draws.below(20)],
    [40, cumQty + 1 + draws.below(Math.max(1, Math.min(1e6, orderQty - cumQty)))],
    [10, orderQty],
    [5, cumQty],
    [5, scene.quantity(of.instrument)],
  ]);
  return Math.min(quanta, Number.MAX_SAFE_INTEGER);
}

function cancelLive(scene: Scene): void {
  const order = someOrder(scene);
  if (order === undefined && scene.draws.chance(90)) return;
  scene.send(order?.client ?? 0, {
    action: "Cancel",
    ...common(scene),
    origIntentId: origOf(scene, order),
  });
}

/** Mostly a live order; sometimes one that ended, seldom none. */
function someOrder(scene: Scene): KnownOrder | undefined {
  const { draws, model } = scene;
  if (draws.chance(1)) return undefined;
  const pool = model.live.length > 0 && draws.chance(93) ? model.live : model.ended;
  return pool.length === 0 ? undefined : draws.pick(pool);
}

/** Any intent that meant the order; seldom one that never was. */
function origOf(scene: Scene, order: KnownOrder | undefined): string {
  if (order === undefined || order.intentIds.length === 0) return "nothing";
  const { draws } = scene;
  return draws.chance(70) ? order.intentIds.at(-1) ?? "nothing" : draws.pick(order.intentIds);
}

function cancelAll(scene: Scene): Intent {
  const { draws } = scene;
  const instrument = weighed(draws, [
    [40, null],
    [50, scene.instrument().name],
    [10, "two:NOTHING"],
  ]);
  return { action: "CancelAll", ...common(scene), instrument };
}

function riskFlag(scene: Scene): Intent {
  const value = weighed(scene.draws, [
    [70, "Active"] as const,
    [20, "Reducing"] as const,
    [10, "Halted"] as const,
  ]);
  return { action: "SetRiskFlag", ...common(scene), flag: "trading_state", value };
}

function malformed(scene: Scene): Intent {
  const content = scene.draws.pick(['{"v":1}', '{"v":1,"x":2}']);
  return { action: "Malformed", ...common(scene), text: "told", content };
}

/** The same intent again: word for word, at another time, or with another content. */
function sendAgain(scene: Scene): void {
  const { draws, sent } = scene;
  if (sent.length === 0) return;
  const { client, intent } = draws.pick(sent);
  const again = weighed<Intent>(draws, [
    [60, intent],
    [25, { ...intent, sentUs: sentUs(scene) }],
    [10, { ...intent, tag: "other" }],
    [5, { action: "NoOp", ...common(scene), intentId: intent.intentId }],
  ]);
  scene.send(draws.chance(90) ? client : clientOf(scene), again);
}
