/**
 * What the log says of the queues: each policy once, and what was held back, merged or lost since the
 * last look. Proves R-OPS-3: back-pressure is shown.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { Ingress } from "../../edge/ingress.ts";
import { QueueWatch } from "../../edge/queue_watch.ts";
import { intentDraft, tradeDraft } from "../support/drafts.ts";

type Line = readonly [level: string, event: string, fields: unknown];

function watched(): { readonly ingress: Ingress; readonly look: () => readonly Line[] } {
  const ingress = new Ingress(() => {});
  const lines: Line[] = [];
  const watch = new QueueWatch(ingress, {
    write: (level, event, fields) => void lines.push([level, event, fields]),
  });
  const look = (): readonly Line[] => {
    watch.look();
    return lines.splice(0);
  };
  return { ingress, look };
}

Deno.test("QueueWatch says each queue's policy and bound once", () => {
  const { ingress, look } = watched();
  ingress.open({ name: "control", max: 9, policy: "fail" });
  deepStrictEqual(look(), [["info", "queue_opened", { name: "control", policy: "fail", max: 9 }]]);
  ingress.open({ name: "feed x", max: 2, policy: "drop" });
  deepStrictEqual(look(), [["info", "queue_opened", { name: "feed x", policy: "drop", max: 2 }]]);
  deepStrictEqual(look(), []);
});

Deno.test("QueueWatch warns of what was lost, and says what only waited, each since the last look", () => {
  const { ingress, look } = watched();
  const feed = ingress.open({ name: "feed x", max: 2, policy: "drop" });
  const session = ingress.open({ name: "session 1", max: 1, policy: "block" });
  look();
  for (let at = 1; at <= 5; at += 1) feed.offer(tradeDraft(at));
  for (let at = 1; at <= 3; at += 1) session.offer(intentDraft(`i${at}`));
  const none = { dropped: 0, conflated: 0, held_back: 0 };
  const ofFeed = { name: "feed x", policy: "drop", max: 2, high_water: 2 };
  deepStrictEqual(look(), [
    ["warning", "queue_full", { ...ofFeed, ...none, dropped: 3 }],
    ["info", "queue_full", {
      ...{ name: "session 1", policy: "block", max: 1, high_water: 1 },
      ...{ ...none, held_back: 2 },
    }],
  ]);
  deepStrictEqual(look(), []);
  feed.offer(tradeDraft(6));
  deepStrictEqual(look(), [["warning", "queue_full", { ...ofFeed, ...none, dropped: 1 }]]);
});
