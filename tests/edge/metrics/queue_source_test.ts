/**
 * The queues as series: each by name, sessions together, nothing lost when they close. Proves the
 * metrics of R-OPS-3.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Ingress } from "../../../edge/ingress.ts";
import { QueueSource } from "../../../edge/metrics/queue_source.ts";
import { Samples } from "../../../edge/metrics/samples.ts";
import type { SeriesName } from "../../../edge/metrics/series.ts";
import { intentDraft, tradeDraft } from "../../support/drafts.ts";

function valuesOf(ingress: Ingress, name: SeriesName): Readonly<Record<string, number>> {
  const samples = new Samples();
  new QueueSource(ingress).measure(samples);
  return Object.fromEntries(
    samples.valuesOf(name).map((
      { labels, value },
    ) => [`${labels["queue"]} ${labels["policy"]}`, value]),
  );
}

Deno.test("QueueSource tells each queue by its name and policy", () => {
  const ingress = new Ingress(() => {});
  const feed = ingress.open({ name: "feed x", max: 2, policy: "drop" });
  for (let at = 1; at <= 5; at += 1) feed.offer(tradeDraft(at));
  ingress.open({ name: "control", max: 9, policy: "fail" });
  deepStrictEqual(valuesOf(ingress, "tapeline_queue_depth"), {
    "feed x drop": 2,
    "control fail": 0,
  });
  deepStrictEqual(valuesOf(ingress, "tapeline_queue_depth_max"), {
    "feed x drop": 2,
    "control fail": 9,
  });
  strictEqual(valuesOf(ingress, "tapeline_queue_dropped_total")["feed x drop"], 3);
  strictEqual(valuesOf(ingress, "tapeline_queue_high_water")["feed x drop"], 2);
});

Deno.test("QueueSource takes all sessions together, and counters never fall when they close", () => {
  const ingress = new Ingress(() => {});
  const first = ingress.open({ name: "session 1", max: 1, policy: "block" });
  const second = ingress.open({ name: "session 2", max: 1, policy: "block" });
  for (const queue of [first, second, second]) queue.offer(intentDraft("i"));
  const key = "session block";
  deepStrictEqual(valuesOf(ingress, "tapeline_queue_depth"), { [key]: 2 });
  strictEqual(valuesOf(ingress, "tapeline_queue_held_back_total")[key], 1);
  second.close();
  first.close();
  second.close();
  deepStrictEqual(valuesOf(ingress, "tapeline_queue_depth"), { [key]: 0 });
  strictEqual(valuesOf(ingress, "tapeline_queue_held_back_total")[key], 1);
  const third = ingress.open({ name: "session 3", max: 1, policy: "block" });
  for (let at = 0; at < 3; at += 1) third.offer(intentDraft("i"));
  strictEqual(valuesOf(ingress, "tapeline_queue_held_back_total")[key], 3);
  strictEqual(valuesOf(ingress, "tapeline_queue_high_water")[key], 1);
});

Deno.test("QueueSource shows the query every queue apart", () => {
  const ingress = new Ingress(() => {});
  ingress.open({ name: "session 7", max: 1, policy: "block" }).offer(intentDraft("i"));
  deepStrictEqual(new QueueSource(ingress).counters(), {
    queue_session_7_policy: "block",
    queue_session_7_depth: 1,
    queue_session_7_high_water: 1,
    queue_session_7_dropped: 0,
    queue_session_7_conflated: 0,
    queue_session_7_held_back: 0,
  });
});
