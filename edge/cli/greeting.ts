/**
 * What the daemon prints for a person who has just started it: where it listens, where its state
 * is, and on paper six lines of Python that trade against it.
 * @module
 */
import type { Configuration } from "../../config/mod.ts";
import { unreachable } from "../../core/invariant.ts";

/** Returns the lines, after the machine-readable first one. */
export function greeting(
  listening: {
    readonly port: number;
    readonly state_dir: string;
    readonly metrics_port?: number;
  },
  configuration: Configuration,
): readonly string[] {
  const { metrics_port: metricsPort } = listening;
  return [
    "",
    `Tapeline ${
      doingOf(configuration)
    }. It listens on ${configuration.wire.host}:${listening.port},`,
    `its state is in ${listening.state_dir}. Ctrl-C stops it.`,
    ...(metricsPort === undefined
      ? []
      : [`Metrics: ${metricsAddress(configuration, metricsPort)}`]),
    "",
    ...(configuration.mode === "paper" ? example(listening, configuration) : []),
  ];
}

function metricsAddress({ metrics: { host } }: Configuration, port: number): string {
  return `http://${host === "::1" ? "[::1]" : host}:${port}/metrics`;
}

function doingOf({ mode, venues }: Configuration): string {
  const outside = venues.filter(({ simulation }) => simulation === null)
    .map(({ name, exchange }) => `${name} (${exchange})`).join(", ");
  switch (mode) {
    case "paper":
      return "trades on paper";
    case "dry_run":
      return `runs dry: it sends no order${outside === "" ? "" : ` to ${outside}`}`;
    case "live":
      return `trades LIVE on ${outside}`;
    default:
      return unreachable(mode);
  }
}

/** An order that costs nothing; where it would, nobody gets one to paste. */
function example(
  listening: { readonly port: number; readonly state_dir: string },
  { venues: [venue] }: Configuration,
): readonly string[] {
  const instrument = venue?.instruments[0];
  if (venue === undefined || instrument === undefined) return [];
  const smallest = instrument.quantity.min;
  const name = `${venue.name}:${instrument.symbol}`;
  return [
    "Trade against it from the folder in which clients/python is:",
    "",
    `  import sys; sys.path.insert(0, "clients/python")`,
    "  from tapeline import Client",
    `  with Client.from_state_dir("${listening.state_dir}", port=${listening.port}, client_id="demo") as c:`,
    `      order = c.place("${name}", "Buy", "${smallest}", c.best("${name}", "Buy").price)`,
    "      for report in c.reports(until=order.done, timeout=10):",
    "          print(report)",
    "",
  ];
}
