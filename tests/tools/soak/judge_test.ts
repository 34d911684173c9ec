/**
 * The judge of a soak finds each leak that is planted in an otherwise sound recording, and takes no
 * noise for one. Proves, with the soak itself, that memory, descriptors, disk and latency are flat.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { holds, judge } from "../../../tools/soak/judge.ts";
import { type Planted, soundRecording } from "../../support/soak_recording.ts";

const MIB = 1_048_576;

function brokenIn(seed: number, planted: Planted): readonly string[] {
  return judge(soundRecording(seed, planted)).filter(({ verdict }) => verdict === "broken")
    .map(({ name }) => name);
}

for (const seed of [1, 2, 3, 4, 5]) {
  Deno.test(`judge() finds nothing in the noise of seed ${seed}, and judges everything`, () => {
    const verdicts = judge(soundRecording(seed));
    deepStrictEqual(verdicts.filter(({ verdict }) => verdict !== "held"), []);
    ok(holds(verdicts));
  });
}

const leaks: readonly (readonly [string, string, Planted])[] = [
  ["memory of its own", "30 MiB an hour, less than its noise", {
    sample: (one, share) => ({ ...one, anonymousBytes: one.anonymousBytes + 30 * share * MIB }),
  }],
  ["heap of the main thread", "25 MiB an hour beneath a sawtooth of 30", {
    sample: (one, share) => ({ ...one, heapBytes: one.heapBytes + 25 * share * MIB }),
  }],
  ["external memory of the main thread", "20 MiB at once", {
    sample: (one, share) => share > 0.5 ? { ...one, externalBytes: 40 * MIB } : one,
  }],
  ["open descriptors", "one that stays", {
    sample: (one, share) => share > 0.4 ? { ...one, descriptors: one.descriptors + 1 } : one,
  }],
  ["market data on disk", "retention that falls behind", {
    sample: (one) => ({ ...one, marketBytes: one.marketBytes + one.atMs * 50 }),
  }],
  ["truth bytes per event", "a tenth more at the end", {
    sample: (one, share) =>
      share > 0.6
        ? { ...one, truthBytes: one.truthBytes + (share - 0.6) * 3_600_000 / 6 * 98 }
        : one,
  }],
  ["follower behind", "a follower that does not keep up", {
    sample: (one) => ({ ...one, followerLag: one.followerLag + one.atMs / 500 }),
  }],
  ["events in one queue", "a queue that fills", {
    sample: (one) => ({ ...one, queueDepth: one.queueDepth + one.atMs / 60_000 }),
  }],
  ["pauses for garbage", "collections that take longer and longer", {
    sample: (one, share) => ({ ...one, gcSeconds: one.gcSeconds + 30 * share * share }),
  }],
  ["alarms", "an alarm", { outcome: { alarms: { digest_mismatch: 1 } } }],
  ["gaps in reports, positions that differ", "a gap", {
    outcome: { problems: ["report 7 after 5"] },
  }],
  ["journal damaged", "a journal that is not whole", { outcome: { isVerified: false } }],
  ["exit code", "an end by a fault", { outcome: { exitCode: 70 } }],
];
for (const [name, what, planted] of leaks) {
  Deno.test(`judge() finds in "${name}" ${what}, and nothing else`, () => {
    deepStrictEqual(brokenIn(1, planted), [name]);
    deepStrictEqual(brokenIn(2, planted), [name]);
  });
}

Deno.test("judge() finds a latency that doubles", () => {
  for (const seed of [1, 2, 3]) {
    const broken = brokenIn(seed, { latencyUs: (us, share) => us * (1 + share) });
    ok(broken.includes("intent to report, p50 beside echo and sync"), `${seed}: ${broken}`);
  }
});

Deno.test("judge() finds that only the slow ones become slower", () => {
  for (const seed of [1, 2, 3]) {
    const latencyUs = (us: number, share: number): number => us > 900 && share > 0.5 ? 3 * us : us;
    deepStrictEqual(brokenIn(seed, { latencyUs }), ["intent to report, p99 beside echo and sync"]);
  }
});

Deno.test("judge() takes a machine that becomes three times slower for no fault of the daemon's", () => {
  deepStrictEqual(brokenIn(1, { machine: (share) => share > 0.7 ? 3 : 1 }), []);
});

Deno.test("judge() takes one bad minute of latencies for no change", () => {
  const latencyUs = (us: number, share: number): number =>
    Math.abs(share - 0.9) < 0.01 ? 50 * us : us;
  deepStrictEqual(brokenIn(1, { latencyUs }), []);
});

Deno.test("judge() does not judge what was not measured", () => {
  const recording = { ...soundRecording(1), samples: [], durationMs: 1_000 };
  const verdicts = judge(recording).filter(({ verdict }) => verdict === "held");
  strictEqual(verdicts.length, 4); // how it ended is known
});

Deno.test("judge() says of memory whose noise is larger than its bound that the run is too short", () => {
  const recording = soundRecording(1, {
    sample: (one, share) => ({
      ...one,
      anonymousBytes: one.anonymousBytes + 150 * Math.abs(Math.sin(share * 40)) * MIB,
    }),
  });
  const [memory] = judge(recording);
  strictEqual(memory?.verdict, "not judged", memory?.detail);
});
