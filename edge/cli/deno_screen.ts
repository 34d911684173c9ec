/**
 * The window and the keys of this process.
 *
 * Invariant: whatever ends the process short of SIGKILL, the terminal is given back as it was:
 * its own contents, its cursor, its way of reading lines.
 * @module
 */
import type { Environment } from "../../config/mod.ts";
import type { Size } from "./top/block.ts";
import { LEAVE_SCREEN } from "./top/paint.ts";
import type { Screen } from "./top/screen.ts";

/** Where neither the terminal nor the environment says. */
const DEFAULT_SIZE: Size = { columns: 80, rows: 24 };
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Returns the screen of this process. */
export function denoScreen(environment: Environment): Screen {
  return new DenoScreen(environment);
}

class DenoScreen implements Screen {
  readonly isTerminal = Deno.stdout.isTerminal();
  readonly hasKeys = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  readonly hasColour: boolean;
  readonly #environment: Environment;
  readonly #encoder = new TextEncoder();
  readonly #undo: (() => void)[] = [];
  #isEntered = false;

  constructor(environment: Environment) {
    this.#environment = environment;
    // Source: no-color.org: present and not empty.
    this.hasColour = this.isTerminal && (environment("NO_COLOR") ?? "") === "";
  }

  size(): Size {
    if (this.isTerminal) {
      const { columns, rows } = Deno.consoleSize();
      if (columns > 0 && rows > 0) return { columns, rows };
    }
    const columns = Number(this.#environment("COLUMNS") ?? "");
    const isWidth = Number.isSafeInteger(columns) && columns > 0 && columns <= 1_000;
    return isWidth ? { ...DEFAULT_SIZE, columns } : DEFAULT_SIZE;
  }

  enter(): void {
    this.#isEntered = true;
    if (this.hasKeys) setRaw("keys");
    const giveBack = (): void => {
      this.write(LEAVE_SCREEN);
      this.close();
    };
    for (const name of ["error", "unhandledrejection", "unload"] as const) {
      globalThis.addEventListener(name, giveBack);
      this.#undo.push(() => globalThis.removeEventListener(name, giveBack));
    }
  }

  write(text: string): void {
    const bytes = this.#encoder.encode(text);
    try {
      for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      Deno.exit(0); // the reader has left
    }
  }

  onKey(handler: (key: string) => void): void {
    if (this.hasKeys) void readKeys(handler);
  }

  onResize(handler: () => void): void {
    this.#listen("SIGWINCH", handler);
  }

  onInterrupt(handler: () => void): void {
    for (const signal of SIGNALS) this.#listen(signal, handler);
  }

  close(): void {
    for (const undo of this.#undo.splice(0)) undo();
    if (!this.#isEntered) return;
    this.#isEntered = false;
    if (this.hasKeys) setRaw("lines");
  }

  #listen(signal: Deno.Signal, handler: () => void): void {
    Deno.addSignalListener(signal, handler);
    this.#undo.push(() => Deno.removeSignalListener(signal, handler));
  }
}

/** Has the terminal hand over every key, or lines again. */
function setRaw(mode: "keys" | "lines"): void {
  Deno.stdin.setRaw(mode === "keys");
}

/** Hands on every key; the process does not wait for the last one. */
async function readKeys(handler: (key: string) => void): Promise<void> {
  const buffer = new Uint8Array(64);
  const decoder = new TextDecoder();
  for (;;) {
    const read = await Deno.stdin.read(buffer);
    if (read === null) return;
    for (const key of decoder.decode(buffer.subarray(0, read), { stream: true })) handler(key);
  }
}
