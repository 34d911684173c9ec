/**
 * The position mode of a USD-M account: long and short of one instrument held apart are two
 * positions, which the ledger does not have. An account can be switched at any time, so it is asked
 * for at each connection and each reconciliation.
 * @module
 */
import type { Account } from "./account.ts";
import { Fields } from "../payload.ts";

/** Why an account cannot be traded. */
export const HEDGE_MODE = "Cannot trade: the account must be in one-way mode: was in hedge mode";

/** Tells whether the account is in one-way mode; where it cannot be read the positions will tell. */
export function askMode(account: Account, done: (isOneWay: boolean) => void): void {
  const { rest, requests } = account;
  const isOneWay = true;
  if (requests.product === "spot") return done(isOneWay);
  rest.call(requests.positionMode(), (result) => {
    done(result.kind === "ok" ? !isDual(account, result.body) : isOneWay);
  });
}

function isDual(account: Account, body: unknown): boolean {
  let isDual = false;
  account.reading(() => {
    isDual = Fields.of(body, "").flag("dualSidePosition");
  });
  return isDual;
}
