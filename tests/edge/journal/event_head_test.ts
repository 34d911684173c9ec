/**
 * Words that a client chose are not taken for the journal's own: an intent stays an intent, and the
 * sessions that are open stay known. Proves R-JRN-1 in part.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Event, SOURCES } from "../../../core/event.ts";
import { micros, seqId, sessionId } from "../../../core/numbers.ts";
import { isOfSource, isOfType } from "../../../edge/journal/event_head.ts";
import { encodeEventLine } from "../../../edge/journal/event_lines.ts";
import { ClientNames } from "../../../edge/journal/report_rows.ts";
import { controlHead } from "../../support/journal_rig.ts";
import { placeOrder } from "../../support/place_order.ts";

const SESSION = sessionId(1);
const AT = { seqId: seqId(1), ingestTime: micros(1) };
const OPENED = encodeEventLine({
  ...controlHead(1),
  ...AT,
  eventType: "SessionOpened",
  payload: { session: SESSION, client: "alice", cancelOnDisconnect: true, cancelGraceMs: 0 },
} as Event);

/** An intent whose parameters spell what the journal says of other events. */
function intentLine(params: Readonly<Record<string, string>>): string {
  return encodeEventLine({
    ...controlHead(1),
    ...AT,
    source: "intent",
    eventType: "IntentReceived",
    payload: { session: SESSION, recvUs: micros(1), intent: placeOrder({ params }) },
  } as Event);
}

Deno.test("isOfSource() and isOfType() look at what the journal says, not at what a client said", () => {
  const line = intentLine({ source: "market_data", event_type: "Started" });
  const sources = SOURCES.filter((source) => isOfSource(line, source));
  const types = (["IntentReceived", "Started"] as const).filter((type) => isOfType(line, type));
  deepStrictEqual([sources, types], [["intent"], ["IntentReceived"]]);
});

for (const type of ["Started", "SessionOpened"]) {
  Deno.test(`ClientNames.learn() keeps its sessions by a client that says ${type}`, () => {
    const names = new ClientNames();
    names.learn(OPENED, []);
    names.learn(intentLine({ event_type: type }), [7]);
    strictEqual(names.nameOf(7), "alice");
  });
}
