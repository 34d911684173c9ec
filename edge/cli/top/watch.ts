/**
 * Watches a daemon over the wire: connects, asks now and then, listens to reports and venues,
 * connects again when the daemon is back.
 *
 * 1. connected: subscribe `order`, `venue` and `instrument`, list open orders and instruments
 * 2. each interval: `metrics`, `risk`, `positions` and the best price of some instruments that have
 *    not closed; when all have been answered there is a look
 * 3. where the daemon counts other orders than are known here, they are listed again
 * 4. gone: what was known stays to be shown, with the reason; another try after `RETRY_US`
 *
 * Limits: so many pages of orders, positions and instruments are read, and so many books asked for in
 * one look; where there are more the model says so.
 * @module
 */
import type { JsonObject } from "../../../wire/json.ts";
import type { Cancel } from "../../ports.ts";
import {
  type BookCounts,
  daemonFacts,
  instrumentModels,
  numbersOf,
  positionModels,
  queueModels,
  tagModels,
  totalModels,
  venueModels,
  venueOf,
} from "./assemble.ts";
import { type Answer, type LinkEnd, type LinkOptions, TopLink } from "./link.ts";
import { latencyModels, rejectsModel } from "./measured.ts";
import type { LinkState, TopModel } from "./model.ts";
import { OrderFold } from "./order_fold.ts";
import { readPages } from "./pages.ts";
import { numberAt, objectOf, textAt } from "./reading.ts";
import { Tallies } from "./tallies.ts";

const RETRY_US = 1_000_000;
/** Longest wait for the answers of one look. */
const POLL_US = 5_000_000;
/** A listing again may cost the daemon a walk over all orders that it keeps. */
const RELIST_US = 10_000_000;
const PAGE_ROWS = 500;
const PAGES_MAX = 40;
/** Pages of a thousand: the daemon reads all positions for each. */
const POSITION_PAGES_MAX = 10;
/** Instruments of which the book is asked for. */
const BOOKS_MAX = 40;

export type WatchOptions = Pick<LinkOptions, "ports" | "address" | "clientId" | "version"> & {
  /** Reads the secret, for each connection anew. @throws {Error} If it cannot be read. */
  readonly readToken: () => string;
  readonly intervalUs: number;
  /** Everything that was asked for has been answered, or the connection has gone. */
  readonly onLook: () => void;
  /** Trying again would be wrong. */
  readonly onEnd: (reason: string) => void;
};

const NOTHING: JsonObject = new Map();

/** A daemon under watch. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #orders = new OrderFold();
  readonly #statuses = new Map<string, string>();
  readonly #reasons = new Map<string, string>();
  #tallies = new Tallies();
  #talliesSinceUs: number | null = null;
  #link: TopLink | undefined;
  #state: LinkState = { kind: "connecting" };
  #ack: JsonObject = NOTHING;
  #metrics: JsonObject = NOTHING;
  #risk: JsonObject = NOTHING;
  #positions: readonly JsonObject[] = [];
  #isReadingPositions = false;
  #hasMorePositions = false;
  /** What has not closed, in the order in which it was listed. */
  readonly #instruments = new Set<string>();
  #hasMoreInstruments = false;
  #books: BookCounts = new Map();
  #external = 0;
  #roundTripUs: number | null = null;
  #rate: number | null = null;
  #counted: { readonly seq: number; readonly atUs: number } | undefined;
  #isListing = false;
  #wasApart = false;
  #listedUs = 0;
  #cancelTimer: Cancel = () => {};
  #isStopped = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Connects; from now on it is heard of, perhaps before this returns. */
  start(): void {
    this.#connect();
  }

  /** Ends the watch and takes leave of the daemon. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
    this.#link?.leave();
  }

  /** True once a daemon has answered everything. */
  get hasLook(): boolean {
    return this.#metrics.size > 0;
  }

  /** How the connection stands. */
  get state(): LinkState {
    return this.#state;
  }

  /** Returns what is known now. */
  toModel(): TopModel {
    const { ports, address } = this.#options;
    const positions = positionModels(this.#positions);
    const metrics = this.#metrics;
    const killSwitch = this.#risk.get("kill_switch");
    return {
      nowUs: ports.clock.wallUs(),
      address: `${address.hostname}:${address.port}`,
      link: this.#state,
      daemon: this.#ack.size === 0 ? null : daemonFacts(this.#ack),
      tradingState: textAt(this.#risk, "trading_state"),
      operatorState: textAt(this.#risk, "operator_trading_state"),
      killSwitch: typeof killSwitch === "boolean" ? killSwitch : null,
      seqId: numberAt(metrics, "journal_durable_seq"),
      eventsPerSecond: this.#rate,
      queueDepth: queueModels(metrics).reduce((sum, { depth }) => sum + depth, 0),
      roundTripUs: this.#roundTripUs,
      orders: this.#orders.toModel({
        open: numberAt(metrics, "orders_open"),
        inDoubt: numberAt(metrics, "orders_in_doubt"),
        external: numberAt(metrics, "external_orders"),
      }),
      positions,
      totals: totalModels(positions, metrics, { isWhole: !this.#hasMorePositions }),
      tags: tagModels(metrics),
      venues: venueModels(this.#ack, this.#risk, {
        statuses: this.#statuses,
        reasons: this.#reasons,
        books: this.#books,
        instruments: this.#instruments,
      }),
      instruments: instrumentModels(this.#risk),
      leftOut: { positions: this.#hasMorePositions, instruments: this.#hasMoreInstruments },
      queues: queueModels(metrics),
      latency: latencyModels(metrics, this.#tallies),
      rejects: rejectsModel(metrics, this.#tallies, this.#talliesSinceUs),
      counters: numbersOf(metrics),
    };
  }

  #connect(): void {
    const { readToken, ports, address, clientId, version } = this.#options;
    const token = tokenOrReason(readToken);
    if (typeof token !== "string") return this.#lost({ reason: token.reason, isFinal: false });
    this.#link = new TopLink({
      ports,
      address,
      clientId,
      version,
      token,
      handlers: {
        opened: (ack) => this.#opened(ack),
        heartbeat: (beat) => this.#heartbeat(beat),
        event: (event) => this.#event(event),
        closed: (end) => this.#lost(end),
      },
    });
  }

  #opened(ack: JsonObject): void {
    this.#ack = ack;
    this.#state = { kind: "connected" };
    this.#statuses.clear();
    this.#tallies = new Tallies();
    this.#talliesSinceUs = this.#options.ports.clock.wallUs();
    this.#counted = undefined;
    this.#link?.subscribe(["order", "venue", "instrument"], () => {});
    this.#list();
    this.#listInstruments();
  }

  /** What changes later is told. */
  #listInstruments(): void {
    if (this.#link === undefined) return;
    this.#instruments.clear();
    readPages(this.#link, {
      what: "instruments",
      args: {},
      pagesMax: PAGES_MAX,
      onRows: (rows) => rows.forEach((row) => this.#listed(row)),
      onEnd: (end) => {
        this.#hasMoreInstruments = end !== "whole";
        this.#poll();
      },
    });
  }

  #listed(row: JsonObject): void {
    const name = textAt(row, "instrument");
    if (name === null) return;
    if (textAt(row, "status") === "closed") this.#instruments.delete(name);
    else this.#instruments.add(name);
  }

  #heartbeat(beat: JsonObject): void {
    for (const [venue, status] of objectOf(beat.get("venues"))) {
      if (typeof status === "string") this.#statuses.set(venue, status);
    }
  }

  #event(event: JsonObject): void {
    const payload = objectOf(event.get("payload"));
    switch (textAt(event, "event_type")) {
      case "order": {
        const report = objectOf(payload.get("report"));
        this.#orders.report(report, textAt(payload, "client_id"));
        return this.#tallies.report(report);
      }
      case "venue": {
        const venue = textAt(payload, "venue") ?? "";
        this.#statuses.set(venue, textAt(payload, "status") ?? "");
        this.#reasons.set(venue, textAt(payload, "reason") ?? "");
        return;
      }
      case "instrument":
        return this.#listed(payload);
      default:
        return;
    }
  }

  /** Lists all open orders anew, page by page. */
  #list(): void {
    if (this.#isListing || this.#link === undefined) return;
    this.#isListing = true;
    this.#listedUs = this.#options.ports.clock.monotonicUs();
    this.#orders.clear();
    this.#external = 0;
    readPages(this.#link, {
      what: "orders",
      args: { scope: "account", open: true, limit: PAGE_ROWS },
      pagesMax: PAGES_MAX,
      onRows: (rows) => rows.forEach((row) => this.#order(row)),
      onEnd: () => {
        this.#isListing = false;
      },
    });
  }

  #order(row: JsonObject): void {
    if (textAt(row, "order_id") === null) this.#external += 1;
    this.#orders.list(row, this.#options.ports.clock.wallUs());
  }

  /** Asks for everything; the last answer makes a look, and the next poll is due. */
  #poll(): void {
    const link = this.#link;
    const { clock, timers } = this.#options.ports;
    if (link === undefined) return;
    const books = new Map<string, { asked: number; fresh: number }>();
    const asked = [...this.#instruments].slice(0, BOOKS_MAX);
    let waiting = 3 + asked.length;
    // What is not answered by then is not waited for: a look shows what is known.
    const cancelLate = timers.after(POLL_US, () => {
      waiting = 0;
      this.#polled(books);
    });
    this.#cancelTimer = cancelLate;
    const answered = (): void => {
      if (waiting === 0) return;
      waiting -= 1;
      if (waiting > 0) return;
      cancelLate();
      this.#polled(books);
    };
    const askedUs = clock.monotonicUs();
    link.query("metrics", {}, ({ ok, result }) => {
      this.#roundTripUs = clock.monotonicUs() - askedUs;
      if (ok) this.#metrics = objectOf(result);
      answered();
    });
    link.query("risk", {}, ({ ok, result }) => {
      if (ok) this.#risk = objectOf(result);
      answered();
    });
    this.#readPositions(link, answered);
    for (const instrument of asked) {
      const venue = venueOf(instrument);
      const count = books.get(venue) ?? { asked: 0, fresh: 0 };
      books.set(venue, count);
      count.asked += 1;
      this.#askBook(link, instrument, ({ ok, result }) => {
        if (!ok) count.asked -= 1; // refused for its rate: nothing is known of this book
        else if (result instanceof Map) count.fresh += 1;
        answered();
      });
    }
  }

  /** All of them or none anew: where a page is missing those of the look before stay. */
  #readPositions(link: TopLink, answered: () => void): void {
    if (this.#isReadingPositions) return answered(); // of a look that was not waited for
    this.#isReadingPositions = true;
    // By instrument: one that comes between two pages moves the rows behind it.
    const rows = new Map<string, JsonObject>();
    readPages(link, {
      what: "positions",
      args: { scope: "account" },
      pagesMax: POSITION_PAGES_MAX,
      onRows: (page) => page.forEach((row) => rows.set(textAt(row, "instrument") ?? "", row)),
      onEnd: (end) => {
        this.#isReadingPositions = false;
        if (end !== "refused") {
          this.#positions = [...rows.values()];
          this.#hasMorePositions = end === "cut";
        }
        answered();
      },
    });
  }

  /** A book that is there may have one side only. */
  #askBook(link: TopLink, instrument: string, answered: (answer: Answer) => void): void {
    link.query("best", { instrument, side: "Buy" }, (answer) => {
      if (!answer.ok || answer.result instanceof Map) return answered(answer);
      link.query("best", { instrument, side: "Sell" }, answered);
    });
  }

  #polled(books: BookCounts): void {
    this.#books = books;
    this.#measure();
    this.#compare();
    this.#cancelTimer = this.#options.ports.timers.after(
      this.#options.intervalUs,
      () => this.#poll(),
    );
    this.#options.onLook();
  }

  #measure(): void {
    const seq = numberAt(this.#metrics, "journal_durable_seq");
    const atUs = this.#options.ports.clock.monotonicUs();
    if (seq === null) return;
    const before = this.#counted;
    this.#counted = { seq, atUs };
    if (before === undefined || atUs <= before.atUs) return;
    this.#rate = Math.max(0, (seq - before.seq) * 1_000_000 / (atUs - before.atUs));
  }

  /** Seen twice, the daemon knows other orders than the view: it lists them again. */
  #compare(): void {
    const { clock } = this.#options.ports;
    const isApart = numberAt(this.#metrics, "orders_open") !== this.#orders.size ||
      numberAt(this.#metrics, "external_orders") !== this.#external;
    const isDue = clock.monotonicUs() - this.#listedUs > RELIST_US;
    if (isApart && this.#wasApart && isDue) this.#list();
    this.#wasApart = isApart;
  }

  #lost({ reason, isFinal }: LinkEnd): void {
    if (this.#isStopped) return;
    const { ports, onLook, onEnd } = this.#options;
    this.#link = undefined;
    this.#isListing = false;
    this.#isReadingPositions = false;
    this.#cancelTimer();
    const sinceUs = this.#state.kind === "lost" ? this.#state.sinceUs : ports.clock.wallUs();
    this.#state = { kind: "lost", reason, sinceUs };
    if (isFinal) return onEnd(reason);
    this.#cancelTimer = ports.timers.after(RETRY_US, () => this.#connect());
    onLook();
  }
}

function tokenOrReason(readToken: () => string): string | { readonly reason: string } {
  try {
    return readToken();
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
