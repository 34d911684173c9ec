/**
 * What a venue asks for and what its silence means: pauses, and the circuit breaker (R-EXEC-4).
 *
 * A pause that the venue asked for holds back everything, cancels too: to go on sending is what makes
 * a ban. The breaker opens after so many failed requests in a row: new exposure is refused and waits,
 * while cancels and questions go on, whose answers close it. After its time it is half open: the next
 * failure opens it again. What is reported of dry orders says nothing of the venue: it never saw them.
 * @module
 */
import { raise, type Turn } from "./turn.ts";
import type { VenueState } from "./venue_state.ts";
import { type Micros, micros, msAfter } from "../numbers.ts";

/** Holds back all requests to the venue for as long as it wants. */
export function pause(turn: Turn, venue: VenueState, retryAfterMs: number | undefined): void {
  if (retryAfterMs === undefined || retryAfterMs <= 0) return;
  turn.state.count("venue_pauses");
  const untilUs = msAfter(turn.nowUs, retryAfterMs);
  venue.pausedUntilUs = micros(Math.max(venue.pausedUntilUs, untilUs));
}

/** Counts a request that came to no answer; so many in a row open the breaker. */
export function countFailure(turn: Turn, venue: VenueState): void {
  venue.failures += 1;
  const { breaker, name } = venue.declaration;
  if (breaker === undefined || venue.failures < breaker.failures) return;
  const isTrip = venue.breakerOpenUntilUs === null;
  venue.breakerOpenUntilUs = micros(turn.nowUs + breaker.coolMs * 1000);
  if (!isTrip) return;
  turn.state.count("breaker_trips");
  raise(turn, {
    code: "BREAKER_OPEN",
    text: `Venue ${name} takes no new orders for ${breaker.coolMs} ms (venues[].breaker): ` +
      `${venue.failures} requests in a row came to no answer`,
  });
}

/**
 * The venue answers.
 * @returns True if that closed the breaker: what waited for it may leave.
 */
export function closeBreaker(venue: VenueState): boolean {
  venue.failures = 0;
  if (venue.breakerOpenUntilUs === null) return false;
  venue.breakerOpenUntilUs = null;
  return true;
}

/** True while new exposure is held back. */
export function isBreakerOpen({ breakerOpenUntilUs }: VenueState, nowUs: Micros): boolean {
  return breakerOpenUntilUs !== null && nowUs < breakerOpenUntilUs;
}
