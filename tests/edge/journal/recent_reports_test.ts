/**
 * Proves for R-WIRE-2: a report from memory is the one that was recorded, and one that has gone from
 * memory is never another.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { clientIndex } from "../../../core/numbers.ts";
import { RecentReports } from "../../../edge/journal/recent_reports.ts";

function remember(recent: RecentReports, of: { client: number; seq: number; text: string }): void {
  const memory = new TextEncoder().encode(`>${of.text}<`);
  const to = memory.length - 1;
  const client = clientIndex(of.client);
  recent.remember({ client, reportSeq: of.seq, memory, from: 1, to });
}

/** The text of a report; long ones make the ring turn over. */
function textOf(client: number, seq: number): string {
  return `{"client":${client},"n":${seq},"x":"${"é".repeat((seq * 7919 + client) % 2_000)}"}`;
}

Deno.test("RecentReports gives the newest reports of each client word for word", () => {
  const recent = new RecentReports();
  const last = [0, 0, 0];
  for (let turn = 0; turn < 6_000; turn++) {
    const client = turn % 7 === 0 ? 2 : turn % 2;
    const seq = (last[client] ?? 0) + 1;
    last[client] = seq;
    remember(recent, { client, seq, text: textOf(client, seq) });
  }
  for (const [client, newest] of last.entries()) {
    let isGone = false;
    let kept = 0;
    for (let seq = newest; seq > 0; seq--) {
      const text = recent.text(clientIndex(client), seq);
      if (text === undefined) isGone = true;
      else {
        ok(!isGone, "an older report must not outlive a newer one");
        strictEqual(text, textOf(client, seq));
        kept += 1;
      }
    }
    ok(kept > 20 && kept <= 512, `kept ${kept}`);
  }
});

Deno.test("RecentReports knows nothing of other clients and later numbers", () => {
  const recent = new RecentReports();
  remember(recent, { client: 3, seq: 10, text: "{}" });
  strictEqual(recent.text(clientIndex(3), 10), "{}");
  strictEqual(recent.text(clientIndex(3), 9), undefined);
  strictEqual(recent.text(clientIndex(3), 11), undefined);
  strictEqual(recent.text(clientIndex(0), 10), undefined);
});
