/**
 * The story of one order or intent: every recorded line that is about it, in the order of events.
 *
 * What happened to the daemon, the venue and the client in between is told where the order lived
 * through it. Executions and answers that were known already and changed nothing are only counted.
 *
 * Bounds: of more than `STEPS_MAX` steps the middle is left out and counted.
 * @module
 */
import { clOrdIdPrefix } from "../../../core/command.ts";
import type { EventLines } from "../../journal/batch_lines.ts";
import { Doubts } from "./doubt.ts";
import { type Chain, Latency } from "./latency.ts";
import { Mentions } from "./mentions.ts";
import { Names } from "./names.ts";
import {
  type EffectRecord,
  type EventRecord,
  type Fields,
  inner,
  numberOf,
  readEffect,
  readEvent,
  textOf,
} from "./record.ts";
import { Circumstances } from "./circumstances.ts";
import { type Step, type StepKind, Steps } from "./steps.ts";
import type { Target } from "./subject.ts";
import type { Visitor } from "./walk.ts";
import { commandWords, eventWords, executionWords, reportWords, transitionWords } from "./words.ts";

/** An order as its newest report tells it. */
export type OrderSummary = {
  readonly client: string;
  /** The newest report, as the client was sent it. */
  readonly report: Fields;
  readonly cl_ord_ids: readonly string[];
  readonly in_doubt: boolean;
};

/** What was found. */
export type Told = {
  /** null: it is about no order of ours, or the order was never reported. */
  readonly order: OrderSummary | null;
  readonly intents: readonly string[];
  readonly steps: readonly Step[];
  /** Steps in the middle that are not among `steps`. */
  readonly left_out: number;
  /** Later events about it that changed nothing. */
  readonly ignored: { readonly events: number; readonly last_seq_id: number };
  readonly latency: readonly Chain[];
};

const TERMINAL: ReadonlySet<string | undefined> = new Set([
  "Filled",
  "Cancelled",
  "Rejected",
  "Expired",
]);

/** In the report that refuses an intent before any order is concerned. */
const REFUSED = '"exec_type":"Rejected"';

/** Ids of an order that are remembered to recognise it by. */
const CL_ORD_IDS_MAX = 64;

/** Collects the story on a walk through the journal. */
export class StoryTeller implements Visitor {
  readonly names = new Names();
  readonly #target: Target;
  readonly #mentions: Mentions;
  readonly #steps = new Steps();
  readonly #latency = new Latency();
  readonly #doubts = new Doubts();
  readonly #circumstances: Circumstances;
  readonly #executions = new Set<string>();
  readonly #clOrdIds = new Set<string>();
  readonly #intents: string[] = [];
  #isAnswered = false;
  #ignored = { events: 0, last_seq_id: 0 };
  #newest: { readonly client: number | undefined; readonly wire: Fields } | undefined;
  /** What the event at hand was, for those of its effects that refer to it. */
  #event: EventRecord | undefined;

  constructor(target: Target, journalId: string) {
    this.#target = target;
    this.#mentions = new Mentions(target, clOrdIdPrefix(journalId));
    this.#circumstances = new Circumstances(this.names);
  }

  get texts(): readonly string[] {
    return this.#mentions.texts;
  }

  get told(): Told {
    this.#flush({ isLive: !this.#isOver && this.#steps.count > 0 });
    return {
      order: this.#summary(),
      intents: this.#intents,
      steps: this.#steps.list,
      left_out: this.#steps.leftOut,
      ignored: this.#ignored,
      latency: this.#latency.chains,
    };
  }

  visit({ event: line, effects: text }: EventLines): boolean {
    const mayBeAbout = line !== undefined && this.#mentions.mayBeIn(line);
    const hasEffects = this.#mentions.isIn(text);
    const isControl = line?.includes('"source":"control"') === true;
    if (!mayBeAbout && !hasEffects && !isControl) return true;
    const event = line === undefined ? undefined : readEvent(line);
    this.#event = event;
    const all = text.split("\n").filter(Boolean);
    if (event?.type === "IntentReceived") this.#learnClient(event, all);
    const isNamed = mayBeAbout && event !== undefined && this.#isAboutTarget(event);
    const effects = this.#effectsOf(all, isNamed);
    const isAgain = text.startsWith('{"repeat"');
    // An intent's id that was forgotten may be borne anew: what came of that is not about this one.
    const isAnothers = event?.type === "IntentReceived" && !isAgain &&
      effects.length === 0 && all.length > 0;
    const isAbout = isNamed && !isAnothers;
    if (isAbout || effects.length > 0) this.#tell(event, { isAbout, effects, isAgain });
    else if (event !== undefined && this.#steps.count > 0) this.#circumstances.take(event);
    return true;
  }

  get #isOver(): boolean {
    if (this.#target.kind === "intent") return this.#isAnswered;
    return TERMINAL.has(textOf(this.#newest?.wire ?? {}, "ord_status"));
  }

  /** What nobody of ours ordered has no number: all that its events caused is about it. */
  #effectsOf(lines: readonly string[], isAbout: boolean): EffectRecord[] {
    if (this.#target.kind === "foreign") return isAbout ? lines.map(readEffect) : [];
    const isIntent = isAbout && this.#event?.type === "IntentReceived";
    return lines.filter((line) => this.#mentions.isIn(line) || isIntent && line.includes(REFUSED))
      .map(readEffect).filter((effect) => this.#isOfClient(effect));
  }

  /** An intent id is its client's own, a venue's id its venue's: another's is another thing. */
  #isAboutTarget(event: EventRecord): boolean {
    const target = this.#target;
    if (target.kind === "foreign") return this.names.venue(event.venue) === target.venue;
    if (event.type === "IntentReceived") {
      const client = this.names.clientOfSession(numberOf(event.payload, "session"));
      if (target.kind === "intent") {
        const intentId = textOf(inner(event.payload, "intent"), "intent_id");
        return intentId === target.intentId && (client ?? target.client) === target.client;
      }
      const wanted = this.#circumstances.client;
      return client === undefined || wanted === undefined || client === wanted;
    }
    if (target.kind === "intent") return true;
    const order = numberOf(event.payload, "order");
    return order === undefined
      ? this.#circumstances.isAtVenue(event.venue)
      : order === target.order;
  }

  #isOfClient({ kind, body }: EffectRecord): boolean {
    const target = this.#target;
    if (target.kind !== "intent" || kind !== "report") return true;
    return this.names.client(numberOf(body, "client")) === target.client;
  }

  #learnClient(event: EventRecord, effects: readonly string[]): void {
    const client = this.names.clientOfSession(numberOf(event.payload, "session"));
    if (client === undefined) return;
    for (const effect of effects.filter((text) => text.startsWith('{"report"'))) {
      const index = numberOf(readEffect(effect).body, "client");
      if (index !== undefined) this.names.learnClient(index, client);
    }
  }

  #tell(
    event: EventRecord | undefined,
    of: Matched,
  ): void {
    const execution = event === undefined ? undefined : textOf(event.payload, "exec_id");
    const isKnown = execution !== undefined && this.#executions.has(execution) ||
      event?.type === "Reconciled";
    if (of.effects.length === 0 && (isKnown || this.#isOver) && event?.type !== "IntentReceived") {
      this.#ignored = { events: this.#ignored.events + 1, last_seq_id: event?.seqId ?? 0 };
      return;
    }
    this.#flush({ isLive: this.#target.kind === "order" || !this.#isOver });
    if (execution !== undefined) this.#executions.add(execution);
    if (event !== undefined) this.#tellEvent(event, of);
    const at = {
      seqId: event?.seqId ?? seqOf(of.effects),
      timeUs: event?.timeUs ?? timeOf(of.effects),
    };
    for (const effect of of.effects) this.#tellEffect(effect, at);
    if (event !== undefined) this.#doubts.happened(event);
  }

  #tellEvent(
    event: EventRecord,
    of: Matched,
  ): void {
    const { names } = this;
    const kind = kindOf(event);
    if (event.type === "IntentReceived") {
      // Another order's intent can let a request of this one go: that is no step of this one.
      if (of.isAbout || of.effects.some(({ kind }) => kind !== "command")) {
        this.#tellIntent(event, of);
      }
    } else if (event.type === "Started") {
      const at = { seqId: event.seqId, timeUs: event.timeUs };
      this.#add(at, kind, { text: this.#circumstances.startWords(event), record: event.payload });
    } else if (event.type === "VenueStatusChanged") {
      this.#circumstances.take(event);
      this.#flush({ isLive: true });
    } else if (of.isAbout || kind !== "venue" || event.type === "Reconciled") {
      const isExecution = event.type.startsWith("Execution") || event.type === "OrderExecuted";
      const words = isExecution
        ? executionWords(event.payload, { names, instrument: event.instrument, type: event.type })
        : eventWords(event, names);
      const isOurs = this.#target.kind !== "foreign";
      const nothing = isOurs && of.effects.length === 0 ? "; changed nothing" : "";
      const text = kind === "venue" ? `${names.venue(event.venue)} ${words}${nothing}` : words;
      this.#add(event, kind, { text, record: event.payload });
    }
  }

  #tellIntent(event: EventRecord, of: Matched): void {
    const intent = inner(event.payload, "intent");
    const client = this.names.clientOfSession(numberOf(event.payload, "session"));
    if (client !== undefined) this.#circumstances.ofClient(client);
    const intentId = textOf(intent, "intent_id") ?? "";
    const untaken = this.#untakenWords(intent, of);
    const text = `${eventWords(event, this.names)}${untaken ?? ""}`;
    this.#add(event, "intent", { text, record: event.payload });
    if (untaken !== undefined) return;
    this.#intents.push(intentId);
    this.#mentions.addIntent(intentId);
    this.#latency.intent(event.payload, event.timeUs);
  }

  /** What became of an intent instead of being taken; undefined: it was. */
  #untakenWords(intent: Fields, { isAbout, effects, isAgain }: Matched): string | undefined {
    if (isAgain) return ", again: its reports are repeated";
    const hasOwn = effects.some(({ kind, body }) =>
      kind === "transition" || kind === "report" && this.#isOwn(inner(body, "wire"))
    );
    if (!isAbout || hasOwn) return undefined;
    if (effects.length > 0) return ", not taken";
    // A CancelAll of orders that are being cancelled already is answered once they have ended.
    const isFirst = !this.#intents.includes(textOf(intent, "intent_id") ?? "");
    const isWaiting = isFirst && textOf(intent, "action") === "CancelAll";
    return isWaiting ? undefined : ", not taken: nothing came of it";
  }

  #tellEffect({ kind, body }: EffectRecord, at: At): void {
    const { names } = this;
    switch (kind) {
      case "transition":
        if (textOf(body, "to") === "CancelPending") {
          this.#latency.cancelling(textOf(body, "reason") ?? "", at.timeUs);
        }
        return this.#add(at, "state", { text: transitionWords(body), record: body });
      case "command":
        this.#doubts.requested(body);
        this.#latency.command(body, at.timeUs);
        this.#learnKeys(body);
        this.#circumstances.ofVenue(numberOf(body, "venue"));
        return this.#add(at, "request", { text: commandWords(body, names), record: body });
      case "report":
        return this.#tellReport(body, at);
      case "repeat":
        return;
      default:
        return this.#add(at, "alarm", {
          text: `${textOf(body, "code")}: ${textOf(body, "text")}`,
          record: body,
        });
    }
  }

  #tellReport(body: Fields, at: At): void {
    const wire = inner(body, "wire");
    const isOfOrder = this.#target.kind === "order" && this.#isOwn(wire);
    if (this.#isFinal(wire)) this.#isAnswered = true;
    if (isOfOrder) this.#newest = { client: numberOf(body, "client"), wire };
    const doubt = isOfOrder ? this.#doubts.reported(wire, this.#event) : undefined;
    if (doubt !== undefined) this.#add(at, doubt.kind, { text: doubt.text, record: null });
    const code = textOf(wire, "reject_code");
    if (code !== undefined && this.#event?.source === "intent") {
      this.#add(at, "refused", { text: `${code}: ${textOf(wire, "text")}`, record: null });
    }
    this.#mentions.addVenueOrder(textOf(wire, "venue_order_id"));
    if (isOfOrder || this.#isFinal(wire)) this.#latency.report(wire, at.timeUs);
    const order = isOfOrder ? "" : orderWords(wire);
    this.#add(at, "report", { text: `${order}${reportWords(body, this.names)}`, record: wire });
  }

  /** False for the report that refuses an intent which only bears an id of the target. */
  #isOwn(wire: Fields): boolean {
    if (this.#target.kind === "order") return textOf(wire, "order_id") !== undefined;
    return textOf(wire, "reject_code") !== "INTENT_ID_REUSED";
  }

  /** The last word on an intent that has no order. */
  #isFinal(wire: Fields): boolean {
    const target = this.#target;
    return target.kind === "intent" && textOf(wire, "intent_id") === target.intentId &&
      this.#isOwn(wire);
  }

  #learnKeys(body: Fields): void {
    for (const key of ["cl_ord_id", "new_cl_ord_id"]) {
      const clOrdId = textOf(body, key);
      if (clOrdId !== undefined && this.#clOrdIds.size < CL_ORD_IDS_MAX) {
        this.#clOrdIds.add(clOrdId);
      }
    }
  }

  #add(at: At, kind: StepKind, of: { readonly text: string; readonly record: unknown }): void {
    this.#steps.add({ seq_id: at.seqId, time_us: at.timeUs, kind, ...of });
  }

  /** Tells what happened around it meanwhile, or forgets it: the order did not live through it. */
  #flush(of: { readonly isLive: boolean }): void {
    for (const step of this.#circumstances.taken()) if (of.isLive) this.#steps.add(step);
  }

  #summary(): OrderSummary | null {
    if (this.#newest === undefined) return null;
    return {
      client: this.names.client(this.#newest.client),
      report: this.#newest.wire,
      cl_ord_ids: [...this.#clOrdIds],
      in_doubt: this.#doubts.isInDoubt,
    };
  }
}

function orderWords(wire: Fields): string {
  const orderId = textOf(wire, "order_id");
  return orderId === undefined ? "" : `of order ${orderId}: `;
}

/** What of an event is about the target. */
type Matched = {
  readonly isAbout: boolean;
  readonly effects: readonly EffectRecord[];
  /** The event is a known intent that came again. */
  readonly isAgain: boolean;
};

type At = { readonly seqId: number; readonly timeUs: number };

function kindOf({ source }: EventRecord): StepKind {
  switch (source) {
    case "intent":
      return "intent";
    case "broker_report":
      return "venue";
    case "timer":
      return "timer";
    case "market_data":
      return "market";
    default:
      return "daemon";
  }
}

/** The market part that held the event is no longer kept: what it caused still says when. */
function seqOf(effects: readonly EffectRecord[]): number {
  return numberOf(effects[0]?.body ?? {}, "seq_id") ?? 0;
}

function timeOf(effects: readonly EffectRecord[]): number {
  const wires = effects.map(({ body }) => numberOf(inner(body, "wire"), "transact_us"));
  return wires.find((timeUs) => timeUs !== undefined) ?? 0;
}
