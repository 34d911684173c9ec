/**
 * What trades on an exchange once its markets and the keys are known, and how it is put together.
 * @module
 */
import { Account } from "./account.ts";
import { Bell } from "./bell.ts";
import { Commands } from "./commands.ts";
import { Endings } from "./endings.ts";
import { Executions } from "./executions.ts";
import { Lookups } from "./lookups.ts";
import type { Listed } from "../shared_account.ts";
import { OrderRows } from "./order_rows.ts";
import { Reconciliations } from "./reconciliation.ts";
import { Rounds } from "./rounds.ts";

/** The parts of an account that trades. */
export type Desk = {
  readonly account: Account;
  readonly commands: Commands;
  readonly lookups: Lookups;
  readonly reconciliations: Reconciliations;
  readonly rounds: Rounds;
  readonly bell: Bell;
};

/** Puts a desk together; nothing is asked yet. */
export function deskOf(
  parts: ConstructorParameters<typeof Account>[0],
  of: {
    readonly pollMs: number;
    /** A round was made, or why not. */
    readonly made: (listed: Listed, failure: string | undefined) => void;
  },
): Desk {
  const account = new Account(parts);
  const executions = new Executions(account);
  const rows = new OrderRows(account);
  const endings = new Endings(account, { executions, rows });
  const lookups = new Lookups(account, { executions, rows });
  const rounds = new Rounds(account, { ...of, executions, endings });
  const { exchange, host, timers, listed } = account;
  return {
    ...{ account, lookups, rounds },
    commands: new Commands(account, {
      ...{ endings, find: lookups.find },
      placed: (where) => rounds.ring(where),
    }),
    reconciliations: new Reconciliations(account, executions),
    bell: new Bell({
      ...{ exchange, host, timers, listed },
      rings: (where) => rounds.ring(where),
    }),
  };
}
