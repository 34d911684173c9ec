/**
 * The engine's part of a checkpoint (R-CORE-9): the whole state as a logical document, and back.
 *
 * Invariant: a restored state and the one it was taken from give the same effects, digests and
 * deadlines for the same events.
 * @module
 */
import { Book } from "../book.ts";
import {
  cancelAllsNode,
  clientsNode,
  fillRows,
  holdIntents,
  intentRows,
  readCancelAlls,
  readClients,
  readFills,
  readIntents,
} from "./checkpoint_clients.ts";
import { readRisk, riskNode } from "./checkpoint_risk.ts";
import { countAll } from "./exposure.ts";
import { endedNode, orderRows, readEnded, readOrders } from "./checkpoint_orders.ts";
import { readQueues, readVenues, venuesNode } from "./checkpoint_venues.ts";
import { type TableRow, TableRows, toTable } from "./checkpoint_table.ts";
import { Digest } from "../digest.ts";
import { COUNTERS, EngineState, type InstrumentState } from "./state.ts";
import { type EngineSettings, MODES } from "../event.ts";
import type { ExternalFill } from "../external_fills.ts";
import type { Instrument } from "../instrument.ts";
import { capabilitiesOf } from "../instrument_rules.ts";
import { TRADING_STATES } from "../intent.ts";
import { Ledger } from "../ledger/ledger.ts";
import { namesOf } from "../long_node.ts";
import { asNode, fromNode, NodeReader } from "../node_reader.ts";
import { micros, orderId, requestId, seqId } from "../numbers.ts";
import type { Checkpoint, CheckpointNode } from "../timeline.ts";

/** Writes the engine's state. */
export function engineNode(state: EngineState): CheckpointNode {
  return engineFields(state, toTable);
}

/** The JSON of {@link engineNode} in pieces. The state must not change meanwhile. */
export function* enginePieces(state: EngineState): Generator<string, void> {
  const fields = engineFields(state, (rows) => new TableRows(rows));
  let before = "{";
  for (const name of namesOf(fields)) {
    const field = fields[name];
    yield `${before}${JSON.stringify(name)}:`;
    if (field instanceof TableRows) yield* field.pieces();
    else yield JSON.stringify(field);
    before = ",";
  }
  yield "}";
}

/** What grows with orders and intents is handed to `big`. */
function engineFields<Big>(
  state: EngineState,
  big: (rows: Iterable<TableRow>) => Big,
): { readonly [name: string]: CheckpointNode | Big } {
  return {
    mode: state.mode,
    is_started: state.isStarted,
    is_stopping: state.isStopping,
    started_us: state.startedUs,
    journal_id: state.journalId,
    cl_ord_id_prefix: state.blotter.keys.prefix,
    settings: asNode(state.settings),
    operator_state: state.operatorState,
    ...(state.intentsAfterUs === null ? {} : { intents_after_us: state.intentsAfterUs }),
    ...(state.knownSinceUs === null ? {} : { known_since_us: state.knownSinceUs }),
    kill_switch: state.killSwitch,
    dry_clients: [...state.dryClients].sort(),
    next_request: state.nextRequest,
    next_order: state.blotter.nextOrder,
    counters: toTable(
      COUNTERS.map((name) => ({ name, value: state.counters.get(name) })),
    ),
    seen_control_keys: [...state.seenControlKeys],
    venues: venuesNode(state),
    instruments: state.instruments.map((entry) => entry === undefined ? null : listed(entry)),
    clients: clientsNode(state),
    intents: big(intentRows(state)),
    cancel_alls: cancelAllsNode(state),
    orders: big(orderRows(state)),
    ended: endedNode(state),
    fills: big(fillRows(state)),
    external_fills: [...state.externalFills].map((fill) => asNode({ ...fill })),
    ledger: state.ledger.checkpoint(),
    posted_keys: state.postedKeys.checkpoint(),
    risk: riskNode(state),
  };
}

/**
 * Reads a state.
 * @throws {RangeError | InvariantError} If the document is not one that {@link engineNode} wrote.
 */
export function readEngine(checkpoint: Checkpoint, secret = ""): EngineState {
  const saved = new NodeReader(checkpoint.engine);
  const state = new EngineState(new Digest(checkpoint.digest), secret);
  state.seqId = seqId(checkpoint.seqId);
  state.nowUs = micros(checkpoint.ingestTime);
  state.engineVersion = checkpoint.engineVersion;
  readScalars(state, saved);
  readVenues(state, saved);
  readInstruments(state, saved);
  readClients(state, saved.table("clients"));
  const intents = readIntents(state, saved.table("intents"));
  readCancelAlls(state, saved.table("cancel_alls"));
  readOrders(state, saved.table("orders"), intents);
  holdIntents(state, intents);
  state.blotter.nextOrder = orderId(saved.integer("next_order"));
  readEnded(state, saved.integers("ended"));
  readFills(state, saved.table("fills"));
  for (const node of saved.list("external_fills")) {
    state.externalFills.add(externalFillOf(node), 0);
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

/** Of a checkpoint that was taken before corrections had ids here, orders took any over, or peaks. */
function externalFillOf(node: CheckpointNode): ExternalFill {
  type Later = "correctedAs" | "peakQty" | "isTakenOver";
  const saved = fromNode<Omit<ExternalFill, Later> & Partial<Pick<ExternalFill, Later>>>(node);
  const { correctedAs = [], peakQty = saved.execution.lastQty, isTakenOver = false } = saved;
  return { ...saved, correctedAs, peakQty, isTakenOver };
}

function readScalars(state: EngineState, saved: NodeReader): void {
  state.mode = saved.oneOf("mode", MODES);
  state.isStarted = saved.flag("is_started");
  state.isStopping = saved.flag("is_stopping");
  if (saved.has("started_us")) state.startedUs = micros(saved.integer("started_us"));
  state.journalId = saved.text("journal_id");
  state.blotter.keys.prefix = saved.text("cl_ord_id_prefix");
  state.settings = fromNode<EngineSettings>(saved.node("settings"));
  state.operatorState = saved.oneOf("operator_state", TRADING_STATES);
  if (saved.has("intents_after_us")) {
    state.intentsAfterUs = micros(saved.integer("intents_after_us"));
  }
  if (saved.has("known_since_us")) state.knownSinceUs = micros(saved.integer("known_since_us"));
  state.killSwitch = saved.flag("kill_switch");
  state.nextRequest = requestId(saved.integer("next_request"));
  for (const row of saved.table("counters")) {
    state.counters.set(row.oneOf("name", COUNTERS), row.integer("value"));
  }
  if (saved.has("dry_clients")) {
    for (const name of saved.texts("dry_clients")) state.dryClients.add(name);
  }
  for (const key of saved.texts("seen_control_keys")) state.seenControlKeys.add(key);
}

function listed(entry: InstrumentState): CheckpointNode {
  return {
    instrument: asNode(entry.instrument),
    trading_state: entry.tradingState,
    is_dry_run: entry.isDryRun,
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
      tradingState: row.oneOf("trading_state", TRADING_STATES),
      isDryRun: row.has("is_dry_run") && row.flag("is_dry_run"),
      book: Book.restore(row.node("book"), instrument),
    };
    state.instruments.push(entry);
    state.instrumentByName.set(instrument.name, entry);
    const { name: venueName } = state.venue(instrument.venue).declaration;
    for (const risk of state.risks) risk.list({ instrument, venueName, book: entry.book });
  }
}
