/**
 * The account while its user stream is lost. Its requests may be answered all the same, and then
 * cancels and questions must not wait for a stream that may stay away for long: a signed question is
 * asked from time to time, and as long as it is answered the venue is `reconciling`, else `down`.
 *
 * Invariant: nothing is reconciled without the stream, since nobody would see what happens after the
 * reading. Such a request waits; whatever the venue becomes next has the core ask anew, or forget it.
 * @module
 */
import type { ReconcileAccount } from "../../../../core/command.ts";
import type { Cancel } from "../../../ports.ts";
import type { Account } from "./account.ts";

/** A stream is usually back before. */
const FIRST_US = 2_000_000;
const AGAIN_US = 5_000_000;

/** Says how far one account can be reached. */
export class WithoutStream {
  readonly #account: Account;
  #isLost = false;
  #isReached = false;
  #held: ReconcileAccount | undefined;
  #cancel: Cancel = () => {};

  constructor(account: Account) {
    this.#account = account;
  }

  /** The stream was lost, or could not be had again. */
  lost(reason: string): void {
    const words = `the user stream was lost: ${reason}`;
    if (!this.#isReached) this.#say("down", words);
    if (this.#isLost) return;
    this.#isLost = true;
    this.#askLater(FIRST_US, words);
  }

  /** The stream is there; what the venue is now is the caller's to say. */
  connected(): void {
    this.#isLost = false;
    this.#isReached = false;
    this.#cancel();
  }

  /** Keeps a request to reconcile while there is no stream; false: there is one. */
  hold(command: ReconcileAccount): boolean {
    if (!this.#isLost) return false;
    this.letGo();
    this.#held = command;
    return true;
  }

  /** Ends what was kept; behind a change of status nobody waits for it any more. */
  letGo(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    const text = "the user stream is lost";
    const said = { instrument: null, timeMs: null };
    this.#account.reporter.say("ReconcileFailed", { request: held.request, text }, said);
  }

  stop(): void {
    this.#cancel();
  }

  #askLater(afterUs: number, words: string): void {
    const { timers, rest, requests, listed } = this.#account;
    this.#cancel = timers.after(afterUs, () => {
      const [first] = listed;
      const question = first === undefined ? requests.time() : requests.openOrders(first.symbol);
      this.#cancel = rest.call(question, (result) => {
        const isReached = result.kind === "ok";
        if (isReached && !this.#isReached) {
          this.#say("reconciling", `${words}; cancels and questions go, new orders do not`);
        } else if (!isReached && this.#isReached) this.#say("down", words);
        this.#isReached = isReached;
        this.#askLater(AGAIN_US, words);
      });
    });
  }

  #say(status: "down" | "reconciling", words: string): void {
    this.#account.host.status(status, words);
    this.letGo();
  }
}
