/**
 * Intents: checked in the order of the protocol, answered once, remembered (R-CORE-3, R-WIRE-2).
 *
 * Checks: duplicate, schema, shutting down, client rate, age and TTL, then per action what is
 * known, possible, on the grid, open, allowed and legal. The first failure refuses, nothing
 * changes before the last check passed.
 * @module
 */
import { FUTURE_MAX_US } from "../blotter.ts";
import { type Client, mixContent } from "../clients.ts";
import { applyCancel, applyCancelAll } from "./cancel_intents.ts";
import { applyPlace } from "./place.ts";
import { applyReplace } from "./replace.ts";
import { refuseIntent } from "./refuse.ts";
import { reportIntent, reportReused, UNSAID } from "./reports.ts";
import type { Turn } from "./turn.ts";
import type { Event } from "../event.ts";
import type { Intent, SetRiskFlag, TradingState } from "../intent.ts";
import { unreachable } from "../invariant.ts";
import type { IntentRecord } from "../order.ts";
import type { IntentFields } from "../slots/intents.ts";
import { fullBucket, refill, takeToken } from "../pacing.ts";
import type { Refusal } from "../risk/mod.ts";
import { strictest } from "../risk/mod.ts";

/** Applies an intent. One from a session that was taken over or closed is dropped. */
export function applyIntent(turn: Turn, event: Event<"IntentReceived">): void {
  const { state } = turn;
  const { session, recvUs, intent } = event.payload;
  const client = state.clients.bySession(session);
  if (client === undefined) {
    state.count("dropped_intents");
    return;
  }
  state.count("intents");
  const fields = fieldsOf(turn, client, { intent, recvUs });
  const known = state.blotter.intents.find(client.index, intent.intentId);
  if (known !== undefined) {
    answerKnown(turn, { client, known, again: fields });
    return;
  }
  const record = state.blotter.intents.add(fields);
  const refusal = checkCommon(turn, client, intent);
  if (refusal === undefined) act(turn, client, { intent, record });
  else refuseIntent(turn, record, refusal);
}

function fieldsOf(
  turn: Turn,
  client: Client,
  of: { readonly intent: Intent; readonly recvUs: IntentRecord["recvUs"] },
): IntentFields {
  const { intent, recvUs } = of;
  const digest = turn.state.contentDigest;
  digest.reset();
  mixContent(digest, intent);
  return {
    intentId: intent.intentId,
    client: client.index,
    action: intent.action,
    contentLow: digest.low,
    contentHigh: digest.high,
    sentUs: intent.sentUs,
    recvUs,
    ingestUs: turn.nowUs,
    tag: intent.tag,
    order: null,
    newestReport: null,
  };
}

function answerKnown(
  turn: Turn,
  of: { readonly client: Client; readonly known: IntentRecord; readonly again: IntentFields },
): void {
  const { client, known, again } = of;
  turn.state.count("duplicate_intents");
  if (known.contentLow !== again.contentLow || known.contentHigh !== again.contentHigh) {
    const rule = "an intent_id that is known must come with the same content";
    reportReused(turn, again, `Cannot take the intent: ${rule}: was ${again.intentId}`);
    return;
  }
  // Without a report so far (a CancelAll under way) the coming one answers both.
  if (known.newestReport === null) return;
  const reportSeqs = [known.newestReport];
  const order = known.order === null ? undefined : turn.state.blotter.get(known.order);
  if (order !== undefined && order.lastReport !== known.newestReport) {
    reportSeqs.push(order.lastReport);
  }
  turn.effects.repeats.push({ client: client.index, reportSeqs });
}

function checkCommon(turn: Turn, client: Client, intent: Intent): Refusal | undefined {
  return checkSchema(turn, intent) ?? checkStopping(turn) ?? checkRate(turn, client, intent) ??
    checkAge(turn, intent);
}

function checkSchema(turn: Turn, intent: Intent): Refusal | undefined {
  if (intent.action === "Malformed") return { code: "SCHEMA", text: intent.text };
  if (intent.sentUs <= turn.nowUs + FUTURE_MAX_US) return undefined;
  // Said as the parser says what breaks the schema: the path first.
  const rule = `must be at most 1 s ahead of the daemon's clock (${turn.nowUs})`;
  const text = `sent_us: ${rule}: was ${intent.sentUs}`;
  return { code: "SCHEMA", text };
}

function checkStopping(turn: Turn): Refusal | undefined {
  if (!turn.state.isStopping) return undefined;
  const text = "Cannot take the intent: the daemon must be running: was shutting down";
  return { code: "SHUTTING_DOWN", text };
}

function checkRate(turn: Turn, client: Client, intent: Intent): Refusal | undefined {
  if (isExempt(client, intent)) return undefined;
  const { settings } = turn.state;
  const rate = { perSecond: settings.intentsPerSecond, burst: settings.burst };
  client.bucket ??= fullBucket(rate, turn.nowUs);
  refill(client.bucket, rate, turn.nowUs);
  if (takeToken(client.bucket)) return undefined;
  const text = "Cannot take the intent: the client must send at most " +
    `${rate.perSecond} a second and ${rate.burst} at once ` +
    "(wire.intents_per_second, wire.burst): was more";
  return { code: "RATE_LIMIT", text };
}

/** What takes risk away is never held back by rate. */
function isExempt(client: Client, intent: Intent): boolean {
  switch (intent.action) {
    case "Cancel":
    case "CancelAll":
    case "NoOp":
      return true;
    case "SetRiskFlag":
      return tightens(client.tradingState, intent);
    case "Place":
    case "Replace":
    case "Malformed":
      return false;
    default:
      return unreachable(intent);
  }
}

function tightens(now: TradingState, intent: SetRiskFlag): boolean {
  return strictest(now, intent.value) === intent.value;
}

function checkAge(turn: Turn, intent: Intent): Refusal | undefined {
  const ageUs = turn.nowUs - intent.sentUs;
  const horizonMs = turn.state.settings.intentHorizonMs;
  if (ageUs > horizonMs * 1000) {
    const rule = `sent_us, in microseconds, must be at most ${horizonMs} ms old`;
    return stale(`${rule} (engine.intent_horizon_ms)`, ageUs);
  }
  const { intentsAfterUs, knownSinceUs } = turn.state;
  if (knownSinceUs !== null && intent.sentUs <= knownSinceUs) {
    const text =
      `Cannot take the intent: sent_us must be after ${knownSinceUs}, since what was taken ` +
      `before was forgotten by a shorter engine.intent_horizon_ms: was ${intent.sentUs}`;
    return { code: "STALE_INTENT", text };
  }
  if (intent.action !== "Place" && intent.action !== "Replace") return undefined;
  if (intentsAfterUs !== null && intent.sentUs <= intentsAfterUs) {
    const text =
      `Cannot take the intent: sent_us must be after ${intentsAfterUs}, since what was ` +
      `recorded before may be lost (run --accept-loss): was ${intent.sentUs}`;
    return { code: "STALE_INTENT", text };
  }
  const ttlMs = intent.ttlMs ?? 0;
  if (ttlMs > 0 && ageUs >= ttlMs * 1000) {
    return stale(`the intent must be younger than its ttl_ms of ${ttlMs} ms`, ageUs);
  }
  const expireUs = intent.expireUs ?? null;
  if (expireUs === null || expireUs > turn.nowUs) return undefined;
  const text = `Cannot take the intent: expire_us must be after ${turn.nowUs}: was ${expireUs}`;
  return { code: "STALE_INTENT", text };
}

function stale(rule: string, ageUs: number): Refusal {
  const text = `Cannot take the intent: ${rule}: was ${Math.floor(ageUs / 1000)} ms old`;
  return { code: "STALE_INTENT", text };
}

function act(
  turn: Turn,
  client: Client,
  of: { readonly intent: Intent; readonly record: IntentRecord },
): void {
  const { intent, record } = of;
  switch (intent.action) {
    case "Place":
      applyPlace(turn, client, { intent, record });
      break;
    case "Replace":
      applyReplace(turn, client, { intent, record });
      break;
    case "Cancel":
      applyCancel(turn, client, { intent, record });
      break;
    case "CancelAll":
      applyCancelAll(turn, client, { intent, record });
      break;
    case "SetRiskFlag":
      client.tradingState = intent.value;
      turn.state.digest.text(intent.value);
      reportIntent(turn, record, { ...UNSAID, execType: "IntentDone" });
      break;
    case "NoOp":
      reportIntent(turn, record, { ...UNSAID, execType: "IntentDone" });
      break;
    case "Malformed":
      break;
    default:
      unreachable(intent);
  }
}
