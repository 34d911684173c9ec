/**
 * The last word: whatever of ours rests is cancelled, and nobody waits for answers.
 *
 * What is known from memory goes first, then what the exchange lists: in safe mode an adapter has just
 * started and knows of nothing. What is not ours stays.
 * Limit: all leave at once, each over a connection of its own.
 * @module
 */
import type { Listed } from "../shared_account.ts";
import type { Desk } from "./desk.ts";
import { parseMark, rowsOf } from "./rows.ts";

/** Cancels all orders of ours that may rest. */
export function cancelOurs({ account, commands }: Desk): void {
  const asked = new Set<string>();
  const cancel = (listed: Listed, venueOrderId: string): void => {
    const number = `${listed.symbol} ${venueOrderId}`;
    if (asked.has(number)) return;
    asked.add(number);
    commands.cancelOrder({ listed, venueOrderId }, () => {});
  };
  for (const { listed, venueOrderId } of account.orders.live()) {
    if (venueOrderId !== null) cancel(listed, venueOrderId);
  }
  for (const listed of account.listed) {
    account.reads.ask((there) => there.fetchOpenOrders(listed.symbol), (answer) => {
      if (answer.kind === "error") {
        const reason = answer.error.text;
        return account.host.log("warning", "open_orders_not_read", { reason });
      }
      let rows: readonly unknown[] = [];
      account.reading(() => {
        rows = rowsOf(answer.value);
      });
      // Each by itself: one that is odd must not keep the others.
      for (const row of rows) {
        account.reading(() => {
          const { key, id } = parseMark(row);
          if (account.isOurs(key)) cancel(listed, id);
        });
      }
    }, { isUrgent: true });
  }
}
