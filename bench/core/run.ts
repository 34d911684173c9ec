/**
 * The core's benchmark: `deno task bench:core [--rounds N] [--quick] [--out FILE]`.
 *
 * Each figure stands beside its floor, taken in the same run: order events with every guard and
 * invariant beside a bare loop over slots that reads the same events; a steady rate with many live
 * orders, one checkpoint included, beside the same loop that serves nothing; memory after the last
 * million of events beside that after the first. All of it runs under the product's own options of
 * the runtime. Prints a table for people on stderr and one JSON object on stdout.
 * @module
 */
import { option, runScript, say, tell } from "../harness.ts";
import { type Figure, figure, median } from "../measure.ts";
import { V8_OPTION } from "../../tools/compile/runtime_flags.ts";
import type { Summary } from "./distribution.ts";

type Throughput = {
  readonly checked: number;
  readonly engine_per_second: number;
  readonly slot_loop_per_second: number;
  readonly ratio: number;
};
type Steady = {
  readonly lateness: Summary;
  readonly service: Summary;
  readonly no_op_lateness: readonly Summary[];
  /** Beside other programs it may not: then the pass has seen only a part of it. */
  readonly checkpoint_ended_in_pass: boolean;
};
type Memory = { readonly held: readonly number[]; readonly ratio: number };

/** A stall below this is nobody's fault on a machine that is shared, microseconds. */
const STALL_US = 2_000;
const args = new Set(Deno.args);
const isQuick = args.has("--quick");
const sizes = isQuick
  ? { rounds: 1, lanes: 5_000, events: 200_000, live: 20_000, seconds: 4, memory: 2_000_000 }
  : {
    rounds: Number(option("--rounds") ?? 5),
    lanes: 50_000,
    events: 2_000_000,
    live: 300_000,
    seconds: 40,
    memory: 10_000_000,
  };

function run<Result>(
  script: string,
  of: { readonly flags?: readonly string[]; readonly words: readonly number[] },
): Promise<Result> {
  const { words, flags = [V8_OPTION] } = of;
  return runScript<Result>(new URL(script, import.meta.url), { words, flags });
}

function noOpStall(steady: Steady): number {
  return Math.max(...steady.no_op_lateness.map(({ max }) => max));
}

function figuresOf(
  throughputs: readonly Throughput[],
  steadies: readonly Steady[],
  memory: Memory,
): Figure[] {
  const mid = (values: readonly number[]): number => Math.round(median(values));
  return [
    figure({
      name: "order events, all guards and invariants / a bare loop over slots",
      values: throughputs.map(({ ratio }) => ratio),
      unit: "x",
      must: 0.1,
      goal: 0.2,
      better: "higher",
      detail: {
        engine_per_second: mid(throughputs.map((one) => one.engine_per_second)),
        slot_loop_per_second: mid(throughputs.map((one) => one.slot_loop_per_second)),
        compared_with_the_oracle: throughputs[0]?.checked ?? 0,
      },
    }),
    figure({
      name: "longest stall at a steady rate / the larger of 2 ms and twice the no-op loop's",
      values: steadies.map((one) => one.lateness.max / Math.max(STALL_US, 2 * noOpStall(one))),
      unit: "x",
      must: 1,
      goal: 0.3,
      better: "lower",
      detail: {
        stall_us: mid(steadies.map(({ lateness }) => lateness.max)),
        no_op_stall_us: mid(steadies.map(noOpStall)),
        whole_checkpoints: steadies.filter((one) => one.checkpoint_ended_in_pass).length,
      },
    }),
    figure({
      name: "service at a steady rate, p99.9",
      values: steadies.map(({ service }) => service.p999),
      unit: "us",
      must: 10,
      goal: 5,
      better: "lower",
      detail: { p50_us: median(steadies.map(({ service }) => service.p50)) },
    }),
    figure({
      name: "memory after the last million of order events / after the first",
      values: [memory.ratio],
      unit: "x",
      must: 1.1,
      goal: 1.02,
      better: "lower",
      detail: { first_bytes: memory.held[0] ?? 0, last_bytes: memory.held.at(-1) ?? 0 },
    }),
  ];
}

async function main(): Promise<void> {
  const throughputs: Throughput[] = [];
  const steadies: Steady[] = [];
  for (let round = 0; round < sizes.rounds; round++) {
    const events = await run<Throughput>("throughput.ts", { words: [sizes.lanes, sizes.events] });
    const steady = await run<Steady>("steady.ts", { words: [sizes.live, 50_000, sizes.seconds] });
    throughputs.push(events);
    steadies.push(steady);
    say(
      `round ${round + 1}/${sizes.rounds}: ${Math.round(events.engine_per_second)} events/s, ` +
        `${events.ratio.toFixed(3)} of the slot loop; service p99.9 ${steady.service.p999} us, ` +
        `stall ${steady.lateness.max} us beside ${noOpStall(steady)} us`,
    );
  }
  const memory = await run<Memory>("memory.ts", {
    flags: [`${V8_OPTION},--expose-gc`],
    words: [sizes.lanes, sizes.memory],
  });
  tell({ rounds: sizes.rounds, figures: figuresOf(throughputs, steadies, memory) });
}

await main();
