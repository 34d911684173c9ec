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
  const deadline = Date.now() + withinMs;
  while (!await holds()) {
    if (Date.now() > deadline) throw new Error(`Cannot wait longer for ${what}`);
    await pause(20);
  }
}
