/**
 * What the conformance suite needs of a venue under test: a configuration of the daemon for it, a
 * market that stands still, and whatever the venue can be told to do to the daemon.
 *
 * A driver says for each verb that it lacks why: the reason stands in the venue's page.
 * @module
 */

/** What is traded, at which prices. All decimals. */
export type Terms = {
  readonly venue: string;
  readonly instrument: string;
  readonly base: string;
  readonly quote: string;
  /** Prices at which an order rests, the buying one below the selling one. */
  readonly buyResting: string;
  readonly sellResting: string;
  /** A price between the best ones of the market. */
  readonly inside: string;
  /** Prices that cross all of the market, and lie within its bounds. */
  readonly buyCrossing: string;
  readonly sellCrossing: string;
  /** A quantity of four parts, and one part. */
  readonly qty: string;
  readonly part: string;
  /** Three parts: what is left after one is filled. */
  readonly rest: string;
  /** A quantity whose price the account cannot pay; null: funds are not checked there. */
  readonly tooMuch: string | null;
};

/** An order as its venue knows it. */
export type VenueOrder = {
  readonly clOrdId: string;
  readonly side: string;
  readonly price: string;
};

/** Which request goes wrong. */
export type RequestKind = "place" | "cancel" | "replace" | "lookup" | "reconcile";

/** How it goes wrong. */
export const FAULTS = {
  closeAfterActing: "the venue acts, closes the connection, and never answers",
  resetAfterActing: "the venue acts, resets the connection, and never answers",
  lostBeforeActing: "the venue never acts and never answers",
  actsLate: "the venue says nothing, or that it does not know, and acts a second later",
  actsWhenTold: "the venue acts and answers when it is told to go on",
  answersLate: "the venue acts at once and answers after the deadline",
  tellsWhenTold: "the venue acts at once, and answers and reports it when it is told to go on",
  errorAfterActing: "the venue acts and answers 5xx",
  errorWithoutActing: "the venue answers 5xx and does not act",
  timeoutAfterActing: "the venue acts and answers that it does not know (408, 504)",
  garbageAfterActing: "the venue acts and answers 200 with what is no JSON",
  emptyAfterActing: "the venue acts and answers 200 with {}",
  stallAfterActing: "the venue acts and its answer's body never comes",
  unknownCode: "the venue answers with a code that nobody knows, and does not act",
  authentication: "the venue refuses the credentials",
  rateLimit: "the venue answers 429 with Retry-After",
} as const;
export type FaultName = keyof typeof FAULTS;

/** What a venue can be told. Everything has happened when the promise is kept. */
export type Verbs = {
  /** Executes resting quantity of an order of ours, in `count` executions told at once. */
  fill(order: VenueOrder, of: { readonly qty: string; readonly count?: number }): Promise<void>;
  /** The next `count` requests of a kind go wrong. */
  fault(
    of: { readonly on: RequestKind; readonly as: FaultName; readonly count?: number },
  ): Promise<void>;
  /** Cancels an order of ours without being asked. */
  cancelUnasked(order: VenueOrder): Promise<void>;
  /** Somebody places an order through the venue's web page; returns its id there. */
  byHand(
    of: { readonly side: "Buy" | "Sell"; readonly price: string; readonly qty: string },
  ): Promise<string>;
  /** The next `count` reports on orders come twice, behind the one after them, or when it goes on. */
  disturb(
    of: { readonly what: "duplicate" | "reorder" | "hold"; readonly count: number },
  ): Promise<void>;
  /** What was held back until now happens, in order; it is there, and nothing goes wrong any more. */
  goOn(): Promise<void>;
  /** The stream of reports breaks; REST goes on. */
  drop(): Promise<void>;
  /** The stream of reports stays connected and is dead. */
  halfOpen(): Promise<void>;
  /** The venue ends the stream of reports by its own message, the connection stays. */
  endStream(): Promise<void>;
  /** The venue is away, with its books, until it goes on. */
  leave(): Promise<void>;
  /** Symbols for which the venue's dead man's switch runs. */
  countdowns(): Promise<readonly string[]>;
  /** As much time passes for its switches as the daemon gives them. */
  elapse(): Promise<void>;
  /** The venue's clock is off. */
  skew(ms: number): Promise<void>;
  /** Messages of the book are left out. */
  skipBook(count: number): Promise<void>;
  /** Undoes the newest execution of an order. */
  bust(order: VenueOrder): Promise<void>;
  /** Money comes to the account. */
  deposit(of: { readonly currency: string; readonly amount: string }): Promise<void>;
  /** How often the venue received a request to place under this key. */
  timesPlaced(clOrdId: string): Promise<number>;
  /** How many requests to place, cancel or replace it received in all. */
  orderRequests(): Promise<number>;
  /** Client order ids of the orders that rest. */
  resting(): Promise<readonly string[]>;
  /** The best prices of the market as the venue has them. */
  best(): Promise<{ readonly bid: string; readonly ask: string }>;
  /** What the account holds of the instrument: quantity of the base, or signed position. */
  position(): Promise<string>;
};
export type Verb = keyof Verbs;

/** A running daemon, as a driver sees it. */
export type DaemonAddress = { readonly port: number; readonly token: string };

/** A venue that runs. */
export interface OpenVenue {
  /** Configuration of a daemon that trades there, as YAML. */
  readonly config: string;
  /** Entry module of that daemon, relative to the project. */
  readonly main: string;
  readonly terms: Terms;
  readonly verbs: Partial<Verbs>;
  /** Why it lacks a verb or a fault, a clause that goes on after "the venue". */
  lacks(what: Verb | FaultName): string;
  /** Faults it can be told. */
  readonly faults: ReadonlySet<FaultName>;
  /** False: it lives on the daemon's own timeline, and is away and back with it. */
  readonly isOutside: boolean;
  /** The first client of case N01 is configured to run dry. */
  readonly hasDryClient: boolean;
  /** Requests that the configuration lets out at once; null: as many as there are. */
  readonly pacingBurst: number | null;
  /** Longest time after which an order that never arrived is proved absent. */
  readonly absenceMs: number;
  /** Ends faults, and has the market stand as `terms` says. */
  calm(daemon: DaemonAddress): Promise<void>;
  close(): Promise<void>;
}

/** A venue that can be started. */
export interface Driver {
  /** As `--venue` and the page are called. */
  readonly name: string;
  /** Starts it; `directory` is its own and is removed afterwards. */
  open(directory: string): Promise<OpenVenue>;
}
