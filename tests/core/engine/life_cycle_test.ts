/**
 * Every state against every report, in two ways: each word of a venue in each state through the
 * engine; and each report in each state through the one function that moves an order, where an absent
 * cell fails closed. Proves R-CORE-4 and the
 * terminal rule of R-CORE-5.
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { type ExecutionReport, micros, qty, seqId } from "../../../core/mod.ts";
import type { StepFacts } from "../../../core/lifecycle.ts";
import { isTerminal, nextStatus } from "../../../core/lifecycle.ts";
import { EXEC_TYPES, ORD_STATUSES, type OrdStatus } from "../../../core/report.ts";
import { UNSAID } from "../../../core/engine/reports.ts";
import { advance } from "../../../core/engine/settle.ts";
import { Turn } from "../../../core/engine/turn.ts";
import { EngineCopy } from "../../support/engine_copy.ts";
import { World } from "../../support/engine_world.ts";
import * as say from "../../support/venue_words.ts";

/** What is filled, quanta. */
function cumOf(w: World): number {
  return w.timeline.view.orders("account", { open: false, limit: 1 })[0]?.order?.cumQty ?? 0;
}

type Said = readonly ExecutionReport[];

const WORDS = {
  accepted: (w: World): Said => w.accept(),
  rejected: (w: World): Said => say.rejected(w),
  trade: (w: World): Said => w.fill(1, { id: "e1", qty: 1000 }),
  lastTrade: (w: World): Said => w.fill(1, { id: "e1", qty: 10_000 - cumOf(w) }),
  cancelled: (w: World): Said => w.cancelled(),
  expired: (w: World): Said => say.expired(w),
  cancelRefused: (w: World): Said => say.cancelRefused(w),
  replaced: (w: World): Said => say.replacedTo(w, { qty: 12_000 }),
  replaceRefused: (w: World): Said => say.replaceRefused(w),
  foundOpen: (w: World): Said => say.found(w, { status: "open", cumQty: qty(cumOf(w)) }),
  notFound: (w: World): Said => say.notFound(w),
} as const;
type Word = keyof typeof WORDS;

/** Reports, then alarms (!), then commands (>). Empty: nothing is said, at most counted. */
const EXPECTED: Readonly<Record<OrdStatus, Partial<Record<Word, string>>>> = {
  Submitted: {
    accepted: "New/Accepted 0+10000",
    rejected: "Rejected/Rejected 0+0",
    trade: "New/Accepted 0+10000 inferred; Trade/PartiallyFilled 1000+9000",
    lastTrade: "New/Accepted 0+10000 inferred; Trade/Filled 10000+0",
    cancelled: "Cancelled/Cancelled 0+0",
    expired: "Expired/Expired 0+0",
    cancelRefused: ">Lookup",
    replaced: "New/Accepted 0+10000 inferred; Restated/Accepted 0+12000",
    foundOpen: "New/Accepted 0+10000 inferred",
    notFound: ">Lookup",
  },
  Accepted: {
    rejected: "Rejected/Rejected 0+0",
    trade: "Trade/PartiallyFilled 1000+9000",
    lastTrade: "Trade/Filled 10000+0",
    cancelled: "Cancelled/Cancelled 0+0",
    expired: "Expired/Expired 0+0",
    cancelRefused: ">Lookup",
    replaced: "Restated/Accepted 0+12000",
    notFound: ">Lookup",
  },
  PartiallyFilled: {
    rejected: "!ILLEGAL_TRANSITION; >Lookup",
    trade: "Trade/PartiallyFilled 5000+5000",
    lastTrade: "Trade/Filled 10000+0",
    cancelled: "Cancelled/Cancelled 4000+0",
    expired: "Expired/Expired 4000+0",
    cancelRefused: ">Lookup",
    replaced: "Restated/PartiallyFilled 4000+8000",
    notFound: ">Lookup",
  },
  Filled: {
    trade: "Trade/Filled 11000+0 late; !OVERFILL",
    replaced: "!LIVE_AFTER_END",
    foundOpen: "!LIVE_AFTER_END",
  },
  CancelPending: {
    rejected: "Rejected/Rejected 0+0; CancelRejected/Rejected 0+0",
    trade: "Trade/CancelPending 1000+9000",
    lastTrade: "Trade/Filled 10000+0; CancelRejected/Filled 10000+0",
    cancelled: "Cancelled/Cancelled 0+0",
    expired: "Expired/Expired 0+0",
    cancelRefused: "CancelRejected/Accepted 0+10000; >Lookup",
    replaced: "Restated/CancelPending 0+12000",
    notFound: ">Lookup",
  },
  ReplacePending: {
    rejected: "Rejected/Rejected 0+0; ReplaceRejected/Rejected 0+0",
    trade: "Trade/ReplacePending 1000+9000",
    lastTrade: "Trade/ReplacePending 10000+0",
    cancelled: "Cancelled/Cancelled 0+0; ReplaceRejected/Cancelled 0+0",
    expired: "Expired/Expired 0+0; ReplaceRejected/Expired 0+0",
    cancelRefused: ">Lookup",
    replaced: "Replaced/Accepted 0+12000",
    replaceRefused: "ReplaceRejected/Accepted 0+10000; >Lookup",
    notFound: ">Lookup",
  },
  Cancelled: {
    trade: "Trade/Cancelled 1000+0 late",
    lastTrade: "Trade/Cancelled 10000+0 late",
    replaced: "!LIVE_AFTER_END",
    foundOpen: "!LIVE_AFTER_END",
  },
  Rejected: {
    trade: "Trade/Rejected 1000+0 late",
    lastTrade: "Trade/Rejected 10000+0 late",
    replaced: "!LIVE_AFTER_END",
    foundOpen: "!LIVE_AFTER_END",
  },
  Expired: {
    trade: "Trade/Expired 1000+0 late",
    lastTrade: "Trade/Expired 10000+0 late",
    replaced: "!LIVE_AFTER_END",
    foundOpen: "!LIVE_AFTER_END",
  },
};

for (const status of ORD_STATUSES) {
  for (const [word, speak] of Object.entries(WORDS)) {
    if (status === "Filled" && word === "lastTrade") continue; // there is no last one left
    Deno.test(`apply() of ${word} in ${status} does what the page says`, () => {
      const w = say.worldIn(status);
      const before = w.commands.length;
      const reports = say.briefs(speak(w));
      const alarms = say.alarms(w).map((code) => `!${code}`);
      const commands = w.commands.slice(before).map(({ kind }) => `>${kind}`);
      const said = [...reports, ...alarms, ...commands].join("; ");
      strictEqual(said, EXPECTED[status][word as Word] ?? "");
      const after = w.timeline.view.orders("account", { open: false, limit: 1 })[0]?.ordStatus;
      if (isTerminal(status)) strictEqual(after, status, "a terminal order stays as it ended");
    });
  }
}

for (const status of ORD_STATUSES) {
  for (const by of EXEC_TYPES) {
    Deno.test(`advance() by ${by} in ${status} follows the table or fails closed`, () => {
      const copy = new EngineCopy(say.worldIn(status).timeline.checkpoint());
      const { state, effects } = copy;
      const order = copy.order();
      const turn = new Turn(state, effects);
      turn.begin(
        {
          seqId: seqId(state.seqId + 1),
          ingestTime: state.nowUs,
          eventTime: micros(0),
          source: "timer",
          venue: null,
          instrument: null,
          eventType: "DeadlineReached",
          payload: { dueUs: state.nowUs },
          idempotencyKey: null,
        },
        effects,
      );
      const facts: StepFacts = {
        isComplete: order.isComplete,
        hasFills: order.cumQty > 0,
        restored: order.restored,
        isLost: false,
      };
      const to = nextStatus(status, by, facts);
      const isLegal = advance(turn, order, { ...UNSAID, execType: by, reason: "said" });
      strictEqual(isLegal, to !== undefined);
      if (to !== undefined) {
        deepStrictEqual([order.status, effects.reports[0]?.ordStatus], [to, to]);
        return;
      }
      deepStrictEqual([order.status, effects.reports, effects.transitions], [status, [], []]);
      strictEqual(effects.alarms[0]?.code, "ILLEGAL_TRANSITION");
      const named = new RegExp(`${by} at seq_id ${turn.seqId}.*order 1 .*was ${status}`);
      match(effects.alarms[0]?.text ?? "", named);
      strictEqual(state.counters.get("transition_failures"), 1);
    });
  }
}
