/**
 * Binance's time, for its clock to be measured.
 * @module
 */
import { Fields } from "../payload.ts";
import type { Meter, TimeTold } from "../server_clock.ts";
import type { Account } from "./account.ts";

/** Returns what asks the exchange of an account for its time. */
export function meterOf(account: Account): Meter {
  const { host, timers, rest, requests } = account;
  return {
    ...{ host, timers },
    ask: (done) =>
      rest.call(requests.time(), (result) => {
        let told: TimeTold | undefined;
        if (result.kind === "ok") {
          const { body, stamps } = result;
          // An answer without a time in it must not end more than this question.
          account.reading(() => {
            told = { venueMs: Fields.of(body, "").integer("serverTime"), stamps };
          });
        }
        done(told);
      }),
  };
}
