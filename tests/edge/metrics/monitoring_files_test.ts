/**
 * Alerts and dashboard ask only for what the daemon exports, and every alert is tested and explained.
 * Proves the alert and dashboard half of R-OPS-4.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { parse } from "yaml";
import { rowOf, SERIES_NAMES, type SeriesName } from "../../../edge/metrics/series.ts";
import { alertRules, dashboardQueries, SHIPPED } from "../../support/monitoring_files.ts";

/** Exported by the node exporter, or by Prometheus itself. */
const FOREIGN = /^(node_systemd_unit_state|node_timex_sync_status|up|ALERTS)$/;
const BOUND = new Set(["instance", "job", "le"]);

type Asked = { readonly name: string; readonly labels: readonly string[] };

/** The series that a query reads, with the labels it selects by. */
function seriesOf(query: string): readonly Asked[] {
  const found = query.matchAll(
    /\b((?:tapeline|process|node)_[a-z0-9_]+|up|ALERTS)\b(?:\{([^}]*)\})?/g,
  );
  return [...found].map(([, name = "", matchers = ""]) => ({
    name,
    labels: [...matchers.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label),
  }));
}

/** What is wrong with a query; nothing if it asks for what is there. */
function problemsOf(query: string): readonly string[] {
  return seriesOf(query).flatMap(({ name, labels }) => {
    if (FOREIGN.test(name)) return [];
    const base = name.replace(/_(bucket|sum|count)$/, "");
    const known = SERIES_NAMES.find((each) => each === name || each === base);
    if (known === undefined) return [`${name} is not exported: ${query}`];
    const isHistogram = rowOf(known).kind === "histogram";
    if (isHistogram !== (name !== known)) return [`${name} is a histogram or not: ${query}`];
    return labels.filter((label) => !hasLabel(known, label))
      .map((label) => `${name} has no label ${label}: ${query}`);
  });
}

function hasLabel(name: SeriesName, label: string): boolean {
  return BOUND.has(label) || (rowOf(name).labels ?? []).includes(label);
}

Deno.test("every query of the dashboard asks for exported series by their labels", () => {
  const queries = dashboardQueries();
  ok(queries.length > 80);
  deepStrictEqual(queries.flatMap(problemsOf), []);
});

Deno.test("every alert asks for exported series by their labels", () => {
  deepStrictEqual(alertRules().flatMap(({ expr }) => problemsOf(expr)), []);
});

Deno.test("problemsOf() finds a series, a label and a suffix that are not there", () => {
  for (
    const query of [
      "tapeline_nothing > 0",
      'tapeline_orders{client="a"}',
      "tapeline_fill_report_seconds > 0",
      "tapeline_fills_total_bucket",
    ]
  ) strictEqual(problemsOf(query).length, 1, query);
});

Deno.test("the dashboard has a row for each question of an operator, and panels that explain themselves", () => {
  const { panels } = JSON.parse(Deno.readTextFileSync(SHIPPED.dashboard)) as {
    panels: { id: number; type: string; title: string; description?: string }[];
  };
  deepStrictEqual(panels.filter(({ type }) => type === "row").map(({ title }) => title), [
    "Is it trading?",
    "Latency",
    "Orders",
    "Rejects",
    "Queues",
    "Journal",
    "Venues",
    "Process",
  ]);
  strictEqual(new Set(panels.map(({ id }) => id)).size, panels.length);
  deepStrictEqual(
    panels.filter(({ type, description = "" }) => type !== "row" && description === ""),
    [],
  );
});

Deno.test("every alert has a severity, a sentence, a runbook section and two tests", () => {
  const cases = new Set((parse(Deno.readTextFileSync(SHIPPED.alertsTest)) as {
    tests: { name: string }[];
  }).tests.map(({ name }) => name));
  const rules = alertRules();
  ok(rules.length >= 30);
  strictEqual(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const { alert, labels, annotations } of rules) {
    match(labels.severity, /^(page|ticket|none)$/);
    ok(annotations.summary.length > 5 && annotations.description.length > 10, alert);
    strictEqual(annotations.runbook_url, `docs/operations/alerts.md#${alert.toLowerCase()}`);
    ok(cases.has(`${alert} fires`), `${alert} must have a case in which it fires`);
    const always = alert === "TapelineAlertingWorks";
    ok(always || cases.has(`${alert} stays silent`), `${alert} must have one in which it does not`);
  }
});
