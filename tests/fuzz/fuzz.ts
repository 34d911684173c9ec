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
import { restoredDifference } from "./restored_core.ts";
import { fewestEvents } from "./shrink.ts";
import { makeStream, type PlayedStream, playStream, type StreamSeed } from "./stream.ts";

const STEPS_MAX = 400;
const STREAMS_PER_ROUND = 10;
/** Trials of fast-check to make a failing stream shorter; then single events are left out. */
const TRIALS_MAX = 150;
/** One stream in so many is also compared with a core that is restored from checkpoints. */
const RESTORED_EVERY = 4;

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
};

/** What the rounds share. `isOver`: a disagreement was found, nothing new is tried. */
type Search = { readonly coverage: Coverage; isOver: boolean };

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
  const search: Search = { coverage, isOver: false };
  let rounds = 0;
  let found: Disagreement | undefined;
  const goOn = async (other?: OtherCore): Promise<void> => {
    while (!search.isOver && !options.isEnough(coverage)) {
      rounds += 1;
      const failure = await playRound(options.seed + rounds, { other, search });
      found ??= failure;
    }
  };
  const others = options.others.length > 0 ? options.others : [undefined];
  await Promise.all(others.map(goOn));
  return { coverage, disagreement: found };
}

async function playRound(
  seed: number,
  of: { readonly other: OtherCore | undefined; readonly search: Search },
): Promise<Disagreement | undefined> {
  const { other, search } = of;
  let trials = 0;
  const property = fc.asyncProperty(streams, async (streamSeed) => {
    if (trials === 0 && search.isOver) return true;
    if (trials > TRIALS_MAX) return true;
    const stream = makeStream(streamSeed);
    if (trials === 0) search.coverage.add(stream);
    else trials += 1;
    const lines = await linesOf(stream, { other, isRestored: isRestored(streamSeed, other) });
    if (lines.length === 0) return true;
    search.isOver = true;
    trials += 1;
    return false;
  });
  const details = await fc.check(property, { seed, numRuns: STREAMS_PER_ROUND });
  if (!details.failed) return undefined;
  if (details.counterexample === null) throw new Error(fc.defaultReportMessage(details));
  const [streamSeed] = details.counterexample;
  const against = { other, isRestored: isRestored(streamSeed, other) };
  return await fewest(makeStream(streamSeed), { seed, ...against });
}

function isRestored({ world }: StreamSeed, other: OtherCore | undefined): boolean {
  return other === undefined || world % RESTORED_EVERY === 0;
}

type Against = { readonly other: OtherCore | undefined; readonly isRestored: boolean };

async function fewest(
  stream: PlayedStream,
  of: Against & { readonly seed: number },
): Promise<Disagreement> {
  const events = await fewestEvents(stream.events, async (fewer) => {
    const smaller = playStream(fewer);
    return smaller !== undefined && (await linesOf(smaller, of)).length > 0;
  });
  const smallest = playStream(events) ?? stream;
  return { seed: of.seed, events, lines: await linesOf(smallest, of) };
}

async function linesOf(stream: PlayedStream, of: Against): Promise<readonly string[]> {
  const { events } = stream;
  const lines = of.other === undefined ? [] : disagreement(stream, await of.other.play(events));
  if (lines.length > 0 || !of.isRestored) return lines;
  return restoredDifference(events).map((line) => `restored: ${line}`);
}
