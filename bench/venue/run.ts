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
import { beside, compileLoad, judgeFloors, option, run, say, tell } from "../harness.ts";
import { type Figure, figure, type Latency, median } from "../measure.ts";
import { cancelAmongPolls, type Cancels } from "./cancels.ts";
import { PAUSE_US, placing } from "./placing.ts";

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
const load = await compileLoad(folder);

function echo(count: number): Promise<Latency> {
  return beside(
    [load, "echo-server"],
    (port) => run<Latency>(load, "echo-rtt", port, String(count), String(PAUSE_US)),
  );
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
  const all: Round[] = [];
  for (let round = 0; round < rounds; round++) all.push(await measureRound(round));
  const floors = judgeFloors({
    echo_p50: all.map((round) => round.echo.p50),
    append_p50: all.map((round) => round.append.p50),
  });
  tell({ ...floors, rounds, figures: figuresOf(all) });
}

try {
  await main();
} finally {
  Deno.removeSync(folder, { recursive: true });
}
