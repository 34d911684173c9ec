/**
 * The hot loop's benchmark: `deno task bench:hotloop [--rounds N] [--quick] [--out FILE]`.
 *
 * Each figure stands beside its floor, taken in the same run: lines read and applied beside
 * `JSON.parse` alone on the same lines, level changes through the book beside a bare ladder, fill
 * probabilities beside an empty call, memory after the last of many passes beside that after the
 * second. Prints a table for people on stderr and one JSON object on stdout.
 * @module
 */
import type { Summary } from "../core/distribution.ts";
import { option, runScript, say, tell } from "../harness.ts";
import { type Figure, figure, median } from "../measure.ts";

type Lines = {
  readonly recording: string;
  readonly applied_per_second: number;
  readonly parsed_per_second: number;
  readonly ratio: number;
  readonly apply: Summary;
  readonly parse: Summary;
};
type Ladders = {
  readonly book_per_second: number;
  readonly bare_per_second: number;
  readonly ratio: number;
};
type Probabilities = { readonly asked: Summary; readonly empty: Summary };
type Memory = { readonly held: readonly number[]; readonly ratio: number };
type Round = {
  readonly lines: Lines;
  readonly ladders: Ladders;
  readonly probabilities: Probabilities;
};

const isQuick = Deno.args.includes("--quick");
const sizes = isQuick
  ? { rounds: 1, passes: 6, asks: 50_000, repeats: 5 }
  : { rounds: Number(option("--rounds") ?? 5), passes: 30, asks: 300_000, repeats: 50 };

function run<Result>(
  script: string,
  size: number,
  flags: readonly string[] = [],
): Promise<Result> {
  return runScript<Result>(new URL(script, import.meta.url), { words: [size], flags });
}

function speedFigures(rounds: readonly Round[]): Figure[] {
  const mid = (values: readonly number[]): number => Math.round(median(values));
  return [
    figure({
      name: "betting lines read and applied / JSON.parse alone on them",
      values: rounds.map(({ lines }) => lines.ratio),
      unit: "x",
      must: 0.85,
      goal: 1.35,
      better: "higher",
      detail: {
        applied_per_second: mid(rounds.map(({ lines }) => lines.applied_per_second)),
        parsed_per_second: mid(rounds.map(({ lines }) => lines.parsed_per_second)),
      },
    }),
    figure({
      name: "one line read and applied, p50 / JSON.parse of it, p50",
      values: rounds.map(({ lines }) => lines.apply.p50 / lines.parse.p50),
      unit: "x",
      must: 1.5,
      goal: 0.7,
      better: "lower",
      detail: { parse_p50_us: median(rounds.map(({ lines }) => lines.parse.p50)) },
    }),
    figure({
      name: "one line read and applied, p99",
      values: rounds.map(({ lines }) => lines.apply.p99),
      unit: "us",
      must: 50,
      goal: 20,
      better: "lower",
      detail: { parse_p99_us: median(rounds.map(({ lines }) => lines.parse.p99)) },
    }),
    figure({
      name: "level changes through the book / through a bare ladder",
      values: rounds.map(({ ladders }) => ladders.ratio),
      unit: "x",
      must: 0.15,
      goal: 0.6,
      better: "higher",
      detail: {
        book_per_second: mid(rounds.map(({ ladders }) => ladders.book_per_second)),
        bare_per_second: mid(rounds.map(({ ladders }) => ladders.bare_per_second)),
      },
    }),
  ];
}

function figuresOf(rounds: readonly Round[], memory: Memory): Figure[] {
  return [
    ...speedFigures(rounds),
    figure({
      name: "one fill probability, p99",
      values: rounds.map(({ probabilities }) => probabilities.asked.p99),
      unit: "us",
      must: 5,
      goal: 1,
      better: "lower",
      detail: { empty_p99_us: median(rounds.map(({ probabilities }) => probabilities.empty.p99)) },
    }),
    figure({
      name: "memory after the last pass over a recording / after the second",
      values: [memory.ratio],
      unit: "x",
      must: 1.1,
      goal: 1.02,
      better: "lower",
      detail: { second_bytes: memory.held[1] ?? 0, last_bytes: memory.held.at(-1) ?? 0 },
    }),
  ];
}

async function main(): Promise<void> {
  const rounds: Round[] = [];
  for (let round = 0; round < sizes.rounds; round++) {
    const lines = await run<Lines>("lines.ts", sizes.passes);
    const ladders = await run<Ladders>("ladders.ts", sizes.passes);
    const probabilities = await run<Probabilities>("probabilities.ts", sizes.asks);
    rounds.push({ lines, ladders, probabilities });
    say(`round ${round + 1}/${sizes.rounds}: ${lines.recording}, ${lines.applied_per_second}/s`);
  }
  const memory = await run<Memory>("memory.ts", sizes.repeats, ["--v8-flags=--expose-gc"]);
  const recording = rounds[0]?.lines.recording ?? "";
  tell({ rounds: sizes.rounds, recording, figures: figuresOf(rounds, memory) });
}

await main();
