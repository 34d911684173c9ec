/**
 * Rules of validity of one instrument: price and quantity grids, least notional, capabilities.
 *
 * Invariant: a value off the grid is refused, never rounded. Texts are shown to traders; they name
 * the field, the rule and the value, in decimals.
 * @module
 */
import { decimalsOf, fromQuanta, fromUnits, powerOfTen, toQuanta, toUnits } from "./decimal.ts";
import type { VenueDeclaration } from "./event.ts";
import type { Capabilities, Instrument } from "./instrument.ts";
import type { Params, PlaceOrder, ReplaceOrder } from "./intent.ts";
import { type Px, px, type Qty, qty } from "./numbers.ts";

/** A rule that a value broke. `text` is a sentence for the trader. */
export type RuleBreach = {
  readonly code: "PRICE_GRID" | "QTY_GRID" | "MIN_NOTIONAL";
  readonly text: string;
};

/** Returns the price in quanta, or the rule that it breaks. */
export function checkPrice(
  instrument: Instrument,
  decimal: string,
): { readonly ok: true; readonly px: Px } | { readonly ok: false; readonly breach: RuleBreach } {
  const { scale, ticks } = instrument.priceRule;
  const refuse = (rule: string): { readonly ok: false; readonly breach: RuleBreach } => ({
    ok: false,
    breach: { code: "PRICE_GRID", text: `Cannot take the order: ${rule}: was ${decimal}` },
  });
  const quanta = toQuanta(decimal, scale);
  const finest = `price must be a multiple of ${fromQuanta(1, scale)} within 2^53 of them`;
  if (quanta === undefined) return refuse(finest);
  const row = ticks.findLast((tick) => tick.fromQuanta <= quanta);
  if (row === undefined) {
    return refuse(`price must be at least ${fromQuanta(ticks[0]?.fromQuanta ?? 0, scale)}`);
  }
  if (quanta <= 0 && instrument.assetClass !== "linear") return refuse("price must be above 0");
  if ((quanta - row.fromQuanta) % row.stepQuanta !== 0) {
    const step = fromQuanta(row.stepQuanta, scale);
    const from = fromQuanta(row.fromQuanta, scale);
    return refuse(`price must be ${from} plus a multiple of ${step}`);
  }
  return { ok: true, px: px(quanta) };
}

/** Returns the quantity in quanta, or the rule that it breaks; minimum and maximum included. */
export function checkQty(
  instrument: Instrument,
  decimal: string,
): { readonly ok: true; readonly qty: Qty } | { readonly ok: false; readonly breach: RuleBreach } {
  const { scale, stepQuanta, minQuanta, maxQuanta } = instrument.qtyRule;
  const refuse = (rule: string): { readonly ok: false; readonly breach: RuleBreach } => ({
    ok: false,
    breach: { code: "QTY_GRID", text: `Cannot take the order: ${rule}: was ${decimal}` },
  });
  const quanta = toQuanta(decimal, scale);
  if (quanta === undefined || quanta % stepQuanta !== 0) {
    return refuse(`order_qty must be a multiple of ${fromQuanta(stepQuanta, scale)}`);
  }
  if (quanta <= 0) return refuse("order_qty must be above 0");
  if (quanta < minQuanta) {
    return refuse(`order_qty must be at least ${fromQuanta(minQuanta, scale)}`);
  }
  if (maxQuanta !== null && quanta > maxQuanta) {
    return refuse(`order_qty must be at most ${fromQuanta(maxQuanta, scale)}`);
  }
  return { ok: true, qty: qty(quanta) };
}

/** Returns the breach if price × quantity is below the instrument's least notional. */
export function checkNotional(
  instrument: Instrument,
  order: { readonly px: Px; readonly qty: Qty },
): RuleBreach | undefined {
  const least = instrument.minNotional;
  if (least === null) return undefined;
  const scale = instrument.priceRule.scale + instrument.qtyRule.scale;
  const notional = BigInt(order.px) * BigInt(order.qty);
  const finest = Math.max(scale, decimalsOf(least));
  const leastUnits = toUnits(least, finest) ?? 0n;
  if (notional * powerOfTen(finest - scale) >= leastUnits) return undefined;
  const was = `${fromUnits(notional, scale)} ${instrument.quote}`;
  const rule = `price × order_qty must be at least ${least} ${instrument.quote}`;
  return { code: "MIN_NOTIONAL", text: `Cannot take the order: ${rule}: was ${was}` };
}

/** Returns what the venue can do for this instrument. */
export function capabilitiesOf(venue: VenueDeclaration, instrument: Instrument): Capabilities {
  if (instrument.capabilities === null) return venue.capabilities;
  return { ...venue.capabilities, ...instrument.capabilities };
}

/** Returns the sentence that refuses the intent, or undefined if the venue can do it. */
export function checkPlaceCapability(
  capabilities: Capabilities,
  intent: PlaceOrder,
): string | undefined {
  if (!capabilities.ordTypes.includes(intent.ordType)) {
    return `Cannot place the order: ord_type must be one of ${
      capabilities.ordTypes.join(", ")
    }: was ${intent.ordType}`;
  }
  if (!capabilities.timeInForce.includes(intent.timeInForce)) {
    return `Cannot place the order: time_in_force must be one of ${
      capabilities.timeInForce.join(", ")
    }: was ${intent.timeInForce}`;
  }
  if (intent.postOnly && !capabilities.postOnly) {
    return "Cannot place the order: post_only must be false on this venue: was true";
  }
  if (intent.reduceOnly && !capabilities.reduceOnly) {
    return "Cannot place the order: reduce_only must be false on this venue: was true";
  }
  return paramsProblem(capabilities, { action: "place", params: intent.params });
}

/** Returns the sentence that refuses the intent, or undefined if the venue can do it. */
export function checkReplaceCapability(
  capabilities: Capabilities,
  intent: ReplaceOrder,
): string | undefined {
  switch (capabilities.replace) {
    case "none":
      return "Cannot replace the order: the venue must support replace: was none";
    case "reduce_only":
      if (intent.price === undefined) break;
      return `Cannot replace the order: price must be absent, this venue can only lower order_qty: was ${intent.price}`;
    case "native":
    case "cancel_new":
      break;
  }
  return paramsProblem(capabilities, { action: "replace", params: intent.params ?? null });
}

function paramsProblem(
  capabilities: Capabilities,
  of: { readonly action: string; readonly params: Params | null },
): string | undefined {
  if (of.params === null) return undefined;
  const unknown = Object.keys(of.params).filter((name) => !capabilities.params.includes(name));
  if (unknown.length === 0) return undefined;
  const allowed = capabilities.params.length === 0 ? "empty" : capabilities.params.join(", ");
  return `Cannot ${of.action} the order: names in params must be ${allowed}: was ${
    unknown.sort().join(", ")
  }`;
}
