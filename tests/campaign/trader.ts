/**
 * A client of the kill campaign: trades at random, survives the daemon, and remembers everything
 * it was told, so that a lost, renumbered or changed report is found at once.
 *
 * An intent without any report is sent again under the same id after every reconnect: that is the
 * contract of the protocol, and what must never make a second order.
 * @module
 */
import type { Draws } from "../support/draws.ts";
import { type Message, RemoteClient, type Report } from "../support/remote_client.ts";

export type TraderOptions = {
  readonly clientId: string;
  readonly port: number;
  readonly token: string;
  readonly instrument: string;
  readonly draws: Draws;
  /** Order prices are drawn from [from, to], as decimals the venue takes. */
  readonly price: (draws: Draws) => string;
  readonly qty: (draws: Draws) => string;
  readonly intervalMs: number;
};

type Intent = Readonly<Record<string, unknown>> & { readonly intent_id: string };

/** What it found wrong, if anything. */
export class CampaignError extends Error {
  override readonly name = "CampaignError";
}

export class Trader {
  readonly #options: TraderOptions;
  /** Every report by its number, without `poss_dup`. */
  readonly reports = new Map<number, Report>();
  /** Intents that no report has answered yet. */
  readonly #unanswered = new Map<string, Intent>();
  readonly placed: string[] = [];
  #lastSeq = 0;
  #count = 0;
  #client: RemoteClient | undefined;
  #seen = 0;
  #isStopped = false;
  readonly problems: string[] = [];
  reconnects = 0;

  constructor(options: TraderOptions) {
    this.#options = options;
  }

  /** Trades until `stop`; reconnects whenever the daemon is gone. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      const client = await this.#connect();
      if (client === undefined) continue;
      await this.#resend(client).catch(() => client.close());
      while (!this.#isStopped && !client.isClosed) {
        await this.#step(client).catch(() => client.close());
        await pause(this.#options.intervalMs);
      }
    }
  }

  /** Stops making new intents. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Cancels everything and waits until every intent is answered and every order is over. */
  async settle(deadlineMs: number): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    const intent = this.#intent({ action: "CancelAll" });
    while (Date.now() < deadline) {
      const client = this.#client?.isClosed === false ? this.#client : await this.#connect();
      if (client !== undefined) {
        if (!this.#unanswered.has(intent.intent_id) && !this.#isDone(intent.intent_id)) {
          this.#unanswered.set(intent.intent_id, intent);
        }
        await this.#resend(client).catch(() => client.close());
        await pause(200);
        this.#take(client);
        if (this.#isDone(intent.intent_id) && this.#unanswered.size === 0) return;
      }
    }
    throw new CampaignError(
      `${this.#options.clientId}: not settled: ${this.#unanswered.size} intents without a report`,
    );
  }

  /** Orders by id with their last report. */
  orders(): Map<string, Report> {
    const last = new Map<string, Report>();
    for (const report of this.ordered()) {
      if (typeof report["order_id"] === "string") last.set(report["order_id"], report);
    }
    return last;
  }

  ordered(): Report[] {
    return [...this.reports.values()].sort((a, b) => a.report_seq - b.report_seq);
  }

  async query(what: string, args: Readonly<Record<string, unknown>> = {}): Promise<Message> {
    const client = this.#client?.isClosed === false ? this.#client : await this.#connect();
    if (client === undefined) throw new CampaignError("no daemon to query");
    return await client.query(what, args);
  }

  close(): void {
    this.#client?.close();
  }

  #isDone(intentId: string): boolean {
    return [...this.reports.values()].some((report) =>
      report["intent_id"] === intentId && report["exec_type"] === "IntentDone"
    );
  }

  async #connect(): Promise<RemoteClient | undefined> {
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
    const { draws, instrument } = this.#options;
    const open = this.placed.slice(-40);
    const fields = draws.chance(65) || open.length === 0
      ? {
        action: "Place",
        instrument,
        side: draws.pick(["Buy", "Sell"]),
        order_qty: this.#options.qty(draws),
        price: this.#options.price(draws),
        time_in_force: draws.chance(85) ? "GTC" : "IOC",
      }
      : { action: "Cancel", orig_intent_id: draws.pick(open) };
    const intent = this.#intent(fields);
    if (fields.action === "Place") this.placed.push(intent.intent_id);
    this.#unanswered.set(intent.intent_id, intent);
    await client.send(intent);
    if (draws.chance(3)) await client.send(intent); // the same again, at once
  }

  #intent(fields: Readonly<Record<string, unknown>>): Intent {
    return {
      type: "QuoteIntent",
      v: 1,
      intent_id: `${this.#options.clientId}-${++this.#count}`,
      sent_us: Date.now() * 1000,
      ...fields,
    };
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
      this.#lastSeq = Math.max(this.#lastSeq, report.report_seq);
    }
    this.#unanswered.delete(String(report["intent_id"]));
  }
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
