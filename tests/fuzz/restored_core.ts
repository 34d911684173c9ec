/**
 * The core against itself: put away as a checkpoint and restored at events that a stream does not
 * choose (R-CORE-9). What it causes is compared as the journal spells it, sentences included: that is
 * what a recovery compares, and a letter that differs keeps a daemon from starting.
 * @module
 */
import { Effects } from "../../core/effects.ts";
import { createTimeline } from "../../core/machines.ts";
import { encodeEffectLines } from "../../edge/journal/effect_lines.ts";
import { writeReport } from "../../wire/encode_report.ts";
import { EncodedReports } from "../../wire/encoded_report.ts";
import { finalOf } from "../contracts/trace/final_json.ts";
import { eventOf } from "../contracts/trace/fixture.ts";
import type { JsonObject } from "../contracts/trace/json.ts";
import type { Played } from "../contracts/trace/reference.ts";
import { Draws } from "../support/draws.ts";
import { disagreement } from "./compare.ts";

/** Share of events after which the core is restored. */
const RESTORED_PERCENT = 10;

/** Returns where a core that is restored now and then parts from one that goes on. */
export function restoredDifference(events: readonly JsonObject[]): readonly string[] {
  const went = play(events, { restoredPercent: 0 });
  const restored = play(events, { restoredPercent: RESTORED_PERCENT });
  return disagreement({ events, ...went }, restored);
}

function play(
  events: readonly JsonObject[],
  of: { readonly restoredPercent: number },
): Played {
  const draws = new Draws(events.length);
  const effects = new Effects();
  const encoded = new EncodedReports(writeReport);
  let timeline = createTimeline();
  const answers = events.map((event): JsonObject => {
    const applied = eventOf(event);
    timeline.apply(applied, effects);
    const reports = encoded.encode(effects.reports, timeline.view.instruments);
    const journal = encodeEffectLines({ seqId: applied.seqId, effects, reports });
    if (draws.chance(of.restoredPercent)) {
      timeline = createTimeline(JSON.parse(JSON.stringify(timeline.checkpoint())));
    }
    const next_deadline_us = timeline.nextDeadlineUs() ?? null;
    return { journal, digest: timeline.digest, next_deadline_us };
  });
  return { answers, final: finalOf(timeline) };
}
