/**
 * Ambiguous outcomes (E74 to E78), and exactly one request for each way in which an answer can be
 * lost (X01 on). An order may be in doubt; it is never rejected without evidence, never sent twice.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Case, never } from "../case.ts";
import { type FaultName, FAULTS } from "../driver.ts";
import { expectTrail, RESTS } from "../expect.ts";
import type { Placed } from "../party.ts";
import type { Stage } from "../stage.ts";

/** Longest way from a lost answer to certainty where the order exists. */
const FOUND_MS = 30_000;

function neverRejected(order: Placed): void {
  const codes = order.reports.map((report) => report["reject_code"]).filter(Boolean);
  deepStrictEqual(codes, [], "nothing is rejected without evidence");
}

/** Places an order whose answer gets lost although it exists. */
async function playLostPlace(stage: Stage, as: FaultName): Promise<void> {
  const timesPlaced = stage.need("timesPlaced");
  const resting = stage.need("resting");
  const party = await stage.client();
  await stage.fault("place", as);
  const order = await party.place(stage.bid);
  await order.reach("Accepted", FOUND_MS);
  neverRejected(order);
  expectTrail(order, RESTS);
  strictEqual(await timesPlaced(order.atVenue.clOrdId), 1, "the venue saw it once");
  ok((await resting()).includes(order.atVenue.clOrdId));
}

/** Places an order that never comes to exist. */
async function playAbsentPlace(stage: Stage, as: FaultName): Promise<void> {
  const timesPlaced = stage.need("timesPlaced");
  const party = await stage.client();
  await stage.fault("place", as);
  const order = await party.place(stage.bid);
  const report = await order.reach("Rejected", FOUND_MS + stage.venue.absenceMs);
  strictEqual(report["reject_code"], "VENUE_ABSENT", String(report["text"]));
  ok(order.reports.some((each) => each["in_doubt"] === true), "it was in doubt until then");
  ok(await timesPlaced(order.atVenue.clOrdId) <= 1, "it was not sent twice");
}

const EXISTS: readonly FaultName[] = [
  "closeAfterActing",
  "resetAfterActing",
  "actsLate",
  "answersLate",
  "errorAfterActing",
  "timeoutAfterActing",
  "garbageAfterActing",
  "emptyAfterActing",
  "stallAfterActing",
];
const ABSENT: readonly FaultName[] = ["lostBeforeActing", "errorWithoutActing", "unknownCode"];

function numbered(number: number): string {
  return `X${String(number).padStart(2, "0")}`;
}

/** E74 to E78, X01 on. */
export const DOUBT_CASES: readonly Case[] = [
  {
    id: "E74",
    title: "a submit without an answer is in doubt, not rejected, until the venue is asked",
    run: (stage) => playLostPlace(stage, "closeAfterActing"),
  },
  {
    id: "E75",
    title: "a cancel without an answer is in doubt until it is known what became of it",
    run: async (stage) => {
      const order = await stage.resting(await stage.client());
      await stage.fault("cancel", "closeAfterActing");
      await order.cancel();
      await order.reach("Cancelled", FOUND_MS);
      neverRejected(order);
    },
  },
  {
    id: "E76",
    title: "a replace without an answer is in doubt until it is known which terms hold",
    run: async (stage) => {
      stage.needDeclared("replace", "native", "the venue has no native replace");
      const party = await stage.client();
      const order = await stage.resting(party);
      await stage.fault("replace", "closeAfterActing");
      const replaced = await order.replace({ order_qty: stage.terms.rest });
      await party.report(
        (each) =>
          each["intent_id"] === replaced &&
          ["Replaced", "ReplaceRejected"].includes(String(each["exec_type"])),
        "the end of the replace",
        FOUND_MS,
      );
      await until(order);
      const told = [order.last?.["ord_status"], order.last?.["order_qty"]];
      const { rest } = stage.terms;
      ok(told[0] === "Cancelled" || told[1] === rest, `the venue replaced it: was ${told}`);
    },
  },
  never("E77", "a lost batch rejects no order of it", "requests are sent one by one"),
  never("E78", "a refusal inside a batch is of one order", "requests are sent one by one"),
  ...EXISTS.map((as, at): Case => ({
    id: numbered(at + 1),
    title: `one request, one order: ${FAULTS[as]}`,
    run: (stage) => playLostPlace(stage, as),
  })),
  ...ABSENT.map((as, at): Case => ({
    id: numbered(EXISTS.length + at + 1),
    title: `proof of absence, no second request: ${FAULTS[as]}`,
    run: (stage) => playAbsentPlace(stage, as),
  })),
];

/** Waits until nothing is pending any more. */
async function until(order: Placed): Promise<void> {
  await order.party.report(
    (each) =>
      each["order_id"] === order.orderId && each === order.last && each["in_doubt"] !== true &&
      !String(each["ord_status"]).endsWith("Pending"),
    "a settled state",
    FOUND_MS,
  );
}
