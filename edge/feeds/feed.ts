/**
 * A feed in its Worker: paces a source, posts its drafts within the credit it was given.
 *
 * Flow control: never more drafts outstanding than credit. A feed that must wait stands still; its
 * clock goes on from there, so that nothing bursts out afterwards.
 * Ordering: drafts are posted in the order of the source, which names their times.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { micros } from "../../core/numbers.ts";
import type { VenueId } from "../../core/numbers.ts";
import type { FeedMessage } from "../feed_link.ts";
import type { CreditMessage } from "../inlet.ts";
import type { Ports, WorkerScope } from "../ports.ts";
import type { RawColumns } from "./capture_reader.ts";
import type { CaptureExpectation } from "./capture_summary.ts";
import type { CaptureFiles } from "./capture_stream.ts";
import { CaptureSource } from "./capture_source.ts";
import { discovererOf, type Discovery, playedBefore } from "./discovery.ts";
import { GeneratorSource } from "./generator_source.ts";

/** Most drafts in one message. */
const BATCH_MAX = 256;
/** Shortest sleep: closer moments are posted together. */
const SLEEP_MIN_US = 2_000;
/** A damaged capture could have one in each line: so many are told, the summary counts all. */
const PROBLEMS_MAX = 1_000;

/** A recording begins with its first line, wherever the journal stands. */
const PLAYED_ANEW = "orders and positions of then meet the recording from its first line, at " +
  "prices that are past";

/** What a feed is made of. */
export type FeedChoice =
  | {
    readonly kind: "generator";
    readonly seed: number;
    /** Start prices, decimals by symbol. */
    readonly startPrices?: Readonly<Record<string, string>>;
  }
  | {
    readonly kind: "capture";
    /** Paths, in order; together one stream. */
    readonly files: readonly string[];
    /** Name of the recorder's format; see `capture_formats.ts`. */
    readonly format: string;
    /** What the columns mean; of formats of rows. */
    readonly columns?: RawColumns;
    /** Each file is a stream of its own, merged with the others by time. */
    readonly merge?: boolean;
    /** Other recordings, merged by time. */
    readonly beside?: readonly (CaptureFiles & { readonly merge?: boolean })[];
    /** The capture ends at the first line that cannot be read. */
    readonly strict?: boolean;
    /** A number is the factor: 2 is twice as fast as it was. */
    readonly speed: "realtime" | "fastest" | number;
    /** What the recorder says of the files: one instrument. Differences are problems. */
    readonly expect?: CaptureExpectation;
  };

/** What the Worker is started with. Structured-cloneable. */
export type FeedInit = {
  readonly venue: VenueId;
  readonly instruments: readonly Instrument[];
  readonly feed: FeedChoice;
  /** Without instruments: how those are listed that the source names. */
  readonly discovery?: Discovery;
  /** An instrument of which the journal has market data already, if there is one. */
  readonly played?: string;
};

/** Where drafts come from. Times are microseconds since the source began. */
export interface FeedSource {
  /** When the next drafts are due, or undefined at the end. */
  nextDueUs(): number | undefined;
  /** The drafts of that moment; maybe none. */
  next(): readonly Draft[];
  /** What to say at the end, a sentence. */
  summary(): string;
}

export type FeedPorts = Pick<Ports, "clock" | "timers" | "disk">;

/** Runs a feed until its source ends. */
export function runFeed(scope: WorkerScope, ports: FeedPorts, init: FeedInit): void {
  const post = (message: FeedMessage): void => scope.post(message);
  let problems = 0;
  const problem = (text: string): void => {
    if (++problems > PROBLEMS_MAX) return;
    post({ kind: "problem", text });
    if (problems === PROBLEMS_MAX) post({ kind: "problem", text: "further problems are not told" });
  };
  const pump = new Pump({ source: openSource(ports, init, problem), ports, post });
  scope.onMessage((message) => pump.credit((message as CreditMessage).drafts));
}

function openSource(
  ports: FeedPorts,
  init: FeedInit,
  problem: (text: string) => void,
): FeedSource {
  const { feed, instruments, discovery } = init;
  switch (feed.kind) {
    case "generator": {
      const startUs = micros(ports.clock.wallUs());
      return new GeneratorSource({ feed, instruments, startUs });
    }
    case "capture":
      if (init.played !== undefined) problem(playedBefore(init.played, PLAYED_ANEW));
      return new CaptureSource({
        feed,
        instruments,
        ...(discovery === undefined ? {} : { discover: discovererOf(discovery, problem) }),
        disk: ports.disk,
        problem,
      });
  }
}

type PumpOptions = {
  readonly source: FeedSource;
  readonly ports: FeedPorts;
  readonly post: (message: FeedMessage) => void;
};

/** Moves drafts from a source to the daemon: in time, within the credit. */
class Pump {
  readonly #options: PumpOptions;
  #credit = 0;
  #waiting: readonly Draft[] = [];
  #isAsleep = false;
  #hasEnded = false;
  /** Monotonic time at which the source's clock would have read 0. */
  #originUs: number;
  /** Since when there was no credit, if there is none. */
  #stoppedUs: number | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#originUs = options.ports.clock.monotonicUs();
    this.#stoppedUs = this.#originUs;
  }

  credit(drafts: number): void {
    this.#credit += drafts;
    if (this.#stoppedUs !== undefined) {
      this.#originUs += this.#options.ports.clock.monotonicUs() - this.#stoppedUs;
      this.#stoppedUs = undefined;
    }
    if (!this.#isAsleep) this.#run();
  }

  #run(): void {
    while (!this.#hasEnded) {
      if (this.#credit === 0) {
        this.#stoppedUs = this.#options.ports.clock.monotonicUs();
        return;
      }
      const batch = this.#gather();
      if (batch.length > 0) this.#post(batch);
      else if (!this.#hasEnded) return this.#sleep();
    }
  }

  /** Collects what is due, within credit and batch. */
  #gather(): Draft[] {
    const { source, ports } = this.#options;
    const most = Math.min(this.#credit, BATCH_MAX);
    const elapsedUs = ports.clock.monotonicUs() - this.#originUs;
    const batch: Draft[] = [];
    while (batch.length < most) {
      if (this.#waiting.length === 0) {
        const dueUs = source.nextDueUs();
        if (dueUs === undefined && batch.length === 0) this.#end();
        if (dueUs === undefined || dueUs > elapsedUs) break;
        this.#waiting = source.next();
      }
      const part = this.#waiting.slice(0, most - batch.length);
      this.#waiting = this.#waiting.slice(part.length);
      batch.push(...part);
    }
    return batch;
  }

  #post(drafts: readonly Draft[]): void {
    this.#credit -= drafts.length;
    this.#options.post({ kind: "drafts", drafts });
  }

  #sleep(): void {
    const { source, ports } = this.#options;
    const dueUs = source.nextDueUs() ?? 0;
    const delayUs = this.#originUs + dueUs - ports.clock.monotonicUs();
    this.#isAsleep = true;
    ports.timers.after(Math.max(delayUs, SLEEP_MIN_US), () => {
      this.#isAsleep = false;
      this.#run();
    });
  }

  #end(): void {
    this.#hasEnded = true;
    this.#options.post({ kind: "ended", summary: this.#options.source.summary() });
  }
}
