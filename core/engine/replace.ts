/**
 * Replace: new terms for a live order, in the way its venue offers.
 *
 * `native` asks the venue once. `cancel_new` cancels first, and sizes and submits the new order
 * only when the cancel and its final CumQty are confirmed (see `outcomes.ts`): at no time
 * can both be at the venue. What changes nothing that a venue knows is done here: it would refuse it,
 * or the order would lose its place for nothing.
 *
 * Invariant: one replace at a time; the order keeps its terms until the venue has replaced it.
 * @module
 */
import type { Client } from "../clients.ts";
import { charge, checkAdmission, checkTerms, type Terms } from "./admit.ts";
import { sendCancel } from "./cancel.ts";
import { orderMeant, unknownOrder } from "./cancel_intents.ts";
import { ttlDue } from "./place.ts";
import { refuseChange, refuseIntent } from "./refuse.ts";
import { finishReplace } from "./replaced.ts";
import { reportIntent, UNSAID } from "./reports.ts";
import { issue } from "./requests.ts";
import { advance } from "./settle.ts";
import type { InstrumentState } from "./state.ts";
import type { Turn } from "./turn.ts";
import { fromQuanta } from "../decimal.ts";
import { checkReplaceCapability } from "../instrument_rules.ts";
import type { ReplaceOrder } from "../intent.ts";
import { qty } from "../numbers.ts";
import type { IntentRecord, Order, PendingReplace } from "../order.ts";
import type { Refusal } from "../risk/mod.ts";

type Replacing = { readonly intent: ReplaceOrder; readonly record: IntentRecord };

/** Applies a Replace that passed the checks common to all intents. */
export function applyReplace(turn: Turn, client: Client, replacing: Replacing): void {
  const { intent, record } = replacing;
  const order = orderMeant(turn, client, intent.origIntentId);
  if (order === undefined) {
    refuseIntent(turn, record, unknownOrder(intent.origIntentId));
    return;
  }
  turn.touch(order);
  if (!intent.validateOnly) turn.state.blotter.intents.bind(record, order);
  const checked = checkReplace(turn, client, { order, intent });
  if (!checked.ok) refuseChange(turn, order, { by: record, refusal: checked.refusal });
  else if (intent.validateOnly) reportIntent(turn, record, { ...UNSAID, execType: "IntentDone" });
  else {
    const entry = turn.state.instrument(order.instrument);
    charge(turn, client, { entry, isDryRun: order.isDryRun });
    begin(turn, order, { ...replacing, terms: checked.terms });
  }
}

type Checked =
  | { readonly ok: true; readonly terms: Terms }
  | { readonly ok: false; readonly refusal: Refusal };

function checkReplace(
  turn: Turn,
  client: Client,
  of: { readonly order: Order; readonly intent: ReplaceOrder },
): Checked {
  const { order, intent } = of;
  const entry = turn.state.instrument(order.instrument);
  const unsupported = checkReplaceCapability(entry.capabilities, intent);
  if (unsupported !== undefined) {
    return { ok: false, refusal: { code: "UNSUPPORTED", text: unsupported } };
  }
  if (intent.expireUs !== undefined && order.timeInForce !== "GTD") {
    const text =
      "Cannot replace the order: expire_us must be absent unless time_in_force is GTD: " +
      `was ${intent.expireUs} on a ${order.timeInForce} order`;
    return { ok: false, refusal: { code: "SCHEMA", text } };
  }
  const checked = checkTerms(entry, {
    price: intent.price ?? priceOf(order, entry),
    orderQty: intent.orderQty,
    reduceOnly: order.reduceOnly,
  });
  if (!checked.ok) return checked;
  const refusal = checkOnlyReduces(entry, { order, terms: checked.terms }) ??
    checkAdmission(turn, client, {
      entry,
      side: order.side,
      px: checked.terms.px,
      countPx: checked.terms.px ?? order.referencePx,
      qty: checked.terms.qty,
      leavesQty: qty(Math.max(0, checked.terms.qty - order.cumQty - order.voidedQty)),
      reduceOnly: order.reduceOnly,
      isDryRun: order.isDryRun,
      replaces: order,
    }) ?? checkTransition(order, { entry, terms: checked.terms });
  return refusal === undefined ? checked : { ok: false, refusal };
}

/** The price that the order has, as a decimal. */
function priceOf({ price }: Order, { instrument }: InstrumentState): string | null {
  return price === null ? null : fromQuanta(price, instrument.priceRule.scale);
}

function checkOnlyReduces(
  entry: InstrumentState,
  of: { readonly order: Order; readonly terms: Terms },
): Refusal | undefined {
  if (entry.capabilities.replace !== "reduce_only") return undefined;
  const { order, terms } = of;
  if (terms.qty <= order.orderQty && terms.px === order.price) return undefined;
  const text = "Cannot replace the order: on this venue order_qty may only fall and price must " +
    "stay: was otherwise";
  return { code: "UNSUPPORTED", text };
}

function checkTransition(
  order: Order,
  of: { readonly entry: InstrumentState; readonly terms: Terms },
): Refusal | undefined {
  const { id } = order;
  if (order.ordType === "Market" || !isReplaceable(order)) {
    const text = `Cannot replace order ${id}: it must be a limit order in Accepted or ` +
      `PartiallyFilled: was ${order.ordType} in ${order.status}`;
    return { code: "ILLEGAL_TRANSITION", text };
  }
  if (of.terms.qty > order.cumQty) return undefined;
  const { scale } = of.entry.instrument.qtyRule;
  const filled = fromQuanta(order.cumQty, scale);
  const text = `Cannot replace order ${id}: order_qty must be above its cum_qty of ${filled}: ` +
    `was ${fromQuanta(of.terms.qty, scale)}`;
  return { code: "ILLEGAL_TRANSITION", text };
}

function isReplaceable(order: Order): boolean {
  return order.status === "Accepted" || order.status === "PartiallyFilled";
}

function begin(turn: Turn, order: Order, of: Replacing & { readonly terms: Terms }): void {
  const { capabilities } = turn.state.instrument(order.instrument);
  const replace = pendingOf(order, of);
  replace.stage = capabilities.replace === "cancel_new" ? "cancelling" : "native";
  const isUntold = !isNewsToVenue(order, of);
  order.replace = replace;
  advance(turn, order, {
    ...UNSAID,
    execType: "PendingReplace",
    reason: "replace asked for",
    by: of.record,
    origIntentId: replace.origIntentId,
  });
  if (isUntold) {
    const { orderQty, price } = replace;
    finishReplace(turn, order, { replace, orderQty, price, isUntold, details: {} });
    return;
  }
  if (replace.stage === "cancelling") {
    sendCancel(turn, order);
    return;
  }
  order.version += 1;
  replace.clOrdId = turn.state.blotter.keys.of(order.id, order.version);
  issue(turn, order, "Replace");
}

/** A TTL and a tag are ours alone; what `params` mean only the venue knows. */
function isNewsToVenue(
  order: Order,
  { intent, terms }: Pick<Replacing, "intent"> & { readonly terms: Terms },
): boolean {
  const { expireUs = order.expireUs } = intent;
  return terms.qty !== order.orderQty || terms.px !== order.price ||
    intent.params !== undefined || expireUs !== order.expireUs;
}

function pendingOf(
  order: Order,
  of: Replacing & { readonly terms: Terms },
): PendingReplace {
  const { intent, record, terms } = of;
  const { ttlMs } = intent;
  return {
    by: record,
    stage: "native",
    origIntentId: order.bearerId,
    orderQty: terms.qty,
    price: terms.px,
    ttlDueUs: ttlMs === undefined ? order.ttlDueUs : ttlDue({ sentUs: intent.sentUs, ttlMs }),
    expireUs: intent.expireUs ?? order.expireUs,
    tag: intent.hasTag ? intent.tag : order.tag,
    params: intent.params ?? order.params,
    clOrdId: null,
  };
}
