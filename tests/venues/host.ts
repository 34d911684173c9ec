/**
 * What both fake venues do as processes: timers of their own, ports, the first line, the end.
 * @module
 */
import { type Desk, openDesk } from "./desk.ts";
import type { FeedFormat } from "./feed.ts";
import { Flood } from "./flood.ts";
import type { VenueOptions } from "./options.ts";

const PING_MS = 20_000;
const SECOND_MS = 1000;

/** Opens both ports, prints `{"port":…,"controlPort":…}` and lives until standard input ends. */
export async function runVenue(desk: Desk, options: VenueOptions): Promise<void> {
  setInterval(() => desk.feed.flush(), options.depthMs);
  setInterval(() => misbehave(desk), SECOND_MS);
  setInterval(() => {
    desk.users.ping();
    desk.feed.streams.ping();
  }, PING_MS);
  const port = await desk.server.listen(options.port);
  const controlPort = await openDesk(desk, options.controlPort);
  const line = JSON.stringify({ port, controlPort }) + "\n";
  Deno.stdout.writeSync(new TextEncoder().encode(line));
  await inputEnds();
  Deno.exit(0);
}

const FLOOD_SYMBOL = "BTCUSDT";

/** Opens the crowd's books, or floods one. */
export function openMarkets(
  { exchange, feed, clock, crowd }: Pick<Desk, "exchange" | "feed" | "clock" | "crowd">,
  of: {
    readonly options: VenueOptions;
    readonly formatAt: (now: () => number) => FeedFormat;
  },
): void {
  const { floodPerS: perS, isEmpty } = of.options;
  const { formatAt } = of;
  const isFlood = perS > 0;
  if (isFlood) new Flood({ exchange, feed, clock, perS, symbol: FLOOD_SYMBOL, formatAt });
  if (isEmpty) return;
  for (const symbol of exchange.markets.keys()) {
    if (!isFlood || symbol !== FLOOD_SYMBOL) crowd.open(symbol);
  }
}

/** What a schedule says happens per second, whoever asks. */
function misbehave({ faults, exchange, users, feed, endUserStream }: Desk): void {
  const { draws, cancelPercent } = faults;
  const { dropPercent = 0, halfOpenPercent = 0, endPercent = 0 } = faults.streams;
  for (const streams of [users, feed.streams]) {
    if (draws.chance(dropPercent)) streams.drop(draws.pick(["fin", "rst"] as const));
    if (draws.chance(halfOpenPercent)) streams.halfOpen();
  }
  if (draws.chance(endPercent)) endUserStream();
  const open = exchange.openOrders();
  if (open.length > 0 && draws.chance(cancelPercent)) exchange.cancel(draws.pick(open));
}

async function inputEnds(): Promise<void> {
  const buffer = new Uint8Array(256);
  while (await Deno.stdin.read(buffer) !== null);
}
