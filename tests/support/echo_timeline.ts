/**
 * A small machine with every kind of effect, for tests of the journal: it answers each intent with
 * a report, a transition and a command, and counts everything into its digest.
 * @module
 */
import type { Effects } from "../../core/effects.ts";
import type { Draft, Event } from "../../core/event.ts";
import {
  clientIndex,
  instrumentId,
  type Micros,
  micros,
  orderId,
  qty,
  requestId,
  type SeqId,
  seqId,
  venueId,
} from "../../core/numbers.ts";
import type { ExecutionReport } from "../../core/report.ts";
import type { Checkpoint, Timeline } from "../../core/timeline.ts";
import type { View } from "../../core/view.ts";

/** Clients are the sessions modulo this. */
const CLIENTS = 3;

export class EchoTimeline implements Timeline {
  #seq: number;
  #nowUs: number;
  #hash: number;
  readonly #reportSeqs: number[];

  constructor(from?: Checkpoint) {
    this.#seq = from?.seqId ?? 0;
    this.#nowUs = from?.ingestTime ?? 0;
    this.#hash = from === undefined ? 1 : parseInt(from.digest, 16);
    this.#reportSeqs = Array.isArray(from?.engine) ? from.engine.map(Number) : [0, 0, 0];
  }

  get seqId(): SeqId {
    return seqId(this.#seq);
  }

  get nowUs(): Micros {
    return micros(this.#nowUs);
  }

  get digest(): string {
    return this.#hash.toString(16).padStart(16, "0");
  }

  get view(): View {
    return { instruments: [] } as unknown as View;
  }

  apply(event: Event, effects: Effects): void {
    effects.clear();
    this.#seq = event.seqId;
    this.#nowUs = event.ingestTime;
    this.#hash = (Math.imul(this.#hash, 31) + event.seqId + event.eventType.length) >>> 0;
    if (event.eventType === "Stopping" && event.payload.reason === "poison") {
      throw new Error("poison");
    }
    if (event.eventType === "IntentReceived") this.#answer(event, effects);
    if (event.eventType === "TradePrinted" && event.payload.qty > 5) {
      effects.alarms.push({ code: "BIG", text: `a "big" trade at ${event.seqId}` });
    }
  }

  #answer(event: Event<"IntentReceived">, effects: Effects): void {
    const client = event.payload.session % CLIENTS;
    const reportSeq = (this.#reportSeqs[client] ?? 0) + 1;
    this.#reportSeqs[client] = reportSeq;
    effects.transitions.push({
      kind: "order",
      order: orderId(event.seqId),
      from: "Created",
      to: "Submitted",
      reason: "intent",
    });
    effects.reports.push(
      {
        client: clientIndex(client),
        reportSeq,
        seqId: event.seqId,
        intentId: event.payload.intent.intentId,
        execType: "PendingNew",
        ordStatus: "Submitted",
        order: null,
        tag: event.payload.intent.tag,
        transactUs: event.ingestTime,
      } satisfies ExecutionReport,
    );
    effects.commands.push({
      kind: "Submit",
      seqId: event.seqId,
      request: requestId(event.seqId),
      venue: venueId(0),
      instrument: instrumentId(0),
      order: orderId(event.seqId),
      clOrdId: `tl-${event.seqId}-1`,
      venueOrderId: null,
      side: "Buy",
      ordType: "Market",
      timeInForce: "IOC",
      expireUs: null,
      price: null,
      orderQty: qty(1),
      postOnly: false,
      reduceOnly: false,
      params: null,
    });
  }

  nextDeadlineUs(): undefined {}
  nextOutputUs(): undefined {}
  takeOutputs(): Draft[] {
    return [];
  }

  checkpoint(): Checkpoint {
    return {
      version: 1,
      engineVersion: "test-1",
      seqId: this.#seq,
      ingestTime: this.#nowUs,
      digest: this.digest,
      engine: [...this.#reportSeqs],
      simulators: [],
    };
  }
}

/** A report's wire text for tests. */
export function encodeEchoReport(report: ExecutionReport): string {
  return JSON.stringify({
    type: "ExecutionReport",
    report_seq: report.reportSeq,
    seq_id: report.seqId,
    intent_id: report.intentId,
    tag: report.tag,
  });
}
