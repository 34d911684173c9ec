/**
 * What the clients of a soak have in common: a session that is begun again where it ended, reports
 * folded without a gap, answers to queries, and a last look when all is over.
 * @module
 */
import { Reports } from "./reports.ts";
import { type Message, Session } from "./session.ts";

const RETRY_MS = 200;
/** Longest wait for an answer, and for the reports that are still to come at the end. */
const ANSWER_MS = 15_000;

/** Where the daemon is, and who is there. */
export type Place = { readonly port: number; readonly token: string; readonly clientId: string };

type Row = Readonly<Record<string, unknown>>;

/** A client across its sessions. */
export class Client {
  readonly reports = new Reports();
  /** Told of each report and each event, as they come. */
  onReport: (report: Message) => void = () => {};
  onEvent: (event: Row) => void = () => {};
  sessions = 0;
  readonly #place: Place;
  readonly #answers = new Map<string, (result: Message | undefined) => void>();
  #session: Session | undefined;
  #asked = 0;

  constructor(place: Place) {
    this.#place = place;
  }

  get isConnected(): boolean {
    return this.#session !== undefined && !this.#session.isClosed;
  }

  /** Begins a session where the last one ended; what was missed comes first. */
  async connect(): Promise<Session> {
    const hello = { resume_from: this.reports.lastSeq };
    const session = await Session.open({
      ...this.#place,
      hello,
      take: (message) => this.#take(message),
    });
    this.#session = session;
    this.sessions += 1;
    return session;
  }

  /** Sends, if there is a session. */
  send(...messages: readonly Row[]): void {
    this.#session?.send(...messages);
  }

  /** Asks; undefined if no answer came. */
  async ask(what: string, args: Row = {}): Promise<Message | undefined> {
    this.#asked += 1;
    const id = `q${this.#asked}`;
    const answer = Promise.withResolvers<Message | undefined>();
    this.#answers.set(id, answer.resolve);
    this.send({ type: "QUERY", id, what, args });
    const timer = setTimeout(() => answer.resolve(undefined), ANSWER_MS);
    const result = await answer.promise;
    clearTimeout(timer);
    this.#answers.delete(id);
    return result;
  }

  /** Ends the session without a word. */
  close(): void {
    this.#session?.close();
    for (const resolve of this.#answers.values()) resolve(undefined);
  }

  /** Comes back once all is calm: has every report come, and do its executions make the position? */
  async settle(): Promise<void> {
    this.close();
    const session = await this.connect();
    const positions = await this.ask("positions", { scope: "client", limit: 1_000 });
    const rows = positions?.["result"];
    const lastMs = performance.now() + ANSWER_MS;
    const due = Number(positions?.["report_seq"] ?? 0);
    while (this.reports.lastSeq < due && performance.now() < lastMs) await pause(RETRY_MS);
    const { clientId } = this.#place;
    const { reports } = this;
    if (reports.lastSeq < due) {
      reports.complain(`${clientId} has ${reports.lastSeq} reports of ${due}`);
    }
    const difference = Array.isArray(rows) ? reports.difference(rows) : "no positions came";
    if (difference !== undefined) reports.complain(`${clientId}: ${difference}`);
    session.close();
  }

  #take(message: Message): void {
    switch (message.type) {
      case "ExecutionReport":
        this.reports.take(message);
        return this.onReport(message);
      case "EVENTS":
        for (const event of message["events"] as readonly Row[]) this.onEvent(event);
        return;
      case "RESULT":
        return this.#answers.get(String(message["id"]))?.(message);
      default:
        return;
    }
  }
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
