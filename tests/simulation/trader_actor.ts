/**
 * A client in the simulated world: trades at random, remembers every report, resumes after each
 * crash, and says at once when a report was lost, renumbered or changed.
 * @module
 */
import type { Cancel, Socket, Sockets, Timers } from "../../edge/ports.ts";
import type { Draws } from "../support/draws.ts";
import { toFrame } from "../support/remote_client.ts";

type Report = { readonly report_seq: number; readonly [key: string]: unknown };
type Intent = Readonly<Record<string, unknown>> & { readonly intent_id: string };

export type TraderActorOptions = {
  readonly sockets: Sockets;
  readonly timers: Timers;
  readonly nowUs: () => number;
  readonly draws: Draws;
  readonly port: number;
  readonly clientId: string;
  readonly token: () => string | undefined;
  readonly instruments: readonly string[];
  readonly fail: (problem: string) => void;
};

const RECONNECT_US = 20_000;
const HEARTBEAT_US = 300_000;
const decoder = new TextDecoder();

export class TraderActor {
  readonly reports = new Map<number, Report>();
  /** The last report of each order. */
  readonly lasts = new Map<string, Report>();
  readonly #options: TraderActorOptions;
  readonly #unanswered = new Map<string, Intent>();
  /** Intents that name an order. */
  readonly #named: string[] = [];
  #socket: Socket | undefined;
  #isOpen = false;
  #bytes = new Uint8Array(0);
  #lastSeq = 0;
  #count = 0;
  #isTrading = true;
  #cancelBeat: Cancel = () => {};

  constructor(options: TraderActorOptions) {
    this.#options = options;
    this.#connect();
    this.#trade();
  }

  /** Stops making intents and asks for everything to be cancelled. */
  settle(): void {
    this.#isTrading = false;
    this.#send(this.#intent({ action: "CancelAll" }));
  }

  /** True when every intent has a report and every order is over. */
  get isSettled(): boolean {
    if (this.#isTrading || this.#unanswered.size > 0) return false;
    const done = [...this.reports.values()].some((report) => report["exec_type"] === "IntentDone");
    return done && this.#working.length === 0;
  }

  get #working(): readonly Report[] {
    return [...this.lasts.values()].filter((last) => last["leaves_qty"] !== "0");
  }

  /** What it waits for, for the message of a failed seed. */
  get summary(): string {
    return `${this.#options.clientId}: ${this.#lastSeq} reports, unanswered [${[
      ...this.#unanswered.keys(),
    ]}], open ${JSON.stringify(this.#working.slice(0, 3))}`;
  }

  #connect(): void {
    const { sockets, timers, port } = this.#options;
    const socket = sockets.connect({ hostname: "127.0.0.1", port });
    this.#socket = socket;
    this.#bytes = new Uint8Array(0);
    socket.attach({
      opened: () => this.#hello(),
      data: (bytes) => this.#read(bytes),
      ended: () => socket.destroy(),
      drained: () => {},
      closed: () => {
        this.#isOpen = false;
        this.#cancelBeat();
        timers.after(RECONNECT_US, () => this.#connect());
      },
    });
  }

  #hello(): void {
    this.#write({
      type: "HELLO",
      wire: [1],
      client_id: this.#options.clientId,
      token: this.#options.token() ?? "",
      resume_from: this.#lastSeq,
      cancel_on_disconnect: false,
    });
  }

  #beat(): void {
    this.#write({ type: "HEARTBEAT", now_us: this.#options.nowUs() });
    this.#cancelBeat = this.#options.timers.after(HEARTBEAT_US, () => this.#beat());
  }

  #trade(): void {
    const { timers, draws } = this.#options;
    timers.after(1_000 + draws.below(12_000), () => {
      if (this.#isTrading && this.#isOpen) this.#act();
      if (this.#isTrading) this.#trade();
    });
  }

  #act(): void {
    const intent = this.#intent(this.#drawn());
    if (intent["action"] !== "Cancel") this.#named.push(intent.intent_id);
    this.#send(intent);
    if (this.#options.draws.chance(4)) this.#write(intent);
  }

  #drawn(): Readonly<Record<string, unknown>> {
    const { draws } = this.#options;
    const recent = this.#named.slice(-20);
    const resting = this.#working.filter(isResting);
    if (draws.chance(60) || recent.length === 0) return this.#order();
    if (resting.length > 0 && draws.chance(40)) return this.#newTerms(draws.pick(resting));
    return { action: "Cancel", orig_intent_id: draws.pick(recent) };
  }

  #order(): Readonly<Record<string, unknown>> {
    const { draws, instruments } = this.#options;
    return {
      action: "Place",
      instrument: draws.pick(instruments),
      side: draws.pick(["Buy", "Sell"]),
      order_qty: String(1 + draws.below(9)),
      price: String(90 + draws.below(20)),
      time_in_force: draws.chance(85) ? "GTC" : "IOC",
      ...(draws.chance(10) ? { ttl_ms: 50 + draws.below(400) } : {}),
    };
  }

  /** More or less of it, at another price or its own. */
  #newTerms(order: Report): Readonly<Record<string, unknown>> {
    const { draws } = this.#options;
    return {
      action: "Replace",
      orig_intent_id: order["orig_intent_id"] ?? order["intent_id"],
      order_qty: String(1 + draws.below(12)),
      ...(draws.chance(70) ? { price: String(90 + draws.below(20)) } : {}),
    };
  }

  #intent(fields: Readonly<Record<string, unknown>>): Intent {
    const intentId = `${this.#options.clientId}-${++this.#count}`;
    const base = { type: "QuoteIntent", v: 1, intent_id: intentId, sent_us: this.#options.nowUs() };
    return { ...base, ...fields };
  }

  #send(intent: Intent): void {
    this.#unanswered.set(intent.intent_id, intent);
    if (this.#isOpen) this.#write(intent);
  }

  #write(message: Readonly<Record<string, unknown>>): void {
    this.#socket?.write(toFrame(message));
  }

  #read(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#bytes.length + chunk.length);
    bytes.set(this.#bytes);
    bytes.set(chunk, this.#bytes.length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    while (bytes.length - at >= 4 && bytes.length - at - 4 >= view.getUint32(at)) {
      const length = view.getUint32(at);
      this.#heard(JSON.parse(decoder.decode(bytes.subarray(at + 4, at + 4 + length))));
      at += 4 + length;
    }
    this.#bytes = bytes.slice(at);
  }

  #heard(message: Readonly<Record<string, unknown>>): void {
    switch (message["type"]) {
      case "HELLO_ACK":
        this.#isOpen = true;
        this.#beat();
        for (const intent of this.#unanswered.values()) this.#write(intent);
        break;
      case "ExecutionReport":
        this.#report(message as Report & { readonly poss_dup?: true });
        break;
      case "ERROR":
        if (message["fatal"] === true && !HARMLESS.has(String(message["code"]))) {
          this.#options.fail(`${this.#options.clientId} got ${JSON.stringify(message)}`);
        }
    }
  }

  #report(received: Report & { readonly poss_dup?: true }): void {
    const { poss_dup: _repeated, ...rest } = received;
    const report: Report = rest;
    const known = this.reports.get(report.report_seq);
    const { fail, clientId } = this.#options;
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(report)) {
      fail(`${clientId}: report ${report.report_seq} changed: ${JSON.stringify([known, report])}`);
    }
    if (known === undefined && report.report_seq !== this.#lastSeq + 1) {
      fail(`${clientId}: report ${report.report_seq} came after ${this.#lastSeq}`);
    }
    this.reports.set(report.report_seq, report);
    const order = report["order_id"];
    if (known === undefined && typeof order === "string") this.lasts.set(order, report);
    this.#lastSeq = Math.max(this.#lastSeq, report.report_seq);
    this.#unanswered.delete(String(report["intent_id"]));
  }
}

/** Fatal errors that belong to a daemon that dies or restarts. */
const HARMLESS = new Set(["SHUTTING_DOWN", "JOURNAL_UNAVAILABLE", "AUTH"]);

/** At its venue, as far as its client knows, and nothing is asked of it. */
function isResting(last: Report): boolean {
  return last["ord_status"] === "Accepted" || last["ord_status"] === "PartiallyFilled";
}
