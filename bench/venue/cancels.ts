/**
 * A cancel while 200 look-ups wait for the pacing, beside one while nothing waits.
 * @module
 */
import { VenueProcess } from "../../tests/venues/control.ts";
import { median } from "../measure.ts";
import { STILL } from "./placing.ts";
import { Trader } from "./trader.ts";

const POLLS = 200;
const IDLE_CANCELS = 10;
const CANCELS = 10;
/** Requests per second: the look-ups take many seconds, and a cancel finds a token in the reserve. */
const PACING = { perSecond: 20, burst: 40 };

/** Delays from the client's write to the venue's socket, microseconds, medians. */
export type Cancels = {
  readonly idleUs: number;
  readonly amongPollsUs: number;
  /** Look-ups that had not left when the last cancel was asked for. */
  readonly waiting: number;
};

/** Measures both at one venue. */
export async function cancelAmongPolls(directory: string): Promise<Cancels> {
  await using stack = new AsyncDisposableStack();
  const venue = stack.use(await VenueProcess.start("binance_spot", STILL));
  const trader = stack.use(
    await Trader.start({ directory, venue, others: [], pacing: PACING }),
  );
  const resting = await trader.placeMany(IDLE_CANCELS + CANCELS);
  await trader.settle();
  const idle: number[] = [];
  for (const order of resting.slice(0, IDLE_CANCELS)) {
    await trader.settle();
    idle.push(await delayOf(venue, order.clOrdId, await trader.cancel(order)));
  }
  await venue.tell({
    op: "fault",
    match: "POST /api/v3/order",
    count: POLLS,
    fault: { kind: "loseResponse", by: "rst" },
  });
  await trader.placeMany(POLLS, { isAnswered: false });
  const among: number[] = [];
  for (const order of resting.slice(IDLE_CANCELS)) {
    await trader.settle();
    among.push(await delayOf(venue, order.clOrdId, await trader.cancel(order)));
  }
  const lookups = (await venue.audit()).requests
    .filter(({ intention }) => intention === "look").length;
  return { idleUs: median(idle), amongPollsUs: median(among), waiting: POLLS - lookups };
}

async function delayOf(venue: VenueProcess, clOrdId: string, atUs: number): Promise<number> {
  const endMs = performance.now() + 30_000;
  while (performance.now() < endMs) {
    const { requests } = await venue.audit({ requestsMax: 500 });
    const seen = requests.find((request) =>
      request.clientOrderId === clOrdId && request.intention === "cancel"
    );
    if (seen !== undefined) return seen.arrivedUs - atUs;
    await new Promise((wake) => setTimeout(wake, 5));
  }
  throw new Error(`Cannot measure: the cancel of ${clOrdId} must arrive`);
}
