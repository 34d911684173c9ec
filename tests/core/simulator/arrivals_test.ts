/**
 * Commands on their way to the simulated venue come as they went. Proves R-CORE-8.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { OrderCommand } from "../../../core/command.ts";
import {
  instrumentId,
  micros,
  orderId,
  px,
  qty,
  requestId,
  seqId,
  venueId,
} from "../../../core/numbers.ts";
import { type Arrival, Arrivals } from "../../../core/simulator/arrivals.ts";
import { Draws } from "../../support/draws.ts";

const VENUE = venueId(3);

/** Any command that the engine may send to the venue. */
function anyCommand(draws: Draws, number: number): OrderCommand {
  const common = {
    seqId: seqId(2 ** 40 + number),
    request: requestId(number),
    venue: VENUE,
    instrument: instrumentId(draws.below(5)),
    order: orderId(number),
    clOrdId: `tl00000000-${number}-1`,
    venueOrderId: draws.below(4) === 0 ? `V${number}` : null,
  };
  const price = draws.below(3) === 0 ? null : px(draws.below(1_000) - 500);
  const orderQty = qty(1 + draws.below(1_000));
  const side = draws.pick(["Buy", "Sell"] as const);
  const dryRun = draws.below(5) === 0 ? { dryRun: true as const } : {};
  switch (draws.pick(["Submit", "Submit", "Submit", "Replace", "Cancel", "Lookup"] as const)) {
    case "Cancel":
      return { kind: "Cancel", ...common };
    case "Lookup":
      return { kind: "Lookup", ...common };
    case "Replace":
      return {
        kind: "Replace",
        ...common,
        side,
        newClOrdId: "tl-2",
        orderQty,
        price,
        expireUs: null,
        params: null,
        ...dryRun,
      };
    case "Submit":
      return {
        kind: "Submit",
        ...common,
        side,
        ordType: draws.pick(["Limit", "Market"] as const),
        timeInForce: draws.pick(["GTC", "IOC", "FOK", "GTD", "DAY"] as const),
        expireUs: draws.below(3) === 0 ? micros(2 ** 50 + number) : null,
        price,
        orderQty,
        postOnly: draws.below(2) === 0,
        reduceOnly: draws.below(2) === 0,
        params: draws.below(6) === 0 ? { fast: true } : null,
        ...dryRun,
      };
  }
}

Deno.test("Arrivals gives every command as it was, oldest first, as a plain queue does", () => {
  const draws = new Draws(20);
  const arrivals = new Arrivals(VENUE);
  const plain: Arrival[] = [];
  let [atUs, longest] = [1e15, 0];
  for (let number = 1; number <= 20_000; number += 1) {
    atUs += draws.below(3);
    const command = anyCommand(draws, number);
    arrivals.push(command, micros(atUs));
    plain.push({ atUs: micros(atUs), command });
    // For a time more comes than goes, then the other way round, until nothing is left.
    const wanted = number % 4_000 < 2_000 ? draws.below(2) : draws.below(4);
    for (let taken = 0; taken < wanted; taken += 1) {
      strictEqual(arrivals.nextUs, plain[0]?.atUs);
      deepStrictEqual(arrivals.take(), plain.shift());
    }
    longest = Math.max(longest, plain.length);
    if (number % 999 === 0) deepStrictEqual([...arrivals], plain);
  }
  ok(longest > 700, `was ${longest}`);
});

Deno.test("Arrivals has nothing when nothing is on its way", () => {
  const arrivals = new Arrivals(VENUE);
  strictEqual(arrivals.nextUs, undefined);
  strictEqual(arrivals.take(), undefined);
  deepStrictEqual([...arrivals], []);
});
