/**
 * The simulated venue as a machine of the timeline (R-CORE-8): market events and the engine's
 * commands in, broker reports out. It reads no clock; time is the events' `ingestTime`.
 *
 * Latency: a command reaches the venue a constant time after it was decided, a report reaches the
 * engine a constant time after it happened; neither overtakes an earlier one. What falls due
 * between two events happens, at its own time, before the later event; when several are due at one
 * moment, orders expire first, then those enter that a market in play held back, then commands
 * arrive, then the feed speaks.
 *
 * Invariant: same events and commands in, same reports out; a checkpoint taken anywhere and
 * restored goes on the same way.
 * Known limits: see `market.ts` (matching) and `exchange.ts` (checks of the venue).
 * @module
 */
import type { OrderCommand } from "../command.ts";
import type { Draft, Event, SimulationSettings, VenueDeclaration } from "../event.ts";
import type { Instrument } from "../instrument.ts";
import { InvariantError } from "../invariant.ts";
import { jsonPieces, LongList, type LongNode, wholeNode } from "../long_node.ts";
import { micros } from "../numbers.ts";
import type { InstrumentId, Micros, VenueId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import { Arrivals } from "./arrivals.ts";
import { Exchange } from "./exchange.ts";
import type { Scene } from "./exchange.ts";
import { asNode, fromNode, NodeReader } from "../node_reader.ts";
import { Outputs } from "./outputs.ts";
import type { SimOrder } from "./sim_order.ts";

type InstrumentOf = (id: InstrumentId) => Instrument;

/** One simulated venue. */
export class Simulator {
  readonly #venue: VenueId;
  #settings: SimulationSettings;
  #outputs: Outputs;
  #exchange: Exchange;
  readonly #arrivals: Arrivals;
  #lastArrivalUs = micros(0);

  /** @throws {InvariantError} If the venue is declared without a simulation. */
  constructor(declaration: VenueDeclaration) {
    this.#venue = declaration.id;
    this.#arrivals = new Arrivals(declaration.id);
    this.#settings = settingsOf(declaration);
    this.#outputs = new Outputs(declaration.id);
    this.#exchange = new Exchange({ venue: declaration.id, outputs: this.#outputs });
  }

  /**
   * Lets time pass up to the event, then takes the event in, if it concerns this venue. What came due
   * while no daemon ran meets no book: nobody knows what was displayed then.
   */
  apply(event: Event, instrumentOf: InstrumentOf): void {
    if (event.eventType === "Started") this.#exchange.invalidateBooks();
    this.#advance(event.ingestTime, instrumentOf);
    if (event.eventType === "InstrumentListed") {
      const sceneOf = (id: InstrumentId) => this.#scene(instrumentOf(id), event.ingestTime);
      this.#exchange.relist(event.payload, sceneOf);
    }
    if (event.venue !== this.#venue) return;
    if (event.source === "broker_report") this.#outputs.forget(event);
    else if (event.eventType === "VenueDeclared") this.#settings = settingsOf(event.payload);
    else if (event.source === "market_data" && event.instrument !== null) {
      const instrument = instrumentOf(event.instrument);
      this.#exchange.market(event, this.#scene(instrument, event.ingestTime));
    }
  }

  /** Takes a command that the event just applied has caused, in order. */
  command(command: OrderCommand, atUs: Micros): void {
    const arrivalUs = micros(atUs + this.#settings.orderLatencyUs);
    if (arrivalUs > this.#lastArrivalUs) this.#lastArrivalUs = arrivalUs;
    this.#arrivals.push(command, this.#lastArrivalUs);
  }

  /** Lets time pass, and what commands of an event at `nowUs` cause at once without a latency. */
  settle(nowUs: Micros, instrumentOf: InstrumentOf): void {
    this.#advance(nowUs, instrumentOf);
  }

  /** When the next command arrives, or the next order expires or enters its market, or undefined. */
  nextDeadlineUs(): Micros | undefined {
    const expireUs = this.#exchange.nextExpiring()?.dueUs;
    const enterUs = this.#exchange.nextEntering()?.dueUs;
    return earlier(this.#arrivals.nextUs, earlier(expireUs, enterUs));
  }

  /** When `takeOutputs` will next have something, or undefined. */
  nextOutputUs(): Micros | undefined {
    return this.#outputs.nextDueUs();
  }

  /** Reports that are due and were not taken before; `idempotencyKey` is `sim-<venue>-<n>`. */
  takeOutputs(nowUs: Micros): Draft[] {
    return this.#outputs.take(nowUs);
  }

  checkpoint(): CheckpointNode {
    return wholeNode(this.#document());
  }

  /** The JSON of {@link Simulator.checkpoint} in pieces. The state must not change meanwhile. */
  checkpointPieces(): Iterable<string> {
    return jsonPieces(this.#document());
  }

  /**
   * Returns the simulator of a checkpoint. Reports that were taken but never applied are offered
   * again.
   * @throws {RangeError} If the checkpoint is not one of ours.
   */
  static restore(
    declaration: VenueDeclaration,
    node: CheckpointNode,
    instrumentOf: InstrumentOf,
  ): Simulator {
    const reader = new NodeReader(node, "simulator");
    if (reader.integer("version") !== 1 || reader.integer("venue") !== declaration.id) {
      throw new RangeError(
        `Cannot restore a simulator: version and venue must be 1 and ${declaration.id}: ` +
          `was ${reader.integer("version")} and ${reader.integer("venue")}`,
      );
    }
    const simulator = new Simulator(declaration);
    simulator.#lastArrivalUs = micros(reader.integer("last_arrival_us"));
    for (const row of reader.rows("arrivals")) {
      const command = fromNode<OrderCommand>(row.node("command"));
      simulator.#arrivals.push(command, micros(row.integer("at_us")));
    }
    simulator.#outputs = Outputs.restore(declaration.id, reader.node("outputs"));
    simulator.#exchange = new Exchange({ venue: declaration.id, outputs: simulator.#outputs });
    const exchange = new NodeReader(reader.node("exchange"), "simulator.exchange");
    simulator.#exchange.restore(exchange, instrumentOf);
    return simulator;
  }

  #document(): LongNode {
    return {
      version: 1,
      venue: this.#venue,
      last_arrival_us: this.#lastArrivalUs,
      arrivals: new LongList(this.#arrivalRows()),
      outputs: this.#outputs.checkpoint(),
      exchange: this.#exchange.checkpoint(),
    };
  }

  *#arrivalRows(): Generator<CheckpointNode, void> {
    for (const { atUs, command } of this.#arrivals) {
      yield { at_us: atUs, command: asNode(command) };
    }
  }

  #advance(nowUs: Micros, instrumentOf: InstrumentOf): void {
    for (;;) {
      const dueUs = this.nextDeadlineUs();
      if (dueUs === undefined || dueUs > nowUs) return;
      const expiring = this.#exchange.nextExpiring();
      const entering = this.#exchange.nextEntering();
      const sceneOf = ({ instrument }: SimOrder) => this.#scene(instrumentOf(instrument), dueUs);
      if (expiring?.dueUs === dueUs) this.#exchange.expire(expiring.order, sceneOf(expiring.order));
      else if (entering?.dueUs === dueUs) {
        this.#exchange.enter(entering.order, sceneOf(entering.order));
      } else this.#arrive(instrumentOf);
    }
  }

  #arrive(instrumentOf: InstrumentOf): void {
    const arrival = this.#arrivals.take();
    if (arrival === undefined) return;
    const { command, atUs } = arrival;
    this.#exchange.arrive(command, this.#scene(instrumentOf(command.instrument), atUs));
  }

  #scene(instrument: Instrument, atUs: Micros): Scene {
    return { instrument, atUs, settings: this.#settings };
  }
}

function earlier(first: Micros | undefined, second: Micros | undefined): Micros | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return first < second ? first : second;
}

function settingsOf(declaration: VenueDeclaration): SimulationSettings {
  if (declaration.simulation !== null) return declaration.simulation;
  throw new InvariantError(
    `Cannot simulate venue ${declaration.name}: it must be declared with a simulation: was null`,
  );
}
