/**
 * What a soak's client folds from its reports: gaps, working orders, positions.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Reports } from "../../../tools/soak/reports.ts";

const ORDER = { order_id: "1", intent_id: "a", instrument: "v:X/Y", side: "Sell" };

function report(
  seq: number,
  of: Readonly<Record<string, unknown>> = {},
): { readonly type: string; readonly report_seq: number } {
  return { type: "ExecutionReport", report_seq: seq, ...of };
}

Deno.test("Reports.take() complains of a gap, and of a number that comes again without a word", () => {
  const reports = new Reports();
  for (const seq of [1, 2, 4]) reports.take(report(seq));
  reports.take(report(3));
  reports.take(report(2, { poss_dup: true }));
  deepStrictEqual(reports.problems, ["report 4 after 2", "report 3 after 4"]);
  strictEqual(reports.lastSeq, 4);
});

Deno.test("Reports.take() follows an order from its place over its replace to its end", () => {
  const reports = new Reports();
  reports.take(report(1, { ...ORDER, exec_type: "PendingNew", ord_status: "Submitted" }));
  const replaced = { ...ORDER, intent_id: "b", exec_type: "Replaced", ord_status: "Accepted" };
  reports.take(report(2, replaced));
  deepStrictEqual([...reports.working.values()], [
    { intentId: "b", instrument: "v:X/Y", side: "Sell" },
  ]);
  reports.take(report(3, { ...ORDER, exec_type: "Cancelled", ord_status: "Cancelled" }));
  strictEqual(reports.working.size, 0);
});

Deno.test("Reports.difference() names the instrument whose position its executions do not make", () => {
  const reports = new Reports();
  const trade = { ...ORDER, exec_type: "Trade", ord_status: "PartiallyFilled" };
  reports.take(report(1, { ...trade, last_qty: "0.5" }));
  reports.take(report(2, { ...trade, fill_events: [{ last_qty: "0.25" }, { last_qty: "1" }] }));
  strictEqual(reports.difference([{ instrument: "v:X/Y", qty: "-1.75" }]), undefined);
  strictEqual(
    reports.difference([{ instrument: "v:X/Y", qty: "-1.7" }]),
    "v:X/Y: was -17000, its reports make -17500",
  );
  strictEqual(reports.difference([]), "v:X/Y: was 0, its reports make -17500");
});
