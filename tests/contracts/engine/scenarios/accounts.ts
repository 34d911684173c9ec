/**
 * Scenarios of accounts: books of several clients, classes of instruments, cash, funding, settlement
 * (R-CORE-6).
 * @module
 */
import type { AccountPayloads } from "../../../../core/event.ts";
import { px } from "../../../../core/numbers.ts";
import type { Scenario } from "../scenario.ts";
import type { Story } from "../story.ts";
import { contractOf, type WorldSpec } from "../world.ts";

const LINEAR: WorldSpec = {
  instruments: [
    contractOf("PERP/USDT", { kind: "linear", multiplier: "0.001", settlement: "USDT" }, {
      priceRule: { scale: 1, ticks: [{ fromQuanta: -10_000, stepQuanta: 1 }] },
      qtyRule: { scale: 0, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
    }),
  ],
};
const INVERSE: WorldSpec = {
  instruments: [
    contractOf("INV/USD", { kind: "inverse", multiplier: "100", settlement: "BTC" }, {
      base: "BTC",
      quote: "USD",
      priceRule: { scale: 1, ticks: [{ fromQuanta: 0, stepQuanta: 5 }] },
      qtyRule: { scale: 0, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
    }),
  ],
};
const BINARY: WorldSpec = {
  instruments: [
    contractOf("RAIN", {
      kind: "binary",
      condition: "rain",
      outcome: "yes",
      netting: "signed",
      complement: null,
      collateral: "USDT",
      payout: "1",
    }, { qtyRule: { scale: 0, stepQuanta: 1, minQuanta: 1, maxQuanta: null } }),
  ],
};

type Deal = {
  readonly side: "Buy" | "Sell";
  readonly qty: string;
  readonly px: string;
  readonly fee?: string;
  readonly feeCurrency?: string;
  readonly session?: number;
  readonly tag?: string;
  readonly provisional?: boolean;
};

/** An order that is filled at once. */
function deal(story: Story, order: number, of: Deal): Story {
  const { side, qty, px: price, session = 1, tag = null } = of;
  story.place(`i${order}`, { side, qty, px: price, tag }, session);
  return story.fill(order, { ...of, id: `e${order}` });
}

function balance(story: Story, of: { readonly currency: string; readonly total: string }): Story {
  return story.control("BalanceSet", of, { venue: 0 });
}

/** A fact about the account, with a key of its own unless told. */
function fact<Kind extends keyof AccountPayloads>(
  story: Story,
  kind: Kind,
  of: { readonly payload: AccountPayloads[Kind]; readonly key?: string },
): Story {
  return story.offer({
    source: "broker_report",
    eventType: kind,
    payload: of.payload as Parameters<typeof story.offer<Kind>>[0]["payload"],
    venue: 0,
    instrument: 0,
    key: of.key ?? `k${story.events.length}`,
  });
}

/** A client that is flat but for 2, with more than 2^53 of a tag on each side. */
function drift(story: Story): Story {
  const largest = "9007199254740991";
  deal(story.begin(LINEAR), 1, { side: "Buy", qty: largest, px: "100.1", tag: "a" });
  deal(story, 2, { side: "Sell", qty: largest, px: "100", tag: "b" });
  return deal(story, 3, { side: "Buy", qty: "2", px: "100", tag: "a" });
}

/** Books. */
export const ACCOUNTS: readonly Scenario[] = [
  {
    name: "spot_account",
    requires: ["R-CORE-6"],
    description: "The ledger's worked example of spot: costs, profits, a rebate, through zero.",
    tell: (story) => {
      const qtyRule = { scale: 4, stepQuanta: 1, minQuanta: 1, maxQuanta: null };
      balance(story.begin({ instruments: [{ symbol: "BTC/USDT", qtyRule }] }), {
        currency: "USDT",
        total: "1000",
      });
      const deals: readonly Deal[] = [
        { side: "Buy", qty: "1", px: "100", fee: "0.1" },
        { side: "Buy", qty: "2", px: "130", fee: "0.26" },
        { side: "Sell", qty: "1.5", px: "140", fee: "0.21" },
        { side: "Sell", qty: "2", px: "150", fee: "-0.03" },
        { side: "Buy", qty: "0.5", px: "145" },
      ];
      for (const [at, each] of deals.entries()) deal(story, at + 1, each);
    },
  },
  {
    name: "spot_charged_in_base",
    requires: ["R-CORE-6", "R-CORE-7"],
    description: "What commission takes off the base comes off positions, by owner, tag and guard.",
    tell: (story) => {
      const inBase = { px: "100", feeCurrency: "BTC" } as const;
      story.begin().open({ session: 2, client: "bob" });
      deal(story, 1, { ...inBase, side: "Buy", qty: "10", fee: "0.0102", tag: "a" });
      deal(story, 2, { ...inBase, side: "Buy", qty: "0.5", fee: "0.0005", session: 2 });
      deal(story, 3, { ...inBase, side: "Buy", qty: "0.5", fee: "0.0005", px: "110", tag: "b" });
      deal(story, 4, { ...inBase, side: "Buy", qty: "0.5", fee: "0.0004", px: "120", tag: "a" });
      deal(story, 5, { ...inBase, side: "Sell", qty: "1", fee: "0.001", px: "130", tag: "b" });
      deal(story, 6, { ...inBase, side: "Sell", qty: "2", fee: "-0.0000001", session: 2 });
      deal(story, 7, { ...inBase, side: "Buy", qty: "0.001", fee: "0.001", session: 2 });
      story.book({ bids: ["125", "1"], asks: ["125", "1"] })
        .place("j1", { side: "Sell", qty: "10", px: "130", reduceOnly: true })
        .place("j2", { side: "Sell", qty: "9.987", px: "130", reduceOnly: true })
        .void(1, { execId: "x1", ref: "e1" }).void(3, { execId: "x3", ref: "e3" })
        .void(2, { execId: "x2", ref: "e2" }).void(5, { execId: "x5", ref: "e5" });
    },
  },
  {
    name: "spot_charged_in_base_beyond_counting",
    requires: ["R-CORE-6"],
    description: "A rebate or a commission in base that no position can hold breaks a rule.",
    tell: (story) => {
      const largest = "9007199254740.991";
      const bought = { side: "Buy", px: "0.01", feeCurrency: "BTC" } as const;
      deal(story.begin(), 1, { ...bought, qty: largest, fee: "0.001" });
      deal(story, 2, { ...bought, qty: "0.001", fee: "-0.001" }).tradingState("Active", 0);
      story.fill(2, { ...bought, id: "e3", qty: "0.001", fee: "-0.00001" });
      deal(story, 3, { ...bought, qty: "1", fee: "9".repeat(30) }).tradingState("Active", 0);
      story.fill(3, { ...bought, id: "e4", qty: "1", fee: "1" });
    },
  },
  {
    name: "linear_account",
    requires: ["R-CORE-6"],
    description: "The ledger's worked example of a linear perpetual, funding included.",
    tell: (story) => {
      balance(story.begin(LINEAR), { currency: "USDT", total: "1000" });
      const deals: readonly Deal[] = [
        { side: "Buy", qty: "10", px: "60000", fee: "0.3" },
        { side: "Buy", qty: "5", px: "60100.5", fee: "0.15" },
        { side: "Sell", qty: "7", px: "60200", fee: "0.21" },
        { side: "Sell", qty: "12", px: "60000", fee: "0.36" },
      ];
      for (const [at, each] of deals.entries()) deal(story, at + 1, each);
      fact(story, "FundingPosted", { payload: { currency: "USDT", amount: "-0.6" } });
      story.book({ bids: ["59990", "1"], asks: ["60000.1", "1"] });
    },
  },
  {
    name: "inverse_account",
    requires: ["R-CORE-6"],
    description: "The ledger's worked example of an inverse perpetual, with its one rounding.",
    tell: (story) => {
      balance(story.begin(INVERSE), { currency: "BTC", total: "1" });
      const btc = { feeCurrency: "BTC" };
      const deals: readonly Deal[] = [
        { side: "Buy", qty: "100", px: "50000", fee: "0.0001", ...btc },
        { side: "Sell", qty: "50", px: "62500", fee: "0.00004", ...btc },
        { side: "Buy", qty: "30", px: "60000", ...btc },
        { side: "Sell", qty: "80", px: "61000.5", ...btc },
        { side: "Sell", qty: "7", px: "61000.5", ...btc },
      ];
      for (const [at, each] of deals.entries()) deal(story, at + 1, each);
      story.book({ bids: ["60990", "1"] });
    },
  },
  {
    name: "inverse_fill_at_no_price",
    requires: ["R-CORE-5", "R-CORE-6"],
    description: "A fill at 0 of an inverse contract breaks a rule and infers no acceptance.",
    tell: (story) =>
      story.begin(INVERSE).place("i1", { px: "50000" }).fill(1, { id: "e1", qty: "1", px: "0" })
        .accept(1).fill(1, { id: "e1", qty: "1", px: "0" })
        .fill(1, { id: "e1", qty: "1", px: "0.5" }),
  },
  {
    name: "fill_beyond_counting_proves_nothing",
    requires: ["R-CORE-5", "R-CORE-6"],
    description: "What the ledger cannot book infers neither an acceptance nor an increase.",
    tell: (story) =>
      story.begin().place("i1").place("i2").accept(2).replace("r2", { orig: "i2", qty: "12" })
        .externalFill({ id: "x1", side: "Buy", qty: "9007199254740.491" })
        .fill(1, { id: "e1", qty: "1", px: "100" }).accept(1)
        .fill(2, { id: "e2", qty: "11", px: "100" })
        .fill(2, { id: "e3", qty: "0.5", px: "100" }),
  },
  {
    name: "two_clients_of_one_account",
    requires: ["R-CORE-6"],
    description: "Offset trades: the account is flat, each client is not; external holds the rest.",
    tell: (story) => {
      story.begin(LINEAR).open({ session: 2, client: "bob" });
      deal(story, 1, { side: "Buy", qty: "10", px: "60000" });
      deal(story, 2, { side: "Sell", qty: "10", px: "60100", session: 2 });
      story.book({ bids: ["60100", "1"], asks: ["60100", "1"] });
    },
  },
  {
    name: "funding_by_position",
    requires: ["R-CORE-6"],
    description: "Shares that do not divide: each client's by position, external the rest.",
    tell: (story) => {
      story.begin(LINEAR).open({ session: 2, client: "bob" }).open({ session: 3, client: "carol" });
      deal(story, 1, { side: "Buy", qty: "2", px: "60000" });
      deal(story, 2, { side: "Buy", qty: "2", px: "60000", session: 2 });
      deal(story, 3, { side: "Sell", qty: "1", px: "60000", session: 3 });
      fact(story, "FundingPosted", { payload: { currency: "USDT", amount: "1" } });
      fact(story, "FundingPosted", {
        payload: { currency: "USDT", amount: "-0.00000000000001" },
      });
      deal(story, 4, { side: "Sell", qty: "3", px: "60000" });
      fact(story, "FundingPosted", { payload: { currency: "USDT", amount: "1" } });
    },
  },
  {
    name: "settled_instrument",
    requires: ["R-CORE-6"],
    description: "Every book is closed at the price; a void that comes later opens one again.",
    tell: (story) => {
      story.begin(INVERSE).open({ session: 2, client: "bob" });
      deal(story, 1, { side: "Buy", qty: "10", px: "60000", tag: "mm" });
      deal(story, 2, { side: "Sell", qty: "3", px: "61000", session: 2 });
      fact(story, "InstrumentSettled", { payload: { price: px(612_345) } });
      fact(story, "InstrumentSettled", { payload: { price: px(612_345) } });
      story.void(2, { execId: "x1", ref: "e2" });
      fact(story, "InstrumentSettled", { payload: { price: px(612_345) } });
      fact(story, "InstrumentSettled", { payload: { price: px(0) } });
    },
  },
  {
    name: "cash_of_clients_and_nobody",
    requires: ["R-CORE-6"],
    description: "Deposits, fees, rebates, a client that is not known; a key that was seen.",
    tell: (story) => {
      const cash = { kind: "deposit", currency: "USDT", amount: "100", client: "alice" } as const;
      story.begin();
      fact(story, "CashPosted", { payload: { ...cash, tag: null }, key: "a" });
      fact(story, "CashPosted", { payload: { ...cash, amount: "7", tag: null }, key: "a" });
      fact(story, "FundingPosted", { payload: { currency: "USDT", amount: "1" }, key: "a" });
      fact(story, "CashPosted", {
        payload: { ...cash, kind: "fee", amount: "-0.25", tag: "mm" },
      });
      fact(story, "CashPosted", { payload: { ...cash, client: null, tag: null } });
      fact(story, "CashPosted", { payload: { ...cash, client: "stranger", tag: null } });
    },
  },
  {
    name: "cash_told_again_by_a_reconciliation",
    requires: ["R-CORE-6", "R-EXEC-5"],
    description:
      "A key outlives the horizon while the next reconciliation may tell its fact again.",
    tell: (story) => {
      const world = { settings: { intentHorizonMs: 60_000 } } as const;
      const cash = { kind: "deposit", currency: "USDT", client: null, tag: null } as const;
      const post = (key: string, amount: string): void => {
        fact(story, "CashPosted", { payload: { ...cash, amount }, key });
      };
      story.begin(world);
      balance(story, { currency: "USDT", total: "100" });
      post("before", "1");
      story.wait(60_000);
      post("before", "1");
      story.reconcileAsked().reconciled().wait(300_000);
      post("a", "7");
      story.wait(5000).reconcileAsked().reconciled().wait(86_400_000);
      post("b", "2");
      post("before", "1");
      story.start(world).venue("reconciling");
      post("a", "7");
      story.reconciled().venue("up");
      post("a", "7");
      story.wait(70_000).reconcileAsked();
      post("b", "2");
      story.reconciled();
      post("b", "2");
    },
  },
  {
    name: "tags_beyond_the_bound",
    requires: ["R-CORE-6"],
    description: "64 tags of a client are told apart, later ones share the rest; by code unit.",
    tell: (story) => {
      story.begin();
      const fee = { kind: "fee", currency: "USDT", client: "alice" } as const;
      for (let n = 0; n < 66; n += 1) {
        fact(story, "CashPosted", { payload: { ...fee, amount: `-${n + 1}`, tag: `t${n}` } });
      }
      fact(story, "CashPosted", { payload: { ...fee, amount: "-0.5", tag: null } });
      deal(story, 1, { side: "Buy", qty: "1", px: "100", fee: "0.1", tag: "t70" });
      deal(story, 2, { side: "Sell", qty: "2", px: "101", fee: "0.2", tag: "t1" });
      story.book({ bids: ["99", "1"], asks: ["101", "1"] });
    },
  },
  {
    name: "tags_beyond_counting",
    requires: ["R-CORE-6"],
    description: "Tags drift apart beyond 2^53 while the position does not.",
    tell: (story) => drift(story).book({ bids: ["99", "1"], asks: ["101", "1"] }),
  },
  {
    name: "tags_beyond_counting_settled",
    requires: ["R-CORE-6"],
    description: "A settlement closes a tag of more than 2^53 to the last quantum.",
    tell: (story) => fact(drift(story), "InstrumentSettled", { payload: { price: px(997) } }),
  },
  {
    name: "provisional_beyond_counting",
    requires: ["R-CORE-5", "R-CORE-6"],
    description: "What is provisional stays within 2^53; once some of it is voided there is room.",
    tell: (story) => {
      const largest = "9007199254740991";
      const last = { side: "Buy", qty: "1", px: "0.5", provisional: true } as const;
      deal(story.begin(BINARY), 1, { ...last, qty: largest });
      deal(story, 2, { side: "Sell", qty: largest, px: "0.5" });
      deal(story, 3, last).tradingState("Active", 0);
      story.void(1, { execId: "v1", ref: "e1" }).fill(3, { ...last, id: "e3" });
    },
  },
  {
    name: "facts_that_break_rules",
    requires: ["R-CORE-5", "R-CORE-6"],
    description: "Without a key, of no venue, of no decimal, at another venue, of another class.",
    tell: (story) => {
      const cash = { kind: "deposit", currency: "USDT", client: null, tag: null } as const;
      const told = { source: "broker_report", eventType: "CashPosted" } as const;
      const payload = { ...cash, amount: "1" };
      story.begin().offer({ ...told, payload, venue: 0 }).tradingState("Active", 0)
        .offer({ ...told, payload, venue: null, key: "a" }).tradingState("Active")
        .offer({ ...told, payload, venue: 9, key: "a" }).tradingState("Active")
        .offer({ ...told, payload: { ...cash, amount: "1.2.3" }, venue: 0, key: "a" })
        .tradingState("Active", 0).offer({ ...told, payload, venue: 0, key: "a" });
      fact(story, "InstrumentSettled", { payload: { price: px(100) } });
    },
  },
  {
    name: "opening_balances",
    requires: ["R-CORE-6"],
    description: "Only the difference to the last one is posted; scales widen.",
    tell: (story) => {
      story.begin();
      for (const total of ["100", "100.00000001", "100.00000001", "-5"]) {
        balance(story, { currency: "USDT", total });
      }
      balance(story, { currency: "BTC", total: "0.1" });
    },
  },
  {
    name: "voids_in_any_order",
    requires: ["R-CORE-6", "fault 13"],
    description: "A voided execution is taken out as if it had never been.",
    tell: (story) => {
      story.begin().place("i1", { qty: "10" }).place("i2", { side: "Sell", qty: "10" });
      story.fill(1, { id: "a", qty: "1", px: "100" }).fill(1, { id: "b", qty: "2", px: "110" })
        .fill(2, { id: "c", qty: "1.5", px: "120" }).fill(2, { id: "d", qty: "2", px: "90" })
        .void(1, { execId: "x1", ref: "a" }).void(2, { execId: "x2", ref: "c" })
        .void(1, { execId: "x3", ref: "b" }).void(2, { execId: "x4", ref: "d" });
    },
  },
  {
    name: "largest_quantities",
    requires: ["R-CORE-6"],
    description:
      "Exact at the edge of 2^53, in quantity, notional and cash; beyond it a rule breaks.",
    tell: (story) => {
      const largest = "9007199254740.991";
      story.begin().place("i1", { qty: largest, px: "90071992547409.91" })
        .fill(1, { id: "e1", qty: largest, px: "90071992547409.91", fee: "0.000000000000000001" })
        .place("i2", { side: "Sell", qty: largest }).fill(2, { id: "e2", qty: largest, px: "0.01" })
        .place("i3", { qty: "1" }).fill(3, { id: "e3", qty: "1", px: "0.01" })
        .place("i4", { qty: largest }).fill(4, { id: "e4", qty: largest, px: "0.01" });
    },
  },
];
