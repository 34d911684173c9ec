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
import type { ByteWriter } from "../../wire/byte_writer.ts";

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
      effects.alarms.push({ code: "EXTERNAL_FILL", text: `a "big" trade at ${event.seqId}` });
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

  *checkpointPieces(): Generator<string, void> {
    yield JSON.stringify(this.checkpoint());
  }
}

/** Writes a report's wire text for tests. */
export function writeEchoReport(to: ByteWriter, report: ExecutionReport): void {
  to.raw(encodeEchoReport(report));
}

/**
 * A report's wire text for tests: every second one is a trade of 2 at 10 or 11, bought by clients 0
 * and 1, sold by client 2.
 */
function encodeEchoReport(report: ExecutionReport): string {
  const isTrade = report.seqId % 8 === 0;
  return JSON.stringify({
    type: "ExecutionReport",
    v: 1,
    report_seq: report.reportSeq,
    seq_id: report.seqId,
    intent_id: report.intentId,
    order_id: String(report.seqId),
    venue_order_id: null,
    instrument: "paper:A/B",
    side: report.client === 2 ? "Sell" : "Buy",
    ord_type: "Limit",
    time_in_force: "GTC",
    price: "11",
    order_qty: "2",
    tag: report.tag,
    exec_type: isTrade ? "Trade" : "PendingNew",
    ord_status: isTrade ? "Filled" : "Submitted",
    cum_qty: isTrade ? "2" : "0",
    leaves_qty: isTrade ? "0" : "2",
    avg_px: isTrade ? "10" : null,
    transact_us: report.transactUs,
    ...(isTrade ? tradeFields(report) : {}),
  });
}

function tradeFields(report: ExecutionReport): Readonly<Record<string, string>> {
  return {
    exec_id: `e-${report.seqId}`,
    last_qty: "2",
    last_px: report.seqId % 16 === 0 ? "10" : "11",
    liquidity: "Maker",
    commission: "0.001",
    commission_currency: "B",
  };
}
