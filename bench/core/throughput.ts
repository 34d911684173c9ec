/**
 * Order events per second, the engine with all guards and invariants beside the bare slot loop,
 * batch by batch on the very same stream.
 *
 *   throughput.ts LANES EVENTS
 *
 * First the oracle follows the engine over part of the stream, event by event; then the two are
 * timed in turns. Events are made outside the timed part, as sockets and adapters make them.
 * Prints one JSON object.
 * @module
 */
import { BATCH, Lives, stepsOf } from "./lives.ts";
import { Oracle } from "./oracle.ts";
import { Scene } from "./scene.ts";
import { SlotLoop } from "./slot_loop.ts";

const SEED = 7;
const STEP_US = 20;
const HORIZON_MS = 1_000;
/** Part of the stream that the oracle follows. */
const CHECKED_EVENTS = 200_000;

function verify(lanes: number): number {
  const lives = new Lives(lanes, SEED);
  const scene = new Scene({ stepUs: STEP_US, horizonMs: HORIZON_MS });
  const oracle = new Oracle();
  const follow = (steps: ReturnType<typeof stepsOf>): void => {
    for (const [at, event] of scene.eventsOf(steps).entries()) {
      scene.timeline.apply(event, scene.effects);
      oracle.check(scene, { steps, at });
    }
  };
  for (const opening of lives.begin()) follow(opening);
  const steps = stepsOf(BATCH);
  while (oracle.checked < CHECKED_EVENTS) {
    lives.fill(steps);
    follow(steps);
    scene.applyAllDue();
  }
  return oracle.checked;
}

function measure(lanes: number, events: number): Record<string, number> {
  const lives = new Lives(lanes, SEED);
  const scene = new Scene({ stepUs: STEP_US, horizonMs: HORIZON_MS });
  const loop = new SlotLoop(lanes);
  for (const opening of lives.begin()) {
    const events = scene.eventsOf(opening);
    scene.apply(events);
    loop.apply(events, opening);
  }
  const steps = stepsOf(BATCH);
  let engineMs = 0;
  let loopMs = 0;
  let done = 0;
  for (let warm = 0; done < events; warm++) {
    lives.fill(steps);
    const batch = scene.eventsOf(steps);
    const start = performance.now();
    scene.apply(batch);
    scene.applyAllDue();
    const middle = performance.now();
    loop.apply(batch, steps);
    const end = performance.now();
    if (warm < 400) continue; // the first batches are compiled
    engineMs += middle - start;
    loopMs += end - middle;
    done += BATCH;
  }
  return {
    events: done,
    engine_per_second: done / engineMs * 1000,
    slot_loop_per_second: done / loopMs * 1000,
    ratio: loopMs / engineMs,
    slot_loop_illegal: loop.sums.at(-1) ?? 0,
  };
}

if (import.meta.main) {
  const [lanes = "50000", events = "2000000"] = Deno.args;
  const checked = verify(Number(lanes));
  const result = { lanes: Number(lanes), checked, ...measure(Number(lanes), Number(events)) };
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result) + "\n"));
}
