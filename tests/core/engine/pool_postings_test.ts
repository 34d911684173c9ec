/**
 * Proves facts about binary conditions and betting markets through the engine (R-CORE-5, R-CORE-6):
 * what they need, that one which breaks a rule changes nothing and halts, and when a venue's figure
 * is told to differ. What they post is proved in `tests/core/ledger`.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { AccountPayloads } from "../../../core/event.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { Story } from "../../contracts/engine/story.ts";
import { runner, signedContract, token } from "../../support/outcome_instruments.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";
import { instrumentId } from "../../../core/numbers.ts";

const INSTRUMENTS: readonly Instrument[] = [
  token("YES"),
  token("NO"),
  signedContract(),
  runner(3),
  runner(4),
  spotInstrument(),
].map((instrument, at) => ({
  ...instrument,
  id: instrumentId(at),
  name: `test:${instrument.symbol}`,
}));

function world(): Story {
  const story = new Story().begin({ instruments: [] });
  for (const instrument of INSTRUMENTS) story.list(instrument);
  story.place("i1", { on: 2, side: "Buy", qty: "10", px: "0.4" }).accept(1)
    .fill(1, { id: "e1", qty: "10", px: "0.4", feeCurrency: "USD" });
  return story.place("i2", { on: 3, side: "Buy", qty: "10", px: "3" }).accept(2)
    .fill(2, { id: "e2", qty: "10", px: "3", feeCurrency: "GBP" });
}

type Kind = keyof AccountPayloads;

function post(
  story: Story,
  kind: Kind,
  of: { readonly payload: object; readonly on?: number | null },
): readonly string[] {
  story.offer({
    source: "broker_report",
    eventType: kind,
    payload: of.payload as never,
    venue: 0,
    instrument: of.on ?? null,
    key: `k${story.events.length}`,
  });
  return story.effects.alarms.map((alarm) => alarm.code);
}

function books(story: Story): unknown {
  const { view } = story.timeline;
  return [view.balances(), view.positions("account")];
}

const RESULT = { market: "1.1", winners: [], voided: [], isVoid: false, amount: null };
const SHARE = { numerator: 1, denominator: 1 };
const BROKEN: readonly (readonly [string, Kind, object, number | null])[] = [
  [
    "a condition that is not known",
    "OutcomesSplit",
    { condition: "x", qty: "1", client: null },
    null,
  ],
  [
    "a condition that is no pair",
    "OutcomesMerged",
    { condition: "s", qty: "1", client: null },
    null,
  ],
  ["no quantity", "OutcomesSplit", { condition: "c", qty: "0", client: null }, null],
  ["a quantity below 0", "OutcomesSplit", { condition: "c", qty: "-1", client: null }, null],
  [
    "a quantity off the quanta",
    "OutcomesSplit",
    { condition: "c", qty: "0.001", client: null },
    null,
  ],
  ["no quantity of a stranger", "OutcomesSplit", { condition: "c", qty: "0", client: "x" }, null],
  ["a resolution of no instrument", "InstrumentResolved", { ...SHARE, isFinal: true }, null],
  ["a resolution of spot", "InstrumentResolved", { ...SHARE, isFinal: true }, 5],
  [
    "a share above 1",
    "InstrumentResolved",
    { numerator: 2, denominator: 1, isFinal: true },
    0,
  ],
  ["a share of nothing", "InstrumentResolved", { numerator: 0, denominator: 0, isFinal: true }, 0],
  ["a settlement of spot", "OutcomeSettled", { ...SHARE, amount: null }, 5],
  ["a share below 0", "OutcomeSettled", { numerator: -1, denominator: 1, amount: null }, 2],
  ["an amount that is no decimal", "OutcomeSettled", { ...SHARE, amount: "1e3" }, 2],
  ["a price for a binary contract", "InstrumentSettled", { price: 1 }, 2],
  ["a removal of spot", "RunnerRemoved", { reductionPpm: 1, basis: "price" }, 5],
  ["a reduction of all", "RunnerRemoved", { reductionPpm: 1_000_000, basis: "price" }, 4],
  ["a reduction below 0", "RunnerRemoved", { reductionPpm: -1, basis: "price" }, 4],
  [
    "a reduction in parts of a millionth",
    "RunnerRemoved",
    { reductionPpm: 0.5, basis: "price" },
    4,
  ],
  ["a market that is not known", "MarketSettled", { ...RESULT, market: "x" }, null],
  [
    "a winner of another market",
    "MarketSettled",
    { ...RESULT, winners: [{ instrument: 0, places: 1, tied: 1 }] },
    null,
  ],
  ["a voided runner of another market", "MarketSettled", { ...RESULT, voided: [5] }, null],
  [
    "more places than tied",
    "MarketSettled",
    { ...RESULT, winners: [{ instrument: 3, places: 2, tied: 1 }] },
    null,
  ],
  ["a figure that is no decimal", "MarketSettled", { ...RESULT, amount: "x" }, null],
];
for (const [what, kind, payload, on] of BROKEN) {
  Deno.test(`${kind} breaks a rule and changes nothing for ${what}`, () => {
    const story = world();
    const before = books(story);
    deepStrictEqual(post(story, kind, { payload, on }), ["INVARIANT"]);
    strictEqual(story.effects.transitions[0]?.kind, "AccountHalted");
    deepStrictEqual(books(story), before);
  });
}

const DIFFERENCES = [
  ["OutcomeSettled", { ...SHARE, amount: "10.0099" }, 2, []],
  ["OutcomeSettled", { ...SHARE, amount: "10.01" }, 2, ["SETTLEMENT_DIFFERS"]],
  ["OutcomeSettled", { ...SHARE, amount: "9.99" }, 2, ["SETTLEMENT_DIFFERS"]],
  ["MarketSettled", { ...RESULT, amount: "-10.0099" }, null, []],
  ["MarketSettled", { ...RESULT, amount: "-10.01" }, null, ["SETTLEMENT_DIFFERS"]],
  ["MarketSettled", { ...RESULT, amount: "-9" }, null, ["SETTLEMENT_DIFFERS"]],
] as const;
for (const [kind, payload, on, alarms] of DIFFERENCES) {
  Deno.test(`${kind} of ${payload.amount} raises ${alarms[0] ?? "nothing"}`, () => {
    const story = world();
    deepStrictEqual(post(story, kind, { payload, on }), alarms);
    const currency = kind === "MarketSettled" ? "GBP" : "USD";
    const [row] = story.timeline.view.balances().filter((each) => each.currency === currency);
    const began = kind === "MarketSettled" ? 0 : -4;
    strictEqual(Number(row?.total), began + Number(payload.amount));
  });
}

const TOLD_LATE = [
  ["OutcomeSettled", { ...SHARE, amount: "10" }, "e1", 2, "USD", "10"],
  ["MarketSettled", { ...RESULT, amount: "-10" }, "e2", null, "GBP", "-10"],
] as const;
for (const [kind, payload, ref, on, currency, credited] of TOLD_LATE) {
  Deno.test(`${kind} leaves the account what was credited, and what is told late raises nothing`, () => {
    const story = world();
    const order = Number(ref.slice(1));
    const total = (): string | undefined =>
      story.timeline.view.balances().find((each) => each.currency === currency)?.total;
    deepStrictEqual(post(story, kind, { payload, on }), []);
    story.void(order, { execId: "x", ref });
    deepStrictEqual(story.effects.alarms, []);
    strictEqual(total(), credited);
    const told = { ...payload, amount: "3.5" };
    deepStrictEqual(post(story, kind, { payload: told, on }), ["SETTLEMENT_DIFFERS"]);
    deepStrictEqual(post(story, kind, { payload: told, on }), ["SETTLEMENT_DIFFERS"]);
    strictEqual(total(), "3.5");
    deepStrictEqual(post(story, kind, { payload: { ...told, amount: null }, on }), []);
    strictEqual(total(), "0");
  });
}

Deno.test("OutcomesSplit with a seen key changes nothing", () => {
  const story = world();
  const told = {
    source: "broker_report",
    eventType: "OutcomesSplit",
    payload: { condition: "c", qty: "3", client: "alice" },
    venue: 0,
    key: "once",
  } as const;
  story.offer(told);
  const before = books(story);
  story.offer(told);
  deepStrictEqual(books(story), before);
  strictEqual(story.timeline.view.counters()["duplicate_reports"], 1);
});
