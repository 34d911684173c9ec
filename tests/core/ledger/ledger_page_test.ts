/**
 * `docs/reference/ledger.md` says what the ledger does: its examples are booked, row by row. Proves
 * the page behind R-CORE-6.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { toQuanta } from "../../../core/decimal.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { postFunding } from "../../../core/ledger/funding.ts";
import { Ledger } from "../../../core/ledger/mod.ts";
import { amountOf, decimalOf, negated } from "../../../core/ledger/money.ts";
import { clientIndex, px, qty } from "../../../core/numbers.ts";
import { externalCash } from "../../support/ledger_views.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";

const PAGE = Deno.readTextFileSync(
  new URL("../../../docs/reference/ledger.md", import.meta.url),
);
const [ALICE, BOB] = [clientIndex(0), clientIndex(1)];

type Row = ReadonlyMap<string, string>;

/** The rows of the example that begins with these words; a second `qty` is the position's. */
function rowsOf(title: string): readonly Row[] {
  const [, text = ""] = PAGE.split(`**${title}**`);
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  const length = lines.slice(first).findIndex((line) => !line.startsWith("|"));
  const [names = [], , ...rows] = lines.slice(first, first + length).map(cellsOf);
  const columns = names.map((name, at) => names.indexOf(name) === at ? name : `position ${name}`);
  return rows.map((cells) => new Map(columns.map((name, at) => [name, cells[at] ?? ""])));
}

function cellsOf(line: string): string[] {
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}

/** Does what a row says; commission is in the first currency that the row shows. */
function play(ledger: Ledger, instrument: Instrument, row: Row): void {
  const [, , , , currency = ""] = [...row.keys()];
  const commission = row.get("commission") ?? "";
  if (row.get("side") === "Funding") {
    const leg = { currency, amount: negated(amountOf(commission)) };
    ledger.post(
      VENUE.id,
      (account) => postFunding(account, ledger.accountingOf(instrument), leg),
    );
    return;
  }
  ledger.book({
    venue: VENUE.id,
    client: ALICE,
    instrument,
    side: row.get("side") === "Buy" ? "Buy" : "Sell",
    qty: qty(toQuanta(row.get("qty") ?? "", instrument.qtyRule.scale) ?? 0),
    px: px(toQuanta(row.get("price") ?? "", instrument.priceRule.scale) ?? 0),
    commission,
    commissionCurrency: currency,
  });
}

function shown(ledger: Ledger, row: Row): string[] {
  const currencies = [...row.keys()].slice(4, -3).filter((name) => name !== "taken");
  const [position] = ledger.positions(ALICE, () => undefined);
  return [
    ...currencies.map((currency) => decimalOf(ledger.cash(ALICE, { venue: VENUE.id, currency }))),
    position?.qty ?? "",
    position?.avgPx ?? "null",
    position?.realisedPnl ?? "",
  ];
}

const spot = spotInstrument({ minNotional: null });
const EXAMPLES = [
  ["Spot", spot, "USDT", "1000"],
  ["Linear", linearInstrument(), "USDT", "1000"],
  ["Inverse", inverseInstrument(), "BTC", "1"],
] as const;
for (const [title, instrument, currency, total] of EXAMPLES) {
  Deno.test(`ledger.md shows an example of ${instrument.assetClass} that the ledger books`, () => {
    const ledger = new Ledger();
    const leg = { currency, amount: amountOf(total) };
    ledger.postCash(VENUE.id, { owner: ALICE, leg, isCharge: false, feeTag: null });
    const rows = rowsOf(title);
    ok(rows.length > 3);
    for (const row of rows) {
      play(ledger, instrument, row);
      deepStrictEqual(shown(ledger, row), [...row.values()].slice(4));
      ledger.assertConserved(VENUE.id);
    }
  });
}

Deno.test("ledger.md shows an example of spot charged in base that the ledger books", () => {
  const ledger = new Ledger();
  const leg = { currency: spot.quote, amount: amountOf("1000") };
  ledger.postCash(VENUE.id, { owner: ALICE, leg, isCharge: false, feeTag: null });
  const rows = rowsOf("Spot, charged in base.");
  strictEqual(rows.length, 4);
  for (const row of rows) {
    const [commission = "", commissionCurrency = ""] = row.get("commission")?.split(" ") ?? [];
    const execution = {
      venue: VENUE.id,
      client: ALICE,
      instrument: spot,
      side: "Buy",
      qty: qty(toQuanta(row.get("qty") ?? "", spot.qtyRule.scale) ?? 0),
      px: px(toQuanta(row.get("price") ?? "", spot.priceRule.scale) ?? 0),
      commission,
      commissionCurrency,
    } as const;
    if (row.get("side") === "Void") ledger.reverse(execution);
    else ledger.book(execution);
    const taken = ledger.holdings(ALICE, VENUE.id)?.taken(spot.id)?.amount;
    const [usdt, btc, ...position] = shown(ledger, row);
    const cells = [usdt, btc, taken === undefined ? "" : decimalOf(taken), ...position];
    deepStrictEqual(cells, [...row.values()].slice(4));
    ledger.assertConserved(VENUE.id);
  }
});

Deno.test("ledger.md shows two clients whose trades offset each other as the ledger has them", () => {
  const ledger = new Ledger();
  const instrument = linearInstrument();
  const common = { venue: VENUE.id, instrument, qty: qty(10) };
  const free = { commission: "0", commissionCurrency: "USDT" };
  ledger.book({ ...common, ...free, client: ALICE, side: "Buy", px: px(600_000) });
  ledger.book({ ...common, ...free, client: BOB, side: "Sell", px: px(601_000) });
  const cash = { venue: VENUE.id, currency: "USDT" };
  const figures = (["account", ALICE, BOB] as const).map((scope) => {
    const [row] = ledger.positions(scope, () => px(601_000));
    return [decimalOf(ledger.cash(scope, cash)), row?.realisedPnl, row?.unrealisedPnl];
  });
  deepStrictEqual(figures, [["1", "1", "0"], ["0", "0", "1"], ["0", "0", "0"]]);
  strictEqual(decimalOf(externalCash(ledger, cash, [ALICE, BOB])), "1");
});
