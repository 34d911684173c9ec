/**
 * The benchmark: `deno task bench [--rounds N] [--quick] [--out FILE]`.
 *
 * Every figure is a ratio taken in one run beside its floor, round by round, so that a noisy
 * machine moves both. Floors: a raw C echo over loopback, a raw append + fdatasync, a raw echo of
 * the same bytes on the same runtime, decode and parse of the same bytes. If a floor moved by more
 * than 25 % within the run, the run is void and says so.
 * Round trips are taken by a C client (`load.c`), which adds next to nothing to a latency. The three
 * pipelined figures (runtime echo, journal off, durable) are taken by one client on the same runtime
 * (`pipe_client.ts`), which builds and scans frames alike against the echo and the daemon.
 * Everything is counted after a warm-up: beside a young process its compiler is at work, for some
 * sixty thousand round trips. What a young daemon does is measured too, and shown beside it.
 * The daemon runs with the runtime's flags of the task `start`.
 * Prints a table for people on stderr and one JSON object on stdout.
 * @module
 */
import { DaemonProcess } from "../tests/support/daemon_process.ts";
import { figures, type Recovery, type Round } from "./figures.ts";
import { type Latency, movement, type Rate } from "./measure.ts";

const FLOOR_MOVEMENT_MAX = 0.25;
const WINDOW = 1024;

type Sizes = {
  readonly rounds: number;
  readonly rtt: number;
  /** Round trips before those of a young daemon, and before those that count. */
  readonly youngWarmUp: number;
  readonly warmUp: number;
  readonly pipelined: number;
  readonly pipelinedWarmUp: number;
};
const args = new Set(Deno.args);
const sizes: Sizes = args.has("--quick")
  ? {
    rounds: 3,
    rtt: 500,
    youngWarmUp: 500,
    warmUp: 500,
    pipelined: 30_000,
    pipelinedWarmUp: 30_000,
  }
  : {
    rounds: Number(option("--rounds") ?? 7),
    rtt: 10_000,
    youngWarmUp: 4_000,
    warmUp: 50_000,
    pipelined: 200_000,
    pipelinedWarmUp: 200_000,
  };
const folder = Deno.makeTempDirSync({ prefix: "tapeline-bench-" });
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

/** Starts a server that prints its port, measures against it, ends it. */
async function beside<Result>(
  command: readonly string[],
  measure: (port: string) => Promise<Result>,
): Promise<Result> {
  const [program = "", ...words] = command;
  const child = new Deno.Command(program, { args: words, stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const first = await reader.read();
  try {
    const { port } = JSON.parse(new TextDecoder().decode(first.value)) as { port: number };
    return await measure(String(port));
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
  }
}

/** The runtime's flags with which the product starts. */
function startFlags(): readonly string[] {
  const text = Deno.readTextFileSync(new URL("../deno.json", import.meta.url));
  const { tasks } = JSON.parse(text) as { tasks: { start: { command: string } } };
  return tasks.start.command.split(" ").filter((word) => word.startsWith("--v8-flags="));
}

async function withDaemon<Result>(
  of: { readonly main: string; readonly stateDir: string },
  measure: (daemon: DaemonProcess) => Promise<Result>,
): Promise<Result> {
  const config = new URL("config.yaml", import.meta.url).pathname;
  const command = ["run", ...startFlags(), "--allow-all", of.main, "run"];
  const daemon = await DaemonProcess.start({ stateDir: of.stateDir, config, command });
  try {
    return await measure(daemon);
  } finally {
    await daemon.stop();
  }
}

function pipe(kind: "echo" | "daemon", port: string, ...words: string[]): Promise<Rate> {
  const client = new URL("pipe_client.ts", import.meta.url).pathname;
  const amounts = [sizes.pipelined, sizes.pipelinedWarmUp, WINDOW].map(String);
  return run<Rate>(Deno.execPath(), "run", "-A", client, kind, port, ...amounts, ...words);
}

/** Places orders at a venue of the configuration: `bench` answers later, `near` at once. */
function pipeDaemon({ listening }: DaemonProcess, venue: "bench" | "near"): Promise<Rate> {
  return pipe("daemon", String(listening.port), listening.token_file, "pipe", venue);
}

async function measureRound(round: number): Promise<Round> {
  const stateDir = `${folder}/state-${round}`;
  const rtt = String(sizes.rtt);
  const echo = await beside(
    [load, "echo-server"],
    (port) => run<Latency>(load, "echo-rtt", port, rtt),
  );
  const append = await run<Latency>(load, "append", folder, rtt, "1024");
  const [young, durable] = await withDaemon({ main: "main.ts", stateDir }, async (daemon) => {
    const { port, token_file: token } = daemon.listening;
    const roundTrips = (client: string, warmUp: number): Promise<Latency> =>
      run<Latency>(load, "rtt", String(port), token, client, rtt, String(warmUp));
    const first = await roundTrips("young", sizes.youngWarmUp);
    return [first, await roundTrips("rtt", sizes.warmUp)];
  });
  const runtimeEcho = await beside(
    [Deno.execPath(), "run", "--allow-net", new URL("echo.ts", import.meta.url).pathname],
    (port) => pipe("echo", port),
  );
  const pipelined = await withDaemon(
    { main: "main.ts", stateDir: `${stateDir}-pipe` },
    (daemon) => pipeDaemon(daemon, "bench"),
  );
  const journalOff = await withDaemon(
    { main: "bench/no_journal.ts", stateDir: `${stateDir}-off` },
    (daemon) => pipeDaemon(daemon, "bench"),
  );
  const answered = await withDaemon(
    { main: "bench/no_journal.ts", stateDir: `${stateDir}-near` },
    (daemon) => pipeDaemon(daemon, "near"),
  );
  say(
    `round ${round + 1}/${sizes.rounds}: durable p50 ${durable.p50} us, ` +
      `pipelined ${pipelined.per_second}/s, journal off ${journalOff.per_second}/s, ` +
      `with answers ${answered.per_second}/s, runtime echo ${runtimeEcho.per_second}/s`,
  );
  return { echo, append, young, durable, pipelined, journalOff, answered, runtimeEcho };
}

async function measureRecoveries(): Promise<Recovery[]> {
  const script = new URL("recovery.ts", import.meta.url).pathname;
  const recoveries: Recovery[] = [];
  for (let round = 0; round < sizes.rounds; round++) {
    const stateDir = `${folder}/state-${round}-pipe`;
    recoveries.push(await run<Recovery>(Deno.execPath(), "run", "-A", script, stateDir));
  }
  return recoveries;
}

async function main(): Promise<void> {
  const source = new URL("load.c", import.meta.url).pathname;
  await run("cc", "-O2", "-pthread", "-o", load, source);
  const rounds: Round[] = [];
  for (let round = 0; round < sizes.rounds; round++) rounds.push(await measureRound(round));
  const recoveries = await measureRecoveries();
  const floors = {
    echo_p50: movement(rounds.map(({ echo }) => echo.p50)),
    append_p50: movement(rounds.map(({ append }) => append.p50)),
    runtime_echo: movement(rounds.map(({ runtimeEcho }) => runtimeEcho.per_second)),
  };
  const isVoid = Object.values(floors).some((moved) => moved > FLOOR_MOVEMENT_MAX);
  const result = {
    void: isVoid,
    floor_movement: floors,
    rounds: sizes.rounds,
    figures: figures(rounds, recoveries),
  };
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
