/**
 * What a key may do, as the exchange's wallet API says it for spot and futures alike.
 * @module
 */
import type { Route, RouteState } from "./router.ts";

/** The route that both venues have. */
export const KEY_ROUTES: Readonly<Record<string, Route<RouteState>>> = {
  "GET /sapi/v1/account/apiRestrictions": {
    weight: 1,
    needs: "signature",
    answer: ({ keyMay }) => ({
      ipRestrict: !keyMay.has("any-address"),
      createTime: 1_698_645_219_000,
      enableInternalTransfer: keyMay.has("transfer"),
      enableFutures: keyMay.has("trade"),
      enablePortfolioMarginTrading: false,
      enableVanillaOptions: false,
      permitsUniversalTransfer: keyMay.has("transfer"),
      enableReading: true,
      enableSpotAndMarginTrading: keyMay.has("trade"),
      enableWithdrawals: keyMay.has("withdraw"),
      enableMargin: false,
      ...(keyMay.has("expire") ? { tradingAuthorityExpirationTime: 1_698_645_219_000 } : {}),
    }),
  },
};
