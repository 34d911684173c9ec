/**
 * A soak as it would be recorded of a sound daemon on a noisy machine, from a seed; tests plant in
 * it what a soak must find.
 * @module
 */
import { Prng } from "../../edge/feeds/prng.ts";
import { type Recording, type Sample, TimingLog } from "../../tools/soak/recording.ts";

const DURATION_MS = 3_600_000;
const SAMPLE_MS = 5_000;
const INTENT_MS = 100;
const MIB = 1_048_576;

/** What is done to each sample, and to each latency, of a time (0 to 1 of the run). */
export type Planted = {
  readonly sample?: (sample: Sample, share: number) => Sample;
  readonly latencyUs?: (us: number, share: number) => number;
  /** The machine's own slowness at a time; 1 is as ever. */
  readonly machine?: (share: number) => number;
  readonly outcome?: Partial<Recording["outcome"]>;
};

/** Returns the recording of an hour. */
export function soundRecording(seed: number, planted: Planted = {}): Recording {
  const draws = new Prng({ seed, stream: 3 });
  const { sample = (one) => one } = planted;
  const count = DURATION_MS / SAMPLE_MS;
  return {
    durationMs: DURATION_MS,
    marketRetentionMs: DURATION_MS / 12,
    samples: Array.from(
      { length: count },
      (_, at) => sample(soundSample(draws, (at + 1) * SAMPLE_MS), (at + 1) / count),
    ),
    ...timings(draws, planted),
    outcome: {
      alarms: {},
      problems: [],
      verified: "The journal is whole.",
      isVerified: true,
      exitCode: 0,
      ...planted.outcome,
    },
  };
}

function soundSample(draws: Prng, atMs: number): Sample {
  const events = Math.round(atMs / 6);
  const warm = 1 - Math.exp(-atMs / 120_000);
  return {
    atMs,
    anonymousBytes: (300 + 80 * warm + draws.below(20)) * MIB,
    heapBytes: (50 + draws.below(30)) * MIB,
    externalBytes: (12 + draws.below(6)) * MIB,
    descriptors: draws.chance(80) ? 66 : 64 + draws.below(5),
    truthBytes: events * 980 + draws.below(100_000),
    marketBytes: Math.min(atMs, 330_000) * 150 + draws.below(4 * MIB),
    journalBytes: events * 1_200,
    indexBytes: events * 850 + draws.below(200_000),
    checkpointBytes: 3 * MIB,
    truthEvents: events,
    marketEvents: Math.round(atMs * 0.55),
    queueDepth: draws.below(4),
    followerLag: draws.below(4_000),
    indexLag: draws.below(4_000),
    gcSeconds: atMs / 1_000 * 0.002,
    cpuSeconds: atMs / 1_000 * 0.2,
    slowConsumers: 0,
  };
}

function timings(
  draws: Prng,
  { latencyUs = (us) => us, machine = () => 1 }: Planted,
): Pick<Recording, "intents" | "echo" | "sync"> {
  const log = { intents: new TimingLog(), echo: new TimingLog(), sync: new TimingLog() };
  for (let atMs = INTENT_MS; atMs < DURATION_MS; atMs += INTENT_MS) {
    const share = atMs / DURATION_MS;
    const slow = machine(share);
    log.echo.add({ atMs, us: 120 * slow * spread(draws) });
    log.sync.add({ atMs, us: 250 * slow * spread(draws) });
    log.intents.add({ atMs, us: latencyUs(480 * slow * spread(draws), share) });
  }
  return log;
}

/** Mostly about 1, one in fifty up to ten times as much. */
function spread(draws: Prng): number {
  const usual = 0.8 + draws.below(400) / 1_000;
  return draws.chance(2) ? usual * (2 + draws.below(8)) : usual;
}
