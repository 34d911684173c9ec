/**
 * Risk in a checkpoint: limits, rates, the day's baselines, the tripwire. Sums are not: they are
 * counted again from the orders.
 *
 * Ordering: venues, instruments and clients by number, names of limits by code unit.
 * @module
 */
import { maybe, type TableRow, toTable } from "./checkpoint_table.ts";
import { bucketNode, readBucket } from "./checkpoint_clients.ts";
import type { EngineState } from "./state.ts";
import { amountShown, decimalOf } from "../ledger/money.ts";
import {
  type ClientLimits,
  type ExchangeLimits,
  type InstrumentLimits,
  NO_LIMITS,
  NO_VENUE_LIMITS,
  type OrderLimits,
  type VenueLimits,
} from "../limits.ts";
import type { RiskState } from "../risk/mod.ts";
import { asNode, fromNode, NodeReader } from "../node_reader.ts";
import { clientIndex, instrumentId, micros, venueId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";

/** Writes what risk remembers. */
export function riskNode(state: EngineState): CheckpointNode {
  const { risk, dryRisk, losses } = state;
  return {
    instruments: risk.instruments.map((listed) =>
      listed === undefined || listed.limits === NO_LIMITS ? null : asNode(listed.limits)
    ),
    venues: risk.venues.map((venue, id) => ({
      limits: venue === undefined || venue.limits === NO_VENUE_LIMITS ? null : asNode(venue.limits),
      bucket: bucketNode(venue?.bucket ?? null),
      dry_bucket: bucketNode(dryRisk.venues[id]?.bucket ?? null),
      mismatches: venue?.mismatches ?? 0,
    })),
    exchanges: namesOf(risk.exchanges).map((name) => {
      const { limits, bucket } = risk.exchange(name);
      const dry = dryRisk.exchange(name).bucket;
      return {
        name,
        limits: asNode(limits),
        bucket: bucketNode(bucket),
        dry_bucket: bucketNode(dry),
      };
    }),
    client_limits: namesOf(risk.clientLimits).map((client) => ({
      client,
      limits: asNode(risk.clientLimitsOf(client)),
    })),
    pair_limits: namesOf(risk.pairLimits).flatMap((client) => pairRows(state, client)),
    client_buckets: clientBuckets(state, risk),
    dry_client_buckets: clientBuckets(state, dryRisk),
    next_day_us: losses.nextDayUs,
    baselines: toTable(losses.baselines.map(({ client, venue, currency, profit }): TableRow => ({
      client,
      venue,
      currency,
      profit: decimalOf(profit),
    }))),
  };
}

function clientBuckets(state: EngineState, risk: RiskState): CheckpointNode {
  return state.clients.all.map(({ index }) => bucketNode(risk.clients[index]?.bucket ?? null));
}

/** Reads it into a state that has its venues, instruments and clients. */
export function readRisk(state: EngineState, node: CheckpointNode): void {
  const { risk, dryRisk, losses } = state;
  const saved = new NodeReader(node);
  readLimits(risk, saved);
  readLimits(dryRisk, saved);
  readBuckets(state, saved, { risk, prefix: "" });
  readBuckets(state, saved, { risk: dryRisk, prefix: "dry_" });
  for (const [id, row] of saved.rows("venues").entries()) {
    risk.venue(venueId(id)).mismatches = row.integer("mismatches");
  }
  losses.nextDayUs = micros(saved.integer("next_day_us"));
  losses.baselines = saved.table("baselines").map((row) => ({
    client: maybe(row.integerOrNull("client"), clientIndex),
    venue: venueId(row.integer("venue")),
    currency: row.text("currency"),
    profit: amountShown(row.text("profit")),
  }));
}

function readLimits(risk: RiskState, saved: NodeReader): void {
  for (const [id, limits] of saved.list("instruments").entries()) {
    const listed = risk.instruments[id];
    if (listed === undefined || limits === null) continue;
    listed.limits = fromNode<InstrumentLimits>(limits);
    risk.revalue(listed);
  }
  for (const [id, row] of saved.rows("venues").entries()) {
    const limits = row.node("limits");
    if (limits !== null) risk.venue(venueId(id)).limits = fromNode<VenueLimits>(limits);
  }
  for (const row of saved.rows("exchanges")) {
    const limits = fromNode<ExchangeLimits>(row.node("limits"));
    risk.exchange(row.text("name")).limits = limits;
  }
  for (const row of saved.rows("client_limits")) {
    risk.setClientLimits(row.text("client"), fromNode<ClientLimits>(row.node("limits")));
  }
  for (const row of saved.rows("pair_limits")) {
    const id = instrumentId(row.integer("instrument"));
    risk.setPairLimits(row.text("client"), id, fromNode<OrderLimits>(row.node("limits")));
  }
}

/** Rates of one of the two books; an older checkpoint has none of the dry one: they are full. */
function readBuckets(
  state: EngineState,
  saved: NodeReader,
  of: { readonly risk: RiskState; readonly prefix: "" | "dry_" },
): void {
  const { risk, prefix } = of;
  const clients = `${prefix}client_buckets`;
  if (!saved.has(clients)) return;
  for (const [id, row] of saved.rows("venues").entries()) {
    risk.venue(venueId(id)).bucket = readBucket(row.node(`${prefix}bucket`));
  }
  for (const row of saved.rows("exchanges")) {
    risk.exchange(row.text("name")).bucket = readBucket(row.node(`${prefix}bucket`));
  }
  for (const [at, bucket] of saved.list(clients).entries()) {
    const client = state.clients.all[at];
    if (client === undefined || bucket === null) continue;
    risk.client(client.index, client.name).bucket = readBucket(bucket);
  }
}

function pairRows(state: EngineState, client: string): CheckpointNode[] {
  const limits = state.risk.pairLimits.get(client);
  const ids = [...limits?.keys() ?? []].sort((left, right) => left - right);
  return ids.map((instrument) => ({
    client,
    instrument,
    limits: asNode(state.risk.pairLimitsOf(client, instrument)),
  }));
}

function namesOf(map: ReadonlyMap<string, unknown>): string[] {
  return [...map.keys()].sort();
}
