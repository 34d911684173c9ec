/**
 * What of an adapter's commands has no answer yet, where a venue says one thing twice. Proves R-EXEC-3
 * at the edge: what is taken for answered is not asked about when the adapter dies.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import type { Draft } from "../../../core/event.ts";
import { Unanswered } from "../../../edge/venues/unanswered.ts";
import { acceptedDraft } from "../../support/drafts.ts";
import { request } from "../../support/link_rig.ts";

/** As many as its header says. */
const HEARD_MAX = 4096;

function refused(order: number, idempotencyKey: string): Draft {
  const payload = { order, clOrdId: null, venueOrderId: null };
  const draft = { ...acceptedDraft(order), eventType: "CancelRejected", idempotencyKey, payload };
  return draft as unknown as Draft;
}

Deno.test("Unanswered knows a word again among the newest 4096, and takes an older one for new", () => {
  const unanswered = new Unanswered();
  unanswered.add(request("Cancel", 1, 1));
  unanswered.settle(refused(1, "first"));
  unanswered.add(request("Cancel", 2, 1));
  const open = (): readonly number[] => unanswered.all.map((command) => command.request);
  for (let at = 1; at < HEARD_MAX; at++) unanswered.settle(refused(9, `other ${at}`));
  unanswered.settle(refused(1, "first"));
  deepStrictEqual(open(), [2], "it was said of the one before");
  unanswered.settle(refused(9, `other ${HEARD_MAX}`));
  unanswered.settle(refused(1, "first"));
  deepStrictEqual(open(), []);
});
