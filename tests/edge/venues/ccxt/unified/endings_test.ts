/**
 * How an order is said to have ended of which a cancel of ours was lost.
 *
 * Proves: R-EXEC-3, R-CORE-4 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Endings, type Standing } from "../../../../../edge/venues/ccxt/unified/endings.ts";
import { PREFIX, SPOT } from "../../../../support/ccxt_rig.ts";
import { Looked } from "./looked.ts";

const KEY = `${PREFIX}-1-1`;
const MS = 1_794_999_990_000;
const ROW = {
  ...{ id: "987", clientOrderId: `${PREFIX}x1x1`, side: "buy", amount: "0.5", filled: "0" },
  ...{ price: "2000.1", timestamp: MS },
};

type Case = {
  readonly row: object;
  readonly hasLostCancel: boolean;
  readonly isOfMoment: boolean;
  readonly event: string;
  readonly status: string;
};
const CASES: readonly Case[] = [false, true].flatMap((hasLostCancel) =>
  ["canceled", "closed", "expired"].flatMap((status) =>
    [[true, undefined], [false, "FOK"], [false, "GTC"], [false, undefined]].map(
      ([isOfMoment, timeInForce]) => {
        const isByItself = isOfMoment === true || timeInForce === "FOK" || status === "expired";
        return {
          row: { ...ROW, status, timeInForce },
          ...{ hasLostCancel, isOfMoment: isOfMoment === true },
          event: hasLostCancel && isByItself ? "OrderExpired" : "OrderCancelled",
          status: hasLostCancel && isByItself || status === "expired" ? "expired" : "cancelled",
        };
      },
    )
  )
);
for (const { row, hasLostCancel, isOfMoment, event, status } of CASES) {
  const what = JSON.stringify({ ...row, ...{ hasLostCancel, isOfMoment } });
  Deno.test(`settle() says ${event}, and lookup() ${status}, of ${what}`, async () => {
    const noted = (at: Looked): ReturnType<Looked["account"]["orders"]["note"]> => {
      const listed = { symbol: SPOT.symbol, instrument: SPOT };
      const order = at.account.orders.note({ key: KEY, listed, venueOrderId: "987", placedMs: MS });
      return Object.assign(order, { hasLostCancel, isOfMoment });
    };
    const at = new Looked({ fetchOrder: () => row });
    const standings: Standing[] = [];
    new Endings(at.account, { executions: at.executions, rows: at.rows })
      .settle(noted(at), "some", { done: (standing) => standings.push(standing) });
    await at.bench.until(() => standings.length > 0);
    deepStrictEqual(at.said.map(({ eventType }) => eventType), [event]);
    const looked = new Looked({ fetchOrder: () => row });
    noted(looked);
    const { payload } = await looked.lookup();
    strictEqual((payload as { readonly status: unknown }).status, status);
  });
}
