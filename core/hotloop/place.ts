/**
 * Where an order would stand: what is before it, which level's flow moves its queue, and whether it
 * would trade at once.
 * @module
 */
import { oppositeOf, type Side } from "../instrument.ts";
import type { OrderId, Px } from "../numbers.ts";
import type { InstrumentLoop } from "./instrument_loop.ts";
import type { LevelFlow } from "./level_flow.ts";

/** A place in a book. */
export type Place = {
  /** It would meet the other side. */
  readonly crosses: boolean;
  /** Quantity before it, quanta; estimates have fractions. */
  readonly ahead: number;
  /** Quantity at better prices than its own, quanta. */
  readonly better: number;
  /** Ticks between the touch and its price; 0 at the touch or before it. */
  readonly behindTicks: number;
  /** Share of the spread that is left between it and the other side; 1 at the touch or behind it. */
  readonly spreadLeft: number;
  /** The flow of its level; of the touch, where it would be better than that. */
  readonly flow: LevelFlow | undefined;
};

/** Returns the place of an order, of one that is followed if `orderId` names it. */
export function placeOf(
  loop: InstrumentLoop,
  of: { readonly side: Side; readonly price: Px; readonly orderId?: OrderId },
): Place {
  const own = loop.side(of.side);
  const best = own.best();
  const other = loop.side(oppositeOf(of.side)).best();
  const { towardsBest } = own;
  const crosses = other !== undefined && (of.price - other.price) * towardsBest >= 0;
  const front = { crosses, better: 0, behindTicks: 0 };
  if (crosses) return { ...front, ahead: 0, spreadLeft: 0, flow: undefined };
  const tracked = of.orderId === undefined ? undefined : loop.tracked(of.orderId);
  const ahead = tracked?.price === of.price ? tracked.position.ahead : own.quantityAt(of.price);
  if (best === undefined || (of.price - best.price) * towardsBest > 0) {
    const flow = best && own.flowAt(best.price);
    const spreadLeft = best === undefined || other === undefined
      ? 1
      : (other.price - of.price) / (other.price - best.price);
    return { ...front, ahead, spreadLeft, flow };
  }
  const better = own.quantityBefore(of.price);
  const behindTicks = Math.abs((own.bestTick() ?? 0) - (own.tickOf(of.price) ?? 0));
  return { crosses, ahead, better, behindTicks, spreadLeft: 1, flow: own.flowAt(of.price) };
}

/** True if a level was seen for long enough to speak of it. */
export function hasPassed(observedS: number, minObsS: number): boolean {
  return observedS >= minObsS;
}
