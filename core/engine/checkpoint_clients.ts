/**
 * Clients, intents and fills in a checkpoint.
 *
 * Ordering: clients by number; intents and fills as they retire, oldest first, those that are kept
 * with their order before the rest.
 * @module
 */
import { maybe, type TableRow, toTable } from "./checkpoint_table.ts";
import type { AwaitedOrders } from "../cancel_alls.ts";
import { Client, type ClientFill, rowOf } from "../clients.ts";
import type { EngineState } from "./state.ts";
import { TRADING_STATES } from "../intent.ts";
import { invariant } from "../invariant.ts";
import { asNode, fromNode, type NodeReader } from "../node_reader.ts";
import { clientIndex, micros, orderId, sessionId } from "../numbers.ts";
import { INTENT_ACTIONS, type IntentFields, type IntentRecord } from "../slots/intents.ts";
import type { Bucket } from "../pacing.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { FillRow } from "../view.ts";

/** Writes all clients. */
export function clientsNode(state: EngineState): CheckpointNode {
  return toTable(state.clients.all.map((client) => ({
    name: client.name,
    report_seq: client.reportSeq,
    checked_report_seq: client.checkedReportSeq,
    trading_state: client.tradingState,
    session: client.session,
    cancel_on_disconnect: client.cancelOnDisconnect,
    cancel_grace_ms: client.cancelGraceMs,
    grace_due_us: client.graceDueUs,
    bucket: bucketNode(client.bucket),
  })));
}

/** Reads all clients into an empty state. */
export function readClients(state: EngineState, rows: readonly NodeReader[]): void {
  for (const row of rows) {
    const client = new Client(clientIndex(state.clients.all.length), row.text("name"));
    client.reportSeq = row.integer("report_seq");
    client.checkedReportSeq = row.integer("checked_report_seq");
    client.tradingState = row.oneOf("trading_state", TRADING_STATES);
    client.session = maybe(row.integerOrNull("session"), sessionId);
    client.cancelOnDisconnect = row.flag("cancel_on_disconnect");
    client.cancelGraceMs = row.integer("cancel_grace_ms");
    client.graceDueUs = maybe(row.integerOrNull("grace_due_us"), micros);
    client.bucket = readBucket(row.node("bucket"));
    state.clients.add(client);
    if (client.graceDueUs === null) continue;
    state.deadlines.push({ dueUs: client.graceDueUs, kind: "grace", key: client.index });
  }
}

/** The intents that are remembered, as rows. */
export function* intentRows(state: EngineState): Iterable<TableRow> {
  const { intents } = state.blotter;
  for (const order of state.blotter.values()) {
    for (const record of intents.heldBy(order)) yield intentRow(record, { held: true });
  }
  for (const record of intents.queued()) yield intentRow(record, { held: false });
}

function intentRow(record: IntentRecord, of: { readonly held: boolean }): TableRow {
  return { ...recordRow(record), held: of.held, known: record.isKnown };
}

/** Intents for the orders of a checkpoint, which are read after them. */
export type IntentsRead = {
  /** Those that mean an order; `isHeld`: kept with it. Oldest first for each order. */
  readonly bound: { readonly record: IntentRecord; readonly isHeld: boolean }[];
  /** Those that are not found by their id: an order may mean one all the same. */
  readonly unknown: IntentRecord[];
};

/** Reads the intents. Hand what it returns to {@link holdIntents} when the orders are read. */
export function readIntents(state: EngineState, rows: readonly NodeReader[]): IntentsRead {
  const { intents } = state.blotter;
  const bound: IntentsRead["bound"][number][] = [];
  const unknown: IntentRecord[] = [];
  for (const row of rows) {
    const isKnown = !row.has("known") || row.flag("known");
    const record = intents.restore(readRecord(row), { isKnown });
    const isHeld = row.flag("held");
    if (!isHeld) intents.enqueue(record);
    if (record.order !== null) bound.push({ record, isHeld });
    if (!isKnown) unknown.push(record);
  }
  return { bound, unknown };
}

/** Lets the orders keep what they kept. */
export function holdIntents(state: EngineState, { bound }: IntentsRead): void {
  const { intents } = state.blotter;
  for (const { record, isHeld } of bound) {
    const order = record.order === null ? undefined : state.blotter.get(record.order);
    invariant(order !== undefined || !isHeld, "An intent that is held must have its order");
    if (order !== undefined) intents.bind(record, order);
    if (isHeld) intents.hold(record);
  }
}

/**
 * Writes the CancelAlls that have not settled. Each brings its intent, which may be forgotten; of
 * those that wait for the same orders the first names them.
 */
export function cancelAllsNode(state: EngineState): CheckpointNode {
  const named = new Set<AwaitedOrders>();
  return toTable(
    state.clients.all.flatMap((client) =>
      [...client.cancelAlls].map(({ by, taken, cancelledBefore, orders }) => {
        const isNamed = named.has(orders);
        named.add(orders);
        return {
          ...recordRow(by),
          taken,
          cancelled: orders.cancelled - cancelledBefore,
          waiting_for: isNamed ? null : [...orders.waitingFor],
          instrument: orders.instrument,
        };
      })
    ),
  );
}

/** Reads the CancelAlls into a state that has its intents. */
export function readCancelAlls(state: EngineState, rows: readonly NodeReader[]): void {
  for (const row of rows) {
    const by = pinRecord(state, row);
    const isShared = row.node("waiting_for") === null;
    state.clients.all[by.client]?.cancelAlls.restore(by, {
      // An older checkpoint does not say which; it names the orders of each.
      instrument: row.has("instrument") ? row.textOrNull("instrument") : null,
      taken: row.integer("taken"),
      cancelled: row.integer("cancelled"),
      waitingFor: isShared ? null : row.integers("waiting_for").map(orderId),
    });
  }
}

/** The fills that are kept, as rows. */
export function* fillRows(state: EngineState): Iterable<TableRow> {
  for (const fill of state.blotter.fills) {
    yield { client: fill.client, ingest_us: fill.ingestUs, row: asNode(rowOf(fill)) };
  }
}

/** Reads the fills. */
export function readFills(state: EngineState, rows: readonly NodeReader[]): void {
  for (const row of rows) {
    const fill: ClientFill = {
      client: clientIndex(row.integer("client")),
      ingestUs: micros(row.integer("ingest_us")),
      ...fromNode<FillRow>(row.node("row")),
    };
    state.blotter.fills.push(fill);
    state.clients.all[fill.client]?.fills.push(fill);
  }
}

/** Writes a bucket. */
export function bucketNode(bucket: Bucket | null): CheckpointNode {
  return bucket === null ? null : [bucket.level, bucket.atUs];
}

/** Reads a bucket. */
export function readBucket(node: CheckpointNode): Bucket | null {
  if (node === null) return null;
  invariant(Array.isArray(node), "A bucket of a checkpoint must be a list");
  const [level, atUs] = node;
  invariant(typeof level === "number" && typeof atUs === "number", "A bucket must be two numbers");
  return { level, atUs: micros(atUs) };
}

/** Pins the remembered record that a row names, or the row's own. */
function pinRecord(state: EngineState, row: NodeReader): IntentRecord {
  const { intents } = state.blotter;
  const fields = readRecord(row);
  const known = intents.find(fields.client, fields.intentId);
  const isSame = known?.ingestUs === fields.ingestUs;
  const record = isSame ? known : intents.restore(fields, { isKnown: false });
  intents.pin(record);
  if (!isSame) intents.forget(record.slot); // the pin keeps it until the CancelAll is done
  return record;
}

function recordRow(record: IntentRecord): TableRow {
  return {
    intent_id: record.intentId,
    client: record.client,
    action: record.action,
    content_low: record.contentLow,
    content_high: record.contentHigh,
    sent_us: record.sentUs,
    recv_us: record.recvUs,
    ingest_us: record.ingestUs,
    tag: record.tag,
    order: record.order,
    newest_report: record.newestReport,
  };
}

function readRecord(row: NodeReader): IntentFields {
  return {
    intentId: row.text("intent_id"),
    client: clientIndex(row.integer("client")),
    action: row.oneOf("action", INTENT_ACTIONS),
    contentLow: row.integer("content_low"),
    contentHigh: row.integer("content_high"),
    sentUs: micros(row.integer("sent_us")),
    recvUs: micros(row.integer("recv_us")),
    ingestUs: micros(row.integer("ingest_us")),
    tag: row.textOrNull("tag"),
    order: maybe(row.integerOrNull("order"), orderId),
    newestReport: row.integerOrNull("newest_report"),
  };
}
