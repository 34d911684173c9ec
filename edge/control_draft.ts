/**
 * Control events as the daemon's parts offer them.
 * @module
 */
import type { ControlPayloads, Draft } from "../core/event.ts";
import type { InstrumentId, Micros, VenueId } from "../core/numbers.ts";

/** What is said, and of which venue or instrument. */
export type Said<Type extends keyof ControlPayloads> = {
  readonly eventType: Type;
  readonly payload: ControlPayloads[Type];
  readonly venue?: VenueId;
  readonly instrument?: InstrumentId;
};

/** Returns a control event as the daemon offers it. */
export function controlDraft<Type extends keyof ControlPayloads>(
  of: Said<Type>,
  nowUs: Micros,
): Draft {
  return {
    eventTime: nowUs,
    source: "control",
    venue: of.venue ?? null,
    instrument: of.instrument ?? null,
    eventType: of.eventType,
    payload: of.payload,
    idempotencyKey: null,
  } as Draft; // the type parameter ties payload to eventType; the union cannot say so
}
