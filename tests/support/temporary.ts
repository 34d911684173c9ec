/**
 * Directories that are gone at the end of their block, and waiting for what another process does.
 * @module
 */

/** A temporary directory; `using` removes it. */
export class TemporaryDirectory implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "tapeline-" });

  /** A state directory in it that does not exist yet. */
  get state(): string {
    return `${this.path}/state`;
  }

  /** Writes a file and returns its path. */
  write(name: string, text: string): string {
    const path = `${this.path}/${name}`;
    Deno.writeTextFileSync(path, text);
    return path;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** The text of a file; undefined: there is none. */
export async function textIfAny(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Polls until `holds`. @throws {Error} If it does not within `withinMs`. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 10_000,
): Promise<void> {
  const patience = new Patience(withinMs);
  while (!await holds()) {
    if (patience.isOver) throw new Error(`Cannot wait longer for ${what}`);
    await pause(20);
  }
}

/** Longest time between two looks that counts: more is a machine that stood still. */
const LOOK_MS_MAX = 250;

/** A deadline that counts only time in which this process ran. Look at it often. */
export class Patience {
  #leftMs: number;
  #lookedMs = performance.now();

  constructor(ms: number) {
    this.#leftMs = ms;
  }

  get isOver(): boolean {
    const nowMs = performance.now();
    this.#leftMs -= Math.min(nowMs - this.#lookedMs, LOOK_MS_MAX);
    this.#lookedMs = nowMs;
    return this.#leftMs <= 0;
  }
}
