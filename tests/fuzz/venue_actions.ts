/**
 * Random reconciliations, dry runs, pauses and breakers: what venues say of a whole account, and what
 * the operator asks of them.
 * @module
 */
import type { Draft, ReconcilePayloads } from "../../core/event.ts";
import { instrumentId, px, qty, requestId } from "../../core/numbers.ts";
import { type Action, weighed } from "./actions.ts";
import type { KnownOrder } from "./model.ts";
import type { Scene } from "./scene.ts";
import { CLIENTS } from "./world.ts";

type OpenOrder = ReconcilePayloads["Reconciled"]["openOrders"][number];

/** What may happen to an account as a whole. */
export const VENUE_ACTIONS: readonly Action[] = [
  { weight: 34, act: answer },
  { weight: 6, act: ask },
  { weight: 2, act: adopt },
  { weight: 9, act: dryRun },
];

/** Answers an open request to reconcile, mostly; seldom one that is not open. */
function answer(scene: Scene): void {
  const { draws, model } = scene;
  const open = [...model.reconciles];
  const [venue, request] = open.length > 0 && draws.chance(96)
    ? draws.pick(open)
    : [draws.chance(98) ? draws.below(3) : 7, 1 + draws.below(60)];
  if (draws.chance(90)) model.reconciles.delete(venue);
  if (draws.chance(30)) return failed(scene, venue, request);
  const payload = { request: requestId(request), openOrders: openOrders(scene, venue) };
  scene.offer({ source: "broker_report", eventType: "Reconciled", payload, venue });
  if (draws.chance(70)) scene.venue("up", venue < 3 ? venue : 0);
}

function failed(scene: Scene, venue: number, request: number): void {
  const payload = { request: requestId(request), text: "told", ...retryAfter(scene) };
  scene.offer({ source: "broker_report", eventType: "ReconcileFailed", payload, venue });
}

/** Seldom, and never for long. */
export function retryAfter(scene: Scene): { readonly retryAfterMs?: number } {
  const { draws } = scene;
  return draws.chance(15) ? { retryAfterMs: draws.pick([0, 1, 40, 700]) } : {};
}

/** What a core can be told: some orders stand at the edge of whole numbers. */
export function safe(quanta: number): number {
  return Math.min(Math.max(0, quanta), Number.MAX_SAFE_INTEGER);
}

/** What is open there: our live orders, mostly as they are; few of ours that ended; strangers. */
function openOrders(scene: Scene, venue: number): readonly OpenOrder[] {
  const { draws, model } = scene;
  const isHere = ({ instrument }: KnownOrder): boolean =>
    scene.instruments[instrument]?.venue === venue;
  const rows = [
    ...model.live.filter(isHere).filter(() => draws.chance(90)),
    ...model.ended.filter(isHere).filter(() => draws.chance(4)),
  ].map((order) => ours(scene, order));
  if (draws.chance(15)) rows.push(strange(scene, venue));
  if (rows.length > 1 && draws.chance(10)) rows.push(draws.pick(rows));
  return draws.chance(20) ? rows.reverse() : rows;
}

function ours(scene: Scene, order: KnownOrder): OpenOrder {
  const { draws } = scene;
  const isReplacing = order.replaceQty !== null && draws.chance(40);
  const total = isReplacing ? order.replaceQty ?? order.orderQty : order.orderQty;
  const price = isReplacing ? order.replacePrice : order.lastPrice;
  const cum = Math.max(0, order.cumQty - order.submitBase);
  const orderQty = Math.max(0, total - order.submitBase);
  return {
    clOrdId: weighed(draws, [
      [60, order.clOrdId === "" ? null : order.clOrdId],
      [25, null],
      [10, `tl01234567-${order.id}-${1 + draws.below(3)}`],
      [5, "foreign-7"],
    ]),
    venueOrderId: draws.chance(80) ? order.venueOrderId ?? `v${order.id}` : `w${order.id}`,
    instrument: instrumentId(order.instrument),
    side: draws.pick(["Buy", "Sell"]),
    orderQty: qty(draws.chance(93) ? orderQty : safe(orderQty + draws.below(4))),
    cumQty: qty(draws.chance(90) ? cum : safe(cum + draws.below(4))),
    price: price === null ? null : px(draws.chance(94) ? price : safe(price + 1)),
  };
}

/** An order that is not ours, or should not be there; seldom of an instrument that is not listed. */
function strange(scene: Scene, venue: number): OpenOrder {
  const { draws } = scene;
  const here = scene.instruments.filter((each) => each.venue === venue);
  const instrument = draws.chance(95) && here.length > 0 ? draws.pick(here) : scene.instrument();
  return {
    clOrdId: draws.pick([null, "theirs", "tl99999999-1-1", "tl01234567-9999-1"]),
    venueOrderId: draws.pick(["theirs", "v1", "v2"]),
    instrument: instrument.id,
    side: draws.pick(["Buy", "Sell"]),
    orderQty: qty(1 + draws.below(10)),
    cumQty: qty(draws.below(2)),
    price: draws.chance(90) ? px(Math.max(1, scene.price(instrument))) : null,
  };
}

function ask(scene: Scene): void {
  const venue = scene.draws.chance(99) ? scene.draws.below(3) : 7;
  scene.control("ReconcileAsked", { reason: "told" }, { venue });
}

function adopt(scene: Scene): void {
  const venue = scene.draws.chance(98) ? scene.draws.below(3) : 7;
  scene.control("AccountAdopted", { reason: "told" }, { venue });
}

/** A client or an instrument; seldom neither. As often off as on, so that both books are used. */
function dryRun(scene: Scene): void {
  const { draws } = scene;
  const client = draws.chance(50) ? draws.pick([...CLIENTS, "stranger"]) : null;
  const payload: Draft<"DryRunSet">["payload"] = { client, on: draws.chance(50) };
  const instrument = draws.chance(98) ? scene.instrument().id : 99;
  scene.control("DryRunSet", payload, draws.chance(97) ? { instrument } : {});
}
