/**
 * Proves for R-WIRE-1, R-WIRE-3: reports are encoded to the exact bytes of the vectors, whatever
 * a report holds is valid by the published schema, and a repetition changes nothing else.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { clientIndex, instrumentId, micros, orderId, px, qty, seqId } from "../../core/numbers.ts";
import { REFUSAL_CODES, VENUE_REJECT_CODES } from "../../core/reject_code.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Execution, ExecutionReport, OrderFields } from "../../core/report.ts";
import { ByteWriter } from "../../wire/byte_writer.ts";
import { encodeOrderRow, withPossDup, writeReport } from "../../wire/encode_report.ts";
import { executionReportSchema, orderRowSchema } from "../../wire/schema_server.ts";
import { PAPER_BTC } from "../support/paper_instrument.ts";
import { readVectors } from "../support/wire_vectors.ts";

/** The JSON that `writeReport` writes. */
function encodeReport(report: ExecutionReport, instruments: readonly Instrument[]): string {
  const to = new ByteWriter();
  writeReport(to, report, instruments);
  return to.textFrom(0);
}

const order: OrderFields = {
  orderId: orderId(17),
  venueOrderId: "9001",
  instrument: PAPER_BTC.id,
  side: "Buy",
  ordType: "Limit",
  timeInForce: "GTC",
  price: px(10_025),
  orderQty: qty(5_000),
  cumQty: qty(0),
  leavesQty: qty(5_000),
  notional: 0n,
};
const execution: Execution = {
  execId: "t1",
  lastQty: qty(2_000),
  lastPx: px(10_025),
  liquidity: "Maker",
  commission: "0.02005",
  commissionCurrency: "USDT",
};
const partly = { ...order, cumQty: qty(2_000), leavesQty: qty(3_000), notional: 20_050_000n };
const done = { ...order, leavesQty: qty(0) };

function report(reportSeq: number, more: Partial<ExecutionReport> = {}): ExecutionReport {
  return {
    client: clientIndex(0),
    reportSeq,
    seqId: seqId(reportSeq + 100),
    intentId: "a-1",
    execType: "New",
    ordStatus: "Accepted",
    order,
    tag: null,
    transactUs: micros(1_700_000_000_000_100),
    ...more,
  };
}

const stamps = {
  eventUs: micros(1_700_000_000_000_090),
  sentUs: micros(1_699_999_999_999_900),
  recvUs: micros(1_700_000_000_000_050),
  journalUs: micros(1_700_000_000_000_060),
  submitUs: micros(1_700_000_000_000_070),
  ackUs: micros(1_700_000_000_000_095),
};

/** What each vector is the encoding of. Vectors without a row come from elsewhere on the wire. */
const REPORTS: Readonly<Record<string, ExecutionReport>> = {
  "report PendingNew": report(1, {
    execType: "PendingNew",
    ordStatus: "Submitted",
    order: { ...order, venueOrderId: null },
    tag: 'é"\\\n',
    sentUs: stamps.sentUs,
    recvUs: stamps.recvUs,
  }),
  "report New with every stamp": report(2, stamps),
  "report Trade, partial": report(3, {
    execType: "Trade",
    ordStatus: "PartiallyFilled",
    order: partly,
    execution,
    eventUs: stamps.eventUs,
  }),
  "report Trade that completes; the average is rounded half to even": report(4, {
    execType: "Trade",
    ordStatus: "Filled",
    order: {
      ...order,
      orderQty: qty(3_000),
      cumQty: qty(3_000),
      leavesQty: qty(0),
      notional: 30_074_000n,
    },
    execution: {
      ...execution,
      execId: "t2",
      lastQty: qty(1_000),
      lastPx: px(10_024),
      liquidity: null,
      commission: "-0.001",
    },
  }),
  "report Trade, late, inferred and provisional": report(5, {
    execType: "Trade",
    ordStatus: "Cancelled",
    order: { ...partly, leavesQty: qty(0) },
    execution,
    late: true,
    inferred: true,
    provisional: true,
  }),
  "report Trade while a cancel is pending": report(6, {
    execType: "Trade",
    ordStatus: "CancelPending",
    order: partly,
    execution,
  }),
  "report TradeCancel": report(8, {
    execType: "TradeCancel",
    execution: { ...execution, execId: "t5" },
    execRefId: "t1",
  }),
  "report TradeCorrect": report(9, {
    execType: "TradeCorrect",
    ordStatus: "PartiallyFilled",
    order: { ...order, cumQty: qty(1_000), leavesQty: qty(4_000), notional: 10_025_000n },
    execution: { ...execution, execId: "t6", lastQty: qty(1_000), commission: "0.01" },
    execRefId: "t1",
  }),
  "report PendingCancel in doubt": report(10, {
    intentId: "c-1",
    origIntentId: "a-1",
    execType: "PendingCancel",
    ordStatus: "CancelPending",
    inDoubt: true,
  }),
  "report Cancelled by CancelAll": report(11, {
    causeIntentId: "all-1",
    execType: "Cancelled",
    ordStatus: "Cancelled",
    order: done,
  }),
  "report PendingReplace": report(12, {
    intentId: "b-1",
    origIntentId: "a-1",
    execType: "PendingReplace",
    ordStatus: "ReplacePending",
  }),
  "report Replaced": report(13, {
    intentId: "b-1",
    origIntentId: "a-1",
    execType: "Replaced",
    order: { ...order, orderQty: qty(7_500), leavesQty: qty(7_500), price: px(10_100) },
  }),
  "report Rejected here: no order": report(14, {
    execType: "Rejected",
    ordStatus: "Rejected",
    order: null,
    rejectCode: "MAX_QTY",
    text: "order_qty 5 is above max_order_qty 1 (venues[0].instruments[0].limits.max_order_qty)",
  }),
  "report Rejected by schema": report(15, {
    execType: "Rejected",
    ordStatus: "Rejected",
    order: null,
    tag: "t",
    rejectCode: "SCHEMA",
    text: 'order_qty: must be a decimal string such as "0.5": was 1e400',
  }),
  "report Rejected by the venue": report(16, {
    execType: "Rejected",
    ordStatus: "Rejected",
    order: done,
    rejectCode: "VENUE_POST_ONLY",
    text: "would cross",
  }),
  "report CancelRejected": report(17, {
    intentId: "c-2",
    origIntentId: "a-1",
    execType: "CancelRejected",
    ordStatus: "Filled",
    order: { ...done, cumQty: qty(5_000), notional: 50_125_000n },
    rejectCode: "ILLEGAL_TRANSITION",
    text: "order 17 is Filled",
  }),
  "report ReplaceRejected": report(18, {
    intentId: "b-2",
    origIntentId: "a-1",
    execType: "ReplaceRejected",
    ordStatus: "Cancelled",
    order: done,
    rejectCode: "VENUE_REJECTED",
    text: "the old order was lost",
  }),
  "report Expired": report(19, { execType: "Expired", ordStatus: "Expired", order: done }),
  "report of a Market order, IOC, dry run": report(20, {
    order: { ...order, ordType: "Market", timeInForce: "IOC", price: null },
    dryRun: true,
  }),
  "report Restated": report(21, {
    execType: "Restated",
    order: { ...order, orderQty: qty(4_000), leavesQty: qty(4_000) },
  }),
  "report OrderStatus out of doubt": report(22, { execType: "OrderStatus" }),
  "report IntentDone": report(23, {
    intentId: "n-1",
    execType: "IntentDone",
    ordStatus: null,
    order: null,
    tag: "ping",
  }),
  "report IntentDone of a CancelAll": report(24, {
    intentId: "all-1",
    execType: "IntentDone",
    ordStatus: null,
    order: null,
    text: "2 orders cancelled, 1 already filled",
  }),
  "report of an external order": report(25, { intentId: null }),
};
/** Repeated word for word, or made by another build: nothing here encodes them. */
const NOT_ENCODED = ["report Trade with several fills", "report repeated"];

const vectors = readVectors<{ readonly name: string; readonly body: string }>("daemon_messages");
for (const { name, body } of vectors.vectors) {
  if (!name.startsWith("report ") || NOT_ENCODED.includes(name)) continue;
  Deno.test(`writeReport() gives the bytes of the vector: ${name}`, () => {
    const source = REPORTS[name];
    ok(source !== undefined, "every report vector needs its report here");
    strictEqual(encodeReport(source, [PAPER_BTC]), body);
  });
}

function bodyOf(name: string): string {
  return vectors.vectors.find((vector) => vector.name === name)?.body ?? "";
}

Deno.test("withPossDup() gives the bytes of the vector: report repeated", () => {
  strictEqual(withPossDup(bodyOf("report New with every stamp")), bodyOf("report repeated"));
});

const SET = true;
const flag = fc.constant<typeof SET>(SET);
const text = fc.string({ maxLength: 12, size: "max", unit: "binary" });
const micro = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map(micros);
const quantity = fc.nat(10_000_000_000).map(qty);
const scales = fc.record({ price: fc.nat(15), quantity: fc.nat(15) });
const orders = fc.record({
  orderId: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).map(orderId),
  venueOrderId: fc.option(text),
  instrument: fc.constant(instrumentId(0)),
  side: fc.constantFrom("Buy", "Sell"),
  ordType: fc.constantFrom("Limit", "Market"),
  timeInForce: fc.constantFrom("GTC", "IOC", "FOK", "GTD", "DAY"),
  price: fc.option(fc.maxSafeInteger().map(px)),
  orderQty: quantity,
  cumQty: quantity,
  leavesQty: quantity,
  notional: fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
});
const reports = fc.record({
  client: fc.constant(clientIndex(0)),
  reportSeq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  seqId: fc.nat().map(seqId),
  intentId: fc.option(text),
  origIntentId: text,
  causeIntentId: text,
  execType: fc.constantFrom("New", "Trade", "TradeCancel", "IntentDone"),
  ordStatus: fc.option(fc.constantFrom("Accepted", "Filled", "Rejected")),
  order: fc.option(orders),
  tag: fc.option(text),
  execution: fc.record({
    execId: text,
    lastQty: quantity,
    lastPx: fc.maxSafeInteger().map(px),
    liquidity: fc.constantFrom("Maker", "Taker", null),
    commission: fc.constantFrom("0", "-0.5", "12.25"),
    commissionCurrency: text,
  }),
  execRefId: text,
  rejectCode: fc.constantFrom(...REFUSAL_CODES, ...VENUE_REJECT_CODES),
  text,
  inDoubt: flag,
  late: flag,
  inferred: flag,
  provisional: flag,
  dryRun: flag,
  eventUs: micro,
  transactUs: micro,
  sentUs: micro,
  recvUs: micro,
  journalUs: micro,
  submitUs: micro,
  ackUs: micro,
}, {
  requiredKeys: [
    "client",
    "reportSeq",
    "seqId",
    "intentId",
    "execType",
    "ordStatus",
    "order",
    "tag",
    "transactUs",
  ],
});

Deno.test("writeReport() is valid by the schema and loses no text, on random reports", () => {
  fc.assert(
    fc.property(reports, scales, (source, scale) => {
      const instrument = {
        ...PAPER_BTC,
        priceRule: { ...PAPER_BTC.priceRule, scale: scale.price },
        qtyRule: { ...PAPER_BTC.qtyRule, scale: scale.quantity },
      };
      const parsed = executionReportSchema.parse(JSON.parse(encodeReport(source, [instrument])));
      strictEqual(parsed.intent_id, source.intentId?.toWellFormed() ?? null);
      strictEqual(parsed.tag, source.tag?.toWellFormed() ?? null);
      strictEqual(parsed.text, source.text?.toWellFormed());
      strictEqual(parsed.report_seq, source.reportSeq);
      strictEqual(parsed.transact_us, source.transactUs);
      strictEqual(parsed.ack_us, source.ackUs);
      strictEqual(parsed.order_id, source.order === null ? null : String(source.order.orderId));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("withPossDup() adds poss_dup and nothing else, on random reports", () => {
  fc.assert(
    fc.property(reports, (source) => {
      const once = encodeReport(source, [PAPER_BTC]);
      const { poss_dup, ...rest } = JSON.parse(withPossDup(once));
      ok(poss_dup === true);
      deepStrictEqual(rest, JSON.parse(once));
    }),
    { numRuns: 300 },
  );
});

Deno.test("encodeOrderRow() is the report without report_seq", () => {
  const row = orderRowSchema.parse(JSON.parse(encodeOrderRow(report(5), [PAPER_BTC])));
  const { report_seq, ...rest } = JSON.parse(encodeReport(report(5), [PAPER_BTC]));
  strictEqual(report_seq, 5);
  deepStrictEqual(row, rest);
});

Deno.test("writeReport() refuses an instrument that is not listed", () => {
  throws(() => encodeReport(report(1), []), /instrument must be listed: was 0/);
});
