/**
 * The terminal of this process: blocking writes, so that output of any length is complete when the
 * process ends.
 *
 * Invariant: how the process ends never depends on whether somebody takes its last words: what is
 * said to stderr is passed over where nobody does.
 * @module
 */
import { errorText } from "../deno_log.ts";
import type { Terminal } from "./actions.ts";

type Stream = { writeSync(bytes: Uint8Array): number };

/** Whoever read the output has left (`| head`): nothing is wrong, and nothing more is to be said. */
export class ReaderLeft extends Error {
  override readonly name = "ReaderLeft";
}

/** What was asked for cannot be written where it was to go. */
export class OutputFailed extends Error {
  override readonly name = "OutputFailed";
}

/** Returns stdout, stderr and the environment of this process. */
export function denoTerminal(): Terminal {
  return {
    out: (line) => write(Deno.stdout, line),
    error: (line) => tell(Deno.stderr, errorText(line)),
    environment: (name) => Deno.env.get(name),
  };
}

/** Writes a line for whoever listens, if somebody does. */
export function tell(stream: Stream, line: string): void {
  try {
    write(stream, line);
  } catch (error) {
    if (!(error instanceof ReaderLeft || error instanceof OutputFailed)) throw error;
  }
}

function write(stream: Stream, line: string): void {
  writeText(stream, `${line}\n`);
}

/** Writes a text as it is. @throws {ReaderLeft | OutputFailed} If nobody takes it. */
export function writeText(stream: Stream, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof Deno.errors.BrokenPipe) {
      throw new ReaderLeft(error.message, { cause: error });
    }
    throw new OutputFailed(
      `Cannot write the output: it must be taken where it goes: was ${error.message}`,
      { cause: error },
    );
  }
}
