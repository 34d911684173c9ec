/**
 * Refusals made here: one report, nothing changed.
 * @module
 */
import { reportIntent, reportOrder, UNSAID } from "./reports.ts";
import type { Turn } from "./turn.ts";
import type { IntentRecord, Order } from "../order.ts";
import type { Refusal } from "../risk/mod.ts";

/** Refuses an intent before any order is concerned. */
export function refuseIntent(turn: Turn, by: IntentRecord, refusal: Refusal): void {
  count(turn, refusal);
  reportIntent(turn, by, {
    ...UNSAID,
    execType: "Rejected",
    rejectCode: refusal.code,
    text: refusal.text,
  });
}

/** Refuses a Cancel or Replace of a known order; the order stays as it is. */
export function refuseChange(
  turn: Turn,
  order: Order,
  of: { readonly by: IntentRecord; readonly refusal: Refusal },
): void {
  count(turn, of.refusal);
  reportOrder(turn, order, {
    ...UNSAID,
    execType: of.by.action === "Cancel" ? "CancelRejected" : "ReplaceRejected",
    by: of.by,
    origIntentId: order.bearerId,
    rejectCode: of.refusal.code,
    text: of.refusal.text,
  });
}

function count(turn: Turn, refusal: Refusal): void {
  turn.state.count("refused_intents");
  if (refusal.code === "STALE_INTENT") turn.state.count("ttl_prevented");
}
