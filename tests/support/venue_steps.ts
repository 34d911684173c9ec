/**
 * Random steps of a story between us and a venue of which requests, answers and fills get lost.
 * @module
 */
import * as fc from "fast-check";
import type { WorldOptions } from "./engine_world.ts";
import type { Fate } from "./model_venue.ts";

/** What happens, what becomes of the requests that it causes, and two numbers to choose by. */
export type VenueStep<Kind extends string> = {
  readonly kind: Kind;
  readonly fate: Fate;
  readonly a: number;
  readonly b: number;
};

/** Draws a step of one of these kinds: one that is named twice is twice as likely. */
export function venueStep<Kind extends string>(
  kinds: readonly Kind[],
): fc.Arbitrary<VenueStep<Kind>> {
  return fc.record({
    kind: fc.constantFrom(...kinds),
    fate: fc.constantFrom<Fate>("arrives", "arrives", "arrives", "lost", "unanswered", "notSent"),
    a: fc.nat({ max: 1000 }),
    b: fc.nat({ max: 1000 }),
  });
}

/** Venues that prove absence, replace in either way, and are paced or not. */
export const lossyVenues: fc.Arbitrary<WorldOptions> = fc.record({
  capabilities: fc.record({
    replace: fc.constantFrom("native" as const, "cancel_new" as const),
    absenceProofMs: fc.constant(2000),
  }),
  pacing: fc.constantFrom(null, { perSecond: 5, burst: 5 }),
});
