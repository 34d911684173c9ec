/**
 * Everybody who works on the daemon during a soak: traders, a publisher, a slow consumer, and whoever
 * reloads.
 * @module
 */
import { Client, pause, type Place } from "./client.ts";
import { Publisher, SlowConsumer } from "./odd_clients.ts";
import {
  instruments,
  INTENTS_PER_SECOND,
  type Plan,
  PUBLISHED,
  soakConfiguration,
  TRADERS,
} from "./plan.ts";
import { TimingLog } from "./recording.ts";
import { Trader } from "./trader.ts";

/** From the CancelAll of all traders to the last look. */
const CALM_MS = 2_000;
/** Values of the setting that reloads change, in turns. */
const HALF_LIVES = [30, 29] as const;

export type LoadOptions = {
  readonly plan: Plan;
  readonly place: Omit<Place, "clientId">;
  readonly startMs: number;
  /** Writes the configuration anew and has it read. */
  readonly reload: (configuration: string) => void;
};

/** The load of one soak. */
export class Load {
  readonly timings = new TimingLog();
  readonly #options: LoadOptions;
  readonly #traders: readonly Trader[];
  readonly #publisher: Publisher;
  readonly #slow: SlowConsumer;
  readonly #problems: string[] = [];
  #isStopped = false;
  #running: readonly Promise<void>[] = [];

  constructor(options: LoadOptions) {
    const { place, plan, startMs } = options;
    this.#options = options;
    const all = instruments();
    this.#traders = Array.from({ length: TRADERS }, (_, at) =>
      new Trader({
        place: { ...place, clientId: `trader-${at + 1}` },
        instruments: all.filter((_, index) => index % TRADERS === at),
        intentsPerSecond: INTENTS_PER_SECOND / TRADERS,
        sessionMs: plan.sessionMs,
        seed: at + 1,
        startMs,
        timings: this.timings,
      }));
    this.#publisher = new Publisher({ ...place, clientId: "publisher" }, { instrument: PUBLISHED });
    this.#slow = new SlowConsumer({ ...place, clientId: "slow" });
  }

  /** Begins. */
  start(): void {
    const { plan } = this.#options;
    this.#running = [
      ...this.#traders.map((trader) => trader.run()),
      this.#publisher.run(),
      this.#every(plan.slowMs, () => this.#slow.visit()),
      this.#every(plan.reloadMs, (turn) => this.#reload(turn)),
    ].map((work) => work.catch((error) => this.#failed(error)));
  }

  /** Ends the trading, waits until it is calm, and has every client look once more. */
  async stop(): Promise<readonly string[]> {
    this.#isStopped = true;
    this.#publisher.stop();
    for (const trader of this.#traders) trader.stop();
    await Promise.all(this.#running);
    await pause(CALM_MS);
    for (const client of this.#clients()) {
      await client.settle().catch((error) => this.#failed(error));
    }
    return [...this.#problems, ...this.#clients().flatMap(({ reports }) => reports.problems)];
  }

  /** Ends at once. */
  abandon(): void {
    this.#isStopped = true;
    this.#publisher.stop();
    for (const trader of this.#traders) trader.stop();
    for (const client of [...this.#clients(), this.#publisher.client]) client.close();
  }

  /** What was done, in numbers: an idle soak proves nothing. */
  summary(): Readonly<Record<string, unknown>> {
    const sum = (of: (trader: Trader) => number): number =>
      this.#traders.reduce((total, trader) => total + of(trader), 0);
    const rejects: Record<string, number> = {};
    for (const { client } of this.#traders) {
      for (const [code, count] of client.reports.rejects) {
        rejects[code] = (rejects[code] ?? 0) + count;
      }
    }
    return {
      intents: sum(({ intents }) => intents),
      reports: sum(({ client }) => client.reports.lastSeq),
      fills: sum(({ client }) => client.reports.fills),
      sessions: sum(({ client }) => client.sessions),
      rejects,
      slow_reports: this.#slow.client.reports.lastSeq,
      slow_sessions: this.#slow.client.sessions,
      slow_ended: this.#slow.ended,
    };
  }

  #clients(): readonly Client[] {
    return [...this.#traders.map(({ client }) => client), this.#slow.client];
  }

  async #every(ms: number, work: (turn: number) => unknown): Promise<void> {
    let dueMs = performance.now() + ms;
    for (let turn = 1; !this.#isStopped; await pause(100)) {
      if (performance.now() < dueMs) continue;
      await work(turn);
      dueMs += ms;
      turn += 1;
    }
  }

  #reload(turn: number): void {
    const halfLifeS = HALF_LIVES[turn % HALF_LIVES.length] ?? HALF_LIVES[0];
    this.#options.reload(soakConfiguration(this.#options.plan, halfLifeS));
  }

  #failed(error: unknown): void {
    this.#problems.push(error instanceof Error ? error.message : String(error));
  }
}
