/**
 * Counts by word. Proves that labels are bounded and begin at 0 (R-OPS-4).
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { OpenTally, Tally } from "../../../edge/metrics/tally.ts";
import { WaitingTimes } from "../../../edge/metrics/waiting_times.ts";

Deno.test("Tally begins with 0 of every word, and counts what is in no list as other", () => {
  const tally = new Tally(["up", "down"]);
  deepStrictEqual([...tally], [["up", 0], ["down", 0]]);
  tally.add("down");
  tally.add("sideways");
  tally.add("__proto__");
  deepStrictEqual([...tally], [["up", 0], ["down", 1], ["other", 2]]);
});

Deno.test("OpenTally tells the first words apart and counts the rest as other", () => {
  const tally = new OpenTally(2);
  for (const word of ["a", "b", "a", "c", "d"]) tally.add(word);
  deepStrictEqual([...tally], [["a", 2], ["b", 1], ["other", 2]]);
});

Deno.test("WaitingTimes gives times up to a number in order, and takes no more than it has room for", () => {
  const times = new WaitingTimes();
  strictEqual(times.take(9), undefined);
  for (let round = 0; round < 3; round += 1) {
    for (let seq = 1; seq <= 20_000; seq += 1) times.put(seq, seq * 10);
    strictEqual(times.take(0), undefined);
    const taken: number[] = [];
    for (let us = times.take(20_000); us !== undefined; us = times.take(20_000)) taken.push(us);
    strictEqual(taken.length, 16_384);
    deepStrictEqual([taken[0], taken.at(-1)], [10, 163_840]);
  }
});
