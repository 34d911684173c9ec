/**
 * The way to a venue, measured: `deno task bench:venue [--rounds N] [--quick] [--out FILE]`.
 *
 * - From a client's write of an intent to the request's arrival at the venue, durable in between,
 *   against a raw C echo and a raw append + fdatasync taken in the same round at the same pace.
 * - The same while three venues deliver 5 000 book updates a second together, 20 levels each.
 * - From a client's write of a cancel to its arrival, with 200 look-ups waiting for the pacing,
 *   beside the same with nothing waiting.
 *
 * The venues are fakes in processes of their own; both ends read one clock. A floor that moved by
 * more than 25 % voids the run. Prints a table for people on stderr and one JSON object on stdout.
 * @module
 */
import { type Figure, figure, type Latency, median, movement } from "../measure.ts";
import { cancelAmongPolls, type Cancels } from "./cancels.ts";
import { PAUSE_US, placing } from "./placing.ts";

const FLOOR_MOVEMENT_MAX = 0.25;

type Round = {
  readonly echo: Latency;
  readonly append: Latency;
  readonly alone: Latency;
  readonly flooded: Latency;
  readonly cancels: Cancels;
};

const isQuick = Deno.args.includes("--quick");
const rounds = isQuick ? 1 : Number(option("--rounds") ?? 5);
const orders = isQuick ? 500 : 2000;
const warmUp = isQuick ? 1000 : 2000;
const folder = Deno.makeTempDirSync({ prefix: "tapeline-bench-venue-" });
const load = `${folder}/load`;

function option(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1];
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text + "\n"));
}

async function run<Result>(command: string, ...words: string[]): Promise<Result> {
  const output = await new Deno.Command(command, { args: words, stderr: "inherit" }).output();
  if (!output.success) throw new Error(`Cannot measure: ${command} ${words.join(" ")} failed`);
  return JSON.parse(new TextDecoder().decode(output.stdout) || "null") as Result;
}

async function echo(count: number): Promise<Latency> {
  const child = new Deno.Command(load, { args: ["echo-server"], stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  try {
    const { value } = await reader.read();
    const { port } = JSON.parse(new TextDecoder().decode(value)) as { port: number };
    return await run<Latency>(load, "echo-rtt", String(port), String(count), String(PAUSE_US));
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
  }
}

async function measureRound(round: number): Promise<Round> {
  const directory = `${folder}/${round}`;
  Deno.mkdirSync(directory);
  const floors = {
    echo: await echo(orders),
    append: await run<Latency>(load, "append", directory, String(orders), "1024", String(PAUSE_US)),
  };
  const common = { load, orders, warmUp };
  const alone = await placing({ ...common, directory: `${directory}/alone`, floodPerS: 0 });
  const flooded = await placing({ ...common, directory: `${directory}/flooded`, floodPerS: 5000 });
  const cancels = await cancelAmongPolls(`${directory}/cancels`);
  say(
    `round ${
      round + 1
    }/${rounds}: to the venue p50 ${alone.p50} us, with books ${flooded.p50} us, ` +
      `a cancel ${cancels.idleUs} us, among ${cancels.waiting} polls ${cancels.amongPollsUs} us`,
  );
  return { ...floors, alone, flooded, cancels };
}

function figuresOf(all: readonly Round[]): Figure[] {
  const each = (of: (round: Round) => number): number[] => all.map(of);
  const mid = (of: (round: Round) => number): number => median(each(of));
  const floor = ({ echo, append }: Round): number => echo.p50 + 2 * append.p50;
  return [
    figure({
      name: "intent to the venue's socket p50: (it - raw echo) / raw append+fdatasync",
      values: each(({ alone, echo, append }) => (alone.p50 - echo.p50) / append.p50),
      unit: "k",
      must: 2,
      goal: 1.4,
      better: "lower",
      detail: {
        to_venue_us: mid(({ alone }) => alone.p50),
        to_venue_p99_us: mid(({ alone }) => alone.p99),
        echo_us: mid(({ echo }) => echo.p50),
        append_us: mid(({ append }) => append.p50),
      },
    }),
    figure({
      name: "the same beside 5 000 book updates/s of 20 levels / (raw echo + 2 appends)",
      values: each((round) => round.flooded.p50 / floor(round)),
      unit: "x",
      must: 2,
      goal: 2,
      better: "lower",
      detail: {
        to_venue_us: mid(({ flooded }) => flooded.p50),
        to_venue_p99_us: mid(({ flooded }) => flooded.p99),
      },
    }),
    figure({
      name: "a cancel to the venue's socket while 200 polls wait",
      values: each(({ cancels }) => cancels.amongPollsUs / 1000),
      unit: "ms",
      must: 50,
      goal: 50,
      better: "lower",
      detail: {
        idle_us: mid(({ cancels }) => cancels.idleUs),
        polls_waiting: mid(({ cancels }) => cancels.waiting),
      },
    }),
  ];
}

async function main(): Promise<void> {
  const source = new URL("../load.c", import.meta.url).pathname;
  await run("cc", "-O2", "-pthread", "-o", load, source);
  const all: Round[] = [];
  for (let round = 0; round < rounds; round++) all.push(await measureRound(round));
  const floors = {
    echo_p50: movement(all.map((round) => round.echo.p50)),
    append_p50: movement(all.map((round) => round.append.p50)),
  };
  const isVoid = Object.values(floors).some((moved) => moved > FLOOR_MOVEMENT_MAX);
  const result = { void: isVoid, floor_movement: floors, rounds, figures: figuresOf(all) };
  for (const { verdict, value, must, goal, name } of result.figures) {
    say(`${verdict.padEnd(7)} ${value.toFixed(3)} (must ${must}, goal ${goal})  ${name}`);
  }
  if (isVoid) say(`void: a floor moved by more than 25 %: ${JSON.stringify(floors)}`);
  const text = JSON.stringify(result, undefined, 2) + "\n";
  const out = option("--out");
  if (out === undefined) Deno.stdout.writeSync(new TextEncoder().encode(text));
  else Deno.writeTextFileSync(out, text);
}

try {
  await main();
} finally {
  Deno.removeSync(folder, { recursive: true });
}
