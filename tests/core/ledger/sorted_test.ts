/**
 * What the ledger lists, saves and mixes into digests is in the order of numbers, whatever came
 * first. Proves R-CORE-2 for the ledger: the same facts give the same bytes.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Digest } from "../../../core/digest.ts";
import { settleMarket } from "../../../core/ledger/betting_facts.ts";
import { resolveOutcome } from "../../../core/ledger/binary_facts.ts";
import { Ledger, type LedgerExecution } from "../../../core/ledger/mod.ts";
import { clientIndex, instrumentId, px, qty, seqId, venueId } from "../../../core/numbers.ts";
import { runner, token } from "../../support/outcome_instruments.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const VENUES = [venueId(0), venueId(1)] as const;
const CLIENTS = [clientIndex(0), clientIndex(1), clientIndex(2)] as const;

/** Numbers of one venue's instruments follow those of the other. */
function instrumentsOf(venue: typeof VENUES[number]): LedgerExecution["instrument"][] {
  const base = 20 * venue;
  const [yes, no] = [token("YES"), token("NO")];
  return [
    { ...spotInstrument({ id: instrumentId(base) }), venue },
    { ...spotInstrument({ id: instrumentId(base + 1), base: "ETH", symbol: "ETH/USDT" }), venue },
    { ...runner(base + 2), venue },
    { ...runner(base + 3), venue },
    { ...yes, venue, id: instrumentId(base + 10) },
    { ...no, venue, id: instrumentId(base + 11) },
  ];
}

/** Bets are kept by price, executions of other classes as they came. */
function pricesOf({ assetClass }: LedgerExecution["instrument"]): readonly number[] {
  return assetClass === "betting" ? [300, 310] : [300];
}

const LISTED = VENUES.flatMap(instrumentsOf);
const DEALS: readonly LedgerExecution[] = LISTED.flatMap((instrument) =>
  CLIENTS.flatMap((client) =>
    pricesOf(instrument).map((price) => ({
      venue: instrument.venue,
      client,
      instrument,
      side: "Buy" as const,
      qty: qty(100 + client),
      px: px(price),
      commission: "0.01",
      commissionCurrency: "FEE",
      booked: seqId(1),
      tag: `t${client}`,
    }))
  )
);

function played(
  of: { readonly listed: typeof LISTED; readonly deals: typeof DEALS },
): Ledger {
  const ledger = new Ledger();
  for (const instrument of of.listed) strictEqual(ledger.list(instrument), undefined);
  for (const deal of of.deals) ledger.book(deal);
  return ledger;
}

const UPWARDS = { listed: LISTED, deals: DEALS };
const DOWNWARDS = { listed: LISTED.toReversed(), deals: DEALS.toReversed() };

Deno.test("Ledger.checkpoint() is the same whether listings and deals came upwards or downwards", () => {
  // Of each position the last executions are kept as they came.
  const saved = (of: typeof UPWARDS): string =>
    JSON.stringify(
      played(of).checkpoint(),
      (key, value) => key.startsWith("history_") ? null : value,
      1,
    );
  strictEqual(saved(DOWNWARDS), saved(UPWARDS));
});

Deno.test("Ledger lists balances, positions and tags by number whatever came first", () => {
  const [up, down] = [played(UPWARDS), played(DOWNWARDS)];
  const markOf = (): ReturnType<typeof px> => px(305);
  deepStrictEqual(down.balances(undefined, () => "0"), up.balances(undefined, () => "0"));
  deepStrictEqual(down.positions("account", markOf), up.positions("account", markOf));
  for (const client of CLIENTS) {
    deepStrictEqual(down.positions(client, markOf), up.positions(client, markOf));
    deepStrictEqual(down.tags(client, markOf), up.tags(client, markOf));
  }
});

Deno.test("Ledger.mixInto() mixes clients by number whatever came first", () => {
  const mixed = (of: typeof UPWARDS): string => {
    const ledger = played(of);
    const instrument = LISTED[2] ?? runner(2);
    const market = ledger.pools.market(instrument);
    const winners = [{ instrument: instrument.id, places: 1, tied: 1 }];
    const result = { winners, voided: [], isVoid: false };
    ledger.post(
      instrument.venue,
      (account) => settleMarket(account, { market, result, stated: null }),
    );
    const digest = new Digest();
    ledger.mixInto(digest);
    return digest.hex;
  };
  strictEqual(mixed(DOWNWARDS), mixed(UPWARDS));
});

Deno.test("resolveOutcome() names the pair by number, whichever of it is resolved", () => {
  const ledger = played(DOWNWARDS);
  for (const outcome of LISTED.slice(4, 6)) {
    const pool = ledger.pools.outcome(outcome);
    const { instruments } = resolveOutcome({ ...pool, share: { numerator: 1, denominator: 1 } });
    deepStrictEqual(instruments, [10, 11]);
  }
});

Deno.test("BettingMarket.checkpoint() saves what was posted by client, also when the least came last", () => {
  const ledger = new Ledger();
  const instrument = runner(0);
  ledger.list(instrument);
  const back = (client: typeof CLIENTS[number]): void => {
    ledger.book({
      venue: instrument.venue,
      client,
      instrument,
      side: "Buy",
      qty: qty(100 * (1 + client)),
      px: px(300),
      commission: "0",
      commissionCurrency: "GBP",
      booked: seqId(1),
    });
  };
  back(CLIENTS[2]);
  back(CLIENTS[1]);
  const market = ledger.pools.market(instrument);
  const result = {
    winners: [{ instrument: instrument.id, places: 1, tied: 1 }],
    voided: [],
    isVoid: false,
  };
  ledger.post(
    instrument.venue,
    (account) => settleMarket(account, { market, result, stated: null }),
  );
  back(CLIENTS[0]);
  // Stakes of 1, 2 and 3 at odds of 3, less 5 % commission.
  const saved = JSON.stringify(market.checkpoint());
  ok(saved.includes('"clients":[0,1,2],"posted":["1.9","3.8","5.7"]'), saved);
});
