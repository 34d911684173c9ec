/**
 * The kill campaign against a fake venue: a process with books of its own, a crowd that trades, and
 * a random schedule of faults on every request and every stream.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { AuditReport } from "../venues/control_protocol.ts";
import type { FaultSchedule, ScheduledFault } from "../venues/faults.ts";
import { type VenueName, VenueProcess } from "../venues/control.ts";
import { Draws } from "../support/draws.ts";
import { textIfAny } from "../support/temporary.ts";
import { Strikes } from "../venue/strikes.ts";
import { unwrittenFile } from "../venue/written_first.ts";
import { alarmsOf, runCampaign, summaryOf, type Trading } from "./campaign.ts";
import {
  assertIntentsAnsweredOnce,
  assertReplayable,
  assertReportsComplete,
  assertSettled,
  versionsOf,
} from "./judge.ts";
import { CAMPAIGN_DIRECTORY } from "./registry.ts";
import { assertVenueAgrees } from "./venue_judge.ts";

/** A venue on which a campaign can be run. */
export type CampaignVenue = {
  /** As `--venue` names it. */
  readonly name: string;
  readonly process: VenueName;
  readonly args: readonly string[];
  /** Faults are aimed at "METHOD /path". */
  readonly orderPath: string;
  readonly trading: Pick<Trading, "instrument" | "price" | "qty" | "closing">;
  /** The daemon's configuration for the venue at `port`, with its secrets in `directory`. */
  readonly config: (port: number, directory: string) => string;
};

/** How much of it. */
export type CampaignSize = {
  readonly orders: number;
  readonly kills: number;
  readonly seed: number;
};

/** Bounds of a daemon's life: it loads its library, connects and reconciles before it trades. */
const LIFE_MS = [2500, 5000] as const;
const STOP_MS = 4000;
/** Requests are paced: a strike must find its moment within a few of them. */
const STRIKE_SKIP_MAX = 10;
/** Pause of a trader between its bursts: what the venue's pacing lets through. */
const INTERVAL_MS = 100;

/** Runs it and holds it to everything that must be true; returns what happened, in numbers. */
export async function runVenueCampaign(
  venue: CampaignVenue,
  size: CampaignSize,
  { directory, log }: { readonly directory: string; readonly log: (line: string) => void },
): Promise<Readonly<Record<string, unknown>>> {
  const args = [...venue.args, "--seed", String(size.seed)];
  await using process = await VenueProcess.start(venue.process, args);
  await process.tell({ op: "schedule", ...scheduleOf(venue, size.seed) });
  const config = `${directory}/campaign.yaml`;
  await Deno.writeTextFile(config, venue.config(process.port, directory));
  const outcome = await runCampaign(
    {
      start: {
        stateDir: `${directory}/state`,
        config,
        main: "tests/campaign/main.ts",
        env: { [CAMPAIGN_DIRECTORY]: directory },
      },
      kills: size.kills,
      draws: new Draws(size.seed),
      lifeMs: LIFE_MS,
      moments: ["beforeSend", "heard", "beforeSend", "heard", "random", "starting"],
      strikes: new Strikes(directory),
      logFile: `${directory}/log`,
      strikeSkipMax: STRIKE_SKIP_MAX,
      stopMs: STOP_MS,
    },
    { ...venue.trading, intervalMs: INTERVAL_MS, orders: size.orders },
    () => process.tell({ op: "calm" }),
  );
  const { traders, history, campaign } = outcome;
  log(
    JSON.stringify({ alarms: alarmsOf(campaign.logs), ...Object.fromEntries(history.doubtEnds) }),
  );
  assertReportsComplete(traders, history);
  assertIntentsAnsweredOnce(traders);
  assertSettled(traders);
  assertReplayable(history);
  const audit = await process.audit();
  assertVenueAgrees(outcome, audit);
  strictEqual(await textIfAny(unwrittenFile(directory)), undefined, "sent before written");
  deepStrictEqual(alarmsOf(campaign.logs), {});
  const summary = {
    ...summaryOf(outcome),
    doubtEnds: Object.fromEntries(history.doubtEnds),
    orders: audit.orders.length,
    replacedAtVenue: replacedAt(audit),
    requests: audit.requestCount,
    connections: audit.connections,
  };
  ok(audit.trades.length > size.orders / 10, `orders are filled: ${JSON.stringify(summary)}`);
  ok(summary.replacedAtVenue > 0, `orders are replaced: ${JSON.stringify(summary)}`);
  return summary;
}

/** Replaces that the venue did: in place, or as new versions of orders. */
function replacedAt({ seen, orders }: AuditReport): number {
  const amended = seen.filter(({ intention }) => intention === "replace")
    .reduce((sum, { acted }) => sum + acted, 0);
  const versions = [...versionsOf(orders, ({ clientOrderId }) => clientOrderId).values()];
  return amended + versions.filter(({ length }) => length > 1).length;
}

/** Percentages of everything that can go wrong with a request. */
function scheduleOf({ orderPath }: CampaignVenue, seed: number): FaultSchedule {
  const everywhere = `* ${orderPath}`;
  const faults: readonly Omit<ScheduledFault, "match">[] = [
    { percent: 1, fault: { kind: "loseResponse", by: "rst" } },
    { percent: 1, fault: { kind: "loseResponse", by: "fin" } },
    { percent: 1, fault: { kind: "loseRequest", by: "rst" } },
    { percent: 1, fault: { kind: "actLate", ms: 700, answer: "timeout" } },
    { percent: 1, fault: { kind: "delayResponse", ms: 300 } },
    { percent: 1, fault: { kind: "status", status: 502, acts: true } },
    { percent: 1, fault: { kind: "status", status: 503, acts: false } },
    { percent: 1, fault: { kind: "badBody", body: "emptyObject", acts: true } },
    { percent: 1, fault: { kind: "badBody", body: "garbage", acts: true } },
  ];
  return {
    seed,
    requests: [
      ...faults.map((fault) => ({ ...fault, match: everywhere })),
      {
        match: `POST ${orderPath}`,
        percent: 0.2,
        fault: { kind: "rateLimit", status: 429, retryAfterS: 1 },
      },
    ],
    streams: {
      duplicatePercent: 2,
      swapPercent: 2,
      delayPercent: 2,
      delayMsMax: 300,
      dropPercent: 2,
      skipPercent: 1,
    },
    cancelPercent: 20,
  };
}
