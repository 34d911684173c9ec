/**
 * Differential fuzzing (R-TEST-3): random streams on two cores, compared after every event, shrunk
 * where they part.
 *
 * Streams are drawn by fast-check from the seed, in rounds; each process of the reference core plays
 * one round at a time. The same seed and count of rounds give the same streams.
 * @module
 */
import * as fc from "fast-check";
import type { JsonObject } from "../contracts/trace/json.ts";
import type { Played } from "../contracts/trace/reference.ts";
import { Coverage } from "./coverage.ts";
import { disagreement } from "./compare.ts";
import { playRestored } from "./restored_core.ts";
import { fewestEvents } from "./shrink.ts";
import { makeStream, type PlayedStream, playStream, type StreamSeed } from "./stream.ts";

const STEPS_MAX = 400;
const STREAMS_PER_ROUND = 10;
/** One stream in so many is also compared with a core that is restored from checkpoints. */
const RESTORED_EVERY = 10;

/** Another core: plays events on one that knows nothing. */
export type OtherCore = {
  play(events: readonly JsonObject[]): Played | Promise<Played>;
};

/** What a run is asked for. It ends with the round in which one of the limits is reached. */
export type FuzzOptions = {
  readonly seed: number;
  /** Streams play on these at the same time; none: only against restored cores. */
  readonly others: readonly OtherCore[];
  readonly isEnough: (coverage: Coverage) => boolean;
  readonly onRound?: (coverage: Coverage) => void;
};

/** Events on which two cores disagree, as few as could be found, and what is different. */
export type Disagreement = {
  readonly seed: number;
  readonly events: readonly JsonObject[];
  readonly lines: readonly string[];
};

/** What a run found. */
export type FuzzResult = {
  readonly coverage: Coverage;
  readonly disagreement: Disagreement | undefined;
};

const bits = fc.noShrink(fc.nat(0xffff_ffff));
const streams: fc.Arbitrary<StreamSeed> = fc.record({
  world: bits,
  steps: fc.array(bits, { minLength: STEPS_MAX / 2, maxLength: STEPS_MAX, size: "max" }),
});

/** Fuzzes until it is enough, or two cores disagree. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const coverage = new Coverage();
  let rounds = 0;
  let found: Disagreement | undefined;
  const goOn = async (other: OtherCore): Promise<void> => {
    while (found === undefined && !options.isEnough(coverage)) {
      rounds += 1;
      const seed = options.seed + rounds;
      const failure = await playRound(seed, { other, coverage });
      found ??= failure;
      options.onRound?.(coverage);
    }
  };
  const others = options.others.length > 0 ? options.others : [{ play: playRestored }];
  await Promise.all(others.map(goOn));
  return { coverage, disagreement: found };
}

async function playRound(
  seed: number,
  of: { readonly other: OtherCore; readonly coverage: Coverage },
): Promise<Disagreement | undefined> {
  let isShrinking = false;
  const property = fc.asyncProperty(streams, async (streamSeed) => {
    const stream = makeStream(streamSeed);
    if (!isShrinking) of.coverage.add(stream);
    const isAgreed = (await linesOf(stream, of.other)).length === 0;
    isShrinking ||= !isAgreed;
    return isAgreed;
  });
  const details = await fc.check(property, { seed, numRuns: STREAMS_PER_ROUND });
  if (!details.failed) return undefined;
  if (details.counterexample === null) throw new Error(fc.defaultReportMessage(details));
  const stream = makeStream(details.counterexample[0]);
  const events = await fewestEvents(stream.events, async (fewer) => {
    const smaller = playStream(fewer);
    return smaller !== undefined && (await linesOf(smaller, of.other)).length > 0;
  });
  const smallest = playStream(events) ?? stream;
  return { seed, events, lines: await linesOf(smallest, of.other) };
}

async function linesOf(
  stream: PlayedStream,
  other: OtherCore,
): Promise<readonly string[]> {
  const lines = disagreement(stream, await other.play(stream.events));
  if (lines.length > 0 || stream.events.length % RESTORED_EVERY > 0) return lines;
  return disagreement(stream, playRestored(stream.events)).map((line) => `restored: ${line}`);
}
