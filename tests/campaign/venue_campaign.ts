/**
 * The kill campaign against a fake venue: a process with books of its own, a crowd that trades, and
 * a random schedule of faults on every request and every stream.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { AuditReport } from "../venues/control_protocol.ts";
import { type VenueName, VenueProcess } from "../venues/control.ts";
import { roughWeather } from "../venues/rough_weather.ts";
import { Draws } from "../support/draws.ts";
import { Patience, pause, textIfAny } from "../support/temporary.ts";
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
import { CampaignError } from "./trader.ts";
import { assertVenueAgrees } from "./venue_judge.ts";

/** A venue on which a campaign can be run. */
export type CampaignVenue = {
  /** As `--venue` names it. */
  readonly name: string;
  readonly process: VenueName;
  readonly args: readonly string[];
  /** The paths from which a reconciliation reads; each read goes wrong once at least. */
  readonly reads: readonly string[];
  readonly trading: Pick<Trading, "instrument" | "price" | "qty" | "closing">;
  /** Orders among which one is replaced at least: where ends are told late, most have ended by then. */
  readonly replacesWithin?: number;
  /** The venue's books by the names that the daemon tells its clients; absent: they are the same. */
  readonly asTold?: (audit: AuditReport) => AuditReport;
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
/** Longest wait for the reads of a reconciliation: where much was counted they wait for a minute. */
const READS_MS = 120_000;
const READS_LOOK_MS = 500;

/** Runs it and holds it to everything that must be true; returns what happened, in numbers. */
export async function runVenueCampaign(
  venue: CampaignVenue,
  size: CampaignSize,
  { directory, log }: { readonly directory: string; readonly log: (line: string) => void },
): Promise<Readonly<Record<string, unknown>>> {
  const args = [...venue.args, "--seed", String(size.seed)];
  await using process = await VenueProcess.start(venue.process, args);
  await process.tell(roughWeather(venue.process, size.seed));
  await spoilReads(process, venue);
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
    { ...venue.trading, intervalMs: INTERVAL_MS, atLeast: { orders: size.orders } },
    async () => {
      await readsSpoilt(process, venue);
      await process.tell({ op: "calm" });
    },
  );
  const { traders, history, campaign } = outcome;
  log(
    JSON.stringify({ alarms: alarmsOf(campaign.logs), ...Object.fromEntries(history.doubtEnds) }),
  );
  assertReportsComplete(traders, history);
  assertIntentsAnsweredOnce(traders);
  assertSettled(traders);
  assertReplayable(history);
  const seen = await process.audit();
  const audit = venue.asTold?.(seen) ?? seen;
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
  const isLongEnough = size.orders >= (venue.replacesWithin ?? 0);
  ok(
    summary.replacedAtVenue > 0 || !isLongEnough,
    `orders are replaced: ${JSON.stringify(summary)}`,
  );
  return summary;
}

/** Has each read of a reconciliation go wrong once, whatever the weather is. */
async function spoilReads(process: VenueProcess, { reads }: CampaignVenue): Promise<void> {
  const fault = { kind: "loseResponse", by: "rst" } as const;
  for (const path of reads) await process.tell({ op: "fault", match: `GET ${path}`, fault });
}

/** Waits until each of them went wrong. @throws {CampaignError} Naming those that nobody made. */
async function readsSpoilt(process: VenueProcess, { reads }: CampaignVenue): Promise<void> {
  for (const patience = new Patience(READS_MS);; await pause(READS_LOOK_MS)) {
    const spoilt = spoiltIn(await process.audit());
    const missing = reads.filter((path) => !spoilt.has(path));
    if (missing.length === 0) return;
    if (patience.isOver) {
      throw new CampaignError(
        `Cannot end the campaign: a read must have failed: was none of ${missing.join(", ")}`,
      );
    }
  }
}

/** The paths of which a read went wrong. */
function spoiltIn({ requests }: AuditReport): ReadonlySet<string | undefined> {
  const spoilt = requests
    .filter(({ fault }) => fault !== undefined && fault !== "delayResponse")
    .map(({ requestLine }) => /^GET ([^ ?]+)/.exec(requestLine)?.[1]);
  return new Set(spoilt);
}

/** Replaces that the venue did: in place, or as new versions of orders. */
function replacedAt({ seen, orders }: AuditReport): number {
  const amended = seen.filter(({ intention }) => intention === "replace")
    .reduce((sum, { acted }) => sum + acted, 0);
  const versions = [...versionsOf(orders, ({ clientOrderId }) => clientOrderId).values()];
  return amended + versions.filter(({ length }) => length > 1).length;
}
