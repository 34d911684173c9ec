/**
 * The text for Prometheus, and the table of series. Proves the format of R-OPS-4.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { TEXT_TYPE, writeText } from "../../../edge/metrics/exposition.ts";
import { Histogram } from "../../../edge/metrics/histogram.ts";
import { MetricRegistry } from "../../../edge/metrics/registry.ts";
import { Samples } from "../../../edge/metrics/samples.ts";
import { rowOf, SERIES_NAMES } from "../../../edge/metrics/series.ts";

Deno.test("writeText() writes counters, gauges and histograms with their help", async () => {
  const samples = new Samples();
  samples.putPlain("tapeline_intents_total", 12);
  samples.put("tapeline_venue_connected", 1, { venue: 'a"b\\c' });
  const histogram = new Histogram();
  for (const us of [40, 900, 20_000_000]) histogram.observe(us);
  samples.histogram("tapeline_event_lag_seconds", histogram, { source: "market_data" });
  const text = await writeText(samples);
  match(
    text,
    /^# HELP tapeline_intents_total Intents taken .*\n# TYPE tapeline_intents_total counter\ntapeline_intents_total 12$/m,
  );
  match(text, /^tapeline_venue_connected\{venue="a\\"b\\\\c"\} 1$/m);
  const lines = text.split("\n").filter((line) => line.startsWith("tapeline_event_lag_seconds"));
  strictEqual(lines[0], 'tapeline_event_lag_seconds_bucket{source="market_data",le="0.00005"} 1');
  strictEqual(lines[4], 'tapeline_event_lag_seconds_bucket{source="market_data",le="0.001"} 2');
  deepStrictEqual(lines.slice(-3), [
    'tapeline_event_lag_seconds_bucket{source="market_data",le="+Inf"} 3',
    'tapeline_event_lag_seconds_sum{source="market_data"} 20.00094',
    'tapeline_event_lag_seconds_count{source="market_data"} 3',
  ]);
  ok(!text.includes("tapeline_fills_total"), "a series without a figure is absent");
  match(TEXT_TYPE, /^text\/plain; version=0\.0\.4/);
});

Deno.test("MetricRegistry reads the series of flat names, and shows those as they are", () => {
  const registry = new MetricRegistry();
  registry.add("timeline", { counters: () => ({ fills: 3, queue_x_policy: "block" }) });
  registry.add("process", { counters: () => ({ wire_sessions: 2 }) });
  deepStrictEqual(registry.flat(), { fills: 3, queue_x_policy: "block", wire_sessions: 2 });
  const all = registry.samples();
  deepStrictEqual(all.valuesOf("tapeline_fills_total"), [{ labels: {}, value: 3 }]);
  const some = registry.samples("process");
  deepStrictEqual(some.valuesOf("tapeline_fills_total"), []);
  deepStrictEqual(some.valuesOf("tapeline_wire_sessions_total"), [{ labels: {}, value: 2 }]);
});

Deno.test("every series is named as Prometheus asks: base units last, _total of counters", () => {
  const wrong = SERIES_NAMES.filter((name) => {
    const { kind } = rowOf(name);
    if (!/^(tapeline|process)_[a-z][a-z0-9_]*$/.test(name)) return true;
    if ((kind === "counter") !== name.endsWith("_total")) return true;
    if (kind === "histogram" && !name.endsWith("_seconds")) return true;
    return /_(us|ms|millis|percent|kb|mb)(_|$)/.test(name);
  });
  deepStrictEqual(wrong, []);
});

Deno.test("no series has a label that could be of an order, an intent, a client or a session", () => {
  const bounded = new Set([
    "state",
    "source",
    "code",
    "exec_type",
    "to",
    "of",
    "scope",
    "limit",
    "venue",
    "status",
    "kind",
    "level",
    "queue",
    "policy",
    "version",
    "commit",
    "runtime",
    "mode",
    "digest",
  ]);
  const labels = new Set(SERIES_NAMES.flatMap((name) => rowOf(name).labels ?? []));
  deepStrictEqual([...labels].filter((label) => !bounded.has(label)), []);
});

Deno.test("no flat name is read by two series", () => {
  const flat = SERIES_NAMES.flatMap((name) => rowOf(name).flat ?? []);
  strictEqual(new Set(flat).size, flat.length);
});
