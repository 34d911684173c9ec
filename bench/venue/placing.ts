/**
 * Orders placed one after the other, each timed from the client's write to the request's arrival
 * at a proxy before the venue. Client and proxy are one C program (`load.c`) with one clock.
 * @module
 */
import { VenueProcess } from "../../tests/venues/control.ts";
import type { Latency } from "../measure.ts";
import { Trader } from "./trader.ts";

/** Nobody else trades, and the venue takes any number of requests. */
export const STILL = ["--speed", "0", "--order-limit", "1000000", "--weight-limit", "100000000"];
/** Between two orders, microseconds: a strategy's pace, not a burst. */
export const PAUSE_US = 2000;
/** Venues that only deliver books. */
const FLOODING = 3;

/** Places `orders` orders; `floodPerS`: book updates per second of all flooding venues together. */
export async function placing(
  of: {
    readonly load: string;
    readonly directory: string;
    readonly orders: number;
    readonly warmUp: number;
    readonly floodPerS: number;
  },
): Promise<Latency> {
  await using stack = new AsyncDisposableStack();
  const venue = stack.use(await VenueProcess.start("binance_spot", STILL));
  const others: VenueProcess[] = [];
  for (let count = 0; of.floodPerS > 0 && count < FLOODING; count++) {
    const share = String(Math.round(of.floodPerS / FLOODING));
    others.push(stack.use(await VenueProcess.start("binance_spot", ["--flood", share])));
  }
  const counts = [venue.port, of.orders, of.warmUp, PAUSE_US].map(String);
  const child = new Deno.Command(of.load, {
    args: ["venue", ...counts],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  let hasEnded = false;
  const ended = child.status.finally(() => {
    hasEnded = true;
  });
  stack.defer(async () => {
    if (!hasEnded) child.kill("SIGKILL");
    await ended;
  });
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { port } = JSON.parse((await output.read()).value ?? "") as { port: number };
  const { directory } = of;
  const trader = stack.use(await Trader.start({ directory, venue, others, restPort: port }));
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(`${trader.port} ${trader.tokenFile}\n`));
  const latency = JSON.parse((await output.read()).value ?? "null") as Latency;
  await input.close();
  return latency;
}
