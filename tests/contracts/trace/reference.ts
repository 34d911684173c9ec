/**
 * The reference core as a process: JSON lines in, one line out for each (`docs/reference/traces.md`).
 *
 * Lines are written and answers read at the same time, since a batch may be larger than a pipe.
 * @module
 */
import { changesOf } from "./changes.ts";
import type { Fixture } from "./fixture.ts";
import type { JsonObject } from "./json.ts";

/** Where the package lies. */
const FOLDER = new URL("../reference/", import.meta.url);

/** Asks for the state at the end, and for a core that knows nothing. */
const [FINAL, RESET] = ['{"final":true}', '{"reset":true}'];

/** What a core did with a stream. */
export type Played = { readonly answers: readonly JsonObject[]; readonly final: JsonObject };

/** One process with one core. */
export class ReferenceCore {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  /** Starts the process. `folder` holds the package `reference`. */
  constructor(folder: URL | string = FOLDER) {
    const command = new Deno.Command("python3", {
      args: ["-m", "reference"],
      cwd: folder,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    });
    this.#child = command.spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** True if the package is there. */
  static isThere(folder: URL | string = FOLDER): boolean {
    try {
      return Deno.statSync(folder).isDirectory;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /** Plays events on a core that knows nothing. @throws {Error} If the process ends meanwhile. */
  async play(events: readonly JsonObject[]): Promise<Played> {
    const lines = [RESET, ...events.map((event) => JSON.stringify(event)), FINAL];
    const [answers] = await Promise.all([this.#read(lines.length), this.#write(lines)]);
    return { answers: answers.slice(1, -1), final: answers.at(-1) ?? {} };
  }

  /** Ends the process. */
  async close(): Promise<void> {
    await this.#writer.close();
    await this.#reader.cancel();
    await this.#child.status;
  }

  async #write(lines: readonly string[]): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
  }

  async #read(count: number): Promise<readonly JsonObject[]> {
    const answers: JsonObject[] = [];
    while (answers.length < count) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("Cannot read an answer: the reference core must run: has ended");
      const lines = (this.#rest + value).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) answers.push(JSON.parse(line));
    }
    return answers;
  }
}

/** Returns how a core differs from a fixture, in lines for people; none if it keeps to it. */
export async function changesOn(core: ReferenceCore, fixture: Fixture): Promise<readonly string[]> {
  const { answers, final } = await core.play(fixture.events);
  const expect = answers.map(({ digest: _digest, next_deadline_us: _due, ...caused }) => caused);
  return changesOf({ before: fixture, after: { ...fixture, expect, final } });
}
