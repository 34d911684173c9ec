/**
 * Rules of validity of one instrument: price and quantity grids, least notional, sessions,
 * capabilities.
 *
 * Invariant: a value off the grid is refused, never rounded. Texts are shown to traders; they name
 * the field, the rule and the value, in decimals.
 * @module
 */
import { decimalsOf, fromQuanta, fromUnits, powerOfTen, toQuanta, toUnits } from "./decimal.ts";
import type { VenueDeclaration } from "./event.ts";
import type { Capabilities, Instrument, QtyRule } from "./instrument.ts";
import type { Params, PlaceOrder, ReplaceOrder } from "./intent.ts";
import { unreachable } from "./invariant.ts";
import { DAY_US, type Micros, micros, type Px, px, type Qty, qty } from "./numbers.ts";

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
  const { scale, ticks, maxQuanta } = instrument.priceRule;
  const quanta = toQuanta(decimal, scale);
  const isAbove = quanta !== undefined && maxQuanta !== undefined && quanta > maxQuanta;
  const row = quanta === undefined || isAbove ? undefined : tickAt(ticks, quanta);
  const isSigned = instrument.assetClass === "linear"; // of a spread, which may be worth nothing
  if (quanta === undefined || row === undefined || (quanta <= 0 && !isSigned)) {
    return { ok: false, breach: priceBreach({ rule: rangeProblem(instrument, decimal), decimal }) };
  }
  if ((quanta - row.fromQuanta) % row.stepQuanta === 0) return { ok: true, px: px(quanta) };
  const step = fromQuanta(row.stepQuanta, scale);
  const from = fromQuanta(row.fromQuanta, scale);
  const rule = `a multiple of ${step} counted from ${from}`;
  return { ok: false, breach: priceBreach({ rule, decimal }) };
}

type Tick = Instrument["priceRule"]["ticks"][number];

/** The last row that begins at or below a price, or undefined. */
function tickAt(ticks: readonly Tick[], quanta: number): Tick | undefined {
  let found: Tick | undefined;
  for (const tick of ticks) {
    if (tick.fromQuanta > quanta) break;
    found = tick;
  }
  return found;
}

function rangeProblem(instrument: Instrument, decimal: string): string {
  const { scale, ticks, maxQuanta } = instrument.priceRule;
  const units = toUnits(decimal, scale);
  if (units === undefined) return `a multiple of ${fromQuanta(1, scale)}`;
  const first = ticks[0]?.fromQuanta ?? 0;
  if (units < BigInt(first)) return `at least ${fromQuanta(first, scale)}`;
  if (units <= 0n) return "above 0";
  return `at most ${fromQuanta(maxQuanta ?? Number.MAX_SAFE_INTEGER, scale)}`;
}

function priceBreach(of: { readonly rule: string; readonly decimal: string }): RuleBreach {
  const text = `Cannot take the order: price must be ${of.rule} (price_rule): was ${of.decimal}`;
  return { code: "PRICE_GRID", text };
}

/** Returns the quantity in quanta, or the rule that it breaks; minimum and maximum included. */
export function checkQty(
  instrument: Instrument,
  decimal: string,
): { readonly ok: true; readonly qty: Qty } | { readonly ok: false; readonly breach: RuleBreach } {
  const quanta = toQuanta(decimal, instrument.qtyRule.scale);
  const rule = qtyProblem(instrument.qtyRule, quanta);
  if (quanta !== undefined && rule === undefined) return { ok: true, qty: qty(quanta) };
  const text = `Cannot take the order: order_qty must be ${rule} (qty_rule): was ${decimal}`;
  return { ok: false, breach: { code: "QTY_GRID", text } };
}

function qtyProblem(rule: QtyRule, quanta: number | undefined): string | undefined {
  const { scale, stepQuanta, minQuanta, maxQuanta } = rule;
  const most = maxQuanta ?? Number.MAX_SAFE_INTEGER;
  if (quanta === undefined) {
    return `a multiple of ${fromQuanta(stepQuanta, scale)}, at most ${fromQuanta(most, scale)}`;
  }
  if (quanta <= 0) return "above 0";
  if (quanta < minQuanta) return `at least ${fromQuanta(minQuanta, scale)}`;
  if (quanta > most) return `at most ${fromQuanta(most, scale)}`;
  return quanta % stepQuanta === 0 ? undefined : `a multiple of ${fromQuanta(stepQuanta, scale)}`;
}

/** Returns the breach if what the order is worth is below the instrument's least notional. */
export function checkNotional(
  instrument: Instrument,
  order: { readonly px: Px; readonly qty: Qty },
): RuleBreach | undefined {
  const least = instrument.minNotional;
  if (least === null) return undefined;
  const { units, scale } = notionalOf(instrument, order);
  const finest = Math.max(scale, decimalsOf(least));
  const leastUnits = toUnits(least, finest) ?? 0n;
  if (units * powerOfTen(finest - scale) >= leastUnits) return undefined;
  const was = `${fromUnits(units, scale)} ${instrument.quote}`;
  const rule = `its notional must be at least ${least} ${instrument.quote} (min_notional)`;
  return { code: "MIN_NOTIONAL", text: `Cannot take the order: ${rule}: was ${was}` };
}

/** What an order is worth, quote currency; an inverse contract is worth the same at any price. */
function notionalOf(
  { contract, priceRule, qtyRule }: Instrument,
  order: { readonly px: Px; readonly qty: Qty },
): { readonly units: bigint; readonly scale: number } {
  const qty = BigInt(order.qty);
  const size = BigInt(Math.abs(order.px)); // of a spread it may be below 0
  const scale = priceRule.scale + qtyRule.scale;
  if (contract?.kind !== "linear" && contract?.kind !== "inverse") {
    return { units: size * qty, scale };
  }
  const decimals = decimalsOf(contract.multiplier);
  const multiplier = toUnits(contract.multiplier, decimals) ?? 0n;
  if (contract.kind === "inverse") {
    return { units: qty * multiplier, scale: qtyRule.scale + decimals };
  }
  return { units: size * qty * multiplier, scale: scale + decimals };
}

/** Returns the first session end after a time; without one, the next 00:00 UTC. */
export function nextSessionEndUs(instrument: Instrument, atUs: Micros): Micros {
  const endUs = instrument.sessionEndUs ?? 0;
  const midnightUs = atUs - atUs % DAY_US;
  const todayUs = midnightUs + endUs;
  return micros(todayUs > atUs ? todayUs : todayUs + DAY_US);
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
      return "Cannot replace the order: the capability replace of this venue must not be none: was none";
    case "reduce_only":
      if (intent.price === undefined) break;
      return `Cannot replace the order: price must be absent, since this venue can only lower order_qty: was ${intent.price}`;
    case "native":
    case "cancel_new":
      break;
    default:
      return unreachable(capabilities.replace);
  }
  return paramsProblem(capabilities, { action: "replace", params: intent.params ?? null });
}

function paramsProblem(
  capabilities: Capabilities,
  of: { readonly action: string; readonly params: Params | null },
): string | undefined {
  if (of.params === null) return undefined;
  const unknown = namesOf(of.params).filter((name) => !capabilities.params.includes(name));
  if (unknown.length === 0) return undefined;
  const rule = capabilities.params.length === 0
    ? "params must be absent, since this venue takes none"
    : `params may only name ${capabilities.params.join(", ")}`;
  return `Cannot ${of.action} the order: ${rule}: was ${unknown.join(", ")}`;
}

/** Names sorted by code unit, so that the order of an object's keys shows nowhere. */
function namesOf(params: Params): readonly string[] {
  return Reflect.ownKeys(params).filter((name) => typeof name === "string").sort();
}
