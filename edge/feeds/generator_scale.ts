/**
 * Sizes of a generated market that suit its instrument: start, distance of rungs, lot.
 * @module
 */
import { toUnits } from "../../core/decimal.ts";
import { px } from "../../core/numbers.ts";
import type { Px } from "../../core/numbers.ts";
import type { Instrument } from "../../core/instrument.ts";
import { quantaOf } from "./venue_decimal.ts";

/** Plausible prices in dollars by base currency; anything else starts at `OTHER_START`. */
const STARTS = new Map([["BTC", "60000"], ["ETH", "3000"], ["SOL", "150"], ["XRP", "0.5"]]);
const OTHER_START = "100";

/** Distance of two rungs, millionths of the start price. */
const RUNG_PPM = 50;
/** Worth of one lot, quote currency. */
const LOT_WORTH = "200";

/** Prices are `rung * rungQuanta`, sizes `lots * lotQuanta`; both valid for the instrument. */
export type GeneratorScale = {
  readonly rungQuanta: number;
  readonly lotQuanta: number;
  readonly startRung: number;
};

/** @throws {RangeError} If the start price does not fit the instrument. */
export function generatorScale(
  instrument: Instrument,
  startPrice: string | undefined,
): GeneratorScale {
  const start = startQuanta(instrument, startPrice ?? STARTS.get(instrument.base) ?? OTHER_START);
  const tick = tickAt(instrument, start);
  const rungQuanta = Math.max(1, Math.round(start * RUNG_PPM / 1_000_000 / tick)) * tick;
  const startRung = Math.max(1, Math.round(start / rungQuanta));
  return { rungQuanta, lotQuanta: lotQuanta(instrument, start), startRung };
}

function startQuanta(instrument: Instrument, price: string): Px {
  const quanta = quantaOf(price, instrument.priceRule.scale);
  if (quanta !== undefined && quanta > 0) return px(quanta);
  throw new RangeError(
    `Cannot generate a market for ${instrument.name}: the start price must be a decimal above 0 ` +
      `of at most ${instrument.priceRule.scale} places: was ${price}`,
  );
}

function tickAt(instrument: Instrument, price: Px): number {
  const { ticks } = instrument.priceRule;
  const row = ticks.findLast(({ fromQuanta }) => fromQuanta <= price) ?? ticks[0];
  return row?.stepQuanta ?? 1;
}

function lotQuanta(instrument: Instrument, price: Px): number {
  const { stepQuanta, minQuanta, scale } = instrument.qtyRule;
  const units = toUnits(LOT_WORTH, scale + instrument.priceRule.scale) ?? 0n;
  const steps = units / (BigInt(price) * BigInt(stepQuanta));
  const least = Math.ceil(Math.max(minQuanta, 1) / stepQuanta);
  return Math.max(Number(steps), least) * stepQuanta;
}
