/**
 * Where a case is played: a daemon as a process, its venue, and the clients of the case.
 *
 * All cases of a venue share daemon and venue unless a case asks for new ones. Between two of them
 * faults end and every order is cancelled.
 * @module
 */
import { DaemonProcess } from "../support/daemon_process.ts";
import { TemporaryDirectory, until } from "../support/temporary.ts";
import type {
  DaemonAddress,
  Driver,
  FaultName,
  OpenVenue,
  RequestKind,
  Terms,
  Verb,
  Verbs,
} from "./driver.ts";
import { Party, type Placed } from "./party.ts";

const UP_MS = 30_000;

/** A case does not apply to this venue; the message is the reason. */
export class Skipped extends Error {
  override readonly name = "Skipped";
}

/** What a venue declares, as HELLO_ACK says it. */
type Declared = Readonly<Record<string, unknown>>;

/** Daemon and venue. */
export class Stage implements AsyncDisposable {
  readonly venue: OpenVenue;
  readonly directory: TemporaryDirectory;
  readonly #config: string;
  #daemon: DaemonProcess | undefined;
  #parties: Party[] = [];
  #watcher: Party | undefined;
  #caseId = "";
  #declared: Declared = {};

  constructor(venue: OpenVenue, directory: TemporaryDirectory) {
    this.venue = venue;
    this.directory = directory;
    this.#config = directory.write("conformance.yaml", venue.config);
  }

  /** Starts venue and daemon and waits until it can trade. */
  static async open(driver: Driver): Promise<Stage> {
    const directory = new TemporaryDirectory();
    const stage = new Stage(await driver.open(directory.path), directory);
    await stage.startDaemon();
    return stage;
  }

  get terms(): Terms {
    return this.venue.terms;
  }

  get daemon(): DaemonProcess {
    if (this.#daemon === undefined) throw new Error("Cannot use the daemon: it must run");
    return this.#daemon;
  }

  get address(): DaemonAddress {
    return { port: this.daemon.listening.port, token: this.daemon.token };
  }

  /** Begins a case: no fault, no order, no client of the one before. */
  async begin(caseId: string): Promise<void> {
    this.#caseId = caseId;
    await this.venue.calm(this.address);
    await this.venueIs("up");
  }

  /** Ends a case, however it went. */
  async end(): Promise<void> {
    if (this.#daemon === undefined) await this.startDaemon();
    await this.venue.calm(this.address);
    await this.venueIs("up");
    for (const party of this.#parties) {
      await party.connect(this.address);
      await party.clear();
      await party.goodbye();
    }
    this.#parties = [];
  }

  /** A client of this case, connected. Its orders outlive its connection unless `hello` says. */
  async client(hello: Readonly<Record<string, unknown>> = {}): Promise<Party> {
    const clientId = `${this.#caseId}-${this.#parties.length}`;
    const party = new Party(clientId, { cancel_on_disconnect: false, ...hello });
    this.#parties.push(party);
    await party.connect(this.address);
    return party;
  }

  /** Places an order that rests, and waits until it does. */
  async resting(party: Party, fields: Readonly<Record<string, unknown>> = {}): Promise<Placed> {
    const order = await party.place({ ...this.bid, ...fields });
    await order.reach("Accepted");
    return order;
  }

  /** A Place that rests as a buy. */
  get bid(): Readonly<Record<string, unknown>> {
    const { instrument, buyResting: price, qty: order_qty } = this.terms;
    return { instrument, side: "Buy", price, order_qty };
  }

  /** A Place that rests as a sale. */
  get offer(): Readonly<Record<string, unknown>> {
    return { ...this.bid, side: "Sell", price: this.terms.sellResting };
  }

  /** Kills the daemon as a power cut would. */
  async kill(): Promise<void> {
    this.#watcher?.close();
    await this.daemon.stop("SIGKILL");
    this.#daemon = undefined;
  }

  async stopDaemon(): Promise<number> {
    this.#watcher?.close();
    const code = await this.daemon.stop("SIGTERM");
    this.#daemon = undefined;
    return code;
  }

  /** Starts the daemon on the same state, and waits until its venue is up. */
  async startDaemon(): Promise<void> {
    this.#daemon = await DaemonProcess.start({
      stateDir: this.directory.state,
      config: this.#config,
      main: this.venue.main,
    });
    await this.venue.calm(this.address);
    const watcher = new Party("watcher", { cancel_on_disconnect: false });
    await watcher.connect(this.address);
    this.#watcher = watcher;
    try {
      await this.venueIs("up");
    } catch (error) {
      throw new Error(this.daemon.log.slice(-3000), { cause: error });
    }
    const rows = watcher.ack["venues"] as readonly { capabilities: Declared }[];
    this.#declared = rows[0]?.capabilities ?? {};
  }

  /** Starts it anew after a kill, with the case's clients connected again. */
  async resume(): Promise<void> {
    await this.startDaemon();
    for (const party of this.#parties) await party.connect(this.address);
  }

  /** The venue's verb. @throws {Skipped} If it lacks it. */
  need<Name extends Verb>(verb: Name): Verbs[Name] {
    const found = this.venue.verbs[verb];
    if (found === undefined) throw new Skipped(this.venue.lacks(verb));
    return found as Verbs[Name];
  }

  /** Makes the next requests of a kind go wrong. @throws {Skipped} If the venue cannot. */
  async fault(on: RequestKind, as: FaultName): Promise<void> {
    if (!this.venue.faults.has(as)) throw new Skipped(this.venue.lacks(as));
    await this.need("fault")({ on, as });
  }

  /** What the venue declares. */
  declares(name: string): unknown {
    return this.#declared[name];
  }

  /** @throws {Skipped} If the venue's list does not have it. */
  needListed(name: "ord_types" | "time_in_force", item: string): void {
    const list = this.declares(name);
    if (Array.isArray(list) && list.includes(item)) return;
    throw new Skipped(`the venue has no ${item}`);
  }

  /** @throws {Skipped} With `reason`, if what the venue declares is another. */
  needDeclared(name: string, value: string, reason: string): void {
    if (this.declares(name) !== value) throw new Skipped(reason);
  }

  /** @throws {Skipped} With `reason`, if the venue declares not to have it. */
  needAble(name: "post_only" | "reduce_only" | "dead_man", reason: string): void {
    if (this.declares(name) !== true) throw new Skipped(reason);
  }

  /** @throws {Skipped} If the venue lives on the daemon's timeline. */
  needOutside(): void {
    if (!this.venue.isOutside) {
      throw new Skipped("the simulated venue is away whenever the daemon is");
    }
  }

  /** Waits for a status of the venue. */
  async venueIs(status: "up" | "down" | "reconciling" | "not up", withinMs = UP_MS): Promise<void> {
    const holds = (): boolean => {
      const now = this.#watcher?.venueStatus(this.terms.venue);
      return status === "not up" ? now !== "up" : now === status;
    };
    await until(holds, `the venue being ${status}`, withinMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const party of this.#parties) party.close();
    this.#watcher?.close();
    await this.#daemon?.stop("SIGKILL");
    await this.venue.close();
    this.directory[Symbol.dispose]();
  }
}
