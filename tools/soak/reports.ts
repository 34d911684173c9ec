/**
 * What a client was told, folded as it comes: are the numbers without a gap, which orders work,
 * what position its executions leave. Keeps no report.
 * @module
 */
import type { Message } from "./session.ts";

/** Decimals in which quantities are added up. */
const SCALE = 4;
/** Problems that are kept word for word. */
const PROBLEMS_MAX = 10;
const TERMINAL: ReadonlySet<unknown> = new Set(["Filled", "Cancelled", "Rejected", "Expired"]);

/** An order that is not over. */
export type WorkingOrder = {
  /** The id that placed or last replaced it. */
  readonly intentId: string;
  readonly instrument: string;
  readonly side: "Buy" | "Sell";
};

/** One client's reports. */
export class Reports {
  readonly problems: string[] = [];
  /** Refusals by code. */
  readonly rejects = new Map<string, number>();
  readonly working = new Map<string, WorkingOrder>();
  fills = 0;
  readonly #positions = new Map<string, bigint>();
  #lastSeq = 0;

  /** Number of the last report. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Takes a report; one that is repeated counts once. */
  take(report: Message): void {
    const number = Number(report["report_seq"]);
    if (number <= this.#lastSeq) {
      if (report["poss_dup"] !== true) this.complain(`report ${number} after ${this.#lastSeq}`);
      return;
    }
    if (number !== this.#lastSeq + 1) this.complain(`report ${number} after ${this.#lastSeq}`);
    this.#lastSeq = number;
    this.#count(report);
    this.#follow(report);
  }

  /** Notes what is wrong. */
  complain(problem: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
  }

  /** Says where the daemon's positions differ from what its reports said; undefined: nowhere. */
  difference(rows: readonly Readonly<Record<string, unknown>>[]): string | undefined {
    const theirs = new Map(
      rows.map((row) => [String(row["instrument"]), unitsOf(String(row["qty"]))]),
    );
    for (const instrument of new Set([...theirs.keys(), ...this.#positions.keys()])) {
      const [said, told] = [theirs.get(instrument) ?? 0n, this.#positions.get(instrument) ?? 0n];
      if (said !== told) return `${instrument}: was ${said}, its reports make ${told}`;
    }
    return undefined;
  }

  #count(report: Message): void {
    const code = report["reject_code"];
    if (typeof code === "string") this.rejects.set(code, (this.rejects.get(code) ?? 0) + 1);
    if (report["exec_type"] !== "Trade") return;
    const fills = Array.isArray(report["fill_events"]) ? report["fill_events"] : [report];
    for (const fill of fills as readonly Message[]) this.#fill(report, String(fill["last_qty"]));
  }

  #fill(report: Message, qty: string): void {
    const instrument = String(report["instrument"]);
    const signed = unitsOf(qty) * (report["side"] === "Buy" ? 1n : -1n);
    this.#positions.set(instrument, (this.#positions.get(instrument) ?? 0n) + signed);
    this.fills += 1;
  }

  #follow(report: Message): void {
    const order = report["order_id"];
    if (typeof order !== "string") return;
    const { exec_type: type, side } = report;
    if (TERMINAL.has(report["ord_status"])) this.working.delete(order);
    else if (
      (type === "PendingNew" || type === "Replaced") && (side === "Buy" || side === "Sell")
    ) {
      const intentId = String(report["intent_id"]);
      this.working.set(order, { intentId, instrument: String(report["instrument"]), side });
    }
  }
}

/** A decimal as an integer of `SCALE` places. */
function unitsOf(decimal: string): bigint {
  const isNegative = decimal.startsWith("-");
  const [whole = "0", part = ""] = decimal.replace("-", "").split(".");
  const units = BigInt(whole + part.slice(0, SCALE).padEnd(SCALE, "0"));
  return isNegative ? -units : units;
}
