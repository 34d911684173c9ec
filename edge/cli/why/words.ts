/**
 * Recorded lines in the words of a person. A kind that has no words here is shown as it stands.
 * @module
 */
import type { Names } from "./names.ts";
import { type EventRecord, type Fields, inner, numberOf, textOf } from "./record.ts";
import { clockText } from "./times.ts";

/** Longest piece of a payload that is shown as it stands. */
const RAW_MAX = 200;

/** Why a cancel began, by the word of its transition. */
const CANCEL_CAUSES: ReadonlyMap<string, string> = new Map([
  ["intent", "its client asked"],
  ["cancelAll", "its client asked for all (CancelAll)"],
  ["lapse", "its time was over (ttl_ms or expire_us)"],
  ["disconnect", "its client was gone"],
  ["kill", "kill switch"],
]);

/** What came in. */
export function eventWords(event: EventRecord, names: Names): string {
  const { payload, type } = event;
  switch (type) {
    case "IntentReceived":
      return intentWords(event, names);
    case "OrderAccepted":
      return `accepted${asWords(payload)}${stampWords(payload)}`;
    case "OrderRejected":
      return `rejected, ${reasonWords(payload)}${stampWords(payload)}`;
    case "OrderCancelled":
      return `cancelled: ${textOf(payload, "reason")}${stampWords(payload)}`;
    case "OrderExpired":
      return `expired: ${textOf(payload, "reason")}`;
    case "CancelRejected":
      return `refused the cancel, ${reasonWords(payload)}${stampWords(payload)}`;
    case "ReplaceRejected":
      return `refused the replace, ${reasonWords(payload)}${stampWords(payload)}`;
    case "OrderReplaced":
      return `replaced${asWords(payload)}${stampWords(payload)}`;
    case "RequestFailed":
      return failureWords(payload);
    case "OrderFound":
      return foundWords(event, names);
    case "Reconciled":
      return reconciledWords(payload);
    case "OrderNotFound":
      return `look-up ${payload["request"]}: it does not have the order`;
    case "DeadlineReached":
      return "a deadline was reached";
    default:
      return `${type} ${JSON.stringify(payload).slice(0, RAW_MAX)}`;
  }
}

/** An execution, or what became of one, as the venue told it. */
export function executionWords(
  payload: Fields,
  of: { readonly names: Names; readonly instrument: number | undefined; readonly type: string },
): string {
  const qty = of.names.qty(of.instrument, payload, "last_qty");
  const price = of.names.price(of.instrument, payload, "last_px");
  const terms = qty === undefined ? "" : `: ${qty} at ${price}${feeWords(payload)}`;
  const id = textOf(payload, "exec_id");
  const reference = textOf(payload, "exec_ref_id");
  switch (of.type) {
    case "ExecutionVoided":
      return `took back execution ${reference}`;
    case "ExecutionCorrected":
      return `corrected execution ${reference}${terms}`;
    case "ExecutionConfirmed":
      return `execution ${reference} is final`;
    default:
      return `executed ${id}${terms}${payload["provisional"] === true ? ", provisional" : ""}`;
  }
}

/** Liquidity and fee, as far as they are told. */
function feeWords(payload: Fields): string {
  const liquidity = textOf(payload, "liquidity");
  const fee = textOf(payload, "commission");
  const paid = fee === undefined ? "" : `, fee ${fee} ${textOf(payload, "commission_currency")}`;
  return `${liquidity === undefined ? "" : ` as ${liquidity.toLowerCase()}`}${paid}`;
}

function intentWords({ payload }: EventRecord, names: Names): string {
  const intent = inner(payload, "intent");
  const client = names.clientOfSession(numberOf(payload, "session")) ?? "a client";
  const sent = numberOf(intent, "sent_us");
  const received = numberOf(payload, "recv_us");
  const stamps = sent === undefined || received === undefined
    ? ""
    : ` (sent ${clockText(sent)}, received ${clockText(received)})`;
  return `${client}/${textOf(intent, "intent_id")} ${termsWords(intent)}${stamps}`;
}

/** What an intent asks for. */
function termsWords(intent: Fields): string {
  const action = textOf(intent, "action") ?? "";
  switch (action) {
    case "Place":
      return `Place ${placeWords(intent)}`;
    case "Replace": {
      const price = textOf(intent, "price");
      const wanted = `${textOf(intent, "order_qty")}${price === undefined ? "" : ` at ${price}`}`;
      return `Replace of ${textOf(intent, "orig_intent_id")}: ${wanted}${extraWords(intent)}`;
    }
    case "Cancel":
      return `Cancel of ${textOf(intent, "orig_intent_id")}`;
    case "CancelAll":
      return `CancelAll on ${textOf(intent, "instrument") ?? "every instrument"}`;
    case "SetRiskFlag":
      return `SetRiskFlag ${textOf(intent, "flag")} = ${textOf(intent, "value")}`;
    case "Malformed":
      return `that breaks the schema: ${textOf(intent, "content")?.slice(0, RAW_MAX)}`;
    default:
      return action;
  }
}

function placeWords(intent: Fields): string {
  const price = textOf(intent, "price");
  return [
    textOf(intent, "side"),
    textOf(intent, "order_qty"),
    ...(price === undefined ? [] : ["at", price]),
    `${textOf(intent, "ord_type")} ${textOf(intent, "time_in_force")}`,
    `on ${textOf(intent, "instrument")}`,
  ].join(" ") + extraWords(intent);
}

function extraWords(intent: Fields): string {
  const ttl = numberOf(intent, "ttl_ms") ?? 0;
  const expire = numberOf(intent, "expire_us");
  const params = intent["params"];
  const tag = textOf(intent, "tag");
  const extras = [
    ...(intent["post_only"] === true ? ["post only"] : []),
    ...(intent["reduce_only"] === true ? ["reduce only"] : []),
    ...(ttl === 0 ? [] : [`for ${ttl} ms`]),
    ...(expire === undefined ? [] : [`until ${clockText(expire)}`]),
    ...(intent["validate_only"] === true ? ["validate only"] : []),
    ...(params === undefined || params === null ? [] : [`params ${JSON.stringify(params)}`]),
    ...(tag === undefined ? [] : [`tag "${tag}"`]),
  ];
  return extras.map((extra) => `, ${extra}`).join("");
}

function asWords(payload: Fields): string {
  const venueOrderId = textOf(payload, "venue_order_id");
  return venueOrderId === undefined ? "" : ` as ${venueOrderId}`;
}

function reasonWords(payload: Fields): string {
  return `${textOf(payload, "reject_code")}: ${textOf(payload, "text")}`;
}

/** When the request that is answered left, and when its answer was whole. */
function stampWords(payload: Fields): string {
  const submitted = numberOf(payload, "submit_us");
  const acknowledged = numberOf(payload, "ack_us");
  const parts = [
    ...(submitted === undefined ? [] : [`left ${clockText(submitted)}`]),
    ...(acknowledged === undefined ? [] : [`answered ${clockText(acknowledged)}`]),
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function failureWords(payload: Fields): string {
  const outcome = textOf(payload, "outcome") === "notSent"
    ? "provably never left"
    : "has no known outcome";
  const pause = numberOf(payload, "retry_after_ms") ?? 0;
  const rest = pause === 0 ? "" : `; nothing may leave for ${pause} ms`;
  return `request ${payload["request"]} ${outcome}: ${textOf(payload, "text")}${rest}`;
}

function reconciledWords(payload: Fields): string {
  const open = payload["open_orders"];
  const count = Array.isArray(open) ? open.length : 0;
  return `reconciliation ${payload["request"]}: ${count} open orders there`;
}

function foundWords({ payload, instrument }: EventRecord, names: Names): string {
  const executed = names.qty(instrument, payload, "cum_qty");
  const wanted = names.qty(instrument, payload, "order_qty");
  return `look-up ${payload["request"]} found it ${textOf(payload, "status")}, ` +
    `${executed} of ${wanted} executed`;
}

/** A change of state. */
export function transitionWords(body: Fields): string {
  const reason = textOf(body, "reason") ?? "";
  const to = textOf(body, "to");
  if (to === undefined) return `${textOf(body, "kind")}: ${reason}`;
  const why = to === "CancelPending" ? CANCEL_CAUSES.get(reason) ?? reason : reason;
  return `${textOf(body, "from")} → ${to}: ${why}`;
}

/** A request to a venue, decided. */
export function commandWords(body: Fields, names: Names): string {
  const kind = textOf(body, "kind") ?? "";
  const instrument = numberOf(body, "instrument");
  const key = textOf(body, "cl_ord_id");
  const dry = body["dry_run"] === true ? " (dry run: not sent)" : "";
  const venue = names.venue(numberOf(body, "venue"));
  const head = `request ${body["request"]}${dry}: ${kind} ${key} at ${venue}`;
  const qty = names.qty(instrument, body, "order_qty");
  if (qty === undefined) return head;
  const price = names.price(instrument, body, "price");
  const terms = `${qty}${price === undefined ? "" : ` at ${price}`}`;
  const newKey = textOf(body, "new_cl_ord_id");
  if (newKey !== undefined) return `${head}: ${terms}, as ${newKey}`;
  const kinds = `${textOf(body, "ord_type")} ${textOf(body, "time_in_force")}`;
  const flags = `${body["post_only"] === true ? ", post only" : ""}${
    body["reduce_only"] === true ? ", reduce only" : ""
  }`;
  return `${head}: ${textOf(body, "side")} ${terms} ${kinds}${flags}`;
}

/** A report to a client. */
export function reportWords(body: Fields, names: Names): string {
  const wire = inner(body, "wire");
  const to = names.client(numberOf(body, "client"));
  const execType = textOf(wire, "exec_type");
  const status = textOf(wire, "ord_status");
  const flags = ["in_doubt", "late", "inferred", "provisional", "dry_run"]
    .filter((flag) => wire[flag] === true).map((flag) => `, ${flag}`).join("");
  const sums = status === undefined || wire["cum_qty"] === null
    ? ""
    : `, ${status}, cum ${wire["cum_qty"]}, leaves ${wire["leaves_qty"]}`;
  return `${body["report_seq"]} to ${to}: ${execType}${sums}${flags}`;
}
