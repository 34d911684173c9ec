/**
 * Executions of orders that are not ours, as they are remembered and forgotten. What is booked of
 * them is in `tests/core/engine/external_test.ts`. Proves a part of R-CORE-5: none is booked twice.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type ExternalFill, ExternalFills } from "../../core/external_fills.ts";
import { instrumentId, micros, qty, seqId, venueId } from "../../core/numbers.ts";
import { fillOf } from "../support/fills.ts";

const VENUE = venueId(0);
/** Nothing is so old. */
const NEVER = -1;

function external(execId: string, ingestUs: number): ExternalFill {
  return {
    venue: VENUE,
    instrument: instrumentId(0),
    side: "Buy",
    execution: fillOf(execId).execution,
    correctedAs: [],
    peakQty: qty(1),
    booked: seqId(1),
    isVoided: false,
    isTakenOver: false,
    ingestUs: micros(ingestUs),
  };
}

/** Those that are remembered, as they are forgotten. */
function kept(fills: ExternalFills): string[] {
  return [...fills].map(({ execution }) => execution.execId);
}

/** Three of them, booked at 10, 20 and 30. */
function three(): { readonly fills: ExternalFills; readonly all: readonly ExternalFill[] } {
  const fills = new ExternalFills();
  const all = [10, 20, 30].map((ingestUs) => external(`e${ingestUs}`, ingestUs));
  for (const fill of all) fills.add(fill, NEVER);
  return { fills, all };
}

Deno.test("ExternalFills.add() forgets what was said until then, with every id, and no more", () => {
  const { fills, all: [first] } = three();
  if (first !== undefined) fills.correct(first, "x1");
  fills.add(external("e40", 40), 20);
  deepStrictEqual(kept(fills), ["e30", "e40"]);
  for (const id of ["e10", "x1", "e20"]) strictEqual(fills.find(VENUE, id), undefined);
  strictEqual(fills.find(VENUE, "e30")?.ingestUs, 30);
  strictEqual(fills.find(venueId(1), "e30"), undefined, "another venue's id is another");
});

Deno.test("ExternalFills.keep() lets one be forgotten after all others, and none wait for it", () => {
  const { fills, all: [first] } = three();
  if (first !== undefined) fills.keep(first, micros(40));
  deepStrictEqual(kept(fills), ["e20", "e30", "e10"]);
  fills.add(external("e50", 50), 30);
  deepStrictEqual(kept(fills), ["e10", "e50"]);
});

Deno.test("ExternalFills.correct() learns an id once, and none that names another", () => {
  const { fills, all: [first, second] } = three();
  if (first === undefined || second === undefined) throw new Error("both are there");
  for (const id of ["x1", "x1", "e10", "e20"]) fills.correct(first, id);
  deepStrictEqual(first.correctedAs, ["x1"]);
  strictEqual(fills.find(VENUE, "x1"), first);
  strictEqual(fills.find(VENUE, "e20"), second);
});

Deno.test("ExternalFills.join() lets every id name the one that stays, until that is forgotten", () => {
  const { fills, all: [first, second] } = three();
  if (first === undefined || second === undefined) throw new Error("both are there");
  fills.correct(first, "x1");
  fills.join(first, second);
  deepStrictEqual(kept(fills), ["e20", "e30"]);
  for (const id of ["e10", "x1", "e20"]) strictEqual(fills.find(VENUE, id), second);
  fills.add(external("e40", 40), 20);
  for (const id of ["e10", "x1", "e20"]) strictEqual(fills.find(VENUE, id), undefined);
});
