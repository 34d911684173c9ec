/**
 * The machines of the one timeline: the engine, and a simulator for each simulated venue.
 *
 * Ordering: the engine applies an event first; then every simulator, in venue order, is told of
 * the event and handed the commands that are meant for it. Market data that the engine does not take
 * reaches no simulator: what breaks a rule there is caught at the engine's seam, and only there.
 * @module
 */
import { putAt } from "./by_number.ts";
import { Digest } from "./digest.ts";
import { Effects } from "./effects.ts";
import {
  Engine,
  engineNode,
  enginePieces,
  EngineState,
  EngineView,
  readEngine,
} from "./engine/mod.ts";
import type { Draft, Event } from "./event.ts";
import type { Instrument } from "./instrument.ts";
import { invariant } from "./invariant.ts";
import { NodeReader } from "./node_reader.ts";
import { type InstrumentId, type Micros, micros, type SeqId, venueId } from "./numbers.ts";
import { Simulator } from "./simulator/simulator.ts";
import type { Checkpoint, Timeline } from "./timeline.ts";
import type { View } from "./view.ts";

/**
 * Makes the machines: fresh, or as a checkpoint describes them. `secret`: any text that clients do not
 * know, so that none can choose names that fall together in an index. Nothing that is seen depends on
 * it, so each process has its own, and it is in no journal.
 * @throws {RangeError | InvariantError} If `from` is not a checkpoint that this version wrote.
 */
export function createTimeline(from?: Checkpoint, secret = ""): Timeline {
  if (from === undefined) return new Machines(new EngineState(new Digest(), secret));
  invariant(from.version === 1, "A checkpoint must be of version 1");
  const machines = new Machines(readEngine(from, secret));
  machines.restoreSimulators(from);
  return machines;
}

class Machines implements Timeline {
  readonly view: View;
  readonly #state: EngineState;
  readonly #engine: Engine;
  readonly #simulators: Simulator[] = [];
  /** Simulator of a venue; undefined: the venue is outside. */
  readonly #byVenue: (Simulator | undefined)[] = [];
  readonly #instrumentOf: (id: InstrumentId) => Instrument;

  constructor(state: EngineState) {
    this.#state = state;
    this.#engine = new Engine(state, new Effects());
    this.#instrumentOf = (id) => state.instrument(id).instrument;
    this.view = new EngineView(state);
  }

  get seqId(): SeqId {
    return this.#state.seqId;
  }

  get nowUs(): Micros {
    return this.#state.nowUs;
  }

  get digest(): string {
    return this.#state.digest.hex;
  }

  apply(event: Event, effects: Effects): void {
    effects.clear();
    const isSound = this.#engine.apply(event, effects);
    if (event.eventType === "VenueDeclared") this.#open(event);
    const isTaken = event.source !== "market_data" || (isSound && this.#isListed(event.instrument));
    for (const simulator of this.#simulators) {
      if (isTaken) simulator.apply(event, this.#instrumentOf);
      else simulator.settle(event.ingestTime, this.#instrumentOf);
    }
    if (effects.commands.length === 0) return;
    for (const command of effects.commands) {
      if (command.kind === "Reconcile") continue; // only venues outside are asked
      this.#byVenue[command.venue]?.command(command, event.ingestTime);
    }
    for (const simulator of this.#simulators) {
      simulator.settle(event.ingestTime, this.#instrumentOf);
    }
  }

  nextDeadlineUs(): Micros | undefined {
    let first: number = this.#engine.nextDeadlineUs() ?? Infinity;
    for (const simulator of this.#simulators) {
      first = Math.min(first, simulator.nextDeadlineUs() ?? Infinity);
    }
    return first === Infinity ? undefined : micros(first);
  }

  takeOutputs(nowUs: Micros): Draft[] {
    let drafts: Draft[] | undefined;
    for (const simulator of this.#simulators) {
      const taken = simulator.takeOutputs(nowUs);
      drafts = drafts === undefined ? taken : drafts.concat(taken);
    }
    return drafts ?? [];
  }

  nextOutputUs(): Micros | undefined {
    let first = Infinity;
    for (const simulator of this.#simulators) {
      first = Math.min(first, simulator.nextOutputUs() ?? Infinity);
    }
    return first === Infinity ? undefined : micros(first);
  }

  checkpoint(): Checkpoint {
    return {
      version: 1,
      engineVersion: this.#state.engineVersion,
      seqId: this.#state.seqId,
      ingestTime: this.#state.nowUs,
      digest: this.digest,
      engine: engineNode(this.#state),
      simulators: this.#simulators.map((simulator) => simulator.checkpoint()),
    };
  }

  *checkpointPieces(): Generator<string, void> {
    const { engineVersion, seqId, nowUs } = this.#state;
    const head = { version: 1, engineVersion, seqId, ingestTime: nowUs, digest: this.digest };
    yield `${JSON.stringify(head).slice(0, -1)},"engine":`;
    yield* enginePieces(this.#state);
    yield ',"simulators":[';
    for (const [at, simulator] of this.#simulators.entries()) {
      if (at > 0) yield ",";
      yield* simulator.checkpointPieces();
    }
    yield "]}";
  }

  restoreSimulators(from: Checkpoint): void {
    for (const node of from.simulators) {
      const venue = venueId(new NodeReader(node).integer("venue"));
      const { declaration } = this.#state.venue(venue);
      this.#keep(venue, Simulator.restore(declaration, node, this.#instrumentOf));
    }
  }

  #isListed(instrument: InstrumentId | null): boolean {
    return instrument !== null && this.#state.instruments[instrument] !== undefined;
  }

  #open(event: Event<"VenueDeclared">): void {
    const declaration = event.payload;
    if (declaration.simulation === null || this.#byVenue[declaration.id] !== undefined) return;
    this.#keep(declaration.id, new Simulator(declaration));
  }

  #keep(venue: number, simulator: Simulator): void {
    putAt(this.#byVenue, venue, simulator);
    this.#simulators.push(simulator);
  }
}
