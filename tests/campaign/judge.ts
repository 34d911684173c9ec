/**
 * What must hold when a campaign is over: each check names the guarantee and the first thing that
 * breaks it. Expectations are computed from what clients were told and what the exchange recorded,
 * never from the core.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Report } from "../support/remote_client.ts";
import type { Audit } from "../venue/exchange_process.ts";
import type { History } from "./history.ts";
import type { Intent, Trader } from "./trader.ts";

/** Decimals of the sums below. */
const SCALE = 18;

/** Nothing was lost, renumbered or changed: clients hold exactly what the journal recorded. */
export function assertReportsComplete(traders: readonly Trader[], history: History): void {
  for (const trader of traders) {
    deepStrictEqual(trader.problems, []);
    const recorded = history.reports.get(trader.clientId) ?? [];
    const told = trader.ordered();
    strictEqual(told.length, recorded.length, `${trader.clientId} has every report`);
    for (const [index, report] of told.entries()) {
      strictEqual(JSON.stringify(report), JSON.stringify(recorded[index]));
    }
  }
}

/** Every intent has exactly one first answer; each order is of one Place, and only it is replaced. */
export function assertIntentsAnsweredOnce(traders: readonly Trader[]): void {
  const ordersOfAll = new Set<unknown>();
  for (const trader of traders) {
    const reports = Map.groupBy(trader.ordered(), (report) => report["intent_id"]);
    const meant = new Map<unknown, unknown>();
    for (const intent of trader.intents.values()) {
      const { intent_id: id, action, orig_intent_id: named } = intent;
      const answers = reports.get(id) ?? [];
      assertAnswers(intent, answers);
      const orders = new Set(answers.map((report) => report["order_id"]).filter((order) => order));
      ok(orders.size <= 1, `${id} is about the orders ${[...orders].join(", ")}`);
      for (const order of orders) {
        if (action === "Place") {
          ok(!ordersOfAll.has(order), `order ${order} belongs to one intent: ${id}`);
          ordersOfAll.add(order);
        } else strictEqual(order, meant.get(named), `${id} is about the order of ${named}`);
        meant.set(id, order);
      }
    }
  }
}

function assertAnswers(intent: Intent, answers: readonly Report[]): void {
  const first = answers[0];
  if (first === undefined) throw new Error(`Cannot find an answer to ${JSON.stringify(intent)}`);
  const opening = OPENING.get(String(intent["action"])) ?? "IntentDone";
  const openings = answers.filter((report) => report["exec_type"] === opening).length;
  const what = JSON.stringify(answers);
  if (first["exec_type"] === opening) strictEqual(openings, 1, `one first answer: ${what}`);
  else strictEqual(answers.length, 1, `a refusal is the only answer: ${what}`);
}

/** The first answer to an intent that is taken. */
const OPENING = new Map([
  ["Place", "PendingNew"],
  ["Replace", "PendingReplace"],
  ["Cancel", "PendingCancel"],
]);

/** Every order is over and nothing is in doubt. */
export function assertSettled(traders: readonly Trader[]): void {
  for (const trader of traders) {
    deepStrictEqual(trader.open, []);
    for (const last of trader.orders.values()) {
      ok(last["in_doubt"] !== true, `no order is in doubt: ${JSON.stringify(last)}`);
    }
  }
}

/** All executions that clients were told of. @throws If one was told twice. */
export function executionsOf(traders: readonly Trader[]): Map<string, Report> {
  const executions = new Map<string, Report>();
  for (const report of traders.flatMap((trader) => trader.ordered())) {
    if (report["exec_type"] !== "Trade") continue;
    const execId = String(report["exec_id"]);
    ok(!executions.has(execId), `execution ${execId} is reported once`);
    executions.set(execId, report);
  }
  return executions;
}

/** The exchange and the daemon recorded the same trades of the same orders, and nothing twice. */
export function assertLedgersEqual(traders: readonly Trader[], audit: Audit): void {
  strictEqual(audit.duplicates, 0, "no order was sent twice");
  const told = [...executionsOf(traders)].map(([execId, report]) => [
    execId,
    report["order_id"],
    report["side"],
    report["last_qty"],
    report["last_px"],
    report["commission"],
  ]);
  const made = audit.trades.map((trade) => [
    `T${trade.tradeId}`,
    orderOf(trade.clientId),
    trade.side,
    String(trade.qty),
    String(trade.price),
    String(trade.fee),
  ]);
  deepStrictEqual(told.sort(byFirst), made.sort(byFirst));
  const known = new Set(traders.flatMap((trader) => [...trader.orders.keys()]));
  for (const [order, versions] of versionsOf(audit.orders, ({ clientId }) => clientId)) {
    ok(known.has(order), `order ${order} of the exchange is known to a client`);
    const newest = versions.at(-1);
    for (const version of versions) {
      const { clientId, state } = version;
      ok(state !== "open", `order ${clientId} is over at the exchange`);
      if (version !== newest) strictEqual(state, "cancelled", `${clientId} was placed anew`);
    }
  }
}

/** Orders rows by their first cell. */
export function byFirst(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1;
}

/** Client order ids are `<prefix>-<order>-<version>`. */
export function orderOf(clientId: string): string {
  return clientId.split("-")[1] ?? clientId;
}

/** Orders of a venue by our order, each version of it one of them, oldest first. */
export function versionsOf<Made>(
  made: readonly Made[],
  keyOf: (made: Made) => string,
): ReadonlyMap<string, readonly Made[]> {
  const version = (one: Made): number => Number(keyOf(one).split("-")[2]);
  const sorted = made.toSorted((a, b) => version(a) - version(b));
  return Map.groupBy(sorted, (one) => orderOf(keyOf(one)));
}

/** A position and the balances that follow from it. */
export type Holdings = {
  readonly position: string;
  /** By currency. */
  readonly totals: ReadonlyMap<string, string>;
};

/** What the told executions leave in an account that began with `initial`. */
export function holdingsAfter(
  executions: Iterable<Report>,
  initial: ReadonlyMap<string, string>,
): Holdings {
  let position = 0n;
  const totals = new Map([...initial].map(([currency, total]) => [currency, scaled(total)]));
  const add = (currency: string, amount: bigint): void => {
    totals.set(currency, (totals.get(currency) ?? 0n) + amount);
  };
  for (const report of executions) {
    const [base = "", quote = ""] = String(report["instrument"]).split(":")[1]?.split("/") ?? [];
    const qty = scaled(String(report["last_qty"])) * (report["side"] === "Buy" ? 1n : -1n);
    position += qty;
    add(base, qty);
    add(quote, -qty * scaled(String(report["last_px"])) / scaled("1"));
    add(String(report["commission_currency"]), -scaled(String(report["commission"])));
  }
  const texts = [...totals].map(([currency, total]) => [currency, unscaled(total)] as const);
  return { position: unscaled(position), totals: new Map(texts) };
}

/** A decimal as an integer of `SCALE` places, exact. */
export function scaled(decimal: string): bigint {
  const isNegative = decimal.startsWith("-");
  const [whole = "0", part = ""] = decimal.replace("-", "").split(".");
  const value = BigInt(whole + part.padEnd(SCALE, "0"));
  return isNegative ? -value : value;
}

/** The decimal of an integer of `SCALE` places, without trailing zeros. */
export function unscaled(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(SCALE + 1, "0");
  const part = digits.slice(-SCALE).replace(/0+$/, "");
  const sign = value < 0n ? "-" : "";
  return sign + digits.slice(0, -SCALE) + (part === "" ? "" : `.${part}`);
}

/** The daemon's own account of itself, by query: position of the account, totals by currency. */
export async function holdingsOf(trader: Trader): Promise<Holdings> {
  const positions = await rowsOf(trader, "positions", { scope: "account" });
  const balances = await rowsOf(trader, "balances", {});
  return {
    position: String(positions[0]?.["qty"] ?? "0"),
    totals: new Map(balances.map((row) => [String(row["currency"]), String(row["total"])])),
  };
}

type Row = Readonly<Record<string, unknown>>;

async function rowsOf(trader: Trader, what: string, args: Row): Promise<readonly Row[]> {
  const result = await trader.query(what, args);
  ok(result["ok"], JSON.stringify(result));
  return result["result"] as readonly Row[];
}

/** The journal is sound, and a replay from nothing ends where the daemon would go on. */
export function assertReplayable(history: History): void {
  strictEqual(history.verified.problem, undefined);
  ok(history.verified.ok);
  strictEqual(history.replayed.digest, history.resumed.digest);
  strictEqual(history.replayed.seqId, history.resumed.seqId);
  ok(history.hasCheckpoint, "a checkpoint was taken");
}
