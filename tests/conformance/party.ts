/**
 * A client of a conformance case: it places, remembers every report through reconnects, and waits.
 * @module
 */
import { Buffer } from "node:buffer";
import { type Message, RemoteClient, type Report, toFrame } from "../support/remote_client.ts";
import { until } from "../support/temporary.ts";
import type { DaemonAddress, VenueOrder } from "./driver.ts";

const WAIT_MS = 10_000;
const TERMINAL = ["Filled", "Cancelled", "Rejected", "Expired"];

type VenueEvent = {
  readonly event_type: string;
  readonly payload: { readonly venue: string; readonly status: string };
};
type Fields = Readonly<Record<string, unknown>>;

/** One client, through all its connections. */
export class Party {
  readonly clientId: string;
  readonly #reports = new Map<number, Report>();
  readonly #hello: Fields;
  #client: RemoteClient | undefined;
  #taken = 0;
  #intents = 0;

  constructor(clientId: string, hello: Fields) {
    this.clientId = clientId;
    this.#hello = hello;
  }

  /** Connects; again: resumes after the last report. */
  async connect({ port, token }: DaemonAddress): Promise<void> {
    this.#take();
    this.#client?.close();
    const hello = { ...this.#hello, resume_from: this.#lastSeq };
    this.#client = await RemoteClient.connect({ port, token, clientId: this.clientId, hello });
    this.#taken = 0;
    if (this.#client.ack === undefined) {
      throw new Error(`HELLO was refused: ${JSON.stringify(this.#client.messages)}`);
    }
  }

  get ack(): Message {
    const ack = this.#connected.ack;
    if (ack === undefined) throw new Error("Cannot look into HELLO_ACK: it must have come");
    return ack;
  }

  /** Every report so far, in order. */
  get reports(): readonly Report[] {
    this.#take();
    return [...this.#reports.values()].sort((a, b) => a.report_seq - b.report_seq);
  }

  /** Sends an intent and returns its id. */
  async send(action: string, fields: Fields): Promise<string> {
    const { intentId, words } = this.#worded(action, fields);
    await this.#connected.send(words);
    return intentId;
  }

  async place(fields: Fields): Promise<Placed> {
    return new Placed(this, await this.send("Place", fields));
  }

  /** Places `count` orders and asks for the end of another, all in one write. */
  async placeAndCancel(fields: Fields, count: number, ended: Placed): Promise<readonly Placed[]> {
    const places = Array.from({ length: count }, () => this.#worded("Place", fields));
    const cancel = this.#worded("Cancel", { orig_intent_id: ended.intentId });
    const frames = [...places, cancel].map(({ words }) => toFrame(words));
    await this.#connected.sendBytes(Buffer.concat(frames));
    return places.map(({ intentId }) => new Placed(this, intentId));
  }

  #worded(action: string, fields: Fields): { readonly intentId: string; readonly words: Fields } {
    this.#intents += 1;
    const intentId = `${this.clientId}-${this.#intents}`;
    const common = { type: "QuoteIntent", v: 1, intent_id: intentId, action };
    return { intentId, words: { ...common, sent_us: Date.now() * 1000, ...fields } };
  }

  /** Sends the same words once more. */
  async repeat(words: Fields): Promise<void> {
    await this.#connected.send(words);
  }

  /** Waits for a report. */
  async report(is: (report: Report) => boolean, what: string, withinMs = WAIT_MS): Promise<Report> {
    await until(() => this.reports.some(is), what, withinMs).catch((error) => {
      throw new Error(`${error.message}: ${JSON.stringify(this.reports.slice(-3))}`);
    });
    const found = this.reports.find(is);
    if (found === undefined) throw new Error(`Cannot find ${what}`);
    return found;
  }

  query(what: string, args: Fields = {}): Promise<Message> {
    return this.#connected.query(what, args);
  }

  /** The rows that a query answers. */
  async rows(what: string, args: Fields = {}): Promise<readonly Fields[]> {
    return (await this.query(what, args))["result"] as readonly Fields[];
  }

  /** Is told of each change of a venue's status from now on. */
  async watchVenues(): Promise<void> {
    const id = "venues";
    const request = { type: "SUBSCRIBE", id, channels: ["venue"], instruments: "*" };
    await this.#connected.send(request);
    await this.#connected.message((message) => message["id"] === id, "the subscription");
  }

  /**
   * Every status of a venue that it was told of, beginning with that of HELLO_ACK; until it is told of
   * a change, with that of the newest heartbeat: one may have come before the subscription.
   */
  venueStatuses(venue: string): readonly string[] {
    const rows = this.ack["venues"] as readonly { venue: string; status: string }[];
    const told = this.#connected.messages.filter(({ type }) => type === "EVENTS")
      .flatMap((message) => message["events"] as readonly VenueEvent[])
      .filter(({ event_type: type, payload }) => type === "venue" && payload.venue === venue)
      .map(({ payload }) => payload.status);
    const beat = this.#connected.heartbeats.at(-1)?.["venues"] as
      | Record<string, string>
      | undefined;
    const greeted = rows.find((row) => row.venue === venue)?.status ?? "down";
    return [told.length > 0 ? greeted : beat?.[venue] ?? greeted, ...told];
  }

  /** Cancels what it has and waits for the end of it. */
  async clear(): Promise<void> {
    const intentId = await this.send("CancelAll", {});
    await this.report(
      (report) => report["intent_id"] === intentId && report["exec_type"] === "IntentDone",
      `the end of ${this.clientId}'s orders`,
      30_000,
    );
  }

  /** Is gone, without a word. */
  close(): void {
    this.#take();
    this.#client?.close();
  }

  /** Says farewell. */
  async goodbye(fields: Fields = {}): Promise<void> {
    await this.#connected.send({ type: "GOODBYE", ...fields });
    await this.#connected.closed();
    this.#take();
  }

  get #connected(): RemoteClient {
    if (this.#client === undefined) throw new Error("Cannot speak: it must be connected");
    return this.#client;
  }

  get #lastSeq(): number {
    return Math.max(0, ...this.#reports.keys());
  }

  #take(): void {
    const { reports } = this.#client ?? { reports: [] };
    for (; this.#taken < reports.length; this.#taken++) {
      const report = reports[this.#taken];
      if (report !== undefined && !this.#reports.has(report.report_seq)) {
        this.#reports.set(report.report_seq, report);
      }
    }
  }
}

/** An order as its client knows it. */
export class Placed {
  readonly party: Party;
  readonly intentId: string;

  constructor(party: Party, intentId: string) {
    this.party = party;
    this.intentId = intentId;
  }

  get orderId(): string | undefined {
    const first = this.party.reports.find((report) => report["intent_id"] === this.intentId);
    return typeof first?.["order_id"] === "string" ? first["order_id"] : undefined;
  }

  /** All reports on it, or the refusal. */
  get reports(): readonly Report[] {
    const { orderId } = this;
    return this.party.reports.filter((report) =>
      orderId === undefined ? report["intent_id"] === this.intentId : report["order_id"] === orderId
    );
  }

  get last(): Report | undefined {
    return this.reports.at(-1);
  }

  /** Its life: `exec_type ord_status` of each report but those on doubt alone. */
  get trail(): readonly string[] {
    return this.reports.filter((report) => report["exec_type"] !== "OrderStatus")
      .map((report) => `${report["exec_type"]} ${report["ord_status"]}`);
  }

  get trades(): readonly Report[] {
    return this.reports.filter((report) => report["exec_type"] === "Trade");
  }

  get isOver(): boolean {
    return TERMINAL.includes(String(this.last?.["ord_status"]));
  }

  /** The order as its venue knows it; the key is that of its first version. */
  get atVenue(): VenueOrder {
    const prefix = String(this.party.ack["journal_id"]).replace(/[^0-9a-f]/g, "").slice(0, 8);
    return {
      clOrdId: `tl${prefix}-${this.orderId}-1`,
      side: String(this.last?.["side"]),
      price: String(this.last?.["price"]),
    };
  }

  /** Those of a venue's keys that are of this order, whatever its version. */
  keysAmong(keys: readonly string[]): readonly string[] {
    const { clOrdId } = this.atVenue;
    const stem = clOrdId.slice(0, clOrdId.lastIndexOf("-") + 1);
    return keys.filter((key) => key.startsWith(stem));
  }

  /** Waits until its newest report bears a status, and no doubt. */
  async reach(status: string, withinMs = WAIT_MS): Promise<Report> {
    const is = (): boolean =>
      this.last?.["ord_status"] === status && this.last["in_doubt"] !== true;
    await until(is, `${status} of ${this.intentId}`, withinMs).catch((error) => {
      const story = this.reports.map((report) =>
        `${report["exec_type"]} ${report["ord_status"]} ${report["reject_code"] ?? ""} ${
          report["text"] ?? ""
        }${report["in_doubt"] === true ? " in doubt" : ""}`
      );
      throw new Error(`${error.message}: ${story.join("; ")}`);
    });
    const { last } = this;
    if (last === undefined) throw new Error("Cannot find its last report");
    return last;
  }

  /** Waits until it is in doubt. */
  async doubted(withinMs = WAIT_MS): Promise<void> {
    await this.party.report(
      (report) => report["order_id"] === this.orderId && report["in_doubt"] === true,
      `doubt about ${this.intentId}`,
      withinMs,
    );
  }

  /** Asks for its end and returns the id of the Cancel. */
  cancel(): Promise<string> {
    return this.party.send("Cancel", { orig_intent_id: this.intentId });
  }

  /** Asks for its end and waits until that is decided. */
  async cancelling(): Promise<void> {
    const intentId = await this.cancel();
    await this.party.report((report) => report["intent_id"] === intentId, "PendingCancel");
  }

  replace(fields: Fields): Promise<string> {
    return this.party.send("Replace", { orig_intent_id: this.intentId, ...fields });
  }
}
