/**
 * The ledger: exact cash and positions of every account, and whose they are.
 *
 * Owns one account book per venue, one sub-book per client and venue, and `external` for what no
 * client did. Invariant: account = Σ sub-books + external, per currency and instrument, after every
 * posting. Ordering: postings are sums, so cash, quantities and total P&L do not depend on their
 * order; average price and the split of P&L follow the order of executions (see `position.ts`).
 * A posting checks its arguments first and changes books after.
 * @module
 */
import type { Instrument, Side } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { NodeReader } from "../node_reader.ts";
import {
  type ClientIndex,
  type InstrumentId,
  type Px,
  type Qty,
  type VenueId,
  venueId,
} from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { BalanceRow, PositionRow } from "../view.ts";
import { Account } from "./account.ts";
import { Holdings } from "./holdings.ts";
import { amountOf, decimalOf, negated, sum } from "./money.ts";
import { type CashLeg, policyOf } from "./policy.ts";
import type { Change, Position } from "./position.ts";

/** An execution to book. Commission is a decimal, above 0 a cost, in any currency. */
export type LedgerExecution = {
  readonly venue: VenueId;
  /** null: no client of ours, goes to `external`. */
  readonly client: ClientIndex | null;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly qty: Qty;
  readonly px: Px;
  readonly commission: string;
  readonly commissionCurrency: string;
};

/** What a posting touched, for the digest. */
type Posting = {
  readonly kind: "book" | "reverse" | "deposit";
  readonly venue: VenueId;
  readonly client: ClientIndex | null;
  readonly instrument: InstrumentId | null;
  readonly currencies: readonly string[];
};

/** Books of every venue. */
export class Ledger {
  readonly #accounts = new Map<VenueId, Account>();
  readonly #venueOf = new Map<InstrumentId, VenueId>();
  #lastPosting: Posting | undefined;

  /**
   * Sets the opening balance of an account, posted to `external`. A second one for the same
   * currency posts only the difference, so repeating it changes nothing.
   * @throws {InvariantError} If `total` is not a decimal.
   */
  deposit(
    of: { readonly venue: VenueId; readonly currency: string; readonly total: string },
  ): void {
    const total = amountOf(of.total);
    this.#account(of.venue).deposit(of.currency, total);
    this.#lastPosting = {
      kind: "deposit",
      venue: of.venue,
      client: null,
      instrument: null,
      currencies: [of.currency],
    };
  }

  /** Books an execution into the account book and its owner's. */
  book(execution: LedgerExecution): void {
    this.#post(execution, "book");
  }

  /** Takes a booked execution out again, exactly. */
  reverse(execution: LedgerExecution): void {
    this.#post(execution, "reverse");
  }

  /** Returns the signed position of a client or an account, quanta. */
  positionQuanta(scope: ClientIndex | "account", instrument: InstrumentId): number {
    const venue = this.#venueOf.get(instrument);
    const account = venue === undefined ? undefined : this.#accounts.get(venue);
    const book = scope === "account" ? account?.whole : account?.client(scope);
    return book?.position(instrument)?.quanta ?? 0;
  }

  /** Returns every position ever held, by instrument; `markOf` values what is open. */
  positions(
    scope: ClientIndex | "account",
    markOf: (instrument: InstrumentId) => Px | undefined,
  ): PositionRow[] {
    const positions: Position[] = [];
    for (const account of this.#accounts.values()) {
      const book = scope === "account" ? account.whole : account.client(scope);
      if (book !== undefined) positions.push(...book.positions());
    }
    positions.sort((left, right) => left.instrument.id - right.instrument.id);
    return positions.map((position) => rowOf(position, { scope, markOf }));
  }

  /** Returns the account's cash by venue and currency; `reservedOf` gives decimals. */
  balances(
    venue: VenueId | undefined,
    reservedOf: (venue: VenueId, currency: string) => string,
  ): BalanceRow[] {
    const rows: BalanceRow[] = [];
    for (const id of this.#venues()) {
      if (venue !== undefined && venue !== id) continue;
      const { whole } = this.#account(id);
      for (const currency of [...whole.currencies()].sort()) {
        const total = whole.cash(currency);
        const reserved = amountOf(reservedOf(id, currency));
        const free = sum({ left: total, right: negated(reserved) });
        rows.push({
          venue: id,
          currency,
          total: decimalOf(total),
          free: decimalOf(free),
          reserved: decimalOf(reserved),
        });
      }
    }
    return rows;
  }

  /** @throws {InvariantError} If the venue's account is not the sum of its sub-books. */
  assertConserved(venue: VenueId): void {
    this.#accounts.get(venue)?.assertConserved();
  }

  /** Mixes the last posting and what it led to into a digest; once. */
  mixInto(mix: (value: number | bigint | string) => void): void {
    const posting = this.#lastPosting;
    if (posting === undefined) return;
    this.#lastPosting = undefined;
    const account = this.#account(posting.venue);
    mix(posting.kind);
    mix(posting.venue);
    mix(posting.client ?? "external");
    for (const book of [account.whole, account.ownerBook(posting.client)]) {
      for (const currency of posting.currencies) {
        mix(currency);
        mix(decimalOf(book.cash(currency)));
      }
      if (posting.instrument !== null) mixPosition(book, posting.instrument, mix);
    }
  }

  /** Returns the whole state: venues, clients, currencies and instruments in order. */
  checkpoint(): CheckpointNode {
    const venues = this.#venues();
    return { venues, accounts: venues.map((venue) => this.#account(venue).checkpoint()) };
  }

  /** Returns the ledger of a checkpoint; `instruments` are those listed then. */
  static restore(node: CheckpointNode, instruments: readonly Instrument[]): Ledger {
    const byId = new Map(instruments.map((instrument) => [instrument.id, instrument]));
    const saved = new NodeReader(node);
    const venues = saved.integers("venues");
    const ledger = new Ledger();
    for (const [at, child] of saved.rows("accounts").entries()) {
      const venue = venueId(venues[at] ?? -1);
      const account = Account.restore(child, (id) => byId.get(id));
      ledger.#accounts.set(venue, account);
      for (const position of account.whole.positions()) {
        ledger.#venueOf.set(position.instrument.id, venue);
      }
    }
    return ledger;
  }

  #post(execution: LedgerExecution, kind: "book" | "reverse"): void {
    const { venue, client, instrument, side, qty, px } = execution;
    invariant(instrument.venue === venue, "An execution must be booked at its instrument's venue");
    const sign = kind === "book" ? 1 : -1;
    const change: Change = { quanta: side === "Buy" ? qty : -qty, px };
    const legs = legsOf(execution);
    const account = this.#account(venue);
    const books = [account.whole, account.ownerBook(client)];
    for (const book of books) {
      const after = (book.position(instrument.id)?.quanta ?? 0) + sign * change.quanta;
      invariant(Number.isSafeInteger(after), "A position must stay within 2^53 quanta");
    }
    for (const book of books) {
      if (kind === "book") book.applyChange(instrument, change);
      else book.revokeChange(instrument, change);
      for (const { currency, amount } of legs) {
        book.addCash(currency, kind === "book" ? amount : negated(amount));
      }
    }
    this.#venueOf.set(instrument.id, venue);
    const currencies = [...new Set(legs.map((leg) => leg.currency))];
    this.#lastPosting = { kind, venue, client, instrument: instrument.id, currencies };
  }

  #account(venue: VenueId): Account {
    const known = this.#accounts.get(venue);
    if (known !== undefined) return known;
    const account = new Account({ whole: new Holdings(), external: new Holdings() });
    this.#accounts.set(venue, account);
    return account;
  }

  #venues(): VenueId[] {
    return [...this.#accounts.keys()].sort((left, right) => left - right);
  }
}

function legsOf(execution: LedgerExecution): readonly CashLeg[] {
  const policy = policyOf(execution.instrument.assetClass);
  invariant(policy !== undefined, "An instrument's asset class must have an accounting policy");
  const amount = negated(amountOf(execution.commission));
  const legs = policy.legsOf(execution);
  if (amount.units === 0n) return legs;
  return [...legs, { currency: execution.commissionCurrency, amount }];
}

function rowOf(
  position: Position,
  of: {
    readonly scope: ClientIndex | "account";
    readonly markOf: (instrument: InstrumentId) => Px | undefined;
  },
): PositionRow {
  const { instrument } = position;
  return {
    instrument: instrument.id,
    scope: of.scope === "account" ? "account" : "client",
    qty: position.qty,
    avgPx: position.avgPx,
    realisedPnl: position.realisedPnl,
    unrealisedPnl: position.unrealisedPnl(of.markOf(instrument.id)),
    currency: policyOf(instrument.assetClass)?.currencyOf(instrument) ?? instrument.quote,
  };
}

function mixPosition(
  book: Holdings,
  instrument: InstrumentId,
  mix: (value: number | bigint | string) => void,
): void {
  const position = book.position(instrument);
  mix(instrument);
  mix(position?.quanta ?? 0);
  mix(position?.cost ?? 0n);
  mix(position?.flow ?? 0n);
}
