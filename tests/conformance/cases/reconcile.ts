/**
 * What the venue has and the daemon does not, and the reverse (Q01 on); and that the books agree in
 * the end.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import type { Case } from "../case.ts";
import type { Party } from "../party.ts";
import type { Stage } from "../stage.ts";
import { until } from "../../support/temporary.ts";

const SETTLE_MS = 30_000;

/** What the account holds of the instrument, as the daemon says it. */
async function held(party: Party, stage: Stage): Promise<number> {
  const { instrument, venue, base } = stage.terms;
  if (stage.declares("asset_class") === "spot") {
    const found = (await party.rows("balances")).find((row) =>
      row["venue"] === venue && row["currency"] === base
    );
    return Number(found?.["total"] ?? 0);
  }
  const found = (await party.rows("positions", { scope: "account" })).find((row) =>
    row["instrument"] === instrument
  );
  return Number(found?.["qty"] ?? 0);
}

/** Asks for a reconciliation until something holds. */
async function reconciled(
  stage: Stage,
  holds: () => Promise<boolean>,
  what: string,
): Promise<void> {
  let asked = 0;
  await until(
    async () => {
      if (asked++ % 25 === 0) stage.daemon.signal("SIGUSR2");
      return await holds();
    },
    what,
    SETTLE_MS,
  );
}

/** Q01 on. */
export const RECONCILE_CASES: readonly Case[] = [
  {
    id: "Q01",
    title: "an order placed by hand is shown as external, and is nobody's",
    run: async (stage) => {
      const byHand = stage.need("byHand");
      const party = await stage.client();
      const { buyResting: price, part: qty } = stage.terms;
      const id = await byHand({ side: "Buy", price, qty });
      const isShown = async (): Promise<boolean> =>
        (await party.rows("orders", { scope: "account" })).some((row) =>
          String(row["venue_order_id"]).endsWith(id) && row["order_id"] === null
        );
      await reconciled(stage, isShown, "the order placed by hand");
    },
  },
  {
    id: "Q02",
    title: "an order that was cancelled while the daemon was away is Cancelled",
    run: async (stage) => {
      stage.needOutside();
      const cancelUnasked = stage.need("cancelUnasked");
      const order = await stage.resting(await stage.client());
      const { atVenue } = order;
      await stage.kill();
      await cancelUnasked(atVenue);
      await stage.resume();
      await order.reach("Cancelled", SETTLE_MS);
    },
  },
  {
    id: "Q03",
    title: "new exposure is refused RECONCILING while the account is being compared",
    run: async (stage) => {
      const drop = stage.need("drop");
      const party = await stage.client();
      const order = await stage.resting(party);
      await stage.hold("reconcile");
      await drop();
      await stage.venueIs("reconciling");
      const refused = await party.place(stage.bid);
      await refused.reach("Rejected");
      ok(["RECONCILING", "VENUE_DOWN"].includes(String(refused.last?.["reject_code"])));
      await stage.goOn();
      await stage.venueIs("up");
      await order.cancel();
      await order.reach("Cancelled", SETTLE_MS);
    },
  },
  {
    id: "Q04",
    title: "a deposit shows in the balances, and halts nothing",
    run: async (stage) => {
      const deposit = stage.need("deposit");
      const party = await stage.client();
      const { quote: currency, venue } = stage.terms;
      const total = async (): Promise<number> =>
        Number(
          (await party.rows("balances")).find((row) =>
            row["venue"] === venue && row["currency"] === currency
          )?.["total"],
        );
      const before = await total();
      await deposit({ currency, amount: "1000" });
      await until(async () => Math.abs(await total() - before - 1000) < 1e-6, "the deposit");
      await stage.resting(party);
    },
  },
  {
    id: "Q05",
    title:
      "an execution by hand is booked to nobody, and its instrument halts until one has looked",
    isApart: true,
    run: async (stage) => {
      const [byHand, position] = [stage.need("byHand"), stage.need("position")];
      const party = await stage.client();
      const { buyCrossing: price, part: qty } = stage.terms;
      await byHand({ side: "Buy", price, qty });
      const agrees = async (): Promise<boolean> =>
        Math.abs(await held(party, stage) - Number(await position())) < 1e-9;
      await reconciled(stage, agrees, "the account's position");
      const refused = await party.place(stage.bid);
      await refused.reach("Rejected");
      strictEqual(refused.last?.["reject_code"], "TRADING_HALTED");
    },
  },
  {
    id: "V03",
    title: "credentials that the venue refuses halt the account",
    isApart: true,
    run: async (stage) => {
      const party = await stage.client();
      await stage.fault("place", "authentication");
      const order = await party.place(stage.bid);
      await order.reach("Rejected");
      strictEqual(order.last?.["reject_code"], "VENUE_AUTH", String(order.last?.["text"]));
      const next = await party.place(stage.bid);
      await next.reach("Rejected");
      strictEqual(next.last?.["reject_code"], "TRADING_HALTED");
    },
  },
  {
    id: "A01",
    title: "after all cases the daemon's books agree with the venue's, and nothing rests",
    run: async (stage) => {
      const [position, resting] = [stage.need("position"), stage.need("resting")];
      const party = await stage.client();
      const prefix = `tl${String(party.ack["journal_id"]).slice(0, 8)}`;
      strictEqual((await resting()).filter((key) => key.startsWith(prefix)).length, 0);
      ok(Math.abs(await held(party, stage) - Number(await position())) < 1e-9);
      ok(!stage.daemon.log.includes('"level":"error"'), "no error was logged");
    },
  },
];
