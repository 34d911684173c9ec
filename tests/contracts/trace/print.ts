/**
 * Printing for the tools: lines on standard output.
 * @module
 */

const encoder = new TextEncoder();

/** Writes a line. */
export function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}
