/**
 * Rounds: of each instrument, which orders are open and what was executed since.
 *
 * A private stream of an exchange that nobody has tested is a bell: it says that something happened,
 * and the exchange is asked what. So nothing is lost with a message, and one source says each thing.
 * A round is also made every `pollMs`, and after each new order. An order of ours that was numbered
 * before a round began and is not in its list is asked about.
 * Ordering: executions of a round are offered before the ends that it finds.
 * @module
 */
import type { Cancel } from "../../../ports.ts";
import type { Account } from "./account.ts";
import { BY_ITSELF, type Endings } from "./endings.ts";
import type { Executions } from "./executions.ts";
import type { Listed } from "../shared_account.ts";
import { reasonOf } from "./pages.ts";
import { parseOrderIds } from "./rows.ts";

/** Lists lag behind streams: what was announced is looked for once more. */
const AGAIN_US = 1_000_000;
/** Lists lag: executions are read from so long before the last time that they were. */
const OVERLAP_MS = 120_000;

type State = {
  isRunning: boolean;
  isWanted: boolean;
  /** When executions were last read, the venue's clock. */
  readMs: number;
  cancelAgain: Cancel | undefined;
};

/** Makes the rounds of one account. */
export class Rounds {
  readonly #account: Account;
  readonly #executions: Executions;
  readonly #endings: Endings;
  readonly #pollMs: number;
  readonly #made: (listed: Listed, failure: string | undefined) => void;
  readonly #states = new Map<string, State>();
  #cancelPoll: Cancel = () => {};
  #isStopped = true;

  constructor(account: Account, also: {
    readonly executions: Executions;
    readonly endings: Endings;
    readonly pollMs: number;
    /** A round was made, or why not. */
    readonly made: (listed: Listed, failure: string | undefined) => void;
  }) {
    this.#account = account;
    this.#executions = also.executions;
    this.#endings = also.endings;
    this.#pollMs = also.pollMs;
    this.#made = also.made;
  }

  start(): void {
    this.#isStopped = false;
    this.#poll();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelPoll();
    for (const { cancelAgain } of this.#states.values()) cancelAgain?.();
  }

  /** Something happened there: a round now, and one a second later. */
  ring(listed: Listed): void {
    this.#look(listed);
    const state = this.#stateOf(listed);
    if (state.cancelAgain !== undefined || this.#isStopped) return;
    state.cancelAgain = this.#account.timers.after(AGAIN_US, () => {
      state.cancelAgain = undefined;
      this.#look(listed);
    });
  }

  #poll(): void {
    for (const listed of this.#account.listed) this.#look(listed);
    this.#cancelPoll = this.#account.timers.after(this.#pollMs * 1000, () => this.#poll());
  }

  #look(listed: Listed): void {
    if (this.#isStopped) return;
    const state = this.#stateOf(listed);
    state.isWanted = true;
    if (state.isRunning) return;
    state.isWanted = false;
    state.isRunning = true;
    this.#run(listed, state);
  }

  #run(listed: Listed, state: State): void {
    const { orders, reads } = this.#account;
    const numbered = orders.numberedOf(listed);
    reads.ask((there) => there.fetchOpenOrders(listed.symbol), (answer) => {
      if (answer.kind === "error" && answer.error.isOfSymbol) {
        this.#account.leaveOut(listed, answer.error.text);
        return this.#end(listed, state, undefined);
      }
      if (answer.kind === "error") return this.#end(listed, state, answer.error.text);
      this.#account.spokenOf(listed);
      let open: ReadonlySet<string> = new Set();
      const problem = this.#account.reading(() => {
        open = parseOrderIds(answer.value);
      });
      if (problem !== undefined) return this.#end(listed, state, problem);
      this.#readExecutions(listed, state, (failure) => {
        if (failure !== undefined) return this.#end(listed, state, failure);
        for (const order of numbered) {
          if (open.has(order.venueOrderId ?? "") || order.isOver) continue;
          this.#endings.settle(order, BY_ITSELF);
        }
        this.#end(listed, state, undefined);
      });
    });
  }

  /** None before the account is known: what has happened then is part of it. */
  #readExecutions(
    listed: Listed,
    state: State,
    done: (failure: string | undefined) => void,
  ): void {
    const { beganMs, venueMs } = this.#account;
    if (beganMs === Infinity) return done(undefined);
    const fromMs = Math.max(beganMs, state.readMs - OVERLAP_MS);
    this.#executions.readSince({ listed, fromMs }, (found) => {
      if ("failure" in found) return done(reasonOf(found));
      this.#executions.offer(listed, found, (offered) => {
        if (offered !== undefined) return done(reasonOf(offered));
        state.readMs = venueMs;
        done(undefined);
      });
    });
  }

  #end(listed: Listed, state: State, failure: string | undefined): void {
    state.isRunning = false;
    if (this.#isStopped) return;
    this.#made(listed, failure);
    if (state.isWanted && failure === undefined) this.#look(listed);
  }

  #stateOf({ symbol }: Listed): State {
    const known = this.#states.get(symbol);
    if (known !== undefined) return known;
    const state = { isRunning: false, isWanted: false, readMs: 0, cancelAgain: undefined };
    this.#states.set(symbol, state);
    return state;
  }
}
