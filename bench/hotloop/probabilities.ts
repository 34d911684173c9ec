/**
 * How long one fill probability takes, over every instrument, side and price of a recording's end.
 *
 *   probabilities.ts ASKS
 *
 * Prints one JSON object: quantiles of single calls, microseconds, and of an empty call beside them,
 * which is what the clock itself costs.
 * @module
 */
import { HotLoop } from "../../core/hotloop/mod.ts";
import { type InstrumentId, type Px, qty } from "../../core/numbers.ts";
import type { Side } from "../../core/instrument.ts";
import { streamDrafts } from "../../tests/support/recorded_stream.ts";
import { Distribution } from "../core/distribution.ts";
import { recording } from "./recording.ts";

/** Share of the recording after which is asked: markets close towards the end. */
const ASKED_AT = 0.6;
const WARM_UP = 50_000;

type Place = { readonly id: InstrumentId; readonly side: Side; readonly price: Px };

const loop = new HotLoop();
const { name, lines } = recording();
for (const draft of streamDrafts(lines.slice(0, Math.floor(lines.length * ASKED_AT)))) {
  loop.apply(draft);
}
const places: Place[] = loop.instruments.flatMap((id) =>
  (["Buy", "Sell"] as const).flatMap((side) =>
    loop.ladderTop(id, { side, n: 10 }).map(({ price }) => ({ id, side, price }))
  )
);
if (places.length === 0) throw new Error("Cannot ask: the recording must have a book");

const [asks = "300000"] = Deno.args;
const [asked, empty] = [new Distribution(), new Distribution()];
let sum = 0;
for (let at = 0; at < Number(asks) + WARM_UP; at++) {
  const place = places[at % places.length];
  if (place === undefined) continue;
  const { id, side, price } = place;
  const begun = performance.now();
  const said = loop.pfillTtf(id, { side, price, orderQty: qty(200), horizonMs: 10_000 });
  const ended = performance.now();
  const nothing = performance.now() - ended;
  sum += said?.p ?? 0;
  if (at < WARM_UP) continue;
  asked.add((ended - begun) * 1_000);
  empty.add(nothing * 1_000);
}
const result = { recording: name, places: places.length, sum, asked: asked.summary() };
Deno.stdout.writeSync(
  new TextEncoder().encode(JSON.stringify({ ...result, empty: empty.summary() }) + "\n"),
);
