/**
 * The engine's state: everything that a checkpoint must hold, in one place.
 *
 * Owns the data, not the rules: the other files of this folder change it, one event at a time.
 * @module
 */
import { Blotter } from "../blotter.ts";
import type { Book } from "../book.ts";
import { type Client, Clients } from "../clients.ts";
import { Counters } from "../counters.ts";
import { type Deadline, Deadlines } from "../deadlines.ts";
import { Digest } from "../digest.ts";
import type { EngineSettings, Mode, VenueDeclaration } from "../event.ts";
import { PostedKeys } from "./posted_keys.ts";
import { ExternalFills } from "../external_fills.ts";
import type { Capabilities, Instrument } from "../instrument.ts";
import { capabilitiesOf } from "../instrument_rules.ts";
import type { TradingState } from "../intent.ts";
import { invariant } from "../invariant.ts";
import { Ledger } from "../ledger/ledger.ts";
import {
  type ClientIndex,
  clientIndex,
  type InstrumentId,
  type Micros,
  micros,
  orderId,
  type RequestId,
  requestId,
  type SeqId,
  seqId,
  type VenueId,
} from "../numbers.ts";
import { fullBucket } from "../pacing.ts";
import { RiskState } from "../risk/mod.ts";
import { LedgerFunds } from "./funds.ts";
import { DayLosses } from "./losses.ts";
import { LedgerOutcomes } from "./reduces.ts";
import { newVenue, type VenueState } from "./venue_state.ts";

/** An instrument with what is decided about it. */
export type InstrumentState = {
  instrument: Instrument;
  capabilities: Capabilities;
  tradingState: TradingState;
  /** Orders from now on are run dry. */
  isDryRun: boolean;
  book: Book;
};

/** Counters of the core, snake_case as the `metrics` query shows them. */
export const COUNTERS = [
  "events",
  "intents",
  "duplicate_intents",
  "dropped_intents",
  "refused_intents",
  "ttl_prevented",
  "duplicate_reports",
  "stale_reports",
  "transition_failures",
  "invariant_failures",
  "orphan_reports",
  "fills",
  "late_fills",
  "external_fills",
  "pacing_trips",
  "in_doubt",
  "account_reports",
  "account_mismatches",
  "tripwire_halts",
  "reconciliations",
  "reconcile_differences",
  "restated",
  "accounts_adopted",
  "venue_pauses",
  "breaker_trips",
] as const;
export type Counter = (typeof COUNTERS)[number];

const INITIAL_SETTINGS: EngineSettings = {
  invariants: "strict",
  intentHorizonMs: 604_800_000,
  intentsPerSecond: 1000,
  burst: 1000,
  lookupRetryMs: 500,
};

/** The state, whole. */
export class EngineState {
  seqId: SeqId = seqId(0);
  nowUs: Micros = micros(0);
  mode: Mode = "paper";
  isStarted = false;
  isStopping = false;
  /** When this run of the daemon began. Its clock may have jumped there: what it counts, it counts anew. */
  startedUs: Micros = micros(0);
  engineVersion = "";
  journalId = "";
  settings: EngineSettings = INITIAL_SETTINGS;
  operatorState: TradingState = "Active";
  /** Intents sent up to then may have acted in a part of the journal that is lost; null: none is. */
  intentsAfterUs: Micros | null = null;
  /** What happened up to then may be forgotten, though within the horizon; null: nothing of that. */
  knownSinceUs: Micros | null = null;
  killSwitch = false;
  nextRequest: RequestId = requestId(1);
  ledger: Ledger = new Ledger();
  readonly digest: Digest;
  /** For the content of one intent; holds nothing between events. */
  readonly contentDigest: Digest = new Digest();
  readonly risk: RiskState = new RiskState();
  /** The same limits over dry orders: their sums, prices and rates are apart. */
  readonly dryRisk: RiskState = new RiskState();
  /** Both: limits, declarations and listings are set in each. */
  readonly risks: readonly RiskState[] = [this.risk, this.dryRisk];
  /** Clients whose orders are run dry, by name. */
  readonly dryClients: Set<string> = new Set();
  readonly funds: LedgerFunds;
  readonly losses: DayLosses;
  readonly outcomes: LedgerOutcomes;
  readonly venues: VenueState[] = [];
  /** By number; undefined where a listing was refused. */
  readonly instruments: (InstrumentState | undefined)[] = [];
  readonly instrumentByName: Map<string, InstrumentState> = new Map();
  /** Changes whenever a venue or an instrument does, or is added: what shows them may be kept. */
  declarations = 0;
  readonly clients: Clients = new Clients();
  readonly blotter: Blotter;
  readonly externalFills: ExternalFills = new ExternalFills();
  readonly deadlines: Deadlines;
  readonly counters: Counters<Counter> = new Counters(COUNTERS);
  /** Control events that were seen and may be repeated, oldest first. */
  readonly seenControlKeys: Set<string> = new Set();
  /** Facts about accounts that were seen and may be repeated. */
  readonly postedKeys: PostedKeys = new PostedKeys();

  /** `secret` spreads the indexes of what clients name. Nothing that is seen depends on it. */
  constructor(digest: Digest = new Digest(), secret = "") {
    this.digest = digest;
    this.blotter = new Blotter(secret);
    this.funds = new LedgerFunds(this);
    this.losses = new DayLosses(this);
    this.outcomes = new LedgerOutcomes(this);
    this.deadlines = new Deadlines((deadline) => this.#stands(deadline));
  }

  venue(id: VenueId): VenueState {
    const venue = this.venues[id];
    invariant(venue !== undefined, "A venue must be declared before it is used");
    return venue;
  }

  instrument(id: InstrumentId): InstrumentState {
    const instrument = this.instruments[id];
    invariant(instrument !== undefined, "An instrument must be listed before it is used");
    return instrument;
  }

  client(index: ClientIndex): Client {
    const client = this.clients.all[index];
    invariant(client !== undefined, "A client must be known before it is used");
    return client;
  }

  /** What an order, or one that would be, is counted in. */
  riskOf(order: { readonly isDryRun: boolean }): RiskState {
    return order.isDryRun ? this.dryRisk : this.risk;
  }

  count(name: Counter): void {
    this.counters.add(name);
  }

  /** Declares a venue, or renews its declaration. */
  declare(id: VenueId, declaration: VenueDeclaration): void {
    const known = this.venues[id];
    const pacing = declaration.pacing;
    this.declarations += 1;
    if (known !== undefined) {
      known.declaration = declaration;
      known.bucket = pacing === null ? null : known.bucket ?? fullBucket(pacing, this.nowUs);
      for (const entry of this.instruments) {
        if (entry?.instrument.venue !== id) continue;
        entry.capabilities = capabilitiesOf(declaration, entry.instrument);
      }
      return;
    }
    if (declaration.simulation === null) this.blotter.openNames(id);
    invariant(id === this.venues.length, "Venues must be declared in the order of their numbers");
    this.venues.push(newVenue(declaration, this.nowUs));
  }

  #stands(deadline: Deadline): boolean {
    if (deadline.kind === "grace") {
      return this.clients.all[clientIndex(deadline.key)]?.graceDueUs === deadline.dueUs;
    }
    if (deadline.kind === "reconcile") {
      return this.venues[deadline.key]?.reconcileDueUs === deadline.dueUs;
    }
    const order = this.blotter.get(orderId(deadline.key));
    if (order === undefined) return false;
    switch (deadline.kind) {
      case "lapse":
        return order.lapseDueUs === deadline.dueUs;
      case "retry":
        return order.retryDueUs === deadline.dueUs;
      case "lookup":
        return order.lookupDueUs === deadline.dueUs;
    }
  }
}
