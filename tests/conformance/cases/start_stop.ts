/**
 * Stopping, starting, crashing in the middle of everything (E80 to E101, C01 on).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Case, never } from "../case.ts";
import type { RequestKind } from "../driver.ts";
import { expectTrades, expectTrail, RESTS } from "../expect.ts";
import type { Party, Placed } from "../party.ts";
import { Skipped, type Stage } from "../stage.ts";
import { until } from "../../support/temporary.ts";

const SETTLE_MS = 30_000;
const BURST = 20;
const NO_OPTIONS = "no options are traded";
/** The requests of one replace, in order, by what a venue declares. */
const REPLACES: ReadonlyMap<unknown, readonly RequestKind[]> = new Map([
  ["native", ["replace"]],
  ["cancel_new", ["cancel", "place"]],
]);
const REPLACE_ENDS = ["Replaced", "ReplaceRejected"];

type Row = Readonly<Record<string, unknown>>;

/** The client's position in the instrument, a decimal. */
async function positionOf(party: Party, stage: Stage): Promise<string> {
  const found = (await party.rows("positions")).find((row) =>
    row["instrument"] === stage.terms.instrument && row["scope"] === "client"
  );
  return String(found?.["qty"] ?? "0");
}

/** Takes a position, crashes, finds it again, and closes it. */
async function playPosition(stage: Stage, side: "Buy" | "Sell"): Promise<void> {
  stage.needListed("ord_types", "Market");
  const isSpot = stage.declares("asset_class") === "spot";
  if (side === "Sell" && isSpot) throw new Skipped("a spot account cannot be short");
  const { instrument, qty: order_qty } = stage.terms;
  const party = await stage.client();
  const fields = { instrument, order_qty, ord_type: "Market" };
  const open = await party.place({ ...fields, side });
  await open.reach("Filled");
  const before = await party.rows("positions");
  await stage.kill();
  await stage.resume();
  deepStrictEqual(withoutMarks(await party.rows("positions")), withoutMarks(before));
  // Less than was bought, where commission is taken off what a Buy brings.
  const held = (await positionOf(party, stage)).replace("-", "");
  ok(Number(held) > 0 && Number(held) <= Number(order_qty));
  const opposite = side === "Buy" ? "Sell" : "Buy";
  const close = await party.place({ ...fields, order_qty: held, side: opposite });
  await close.reach("Filled");
  strictEqual(Number(await positionOf(party, stage)), 0);
}

/** What does not move with the market. */
function withoutMarks(positions: readonly Row[]): unknown {
  return positions.map(({ instrument, scope, qty, avg_px, realised_pnl }) => [
    instrument,
    scope,
    qty,
    avg_px,
    realised_pnl,
  ]);
}

/** Kills the daemon while a place is on its way. */
async function playKilledPlace(
  stage: Stage,
  as: "actsWhenTold" | "lostBeforeActing",
): Promise<Placed> {
  const timesPlaced = stage.need("timesPlaced");
  const party = await stage.client();
  if (as === "actsWhenTold") await stage.hold("place");
  else await stage.fault("place", as);
  const order = await party.place(stage.bid);
  await party.report((report) => report["intent_id"] === order.intentId, "its first answer");
  const { clOrdId } = order.atVenue;
  await until(async () => await timesPlaced(clOrdId) === 1, "the request at the venue");
  await stage.kill();
  await stage.goOn();
  await stage.resume();
  ok(order.reports.some((report) => report["in_doubt"] === true), "it was in doubt");
  return order;
}

/** Kills the daemon while a request of a replace is on its way; the venue acts meanwhile. */
async function playKilledReplace(
  stage: Stage,
  of: { readonly requests: readonly RequestKind[]; readonly killedIn: RequestKind },
): Promise<void> {
  const { requests, killedIn } = of;
  const [sent, resting] = [stage.need("orderRequests"), stage.need("resting")];
  const party = await stage.client();
  const order = await stage.resting(party);
  const before = await sent();
  await stage.hold(killedIn);
  const replaced = await order.replace({ order_qty: stage.terms.rest });
  const sentByThen = before + requests.indexOf(killedIn) + 1;
  await until(async () => await sent() === sentByThen, `the ${killedIn} at the venue`);
  await stage.kill();
  await stage.goOn();
  const isCancel = killedIn === "cancel";
  const restsNow = async (): Promise<number> => order.keysAmong(await resting()).length;
  strictEqual(await restsNow(), isCancel ? 0 : 1, "the venue has acted");
  await stage.resume();
  const isEnd = (each: Row): boolean =>
    each["intent_id"] === replaced && REPLACE_ENDS.includes(String(each["exec_type"]));
  const end = await party.report(isEnd, "the end of the replace", SETTLE_MS);
  const isReplaced = end["exec_type"] === "Replaced";
  // A cancel goes out once more; the venue, which has acted, may refuse it, and so end the replace.
  ok(isReplaced || isCancel, `killed in its ${killedIn}: ${JSON.stringify(end)}`);
  const last = await order.reach(isReplaced ? "Accepted" : "Cancelled", SETTLE_MS);
  strictEqual(last["order_qty"], isReplaced ? stage.terms.rest : stage.terms.qty);
  strictEqual(await restsNow(), isReplaced ? 1 : 0, "what rests is what is told");
  const wanted = (isReplaced ? requests.length : 1) + (isCancel ? 1 : 0);
  strictEqual(await sent() - before, wanted, "nothing but a cancel was sent twice");
}

async function playBurst(stage: Stage): Promise<void> {
  const party = await stage.client();
  const orders: Placed[] = [];
  for (let count = 0; count < BURST; count++) orders.push(await party.place(stage.bid));
  await stage.kill();
  await stage.resume();
  for (const order of orders) {
    if (order.reports.length === 0) {
      await party.send("Place", { ...stage.bid, intent_id: order.intentId });
    }
  }
  for (const order of orders) await until(() => isSettled(order), order.intentId, SETTLE_MS);
  const ids = new Set(orders.map(({ orderId }) => orderId));
  strictEqual(ids.size, BURST, "each intent has its own order");
  const timesPlaced = stage.venue.verbs.timesPlaced;
  for (const order of timesPlaced === undefined ? [] : orders) {
    const wanted = order.last?.["ord_status"] === "Accepted" ? 1 : 0;
    strictEqual(await timesPlaced?.(order.atVenue.clOrdId), wanted, "the venue saw it so often");
  }
}

/** At the venue; or proved never to have reached it, since the kill came between writing and sending. */
function isSettled({ last }: Placed): boolean {
  if (last === undefined || last["in_doubt"] === true) return false;
  return last["ord_status"] === "Accepted" || last["reject_code"] === "VENUE_ABSENT";
}

/** E80 to E101 and C01 on. */
export const START_STOP_CASES: readonly Case[] = [
  never("E80", "a position is opened at start", "opening positions is the strategy's decision"),
  {
    id: "E81",
    title: "a client that says GOODBYE leaves no order behind",
    run: async (stage) => {
      const party = await stage.client({ cancel_on_disconnect: true });
      const order = await stage.resting(party);
      await party.goodbye();
      await party.connect(stage.address);
      await order.reach("Cancelled");
    },
  },
  never("E82", "positions are closed at stop", "closing positions is the strategy's decision"),
  never("E83", "subscriptions end at stop", "they end with their session, whatever the venue"),
  {
    id: "E84",
    title: "after a crash open orders are as before: venue id, status, price, quantity",
    run: async (stage) => {
      const party = await stage.client();
      const orders = [await stage.resting(party), await stage.resting(party, stage.offer)];
      const before = orders.map((order) => order.last);
      await stage.kill();
      await stage.resume();
      for (const [at, order] of orders.entries()) {
        await order.reach("Accepted");
        for (const key of ["venue_order_id", "price", "order_qty", "leaves_qty"]) {
          strictEqual(order.last?.[key], before[at]?.[key], key);
        }
      }
    },
  },
  {
    id: "E85",
    title: "what was filled while the daemon was away is booked once: price, quantity, fee",
    run: async (stage) => {
      stage.needOutside();
      const fill = stage.need("fill");
      const order = await stage.resting(await stage.client());
      const { atVenue } = order;
      await fill(atVenue, { qty: stage.terms.part });
      await order.reach("PartiallyFilled");
      await stage.kill();
      await fill(atVenue, { qty: stage.terms.rest, count: 3 });
      await stage.resume();
      await order.reach("Filled", SETTLE_MS);
      expectTrades(order, stage.terms.qty);
    },
  },
  {
    id: "E86",
    title: "after a crash a long position is as before, and can be closed",
    run: (stage) => playPosition(stage, "Buy"),
  },
  {
    id: "E87",
    title: "after a crash a short position is as before, and can be closed",
    run: (stage) => playPosition(stage, "Sell"),
  },
  never("E90", "an option is bought by a limit", NO_OPTIONS),
  never("E91", "an option is sold by a limit", NO_OPTIONS),
  never("E92", "an option is priced by volatility", NO_OPTIONS),
  never("E94", "an unsupported type is refused for an option", NO_OPTIONS),
  never("E96", "a conditional order is refused for an option", NO_OPTIONS),
  never("E99", "a FOK on an option is filled whole or not", NO_OPTIONS),
  never("E100", "an order on an option is cancelled", NO_OPTIONS),
  never("E101", "an option's position is reconciled", NO_OPTIONS),
  {
    id: "C01",
    title: "killed between request and answer: the order is found, and was sent once",
    run: async (stage) => {
      const order = await playKilledPlace(stage, "actsWhenTold");
      await order.reach("Accepted", SETTLE_MS);
      expectTrail(order, RESTS);
      strictEqual(await stage.need("timesPlaced")(order.atVenue.clOrdId), 1);
    },
  },
  {
    id: "C02",
    title: "killed after a request that the venue never acted on: absent by proof, not sent again",
    run: async (stage) => {
      const order = await playKilledPlace(stage, "lostBeforeActing");
      const report = await order.reach("Rejected", SETTLE_MS + stage.venue.absenceMs);
      strictEqual(report["reject_code"], "VENUE_ABSENT");
      strictEqual(await stage.need("timesPlaced")(order.atVenue.clOrdId), 1);
    },
  },
  {
    id: "C03",
    title: "killed while a cancel is on its way: it is cancelled in the end",
    run: async (stage) => {
      const order = await stage.resting(await stage.client());
      await stage.fault("cancel", "lostBeforeActing");
      await order.cancelling();
      await stage.kill();
      await stage.resume();
      await order.reach("Cancelled", SETTLE_MS);
    },
  },
  {
    id: "C04",
    title:
      `killed in a burst of ${BURST} intents: each has one order, the unanswered ones repeated`,
    run: playBurst,
  },
  {
    id: "C05",
    title: "stopped in order and started again: orders rest, nothing was in doubt",
    run: async (stage) => {
      const order = await stage.resting(await stage.client());
      strictEqual(await stage.stopDaemon(), 0);
      await stage.resume();
      await order.reach("Accepted");
      ok(order.reports.every((report) => report["in_doubt"] !== true));
      await order.cancel();
      await order.reach("Cancelled");
    },
  },
  {
    id: "C06",
    title: "killed while a replace is on its way: what rests is what is told, and was sent once",
    run: async (stage) => {
      const requests = REPLACES.get(stage.declares("replace"));
      if (requests === undefined) throw new Skipped("the venue does not replace");
      for (const killedIn of requests) await playKilledReplace(stage, { requests, killedIn });
    },
  },
];
