/**
 * Limits as events set them: whole per scope, and without `admin` only ever tighter.
 *
 * Of a change without `admin` the stricter of the old and the new value rules, limit by limit; what
 * was held back by that raises `LIMITS_HELD`.
 * @module
 */
import { countAll } from "./exposure.ts";
import { raise, type Turn } from "./turn.ts";
import type { Event } from "../event.ts";
import { invariant, unreachable } from "../invariant.ts";
import { NO_LIMITS, NO_VENUE_LIMITS, type ScopedLimits } from "../limits.ts";
import type { InstrumentId, VenueId } from "../numbers.ts";
import type { RiskState } from "../risk/mod.ts";
import {
  isSame,
  stricterClient,
  stricterExchange,
  stricterInstrument,
  stricterOrders,
  stricterVenue,
} from "../risk/stricter.ts";

/** Sets the limits of a scope. Those of an instrument whose listing was refused limit nothing. */
export function applyLimits(turn: Turn, event: Event<"LimitsSet">): void {
  const { payload } = event;
  if (payload.admin) {
    set(turn, event, payload);
    return;
  }
  if (!tighten(turn, event)) return;
  raise(turn, {
    code: "LIMITS_HELD",
    text: `Cannot loosen the limits of scope ${payload.scope} at seq_id ${turn.seqId}: ` +
      "it must be done by an administrator: was not, so of each limit the stricter rules",
  });
}

/** Returns true if something would have become looser. A scope without limits takes any. */
function tighten(turn: Turn, event: Event<"LimitsSet">): boolean {
  const { payload } = event;
  if (payload.limits === null) return hasOwn(turn, event); // to take them away would loosen
  const wanted = stricterOf(turn, event);
  set(turn, event, wanted);
  return !isSame(wanted.limits, payload.limits);
}

/** True if the client has limits of its own in the scope, which `*` does not give it. */
function hasOwn(turn: Turn, event: Event<"LimitsSet">): boolean {
  const { risk } = turn.state;
  const { payload } = event;
  if (payload.scope === "client") return risk.clientLimits.has(payload.client);
  if (payload.scope !== "clientInstrument") return false;
  return risk.pairLimits.get(payload.client)?.has(instrumentIn(event)) === true;
}

function stricterOf(turn: Turn, event: Event<"LimitsSet">): ScopedLimits {
  const { risk } = turn.state;
  const { payload } = event;
  switch (payload.scope) {
    case "instrument": {
      const old = risk.instruments[instrumentIn(event)]?.limits ?? NO_LIMITS;
      if (old === NO_LIMITS) return payload;
      return { ...payload, limits: stricterInstrument({ old, next: payload.limits }) };
    }
    case "clientInstrument": {
      const old = risk.pairLimitsOf(payload.client, instrumentIn(event));
      if (payload.limits === null) return payload;
      return { ...payload, limits: stricterOrders({ old, next: payload.limits }) };
    }
    case "client": {
      const old = risk.clientLimitsOf(payload.client);
      if (payload.limits === null) return payload;
      return { ...payload, limits: stricterClient({ old, next: payload.limits }) };
    }
    case "venue": {
      const old = risk.venue(venueIn(event)).limits;
      if (old === NO_VENUE_LIMITS) return payload;
      return { ...payload, limits: stricterVenue({ old, next: payload.limits }) };
    }
    case "exchange": {
      const old = risk.exchange(payload.exchange).limits;
      return { ...payload, limits: stricterExchange({ old, next: payload.limits }) };
    }
    default:
      return unreachable(payload);
  }
}

/** In both books: real orders and dry ones have the same limits. */
function set(turn: Turn, event: Event<"LimitsSet">, of: ScopedLimits): void {
  let isRevalued = false;
  for (const risk of turn.state.risks) isRevalued = setIn(risk, event, of) || isRevalued;
  if (isRevalued) countAll(turn.state);
}

/** Sets limits; true if orders must be counted again by what they now hold back. */
function setIn(risk: RiskState, event: Event<"LimitsSet">, of: ScopedLimits): boolean {
  switch (of.scope) {
    case "instrument": {
      const listed = risk.instruments[instrumentIn(event)];
      if (listed === undefined) return false;
      const isRevalued = listed.limits.initialMarginPpm !== of.limits.initialMarginPpm;
      listed.limits = of.limits;
      risk.revalue(listed);
      return isRevalued;
    }
    case "clientInstrument": {
      const id = instrumentIn(event);
      if (risk.instruments[id] !== undefined) risk.setPairLimits(of.client, id, of.limits);
      return false;
    }
    case "client":
      risk.setClientLimits(of.client, of.limits);
      return false;
    case "venue": {
      const venue = risk.venue(venueIn(event));
      venue.limits = of.limits;
      if (of.limits.orderRate === null) venue.bucket = null;
      return false;
    }
    case "exchange": {
      const exchange = risk.exchange(of.exchange);
      exchange.limits = of.limits;
      if (of.limits.orderRate === null) exchange.bucket = null;
      return false;
    }
    default:
      return unreachable(of);
  }
}

function instrumentIn(event: Event<"LimitsSet">): InstrumentId {
  invariant(event.instrument !== null, "Limits of an instrument must name it");
  return event.instrument;
}

function venueIn(event: Event<"LimitsSet">): VenueId {
  invariant(event.venue !== null, "Limits of a venue must name it");
  return event.venue;
}
