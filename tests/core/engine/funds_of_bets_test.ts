/**
 * What an account with bets is covered for, against every way in which its market can end and its
 * open orders can fill. Proves R-CORE-7 (`FUNDS`).
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { NO_VENUE_LIMITS } from "../../../core/limits.ts";
import { instrumentId } from "../../../core/numbers.ts";
import { Story } from "../../contracts/engine/story.ts";
import { runner } from "../../support/outcome_instruments.ts";

/** Quantities and odds in hundredths. */
type Bet = {
  readonly on: number;
  readonly isBack: boolean;
  readonly qty: number;
  readonly px: number;
};
type Step = Bet & {
  readonly kind: "deal" | "rest" | "fill" | "cancel" | "replace";
  readonly which: number;
};

const ONE = 100;
const RUNNERS = 3;
const CASH = 30;

/** Two clients of one account who bet while it is covered. */
class Bettors {
  readonly story = new Story().begin({ instruments: [] }).open({ session: 2, client: "bob" });
  readonly #runners: number | null;
  readonly #held: Bet[] = [];
  readonly #open = new Map<number, Bet>();
  #orders = 0;
  #intents = 0;

  /** `runners`: how many the market is known to have, all of them listed; null: others may win. */
  constructor(runners: number | null) {
    this.#runners = runners;
    for (let at = 0; at < RUNNERS; at += 1) {
      const terms = runner(at, { runners });
      this.story.list({ ...terms, id: instrumentId(at), name: `test:${terms.symbol}` });
    }
    const limits = { ...NO_VENUE_LIMITS, checkFunds: true };
    this.story.control("LimitsSet", { scope: "venue", admin: true, limits }, { venue: 0 })
      .control("BalanceSet", { currency: "GBP", total: `${CASH}` }, { venue: 0 });
  }

  turn({ kind, which, ...bet }: Step): void {
    const chosen = [...this.#open.keys()][which % Math.max(1, this.#open.size)];
    if (kind === "deal" || kind === "rest") this.#place(bet, 1 + which % 2);
    if (kind === "deal") this.#fill(this.#orders);
    if (chosen === undefined) return;
    if (kind === "fill") this.#fill(chosen);
    if (kind === "cancel") this.#cancel(chosen);
    if (kind === "replace") this.#replace(chosen, bet);
  }

  /** The least that the account can have in the end, whatever fills and whoever wins; hundredths². */
  get least(): number {
    const ends = [...Array(this.#runners ?? RUNNERS + 1).keys()];
    return Math.min(...ends.map((winner) => {
      const held = this.#held.reduce((total, bet) => total + earned(bet, winner), 0);
      const open = [...this.#open.values()].map((bet) => Math.min(0, earned(bet, winner)));
      return CASH * ONE * ONE + held + open.reduce((total, each) => total + each, 0);
    }));
  }

  #place({ on, isBack, ...terms }: Bet, session: number): void {
    const side = isBack ? "Buy" : "Sell";
    this.story.place(`i${this.#intents++}`, { on, side, ...shown(terms) }, session);
    if (this.story.effects.reports[0]?.execType !== "PendingNew") return;
    this.#orders += 1;
    this.#open.set(this.#orders, { on, isBack, ...terms });
    this.story.accept(this.#orders);
  }

  #fill(order: number): void {
    const bet = this.#open.get(order);
    if (bet === undefined) return;
    this.story.fill(order, { id: `e${order}`, ...shown(bet) });
    this.#held.push(bet);
    this.#open.delete(order);
  }

  #cancel(order: number): void {
    this.story.cancelled(order);
    this.#open.delete(order);
  }

  #replace(order: number, to: Bet): void {
    const placed = this.story.timeline.view.orders("account", { open: true, limit: 99 });
    const report = placed.find((each) => each.order?.orderId === order);
    const { qty, px: price } = shown(to);
    const id = `r${this.#intents++}`;
    this.story.replace(id, { orig: report?.intentId ?? "", qty, price }, (report?.client ?? 0) + 1);
    if (this.story.effects.reports[0]?.execType !== "PendingReplace") return;
    const { on, isBack } = this.#open.get(order) ?? to;
    this.story.replaced(order, { qty, px: price });
    this.#open.set(order, { ...to, on, isBack });
  }
}

function earned({ on, isBack, qty, px }: Bet, winner: number): number {
  const backed = on === winner ? qty * (px - ONE) : -qty * ONE;
  return isBack ? backed : -backed;
}

function shown(
  { qty, px }: Pick<Bet, "qty" | "px">,
): { readonly qty: string; readonly px: string } {
  return { qty: `${qty / ONE}`, px: `${px / ONE}` };
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("deal", "deal", "rest", "rest", "fill", "cancel", "replace"),
  on: fc.nat(RUNNERS - 1),
  isBack: fc.boolean(),
  qty: fc.integer({ min: 1, max: 2_000 }),
  px: fc.integer({ min: 101, max: 600 }),
  which: fc.nat(9),
});

for (const runners of [RUNNERS, null]) {
  const which = runners === null ? "are not all listed" : "are listed";
  Deno.test(`FUNDS lets no account owe more than it has in a market whose runners ${which}`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20, size: "max" }), (steps) => {
        const bettors = new Bettors(runners);
        for (const one of steps) {
          bettors.turn(one);
          ok(bettors.least >= 0, `${bettors.least}`);
        }
      }),
      { numRuns: 200 },
    );
  });
}

Deno.test("FUNDS lets who has all at stake trade out by a lay", () => {
  const bet = { kind: "deal", on: 0, isBack: true, qty: CASH * ONE, px: 400, which: 0 } as const;
  const laid = new Bettors(RUNNERS);
  laid.turn(bet);
  strictEqual(laid.least, 0);
  laid.turn({ ...bet, isBack: false, qty: 6_000, px: 200 });
  strictEqual(laid.least, 60 * ONE * ONE, "60 laid at 2 leaves 60 whoever wins");
});
