/**
 * Links to the venue that break, lie, or are slow (G01 on), limits (L01 on), clocks (K01 on).
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import type { Case } from "../case.ts";
import { expectTrades } from "../expect.ts";
import { Skipped, type Stage } from "../stage.ts";
import { until } from "../../support/temporary.ts";

/** Within which a dead stream is noticed. */
const NOTICED_MS = 10_000;
const SETTLE_MS = 30_000;
const SKEW_MS = 5000;
const STILL_MS = 5000;

/** Something happens to the stream, then the order is filled: the execution must not be lost. */
async function playGap(stage: Stage, breakStream: () => Promise<void>): Promise<void> {
  const fill = stage.need("fill");
  const order = await stage.resting(await stage.client());
  await breakStream();
  await fill(order.atVenue, { qty: stage.terms.part });
  await order.reach("PartiallyFilled", SETTLE_MS);
  await stage.venueIs("up");
  await fill(order.atVenue, { qty: stage.terms.rest });
  await order.reach("Filled", SETTLE_MS);
  expectTrades(order, stage.terms.qty);
}

async function playSkew(stage: Stage, ms: number): Promise<void> {
  await stage.need("skew")(ms);
  const party = await stage.client();
  await stage.venueIs("up");
  const order = await party.place(stage.bid);
  await order.reach("Accepted", SETTLE_MS);
}

/** Places orders, then cancels one before them. True if the cancel was there before one of the orders. */
async function playOvertaking(stage: Stage, count: number): Promise<boolean> {
  const party = await stage.client();
  const first = await stage.resting(party);
  const orders = await party.placeAndCancel(stage.bid, count, first);
  await first.reach("Cancelled", SETTLE_MS);
  const cancelledAt = first.last?.report_seq ?? Infinity;
  for (const order of orders) await order.reach("Accepted", SETTLE_MS);
  const accepted = orders.map((order) => order.last?.report_seq ?? 0);
  await party.clear();
  return Math.max(...accepted) > cancelledAt;
}

/** G01 on, L01 on, K01 on. */
export const LINK_CASES: readonly Case[] = [
  {
    id: "G01",
    title: "an execution while the stream is down is booked once it is back",
    run: (stage) => playGap(stage, stage.need("drop")),
  },
  {
    id: "G02",
    title: "a half-open stream is noticed within 10 s, and what it kept back is booked",
    isApart: true,
    run: async (stage) => {
      const [fill, halfOpen] = [stage.need("fill"), stage.need("halfOpen")];
      const order = await stage.resting(await stage.client());
      await stage.venueFalls(async () => {
        await halfOpen();
        await fill(order.atVenue, { qty: stage.terms.qty });
      }, NOTICED_MS);
      await order.reach("Filled", SETTLE_MS);
      expectTrades(order, stage.terms.qty);
    },
  },
  {
    id: "G03",
    title: "a venue that was away for a while comes back with its orders, and none is lost",
    run: async (stage) => {
      const leave = stage.need("leave");
      const party = await stage.client();
      const order = await stage.resting(party);
      await stage.venueFalls(() => leave());
      const meanwhile = await party.place(stage.bid);
      await meanwhile.reach("Rejected");
      strictEqual(meanwhile.last?.["reject_code"], "VENUE_DOWN");
      await stage.goOn();
      await stage.venueIs("up");
      await order.reach("Accepted");
      await order.cancel();
      await order.reach("Cancelled", SETTLE_MS);
    },
  },
  {
    id: "G04",
    title: "a book that lost a message is taken anew, and is right again",
    run: async (stage) => {
      const [skipBook, byHand] = [stage.need("skipBook"), stage.need("byHand")];
      const best = stage.need("best");
      const party = await stage.client();
      const { instrument, inside: price, part: qty } = stage.terms;
      await skipBook(1);
      await byHand({ side: "Buy", price, qty });
      await byHand({ side: "Buy", price: stage.terms.buyResting, qty });
      await until(
        async () => {
          const { result } = await party.query("best", { instrument, side: "Buy" }) as {
            result?: { price?: string };
          };
          return Number(result?.price) === Number((await best()).bid);
        },
        "the true best price",
        SETTLE_MS,
      );
    },
  },
  {
    id: "G05",
    title: "a stream that the venue ends by its own word is opened anew, and nothing is lost",
    run: (stage) => playGap(stage, stage.need("endStream")),
  },
  {
    id: "G06",
    title: "the book of a market in which nothing moves is known",
    isApart: true,
    run: async (stage) => {
      stage.needOutside();
      if (stage.declares("book") === "none") throw new Skipped("the venue has no books");
      const drop = stage.need("drop");
      await stage.kill();
      await drop();
      await stage.startDaemon({ isStill: true });
      const party = await stage.client();
      await until(() => stage.hasBook(party), "the book", STILL_MS);
    },
  },
  {
    id: "L01",
    title: "after 429 nothing leaves before Retry-After, then the order is placed",
    run: async (stage) => {
      const party = await stage.client();
      await stage.fault("place", "rateLimit");
      const sinceMs = Date.now();
      const order = await party.place(stage.bid);
      await order.reach("Accepted", SETTLE_MS);
      ok(Date.now() - sinceMs >= 900, `it waited: was ${Date.now() - sinceMs} ms`);
    },
  },
  {
    id: "L02",
    title: "a cancel overtakes the orders that wait for the rate",
    run: async (stage) => {
      const burst = stage.venue.pacingBurst;
      if (burst === null) throw new Skipped("the venue is not paced");
      // A machine that stands still meanwhile lets the rate recover: nothing waits, nothing is shown.
      for (let count = burst + 5; !await playOvertaking(stage, count); count *= 2) {
        ok(count < burst * 4, "an order that was wanted before it came later");
      }
    },
  },
  {
    id: "K01",
    title: `orders are taken where the venue's clock is ${SKEW_MS / 1000} s ahead`,
    run: (stage) => playSkew(stage, SKEW_MS),
  },
  {
    id: "K02",
    title: `orders are taken where the venue's clock is ${SKEW_MS / 1000} s behind`,
    run: (stage) => playSkew(stage, -SKEW_MS),
  },
];
