/**
 * The alerting rules and the dashboard as they are shipped.
 * @module
 */
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

function shipped(path: string): string {
  return fileURLToPath(new URL(`../../systemd/${path}`, import.meta.url));
}

/** Where they are. */
export const SHIPPED = {
  alerts: shipped("prometheus/alerts.yml"),
  alertsTest: shipped("prometheus/alerts_test.yml"),
  prometheus: shipped("prometheus/prometheus.yml"),
  dashboard: shipped("grafana/tapeline.json"),
} as const;

/** A rule of `alerts.yml`. */
export type AlertRule = {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
};

/** Every rule, in the order of the file. */
export function alertRules(): readonly AlertRule[] {
  const file = parse(Deno.readTextFileSync(SHIPPED.alerts)) as {
    groups: { rules: AlertRule[] }[];
  };
  return file.groups.flatMap(({ rules }) => rules);
}

/** Every query of the dashboard, of its panels and its annotations. */
export function dashboardQueries(): readonly string[] {
  const dashboard = JSON.parse(Deno.readTextFileSync(SHIPPED.dashboard)) as {
    panels: { targets?: { expr: string }[] }[];
    annotations: { list: { expr: string }[] };
  };
  return [
    ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...dashboard.annotations.list.map(({ expr }) => expr),
  ];
}
