/**
 * `docs/reference/ledger.md` says what binary contracts and betting do: its examples are booked, row
 * by row. Proves the page behind R-CORE-6.
 * @module
 */
import { deepStrictEqual, fail, ok, strictEqual } from "node:assert/strict";
import { toQuanta } from "../../../core/decimal.ts";
import type { Instrument, Side } from "../../../core/instrument.ts";
import { removeRunner, settleMarket } from "../../../core/ledger/betting_facts.ts";
import { resolveOutcome, settleOutcome, splitOutcomes } from "../../../core/ledger/binary_facts.ts";
import { Ledger, type LedgerExecution } from "../../../core/ledger/mod.ts";
import { amountOf, decimalOf } from "../../../core/ledger/money.ts";
import { NOTHING_OPEN } from "../../../core/ledger/stakes.ts";
import { conditionPnl, externalCash, worstLoss } from "../../support/ledger_views.ts";
import { type ClientIndex, clientIndex, px, qty, seqId, venueId } from "../../../core/numbers.ts";
import { runner, signedContract, token } from "../../support/outcome_instruments.ts";

const PAGE = Deno.readTextFileSync(
  new URL("../../../docs/reference/ledger.md", import.meta.url),
);
const VENUE = venueId(0);
const [ALICE, BOB] = [clientIndex(0), clientIndex(1)];
const [YES, NO, SIGNED] = [token("YES"), token("NO"), signedContract()];

type Row = readonly string[];

/** The rows of the example that begins with these words. */
function rowsOf(title: string): readonly Row[] {
  const [, text = ""] = PAGE.split(`**${title}**`);
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  const length = lines.slice(first).findIndex((line) => !line.startsWith("|"));
  const rows = lines.slice(first + 2, first + length);
  ok(rows.length > 2, "An example must have rows");
  return rows.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

function deal(
  instrument: Instrument,
  of: { readonly side: Side; readonly qty: string; readonly price: string },
): LedgerExecution {
  return {
    venue: VENUE,
    client: ALICE,
    instrument,
    side: of.side,
    qty: qty(toQuanta(of.qty, instrument.qtyRule.scale) ?? 0),
    px: px(toQuanta(of.price, instrument.priceRule.scale) ?? 0),
    commission: "0",
    commissionCurrency: "USD",
  };
}

function settle(
  ledger: Ledger,
  instrument: Instrument,
  of: { readonly numerator: number; readonly denominator?: number; readonly amount?: string },
): void {
  const { outcome } = ledger.pools.outcome(instrument);
  const { numerator, denominator = 1, amount = "null" } = of;
  const stated = amount === "null" ? null : amountOf(amount);
  const share = { numerator, denominator };
  ledger.post(VENUE, (account) => settleOutcome(account, { outcome, share, stated }));
}

function split(ledger: Ledger, quanta: number): void {
  const { condition } = ledger.pools.outcome(YES);
  const pair = (condition.pair ?? []).map((outcome) => ({
    outcome,
    accounting: ledger.accountingOf(outcome.instrument),
  }));
  ledger.post(VENUE, (account) => splitOutcomes(account, { owner: ALICE, pair, quanta }));
}

/** Does what a row of the pair of tokens says. */
function playPair(ledger: Ledger, [event = "", amount = "", price = ""]: Row): void {
  const [verb = "", name, numerator] = event.split(" ");
  const instrument = name === "YES" ? YES : NO;
  switch (verb) {
    case "Split":
    case "Merge":
      return split(ledger, (toQuanta(amount, 2) ?? 0) * (verb === "Split" ? 1 : -1));
    case "Sell":
      return ledger.book(deal(instrument, { side: "Sell", qty: amount, price }));
    case "Buy":
      return ledger.book({
        ...deal(instrument, { side: "Buy", qty: amount, price }),
        isProvisional: true,
      });
    case "Void":
      return ledger.reverse({
        ...deal(instrument, { side: "Buy", qty: amount, price }),
        isProvisional: true,
      });
    case "Resolve": {
      const share = { numerator: Number(numerator), denominator: 1 };
      const pool = ledger.pools.outcome(instrument);
      return ledger.post(VENUE, () => resolveOutcome({ ...pool, share }));
    }
    case "Settle":
      return settle(ledger, instrument, { numerator: Number(numerator) });
    default:
      fail(`The page must say what is known: was ${event}`);
  }
}

function cashOf(ledger: Ledger, who: ClientIndex | "account", currency: string): string {
  return decimalOf(ledger.cash(who, { venue: VENUE, currency }));
}

Deno.test("ledger.md shows a pair of tokens as the ledger books it", () => {
  const ledger = new Ledger();
  for (const instrument of [YES, NO]) ledger.list(instrument);
  for (const row of rowsOf("A pair of tokens.")) {
    playPair(ledger, row);
    ledger.assertConserved(VENUE);
    const rows = ledger.positions(ALICE, () => undefined);
    const shown = [
      cashOf(ledger, ALICE, "USD"),
      ...rows.map((position) => position.qty),
      ...rows.map((position) => position.realisedPnl),
    ];
    deepStrictEqual(shown, row.slice(3), row[0]);
    if (row[0] !== "Merge") continue;
    const { cost, outcomes, maxLoss } = conditionPnl(ledger, YES, ALICE);
    const profits = outcomes.map(({ profit }) => profit);
    deepStrictEqual([cost, ...profits, maxLoss], ["25.2", "-15.2", "24.8", "15.2"]);
  }
});

Deno.test("ledger.md shows one signed count as the ledger books it", () => {
  const ledger = new Ledger();
  ledger.list(SIGNED);
  const leg = { currency: "USD", amount: amountOf("100") };
  ledger.postCash(VENUE, { owner: ALICE, leg, isCharge: false, feeTag: null });
  for (const [event = "", amount = "", price = "", ...expected] of rowsOf("One signed count.")) {
    const [verb, numerator] = event.split(" ");
    if (verb === "Settle") settle(ledger, SIGNED, { numerator: Number(numerator) });
    else ledger.book(deal(SIGNED, { side: verb === "Buy" ? "Buy" : "Sell", qty: amount, price }));
    const [position] = ledger.positions(ALICE, () => undefined);
    const held = toQuanta(position?.qty ?? "", 0) ?? 0;
    const shown = [cashOf(ledger, ALICE, "USD"), `${held}`, `${Math.max(0, 0 - held)}`];
    deepStrictEqual(shown, expected, event);
  }
});

/** Shown cash of the account, of Alice and of `external`. */
function cashes(ledger: Ledger, currency: string): string[] {
  const external = externalCash(ledger, { venue: VENUE, currency }, [ALICE, BOB]);
  return [
    cashOf(ledger, "account", currency),
    cashOf(ledger, ALICE, currency),
    decimalOf(external),
  ];
}

Deno.test("ledger.md shows the venue's figure as the ledger books it", () => {
  const ledger = new Ledger();
  for (const instrument of [YES, NO]) ledger.list(instrument);
  const { outcome } = ledger.pools.outcome(YES);
  for (const row of rowsOf("The venue's figure.")) {
    const [event = "", amount = "", price = "", credited = "", ...expected] = row;
    const [verb = "", numerator, , denominator] = event.split(" ");
    const share = { numerator: Number(numerator), denominator: Number(denominator) };
    if (verb === "Settle") settle(ledger, YES, { ...share, amount: credited });
    else playPair(ledger, [`${verb} YES`, amount, price]);
    if (amount === "90") {
      const bought = deal(YES, { side: "Buy", qty: amount, price });
      ledger.confirm({ ...bought, isProvisional: true });
    }
    ledger.assertConserved(VENUE);
    deepStrictEqual([...cashes(ledger, "USD"), decimalOf(outcome.adjustment)], expected, event);
  }
});

const [A, B, C] = [0, 1, 2].map((id) => runner(id, { runners: 3 }));

/** The example's market after its bets and the removal; checks each row where `isChecked`. */
function marketOfPage(): Ledger {
  const ledger = new Ledger();
  for (const each of [A, B, C]) if (each !== undefined) ledger.list(each);
  for (const [at, row] of rowsOf("A market").entries()) {
    const [event = "", stake = "", price = "", ...expected] = row;
    const booked = seqId(at + 1);
    playMarket(ledger, { event, stake, price, booked });
    const shown = [ALICE, BOB].flatMap((
      client,
    ) => [profitIf(ledger, client, 0), profitIf(ledger, client, 1)]);
    deepStrictEqual(shown, expected, event);
  }
  return ledger;
}

function playMarket(
  ledger: Ledger,
  of: {
    readonly event: string;
    readonly stake: string;
    readonly price: string;
    readonly booked: ReturnType<typeof seqId>;
  },
): void {
  const { event, stake, price, booked } = of;
  ok(A !== undefined && B !== undefined && C !== undefined);
  if (event.startsWith("C removed")) {
    const market = ledger.pools.market(C);
    const reductionPpm = Number(event.split(" ")[2]);
    const removal = { runner: C.id, reductionPpm, basis: "price", seqId: booked } as const;
    return ledger.post(VENUE, (account) => removeRunner(account, { market, removal }));
  }
  const isAlice = event.startsWith("alice");
  const [instrument, client, side] = isAlice
    ? [A, ALICE, "Buy" as const]
    : [B, BOB, "Sell" as const];
  ledger.book({ ...deal(instrument, { side, qty: stake, price }), client, booked });
}

/** Profit of a client if runner number `at` wins, decimal. */
function profitIf(ledger: Ledger, client: ClientIndex, at: number): string {
  const book = ledger.holdings(client, VENUE);
  let profit = 0n;
  for (const id of [0, 1, 2]) {
    const position = book?.position(runner(id).id);
    if (position?.kind !== "betting" || position.heldQuanta === 0) continue;
    const { ifWon, ifLost } = position.bets.profits(100n);
    profit += id === at ? ifWon : ifLost;
  }
  return decimalOf({ units: Number(profit), scale: 4 });
}

Deno.test("ledger.md shows the venue's figure of a market as the ledger books it", () => {
  const ledger = new Ledger();
  for (const each of [A, B, C]) if (each !== undefined) ledger.list(each);
  ok(A !== undefined);
  const market = ledger.pools.market(A);
  const result = {
    winners: [{ instrument: A.id, places: 1, tied: 1 }],
    voided: [],
    isVoid: false,
  };
  for (const [at, row] of rowsOf("The venue's figure of a market").entries()) {
    const [event = "", stake = "", price = "", amount = "", ...expected] = row;
    const stated = amount === "null" || amount === "" ? null : amountOf(amount);
    if (event === "A wins") {
      ledger.post(VENUE, (account) => settleMarket(account, { market, result, stated }));
    } else playMarket(ledger, { event, stake, price, booked: seqId(at + 1) });
    ledger.assertConserved(VENUE);
    deepStrictEqual(cashes(ledger, "GBP"), expected, event);
  }
});

const RESULTS = [
  ["A wins", [[0, 1, 1]], ["25.59", "16.09", "9.5", "0"]],
  ["a dead heat of A and B", [[0, 1, 2], [1, 1, 2]], ["5.34", "7.1", "-1.85", "0.09"]],
] as const;
for (const [what, placed, expected] of RESULTS) {
  Deno.test(`ledger.md shows a market, and what ${what} pays, as the ledger books it`, () => {
    const ledger = marketOfPage();
    ok(A !== undefined);
    const market = ledger.pools.market(A);
    strictEqual(worstLoss(ledger, A, { who: ALICE, openOf: NOTHING_OPEN })?.units, 20_000);
    const winners = placed.map(([id, places, tied]) => ({
      instrument: runner(id).id,
      places,
      tied,
    }));
    const result = { winners, voided: [], isVoid: false };
    ledger.post(VENUE, (account) => settleMarket(account, { market, result, stated: null }));
    const cash = { venue: VENUE, currency: "GBP" };
    const shown = (["account", ALICE, BOB] as const).map((who) => cashOf(ledger, who, "GBP"));
    deepStrictEqual([...shown, decimalOf(externalCash(ledger, cash, [ALICE, BOB]))], expected);
  });
}
