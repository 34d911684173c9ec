/**
 * Memory over a recording that is read again and again: what is held after each pass, collected and
 * counted.
 *
 *   memory.ts PASSES         (needs --v8-flags=--expose-gc)
 *
 * Prints one JSON object: bytes after each pass, heap and typed arrays together.
 * @module
 */
import { HotLoop } from "../../core/hotloop/mod.ts";
import { streamDrafts } from "../../tests/support/recorded_stream.ts";
import { heldBytes } from "../held_bytes.ts";
import { recording } from "./recording.ts";

const [passes = "50"] = Deno.args;
const { name, lines } = recording();
const loop = new HotLoop();
const held: number[] = [];
for (let pass = 0; pass < Number(passes); pass++) {
  for (const draft of streamDrafts(lines)) loop.apply(draft);
  held.push(heldBytes());
}
const second = held[1] ?? held[0] ?? 1;
const last = held.at(-1) ?? 0;
const result = { recording: name, held, ratio: last / second };
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result) + "\n"));
