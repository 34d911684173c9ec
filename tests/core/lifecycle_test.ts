/**
 * The life cycle table, visited whole. Proves R-CORE-4 and the terminal rule of R-CORE-5.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import {
  isTerminal,
  NEXT,
  nextStatus,
  type OrderState,
  restoredStatus,
} from "../../core/lifecycle.ts";
import { EXEC_TYPES, type OrdStatus } from "../../core/report.ts";

const STATES = [
  "Created",
  "Submitted",
  "Accepted",
  "PartiallyFilled",
  "Filled",
  "CancelPending",
  "ReplacePending",
  "Cancelled",
  "Rejected",
  "Expired",
] as const satisfies readonly OrderState[];

const RESTORED = "Accepted";
const facts = { isComplete: false, hasFills: false, restored: RESTORED, isLost: false } as const;

/** One letter per state, in the order of `STATES`; R: the restored state; a dot: illegal. */
const LETTERS: Readonly<Record<OrdStatus, string>> = {
  Submitted: "s",
  Accepted: "a",
  PartiallyFilled: "p",
  Filled: "f",
  CancelPending: "c",
  ReplacePending: "r",
  Cancelled: "x",
  Rejected: "j",
  Expired: "e",
};

// Columns as in EXEC_TYPES. The expected table is written by hand, apart from the shipped one.
const TABLE: Readonly<Record<OrderState, string>> = {
  Created: "s...............",
  Submitted: ".a.cx..j..e.....",
  Accepted: "..pcxr.j..e..a..",
  PartiallyFilled: "..pcxr....eaaa..",
  Filled: "..f.....ff.ff...",
  CancelPending: ".cc.x.cjaceccc..",
  ReplacePending: "..rcx.aj.aerrr..",
  Cancelled: "..x.....xx.xx...",
  Rejected: "..j.....jj.jj...",
  Expired: "..e......e.ee...",
};

for (const from of STATES) {
  for (const [column, by] of EXEC_TYPES.entries()) {
    const letter = TABLE[from].charAt(column);
    Deno.test(`nextStatus() gives ${letter} for ${by} after ${from}`, () => {
      const to = nextStatus(from, by, facts);
      strictEqual(to === undefined ? "." : LETTERS[to], letter);
    });
  }
}

const completing = [
  ["Accepted", "Trade", "Filled", "a completing fill fills"],
  ["CancelPending", "Trade", "Filled", "a completing fill beats the cancel"],
  ["ReplacePending", "Trade", "Filled", "a completing fill beats the replace"],
  ["ReplacePending", "Replaced", "Filled", "a replace down to what is filled fills"],
  ["ReplacePending", "ReplaceRejected", "Filled", "the refused increase leaves nothing open"],
  ["CancelPending", "CancelRejected", "Filled", "the refused cancel found nothing open"],
  ["Cancelled", "Trade", "Cancelled", "a late fill leaves the order ended"],
  ["PartiallyFilled", "TradeCorrect", "Filled", "a correction may bring the rest"],
  ["Accepted", "PendingCancel", "CancelPending", "only a fill or new terms complete"],
] as const;
for (const [from, by, expected, why] of completing) {
  Deno.test(`nextStatus() gives ${expected} for a last ${by} after ${from}: ${why}`, () => {
    strictEqual(nextStatus(from, by, { ...facts, isComplete: true }), expected);
  });
}

Deno.test("nextStatus() gives Cancelled when the refused replace has lost the old order", () => {
  strictEqual(
    nextStatus("ReplacePending", "ReplaceRejected", { ...facts, isLost: true }),
    "Cancelled",
  );
  strictEqual(
    nextStatus("CancelPending", "ReplaceRejected", { ...facts, isLost: true }),
    "Cancelled",
  );
});

Deno.test("nextStatus() refuses to reject an order that has traded, whatever its state", () => {
  for (const from of STATES) {
    strictEqual(nextStatus(from, "Rejected", { ...facts, hasFills: true }), undefined, from);
  }
});

Deno.test("nextStatus() never leaves a terminal state, whatever is reported", () => {
  for (const from of STATES) {
    if (!isTerminal(from)) continue;
    for (const by of EXEC_TYPES) {
      for (const isComplete of [false, true]) {
        for (const isLost of [false, true]) {
          const to = nextStatus(from, by, { ...facts, isComplete, isLost });
          ok(to === undefined || to === from, `${from} ${by}`);
        }
      }
    }
  }
});

Deno.test("NEXT has a row for every state", () => {
  strictEqual(Object.keys(NEXT).length, STATES.length);
});

const restored = [
  [{ isAccepted: false, hasFills: false, isReplacePending: false }, "Submitted"],
  [{ isAccepted: true, hasFills: false, isReplacePending: false }, "Accepted"],
  [{ isAccepted: true, hasFills: true, isReplacePending: false }, "PartiallyFilled"],
  [{ isAccepted: true, hasFills: true, isReplacePending: true }, "ReplacePending"],
] as const;
for (const [order, expected] of restored) {
  Deno.test(`restoredStatus() gives ${expected} for ${JSON.stringify(order)}`, () => {
    strictEqual(restoredStatus(order), expected);
  });
}
