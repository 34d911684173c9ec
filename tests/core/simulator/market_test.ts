/**
 * Matching of the simulated venue, case by case (R-CORE-8, R-VENUE-6).
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { UNSHOWN_MAX } from "../../../core/simulator/liquidity.ts";
import { runnerOf } from "../../support/runner.ts";
import { Bench } from "../../support/simulated_venue.ts";

/** Bids 100 (5), 99 (7); asks 102 (4), 103 (6). */
function openBench(): Bench {
  const bench = new Bench();
  bench.snapshot([100, 5, 99, 7], [102, 4, 103, 6]);
  return bench;
}

Deno.test("Market takes displayed levels best first, one fill per level", () => {
  const bench = openBench();
  deepStrictEqual(bench.submit({ side: "Buy", qty: 7, price: 103 }), [
    "OrderAccepted 1",
    "OrderExecuted 1 4@102 Taker",
    "OrderExecuted 1 3@103 Taker",
  ]);
});

Deno.test("Market takes nothing twice through the changes of a level, only what it grows by", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 4, price: 102 });
  deepStrictEqual(bench.submit({ side: "Buy", qty: 9, price: 102 }), ["OrderAccepted 2"]);
  deepStrictEqual(bench.delta([], [103, 9]), [], "another level says nothing about this one");
  deepStrictEqual(bench.delta([], [102, 3]), [], "three of the four that were taken");
  bench.roundTrip();
  deepStrictEqual(bench.delta([], [102, 5]), ["OrderExecuted 2 2@102 Maker"]);
  deepStrictEqual(bench.delta([], [102, 5]), [], "named again as it was");
  bench.delta([], [102, 0]);
  deepStrictEqual(bench.delta([], [102, 4]), ["OrderExecuted 2 4@102 Maker"], "all of it is new");
});

Deno.test("Market takes nothing twice where a snapshot restates the level", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 102 });
  bench.snapshot([100, 5], [102, 4, 103, 6]);
  deepStrictEqual(bench.submit({ side: "Buy", qty: 4, price: 102 }), [
    "OrderAccepted 2",
    "OrderExecuted 2 1@102 Taker",
  ]);
  bench.roundTrip();
  deepStrictEqual(bench.snapshot([100, 5], [102, 4]), [], "for an order that rests neither");
  deepStrictEqual(bench.snapshot([100, 5], [102, 2]), [], "nor where it is smaller");
  deepStrictEqual(bench.snapshot([100, 5], [102, 3]), ["OrderExecuted 2 1@102 Maker"]);
  bench.invalidate();
  const afterGap = bench.snapshot([100, 5], [102, 2]);
  deepStrictEqual(afterGap, ["OrderExecuted 2 2@102 Maker"], "nobody knows what was there between");
});

const returns = [
  ["nothing of it", (bench: Bench) => bench.snapshot([90, 5], [100, 4, 101, 4]), 4, []],
  ["nothing of it after a checkpoint", (bench: Bench) => bench.roundTrip(), 4, []],
  ["nothing of it where it is smaller", () => {}, 3, []],
  ["what it has grown by", () => {}, 6, ["OrderExecuted 2 2@101 Taker"]],
  [
    "nothing of it where a change named it out of sight meanwhile",
    (bench: Bench) => bench.delta([], [101, 0]),
    4,
    [],
  ],
  [
    "all of it where a snapshot reached to it and had nothing there",
    (bench: Bench) => bench.snapshot([90, 5], [102, 4]),
    4,
    ["OrderExecuted 2 4@101 Taker"],
  ],
  [
    "all of it where a snapshot had nothing on its side",
    (bench: Bench) => bench.snapshot([90, 5], []),
    4,
    ["OrderExecuted 2 4@101 Taker"],
  ],
  [
    "all of it after a gap",
    (bench: Bench) => bench.invalidate(),
    4,
    ["OrderExecuted 2 4@101 Taker"],
  ],
] as const;
for (const [what, tell, size, fills] of returns) {
  Deno.test(`Market lets a level that was taken and not shown be taken when it is back: ${what}`, () => {
    const bench = new Bench();
    bench.snapshot([90, 5], [100, 4, 101, 4]);
    bench.submit({ side: "Buy", qty: 8, price: 101 });
    bench.snapshot([90, 5], [99, 1, 100, 4]);
    tell(bench);
    bench.snapshot([90, 5], [101, size, 102, 4]);
    const said = bench.submit({ side: "Buy", qty: 8, price: 101, timeInForce: "IOC" });
    deepStrictEqual(said.filter((text) => text.startsWith("OrderExecuted")), fills);
  });
}

const changesBack = [
  ["nothing of it", () => {}, 4, []],
  ["nothing of it after a checkpoint", (bench: Bench) => bench.roundTrip(), 4, []],
  ["nothing of it after a snapshot", (bench: Bench) => bench.snapshot([90, 5], [100, 4]), 4, []],
  ["nothing of it where it is smaller", () => {}, 3, []],
  ["what it has grown by", () => {}, 6, ["OrderExecuted 2 2@101 Taker"]],
  [
    "nothing of it where a change named it out of sight meanwhile",
    (bench: Bench) => bench.delta([], [101, 0]),
    4,
    [],
  ],
  [
    "all of it where a change showed a worse level without it",
    (bench: Bench) => bench.delta([], [102, 4]),
    4,
    ["OrderExecuted 2 4@101 Taker"],
  ],
] as const;
for (const [what, tell, size, fills] of changesBack) {
  Deno.test(`Market lets a level be taken again that changes took out of sight and back: ${what}`, () => {
    const bench = new Bench();
    bench.snapshot([90, 5], [100, 4, 101, 4]);
    bench.submit({ side: "Buy", qty: 8, price: 101 });
    bench.delta([], [99, 1, 101, 0]);
    tell(bench);
    bench.delta([], [99, 0, 101, size]);
    const said = bench.submit({ side: "Buy", qty: 8, price: 101, timeInForce: "IOC" });
    deepStrictEqual(said.filter((text) => text.startsWith("OrderExecuted")), fills);
  });
}

Deno.test("Market remembers a bounded number of takes at levels that changes took out of sight", () => {
  const bench = new Bench();
  const [asks, gone]: [number[], number[]] = [[], []];
  for (let at = 1; at <= UNSHOWN_MAX + 1; at++) {
    asks.push(100 + at, 2);
    gone.push(100 + at, 0);
  }
  bench.snapshot([90, 5], [100, 2, ...asks]);
  bench.submit({ side: "Buy", qty: 2 * UNSHOWN_MAX + 4, price: null, timeInForce: "IOC" });
  bench.delta([], gone);
  bench.delta([], asks);
  const said = bench.submit({ side: "Buy", qty: 8, price: null, timeInForce: "IOC" });
  deepStrictEqual(said.filter((text) => text.startsWith("OrderExecuted")), [
    `OrderExecuted 2 2@${101 + UNSHOWN_MAX} Taker`,
  ]);
});

Deno.test("Market remembers a bounded number of takes at levels that are not shown, the nearest", () => {
  const bench = new Bench();
  const asks = [100, 2];
  for (let at = 1; at <= UNSHOWN_MAX + 1; at++) asks.push(100 + at, 2);
  bench.snapshot([90, 5], asks);
  bench.submit({ side: "Buy", qty: 2 * UNSHOWN_MAX + 4, price: null, timeInForce: "IOC" });
  bench.snapshot([90, 5], [100, 2]);
  bench.snapshot([90, 5], asks);
  const said = bench.submit({ side: "Buy", qty: 8, price: null, timeInForce: "IOC" });
  deepStrictEqual(said.filter((text) => text.startsWith("OrderExecuted")), [
    `OrderExecuted 2 2@${101 + UNSHOWN_MAX} Taker`,
  ]);
});

Deno.test("Market forgets the farthest of too many takes that are not shown, not the newest", () => {
  const bench = new Bench();
  const far: number[] = [];
  for (let at = 1; at <= UNSHOWN_MAX; at++) far.push(200 + at, 2);
  bench.snapshot([90, 5], far);
  bench.submit({ side: "Buy", qty: 2 * UNSHOWN_MAX, price: null, timeInForce: "IOC" });
  bench.snapshot([90, 5], [100, 2]);
  bench.submit({ side: "Buy", qty: 2, price: null, timeInForce: "IOC" });
  bench.snapshot([90, 5], [95, 2]);
  bench.snapshot([90, 5], [100, 2, ...far]);
  const said = bench.submit({ side: "Buy", qty: 8, price: null, timeInForce: "IOC" });
  deepStrictEqual(said.filter((text) => text.startsWith("OrderExecuted")), [
    `OrderExecuted 3 2@${200 + UNSHOWN_MAX} Taker`,
  ]);
});

Deno.test("Market rests what a limit order could not take, behind nothing displayed", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 6, price: 102 });
  deepStrictEqual(bench.trade(102, 2, "Sell"), ["OrderExecuted 1 2@102 Maker"]);
});

Deno.test("Market fills a resting order when the queue before it has traded", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  deepStrictEqual(bench.trade(100, 5, "Sell"), [], "five were displayed before it");
  deepStrictEqual(bench.trade(100, 2, "Sell"), ["OrderExecuted 1 2@100 Maker"]);
  deepStrictEqual(bench.trade(100, 9, "Sell"), ["OrderExecuted 1 1@100 Maker"]);
});

Deno.test("Market ignores trades at the price by takers of the order's own side", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  deepStrictEqual(bench.trade(100, 50, "Buy"), []);
  deepStrictEqual(bench.trade(100, 50, null), [], "nor where the taker is unknown");
});

Deno.test("Market cuts the queue when the level shrinks below it, and not otherwise", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  bench.delta([100, 9], []);
  bench.delta([100, 2], []);
  deepStrictEqual(bench.trade(100, 3, "Sell"), [], "these may be what was cut");
  deepStrictEqual(bench.trade(100, 3, "Sell"), ["OrderExecuted 1 1@100 Maker"]);
});

Deno.test("Market lets own orders at one price queue behind each other", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  deepStrictEqual(bench.trade(100, 7, "Sell"), ["OrderExecuted 1 2@100 Maker"]);
  deepStrictEqual(bench.trade(100, 2, "Sell"), [
    "OrderExecuted 1 1@100 Maker",
    "OrderExecuted 2 1@100 Maker",
  ]);
});

Deno.test("Market shares one trade between orders, best price first", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  bench.submit({ side: "Buy", qty: 3, price: 101 });
  deepStrictEqual(bench.trade(99, 5, "Sell"), [
    "OrderExecuted 2 3@101 Maker",
    "OrderExecuted 1 2@100 Maker",
  ]);
});

Deno.test("Market fills an order through which a trade goes, whatever its queue", () => {
  const bench = openBench();
  bench.submit({ side: "Sell", qty: 2, price: 102 });
  deepStrictEqual(bench.trade(103, 1, "Buy"), ["OrderExecuted 1 1@102 Maker"]);
  deepStrictEqual(bench.trade(102, 1, "Buy"), ["OrderExecuted 1 1@102 Maker"], "the queue is gone");
});

Deno.test("Market fills resting orders at their own price when the other side crosses them", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 9, price: 101 });
  deepStrictEqual(bench.delta([], [100, 2, 101, 3]), ["OrderExecuted 1 5@101 Maker"]);
  deepStrictEqual(bench.delta([], [101, 8]), ["OrderExecuted 1 4@101 Maker"]);
});

Deno.test("Market does not match while the book is no reference", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  bench.invalidate();
  deepStrictEqual(bench.trade(90, 50, "Sell"), []);
  deepStrictEqual(bench.delta([], [95, 3]), []);
  deepStrictEqual(bench.submit({ side: "Buy", qty: 3, price: 110 }), ["OrderAccepted 2"]);
  deepStrictEqual(bench.snapshot([98, 1], [110, 2]), ["OrderExecuted 2 2@110 Maker"]);
});

Deno.test("Market queues orders of a gap behind what the next snapshot displays", () => {
  const bench = new Bench();
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  bench.snapshot([100, 4], [102, 1]);
  deepStrictEqual(bench.trade(100, 4, "Sell"), []);
  deepStrictEqual(bench.trade(100, 3, "Sell"), ["OrderExecuted 1 3@100 Maker"]);
});

Deno.test("Market keeps the queue of an order whose level leaves the levels shown", () => {
  for (const leave of ["snapshot", "delta"] as const) {
    const bench = openBench();
    bench.submit({ side: "Buy", qty: 3, price: 99 });
    if (leave === "snapshot") bench.snapshot([101, 5, 100, 5], [102, 4]);
    else bench.delta([101, 5, 99, 0], []);
    deepStrictEqual(bench.trade(99, 3, "Sell"), [], "trades go on moving it");
    bench.delta([101, 0, 99, 7], []);
    deepStrictEqual(bench.trade(99, 4, "Sell"), [], `seven stood before it: ${leave}`);
    deepStrictEqual(bench.trade(99, 2, "Sell"), ["OrderExecuted 1 2@99 Maker"]);
  }
});

Deno.test("Market cuts the queue of an order whose level goes while a worse one is shown", () => {
  for (const go of ["snapshot", "delta"] as const) {
    const bench = new Bench();
    bench.snapshot([100, 5, 99, 7, 98, 1], [102, 4]);
    bench.submit({ side: "Buy", qty: 3, price: 99 });
    if (go === "snapshot") bench.snapshot([100, 5, 98, 1], [102, 4]);
    else bench.delta([99, 0], []);
    bench.delta([99, 4], []); // those who came later
    deepStrictEqual(bench.trade(99, 2, "Sell"), ["OrderExecuted 1 2@99 Maker"], go);
  }
});

/** Levels shown, an order's price and side, and what stands before it; undefined: nobody says. */
const PLACES = [
  [[100, 5, 98, 7], [102, 4], "Buy", 100, 5, "at the best level"],
  [[100, 5, 98, 7], [102, 4], "Buy", 99, 0, "between two levels"],
  [[100, 5, 98, 7], [102, 4], "Buy", 98, 7, "at the worst level"],
  [[100, 5, 98, 7], [102, 4], "Buy", 97, undefined, "beyond the worst level"],
  [[100, 5], [102, 4], "Buy", 100, 5, "at the only level"],
  [[100, 5], [102, 4], "Buy", 101, 0, "before the only level"],
  [[100, 5], [102, 4], "Buy", 99, undefined, "beyond the only level"],
  [[], [102, 4], "Buy", 99, 0, "on a side that shows that nobody is there"],
  [[100, 5], [102, 4], "Sell", 102, 4, "at the worst offer"],
  [[100, 5], [102, 4], "Sell", 103, undefined, "beyond the worst offer"],
] as const;

for (const [bids, asks, side, price, ahead, where] of PLACES) {
  Deno.test(`Market queues an order behind ${ahead ?? "an unknown quantity"} ${where}`, () => {
    const bench = new Bench();
    bench.snapshot(bids, asks);
    bench.submit({ side, qty: 3, price });
    bench.roundTrip();
    const taker = side === "Buy" ? "Sell" : "Buy";
    deepStrictEqual(
      bench.trade(price, ahead ?? 50, taker),
      [],
      "what stands before it comes first",
    );
    const expected = ahead === undefined ? [] : [`OrderExecuted 1 3@${price} Maker`];
    deepStrictEqual(bench.trade(price, 3, taker), expected);
  });
}

Deno.test("Market puts an order of an unknown queue behind its level when it is shown, once", () => {
  for (const show of ["snapshot", "delta"] as const) {
    const bench = openBench();
    bench.submit({ side: "Buy", qty: 3, price: 97 });
    const changed = show === "snapshot"
      ? (size: number) => bench.snapshot([100, 5, 97, size], [102, 4])
      : (size: number) => bench.delta([97, size], []);
    changed(8);
    bench.roundTrip();
    changed(20);
    deepStrictEqual(bench.trade(97, 8, "Sell"), [], `eight stood before it: ${show}`);
    deepStrictEqual(bench.trade(97, 2, "Sell"), ["OrderExecuted 1 2@97 Maker"]);
  }
});

Deno.test("Market takes an unknown queue for empty where the book reaches below it and shows nobody", () => {
  for (const show of ["snapshot", "delta"] as const) {
    const bench = openBench();
    bench.submit({ side: "Buy", qty: 3, price: 97 });
    bench.delta([97, 0], []);
    deepStrictEqual(bench.trade(97, 9, "Sell"), [], "the book still ends before it");
    if (show === "snapshot") bench.snapshot([100, 5, 96, 2], [102, 4]);
    else bench.delta([97, 0, 96, 2], []);
    deepStrictEqual(bench.trade(97, 2, "Sell"), ["OrderExecuted 1 2@97 Maker"], show);
  }
});

Deno.test("Market fills an order of an unknown queue when a trade goes through it", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 97 });
  deepStrictEqual(bench.trade(96, 2, "Sell"), ["OrderExecuted 1 2@97 Maker"]);
  deepStrictEqual(bench.trade(97, 2, "Sell"), ["OrderExecuted 1 1@97 Maker"], "the queue is gone");
});

Deno.test("Market fills an order of an unknown queue when the other side reaches it", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 97 });
  deepStrictEqual(bench.snapshot([96, 1], [97, 2]), ["OrderExecuted 1 2@97 Maker"]);
});

Deno.test("Market lets nobody pass an own order of an unknown queue", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 97 });
  bench.delta([96, 2], []);
  bench.submit({ side: "Buy", qty: 3, price: 97 });
  deepStrictEqual(bench.trade(97, 50, "Sell"), [], "the first came when nobody knew");
  bench.delta([97, 1], []);
  deepStrictEqual(bench.trade(97, 6, "Sell"), [
    "OrderExecuted 1 3@97 Maker",
    "OrderExecuted 2 2@97 Maker",
  ]);
});

Deno.test("Market lets a replaced order keep an unknown queue, or a known one that is not shown", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 97 });
  bench.replace(1, { price: 97, qty: 2 });
  bench.submit({ side: "Buy", qty: 3, price: 99 });
  bench.snapshot([100, 5], [102, 4]);
  bench.replace(2, { price: 99, qty: 2 });
  deepStrictEqual(bench.trade(99, 8, "Sell"), ["OrderExecuted 2 1@99 Maker"]);
  bench.replace(2, { price: 99, qty: 9, newClOrdId: "later" });
  deepStrictEqual(
    bench.trade(99, 50, "Sell"),
    [],
    "it lost its place, and nobody knows the new one",
  );
  deepStrictEqual(bench.trade(97, 50, "Sell"), ["OrderExecuted 2 8@99 Maker"]);
});

Deno.test("Market moves a queue once by a trade whose change of the book comes before its print", () => {
  for (const change of ["snapshot", "delta"] as const) {
    const bench = openBench();
    bench.submit({ side: "Buy", qty: 3, price: 100 });
    if (change === "snapshot") bench.snapshot([99, 7], [102, 4]);
    else bench.delta([100, 0, 99, 7], []);
    bench.snapshot([101, 1, 99, 7], [102, 4]); // restated: no news
    bench.roundTrip();
    deepStrictEqual(bench.trade(100, 5, "Sell"), [], `the book has told of these: ${change}`);
    deepStrictEqual(bench.trade(100, 2, "Sell"), ["OrderExecuted 1 2@100 Maker"]);
  }
});

/** Changes of the level at 100, where five stand before an order of 3, and prints; what they fill. */
const RACES = [
  ["two prints of one cut", [["book", 0], ["print", 2], ["print", 3]], 0],
  ["one print of two cuts", [["book", 3], ["book", 0], ["print", 5]], 0],
  ["two prints after two cuts", [["book", 3], ["book", 0], ["print", 2], ["print", 3]], 0],
  ["a print of a part of the queue", [["book", 3], ["print", 2], ["print", 3], ["print", 1]], 1],
  ["a print of more than was cut", [["book", 0], ["print", 7]], 2],
  ["a print, then its cut", [["print", 5], ["book", 0], ["print", 2]], 2],
  ["a part printed before, a part after", [["print", 2], ["book", 0], ["print", 3]], 0],
  ["a cut that the queue did not feel", [["book", 9], ["book", 6], ["print", 3], ["print", 3]], 1],
  ["a cut of more than the queue", [["book", 9], ["book", 4], ["print", 5], ["print", 1]], 1],
  ["a cut that was no trade, before the level grew", [["book", 2], ["book", 4], ["print", 4]], 2],
  ["a cut that was no trade, before a whole book in which the level grew", [
    ["book", 2],
    ["whole", 4],
    ["print", 4],
  ], 2],
  ["a cut that was no trade, once", [["book", 2], ["print", 3], ["print", 4]], 2],
  ["a cut before a gap", [["book", 2], ["gap", 2], ["print", 4]], 2],
  ["a cut that a gap hides", [["gap", 2], ["print", 4]], 2],
] as const;

for (const [what, steps, filled] of RACES) {
  Deno.test(`Market fills ${filled} by ${what}`, () => {
    const bench = openBench();
    bench.submit({ side: "Buy", qty: 3, price: 100 });
    const said = steps.flatMap(([kind, size]) => {
      bench.roundTrip();
      if (kind === "print") return bench.trade(100, size, "Sell");
      if (kind === "book") return bench.delta([100, size], []);
      if (kind === "gap") bench.invalidate();
      return bench.snapshot([100, size, 99, 7], [102, 4]);
    });
    const lots = said.map((text) => Number(/^OrderExecuted 1 (\d)@100 Maker$/.exec(text)?.[1]));
    deepStrictEqual(lots.reduce((sum, size) => sum + size, 0), filled);
  });
}

Deno.test("Market counts a trade through the price whatever the book had cut before it", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 9, price: 100 });
  bench.delta([100, 0], []);
  deepStrictEqual(bench.trade(99, 2, "Sell"), ["OrderExecuted 1 2@100 Maker"]);
  deepStrictEqual(
    bench.trade(100, 2, "Sell"),
    ["OrderExecuted 1 2@100 Maker"],
    "the queue is gone",
  );
});

Deno.test("Market moves a queue once by the trade whose rest crosses the order", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 9, price: 100 });
  deepStrictEqual(bench.delta([], [100, 2]), ["OrderExecuted 1 2@100 Maker"]);
  bench.delta([100, 0], []);
  deepStrictEqual(bench.trade(100, 5, "Sell"), [], "those stood before it");
});

/** A Buy of 100 at 100 meets ten at 99: what is told then, and what fills it after those ten. */
const OWN_LOTS: readonly (readonly [string, readonly (readonly [string, number])[], number])[] = [
  ["their print", [["print", 10]], 0],
  ["their print after their change", [["book", 0], ["print", 10]], 0],
  ["their print in two parts", [["print", 4], ["book", 6], ["print", 6], ["book", 0]], 0],
  ["a print of more than them", [["book", 0], ["print", 13]], 3],
  ["another print of the price", [["print", 10], ["book", 0], ["print", 2]], 2],
  ["a print whose taker is unknown", [["unknown", 10]], 0],
  ["a print of the opposite taker", [["opposite", 4]], 4],
  ["a print at another price", [["worse", 4]], 4],
  ["the growth of the level and the print of all of it", [["book", 15], ["print", 15]], 5],
  ["their print after a whole book without them", [["whole", 0], ["print", 10]], 0],
  ["prints of a level that came back", [["book", 0], ["book", 3], ["print", 3], ["print", 4]], 7],
  ["a print after a gap", [["gap", 0], ["print", 10]], 10],
];

for (const [what, steps, filled] of OWN_LOTS) {
  Deno.test(`Market fills ${filled} beside the lots that were taken by ${what}`, () => {
    for (const how of ["taken", "crossed"] as const) {
      const bench = new Bench();
      bench.snapshot([90, 5], how === "taken" ? [99, 10, 105, 6] : [105, 6]);
      bench.submit({ side: "Buy", qty: 100, price: 100 });
      if (how === "crossed") bench.delta([], [99, 10]);
      const said = steps.flatMap(([kind, size]) => {
        bench.roundTrip();
        if (kind === "print") return bench.trade(99, size, "Buy");
        if (kind === "unknown") return bench.trade(99, size, null);
        if (kind === "opposite") return bench.trade(99, size, "Sell");
        if (kind === "worse") return bench.trade(98, size, "Buy");
        if (kind === "book") return bench.delta([], [99, size]);
        if (kind === "gap") bench.invalidate();
        return bench.snapshot([90, 5], [105, 6]);
      });
      const lots = said.map((text) => Number(/^OrderExecuted 1 (\d+)@100 Maker$/.exec(text)?.[1]));
      deepStrictEqual(lots.reduce((sum, size) => sum + size, 0), filled, how);
    }
  });
}

Deno.test("Market lets a print use up the lots that were taken though no order rests beyond it", () => {
  const bench = new Bench();
  bench.snapshot([90, 5], [99, 10, 105, 6]);
  bench.submit({ side: "Buy", qty: 10, price: 99 });
  bench.trade(99, 10, "Buy");
  bench.delta([], [99, 0]);
  bench.submit({ side: "Buy", qty: 4, price: 100 });
  deepStrictEqual(bench.trade(99, 3, "Buy"), ["OrderExecuted 2 3@100 Maker"]);
});

Deno.test("Market lets a print whose own lots were taken fill orders of the other side whole", () => {
  const bench = new Bench();
  bench.snapshot([], [99, 10, 105, 6]);
  bench.submit({ side: "Buy", qty: 10, price: 99 });
  bench.submit({ side: "Sell", qty: 6, price: 98 });
  deepStrictEqual(bench.trade(99, 10, "Buy"), ["OrderExecuted 2 6@98 Maker"]);
});

Deno.test("Market lets own orders at one price share what the book cut before its print", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  bench.delta([100, 8], []);
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  bench.delta([100, 0], []);
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  deepStrictEqual(bench.trade(100, 8, "Sell"), ["OrderExecuted 1 3@100 Maker"], "five before it");
  deepStrictEqual(bench.trade(100, 4, "Sell"), ["OrderExecuted 2 1@100 Maker"], "three more");
});

Deno.test("Market keeps with a replaced order's place what the book cut before it", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  bench.delta([100, 0], []);
  bench.replace(1, { price: 100, qty: 2 });
  deepStrictEqual(bench.trade(100, 5, "Sell"), []);
  bench.delta([101, 4], []);
  bench.replace(1, { price: 101, qty: 2, newClOrdId: "there" });
  deepStrictEqual(bench.trade(101, 5, "Sell"), ["OrderExecuted 1 1@101 Maker"], "a new queue");
});

Deno.test("Market does not match own orders with each other", () => {
  const bench = new Bench();
  bench.snapshot([], []);
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  deepStrictEqual(bench.submit({ side: "Sell", qty: 3, price: 99 }), ["OrderAccepted 2"]);
});

Deno.test("Market stops matching when a new run begins, until a snapshot", () => {
  const bench = openBench();
  bench.submit({ side: "Buy", qty: 3, price: 100 });
  bench.restart();
  deepStrictEqual(bench.trade(90, 50, "Sell"), []);
  deepStrictEqual(bench.snapshot([], [100, 1]), ["OrderExecuted 1 1@100 Maker"]);
});

/** A betting market: unmatched backs at 3.05 (10) and 3.10 (20), unmatched lays at 3.00 (5), 2.98 (7). */
function oddsBench(): Bench {
  const bench = new Bench();
  bench.instrument = runnerOf(bench.instrument.id);
  bench.snapshot([305, 10, 310, 20], [300, 5, 298, 7]);
  return bench;
}

Deno.test("Market lets who backs take the highest odds first, down to the limit", () => {
  const bench = oddsBench();
  deepStrictEqual(bench.submit({ side: "Buy", qty: 8, price: 298 }), [
    "OrderAccepted 1",
    "OrderExecuted 1 5@300 Taker",
    "OrderExecuted 1 3@298 Taker",
  ]);
  deepStrictEqual(bench.submit({ side: "Sell", qty: 12, price: 306 }), [
    "OrderAccepted 2",
    "OrderExecuted 2 10@305 Taker",
  ]);
});

Deno.test("Market lets a back rest at higher odds, and fills it when they are traded through", () => {
  const bench = oddsBench();
  deepStrictEqual(bench.submit({ side: "Buy", qty: 3, price: 305 }), ["OrderAccepted 1"]);
  deepStrictEqual(bench.trade(300, 50, "Sell"), [], "lower odds do not reach it");
  deepStrictEqual(bench.trade(305, 12, "Sell"), ["OrderExecuted 1 2@305 Maker"]);
  deepStrictEqual(bench.trade(310, 12, "Sell"), ["OrderExecuted 1 1@305 Maker"]);
});

Deno.test("Market fills a resting lay when the odds to back at fall to its own", () => {
  const bench = oddsBench();
  bench.delta([305, 0], []);
  deepStrictEqual(bench.submit({ side: "Sell", qty: 3, price: 305 }), ["OrderAccepted 1"]);
  deepStrictEqual(bench.delta([305, 2], []), ["OrderExecuted 1 2@305 Maker"]);
  bench.roundTrip();
  deepStrictEqual(bench.delta([300, 9], [300, 0]), ["OrderExecuted 1 1@305 Maker"]);
});

Deno.test("Market does not know the queue of a back at higher odds than those shown", () => {
  const bench = oddsBench();
  bench.submit({ side: "Buy", qty: 3, price: 315 });
  bench.submit({ side: "Sell", qty: 3, price: 296 });
  bench.submit({ side: "Sell", qty: 3, price: 299 });
  deepStrictEqual(bench.trade(315, 50, "Sell"), []);
  deepStrictEqual(bench.trade(296, 50, "Buy"), ["OrderExecuted 3 3@299 Maker"]);
});
