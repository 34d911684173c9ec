/**
 * One market of the stream: its runners, and what its definition says of them.
 *
 * Ordering: of a message a market tells first what its definition changes (listings, the definition,
 * removals), then trades, then books, and a result last.
 * Known limits: results of lines, handicaps and each-way markets are not told, since what they pay
 * does not follow from winners alone; nor does the stream say which of several places a dead heat
 * shares, so in a market of places with one all who placed share them.
 * @module
 */
import type { Draft, MarketPayloads, PlacedRunner, Removal } from "../../../core/event.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { type Micros, micros } from "../../../core/numbers.ts";
import { controlDraft } from "../../control_draft.ts";
import { marketDraft } from "../market_draft.ts";
import type { MarketDefinition, RunnerDefinition } from "./definition.ts";
import type { ChangeBuffer } from "./change_buffer.ts";
import type { Directory, ListingPlace } from "./directory.ts";
import { instrumentOf, isPlain, symbolOf } from "./listing.ts";
import { RunnerFeed } from "./runner_feed.ts";

/** Reductions from this on would leave nothing; the venue sends none. */
const REDUCTION_PPM_MAX = 999_999;

/** Terms of a market that has not said any. */
const NO_DEFINITION: MarketDefinition = {
  status: "OPEN",
  inPlay: false,
  betDelayMs: 0,
  isPassiveFree: false,
  baseRatePpm: null,
  discountAllowed: false,
  version: null,
  winners: 1,
  marketType: "",
  bettingType: "",
  ladder: { kind: "classic" },
  runners: [],
};

export type MarketFeedOptions = {
  readonly id: string;
  readonly directory: Directory;
  readonly problem: (text: string) => void;
};

/** A market. */
export class MarketFeed {
  readonly id: string;
  readonly #options: MarketFeedOptions;
  readonly #plain = new Map<number, RunnerFeed | undefined>();
  readonly #handicapped = new Map<string, RunnerFeed | undefined>();
  readonly #removed = new Set<string>();
  #definition: MarketDefinition | undefined;
  #winners = 1;
  #result = "";
  /** It came under a subscription once: one that leaves it out loses it. */
  isSubscribed = false;
  /** Its stream has every level: ladders by level say nothing more. */
  isFull = false;
  /** It was read from its beginning, or from an image: a price that shows volume first has traded. */
  isWhole = false;
  /** Changes of it were missed: runners that are named from here on wait for an image too. */
  isLost = false;
  /** Number of the message that was an image of it last. */
  imageIn = 0;

  constructor(options: MarketFeedOptions) {
    this.id = options.id;
    this.#options = options;
  }

  /** True once it has ended: volume that is taken back then is no news. */
  get isClosed(): boolean {
    return this.#definition?.status === "CLOSED";
  }

  get definition(): MarketDefinition | undefined {
    return this.#definition;
  }

  /** Its runners that are read, in the order in which they came. */
  *runners(): Generator<RunnerFeed, void> {
    for (const runner of this.#plain.values()) if (runner !== undefined) yield runner;
    for (const runner of this.#handicapped.values()) if (runner !== undefined) yield runner;
  }

  /** Returns the runner of a row of the message if it is known and has no handicap. */
  plainRunner(buffer: ChangeBuffer, row: number): RunnerFeed | undefined {
    return buffer.handicap(row) === 0 ? this.#plain.get(buffer.selection(row)) : undefined;
  }

  /**
   * Returns a runner; one that the definition did not name is listed first. Undefined: not read.
   * The handicap is in hundredths.
   */
  runner(
    of: { readonly selection: number; readonly handicap: number },
    drafts: Draft[],
    eventTime: Micros,
  ): RunnerFeed | undefined {
    const known = of.handicap === 0
      ? this.#plain.get(of.selection)
      : this.#handicapped.get(keyOf(of));
    if (known !== undefined || this.#has(of)) return known;
    if (this.#definition === undefined && this.#plain.size + this.#handicapped.size === 0) {
      this.#options.problem(
        `market ${this.id} was not defined before its runner ${of.selection}: its runners are ` +
          "listed on default terms",
      );
    }
    const runner = { ...of, status: "ACTIVE", reductionPpm: null, removedMs: null } as const;
    return this.#list(runner, drafts, eventTime);
  }

  /** Takes a definition: adds listings, the definition itself and removals. */
  define(definition: MarketDefinition, drafts: Draft[], eventTime: Micros): void {
    this.#noteWinners(definition);
    this.#definition = definition;
    const payload = definedPayload(definition);
    for (const runner of definition.runners) {
      const feed = this.#list(runner, drafts, eventTime);
      if (feed === undefined) continue;
      feed.isNew = false;
      drafts.push(
        marketDraft(feed.instrument, eventTime, { eventType: "MarketDefined", payload }),
      );
    }
    for (const runner of definition.runners) this.#remove(runner, drafts, eventTime);
    if (this.isClosed) { for (const runner of this.runners()) runner.forgetVolume(); }
  }

  /** How many win is a term of the listing, which must not change. */
  #noteWinners(definition: MarketDefinition): void {
    const before = this.#definition?.winners;
    if (before === undefined && this.#plain.size + this.#handicapped.size === 0) {
      this.#winners = Math.max(1, definition.winners);
    } else if (definition.winners !== this.#winners && definition.winners !== before) {
      this.#options.problem(
        `market ${this.id} has ${definition.winners} winners: it stays listed with ${this.#winners}`,
      );
    }
  }

  /** Adds the result, if the market has ended and it was not told before. */
  settle(drafts: Draft[], eventTime: Micros): void {
    const definition = this.#definition;
    if (definition?.status !== "CLOSED") return;
    const placed = definition.runners.filter(({ status }) =>
      status === "WINNER" || status === "PLACED"
    );
    const isOpen = definition.runners.some(({ status }) => status === "ACTIVE");
    if (isOpen || definition.runners.length === 0) return; // ended, the result comes later
    const result = placed.map(keyOf).join(" ");
    if (this.#result === `${result}.`) return;
    this.#result = `${result}.`;
    const [first] = this.runners();
    if (first === undefined || !this.#isPlain(definition)) return;
    const winners = this.#placings(placed);
    drafts.push({
      eventTime,
      source: "broker_report",
      venue: first.instrument.venue,
      instrument: null,
      eventType: "MarketSettled",
      payload: {
        market: this.id,
        winners,
        voided: [],
        isVoid: placed.length === 0,
        amount: null,
      },
      idempotencyKey: `${this.id} settled ${definition.version ?? ""} ${result}`,
    });
  }

  /** What the market pays must follow from who won. */
  #isPlain(definition: MarketDefinition): boolean {
    if (isPlain(definition)) return true;
    const kind = `${definition.bettingType} ${definition.marketType}`;
    this.#options.problem(`market ${this.id} (${kind}) has ended: its result is not settled here`);
    return false;
  }

  /** Runners that placed and are read. More than there are places: they share them. */
  #placings(placed: readonly RunnerDefinition[]): readonly PlacedRunner[] {
    const isShared = placed.length > this.#winners;
    if (isShared && this.#winners > 1) {
      this.#options.problem(
        `market ${this.id} has ${placed.length} runners in ${this.#winners} places: the stream does ` +
          "not say who shares one, so all share all",
      );
    }
    const [places, tied] = isShared ? [this.#winners, placed.length] : [1, 1];
    return placed.flatMap((runner) => {
      const id = this.#find(runner)?.instrument.id;
      return id === undefined ? [] : [{ instrument: id, places, tied }];
    });
  }

  #remove(runner: RunnerDefinition, drafts: Draft[], eventTime: Micros): void {
    if (runner.status !== "REMOVED" && runner.status !== "REMOVED_VACANT") return;
    const instrument = this.#find(runner)?.instrument;
    const reductionPpm = Math.min(runner.reductionPpm ?? 0, REDUCTION_PPM_MAX);
    const key = `${this.id} removed ${keyOf(runner)} ${reductionPpm} ${runner.removedMs ?? ""}`;
    if (instrument === undefined || this.#removed.has(key)) return;
    this.#removed.add(key);
    drafts.push({
      eventTime,
      source: "broker_report",
      venue: instrument.venue,
      instrument: instrument.id,
      eventType: "RunnerRemoved",
      payload: { reductionPpm, basis: this.#winners === 1 ? "price" : "winnings" },
      idempotencyKey: key,
    });
  }

  /** Lists a runner, or again if its terms are others. */
  #list(
    runner: RunnerDefinition,
    drafts: Draft[],
    eventTime: Micros,
  ): RunnerFeed | undefined {
    const known = this.#find(runner);
    if (known === undefined && this.#has(runner)) return undefined;
    const place = known?.instrument ?? this.#options.directory.placeOf(symbolOf(this.id, runner));
    if (place === undefined) return this.#keep(runner, undefined);
    const instrument = this.#instrument(runner, place);
    if (known !== undefined && JSON.stringify(known.instrument) === JSON.stringify(instrument)) {
      return known;
    }
    const { id, venue } = instrument;
    const said = {
      eventType: "InstrumentListed",
      payload: instrument,
      venue,
      instrument: id,
    } as const;
    drafts.push(controlDraft(said, eventTime));
    known?.relist(instrument);
    return known ?? this.#keep(runner, new RunnerFeed({ instrument, isLost: this.isLost }));
  }

  #instrument(runner: RunnerDefinition, place: ListingPlace): Instrument {
    const definition = this.#definition ?? NO_DEFINITION;
    return instrumentOf({ place, market: this.id, winners: this.#winners }, { definition, runner });
  }

  #keep(
    of: { readonly selection: number; readonly handicap: number },
    feed: RunnerFeed | undefined,
  ): RunnerFeed | undefined {
    if (of.handicap === 0) this.#plain.set(of.selection, feed);
    else this.#handicapped.set(keyOf(of), feed);
    return feed;
  }

  #find(of: { readonly selection: number; readonly handicap: number }): RunnerFeed | undefined {
    return of.handicap === 0 ? this.#plain.get(of.selection) : this.#handicapped.get(keyOf(of));
  }

  #has(of: { readonly selection: number; readonly handicap: number }): boolean {
    return of.handicap === 0 ? this.#plain.has(of.selection) : this.#handicapped.has(keyOf(of));
  }
}

function keyOf(of: { readonly selection: number; readonly handicap: number }): string {
  return `${of.selection} ${of.handicap}`;
}

function definedPayload(definition: MarketDefinition): MarketPayloads["MarketDefined"] {
  return {
    status: STATUS[definition.status],
    inPlay: definition.inPlay,
    betDelayMs: definition.betDelayMs,
    isPassiveFree: definition.isPassiveFree,
    baseRatePpm: definition.baseRatePpm,
    discountAllowed: definition.discountAllowed,
    version: definition.version,
    removals: definition.runners.flatMap(removalOf),
  };
}

const STATUS = {
  INACTIVE: "suspended",
  OPEN: "open",
  SUSPENDED: "suspended",
  CLOSED: "closed",
} as const satisfies Record<MarketDefinition["status"], MarketPayloads["MarketDefined"]["status"]>;

function removalOf(runner: RunnerDefinition): readonly Removal[] {
  if (runner.status !== "REMOVED" && runner.status !== "REMOVED_VACANT") return [];
  const name = symbolOf("", runner).slice(1);
  const atUs = micros((runner.removedMs ?? 0) * 1_000);
  return [{ runner: name, reductionPpm: runner.reductionPpm ?? 0, atUs }];
}
