/**
 * What a definition says: listings, the market, removals, results (R-MODE-2, R-CORE-6, R-HOT-2).
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Draft } from "../../../../core/event.ts";
import type { Instrument } from "../../../../core/instrument.ts";
import { tickIndex, TickTable } from "../../../../core/tick_ladder.ts";
import { defined, type Fields, line, ReaderRig } from "../../../support/stream_lines.ts";

type Runners = Parameters<typeof defined>[0];

function told<Type extends Draft["eventType"]>(
  drafts: readonly Draft[],
  eventType: Type,
): readonly Draft<Type>[] {
  return drafts.filter((draft) => draft.eventType === eventType) as unknown as Draft<Type>[];
}

function define(rig: ReaderRig, runners: Runners, fields: Fields = {}): readonly Draft[] {
  return rig.read(line({ marketDefinition: defined(runners, fields) }));
}

function listings(fields: Fields, runners: Runners = [[1, "ACTIVE"]]): readonly Instrument[] {
  const drafts = define(new ReaderRig(), runners, fields);
  return told(drafts, "InstrumentListed").map(({ payload }) => payload);
}

Deno.test("a definition lists its runners as betting instruments of one market", () => {
  const [first, second] = listings(
    { discountAllowed: true, numberOfWinners: 2 },
    [[12, "ACTIVE"], [7, "HIDDEN"]],
  );
  deepStrictEqual(
    [first?.id, first?.name, first?.symbol, first?.status, second?.id, second?.status],
    [0, "betfair:1.1.12", "1.1.12", "open", 1, "suspended"],
  );
  deepStrictEqual(first?.contract, {
    kind: "betting",
    market: "1.1",
    currency: "GBP",
    commissionPpm: 50_000,
    discountPpm: 0,
    winners: 2,
    runners: 2,
  });
  deepStrictEqual([first?.priceRule.scale, first?.qtyRule.scale], [2, 2]);
});

Deno.test("a definition names the handicap of a runner behind its selection", () => {
  const runners = [{ id: 5, hc: -1.5, status: "ACTIVE" }, { id: 5, hc: 0.25, status: "ACTIVE" }];
  const symbols = listings({ runners }).map(({ symbol }) => symbol);
  deepStrictEqual(symbols, ["1.1.5.-1.5", "1.1.5.0.25"]);
});

const ladders = [
  ["the classic ladder of 350 ticks", {}, 101, 100_000, 350, "open"],
  [
    "it where the definition says so",
    {
      priceLadderDefinition: { type: "CLASSIC" },
      bettingType: "ASIAN_HANDICAP_DOUBLE_LINE",
    },
    101,
    100_000,
    350,
    "closed",
  ],
  [
    "hundredths for handicaps, and no trading in them",
    { bettingType: "ASIAN_HANDICAP_SINGLE_LINE" },
    101,
    100_000,
    undefined,
    "closed",
  ],
  ["no trading in bets each way", { marketType: "EACH_WAY" }, 101, 100_000, 350, "closed"],
  ["trading in places", { marketType: "PLACE", bettingType: "ODDS" }, 101, 100_000, 350, "open"],
  [
    "hundredths of the finest ladder",
    { priceLadderDefinition: { type: "FINEST" } },
    101,
    100_000,
    undefined,
    "open",
  ],
  [
    "a line's own units, and no trading in it",
    {
      priceLadderDefinition: { type: "LINE_RANGE" },
      lineMinUnit: 0.5,
      lineMaxUnit: 301,
      lineInterval: 1,
    },
    50,
    30_050,
    301,
    "closed",
  ],
] as const;
for (const [what, fields, least, most, ticks, status] of ladders) {
  Deno.test(`a definition lists runners with ${what}`, () => {
    const [instrument] = listings(fields);
    const rule = instrument?.priceRule;
    deepStrictEqual([rule?.ticks[0]?.fromQuanta, rule?.maxQuanta], [least, most]);
    strictEqual(rule && TickTable.of(rule)?.count, ticks);
    if (rule !== undefined && ticks === undefined) strictEqual(tickIndex(rule, most), 99_899);
    strictEqual(instrument?.status, status);
  });
}

Deno.test("a definition lists again what has changed, and nothing else", () => {
  const rig = new ReaderRig();
  const runners: Runners = [[1, "ACTIVE"], [2, "ACTIVE"]];
  define(rig, runners);
  deepStrictEqual(told(define(rig, runners, { inPlay: true }), "InstrumentListed"), []);
  const again = told(define(rig, runners, { status: "SUSPENDED" }), "InstrumentListed");
  deepStrictEqual(again.map(({ payload }) => payload.status), ["suspended", "suspended"]);
  const gone = told(define(rig, [[1, "ACTIVE"], [2, "REMOVED"]]), "InstrumentListed");
  deepStrictEqual(gone.map(({ payload }) => payload.status), ["open", "closed"]);
  define(rig, runners, { numberOfWinners: 3 });
  match(rig.problems[0] ?? "", /market 1.1 has 3 winners: it stays listed with 1/);
});

Deno.test("a definition says the market whole, to each of its runners", () => {
  const runners = [
    { id: 1, status: "ACTIVE", adjustmentFactor: 12.5 },
    { id: 2, status: "REMOVED", adjustmentFactor: 30.01, removalDate: "2022-11-06T20:54:26.000Z" },
  ];
  const drafts = define(new ReaderRig(), [], {
    runners,
    inPlay: true,
    betDelay: 5,
    betDelayModels: ["PASSIVE"],
    marketBaseRate: 6.5,
    discountAllowed: true,
  });
  const said = told(drafts, "MarketDefined");
  deepStrictEqual(said.map(({ instrument }) => instrument), [0, 1]);
  deepStrictEqual(said[0]?.payload, {
    status: "open",
    inPlay: true,
    betDelayMs: 5_000,
    isPassiveFree: true,
    baseRatePpm: 65_000,
    discountAllowed: true,
    version: 7,
    removals: [{ runner: "2", reductionPpm: 300_100, atUs: 1_667_768_066_000_000 }],
  });
});

Deno.test("a removal is told once, of the price with one winner and of the winnings with more", () => {
  for (const [numberOfWinners, basis] of [[1, "price"], [2, "winnings"]] as const) {
    const rig = new ReaderRig();
    const gone = { id: 2, status: "REMOVED", adjustmentFactor: 10, removalDate: "2022-11-06" };
    const fields = { numberOfWinners, runners: [{ id: 1, status: "ACTIVE" }, gone] };
    const [first, ...more] = told(define(rig, [], fields), "RunnerRemoved");
    deepStrictEqual(first?.payload, { reductionPpm: 100_000, basis });
    deepStrictEqual([first?.instrument, more.length], [1, 0]);
    deepStrictEqual(told(define(rig, [], fields), "RunnerRemoved"), []);
  }
});

const results = [
  ["a winner", "WIN", 1, ["WINNER", "LOSER", "REMOVED"], [[0, 1, 1]], false],
  ["a dead heat", "WIN", 1, ["WINNER", "WINNER", "LOSER"], [[0, 1, 2], [1, 1, 2]], false],
  ["places", "PLACE", 2, ["WINNER", "LOSER", "PLACED"], [[0, 1, 1], [2, 1, 1]], false],
  ["no winner", "WIN", 1, ["LOSER", "REMOVED", "LOSER"], [], true],
] as const;
for (const [what, marketType, numberOfWinners, states, winners, isVoid] of results) {
  Deno.test(`a closed market with ${what} is settled once`, () => {
    const rig = new ReaderRig();
    define(rig, [[1, "ACTIVE"], [2, "ACTIVE"], [3, "ACTIVE"]], { numberOfWinners });
    const runners = states.map((status, at) => [at + 1, status] as const);
    const fields = { status: "CLOSED", marketType, numberOfWinners };
    const drafts = define(rig, runners, fields);
    const [settled, ...more] = told(drafts, "MarketSettled");
    deepStrictEqual(settled?.payload, {
      market: "1.1",
      winners: winners.map(([instrument, places, tied]) => ({ instrument, places, tied })),
      voided: [],
      isVoid,
      amount: null,
    });
    deepStrictEqual([more.length, drafts.at(-1)], [0, settled]);
    deepStrictEqual(told(define(rig, runners, fields), "MarketSettled"), []);
    deepStrictEqual(rig.problems, []);
  });
}

Deno.test("a result that the venue amends is told again, under another key", () => {
  const rig = new ReaderRig();
  const first = define(rig, [[1, "WINNER"], [2, "LOSER"]], { status: "CLOSED" });
  const second = define(rig, [[1, "LOSER"], [2, "WINNER"]], { status: "CLOSED", version: 8 });
  const keys = [first, second].flatMap((drafts) => told(drafts, "MarketSettled"))
    .map(({ idempotencyKey }) => idempotencyKey);
  deepStrictEqual(keys, ["1.1 settled 7 1 0", "1.1 settled 8 2 0"]);
});

Deno.test("a market that has ended without a result waits for it", () => {
  const rig = new ReaderRig();
  const open = define(rig, [[1, "ACTIVE"], [2, "ACTIVE"]], { status: "CLOSED" });
  deepStrictEqual(told(open, "MarketSettled"), []);
  const ended = define(rig, [[1, "WINNER"], [2, "LOSER"]], { status: "CLOSED" });
  strictEqual(told(ended, "MarketSettled").length, 1);
});

for (
  const fields of [
    { marketType: "EACH_WAY" },
    { bettingType: "ASIAN_HANDICAP_DOUBLE_LINE" },
    { bettingType: "LINE" },
  ]
) {
  Deno.test(`a market of ${JSON.stringify(fields)} is not settled, and that is told`, () => {
    const rig = new ReaderRig();
    const drafts = define(rig, [[1, "WINNER"], [2, "LOSER"]], { ...fields, status: "CLOSED" });
    deepStrictEqual(told(drafts, "MarketSettled"), []);
    match(rig.problems[0] ?? "", /has ended: its result is not settled here/);
  });
}

Deno.test("more runners than places share them all, and that is told", () => {
  const rig = new ReaderRig();
  const places = { numberOfWinners: 2, marketType: "PLACE" };
  const all: Runners = [[1, "WINNER"], [2, "WINNER"], [3, "WINNER"]];
  const [settled] = told(define(rig, all, { ...places, status: "CLOSED" }), "MarketSettled");
  deepStrictEqual(settled?.payload.winners.map(({ places: of, tied }) => [of, tied]), [
    [2, 3],
    [2, 3],
    [2, 3],
  ]);
  match(rig.problems[0] ?? "", /3 runners in 2 places/);
});

Deno.test("a runner that no definition named is listed on default terms, which is told", () => {
  const rig = new ReaderRig();
  const [listed] = told(rig.read(line({ rc: [{ id: 9, atb: [[2, 1]] }] })), "InstrumentListed");
  deepStrictEqual([listed?.payload.symbol, listed?.payload.status], ["1.1.9", "open"]);
  match(
    rig.problems[0] ?? "",
    /market 1.1 was not defined before its runner 9: its runners are listed on/,
  );
});

Deno.test("with instruments given, only these runners are read", () => {
  const [known] = listings({}, [[2, "ACTIVE"]]);
  const rig = new ReaderRig(known === undefined ? [] : [known]);
  const drafts = define(rig, [[1, "ACTIVE"], [2, "ACTIVE"]]);
  const listed = told(drafts, "InstrumentListed").map(({ payload }) => payload.symbol);
  deepStrictEqual(listed, ["1.1.2"]);
  const rc = [{ id: 1, atb: [[2, 1]] }, { id: 2, atb: [[3, 1]] }];
  deepStrictEqual(rig.words(line({ rc }), line({ rc: [{ id: 1, atb: [[2, 4]] }] })), [
    "book 0 bids  asks 300 100",
  ]);
});
