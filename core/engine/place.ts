/**
 * Place: the last checks of a new order, and its birth.
 * @module
 */
import type { Client } from "../clients.ts";
import { type Candidate, charge, checkAdmission, checkTerms, countPxOf } from "./admit.ts";
import { drySwitchOf } from "./dry_switch.ts";
import { refuseIntent } from "./refuse.ts";
import { issue } from "./requests.ts";
import { armLapse } from "./retry.ts";
import { reportIntent, UNSAID } from "./reports.ts";
import { advance } from "./settle.ts";
import type { Turn } from "./turn.ts";
import type { Instrument } from "../instrument.ts";
import { checkPlaceCapability, nextSessionEndUs } from "../instrument_rules.ts";
import type { PlaceOrder } from "../intent.ts";
import { type Micros, msAfter, orderId, qty } from "../numbers.ts";
import type { IntentRecord } from "../order.ts";
import type { Refusal } from "../risk/mod.ts";

/** A Place with its record. */
type Placing = { readonly intent: PlaceOrder; readonly record: IntentRecord };

/** Applies a Place that passed the checks common to all intents. */
export function applyPlace(turn: Turn, client: Client, placing: Placing): void {
  const { intent, record } = placing;
  const checked = checkPlace(turn, client, intent);
  if (!checked.ok) refuseIntent(turn, record, checked.refusal);
  else if (intent.validateOnly) reportIntent(turn, record, { ...UNSAID, execType: "IntentDone" });
  else create(turn, client, { ...placing, candidate: checked.candidate });
}

type Checked =
  | { readonly ok: true; readonly candidate: Candidate }
  | { readonly ok: false; readonly refusal: Refusal };

function checkPlace(turn: Turn, client: Client, intent: PlaceOrder): Checked {
  const entry = turn.state.instrumentByName.get(intent.instrument);
  if (entry === undefined) {
    const text = "Cannot place the order: instrument must be one that the instruments query " +
      `lists: was ${intent.instrument}`;
    return { ok: false, refusal: { code: "UNKNOWN_INSTRUMENT", text } };
  }
  const unsupported = checkPlaceCapability(entry.capabilities, intent);
  if (unsupported !== undefined) {
    return { ok: false, refusal: { code: "UNSUPPORTED", text: unsupported } };
  }
  const checked = checkTerms(entry, intent);
  if (!checked.ok) return checked;
  const { px } = checked.terms;
  const candidate: Candidate = {
    entry,
    side: intent.side,
    px,
    countPx: countPxOf(turn, { entry, side: intent.side, px }),
    qty: checked.terms.qty,
    leavesQty: checked.terms.qty,
    reduceOnly: intent.reduceOnly,
    isDryRun: drySwitchOf(turn.state, client, entry) !== null,
    replaces: null,
  };
  const refusal = checkAdmission(turn, client, candidate);
  return refusal === undefined ? { ok: true, candidate } : { ok: false, refusal };
}

function create(
  turn: Turn,
  client: Client,
  of: Placing & { readonly candidate: Candidate },
): void {
  const { intent, record, candidate } = of;
  const { instrument } = candidate.entry;
  const { blotter } = turn.state;
  const order = blotter.add({
    id: orderId(blotter.nextOrder),
    client: client.index,
    venue: instrument.venue,
    instrument: instrument.id,
    side: intent.side,
    ordType: intent.ordType,
    timeInForce: intent.timeInForce,
    postOnly: intent.postOnly,
    reduceOnly: intent.reduceOnly,
    isDryRun: candidate.isDryRun,
  }, record);
  turn.touch(order);
  order.price = candidate.px;
  if (candidate.px === null) order.referencePx = candidate.countPx;
  order.orderQty = candidate.qty;
  order.baseCumQty = qty(0);
  order.params = intent.params;
  order.tag = intent.tag;
  order.ttlDueUs = ttlDue(intent);
  order.expireUs = expiryOf(turn, intent, instrument);
  order.version = 1;
  order.keyVersion = 1;
  blotter.intents.bind(record, order);
  charge(turn, client, candidate);
  client.open.add(order);
  advance(turn, order, { ...UNSAID, execType: "PendingNew", reason: "placed", by: record });
  armLapse(turn, order);
  issue(turn, order, "Submit");
}

/** When a TTL ends, or null if there is none. */
export function ttlDue(
  of: { readonly sentUs: Micros; readonly ttlMs: number },
): Micros | null {
  return of.ttlMs === 0 ? null : msAfter(of.sentUs, of.ttlMs);
}

function expiryOf(turn: Turn, intent: PlaceOrder, instrument: Instrument): Micros | null {
  if (intent.timeInForce === "GTD") return intent.expireUs;
  return intent.timeInForce === "DAY" ? nextSessionEndUs(instrument, turn.nowUs) : null;
}
