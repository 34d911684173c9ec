/**
 * Memory over ten million order events: what the engine holds after the first million and after
 * the last, collected and counted.
 *
 *   memory.ts LANES EVENTS         (needs --v8-flags=--expose-gc)
 *
 * The horizon is a second, so that orders retire as fast as they end. Prints one JSON object:
 * bytes after each million, heap and typed arrays together.
 * @module
 */
import { heldBytes } from "../held_bytes.ts";
import { BATCH, Lives, stepsOf } from "./lives.ts";
import { Scene } from "./scene.ts";

const MILLION = 1_000_000;

const [lanes = "50000", events = "10000000"] = Deno.args;
const lives = new Lives(Number(lanes), 7);
const scene = new Scene({ stepUs: 20, horizonMs: 1_000 });
scene.begin(lives);
const steps = stepsOf(BATCH);
const held: number[] = [];
for (let done = 0; done < Number(events);) {
  lives.fill(steps);
  scene.apply(scene.eventsOf(steps));
  scene.applyAllDue();
  done += BATCH;
  if (done % MILLION === 0) {
    held.push(heldBytes());
    Deno.stderr.writeSync(new TextEncoder().encode(`${done} events: ${held.at(-1)} bytes\n`));
  }
}
const [first = 0] = held;
const last = held.at(-1) ?? 0;
Deno.stdout.writeSync(
  new TextEncoder().encode(
    JSON.stringify({ lanes: Number(lanes), held, ratio: last / first }) + "\n",
  ),
);
