/**
 * The core against itself: put away as a checkpoint and restored at events that a stream does not
 * choose (R-CORE-9).
 * @module
 */
import { Effects } from "../../core/effects.ts";
import { createTimeline } from "../../core/machines.ts";
import { causedOf } from "../contracts/trace/effects_json.ts";
import { finalOf } from "../contracts/trace/final_json.ts";
import { eventOf } from "../contracts/trace/fixture.ts";
import type { JsonObject } from "../contracts/trace/json.ts";
import type { Played } from "../contracts/trace/reference.ts";
import { Draws } from "../support/draws.ts";

/** Share of events after which the core is restored. */
const RESTORED_PERCENT = 3;

/** Plays events on a core that is restored now and then. */
export function playRestored(events: readonly JsonObject[]): Played {
  const draws = new Draws(events.length);
  const effects = new Effects();
  let timeline = createTimeline();
  const answers = events.map((event): JsonObject => {
    timeline.apply(eventOf(event), effects);
    if (draws.chance(RESTORED_PERCENT)) {
      timeline = createTimeline(JSON.parse(JSON.stringify(timeline.checkpoint())));
    }
    const next_deadline_us = timeline.nextDeadlineUs() ?? null;
    return { ...causedOf(effects), digest: timeline.digest, next_deadline_us };
  });
  return { answers, final: finalOf(timeline) };
}
