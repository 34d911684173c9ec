/**
 * The last word: whatever of ours rests is cancelled, and nobody waits for answers.
 *
 * What this adapter knows of goes first, since there may be little time; then what the exchange lists,
 * of all its markets: in safe mode an adapter has just started and knows of nothing. What is not ours
 * stays. Nothing is repeated here; who wants to be sure asks again.
 * @module
 */
import type { Account } from "./account.ts";
import { objectsOf, PayloadError } from "../payload.ts";
import { reasonOf } from "./rest.ts";

/** Requests at once: each needs a connection. */
const LANES = 16;

type Resting = { readonly key: string; readonly symbol: string };

/** Cancels all orders of ours that may rest. */
export function cancelOurs(account: Account): void {
  const waiting: Resting[] = account.orders.live().map(({ key, symbol }) => ({ key, symbol }));
  const known = new Set(waiting.map(({ key }) => key));
  let busy = 0;
  const goOn = (): void => {
    while (busy < LANES) {
      const next = waiting.shift();
      if (next === undefined) return;
      busy++;
      account.rest.call(account.requests.cancel({ clOrdId: next.key }, next), () => {
        busy--;
        goOn();
      });
    }
  };
  goOn();
  listOurs(account, (listed) => {
    waiting.push(...listed.filter(({ key }) => !known.has(key)));
    goOn();
  });
}

function listOurs(account: Account, done: (listed: readonly Resting[]) => void): void {
  const failed = (reason: string): void =>
    account.host.log("warning", "open_orders_not_read", { reason });
  account.rest.call(account.requests.openOrders(null), (result) => {
    if (result.kind !== "ok") return failed(reasonOf(result));
    try {
      done(oursIn(account, result.body));
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      failed(error.message);
    }
  });
}

/** Of a row no more is read than what a cancel needs: one that is odd must not keep the others. */
function oursIn(account: Account, body: unknown): readonly Resting[] {
  return objectsOf(body, "").flatMap((row) => {
    const key = row.name("clientOrderId");
    return account.isOurs(key) ? [{ key, symbol: row.text("symbol") }] : [];
  });
}
