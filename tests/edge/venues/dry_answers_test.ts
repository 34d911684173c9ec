/**
 * The end of a dry run's requests: acknowledged, cancellable, never filled. Proves R-EXEC-7 at the
 * edge.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { OrderCommand } from "../../../core/command.ts";
import { instrumentId, micros, venueId } from "../../../core/numbers.ts";
import { reportProblem } from "../../../edge/venues/draft_checks.ts";
import { dryAnswers } from "../../../edge/venues/dry_answers.ts";

const SCOPE = { venue: venueId(0), instruments: new Set([instrumentId(0)]) };

function command(fields: Readonly<Record<string, unknown>>): OrderCommand {
  return {
    seqId: 1,
    request: 9,
    venue: 0,
    instrument: 0,
    order: 4,
    clOrdId: "tl00000000-4-1",
    venueOrderId: null,
    dryRun: true,
    ...fields,
  } as unknown as OrderCommand;
}

const limit = { kind: "Submit", ordType: "Limit", timeInForce: "GTC" };
const CASES: readonly (readonly [string, Readonly<Record<string, unknown>>, readonly string[]])[] =
  [
    ["a limit order rests", limit, ["OrderAccepted"]],
    ["a GTD order rests", { ...limit, timeInForce: "GTD" }, ["OrderAccepted"]],
    ["an IOC order ends", { ...limit, timeInForce: "IOC" }, ["OrderAccepted", "OrderCancelled"]],
    ["a FOK order ends", { ...limit, timeInForce: "FOK" }, ["OrderAccepted", "OrderCancelled"]],
    ["a market order ends", { ...limit, ordType: "Market" }, ["OrderAccepted", "OrderCancelled"]],
    ["a cancel is done", { kind: "Cancel" }, ["OrderCancelled"]],
    [
      "a replace is done",
      { kind: "Replace", newClOrdId: "tl00000000-4-2", orderQty: 5, price: 100 },
      ["OrderReplaced"],
    ],
    ["a look-up finds the book lost", { kind: "Lookup" }, ["OrderFound"]],
  ];
for (const [what, fields, kinds] of CASES) {
  Deno.test(`dryAnswers() answers as a venue that fills nothing: ${what}`, () => {
    const times = { nowUs: micros(8), journalUs: micros(5) };
    const drafts = dryAnswers(command(fields), times);
    deepStrictEqual(drafts.map(({ eventType }) => eventType), kinds);
    for (const draft of drafts) strictEqual(reportProblem(draft, SCOPE), undefined);
  });
}

Deno.test("dryAnswers() bears the stamp of the journal, the new key and terms, and no fill", () => {
  const times = { nowUs: micros(8), journalUs: micros(5) };
  const replace = { kind: "Replace", newClOrdId: "tl00000000-4-2", orderQty: 5, price: 100 };
  deepStrictEqual(dryAnswers(command(replace), times)[0]?.payload, {
    order: 4,
    clOrdId: "tl00000000-4-2",
    venueOrderId: null,
    orderQty: 5,
    price: 100,
    journalUs: 5,
  });
  const found = dryAnswers(command({ kind: "Lookup" }), { ...times, journalUs: undefined })[0];
  deepStrictEqual(
    found?.eventType === "OrderFound" && [found.payload.status, found.payload.cumQty],
    [
      "cancelled",
      0,
    ],
  );
});
