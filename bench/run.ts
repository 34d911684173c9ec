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
import {
  beside,
  compileLoad,
  daemonCommand,
  judgeFloors,
  option,
  run,
  say,
  tell,
} from "./harness.ts";
import type { Latency, Rate } from "./measure.ts";

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
const load = await compileLoad(folder);

async function withDaemon<Result>(
  of: { readonly main: string; readonly stateDir: string },
  measure: (daemon: DaemonProcess) => Promise<Result>,
): Promise<Result> {
  const config = new URL("config.yaml", import.meta.url).pathname;
  const command = daemonCommand(of.main);
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
  const rounds: Round[] = [];
  for (let round = 0; round < sizes.rounds; round++) rounds.push(await measureRound(round));
  const recoveries = await measureRecoveries();
  const floors = judgeFloors({
    echo_p50: rounds.map(({ echo }) => echo.p50),
    append_p50: rounds.map(({ append }) => append.p50),
    runtime_echo: rounds.map(({ runtimeEcho }) => runtimeEcho.per_second),
  });
  tell({ ...floors, rounds: sizes.rounds, figures: figures(rounds, recoveries) });
}

try {
  await main();
} finally {
  Deno.removeSync(folder, { recursive: true });
}
