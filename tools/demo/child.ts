/**
 * A process of the demonstration: what it says, and its end.
 * @module
 */

const END_MS = 10_000;
const LAST_LINES = 5;

export type ChildOptions = {
  readonly command: readonly string[];
  readonly cwd: string;
  /** Where scratch files belong; absent: the process has the terminal. */
  readonly directory?: string;
};

/** A process. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #first = Promise.withResolvers<string | undefined>();
  readonly #lines: string[] = [];
  readonly #drained: Promise<unknown>;
  #hasEnded = false;

  constructor(process: Deno.ChildProcess, has: { readonly output: "piped" | "inherit" }) {
    this.#process = process;
    this.#drained = has.output === "piped"
      ? Promise.all([
        this.#drain(process.stdout, (line) => this.#first.resolve(line)),
        this.#drain(process.stderr, () => {}),
      ])
      : Promise.resolve();
    void process.status.then(() => {
      this.#hasEnded = true;
      this.#first.resolve(undefined);
    });
  }

  /** Starts a process. */
  static start({ command: [program = "", ...args], cwd, directory }: ChildOptions): Child {
    const isPiped = directory !== undefined;
    const output = isPiped ? "piped" : "inherit";
    const process = new Deno.Command(program, {
      args,
      cwd,
      stdin: isPiped ? "null" : "inherit",
      stdout: output,
      stderr: output,
      ...(isPiped ? { env: { TMPDIR: directory } } : {}),
    }).spawn();
    return new Child(process, { output });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Its exit code, when it has ended. */
  get code(): Promise<number> {
    return this.#process.status.then(({ code }) => code);
  }

  /** Its first line of stdout; undefined if it ended, or was silent for so long. */
  async firstLine(withinMs: number): Promise<string | undefined> {
    const timer = setTimeout(() => this.#first.resolve(undefined), withinMs);
    const line = await this.#first.promise;
    clearTimeout(timer);
    return line;
  }

  /** What it said last, for whoever asks why it ended. */
  lastWords(): string {
    return this.#lines.slice(-LAST_LINES).join("\n") || "silent";
  }

  /** Asks it to end, insists after a while, and waits until it has. */
  async end(): Promise<void> {
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.#signal("SIGKILL"), END_MS);
    await this.#process.status;
    clearTimeout(timer);
    await this.#drained;
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
  }

  async #drain(
    stream: ReadableStream<Uint8Array>,
    take: (line: string) => void,
  ): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = `${rest}${text}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
      this.#lines.push(...lines);
      this.#lines.splice(0, Math.max(0, this.#lines.length - LAST_LINES));
    }
  }
}
