/**
 * How well probabilities of one horizon fit outcomes.
 *
 * Brier score: the mean of (p − outcome)². Skill: 1 − score ÷ score of the base rate said every time;
 * above 0 the model knows something. The base rate is that of the same orders, known only afterwards:
 * a model that is right of every order, and cannot tell one from another, scores a little below 0.
 * Beside it the skill of the exponential time with the same rate, p = 1 − e^(−x). Reliability: ten
 * bins of p, with mean p and mean outcome.
 *
 * The error of a skill is its standard deviation by the jackknife that leaves out one group of orders
 * after the other: orders of one minute share their market, so whole minutes go together, dealt in
 * turn to `GROUPS` groups. With fewer than two groups there is none.
 * @module
 */
import { halved } from "./decay.ts";

const US_PER_MINUTE = 60_000_000;
/** log2 e: e^(−x) = 2^(−x·log2 e). */
const LOG_2_E = 1.4426950408889634;
const BINS = 10;
const GROUPS = 60;

/** One bin of a reliability diagram. */
export type ReliabilityBin = {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Means over the bin; null where it is empty. */
  readonly meanP: number | null;
  readonly meanOutcome: number | null;
};

/** Figures of one horizon; null where there is no sample, or only one outcome. */
export type HorizonFit = {
  readonly horizonMs: number;
  readonly samples: number;
  readonly baseRate: number | null;
  readonly brier: number | null;
  readonly skill: number | null;
  /** Standard error of the skill. */
  readonly skillError: number | null;
  readonly exponentialSkill: number | null;
  readonly bins: readonly ReliabilityBin[];
};

type Sums = { samples: number; filled: number; score: number; exponential: number };

/** Sums of one horizon. */
export class Fit {
  readonly horizonMs: number;
  readonly #bins = Array.from({ length: BINS }, () => ({ count: 0, p: 0, outcome: 0 }));
  readonly #groups: readonly Sums[] = Array.from({ length: GROUPS }, none);
  readonly #all = none();

  constructor(horizonMs: number) {
    this.horizonMs = horizonMs;
  }

  /** Counts one order in. */
  add(
    of: {
      readonly p: number;
      /** Fills that were expected within the horizon at the rate that was said. */
      readonly expected: number;
      readonly isFilled: boolean;
      readonly placedUs: number;
    },
  ): void {
    const outcome = of.isFilled ? 1 : 0;
    const one = {
      samples: 1,
      filled: outcome,
      score: squared(of.p - outcome),
      exponential: squared(exponentialOf(of.expected) - outcome),
    };
    add(this.#all, one);
    const group = this.#groups[Math.floor(of.placedUs / US_PER_MINUTE) % GROUPS];
    if (group !== undefined) add(group, one);
    const bin = this.#bins[Math.min(BINS - 1, Math.floor(of.p * BINS))];
    if (bin === undefined) return;
    bin.count += 1;
    bin.p += of.p;
    bin.outcome += outcome;
  }

  /** Returns the figures of what was counted. */
  result(): HorizonFit {
    const all = this.#all;
    return {
      horizonMs: this.horizonMs,
      samples: all.samples,
      baseRate: all.samples === 0 ? null : all.filled / all.samples,
      brier: all.samples === 0 ? null : all.score / all.samples,
      skill: skillOf(all, all.score),
      skillError: this.#skillError(),
      exponentialSkill: skillOf(all, all.exponential),
      bins: this.#bins.map(({ count, p, outcome }, at) => ({
        from: at / BINS,
        to: (at + 1) / BINS,
        count,
        meanP: count === 0 ? null : p / count,
        meanOutcome: count === 0 ? null : outcome / count,
      })),
    };
  }

  #skillError(): number | null {
    const skills: number[] = [];
    for (const group of this.#groups) {
      if (group.samples === 0) continue;
      const rest = difference(this.#all, group);
      const skill = skillOf(rest, rest.score);
      if (skill === null) return null;
      skills.push(skill);
    }
    const count = skills.length;
    if (count < 2) return null;
    const mean = skills.reduce((sum, skill) => sum + skill, 0) / count;
    const spread = skills.reduce((sum, skill) => sum + squared(skill - mean), 0);
    return Math.sqrt((count - 1) / count * spread);
  }
}

function none(): Sums {
  return { samples: 0, filled: 0, score: 0, exponential: 0 };
}

function add(to: Sums, one: Readonly<Sums>): void {
  to.samples += one.samples;
  to.filled += one.filled;
  to.score += one.score;
  to.exponential += one.exponential;
}

function difference(all: Readonly<Sums>, part: Readonly<Sums>): Sums {
  return {
    samples: all.samples - part.samples,
    filled: all.filled - part.filled,
    score: all.score - part.score,
    exponential: all.exponential - part.exponential,
  };
}

/** Returns 1 − e^(−x). */
function exponentialOf(x: number): number {
  return 1 - halved(x * LOG_2_E);
}

function squared(value: number): number {
  return value * value;
}

/** Skill of a sum of scores against always saying the base rate, whose score is r(1 − r). */
function skillOf({ samples, filled }: Readonly<Sums>, score: number): number | null {
  if (samples === 0) return null;
  const rate = filled / samples;
  const reference = rate * (1 - rate);
  return reference === 0 ? null : 1 - score / samples / reference;
}
