/**
 * Random events of the daemon itself: time, market data, sessions, links, switches, restarts.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { type Levels, micros, px, qty, sessionId } from "../../core/mod.ts";
import { type Action, weighed } from "./actions.ts";
import type { Scene } from "./scene.ts";
import { CLIENTS, drawLink } from "./world.ts";

/** What else may happen. */
export const DAEMON_ACTIONS: readonly Action[] = [
  { weight: 60, act: (scene) => void scene.toDeadline() },
  { weight: 5, act: (scene) => void scene.deadline() },
  { weight: 3, act: farAhead },
  { weight: 70, act: marketData },
  { weight: 10, act: link },
  { weight: 8, act: hello },
  { weight: 6, act: goodbye },
  { weight: 12, act: tradingState },
  { weight: 4, act: killSwitch },
  { weight: 3, act: relist },
  { weight: 3, act: redeclare },
  { weight: 3, act: balance },
  { weight: 2, act: restart },
  { weight: 1, act: stop },
  { weight: 1, act: reload },
  { weight: 1, act: interval },
];

function farAhead(scene: Scene): void {
  scene.wait(scene.draws.pick([500, 3_000, 25_000, 4_000_000])).deadline();
}

function stop(scene: Scene): void {
  scene.control("Stopping", { reason: "told" });
  scene.isStopping = true;
}

function reload(scene: Scene): void {
  const configDigest = scene.draws.pick(["aa", "bb", ""]);
  scene.control("ConfigurationReloaded", { configuration: "{}", configDigest });
}

function interval(scene: Scene): void {
  const payload = { intervalMs: 1000, dueUs: micros(scene.nowUs) };
  scene.offer({ source: "timer", eventType: "IntervalElapsed", payload });
}

function marketData(scene: Scene): void {
  const { draws } = scene;
  const instrument = scene.instrument();
  const about = {
    source: "market_data",
    venue: instrument.venue,
    instrument: draws.chance(99.5) ? instrument.id : 99,
  } as const;
  const levels = {
    bids: side(scene, instrument, -1),
    asks: side(scene, instrument, 1),
    updateId: draws.chance(50) ? draws.below(1000) : null,
  };
  const quoted = { bidPx: levels.bids[0] ?? null, askPx: levels.asks[0] ?? null };
  const trade: Draft<"TradePrinted">["payload"] = {
    price: px(Math.max(1, scene.price(instrument))),
    qty: qty(scene.quantity(instrument)),
    side: draws.pick(["Buy", "Sell", null]),
    tradeId: null,
  };
  weighed(draws, [
    [40, () => scene.offer({ ...about, eventType: "BookSnapshot", payload: levels })],
    [25, () => scene.offer({ ...about, eventType: "BookDelta", payload: levels })],
    [20, () =>
      scene.offer({
        ...about,
        eventType: "QuoteUpdated",
        payload: {
          bidPx: quoted.bidPx === null ? null : px(quoted.bidPx),
          bidQty: qty(levels.bids[1] ?? 0),
          askPx: quoted.askPx === null ? null : px(quoted.askPx),
          askQty: qty(levels.asks[1] ?? 0),
          updateId: null,
        },
      })],
    [8, () => scene.offer({ ...about, eventType: "TradePrinted", payload: trade })],
    [7, () => scene.offer({ ...about, eventType: "BookInvalidated", payload: { reason: "told" } })],
    [2, () => scene.offer({ ...about, eventType: "MarketDefined", payload: definition(scene) })],
  ])();
}

/** It must change nothing, whatever it says. */
function definition({ draws }: Scene): Draft<"MarketDefined">["payload"] {
  return {
    status: draws.pick(["open", "suspended", "closed"]),
    inPlay: draws.chance(50),
    betDelayMs: draws.below(6) * 1000,
    isPassiveFree: draws.chance(50),
    baseRatePpm: draws.pick([null, 0, 50_000]),
    discountAllowed: draws.chance(50),
    version: draws.pick([null, 1]),
    removals: draws.chance(50) ? [] : [{ runner: "r", reductionPpm: 30_000, atUs: micros(1) }],
  };
}

/** Up to three levels on one side of the middle; seldom another instrument's, or a malformed list. */
function side(scene: Scene, instrument: Instrument, sign: 1 | -1): Levels {
  const { draws } = scene;
  const count = draws.below(4);
  const levels: number[] = [];
  const middle = Math.abs(scene.price(draws.chance(85) ? instrument : scene.instrument()));
  for (let at = 0; at < count; at += 1) {
    levels.push(middle + sign * (at + draws.below(3)), draws.chance(10) ? 0 : draws.below(5000));
  }
  return draws.chance(0.2) ? [...levels, 1] : levels;
}

/** Mostly back up: a venue that is down makes a dull stream. */
function link(scene: Scene): void {
  const { draws } = scene;
  const at = draws.chance(99) ? draws.below(3) : 7;
  const before = scene.timeline.view.venues[at]?.status ?? "up";
  const status = before === "up" ? draws.pick(["down", "reconciling", "up"] as const) : "up";
  scene.venue(status, at);
}

function hello(scene: Scene): void {
  scene.say(scene.draws.below(CLIENTS.length));
}

function goodbye(scene: Scene): void {
  const { draws, sessions } = scene;
  const client = draws.below(CLIENTS.length);
  scene.control("SessionClosed", {
    session: sessionId(Math.max(1, sessions[client] ?? 1)),
    cause: draws.pick(["goodbye", "lost", "lost", "replaced"]),
    keepOrders: draws.chance(30),
  });
  if (draws.chance(70)) scene.wait(draws.below(20)).say(client);
}

/** Undoes one thing that would make a dull stream: a halt, the kill switch, a link that is down. */
export function release(scene: Scene): void {
  const { view } = scene.timeline;
  const down = view.venues.find(({ status }) => status !== "up");
  if (view.killSwitch) scene.killSwitch("off");
  else if (down !== undefined) scene.venue("up", down.id);
  else if (scene.draws.chance(25)) scene.tradingState("Active");
  else if (scene.draws.chance(30)) scene.tradingStateOf(scene.instrument(), "Active");
  else scene.tradingState("Active", scene.draws.below(3));
}

/** Mostly back to Active. */
function tradingState(scene: Scene): void {
  const { draws } = scene;
  const state = weighed(draws, [
    [80, "Active"] as const,
    [13, "Reducing"] as const,
    [7, "Halted"] as const,
  ]);
  if (draws.chance(15)) return scene.tradingStateOf(scene.instrument(), state);
  const venue = draws.chance(60) ? { venue: draws.below(3) } : {};
  const key = scene.key();
  const keyed = key === null || draws.chance(80) ? {} : { key };
  scene.control("TradingStateSet", { state, reason: "told" }, { ...venue, ...keyed });
}

function killSwitch(scene: Scene): void {
  const isOn = scene.timeline.view.killSwitch;
  scene.killSwitch(isOn || scene.draws.chance(60) ? "off" : "on");
}

/** Suspended, closed, or with another tick; open again the next time. */
function relist(scene: Scene): void {
  const { draws } = scene;
  const instrument = scene.instrument();
  const [tick] = instrument.priceRule.ticks;
  const isOpen = instrument.status === "open";
  const status = isOpen ? draws.pick(["suspended", "closed", "open"] as const) : "open";
  const stepQuanta = draws.pick([1, 1, 2]);
  const ticks = tick === undefined || draws.chance(70)
    ? instrument.priceRule.ticks
    : [{ ...tick, stepQuanta }, ...instrument.priceRule.ticks.slice(1)];
  const contract = recounted(scene, instrument.contract);
  scene.list({ ...instrument, status, priceRule: { ...instrument.priceRule, ticks }, contract });
}

/** A market may be said to have more runners, or fewer, than before. */
function recounted({ draws }: Scene, contract: Instrument["contract"]): Instrument["contract"] {
  if (contract?.kind !== "betting" || draws.chance(50)) return contract;
  return { ...contract, runners: draws.pick([null, 2, 3, 4]) };
}

function redeclare(scene: Scene): void {
  const { draws } = scene;
  const venue = scene.timeline.view.venues[draws.below(3)];
  if (venue === undefined) return;
  const { id, name, exchange, capabilities, simulation } = venue;
  const payload = { id, name, exchange, capabilities, simulation, ...drawLink(draws) };
  scene.control("VenueDeclared", payload, { venue: id });
}

function balance(scene: Scene): void {
  const { draws } = scene;
  const payload = {
    currency: draws.pick(["USDT", "BTC", "USD", "GBP"]),
    total: draws.pick(["1000", "1000000.5", "0", "-3.25", "100000000000000000000.01"]),
  };
  scene.control("BalanceSet", payload, { venue: draws.below(3) });
}

/** The daemon begins anew: the same world, most venues up, most clients back. */
export function restart(scene: Scene): void {
  const { draws } = scene;
  scene.isStopping = false;
  scene.wait(draws.pick([1, 100, 10_000])).start(scene.world);
  for (const at of [0, 1, 2]) if (draws.chance(90)) scene.venue("up", at);
  for (const client of CLIENTS.keys()) if (draws.chance(80)) scene.say(client);
}
