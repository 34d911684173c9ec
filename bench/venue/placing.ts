/**
 * Orders placed one after the other, each timed from the client's write to the request's arrival
 * at the venue.
 * @module
 */
import { VenueProcess } from "../../tests/venues/control.ts";
import type { Latency } from "../measure.ts";
import { Trader } from "./trader.ts";

/** Nobody else trades, and the venue takes any number of requests. */
export const STILL = ["--speed", "0", "--order-limit", "1000000", "--weight-limit", "100000000"];
const WARM_UP = 300;
/** Venues that only deliver books. */
const FLOODING = 3;
/** Between two orders: a strategy's pace, not a burst. */
const PAUSE_MS = 2;

/** Places `orders` orders; `floodPerS`: book updates per second of all flooding venues together. */
export async function placing(
  of: { readonly directory: string; readonly orders: number; readonly floodPerS: number },
): Promise<Latency> {
  await using stack = new AsyncDisposableStack();
  const venue = stack.use(await VenueProcess.start("binance_spot", STILL));
  const others: VenueProcess[] = [];
  for (let count = 0; of.floodPerS > 0 && count < FLOODING; count++) {
    const share = String(Math.round(of.floodPerS / FLOODING));
    others.push(stack.use(await VenueProcess.start("binance_spot", ["--flood", share])));
  }
  const trader = stack.use(await Trader.start({ directory: of.directory, venue, others }));
  for (let done = 0; done < WARM_UP; done++) await trader.placeAndCancel(PAUSE_MS);
  const sentUs = new Map<string, number>();
  for (let done = 0; done < of.orders; done++) {
    const { clOrdId, atUs } = await trader.placeAndCancel(PAUSE_MS);
    sentUs.set(clOrdId, atUs);
  }
  const { requests } = await venue.audit({ requestsMax: 4 * (of.orders + WARM_UP) });
  const delays = requests.flatMap(({ clientOrderId, intention, arrivedUs }) => {
    const sent = clientOrderId === undefined ? undefined : sentUs.get(clientOrderId);
    return sent === undefined || intention !== "place" ? [] : [arrivedUs - sent];
  });
  if (delays.length !== of.orders) {
    throw new Error(`Cannot measure: ${of.orders} orders must arrive: were ${delays.length}`);
  }
  return latencyOf(delays);
}

/** Returns the quantiles of delays, microseconds. */
export function latencyOf(delays: readonly number[]): Latency {
  const sorted = [...delays].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    count: sorted.length,
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
  };
}
