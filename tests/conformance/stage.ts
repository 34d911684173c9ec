/**
 * Where a case is played: a daemon as a process, its venue, and the clients of the case.
 *
 * All cases of a venue share daemon and venue unless a case asks for new ones. Between two of them
 * faults end and every order is cancelled.
 * @module
 */
import { storyLines } from "../../edge/cli/why/lines.ts";
import { why } from "../../edge/cli/why/why.ts";
import { denoDisk } from "../../edge/deno_disk.ts";
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
/** More requests of a kind than come while they are held. */
const HELD_MAX = 1_000_000;
/** Looks at a book that is not there before its market is moved. */
const LOOKS_PER_STIR = 25;

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

  /** Starts the daemon on the same state, and waits until its venue is up, and has a book. */
  async startDaemon(
    { isStill }: { readonly isStill: boolean } = { isStill: false },
  ): Promise<void> {
    this.#daemon = await DaemonProcess.start({
      stateDir: this.directory.state,
      config: this.#config,
      main: this.venue.main,
    });
    if (!isStill) await this.venue.calm(this.address);
    const watcher = new Party("watcher", { cancel_on_disconnect: false });
    await watcher.connect(this.address);
    await watcher.watchVenues();
    this.#watcher = watcher;
    this.#declared = this.#declaredBy(watcher);
    try {
      await this.venueIs("up");
      if (!isStill) await this.#bookStands(watcher);
    } catch (error) {
      throw new Error(this.daemon.log.slice(-3000), { cause: error });
    }
  }

  /** Market orders are counted by the book: it is stirred until it is there. */
  async #bookStands(party: Party): Promise<void> {
    let looks = 0;
    await until(
      async () => {
        if (++looks % LOOKS_PER_STIR === 0) await this.venue.calm(this.address);
        return await this.hasBook(party);
      },
      "the book",
      UP_MS,
    );
  }

  /** True once both sides of the instrument's book are known. */
  async hasBook(party: Party): Promise<boolean> {
    const { instrument } = this.terms;
    if (this.declares("book") === "none") return true;
    const sides = await Promise.all(
      ["Buy", "Sell"].map((side) => party.query("best", { instrument, side })),
    );
    return sides.every(({ result }) => result !== null);
  }

  #declaredBy(party: Party): Declared {
    const rows = party.ack["venues"] as readonly { capabilities: Declared }[];
    return rows[0]?.capabilities ?? {};
  }

  /** What the journal tells of the newest order or intent of this case. */
  lastStory(): readonly string[] {
    const party = this.#parties.findLast((each) => each.reports.length > 0);
    const intentId = party?.reports.at(-1)?.["intent_id"];
    if (party === undefined || typeof intentId !== "string") return [];
    const source = {
      disk: denoDisk(),
      stateDirectory: this.directory.state,
      progress: (): void => {},
    };
    const result = why(source, `${party.clientId}/${intentId}`);
    return result.kind === "told" ? storyLines(result.story) : [result.sentence];
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
  async fault(on: RequestKind, as: FaultName, count = 1): Promise<void> {
    if (!this.venue.faults.has(as)) throw new Skipped(this.venue.lacks(as));
    await this.need("fault")({ on, as, count });
  }

  /** Has the venue do nothing about requests of a kind, nor say what became of them, until it goes on. */
  async hold(on: RequestKind): Promise<void> {
    for (const kind of new Set([on, "lookup"] as const)) {
      await this.fault(kind, "actsWhenTold", HELD_MAX);
    }
  }

  /** What the venue held back happens. */
  async goOn(): Promise<void> {
    await this.need("goOn")();
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

  /** Waits until the venue has a status. */
  async venueIs(status: "up" | "reconciling", withinMs = UP_MS): Promise<void> {
    await until(() => this.#statuses.at(-1) === status, `the venue being ${status}`, withinMs);
  }

  /** Does something, and waits until the venue was not up meanwhile. */
  async venueFalls(act: () => Promise<void>, withinMs = UP_MS): Promise<void> {
    const before = this.#statuses.length;
    await act();
    const hasFallen = (): boolean => this.#statuses.slice(before).some((status) => status !== "up");
    await until(hasFallen, "the venue going down", withinMs);
  }

  get #statuses(): readonly string[] {
    return this.#watcher?.venueStatuses(this.terms.venue) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const party of this.#parties) party.close();
    this.#watcher?.close();
    await this.#daemon?.stop("SIGKILL");
    await this.venue.close();
    this.directory[Symbol.dispose]();
  }
}
