/**
 * What the benchmarks share: their command line, the programs they measure beside, how they tell
 * what came out.
 * @module
 */
import { type Figure, movement } from "./measure.ts";

/** A floor that moved by more within a run voids it. */
const FLOOR_MOVEMENT_MAX = 0.25;

/** Returns the value of an option of the command line. */
export function option(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1];
}

/** Tells people, on stderr. */
export function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text + "\n"));
}

/** Runs a program to its end and returns the JSON that it printed. @throws {Error} If it failed. */
export async function run<Result>(command: string, ...words: string[]): Promise<Result> {
  const output = await new Deno.Command(command, { args: words, stderr: "inherit" }).output();
  if (!output.success) throw new Error(`Cannot measure: ${command} ${words.join(" ")} failed`);
  return JSON.parse(new TextDecoder().decode(output.stdout) || "null") as Result;
}

/** Runs a script of ours on this runtime, as {@link run}. */
export function runScript<Result>(
  script: URL,
  of: { readonly words: readonly number[]; readonly flags?: readonly string[] },
): Promise<Result> {
  const { words, flags = [] } = of;
  const args = ["run", "-A", "--no-check", ...flags, script.pathname, ...words.map(String)];
  return run<Result>(Deno.execPath(), ...args);
}

/** Compiles the load generator into a folder; returns its path. */
export async function compileLoad(folder: string): Promise<string> {
  const load = `${folder}/load`;
  const source = new URL("load.c", import.meta.url).pathname;
  await run("cc", "-O2", "-pthread", "-o", load, source);
  return load;
}

/** Starts a server that prints its port, measures against it, ends it. */
export async function beside<Result>(
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

/** How the runtime is asked for a daemon: with the flags with which the product starts. */
export function daemonCommand(main: string): readonly string[] {
  const text = Deno.readTextFileSync(new URL("../deno.json", import.meta.url));
  const { tasks } = JSON.parse(text) as { tasks: { start: { command: string } } };
  const flags = tasks.start.command.split(" ").filter((word) => word.startsWith("--v8-flags="));
  return ["run", ...flags, "--allow-all", main, "run"];
}

/** Whether the run is void, and by how much each floor moved. */
export function judgeFloors(
  floors: Readonly<Record<string, readonly number[]>>,
): { readonly void: boolean; readonly floor_movement: Readonly<Record<string, number>> } {
  const moved = Object.entries(floors).map(([name, values]) => [name, movement(values)] as const);
  return {
    void: moved.some(([, by]) => by > FLOOR_MOVEMENT_MAX),
    floor_movement: Object.fromEntries(moved),
  };
}

/** Tells the outcome: a table for people, and JSON on stdout or into the file of `--out`. */
export function tell(result: {
  readonly figures: readonly Figure[];
  readonly void?: boolean;
  readonly floor_movement?: Readonly<Record<string, number>>;
  readonly [more: string]: unknown;
}): void {
  for (const { verdict, value, must, goal, name } of result.figures) {
    say(`${verdict.padEnd(7)} ${value.toFixed(3)} (must ${must}, goal ${goal})  ${name}`);
  }
  if (result.void === true) {
    say(`void: a floor moved by more than 25 %: ${JSON.stringify(result.floor_movement)}`);
  }
  const text = JSON.stringify(result, undefined, 2) + "\n";
  const out = option("--out");
  if (out === undefined) Deno.stdout.writeSync(new TextEncoder().encode(text));
  else Deno.writeTextFileSync(out, text);
}
