/**
 * Random facts about accounts: cash, funding, settlements, fills of nobody we know.
 * @module
 */
import type { BrokerPayloads, EventType } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { px, qty } from "../../core/numbers.ts";
import type { Told } from "../contracts/engine/chronicle.ts";
import type { Action } from "./actions.ts";
import type { Scene } from "./scene.ts";
import { CLIENTS } from "./world.ts";

const AMOUNTS = [
  "0",
  "1",
  "-2.5",
  "0.000000000000001",
  "1000000000000000.01",
  "33.333333",
] as const;

/** What venues may say of an account. */
export const ACCOUNT_ACTIONS: readonly Action[] = [
  { weight: 5, act: cash },
  { weight: 8, act: funding },
  { weight: 2, act: settlement },
  { weight: 4, act: externalFill },
];

function cash(scene: Scene): void {
  const { draws } = scene;
  fact(scene, scene.instrument(), {
    eventType: "CashPosted",
    payload: {
      kind: draws.pick(["deposit", "withdrawal", "transfer", "fee", "rebate", "interest"]),
      currency: draws.pick(["USDT", "BTC", "GBP"]),
      amount: draws.pick(AMOUNTS),
      client: draws.pick([null, ...CLIENTS, "stranger"]),
      tag: draws.pick([null, "mm", "hedge"]),
    },
  });
}

function funding(scene: Scene): void {
  const { draws } = scene;
  const instrument = scene.instrument();
  const currency = draws.chance(80) ? instrument.quote : "BTC";
  const payload = { currency, amount: draws.pick(AMOUNTS) };
  fact(scene, instrument, { eventType: "FundingPosted", payload });
}

function settlement(scene: Scene): void {
  const { draws } = scene;
  const isDerivative = ({ assetClass }: Instrument): boolean =>
    assetClass === "linear" || assetClass === "inverse";
  const derivatives = scene.instruments.filter(isDerivative);
  const instrument = draws.chance(95) ? draws.pick(derivatives) : scene.instrument();
  const payload = { price: px(scene.price(instrument)) };
  fact(scene, instrument, { eventType: "InstrumentSettled", payload });
}

function externalFill(scene: Scene): void {
  const { draws } = scene;
  const instrument = scene.instrument();
  const payload = {
    order: null,
    clOrdId: draws.pick(["theirs", "tl99999999-1-1"]),
    venueOrderId: "theirs",
    execId: scene.name("x"),
    lastQty: qty(1 + draws.below(10)),
    lastPx: px(Math.max(1, scene.price(instrument))),
    liquidity: null,
    ...scene.commission(instrument),
    provisional: false,
    ...(draws.chance(85) ? { side: draws.pick(["Buy", "Sell"] as const) } : {}),
  };
  const { venue, id } = instrument;
  const source = "broker_report";
  scene.externals.push({ execId: payload.execId, instrument: id });
  scene.offer({ source, eventType: "OrderExecuted", payload, venue, instrument: id });
  if (draws.chance(60)) scene.tradingStateOf(instrument, "Active");
  if (draws.chance(10)) toldTwice(scene, instrument, payload);
  if (draws.chance(30)) aftermath(scene, instrument);
}

/** A history tells the corrected trade before the correction comes. */
function toldTwice(
  scene: Scene,
  { venue, id }: Instrument,
  first: BrokerPayloads["OrderExecuted"],
): void {
  const { draws } = scene;
  const about = { source: "broker_report", venue, instrument: id } as const;
  const second = { ...first, execId: scene.name("x"), lastQty: qty(1 + draws.below(10)) };
  scene.externals.push({ execId: second.execId, instrument: id });
  scene.offer({ ...about, eventType: "OrderExecuted", payload: second });
  const { provisional: _, side: __, ...terms } = second;
  const payload = { ...terms, execRefId: first.execId };
  scene.offer({ ...about, eventType: "ExecutionCorrected", payload });
}

/** An external fill is voided, confirmed or corrected, at times to what was told by itself. */
function aftermath(scene: Scene, instrument: Instrument): void {
  const { draws } = scene;
  const names = { order: null, clOrdId: null, venueOrderId: "theirs" };
  const here = scene.externals.filter((external) => external.instrument === instrument.id);
  const { execId: execRefId } = draws.pick(draws.chance(80) ? here : scene.externals);
  const isNamed = draws.chance(30);
  const ref = {
    ...names,
    execId: isNamed ? draws.pick(here).execId : scene.name("x"),
    execRefId,
  };
  const { venue, id } = instrument;
  const about = { source: "broker_report", venue, instrument: id } as const;
  if (draws.chance(40)) {
    scene.offer({ ...about, eventType: "ExecutionVoided", payload: ref });
    return;
  }
  if (draws.chance(20)) {
    const payload = { ...names, execRefId };
    scene.offer({ ...about, eventType: "ExecutionConfirmed", payload });
    return;
  }
  if (!isNamed) scene.externals.push({ execId: ref.execId, instrument: id });
  const terms = {
    lastQty: qty(1 + draws.below(10)),
    lastPx: px(Math.max(1, scene.price(instrument))),
    liquidity: null,
    ...scene.commission(instrument),
  };
  const payload = { ...ref, ...terms };
  scene.offer({ ...about, eventType: "ExecutionCorrected", payload });
}

/** A fact: mostly with a key of its own; seldom with an old one, with none, or at another venue. */
export function fact<Type extends EventType>(
  scene: Scene,
  instrument: Instrument,
  told: Pick<Told<Type>, "eventType" | "payload">,
): void {
  const { draws } = scene;
  const isRepeated = scene.keys.length > 0 && draws.chance(8);
  const key = isRepeated ? draws.pick(scene.keys) : scene.name("f");
  scene.keys.push(key);
  scene.offer({
    source: "broker_report",
    ...told,
    venue: draws.chance(99) ? instrument.venue : draws.below(4),
    instrument: draws.chance(99) ? instrument.id : 99,
    key: draws.chance(99) ? key : null,
  });
}
