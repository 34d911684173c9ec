/**
 * One campaign from the first start to its outcome: traders at work, kills, faults off, everything
 * cancelled and settled, the daemon stopped in order, its journal read.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Audit } from "../venue/exchange_process.ts";
import { type History, readHistory } from "./history.ts";
import { executionsOf, type Holdings, holdingsOf } from "./judge.ts";
import { Patience, pause, until } from "../support/temporary.ts";
import { KillCampaign, type KillOptions } from "./kill.ts";
import { CampaignError, Trader, type TraderOptions } from "./trader.ts";

const TRADERS = ["alice", "bob", "carol", "dave"];
/** Pause of a trader between its bursts, and the most intents of one. */
const INTERVAL_MS = 20;
const BURST = 4;
/** Longer than reads may wait for the next minute, once a venue has counted much. */
const SETTLE_MS = 90_000;
/** Longest time for what is to happen at least, after the last kill. */
const DONE_MS = 180_000;

/** Pause between the orders with which a position is closed. */
const CLOSING_MS = 250;

/** By pattern, since a kill may cut a line; of the engine's alarms it is the code that counts. */
const ALARM =
  /"level":"(?:alarm|error)","event":"(?:engine_alarm","category":"engine","code":")?([^"]+)"/g;

/** What and at which prices the traders trade. */
export type Trading = Pick<TraderOptions, "instrument" | "price" | "qty"> & {
  /** Pause of a trader between its bursts; 20 ms. */
  readonly intervalMs?: number;
  /**
   * Prices that cross the market: set, the account's position is closed at the end, since what was
   * realised until then depends on the order of the executions.
   */
  readonly closing?: { readonly buy: string; readonly sell: string };
  /** What must have happened before it ends; nothing. */
  readonly atLeast?: Partial<Done>;
};

/** What traders were told of. */
type Done = {
  readonly orders: number;
  readonly executions: number;
  readonly replaced: number;
  readonly inDoubt: number;
};

/** What a campaign leaves to be judged. */
export type Outcome = {
  readonly campaign: KillCampaign;
  readonly traders: readonly Trader[];
  readonly holdings: Holdings;
  readonly history: History;
};

/** Kills under load, settles, stops in order. `calm` ends the venue's faults before settling. */
export async function runCampaign(
  options: KillOptions,
  trading: Trading,
  calm: () => Promise<unknown>,
): Promise<Outcome> {
  const campaign = await KillCampaign.start(options);
  const { token, listening } = campaign.daemon;
  const traders = TRADERS.map((clientId) =>
    new Trader({
      ...trading,
      clientId,
      port: listening.port,
      token,
      draws: options.draws.fork(clientId),
      intervalMs: trading.intervalMs ?? INTERVAL_MS,
      burst: BURST,
    })
  );
  const running = traders.map((trader) => trader.run());
  try {
    await campaign.run();
    const isDone = (): boolean => isEnough(doneBy(traders), trading.atLeast ?? {});
    await until(isDone, `what is to happen: ${JSON.stringify(trading.atLeast)}`, DONE_MS);
    for (const trader of traders) deepStrictEqual(trader.problems, []);
    for (const trader of traders) trader.stop();
    await Promise.all(running);
    await calm();
    await Promise.all(traders.map((trader) => trader.settle(SETTLE_MS)));
    if (trading.closing !== undefined) await flatten(first(traders), trading);
    const holdings = await holdingsOf(first(traders));
    strictEqual(await campaign.stop(), 0, "it stops in order");
    const history = readHistory(listening.state_dir);
    return { campaign, traders, holdings, history };
  } finally {
    for (const trader of traders) trader.stop();
    await campaign.abandon();
    await Promise.all(running);
    for (const trader of traders) trader.close();
  }
}

/** Closes the account's position: the crowd may not take all of it at once, and no order is taken while the account is reconciled. */
async function flatten(trader: Trader, { instrument, closing }: Trading): Promise<void> {
  for (const patience = new Patience(SETTLE_MS); !patience.isOver; await pause(CLOSING_MS)) {
    const { position } = await holdingsOf(trader);
    if (Number(position) === 0) return;
    const isShort = position.startsWith("-");
    await trader.trade({
      instrument,
      side: isShort ? "Buy" : "Sell",
      order_qty: position.replace("-", ""),
      price: isShort ? closing?.buy : closing?.sell,
      time_in_force: "IOC",
    });
  }
  throw new CampaignError(
    `the position is ${(await holdingsOf(trader)).position} instead of flat; the last report is ` +
      JSON.stringify(trader.ordered().at(-1)),
  );
}

function doneBy(traders: readonly Trader[]): Done {
  const reports = traders.flatMap((trader) => trader.ordered());
  return {
    orders: traders.reduce((sum, trader) => sum + trader.orders.size, 0),
    executions: executionsOf(traders).size,
    replaced: reports.filter((report) => report["exec_type"] === "Replaced").length,
    inDoubt: reports.filter((report) => report["in_doubt"]).length,
  };
}

function isEnough(done: Done, atLeast: Partial<Done>): boolean {
  const { orders = 0, executions = 0, replaced = 0, inDoubt = 0 } = atLeast;
  return done.orders >= orders && done.executions >= executions &&
    done.replaced >= replaced && done.inDoubt >= inDoubt;
}

function first<Item>([item]: readonly Item[]): Item {
  if (item === undefined) throw new RangeError("Cannot take the first: there must be an item");
  return item;
}

/** What happened, in numbers: an idle campaign proves nothing. */
export function summaryOf({ campaign, traders, history }: Outcome): Record<string, unknown> {
  const sum = (of: (trader: Trader) => number): number =>
    traders.reduce((total, trader) => total + of(trader), 0);
  const { replaced, inDoubt, executions } = doneBy(traders);
  return {
    killed: Object.fromEntries(campaign.killed),
    intents: sum(({ intents }) => intents.size),
    reports: sum(({ reports }) => reports.size),
    reconnects: sum(({ reconnects }) => reconnects),
    inDoubt,
    replaced,
    executions,
    events: history.events,
    alarms: alarmsOf(campaign.logs),
  };
}

/**
 * What a campaign is for: doubt that lasts, connections that break under many requests, which opens
 * the breaker, and reads that fail four times in a row, after which the order is looked up.
 */
const PROVOKED: ReadonlySet<string> = new Set([
  "ORDER_IN_DOUBT",
  "BREAKER_OPEN",
  "executions_missing",
]);

/** Alarms in the daemons' logs that nothing has provoked, counted by name. */
export function alarmsOf(logs: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, event = ""] of logs.join("\n").matchAll(ALARM)) {
    if (!PROVOKED.has(event)) counts[event] = (counts[event] ?? 0) + 1;
  }
  return counts;
}

/** Kills that found a request without an answer, and how far those had come. */
export function gapsHit({ inFlight }: History, audit: Audit): Record<string, number> {
  const known = new Set(audit.orders.map(({ clientId }) => clientId));
  const lost = new Set(audit.lost);
  const submits = inFlight.flat().filter(({ kind }) => kind === "Submit");
  const notSent = submits.filter(({ cl_ord_id: id }) => !known.has(id) && !lost.has(id));
  return {
    kills: inFlight.filter((requests) => requests.length > 0).length,
    beforeSending: notSent.length,
    beforeTheOutcome: submits.length - notSent.length,
  };
}
