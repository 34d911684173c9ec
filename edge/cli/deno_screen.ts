/**
 * The window and the keys of this process.
 *
 * Invariant: whatever ends the process short of SIGKILL, the terminal is given back as it was:
 * its own contents, its cursor, its way of reading lines. One that is gone (a lost connection) is a
 * reader that has left; only output that somebody waits for in vain is a failure.
 * @module
 */
import type { Environment } from "../../config/mod.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import { OutputFailed, ReaderLeft, tell, writeText } from "./deno_terminal.ts";
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
      this.close();
      tell(Deno.stdout, LEAVE_SCREEN);
    };
    for (const name of ["error", "unhandledrejection", "unload"] as const) {
      globalThis.addEventListener(name, giveBack);
      this.#undo.push(() => globalThis.removeEventListener(name, giveBack));
    }
  }

  write(text: string): void {
    try {
      writeText(Deno.stdout, text);
    } catch (error) {
      Deno.exit(this.#endOf(error));
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

  /** How it ends when nobody takes what it shows. */
  #endOf(error: unknown): ExitCode {
    if (error instanceof ReaderLeft) return EXIT.ok;
    if (!(error instanceof OutputFailed)) throw error;
    if (this.isTerminal) return EXIT.ok; // it is gone, and whoever looked at it
    tell(Deno.stderr, `tapeline: ${error.message}`);
    return EXIT.unavailable;
  }

  #listen(signal: Deno.Signal, handler: () => void): void {
    Deno.addSignalListener(signal, handler);
    this.#undo.push(() => Deno.removeSignalListener(signal, handler));
  }
}

/** Has the terminal hand over every key, or lines again, if it is still there. */
function setRaw(mode: "keys" | "lines"): void {
  try {
    Deno.stdin.setRaw(mode === "keys");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** Hands on every key; the process does not wait for the last one. */
async function readKeys(handler: (key: string) => void): Promise<void> {
  const buffer = new Uint8Array(64);
  const decoder = new TextDecoder();
  for (;;) {
    const read = await Deno.stdin.read(buffer).catch(() => null); // a terminal that is gone
    if (read === null) return;
    for (const key of decoder.decode(buffer.subarray(0, read), { stream: true })) handler(key);
  }
}
