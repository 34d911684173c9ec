/**
 * Generated markets of several instruments as one source, merged by time, then by instrument.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Micros } from "../../core/numbers.ts";
import type { FeedChoice, FeedSource } from "./feed.ts";
import { MarketGenerator } from "./generator.ts";

export type GeneratorSourceOptions = {
  readonly feed: Extract<FeedChoice, { readonly kind: "generator" }>;
  readonly instruments: readonly Instrument[];
  readonly startUs: Micros;
};

/** Endless. */
export class GeneratorSource implements FeedSource {
  readonly #startUs: Micros;
  readonly #generators: readonly MarketGenerator[];

  /** @throws {RangeError} If a start price does not fit its instrument. */
  constructor({ feed, instruments, startUs }: GeneratorSourceOptions) {
    this.#startUs = startUs;
    this.#generators = instruments.map((instrument) => {
      const startPrice = feed.startPrices?.[instrument.symbol];
      return new MarketGenerator({ instrument, seed: feed.seed, startPrice, startUs });
    });
  }

  nextDueUs(): number | undefined {
    const next = this.#nextGenerator();
    return next === undefined ? undefined : next.nextDueUs - this.#startUs;
  }

  next(): readonly Draft[] {
    return this.#nextGenerator()?.step() ?? [];
  }

  summary(): string {
    return "there was nothing to generate";
  }

  #nextGenerator(): MarketGenerator | undefined {
    let next: MarketGenerator | undefined;
    for (const generator of this.#generators) {
      if (next === undefined || generator.nextDueUs < next.nextDueUs) next = generator;
    }
    return next;
  }
}
