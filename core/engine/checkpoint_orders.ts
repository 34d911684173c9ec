/**
 * Orders in a checkpoint, with their requests, executions and what is pending on them.
 *
 * Ordering: by order id; executions as they were booked. An intent is named by its id: the state
 * has its clients and intents before its orders are read.
 * @module
 */
import {
  asNode,
  fromNode,
  maybe,
  oneOf,
  readTable,
  textOrNull,
  toTable,
} from "./checkpoint_table.ts";
import type { TableRow } from "./checkpoint_table.ts";
import type { EngineState } from "./state.ts";
import { invariant } from "../invariant.ts";
import { ORDER_STATES } from "../lifecycle.ts";
import { NodeReader } from "../node_reader.ts";
import { type ClientIndex, micros, orderId, px, qty, requestId } from "../numbers.ts";
import {
  type CancelCause,
  type IntentRecord,
  Order,
  type OrderTerms,
  type PendingCancel,
  type PendingReplace,
  type Request,
  type RequestKind,
  requestOf,
  setRequest,
} from "../order.ts";
import type { Execution } from "../report.ts";
import type { CheckpointNode } from "../timeline.ts";

const KINDS: readonly RequestKind[] = ["Submit", "Cancel", "Replace", "Lookup"];
const CAUSES: readonly CancelCause[] = ["intent", "cancelAll", "lapse", "disconnect", "kill"];
const STAGES: readonly PendingReplace["stage"][] = ["native", "cancelling", "placing"];

/** Writes all orders that are kept. */
export function ordersNode(state: EngineState): CheckpointNode {
  return toTable([...state.blotter.values()].map(orderRow));
}

/** Reads all orders, and what follows from them: live orders, names at the venue, deadlines. */
export function readOrders(state: EngineState, node: CheckpointNode): void {
  for (const row of readTable(node)) {
    const order = readOrder(state, row);
    const { id, client } = order.terms;
    state.blotter.add(order);
    if (!order.isTerminal) state.clients.all[client]?.open.add(id);
    readNames(state, order, row);
    armDeadlines(state, order);
  }
}

function readNames(state: EngineState, order: Order, row: NodeReader): void {
  const former = row.texts("former_venue_order_ids");
  const name = textOrNull(row, "venue_order_id");
  for (const each of former) state.blotter.nameAtVenue(order, each);
  if (name !== null) state.blotter.nameAtVenue(order, name);
  order.formerVenueOrderIds = former.length === 0 ? null : [...former];
  order.venueOrderId = name;
}

function armDeadlines(state: EngineState, order: Order): void {
  const { lapseDueUs, retryDueUs, lookupDueUs } = order;
  const key = order.terms.id;
  if (lapseDueUs !== null) state.deadlines.push({ dueUs: lapseDueUs, kind: "lapse", key });
  if (retryDueUs !== null) state.deadlines.push({ dueUs: retryDueUs, kind: "retry", key });
  if (lookupDueUs !== null) state.deadlines.push({ dueUs: lookupDueUs, kind: "lookup", key });
}

function orderRow(order: Order): TableRow {
  return {
    terms: asNode(order.terms),
    status: order.status,
    is_accepted: order.isAccepted,
    price: order.price,
    order_qty: order.orderQty,
    cum_qty: order.cumQty,
    voided_qty: order.voidedQty,
    notional: order.notional.toString(),
    params: asNode(order.params),
    tag: order.tag,
    bearer: order.bearer.intentId,
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
    was_absent: order.wasAbsent,
    reference_px: order.referencePx,
    fills: fillsNode(order),
    seen_keys: [...order.seenKeys ?? []],
  };
}

function readOrder(state: EngineState, row: NodeReader): Order {
  const terms = fromNode<OrderTerms>(row.node("terms"));
  const intents = new IntentFinder(state, terms.client);
  const order = new Order(terms, intents.find(row.text("bearer")));
  order.status = oneOf(row.text("status"), ORDER_STATES);
  order.isAccepted = row.flag("is_accepted");
  order.price = maybe(row.integerOrNull("price"), px);
  order.referencePx = maybe(row.integerOrNull("reference_px"), px);
  order.orderQty = qty(row.integer("order_qty"));
  order.cumQty = qty(row.integer("cum_qty"));
  order.voidedQty = qty(row.integer("voided_qty"));
  order.notional = BigInt(row.text("notional"));
  order.params = fromNode(row.node("params"));
  order.tag = textOrNull(row, "tag");
  order.clOrdId = row.text("cl_ord_id");
  order.version = row.integer("version");
  order.baseVersion = row.integer("base_version");
  order.baseCumQty = qty(row.integer("base_cum_qty"));
  order.cancel = readCancel(row.node("cancel"), intents);
  order.replace = readReplace(row.node("replace"), intents);
  readTimes(order, row);
  readDoubt(order, row);
  for (const request of row.rows("requests")) readRequest(order, request);
  readFills(order, row);
  const seen = row.texts("seen_keys");
  if (seen.length > 0) order.seenKeys = [...seen];
  return order;
}

function readTimes(order: Order, row: NodeReader): void {
  order.ttlDueUs = maybe(row.integerOrNull("ttl_due_us"), micros);
  order.expireUs = maybe(row.integerOrNull("expire_us"), micros);
  order.lapseDueUs = maybe(row.integerOrNull("lapse_due_us"), micros);
  order.endedUs = maybe(row.integerOrNull("ended_us"), micros);
  order.lastReport = row.integer("last_report");
  order.wasAbsent = row.flag("was_absent");
  const mustCancel = textOrNull(row, "must_cancel");
  order.mustCancel = mustCancel === null ? null : oneOf(mustCancel, CAUSES);
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

/** Finds intents of one client by id. */
class IntentFinder {
  readonly #state: EngineState;
  readonly #client: ClientIndex;

  constructor(state: EngineState, client: ClientIndex) {
    this.#state = state;
    this.#client = client;
  }

  /** @throws {InvariantError} If the intent is not remembered. */
  find(intentId: string): IntentRecord {
    const client = this.#state.clients.all[this.#client];
    const known = client?.intents.get(intentId) ??
      client?.cancelAlls.find((pending) => pending.by.intentId === intentId)?.by;
    invariant(known !== undefined, "An order of a checkpoint must have its intents");
    return known;
  }
}

function cancelNode(cancel: PendingCancel | null): CheckpointNode {
  return cancel === null ? null : { cause: cancel.cause, by: cancel.by?.intentId ?? null };
}

function readCancel(node: CheckpointNode, intents: IntentFinder): PendingCancel | null {
  if (node === null) return null;
  const cancel = new NodeReader(node);
  const by = textOrNull(cancel, "by");
  return {
    cause: oneOf(cancel.text("cause"), CAUSES),
    by: by === null ? null : intents.find(by),
  };
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
    stage: oneOf(replace.text("stage"), STAGES),
    origIntentId: replace.text("orig_intent_id"),
    orderQty: qty(replace.integer("order_qty")),
    price: maybe(replace.integerOrNull("price"), px),
    ttlDueUs: maybe(replace.integerOrNull("ttl_due_us"), micros),
    expireUs: maybe(replace.integerOrNull("expire_us"), micros),
    tag: textOrNull(replace, "tag"),
    params: fromNode(replace.node("params")),
    clOrdId: textOrNull(replace, "cl_ord_id"),
  };
}

function requestsNode(order: Order): CheckpointNode {
  const requests: CheckpointNode[] = [];
  for (const kind of KINDS) {
    const request = requestOf(order, kind);
    if (request === null) continue;
    requests.push({ kind, id: request.id, sent_us: request.sentUs });
  }
  return requests;
}

function readRequest(order: Order, node: NodeReader): void {
  const request: Request = {
    id: requestId(node.integer("id")),
    kind: oneOf(node.text("kind"), KINDS),
    order: order.terms.id,
    venue: order.terms.venue,
    sentUs: maybe(node.integerOrNull("sent_us"), micros),
  };
  setRequest(order, request.kind, request);
}

function fillsNode(order: Order): CheckpointNode {
  const fills: CheckpointNode[] = [];
  for (const fill of order.fills?.values() ?? []) {
    fills.push({ execution: asNode(fill.execution), is_voided: fill.isVoided });
  }
  return fills;
}

function readFills(order: Order, row: NodeReader): void {
  for (const fill of row.rows("fills")) {
    const execution = fromNode<Execution>(fill.node("execution"));
    order.fills ??= new Map();
    order.fills.set(execution.execId, { execution, isVoided: fill.flag("is_voided") });
  }
}

/** Writes the ids of ended orders, oldest end first. */
export function endedNode(state: EngineState): CheckpointNode {
  return [...state.blotter.ended].map((order) => order.terms.id);
}

/** Reads the ids of ended orders into a state that has its orders. */
export function readEnded(state: EngineState, ids: readonly number[]): void {
  for (const id of ids) {
    const order = state.blotter.get(orderId(id));
    invariant(order !== undefined, "An ended order of a checkpoint must be kept");
    state.blotter.ended.push(order);
  }
}
