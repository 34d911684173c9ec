/**
 * The daemon of a soak as a process: its start, its log's alarms, its reloads, its end. Ended by
 * its own pid, whatever happens.
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { daemonCommand } from "../../bench/harness.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const START_MS = 60_000;
const END_MS = 60_000;
/** Last lines of the log that are kept for whoever asks why it ended. */
const LAST_LINES = 20;

/** Where it listens. */
export type Listening = {
  readonly port: number;
  readonly metrics_port: number;
  readonly state_dir: string;
  readonly token_file: string;
};

/** A running daemon. */
export class SoakDaemon {
  readonly listening: Listening;
  /** Alarms by their event, or the engine's code. */
  readonly alarms: Record<string, number> = {};
  /** Lines by level. */
  readonly levels: Record<string, number> = {};
  readonly lastLines: string[] = [];
  reloads = 0;
  hasEnded = false;
  readonly #child: Deno.ChildProcess;
  readonly #drained: Promise<unknown>;

  constructor(child: Deno.ChildProcess, of: { listening: Listening; log: Lines; output: Lines }) {
    this.#child = child;
    this.listening = of.listening;
    this.#drained = Promise.all([this.#drain(of.log), this.#discard(of.output)]);
    void child.status.then(() => this.hasEnded = true);
  }

  /** Starts it and waits until it listens. @throws {Error} If it ends instead, or does not. */
  static async start(
    { executable, args }: {
      readonly executable: string | undefined;
      readonly args: readonly string[];
    },
  ): Promise<SoakDaemon> {
    const [program = "", ...words] = productCommand(executable, "run");
    const child = new Deno.Command(program, {
      args: [...words, ...args],
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const timer = setTimeout(() => child.kill("SIGKILL"), START_MS);
    const output = linesOf(child.stdout);
    const first = await output.next();
    clearTimeout(timer);
    if (first.done) {
      const { code } = await child.status;
      throw new Error(`Cannot soak: the daemon must listen: it ended with ${code}`);
    }
    const listening = JSON.parse(first.value) as Listening;
    return new SoakDaemon(child, { listening, log: linesOf(child.stderr), output });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Has it read its configuration again. */
  reload(): void {
    this.reloads += 1;
    this.#signal("SIGHUP");
  }

  /** Stops it in order, or at all; returns the exit code. */
  async stop(): Promise<number> {
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.#signal("SIGKILL"), END_MS);
    const { code } = await this.#child.status;
    clearTimeout(timer);
    await this.#drained;
    return code;
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
  }

  async #drain(lines: Lines): Promise<void> {
    for await (const line of lines) {
      this.lastLines.push(line);
      if (this.lastLines.length > LAST_LINES) this.lastLines.shift();
      const level = /"level":"(\w+)"/.exec(line)?.[1] ?? "other";
      this.levels[level] = (this.levels[level] ?? 0) + 1;
      if (level === "alarm") {
        const name = /"code":"(\w+)"/.exec(line)?.[1] ?? /"event":"(\w+)"/.exec(line)?.[1] ?? line;
        this.alarms[name] = (this.alarms[name] ?? 0) + 1;
      }
    }
  }

  async #discard(lines: Lines): Promise<void> {
    while (!(await lines.next()).done);
  }
}

/** Runs another command of the program to its end, out of the way; returns what it printed. */
export async function runBeside(
  executable: string | undefined,
  args: readonly string[],
): Promise<{ readonly code: number; readonly stdout: string }> {
  const [command = "", ...rest] = args;
  const output = await new Deno.Command("nice", {
    args: ["-n", "10", ...productCommand(executable, command), ...rest],
    cwd: ROOT,
    stdin: "null",
    stderr: "null",
  }).output();
  return { code: output.code, stdout: new TextDecoder().decode(output.stdout) };
}

/** Program and first words of a command; from sources with the flags of the product. */
function productCommand(executable: string | undefined, command: string): readonly string[] {
  if (executable !== undefined) return [resolve(executable), command];
  return [Deno.execPath(), ...daemonCommand(`${ROOT}main.ts`).slice(0, -1), command];
}

type Lines = AsyncGenerator<string, void>;

async function* linesOf(stream: ReadableStream<Uint8Array>): Lines {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
