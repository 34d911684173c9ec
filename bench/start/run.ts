/**
 * How fast the executable starts: `deno task bench:start [--rounds N] [--out FILE]`.
 *
 * - From starting the process to its "listening", beside an empty program on the same runtime with
 *   the same options, taken in turns.
 * - What the shell head costs: a command of the executable against the same by the runtime alone.
 *
 * The file is dist/tapeline, or what TAPELINE_EXECUTABLE names; it is unpacked before. The empty
 * program is the floor: one that moved by more than 25 % voids the run.
 * @module
 */
import { PERMISSIONS, SEALED, UNSTABLE, V8_OPTION } from "../../tools/compile/runtime_flags.ts";
import { judgeFloors, option, say, tell } from "../harness.ts";
import { type Figure, figure, median } from "../measure.ts";

const rounds = Number(option("--rounds") ?? 5);
/** Starts of each kind in a round. */
const STARTS = 7;
const executable = Deno.env.get("TAPELINE_EXECUTABLE") ?? "dist/tapeline";
try {
  Deno.statSync(executable);
} catch (error) {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
  say(
    `Cannot measure: ${executable} must be there: build it with deno task compile, or name one in TAPELINE_EXECUTABLE`,
  );
  Deno.exit(66);
}
const folder = Deno.makeTempDirSync({ prefix: "tapeline-bench-start-" });
const place = `${folder}/cache`;
const empty = `${folder}/empty.js`;
const FLAGS = [V8_OPTION, ...UNSTABLE, ...SEALED, ...PERMISSIONS];

/** Milliseconds from the start of a process to its first words; then it is ended. */
async function msToWords(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const [program = "", ...args] = words;
  const before = performance.now();
  const child = new Deno.Command(program, { args, env, stdout: "piped", stderr: "null" }).spawn();
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  const ms = performance.now() - before;
  if (done) throw new Error(`Cannot measure: ${program} must say something`);
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended by itself
  }
  await Promise.all([child.status, reader.cancel()]);
  return ms;
}

type Round = {
  readonly empty: number;
  readonly listening: number;
  readonly headed: number;
  readonly bare: number;
};

/** The middle of some starts of each kind, taken in turns. */
async function measureRound(round: number): Promise<Round> {
  const own = { TAPELINE_CACHE: place };
  const [name = ""] = [...Deno.readDirSync(place)].map((entry) => entry.name);
  const here = `${place}/${name}`;
  const runtime = [`${here}/tapeline`, "run", ...FLAGS];
  const cache = { DENO_DIR: `${here}/cache` };
  const starts: Round[] = [];
  for (let start = 0; start < STARTS; start++) {
    const state = ["--port", "0", "--state-dir", `${folder}/state-${round}-${start}`];
    starts.push({
      empty: await msToWords([...runtime, empty], cache),
      listening: await msToWords([executable, "run", ...state], own),
      headed: await msToWords([executable, "version"], own),
      bare: await msToWords([...runtime, `${here}/main.js`, "version"], cache),
    });
  }
  const middle = (of: keyof Round): number => median(starts.map((start) => start[of]));
  return {
    empty: middle("empty"),
    listening: middle("listening"),
    headed: middle("headed"),
    bare: middle("bare"),
  };
}

function figuresOf(measured: readonly Round[]): readonly Figure[] {
  const middle = (of: keyof Round): number => median(measured.map((round) => round[of]));
  return [
    figure({
      name: "start to listening / an empty program on the same runtime",
      values: measured.map(({ listening, empty }) => listening / empty),
      unit: "ratio",
      must: 3,
      goal: 3,
      better: "lower",
      detail: { listening_ms: middle("listening"), empty_ms: middle("empty") },
    }),
    figure({
      name: "what the head adds to a command",
      values: measured.map(({ headed, bare }) => headed - bare),
      unit: "ms",
      must: 30,
      goal: 10,
      better: "lower",
      detail: { headed_ms: middle("headed"), bare_ms: middle("bare") },
    }),
  ];
}

Deno.writeTextFileSync(empty, 'console.log("empty");\n');
await msToWords([executable, "version"], { TAPELINE_CACHE: place });
await measureRound(-1); // the runtime's own caches are made
const measured: Round[] = [];
for (let round = 0; round < rounds; round++) measured.push(await measureRound(round));
Deno.removeSync(folder, { recursive: true });
say(`${executable}, ${rounds} rounds`);
tell({
  figures: figuresOf(measured),
  ...judgeFloors({ empty: measured.map((round) => round.empty) }),
});
