/**
 * The engine's part of a checkpoint (R-CORE-9): the whole state as a logical document, and back.
 *
 * Invariant: a restored state and the one it was taken from give the same effects, digests and
 * deadlines for the same events.
 * @module
 */
import { Book } from "../book.ts";
import {
  bucketNode,
  cancelAllsNode,
  clientsNode,
  fillsNode,
  holdIntents,
  intentsNode,
  parseTradingState,
  readBucket,
  readCancelAlls,
  readClients,
  readFills,
  readIntents,
} from "./checkpoint_clients.ts";
import { readRisk, riskNode } from "./checkpoint_risk.ts";
import { countAll } from "./exposure.ts";
import { endedNode, ordersNode, readEnded, readOrders } from "./checkpoint_orders.ts";
import { asNode, fromNode, oneOf, readTable, toTable } from "./checkpoint_table.ts";
import { Digest } from "../digest.ts";
import { COUNTERS, EngineState, type InstrumentState } from "./state.ts";
import { newVenue, type RequestQueues, type VenueState } from "./venue_state.ts";
import type { EngineSettings, Mode, VenueDeclaration, VenueStatus } from "../event.ts";
import type { ExternalFill } from "../external_fills.ts";
import type { Fifo } from "../fifo.ts";
import type { Instrument } from "../instrument.ts";
import { capabilitiesOf } from "../instrument_rules.ts";
import { invariant } from "../invariant.ts";
import { Ledger } from "../ledger/ledger.ts";
import { NodeReader } from "../node_reader.ts";
import { micros, orderId, requestId, seqId } from "../numbers.ts";
import { REQUEST_KINDS, type WaitingRequest } from "../order.ts";
import type { Checkpoint, CheckpointNode } from "../timeline.ts";

const MODES: readonly Mode[] = ["live", "paper", "dry_run", "backtest", "replay"];
const STATUSES: readonly VenueStatus[] = ["up", "down", "reconciling"];

/** Writes the engine's state. */
export function engineNode(state: EngineState): CheckpointNode {
  return {
    mode: state.mode,
    is_started: state.isStarted,
    is_stopping: state.isStopping,
    journal_id: state.journalId,
    cl_ord_id_prefix: state.blotter.keys.prefix,
    settings: asNode(state.settings),
    operator_state: state.operatorState,
    kill_switch: state.killSwitch,
    next_request: state.nextRequest,
    next_order: state.blotter.nextOrder,
    counters: toTable(
      COUNTERS.map((name) => ({ name, value: state.counters.get(name) })),
    ),
    seen_control_keys: [...state.seenControlKeys],
    venues: toTable(state.venues.map((venue) => venueRow(state, venue))),
    instruments: state.instruments.map((entry) => entry === undefined ? null : listed(entry)),
    clients: clientsNode(state),
    intents: intentsNode(state),
    cancel_alls: cancelAllsNode(state),
    orders: ordersNode(state),
    ended: endedNode(state),
    fills: fillsNode(state),
    external_fills: [...state.externalFills].map((fill) => asNode({ ...fill })),
    ledger: state.ledger.checkpoint(),
    posted_keys: state.postedKeys.checkpoint(),
    risk: riskNode(state),
  };
}

/**
 * Reads a state.
 * @throws {Error} If the document is not one that {@link engineNode} wrote.
 */
export function readEngine(checkpoint: Checkpoint): EngineState {
  const saved = new NodeReader(checkpoint.engine);
  const state = new EngineState(new Digest(checkpoint.digest));
  state.seqId = seqId(checkpoint.seqId);
  state.nowUs = micros(checkpoint.ingestTime);
  state.engineVersion = checkpoint.engineVersion;
  readScalars(state, saved);
  readVenues(state, saved);
  readInstruments(state, saved);
  readClients(state, saved.node("clients"));
  const intents = readIntents(state, saved.node("intents"));
  readCancelAlls(state, saved.node("cancel_alls"));
  readOrders(state, saved.node("orders"), intents);
  holdIntents(state, intents);
  state.blotter.nextOrder = orderId(saved.integer("next_order"));
  readEnded(state, saved.integers("ended"));
  readFills(state, saved.node("fills"));
  for (const node of saved.list("external_fills")) {
    state.externalFills.add({ ...fromNode<ExternalFill>(node) }, 0);
  }
  readQueues(state, saved);
  const instruments = state.instruments.flatMap((entry) =>
    entry === undefined ? [] : [entry.instrument]
  );
  state.ledger = Ledger.restore(saved.node("ledger"), instruments);
  state.postedKeys.restore(saved.rows("posted_keys"));
  readRisk(state, saved.node("risk"));
  countAll(state);
  return state;
}

function readScalars(state: EngineState, saved: NodeReader): void {
  state.mode = oneOf(saved.text("mode"), MODES);
  state.isStarted = saved.flag("is_started");
  state.isStopping = saved.flag("is_stopping");
  state.journalId = saved.text("journal_id");
  state.blotter.keys.prefix = saved.text("cl_ord_id_prefix");
  state.blotter.intents.seed(state.journalId);
  state.settings = fromNode<EngineSettings>(saved.node("settings"));
  state.operatorState = parseTradingState(saved.text("operator_state"));
  state.killSwitch = saved.flag("kill_switch");
  state.nextRequest = requestId(saved.integer("next_request"));
  for (const row of readTable(saved.node("counters"))) {
    state.counters.set(oneOf(row.text("name"), COUNTERS), row.integer("value"));
  }
  for (const key of saved.texts("seen_control_keys")) state.seenControlKeys.add(key);
}

function venueRow(
  state: EngineState,
  venue: VenueState,
): { readonly [column: string]: CheckpointNode } {
  return {
    declaration: asNode(venue.declaration),
    status: venue.status,
    trading_state: venue.tradingState,
    bucket: bucketNode(venue.bucket),
    cancels: queueNode(state, venue.queues.cancels),
    lookups: queueNode(state, venue.queues.lookups),
    orders: queueNode(state, venue.queues.orders),
  };
}

function readVenues(state: EngineState, saved: NodeReader): void {
  for (const row of readTable(saved.node("venues"))) {
    const declaration = fromNode<VenueDeclaration>(row.node("declaration"));
    state.risk.declare(declaration);
    const venue = newVenue(declaration, state.nowUs);
    venue.status = oneOf(row.text("status"), STATUSES);
    venue.tradingState = parseTradingState(row.text("trading_state"));
    venue.bucket = readBucket(row.node("bucket"));
    state.venues.push(venue);
  }
}

/** Waiting requests that their orders still want, oldest first. */
function queueNode(state: EngineState, queue: Fifo<WaitingRequest>): CheckpointNode {
  const rows = [];
  for (const request of queue) {
    const order = state.blotter.get(request.order);
    if (order === undefined || order.requestOf(request.kind) !== request.id) continue;
    rows.push({ order: request.order, kind: request.kind });
  }
  return toTable(rows);
}

function readQueues(state: EngineState, saved: NodeReader): void {
  for (const [at, row] of readTable(saved.node("venues")).entries()) {
    const queues = state.venues[at]?.queues;
    invariant(queues !== undefined, "A venue of a checkpoint must have its queues");
    readQueue(state, queues, { name: "cancels", node: row.node("cancels") });
    readQueue(state, queues, { name: "lookups", node: row.node("lookups") });
    readQueue(state, queues, { name: "orders", node: row.node("orders") });
  }
}

function readQueue(
  state: EngineState,
  queues: RequestQueues,
  of: { readonly name: "cancels" | "lookups" | "orders"; readonly node: CheckpointNode },
): void {
  for (const row of readTable(of.node)) {
    const order = state.blotter.get(orderId(row.integer("order")));
    const kind = oneOf(row.text("kind"), REQUEST_KINDS);
    const id = order?.requestOf(kind) ?? null;
    invariant(order !== undefined && id !== null, "A waiting request must have its order");
    queues[of.name].push({ id, kind, order: order.id });
  }
}

function listed(entry: InstrumentState): CheckpointNode {
  return {
    instrument: asNode(entry.instrument),
    trading_state: entry.tradingState,
    book: entry.book.checkpoint(),
  };
}

function readInstruments(state: EngineState, saved: NodeReader): void {
  for (const node of saved.list("instruments")) {
    if (node === null) {
      state.instruments.push(undefined);
      continue;
    }
    const row = new NodeReader(node);
    const instrument = fromNode<Instrument>(row.node("instrument"));
    const entry: InstrumentState = {
      instrument,
      capabilities: capabilitiesOf(state.venue(instrument.venue).declaration, instrument),
      tradingState: parseTradingState(row.text("trading_state")),
      book: Book.restore(row.node("book")),
    };
    state.instruments.push(entry);
    state.instrumentByName.set(instrument.name, entry);
    const { name: venueName } = state.venue(instrument.venue).declaration;
    state.risk.list({ instrument, venueName, book: entry.book });
  }
}
