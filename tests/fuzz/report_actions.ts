/**
 * Random reports of venues: answers to what was asked, what comes by itself, and what should not.
 * @module
 */
import type { OrderCommand } from "../../core/command.ts";
import type { BrokerPayloads, Draft, OrderRef } from "../../core/event.ts";
import { micros, type OrderId, orderId, px, qty, requestId } from "../../core/numbers.ts";
import { VENUE_REJECT_CODES } from "../../core/reject_code.ts";
import { type Action, weighed } from "./actions.ts";
import type { KnownOrder } from "./model.ts";
import type { Scene } from "./scene.ts";
import { retryAfter, safe } from "./venue_actions.ts";

type Kind = keyof BrokerPayloads;
type Maker = (scene: Scene, order: KnownOrder, command: OrderCommand | undefined) => void;

/** What venues may report. */
export const REPORT_ACTIONS: readonly Action[] = [
  { weight: 330, act: answerOldest },
  { weight: 100, act: (scene) => reportOn(scene, { pool: favoured(scene), table: UNASKED }) },
  { weight: 32, act: (scene) => reportOn(scene, { pool: replacing(scene), table: CROSSING }) },
  { weight: 38, act: (scene) => reportOn(scene, { pool: neverBooked(scene), table: LATE }) },
  { weight: 42, act: (scene) => reportOn(scene, { pool: bookedLate(scene), table: REVISED }) },
  { weight: 25, act: (scene) => reportOn(scene, { pool: scene.model.live, table: ANYTHING }) },
  { weight: 8, act: (scene) => reportOn(scene, { pool: scene.model.ended, table: ANYTHING }) },
];

function replacing({ model }: Scene): readonly KnownOrder[] {
  return model.live.filter(({ status }) => status === "ReplacePending");
}

/** Live orders, those being replaced above all: few are, and not for long. */
function favoured(scene: Scene): readonly KnownOrder[] {
  const pool = replacing(scene);
  return pool.length > 0 && scene.draws.chance(35) ? pool : scene.model.live;
}

/** Ended orders that fills should still meet: rejected ones above all, then expired ones. */
function neverBooked(scene: Scene): readonly KnownOrder[] {
  return rarestOf(scene, scene.model.ended);
}

/** Ended orders with executions, likewise. */
function bookedLate(scene: Scene): readonly KnownOrder[] {
  return rarestOf(scene, scene.model.ended.filter(({ fills }) => fills.length > 0));
}

function rarestOf({ draws }: Scene, orders: readonly KnownOrder[]): readonly KnownOrder[] {
  for (const rare of ["Rejected", "Expired", "Cancelled"]) {
    const pool = orders.filter(({ status }) => status === rare);
    if (pool.length > 0 && draws.chance(50)) return pool;
  }
  return orders;
}

/** Answers the oldest request of an order that has one. */
function answerOldest(scene: Scene): void {
  const { draws, model } = scene;
  const waiting = model.live.filter((order) => order.asked.length > 0);
  if (waiting.length === 0) return;
  const order = draws.pick(waiting);
  const command = order.asked.shift();
  if (command === undefined) return;
  const table = draws.chance(97) ? ANSWERS[command.kind] : ANYTHING;
  weighed(draws, table)(scene, order, command);
}

function reportOn(
  scene: Scene,
  of: {
    readonly pool: readonly KnownOrder[];
    readonly table: readonly (readonly [number, Maker])[];
  },
): void {
  const { draws } = scene;
  if (of.pool.length > 0) weighed(draws, of.table)(scene, draws.pick(of.pool), undefined);
}

const accept: Maker = (scene, order) => tell(scene, order, "OrderAccepted", stamps(scene));
const reject: Maker = (scene, order) =>
  tell(scene, order, "OrderRejected", { ...refusal(scene), ...stamps(scene) });
const cancelled: Maker = (scene, order) => tell(scene, order, "OrderCancelled", { reason: "told" });
const expired: Maker = (scene, order) => tell(scene, order, "OrderExpired", { reason: "told" });
const cancelRejected: Maker = (scene, order) =>
  tell(scene, order, "CancelRejected", refusal(scene));
const replaceRejected: Maker = (scene, order) =>
  tell(scene, order, "ReplaceRejected", refusal(scene));

const filled: Maker = (scene, order) => {
  const { draws } = scene;
  const instrument = scene.instruments[order.instrument] ?? scene.instrument();
  const leaves = order.orderQty - order.cumQty;
  const lastQty = weighed(draws, [
    [70, 1 + draws.below(Math.max(1, Math.min(1e9, leaves)))],
    [24, Math.max(1, leaves)],
    [5, leaves + 1 + draws.below(3)],
    [draws.chance(10) ? 1 : 0, 0],
  ]);
  tell(scene, order, "OrderExecuted", {
    execId: executionId(scene, order),
    lastQty: qty(safe(lastQty)),
    lastPx: px(Math.max(1, order.lastPrice ?? Math.abs(scene.price(instrument)))),
    liquidity: draws.pick(["Maker", "Taker", null]),
    ...scene.commission(instrument),
    provisional: draws.chance(15),
    ...(draws.chance(10) ? { side: draws.pick(["Buy", "Sell"] as const) } : {}),
  });
};

/** Mostly a new one; at times one that was told before, of the order, or of nobody that is known. */
function executionId(scene: Scene, order: KnownOrder): string {
  const { draws, externals } = scene;
  if (order.fills.length > 0 && draws.chance(6)) return draws.pick(order.fills);
  const strangers = externals.filter(({ instrument }) => instrument === order.instrument);
  if (strangers.length > 0 && draws.chance(12)) return draws.pick(strangers).execId;
  return scene.name("e");
}

const voided: Maker = (scene, order) => {
  const { draws } = scene;
  const known = order.fills.length > 0 && draws.chance(96);
  const execRefId = known ? draws.pick(order.fills) : "nothing";
  if (known && draws.chance(80)) order.fills.splice(order.fills.indexOf(execRefId), 1);
  tell(scene, order, "ExecutionVoided", { execId: scene.name("x"), execRefId });
};

const corrected: Maker = (scene, order) => {
  const { draws } = scene;
  const known = order.fills.length > 0 && draws.chance(96);
  const execRefId = known ? draws.pick(order.fills) : "nothing";
  const instrument = scene.instruments[order.instrument] ?? scene.instrument();
  const lastQty = draws.chance(1) ? 0 : 1 + draws.below(draws.pick([3, 20, 1000]));
  tell(scene, order, "ExecutionCorrected", {
    execId: correctedId(scene, order, execRefId),
    execRefId,
    lastQty: qty(lastQty),
    lastPx: px(Math.max(1, order.lastPrice ?? Math.abs(scene.price(instrument)))),
    liquidity: null,
    ...scene.commission(instrument),
  });
};

/** A new id, under which the trade may be told again; the old one; or that of another execution. */
function correctedId(scene: Scene, order: KnownOrder, execRefId: string): string {
  const { draws } = scene;
  if (draws.chance(10)) return execRefId;
  if (order.fills.length > 1 && draws.chance(25)) return draws.pick(order.fills);
  const name = scene.name("c");
  if (draws.chance(30)) order.fills.push(name);
  return name;
}

const confirmed: Maker = (scene, order) => {
  const { draws } = scene;
  const known = order.fills.length > 0 && draws.chance(96);
  const execRefId = known ? draws.pick(order.fills) : "nothing";
  tell(scene, order, "ExecutionConfirmed", { execRefId });
};

/** To the terms that were asked for, or as the venue likes. */
const replaced: Maker = (scene, order, command) => {
  const { draws } = scene;
  const wanted = command?.kind === "Replace" && draws.chance(90)
    ? { orderQty: command.orderQty, price: command.price }
    : otherTerms(scene, order);
  tell(scene, order, "OrderReplaced", { ...wanted, ...stamps(scene) });
};

function otherTerms(
  scene: Scene,
  order: KnownOrder,
): Pick<BrokerPayloads["OrderReplaced"], "orderQty" | "price"> {
  const { draws } = scene;
  const instrument = scene.instruments[order.instrument] ?? scene.instrument();
  const orderQty = draws.pick([order.orderQty, order.orderQty + 5, order.cumQty, 3]);
  const price = draws.chance(70) ? order.lastPrice : Math.max(1, scene.price(instrument));
  return { orderQty: qty(safe(orderQty)), price: price === null ? null : px(price) };
}

const failed: (outcome: "notSent" | "unknown") => Maker = (outcome) => (scene, order, command) => {
  const request = command?.request ?? requestId(1 + scene.draws.below(50));
  const payload = { request, outcome, text: "told", ...retryAfter(scene) };
  tellBare(scene, order, "RequestFailed", payload);
};

const notFound: Maker = (scene, order, command) => {
  const request = command?.request ?? requestId(1 + scene.draws.below(50));
  tellBare(scene, order, "OrderNotFound", { request });
};

/** The truth, mostly; else a state, a quantity or a sum that contradicts what is known. */
const found: Maker = (scene, order, command) => {
  const { draws } = scene;
  const isReplacing = order.replaceQty !== null && draws.chance(50);
  const base = order.submitBase;
  const total = isReplacing ? order.replaceQty ?? order.orderQty : order.orderQty;
  const cum = order.cumQty - base;
  const isWhole = order.cumQty >= total;
  tell(scene, order, "OrderFound", {
    request: command?.request ?? requestId(1 + draws.below(50)),
    status: weighed(draws, [
      [isWhole ? 5 : 60, "open"] as const,
      [isWhole ? 60 : 3, "filled"] as const,
      [12, "cancelled"] as const,
      [6, "rejected"] as const,
      [6, "expired"] as const,
    ]),
    orderQty: qty(safe(total - base)),
    cumQty: qty(safe(draws.chance(85) ? cum : cum + draws.below(5) - 2)),
    price: isReplacing ? order.replacePrice : order.lastPrice === null ? null : px(order.lastPrice),
  });
};

/** What each request is answered with. */
const ANSWERS: Readonly<Record<OrderCommand["kind"], readonly (readonly [number, Maker])[]>> = {
  Submit: [
    [60, accept],
    [8, reject],
    [9, filled],
    [11, failed("unknown")],
    [7, failed("notSent")],
    [3, cancelled],
    [2, expired],
  ],
  Cancel: [
    [50, cancelled],
    [18, cancelRejected],
    [8, failed("unknown")],
    [6, failed("notSent")],
    [13, filled],
    [5, expired],
  ],
  Replace: [
    [3, reject],
    [51, replaced],
    [18, replaceRejected],
    [10, failed("unknown")],
    [5, failed("notSent")],
    [13, filled],
  ],
  Lookup: [[65, found], [22, notFound], [7, failed("unknown")], [6, failed("notSent")]],
};

/** What venues report by themselves. */
const UNASKED: readonly (readonly [number, Maker])[] = [
  [50, filled],
  [9, voided],
  [9, corrected],
  [6, confirmed],
  [6, cancelled],
  [4, expired],
  [8, replaced],
  [6, accept],
  [4, reject],
];

/** What crosses a replace. */
const CROSSING: readonly (readonly [number, Maker])[] = [
  [20, filled],
  [25, voided],
  [25, corrected],
  [20, replaced],
  [8, cancelled],
  [4, expired],
  [14, reject],
];

/** What comes after the end. */
const LATE: readonly (readonly [number, Maker])[] = [
  [80, filled],
  [5, cancelled],
  [5, accept],
  [5, replaced],
  [5, expired],
];

/** What is said of executions of orders that have ended. */
const REVISED: readonly (readonly [number, Maker])[] = [
  [45, voided],
  [45, corrected],
  [10, confirmed],
];

/** What should not come, and may. */
const ANYTHING: readonly (readonly [number, Maker])[] = [
  [1, accept],
  [1, reject],
  [1, cancelled],
  [1, expired],
  [1, cancelRejected],
  [1, replaceRejected],
  [1, replaced],
  [1, filled],
  [1, voided],
  [1, corrected],
  [1, confirmed],
  [1, found],
  [1, notFound],
  [1, failed("unknown")],
  [1, failed("notSent")],
];

function refusal(
  scene: Scene,
): Pick<BrokerPayloads["CancelRejected"], "rejectCode" | "text"> {
  return { rejectCode: scene.draws.pick(VENUE_REJECT_CODES), text: "told" };
}

function stamps(scene: Scene): Partial<BrokerPayloads["OrderAccepted"]> {
  const { draws, nowUs } = scene;
  if (draws.chance(50)) return {};
  return { journalUs: micros(nowUs - 30), submitUs: micros(nowUs - 20), ackUs: micros(nowUs - 1) };
}

/** A report that names its order in one of the ways a venue may. */
function tell<Type extends Kind>(
  scene: Scene,
  order: KnownOrder,
  eventType: Type,
  payload: Omit<Draft<Type>["payload"], keyof OrderRef>,
): void {
  offer(scene, order, eventType, { ...refTo(scene, order), ...payload });
}

/** A report that names its order by number alone. */
function tellBare<Type extends Kind>(
  scene: Scene,
  order: KnownOrder,
  eventType: Type,
  payload: Omit<Draft<Type>["payload"], "order">,
): void {
  const id = scene.draws.chance(99.5) ? order.id : order.id + 1000;
  offer(scene, order, eventType, { order: orderId(id), ...payload });
}

function offer<Type extends Kind>(
  scene: Scene,
  order: KnownOrder,
  eventType: Type,
  payload: object,
): void {
  scene.offer({
    source: "broker_report",
    eventType,
    payload: payload as Draft<Type>["payload"],
    venue: scene.instruments[order.instrument]?.venue ?? 0,
    instrument: order.instrument,
    key: scene.key(),
  });
}

function refTo(scene: Scene, order: KnownOrder): OrderRef {
  const { draws } = scene;
  const venueOrderId = weighed(draws, [
    [70, `v${order.id}`],
    [20, null],
    [5, `w${order.id}`],
    [5, order.venueOrderId],
  ]);
  const clOrdId = weighed(draws, [
    [55, null],
    [35, order.clOrdId === "" ? null : order.clOrdId],
    [6, `tl01234567-${order.id}-${1 + draws.below(3)}`],
    [3, "foreign-7"],
    [draws.chance(20) ? 1 : 0, `tl01234567-${order.id + 500}-1`],
  ]);
  const id: OrderId | null = weighed(draws, [
    [85, orderId(order.id)],
    [15, null],
    [draws.chance(20) ? 1 : 0, orderId(order.id + 777)],
  ]);
  return { order: id, clOrdId, venueOrderId };
}
