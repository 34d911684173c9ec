/**
 * What the product's own reader makes of the lines of a recorded betting stream.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import { openReader } from "../../edge/feeds/betfair/reader.ts";

/** Returns the drafts of the lines. @throws {Error} If one of them cannot be read. */
export function* streamDrafts(lines: Iterable<string>): Generator<Draft, void> {
  const reader = openReader({ instruments: [], problem: unreadable });
  for (const line of lines) yield* reader.read(line, "recording");
}

function unreadable(text: string): never {
  throw new Error(text);
}
