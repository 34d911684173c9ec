/**
 * Orders in a checkpoint, with their requests, executions and what is pending on them.
 *
 * Ordering: by order id; executions as they were booked. An intent is named by its id: the state
 * has its clients and intents before its orders are read.
 * @module
 */
import { maybe } from "./checkpoint_table.ts";
import type { TableRow } from "./checkpoint_table.ts";
import type { IntentsRead } from "./checkpoint_clients.ts";
import type { EngineState } from "./state.ts";
import { invariant } from "../invariant.ts";
import { ORDER_STATES } from "../lifecycle.ts";
import { asNode, fromNode, NodeReader } from "../node_reader.ts";
import {
  type ClientIndex,
  clientIndex,
  micros,
  orderId,
  px,
  qty,
  requestId,
  seqId,
} from "../numbers.ts";
import {
  CANCEL_CAUSES,
  type IntentRecord,
  type Order,
  type OrderTerms,
  type PendingCancel,
  type PendingReplace,
  REPLACE_STAGES,
  REQUEST_KINDS,
} from "../order.ts";
import type { Execution } from "../report.ts";
import type { CheckpointNode } from "../timeline.ts";

/** All orders that are kept, as rows. */
export function* orderRows(state: EngineState): Iterable<TableRow> {
  for (const order of state.blotter.values()) yield orderRow(order);
}

/** Reads all orders, and what follows from them: live orders and deadlines. */
export function readOrders(
  state: EngineState,
  rows: readonly NodeReader[],
  of: IntentsRead,
): void {
  const finder = new IntentFinder(state, of);
  for (const row of rows) {
    const order = readOrder(state, row, finder);
    if (!order.isTerminal) state.clients.all[order.client]?.open.add(order);
    readNames(order, row);
    armDeadlines(state, order);
  }
}

/** Its venue's names are not kept yet: they are made of what the orders are called once they are wanted. */
function readNames(order: Order, row: NodeReader): void {
  const former = row.texts("former_venue_order_ids");
  order.formerVenueOrderIds = former.length === 0 ? null : [...former];
  order.venueOrderId = row.textOrNull("venue_order_id");
}

function armDeadlines(state: EngineState, order: Order): void {
  const { lapseDueUs, retryDueUs, lookupDueUs } = order;
  const key = order.id;
  if (lapseDueUs !== null) state.deadlines.push({ dueUs: lapseDueUs, kind: "lapse", key });
  if (retryDueUs !== null) state.deadlines.push({ dueUs: retryDueUs, kind: "retry", key });
  if (lookupDueUs !== null) state.deadlines.push({ dueUs: lookupDueUs, kind: "lookup", key });
}

function termsNode(order: Order): CheckpointNode {
  const { id, client, venue, instrument, side, ordType, timeInForce } = order;
  const { postOnly, reduceOnly, isDryRun } = order;
  const terms = { id, client, venue, instrument, side, ordType, timeInForce, postOnly, reduceOnly };
  return isDryRun ? { ...terms, isDryRun } : terms;
}

function orderRow(order: Order): TableRow {
  return {
    terms: termsNode(order),
    status: order.status,
    is_accepted: order.isAccepted,
    price: order.price,
    order_qty: order.orderQty,
    cum_qty: order.cumQty,
    voided_qty: order.voidedQty,
    notional: order.notional.toString(),
    params: asNode(order.params),
    tag: order.tag,
    bearer: order.bearerId,
    venue_order_id: order.venueOrderId,
    former_venue_order_ids: [...order.formerVenueOrderIds ?? []],
    cl_ord_id: order.clOrdId,
    version: order.version,
    base_version: order.baseVersion,
    base_cum_qty: order.baseCumQty,
    ttl_due_us: order.ttlDueUs,
    expire_us: order.expireUs,
    lapse_due_us: order.lapseDueUs,
    must_cancel: order.mustCancel,
    cancel: cancelNode(order.cancel),
    replace: replaceNode(order.replace),
    requests: requestsNode(order),
    doubt: order.doubt,
    is_doubt_reported: order.isDoubtReported,
    doubt_since_us: order.doubtSinceUs,
    lookup_due_us: order.lookupDueUs,
    retry: order.retry,
    retry_due_us: order.retryDueUs,
    attempts: order.attempts,
    last_report: order.lastReport,
    ended_us: order.endedUs,
    kept_since_us: order.keptSinceUs,
    was_absent: order.wasAbsent,
    reference_px: order.referencePx,
    fills: fillsNode(order),
    seen_keys: [...order.seenKeys],
  };
}

function readOrder(state: EngineState, row: NodeReader, finder: IntentFinder): Order {
  const saved = fromNode<Omit<OrderTerms, "isDryRun"> & { isDryRun?: boolean }>(row.node("terms"));
  const terms = { ...saved, isDryRun: saved.isDryRun ?? false };
  const intents = finder.of(terms.client);
  const order = state.blotter.add(terms, intents.find(row.text("bearer")));
  order.status = row.oneOf("status", ORDER_STATES);
  order.isAccepted = row.flag("is_accepted");
  order.price = maybe(row.integerOrNull("price"), px);
  order.referencePx = maybe(row.integerOrNull("reference_px"), px);
  order.orderQty = qty(row.integer("order_qty"));
  order.cumQty = qty(row.integer("cum_qty"));
  order.voidedQty = qty(row.integer("voided_qty"));
  order.notional = BigInt(row.text("notional"));
  order.params = fromNode(row.node("params"));
  order.tag = row.textOrNull("tag");
  order.keyVersion = state.blotter.keys.parse(row.text("cl_ord_id"))?.version ?? 0;
  order.version = row.integer("version");
  order.baseVersion = row.integer("base_version");
  order.baseCumQty = qty(row.integer("base_cum_qty"));
  order.cancel = readCancel(row.node("cancel"), intents);
  order.replace = readReplace(row.node("replace"), intents);
  readTimes(order, row);
  readDoubt(order, row);
  for (const request of row.rows("requests")) readRequest(order, request);
  readFills(order, row);
  for (const key of row.texts("seen_keys")) order.hasSeen(key);
  return order;
}

function readTimes(order: Order, row: NodeReader): void {
  order.ttlDueUs = maybe(row.integerOrNull("ttl_due_us"), micros);
  order.expireUs = maybe(row.integerOrNull("expire_us"), micros);
  order.lapseDueUs = maybe(row.integerOrNull("lapse_due_us"), micros);
  order.endedUs = maybe(row.integerOrNull("ended_us"), micros);
  const keptSince = row.has("kept_since_us") ? "kept_since_us" : "ended_us";
  order.keptSinceUs = maybe(row.integerOrNull(keptSince), micros);
  order.lastReport = row.integer("last_report");
  order.wasAbsent = row.flag("was_absent");
  const isMust = row.node("must_cancel") !== null;
  order.mustCancel = isMust ? row.oneOf("must_cancel", CANCEL_CAUSES) : null;
}

function readDoubt(order: Order, row: NodeReader): void {
  order.doubt = row.integer("doubt");
  order.isDoubtReported = row.flag("is_doubt_reported");
  order.doubtSinceUs = maybe(row.integerOrNull("doubt_since_us"), micros);
  order.lookupDueUs = maybe(row.integerOrNull("lookup_due_us"), micros);
  order.retry = row.integer("retry");
  order.retryDueUs = maybe(row.integerOrNull("retry_due_us"), micros);
  order.attempts = row.integer("attempts");
}

/** Finds intents by id. @throws {InvariantError} If one is not remembered. */
class IntentFinder {
  readonly #state: EngineState;
  readonly #unknown: readonly IntentRecord[];
  #client: ClientIndex = clientIndex(0);

  constructor(state: EngineState, { unknown }: IntentsRead) {
    this.#state = state;
    this.#unknown = unknown;
  }

  /** Turns to one client. */
  of(client: ClientIndex): this {
    this.#client = client;
    return this;
  }

  find(intentId: string): IntentRecord {
    const { blotter } = this.#state;
    const client = this.#client;
    const isMeant = (by: IntentRecord): boolean => by.intentId === intentId && by.client === client;
    const known = blotter.intents.find(client, intentId) ?? this.#unknown.find(isMeant);
    invariant(known !== undefined, "An order of a checkpoint must have its intents");
    return known;
  }

  /** A CancelAll may be forgotten before it is done, and its id be spent again: its own comes first. */
  findCancelAll(intentId: string): IntentRecord {
    for (const { by } of this.#state.clients.all[this.#client]?.cancelAlls ?? []) {
      if (by.intentId === intentId) return by;
    }
    return this.find(intentId);
  }
}

function cancelNode(cancel: PendingCancel | null): CheckpointNode {
  return cancel === null ? null : { cause: cancel.cause, by: cancel.by?.intentId ?? null };
}

function readCancel(node: CheckpointNode, intents: IntentFinder): PendingCancel | null {
  if (node === null) return null;
  const cancel = new NodeReader(node);
  const cause = cancel.oneOf("cause", CANCEL_CAUSES);
  const by = cancel.textOrNull("by");
  if (by === null) return { cause, by };
  return { cause, by: cause === "cancelAll" ? intents.findCancelAll(by) : intents.find(by) };
}

function replaceNode(replace: PendingReplace | null): CheckpointNode {
  if (replace === null) return null;
  return {
    by: replace.by.intentId,
    stage: replace.stage,
    orig_intent_id: replace.origIntentId,
    order_qty: replace.orderQty,
    price: replace.price,
    ttl_due_us: replace.ttlDueUs,
    expire_us: replace.expireUs,
    tag: replace.tag,
    params: asNode(replace.params),
    cl_ord_id: replace.clOrdId,
  };
}

function readReplace(node: CheckpointNode, intents: IntentFinder): PendingReplace | null {
  if (node === null) return null;
  const replace = new NodeReader(node);
  return {
    by: intents.find(replace.text("by")),
    stage: replace.oneOf("stage", REPLACE_STAGES),
    origIntentId: replace.text("orig_intent_id"),
    orderQty: qty(replace.integer("order_qty")),
    price: maybe(replace.integerOrNull("price"), px),
    ttlDueUs: maybe(replace.integerOrNull("ttl_due_us"), micros),
    expireUs: maybe(replace.integerOrNull("expire_us"), micros),
    tag: replace.textOrNull("tag"),
    params: fromNode(replace.node("params")),
    clOrdId: replace.textOrNull("cl_ord_id"),
  };
}

function requestsNode(order: Order): CheckpointNode {
  const requests: CheckpointNode[] = [];
  for (const kind of REQUEST_KINDS) {
    const id = order.requestOf(kind);
    if (id !== null) requests.push({ kind, id, sent_us: order.sentUsOf(kind) });
  }
  return requests;
}

function readRequest(order: Order, node: NodeReader): void {
  const kind = node.oneOf("kind", REQUEST_KINDS);
  order.setRequest(kind, requestId(node.integer("id")));
  order.setSentUs(kind, maybe(node.integerOrNull("sent_us"), micros));
}

function fillsNode(order: Order): CheckpointNode {
  const fills: CheckpointNode[] = [];
  for (const fill of order.fills) {
    fills.push({
      execution: asNode(fill.execution),
      corrected_as: [...fill.correctedAs ?? []],
      peak_qty: fill.peakQty,
      booked: fill.booked,
      base_version: fill.baseVersion,
      tag: fill.tag,
      is_voided: fill.isVoided,
      is_provisional: fill.isProvisional,
    });
  }
  return fills;
}

function readFills(order: Order, row: NodeReader): void {
  let executed = 0;
  for (const fill of row.rows("fills")) {
    const correctedAs = fill.texts("corrected_as");
    // A checkpoint that does not say it: what was executed before the order was placed anew is older.
    const baseVersion = executed < order.baseCumQty ? 0 : order.baseVersion;
    executed += fill.integer("peak_qty");
    order.addFill({
      execution: fromNode<Execution>(fill.node("execution")),
      correctedAs: correctedAs.length === 0 ? null : [...correctedAs],
      peakQty: qty(fill.integer("peak_qty")),
      booked: seqId(fill.integer("booked")),
      baseVersion: fill.has("base_version") ? fill.integer("base_version") : baseVersion,
      tag: fill.textOrNull("tag"),
      isVoided: fill.flag("is_voided"),
      isProvisional: fill.flag("is_provisional"),
      next: null,
    });
  }
}

/** Writes the ids of ended orders, as they retire. */
export function endedNode(state: EngineState): CheckpointNode {
  return [...state.blotter.ended].map(({ id }) => id);
}

/** Reads the ids of ended orders into a state that has its orders. */
export function readEnded(state: EngineState, ids: readonly number[]): void {
  for (const id of ids) {
    const order = state.blotter.get(orderId(id));
    invariant(order !== undefined, "An ended order of a checkpoint must be kept");
    state.blotter.ended.add(order);
  }
}
