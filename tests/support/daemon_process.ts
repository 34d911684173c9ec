/**
 * Starts the daemon as a process, the way a user does, and stops it by its own pid. The program is
 * the executable that TAPELINE_EXECUTABLE names, else the sources.
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type ConnectOptions, RemoteClient } from "./remote_client.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const EXECUTABLE = Deno.env.get("TAPELINE_EXECUTABLE");
const START_MS = 30_000;
const END_MS = 20_000;

export type Listening = {
  readonly event: "listening";
  readonly port: number;
  readonly state_dir: string;
  readonly token_file: string;
  readonly mode: string;
  readonly metrics_port?: number;
};

/** A line of the structured log. */
type LogLine = Readonly<Record<string, unknown>>;

export type StartOptions = {
  /** Absent: where the environment says. */
  readonly stateDir?: string;
  /** Path of a configuration; absent: the paper default. */
  readonly config?: string;
  readonly port?: number;
  /** More options of `run`. */
  readonly flags?: readonly string[];
  /** Entry module of another build, relative to the project; it runs from sources. */
  readonly main?: string;
  /** What the runtime allows, where sources run; absent: everything. The executable brings its own. */
  readonly permissions?: readonly string[];
  /** How the runtime is asked for the daemon, in place of its module: a task. */
  readonly command?: readonly string[];
  /** Put before the command: strace, a preloaded library. */
  readonly wrap?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** A running daemon. */
export class DaemonProcess {
  readonly listening: Listening;
  readonly #child: Deno.ChildProcess;
  readonly #stderr: string[];
  readonly #collected: Promise<unknown>;
  /** What it printed on stdout after the first line. */
  readonly stdout: string[];

  constructor(
    child: Deno.ChildProcess,
    of: {
      listening: Listening;
      stderr: string[];
      stdout: string[];
      collected: Promise<unknown>;
    },
  ) {
    this.#child = child;
    this.listening = of.listening;
    this.#stderr = of.stderr;
    this.stdout = of.stdout;
    this.#collected = of.collected;
  }

  /** Starts it and waits for its first line. @throws {Error} With its log, if it ends instead. */
  static async start(options: StartOptions): Promise<DaemonProcess> {
    const child = spawn(options);
    const stderr: string[] = [];
    const stdout: string[] = [];
    const errors = collect(child.stderr, (line) => stderr.push(line));
    const first = Promise.withResolvers<string>();
    const output = collect(child.stdout, (line) => {
      first.resolve(line);
      stdout.push(line);
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), START_MS);
    const line = await Promise.race([first.promise, child.status.then(() => undefined)]);
    clearTimeout(timer);
    if (line === undefined) {
      const status = await child.status;
      await errors;
      throw new DaemonEnded(status.code, stderr.join("\n"));
    }
    const listening = JSON.parse(line) as Listening;
    const collected = Promise.all([errors, output]);
    return new DaemonProcess(child, { listening, stderr, stdout, collected });
  }

  /** Starts it and kills it after `ms`, most likely before it listens. */
  static async killYoung(options: StartOptions, ms: number): Promise<void> {
    const child = spawn(options);
    const drained = [child.stdout, child.stderr].map((stream) => collect(stream, () => {}));
    await new Promise((resolve) => setTimeout(resolve, ms));
    child.kill("SIGKILL");
    await child.status;
    await Promise.all(drained);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get log(): string {
    return this.#stderr.join("\n");
  }

  get token(): string {
    return Deno.readTextFileSync(this.listening.token_file).trim();
  }

  /** Connects a client to it; `hello` has further fields of the client's HELLO. */
  connect(clientId: string, hello: ConnectOptions["hello"] = {}): Promise<RemoteClient> {
    const { listening: { port }, token } = this;
    return RemoteClient.connect({ port, token, clientId, hello });
  }

  /** Lines of the structured log of this event, or of the engine's alarm with this code. */
  logged(event: string): readonly LogLine[] {
    return this.#stderr.filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as LogLine)
      .filter((line) => line["event"] === event || line["code"] === event);
  }

  /** Those that are alarms: they are part of what the daemon promises. */
  alarms(event: string): readonly LogLine[] {
    return this.logged(event).filter((line) => line["level"] === "alarm");
  }

  /** Sends a signal; a process that is gone does not mind. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Sends a signal and waits for the end; returns the exit code. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    this.signal(signal);
    return await this.ended();
  }

  /** Waits for the end and its last words; returns the exit code, 137 if it did not end by itself. */
  async ended(): Promise<number> {
    const timer = setTimeout(() => this.signal("SIGKILL"), END_MS);
    const { code } = await this.#child.status;
    clearTimeout(timer);
    await this.#collected;
    return code;
  }

  /** Ends it if it still runs; a task passes the signal on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGTERM");
  }
}

/** It ended before it listened. */
export class DaemonEnded extends Error {
  override readonly name = "DaemonEnded";
  readonly code: number;
  readonly log: string;
  constructor(code: number, log: string) {
    super(`The daemon ended with ${code}:\n${log}`);
    this.code = code;
    this.log = log;
  }
}

function spawn(options: StartOptions): Deno.ChildProcess {
  const run = [
    ...(options.command === undefined
      ? [...productCommand(options), "run"]
      : [Deno.execPath(), ...options.command]),
    ...(options.stateDir === undefined ? [] : ["--state-dir", options.stateDir]),
    "--port",
    String(options.port ?? 0),
    ...(options.config === undefined ? [] : ["--config", options.config]),
    ...(options.flags ?? []),
  ];
  const [command, ...args] = [...(options.wrap ?? []), ...run];
  return new Deno.Command(command ?? Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { ...options.env, NO_COLOR: "1" },
  }).spawn();
}

/** How the program is started: path and first words; the command line follows. */
export function productCommand(
  { main, permissions = ["--allow-all"] }: Pick<StartOptions, "main" | "permissions"> = {},
): readonly string[] {
  if (EXECUTABLE !== undefined && main === undefined) return [resolve(EXECUTABLE)];
  return [Deno.execPath(), "run", ...permissions, `${ROOT}${main ?? "main.ts"}`];
}

async function collect(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
  if (text !== "") take(text);
}

/** Starts a daemon that must refuse to; returns how it ended. */
export async function refusedStart(options: StartOptions): Promise<DaemonEnded> {
  try {
    await using daemon = await DaemonProcess.start(options);
    throw new Error(`It must not start: it listens on ${daemon.listening.port}`);
  } catch (error) {
    if (error instanceof DaemonEnded) return error;
    throw error;
  }
}

/** Runs the command line to its end. */
export async function runTapeline(
  ...args: string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const [program = "", ...words] = productCommand();
  const output = await new Deno.Command(program, {
    args: [...words, ...args],
    cwd: ROOT,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: decode(output.stdout), stderr: decode(output.stderr) };
}
