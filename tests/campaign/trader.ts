/**
 * A client of the kill campaign: places, replaces and cancels at random, survives the daemon, and
 * remembers everything it was told, so that a lost, renumbered or changed report is found at once.
 *
 * An intent without any report is sent again under the same id after every reconnect: that is the
 * contract of the protocol, and what must never make a second order.
 * @module
 */
import type { Draws } from "../support/draws.ts";
import { Patience, pause } from "../support/temporary.ts";
import { type Message, RemoteClient, type Report } from "../support/remote_client.ts";

export type TraderOptions = {
  readonly clientId: string;
  readonly port: number;
  readonly token: string;
  readonly instrument: string;
  readonly draws: Draws;
  /** Draws prices and quantities, as decimals that the venue takes. */
  readonly price: (draws: Draws) => string;
  readonly qty: (draws: Draws) => string;
  readonly intervalMs: number;
  /** Most intents sent at once. */
  readonly burst: number;
};

export type Intent = Readonly<Record<string, unknown>> & { readonly intent_id: string };

/** How long a CancelAll may take before another one is sent. */
const CANCEL_ALL_MS = 4000;

/** What it found wrong, if anything. */
export class CampaignError extends Error {
  override readonly name = "CampaignError";
}

export class Trader {
  readonly #options: TraderOptions;
  /** Every report by its number, without `poss_dup`. */
  readonly reports = new Map<number, Report>();
  /** Orders by id with their last report. */
  readonly orders = new Map<string, Report>();
  /** Every intent that was ever sent, by id. */
  readonly intents = new Map<string, Intent>();
  /** Intents that no report has answered yet. */
  readonly #unanswered = new Map<string, Intent>();
  /** Intents that name an order. */
  readonly #named: string[] = [];
  #lastSeq = 0;
  #client: RemoteClient | undefined;
  #seen = 0;
  #isStopped = false;
  readonly problems: string[] = [];
  reconnects = 0;

  constructor(options: TraderOptions) {
    this.#options = options;
  }

  get clientId(): string {
    return this.#options.clientId;
  }

  /** Trades until `stop`; reconnects whenever the daemon is gone. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      const client = await this.#connect();
      if (client === undefined) continue;
      await this.#resend(client).catch(() => this.#broken(client));
      while (!this.#isStopped && !client.isClosed) {
        await this.#step(client).catch(() => this.#broken(client));
        await pause(this.#options.intervalMs);
      }
    }
  }

  /** Stops making new intents. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Cancels everything, as often as it takes, until every intent is answered and no order lives. */
  async settle(deadlineMs: number): Promise<void> {
    const patience = new Patience(deadlineMs);
    while (!patience.isOver) {
      const intent = this.#intent({ action: "CancelAll" });
      const isDone = (): boolean => this.#isAnswered(intent.intent_id);
      const wait = new Patience(CANCEL_ALL_MS);
      await this.#pursue(isDone, () => wait.isOver || patience.isOver);
      if (isDone() && this.#unanswered.size === 0 && this.open.length === 0) return;
    }
    throw new CampaignError(
      `${this.clientId} did not settle: it saw ${
        JSON.stringify(this.problems)
      }, without a report are ` +
        `${JSON.stringify([...this.#unanswered.values()].slice(0, 3))} of ` +
        `${this.#unanswered.size}, open is ${JSON.stringify(this.open.slice(0, 3))}`,
    );
  }

  /** Places an order and waits for its end. */
  async trade(fields: Readonly<Record<string, unknown>>): Promise<void> {
    const { intent_id: intentId } = this.#intent({ action: "Place", ...fields });
    const patience = new Patience(CANCEL_ALL_MS * 2);
    const isDone = (): boolean => this.#isAnswered(intentId) && this.open.length === 0;
    await this.#pursue(isDone, () => patience.isOver);
    if (!isDone()) throw new CampaignError(`${intentId} did not come to an end`);
  }

  /** Last reports of the orders that are not over. */
  get open(): Report[] {
    return [...this.orders.values()].filter((last) => last["leaves_qty"] !== "0");
  }

  ordered(): Report[] {
    return [...this.reports.values()].sort((a, b) => a.report_seq - b.report_seq);
  }

  async query(what: string, args: Readonly<Record<string, unknown>> = {}): Promise<Message> {
    const client = await this.#connected();
    if (client === undefined) throw new CampaignError("no daemon to query");
    return await client.query(what, args);
  }

  close(): void {
    this.#client?.close();
  }

  #isAnswered(intentId: string): boolean {
    return this.intents.has(intentId) && !this.#unanswered.has(intentId);
  }

  /** Stays connected, repeating what is unanswered after each reconnect, until `holds`. */
  async #pursue(holds: () => boolean, isLate: () => boolean): Promise<void> {
    while (!holds() && !isLate()) {
      const client = await this.#connected();
      if (client === undefined) continue;
      await this.#resend(client).catch(() => this.#broken(client));
      while (!client.isClosed && !holds() && !isLate()) {
        await pause(this.#options.intervalMs);
        this.#take(client);
      }
    }
  }

  async #connected(): Promise<RemoteClient | undefined> {
    return this.#client?.isClosed === false ? this.#client : await this.#connect();
  }

  /** Nothing can be sent any more; what arrived before is still to be read. */
  async #broken(client: RemoteClient): Promise<void> {
    await client.closed().catch(() => client.close());
  }

  async #connect(): Promise<RemoteClient | undefined> {
    // What the old connection brought counts: it must not be taken back.
    if (this.#client !== undefined) this.#take(this.#client);
    const { port, token, clientId } = this.#options;
    try {
      const hello = { resume_from: this.#lastSeq, cancel_on_disconnect: false };
      const client = await RemoteClient.connect({ port, token, clientId, hello });
      this.#client = client;
      this.#seen = 0;
      this.reconnects++;
      if (client.ack !== undefined) return client;
      this.problems.push(`HELLO refused: ${JSON.stringify(client.messages)}`);
      client.close();
    } catch {
      await pause(50); // the daemon is down: that is the campaign
    }
    return undefined;
  }

  async #resend(client: RemoteClient): Promise<void> {
    for (const intent of this.#unanswered.values()) await client.send(intent);
  }

  async #step(client: RemoteClient): Promise<void> {
    this.#take(client);
    const { draws, burst } = this.#options;
    for (let count = 1 + draws.below(burst); count > 0; count--) {
      const intent = this.#intent(this.#drawn());
      if (intent["action"] !== "Cancel") this.#named.push(intent.intent_id);
      await client.send(intent);
      if (draws.chance(3)) await client.send(intent); // the same again, at once
    }
  }

  #drawn(): Readonly<Record<string, unknown>> {
    const { draws, instrument, qty, price } = this.#options;
    const recent = this.#named.slice(-40);
    if (recent.length > 0 && draws.chance(35)) {
      return { action: "Cancel", orig_intent_id: draws.pick(recent) };
    }
    const resting = this.open.filter(isResting);
    if (resting.length > 0 && draws.chance(25)) return this.#newTerms(draws.pick(resting));
    return {
      action: "Place",
      instrument,
      side: draws.pick(["Buy", "Sell"]),
      order_qty: qty(draws),
      price: price(draws),
      time_in_force: draws.chance(85) ? "GTC" : "IOC",
    };
  }

  /** More or less of an order, at another price or its own. */
  #newTerms(order: Report): Readonly<Record<string, unknown>> {
    const { draws, qty, price } = this.#options;
    return {
      action: "Replace",
      orig_intent_id: order["orig_intent_id"] ?? order["intent_id"],
      order_qty: qty(draws),
      ...(draws.chance(70) ? { price: price(draws) } : {}),
    };
  }

  #intent(fields: Readonly<Record<string, unknown>>): Intent {
    const intent = {
      type: "QuoteIntent",
      v: 1,
      intent_id: `${this.#options.clientId}-${this.intents.size + 1}`,
      sent_us: Date.now() * 1000,
      ...fields,
    };
    this.intents.set(intent.intent_id, intent);
    this.#unanswered.set(intent.intent_id, intent);
    return intent;
  }

  /** Takes what arrived; every number must be the next one or one already known word for word. */
  #take(client: RemoteClient): void {
    for (; this.#seen < client.reports.length; this.#seen++) {
      const received = client.reports[this.#seen];
      if (received !== undefined) this.#takeOne(received);
    }
  }

  #takeOne(received: Report): void {
    const { poss_dup: isRepeated, ...report } = received as Report & { poss_dup?: boolean };
    const known = this.reports.get(report.report_seq);
    if (known !== undefined) {
      if (JSON.stringify(known) !== JSON.stringify(report)) {
        this.problems.push(
          `report ${report.report_seq} changed: ${JSON.stringify([known, report])}`,
        );
      }
    } else if (report.report_seq !== this.#lastSeq + 1) {
      this.problems.push(`report ${report.report_seq} after ${this.#lastSeq}`);
    } else if (isRepeated === true) {
      this.problems.push(`report ${report.report_seq} is new but marked poss_dup`);
    }
    if (known === undefined) {
      this.reports.set(report.report_seq, report as Report);
      const order = report["order_id"];
      if (typeof order === "string") this.orders.set(order, report as Report);
      this.#lastSeq = Math.max(this.#lastSeq, report.report_seq);
    }
    this.#unanswered.delete(String(report["intent_id"]));
  }
}

/** At its venue, as far as its client knows, and nothing is asked of it. */
function isResting(last: Report): boolean {
  return last["ord_status"] === "Accepted" || last["ord_status"] === "PartiallyFilled";
}
