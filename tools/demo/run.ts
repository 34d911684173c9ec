/**
 * `deno task demo`: a daemon on paper, a strategy that quotes on it, and the live view of both.
 *
 * 1. a daemon in a directory of its own, on a free port
 * 2. the market maker of `clients/python/examples`, or without Python 3 a small trader of our own
 * 3. `tapeline top`; when it ends (q), so does everything, and the directory goes
 *
 * With `--once`: one look as text, when there has been a fill or after `ONCE_MS`.
 * Invariant: however it ends short of SIGKILL, no process and no file stays.
 * @module
 */
import { fileURLToPath } from "node:url";
import { Child } from "./child.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const START_MS = 60_000;
/** Longest wait of `--once` for a fill. */
const ONCE_MS = 20_000;
const LOOK_EVERY_MS = 1_000;
const encoder = new TextEncoder();

type Listening = { readonly port: number; readonly state_dir: string };

/** Runs the demonstration; returns the exit code. */
async function demo(args: readonly string[]): Promise<number> {
  const directory = Deno.makeTempDirSync({ prefix: "tapeline-demo-" });
  const children: Child[] = [];
  const interrupted = Promise.withResolvers<number>();
  const interrupt = (): void => interrupted.resolve(0);
  for (const signal of SIGNALS) Deno.addSignalListener(signal, interrupt);
  try {
    const shown = show({ directory, children, isOnce: args.includes("--once") });
    return await Promise.race([shown, interrupted.promise]);
  } finally {
    for (const child of children.reverse()) await child.end();
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, interrupt);
    Deno.removeSync(directory, { recursive: true });
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type Stage = {
  readonly directory: string;
  /** What must end, in the order in which it began. */
  readonly children: Child[];
  readonly isOnce: boolean;
};

async function show({ directory, children, isOnce }: Stage): Promise<number> {
  const daemon = task(["start", "--state-dir", `${directory}/state`, "--port", "0"], directory);
  children.push(daemon);
  const listening = parseListening(await daemon.firstLine(START_MS));
  if (listening === undefined) return failed(`The daemon must start: was ${daemon.lastWords()}`);
  const { port, state_dir } = listening;
  const strategy = startStrategy({ port: String(port), state: state_dir }, directory);
  children.push(strategy);
  const where = ["--state-dir", state_dir, "--port", String(port)];
  if (isOnce) return await look(where, strategy);
  const view = task(["tapeline", "top", ...where]);
  children.push(view);
  return await view.code;
}

/** A task of this project; with a directory its output goes there, else to the terminal. */
function task(args: readonly string[], directory?: string): Child {
  const command = [Deno.execPath(), "task", "--quiet", ...args];
  return Child.start({ command, cwd: ROOT, ...(directory === undefined ? {} : { directory }) });
}

function startStrategy(
  at: { readonly port: string; readonly state: string },
  directory: string,
): Child {
  const hasPython = runs("python3", "-c", "import sys; sys.exit(sys.version_info < (3, 9))");
  if (!hasPython) say("Python 3.9 is not here: a small trader of our own quotes in its place.");
  const command = hasPython
    ? ["python3", "-B", "clients/python/examples/market_maker.py", at.state, at.port]
    : [Deno.execPath(), "run", "--allow-read", "--allow-net=127.0.0.1", TRADER, at.state, at.port];
  return Child.start({ command, cwd: ROOT, directory });
}

const TRADER = "tools/demo/trader.ts";

/** Looks until there has been a fill; prints the look in which it is. */
async function look(where: readonly string[], strategy: Child): Promise<number> {
  const lastMs = performance.now() + ONCE_MS;
  for (;;) {
    const args = ["task", "--quiet", "tapeline", "top", ...where, "--once"];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT })
      .output();
    const text = new TextDecoder().decode(stdout);
    if (code !== 0) return failed(new TextDecoder().decode(stderr).trim());
    if (strategy.hasEnded) return failed(`The strategy must run: was ${strategy.lastWords()}`);
    if (/all accounts/.test(text) || performance.now() > lastMs) {
      Deno.stdout.writeSync(encoder.encode(text));
      return 0;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function parseListening(line: string | undefined): Listening | undefined {
  const port = /"port":(\d+)/.exec(line ?? "")?.[1];
  const state_dir = /"state_dir":"([^"]+)"/.exec(line ?? "")?.[1];
  return port === undefined || state_dir === undefined
    ? undefined
    : { port: Number(port), state_dir };
}

function runs(command: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stdin: "null", stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function failed(sentence: string): number {
  say(sentence);
  return 1;
}

function say(sentence: string): void {
  Deno.stderr.writeSync(encoder.encode(`demo: ${sentence}\n`));
}

if (import.meta.main) Deno.exit(await demo(Deno.args));
