/**
 * Rows of orders and fills, as recorded reports tell them: for exports and the derived database.
 *
 * Decimals stay the exact strings of the wire. A client's name is learnt from the sessions whose
 * intents caused its reports.
 * @module
 */
import { isOfType } from "./event_head.ts";

type Text = string | null;

/** A report's wire JSON, as far as rows need it. */
export type WireReport = {
  readonly report_seq: number;
  readonly seq_id: number;
  readonly intent_id: Text;
  readonly order_id: Text;
  readonly venue_order_id: Text;
  readonly instrument: Text;
  readonly side: Text;
  readonly ord_type: Text;
  readonly time_in_force: Text;
  readonly price: Text;
  readonly order_qty: Text;
  readonly tag: Text;
  readonly exec_type: string;
  readonly ord_status: Text;
  readonly cum_qty: Text;
  readonly leaves_qty: Text;
  readonly avg_px: Text;
  readonly reject_code?: string;
  readonly text?: string;
  readonly orig_intent_id?: string;
  readonly exec_ref_id?: string;
  readonly transact_us?: number;
  readonly event_us?: number;
  readonly fill_events?: readonly WireFill[];
} & Partial<WireFill>;

/** What a report says of its order beyond its ids, in the order of the columns. */
export const ORDER_FIELDS = [
  "venue_order_id",
  "instrument",
  "side",
  "ord_type",
  "time_in_force",
  "price",
  "order_qty",
  "cum_qty",
  "leaves_qty",
  "avg_px",
  "ord_status",
  "tag",
] as const satisfies readonly (keyof WireReport)[];

/** One execution on the wire. */
export type WireFill = {
  readonly exec_id: string;
  readonly last_qty: string;
  readonly last_px: string;
  readonly liquidity: Text;
  readonly commission: string;
  readonly commission_currency: string;
};

/** What a row of executions tells: one was made, stands otherwise now, or was taken back. */
const EXECUTION_KINDS = ["Trade", "TradeCorrect", "TradeCancel"] as const;
type ExecutionKind = (typeof EXECUTION_KINDS)[number];

/** One execution, or what became of one, with its order. */
export type FillRow = WireFill & {
  readonly kind: ExecutionKind;
  /** The execution that a later word is about, by the id that its `Trade` bore; null: itself. */
  readonly exec_ref_id: Text;
  readonly seq_id: number;
  readonly time_us: number | null;
  readonly client: string;
  readonly order_id: Text;
  readonly intent_id: Text;
  readonly instrument: Text;
  readonly side: Text;
};

/** Reads a recorded report. The journal's hash vouches for what the encoder wrote. */
export function parseWireReport(report: { readonly text: string }): WireReport {
  return JSON.parse(report.text) as WireReport;
}

/** The intent that placed or last replaced the order, as a report on the order tells. */
export function orderIntentId(report: WireReport): Text {
  // A Cancel or Replace bears its own id and names the order's; once `Replaced`, its own is that.
  if (report.exec_type === "Replaced") return report.intent_id;
  return report.orig_intent_id ?? report.intent_id;
}

/** Returns the executions that a `Trade` report carries, or what a later one says of an execution. */
export function fillRows(report: WireReport, client: string): FillRow[] {
  const kind = EXECUTION_KINDS.find((known) => known === report.exec_type);
  if (kind === undefined) return [];
  const { seq_id, order_id, intent_id, instrument, side } = report;
  const fills = report.fill_events ?? [report];
  return fills.filter(isFill).map((fill) => ({
    kind,
    exec_ref_id: report.exec_ref_id ?? null,
    seq_id,
    time_us: report.event_us ?? report.transact_us ?? null,
    client,
    order_id,
    intent_id,
    instrument,
    side,
    exec_id: fill.exec_id,
    last_qty: fill.last_qty,
    last_px: fill.last_px,
    liquidity: fill.liquidity,
    commission: fill.commission,
    commission_currency: fill.commission_currency,
  }));
}

function isFill(fill: Partial<WireFill>): fill is WireFill {
  return fill.exec_id !== undefined && fill.last_qty !== undefined && fill.last_px !== undefined;
}

const CLOSED = /"event_type":"SessionClosed","payload":\{"session":(\d+)/;
const INTENT = /"event_type":"IntentReceived","payload":\{"session":(\d+)/;

/** Learns the names of clients. Holds the sessions that are open: no others have intents. */
export class ClientNames {
  readonly #sessions = new Map<number, string>();
  readonly #names = new Map<number, string>();

  /** Takes an event's line and the clients of the reports that it caused. */
  learn(eventLine: string, clients: Iterable<number>): void {
    if (isOfType(eventLine, "SessionOpened")) {
      const { event } = JSON.parse(eventLine) as {
        event: { payload: { session: number; client: string } };
      };
      this.#sessions.set(event.payload.session, event.payload.client);
      return;
    }
    if (isOfType(eventLine, "Started")) this.#sessions.clear();
    const closed = CLOSED.exec(eventLine)?.[1];
    if (closed !== undefined) this.#sessions.delete(Number(closed));
    const session = INTENT.exec(eventLine)?.[1];
    const name = session === undefined ? undefined : this.#sessions.get(Number(session));
    if (name === undefined) return;
    for (const client of clients) this.#names.set(client, name);
  }

  /** The name, or the number where the session is no longer kept. */
  nameOf(client: number): string {
    return this.#names.get(client) ?? `#${client}`;
  }

  /** Sessions and names so far, to go on from later. */
  toDocument(): { sessions: [number, string][]; names: [number, string][] } {
    return { sessions: [...this.#sessions], names: [...this.#names] };
  }

  /** Returns what `toDocument` was made of. */
  static from(document: ReturnType<ClientNames["toDocument"]>): ClientNames {
    const names = new ClientNames();
    for (const [session, name] of document.sessions) names.#sessions.set(session, name);
    for (const [client, name] of document.names) names.#names.set(client, name);
    return names;
  }
}
