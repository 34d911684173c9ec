/**
 * Streams: a seed for the world and one number per step make the events, so that a failing stream
 * shrinks by leaving steps out.
 * @module
 */
import type { JsonObject } from "../contracts/trace/json.ts";
import { Effects } from "../../core/effects.ts";
import { createTimeline } from "../../core/machines.ts";
import { causedOf } from "../contracts/trace/effects_json.ts";
import { eventJson, eventOf } from "../contracts/trace/fixture.ts";
import { finalOf } from "../contracts/trace/final_json.ts";
import { Draws } from "../support/draws.ts";
import { ACCOUNT_ACTIONS } from "./account_actions.ts";
import { ActionTable } from "./actions.ts";
import { DAEMON_ACTIONS, release, restart } from "./daemon_actions.ts";
import { INTENT_ACTIONS } from "./intent_actions.ts";
import { LIMIT_ACTIONS } from "./limit_actions.ts";
import { OUTCOME_ACTIONS } from "./outcome_actions.ts";
import { REPORT_ACTIONS } from "./report_actions.ts";
import { type Answer, Scene } from "./scene.ts";
import { VENUE_ACTIONS } from "./venue_actions.ts";

/** Events with what the core did with them. */
export type PlayedStream = {
  readonly events: readonly JsonObject[];
  readonly answers: readonly JsonObject[];
  readonly final: JsonObject;
};

/** What makes a stream. */
export type StreamSeed = { readonly world: number; readonly steps: readonly number[] };

/** A stream as it was made. */
export type Stream = PlayedStream & {
  readonly answers: readonly Answer[];
  readonly scene: Scene;
};

const ACTIONS = new ActionTable([
  ...INTENT_ACTIONS,
  ...REPORT_ACTIONS,
  ...ACCOUNT_ACTIONS,
  ...OUTCOME_ACTIONS,
  ...LIMIT_ACTIONS,
  ...DAEMON_ACTIONS,
  ...VENUE_ACTIONS,
]);

/** Makes the events of a stream and lets the core apply them. */
export function makeStream(seed: StreamSeed): Stream {
  const scene = new Scene(new Draws(seed.world));
  for (const step of seed.steps) takeStep(scene, step);
  return {
    events: scene.events.map(eventJson),
    answers: scene.answers,
    final: finalOf(scene.timeline),
    scene,
  };
}

/** Plays events that were made before; undefined if they cannot be applied. */
export function playStream(events: readonly JsonObject[]): PlayedStream | undefined {
  const timeline = createTimeline();
  const effects = new Effects();
  try {
    const answers = events.map((event): JsonObject => {
      timeline.apply(eventOf(event), effects);
      const next_deadline_us = timeline.nextDeadlineUs() ?? null;
      return { ...causedOf(effects), digest: timeline.digest, next_deadline_us };
    });
    return { events, answers, final: finalOf(timeline) };
  } catch (error) {
    if (error instanceof RangeError) return undefined; // left out what it needed
    throw error;
  }
}

/** Time passes; what is due mostly fires; then something happens. */
function takeStep(scene: Scene, step: number): void {
  const draws = new Draws(step);
  scene.redraw(draws);
  scene.nowUs += draws.chance(60) ? draws.below(300) : draws.below(40_000);
  const due = scene.timeline.nextDeadlineUs();
  if (due !== undefined && due <= scene.nowUs && draws.chance(70)) scene.deadline();
  if (scene.isStopping && draws.chance(40)) restart(scene);
  else if (draws.chance(6)) release(scene);
  else ACTIONS.act(scene);
}
