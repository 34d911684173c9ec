/**
 * The venue's own view of an account, held against the ledger to the last unit. Proves R-CORE-7
 * (funds mismatch).
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { NO_VENUE_LIMITS } from "../../../core/limits.ts";
import type { Contract } from "../../../core/instrument.ts";
import { instrumentId, px, qty, venueId } from "../../../core/mod.ts";
import { CAPABILITIES, draft, ref, World } from "../../support/engine_world.ts";
import { token } from "../../support/outcome_instruments.ts";

const [BTC, YES, OTHER] = [instrumentId(0), instrumentId(1), instrumentId(3)];

/** An account with 100 USDT that one report which differs halts. */
class Watched extends World {
  #keys = 0;

  constructor(tolerances: readonly { readonly currency: string; readonly most: string }[] = []) {
    super();
    this.start().open();
    const limits = { ...NO_VENUE_LIMITS, tripwire: { reports: 1, tolerances } };
    this.control("LimitsSet", { scope: "venue", admin: true, limits });
    this.control("BalanceSet", { currency: "USDT", total: "100" });
  }

  /** Lists an outcome in a collateral. */
  outcome(collateral: string): this {
    const instrument = token(
      "YES",
      { collateral } satisfies Partial<Extract<Contract, { kind: "binary" }>>,
    );
    this.control("InstrumentListed", { ...instrument, id: YES, name: "test:YES" }, YES);
    return this;
  }

  /** Declares a second venue with an outcome in USDT; the numbers before it stay free. */
  elsewhere(): this {
    const venue = venueId(1);
    const declared = { id: venue, name: "other", exchange: "other", capabilities: CAPABILITIES };
    const declaration = { ...declared, simulation: null, pacing: null };
    this.offer({ ...draft("control", "VenueDeclared", declaration), venue });
    const up = { status: "up", reason: "test" } as const;
    this.offer({ ...draft("control", "VenueStatusChanged", up), venue });
    const outcome = {
      ...token("YES", { collateral: "USDT" }),
      id: OTHER,
      venue,
      name: "other:YES",
    };
    this.offer({ ...draft("control", "InstrumentListed", outcome, OTHER), venue });
    return this;
  }

  /** Buys 10 of the outcome at 0.5; the venue may still void it. */
  bought(): this {
    this.place("a1", { instrument: "test:YES", price: "0.5", orderQty: "10" });
    this.accept(1);
    this.broker("OrderExecuted", {
      ...ref(1),
      execId: "e1",
      lastQty: qty(1_000),
      lastPx: px(5_000),
      liquidity: "Maker",
      commission: "0",
      commissionCurrency: "USDT",
      provisional: true,
    });
    return this;
  }

  /** Returns the alarm that a report of the account raises, if any. */
  alarmOf(
    of: {
      readonly total?: string;
      readonly currency?: string;
      readonly held?: number;
      readonly on?: typeof YES;
    },
  ): string | undefined {
    const { total, currency = "USDT", held, on = BTC } = of;
    this.#keys += 1;
    const payload = {
      balances: total === undefined ? [] : [{ currency, total }],
      positions: held === undefined ? [] : [{ instrument: on, qty: held }],
    };
    const event = draft("broker_report", "AccountReported", payload);
    this.offer({ ...event, idempotencyKey: `k${this.#keys}` });
    return this.effects.alarms[0]?.text;
  }
}

/** A tolerance of 0.5 USDT, and totals with what they raise. */
const TOTALS = [
  ["99.5", false],
  ["100.5", false],
  ["99.49999", true],
  ["100.50001", true],
  ["99", true],
] as const;
for (const [total, isDifferent] of TOTALS) {
  Deno.test(`compareAccount() takes ${total} as ${isDifferent ? "a difference" : "the same"}`, () => {
    const text = new Watched([{ currency: "USDT", most: "0.5" }]).alarmOf({ total });
    strictEqual(text !== undefined, isDifferent);
    if (text !== undefined) match(text, new RegExp(`was ${total} USDT there and 100 here`));
  });
}

Deno.test("compareAccount() tolerates nothing in a currency without a tolerance", () => {
  const elsewhere = [{ currency: "BTC", most: "9" }];
  strictEqual(new Watched(elsewhere).alarmOf({ total: "100" }), undefined);
  match(new Watched(elsewhere).alarmOf({ total: "100.00000001" }) ?? "", /there and 100 here/);
  match(new Watched(elsewhere).alarmOf({ total: "1", currency: "ETH" }) ?? "", /1 ETH there and 0/);
});

Deno.test("compareAccount() waits for cash in which an execution may still be voided", () => {
  strictEqual(new Watched().outcome("USDT").bought().alarmOf({ total: "7" }), undefined);
  const other = new Watched().outcome("USDC").bought();
  match(other.alarmOf({ total: "7" }) ?? "", /was 7 USDT there/, "another currency is certain");
  const idle = new Watched().outcome("USDT");
  match(idle.alarmOf({ total: "7" }) ?? "", /was 7 USDT there/, "nothing is held");
});

const HELD = [[1_000, true], [0, true], [500, true], [1_001, false], [-1, false]] as const;
for (const [held, isSame] of HELD) {
  Deno.test(`compareAccount() ${isSame ? "takes" : "refuses"} ${held} of 1 000 that may be voided`, () => {
    const text = new Watched().outcome("USDT").bought().alarmOf({ held, on: YES });
    strictEqual(text === undefined, isSame);
  });
}

Deno.test("compareAccount() takes a certain position to the quantum", () => {
  const w = new Watched();
  w.place("a1", { orderQty: "1", side: "Sell" });
  w.accept(1);
  w.fill(1, { id: "e1", qty: 1_000 });
  strictEqual(w.alarmOf({ held: -1_000 }), undefined);
  match(w.alarmOf({ held: -999 }) ?? "", /was -0.999 of test:BTC\/USDT there and -1 here/);
});

Deno.test("compareAccount() does not wait for what another account holds", () => {
  const w = new Watched().elsewhere();
  w.place("a1", { instrument: "other:YES", price: "0.5", orderQty: "10" });
  w.accept(1);
  const held = { ...ref(1), execId: "e1", lastQty: qty(1_000), lastPx: px(5_000) };
  const rest = { liquidity: "Maker", commission: "0", commissionCurrency: "USDT" } as const;
  w.broker("OrderExecuted", { ...held, ...rest, provisional: true });
  strictEqual(w.timeline.view.positions("account").length, 1);
  match(w.alarmOf({ total: "7" }) ?? "", /was 7 USDT there/);
});

Deno.test("compareAccount() breaks a rule where a position is another venue's", () => {
  const w = new Watched().elsewhere();
  match(w.alarmOf({ held: 0, on: OTHER }) ?? "", /must be reported by its instrument's venue/);
  deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["INVARIANT"]);
});
