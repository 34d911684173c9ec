/**
 * The ledger: exact cash and positions of every account, and whose they are.
 *
 * Owns one account book per venue, one sub-book per client and venue, and `external` for what no
 * client did. Invariant: account = Σ sub-books + external, per currency and instrument, after every
 * posting. Ordering: postings are sums, so posted cash, quantities and total P&L do not depend on
 * their order; average price and the split of P&L follow the order of executions (see
 * `cost_position.ts`). A posting checks its arguments first and changes books after.
 * @module
 */
import { putAt } from "../by_number.ts";
import type { Digest } from "../digest.ts";
import type { Instrument, Side } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { NodeReader } from "../node_reader.ts";
import {
  type ClientIndex,
  clientIndex,
  type InstrumentId,
  type Px,
  type Qty,
  type SeqId,
  type VenueId,
  venueId,
} from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { BalanceRow, PositionRow, TagRow } from "../view.ts";
import { Account, opposite, type Owner, type Posting } from "./account.ts";
import { chargeOf, type ChargeRow, takenBy } from "./charges.ts";
import { settleInstrument } from "./funding.ts";
import type { Holdings } from "./holdings.ts";
import {
  type Amount,
  amountOf,
  amountShown,
  decimalOf,
  negated,
  NOTHING,
  plain,
  sum,
} from "./money.ts";
import { confirmReceipt, learnStated } from "./binary_facts.ts";
import { bookOf } from "./pool.ts";
import { Pools } from "./pools.ts";
import { type Accounting, type CashLeg, type Exposure, policyOf, type Position } from "./policy.ts";
import { TagBook } from "./tags.ts";

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
  /** What the client calls the order; the same again when the execution is taken back. */
  readonly tag?: string | null;
  /** The event that books it, or booked it; betting needs it. */
  readonly booked?: SeqId;
  /** The venue may still void it; on `reverse`: it was not confirmed either. */
  readonly isProvisional?: boolean;
};

/**
 * Cash of an owner. `isCharge`: it counts for a loss. `feeTag`: it is a fee or rebate, which counts for
 * this tag too.
 */
export type CashPosting = {
  readonly owner: Owner;
  readonly leg: CashLeg;
  readonly isCharge: boolean;
  readonly feeTag: { readonly tag: string | null } | null;
};

/** What a posting touched, for the digest and the check of the sums. */
export type Touched = {
  readonly kind: string;
  /** "all": every book of the account. */
  readonly owner: Owner | "all";
  readonly instruments: readonly InstrumentId[];
  readonly currencies: readonly string[];
};

/** Books of every venue. */
export class Ledger {
  readonly #accounts = new Map<VenueId, Account>();
  /** Betting markets and binary conditions. */
  readonly pools: Pools = new Pools();
  /** By number of instrument: rules, made again when the instrument is listed again. */
  readonly #accountings: (Accounting | undefined)[] = [];
  /** Sums by tag; no book depends on them. */
  readonly #tags = new Map<ClientIndex, TagBook>();
  #last: (Touched & { readonly venue: VenueId }) | undefined;
  #revision = 0;

  /** Changes with every posting: what was read from the books may be kept until then. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * Sets the opening balance of an account, posted to `external`. A second one for the same
   * currency posts only the difference, so repeating it changes nothing.
   * @throws {InvariantError} If `total` is not a decimal.
   */
  deposit(
    of: { readonly venue: VenueId; readonly currency: string; readonly total: string },
  ): void {
    const total = amountOf(of.total);
    this.post(of.venue, (account) => {
      account.deposit(of.currency, total);
      return { kind: "deposit", owner: null, instruments: [], currencies: [of.currency] };
    });
  }

  /**
   * Brings the shown cash of an account to what its venue says: the rest is posted to `external`.
   * @throws {InvariantError} If `total` is not a decimal.
   */
  level(
    of: { readonly venue: VenueId; readonly currency: string; readonly total: string },
  ): void {
    const { venue, currency } = of;
    const shown = this.cash("account", { venue, currency });
    // Without trailing zeros: whatever scale the books have, the posting's is that of the difference.
    const amount = plain(sum({ left: amountOf(of.total), right: negated(shown) }));
    this.post(venue, (account) => {
      account.post(null, { currency, amount });
      return { kind: "deposit", owner: null, instruments: [], currencies: [currency] };
    });
  }

  /**
   * Lists an instrument, or lists it again. Returns the sentence that refuses it beside those with
   * which it shares a market or condition, or undefined.
   */
  list(instrument: Instrument): string | undefined {
    const problem = this.pools.list(instrument);
    return problem === undefined ? undefined : `Cannot list ${instrument.name}: ${problem}`;
  }

  /**
   * Returns what an execution posts, for {@link Ledger.book}.
   * @throws {InvariantError} If it cannot be booked.
   */
  toPosting(execution: LedgerExecution): Posting {
    const posting = this.#postingOf(execution);
    this.#account(execution.venue).assertBookable(posting);
    return posting;
  }

  /** Books an execution into the account book and its owner's; `posting`: what it posts. */
  book(execution: LedgerExecution, posting: Posting = this.#postingOf(execution)): void {
    const change = this.#account(execution.venue).book(posting);
    this.#touch(execution, { kind: "book", posting });
    this.#tag(execution, { ...posting, change });
  }

  /** Takes a booked execution out again, exactly. */
  reverse(execution: LedgerExecution): void {
    const posting = this.#postingOf(execution);
    const change = this.#account(execution.venue).reverse(posting);
    this.#touch(execution, { kind: "reverse", posting });
    this.#tag(execution, opposite({ ...posting, change }));
  }

  /**
   * Asserts that a booked execution can be taken out and booked as corrected.
   * @throws {InvariantError} If either cannot be done, or its terms cannot be booked at all.
   */
  assertCorrectable(of: { readonly was: LedgerExecution; readonly now: LedgerExecution }): void {
    const [was, now] = [this.#postingOf(of.was), this.#postingOf(of.now)];
    this.#account(of.was.venue).assertCorrectable({ was, now });
  }

  /**
   * Makes a booked provisional execution final; only binary positions tell the difference.
   * @throws {InvariantError} If it was none.
   */
  confirm(execution: LedgerExecution): void {
    if (execution.instrument.assetClass !== "binary") return;
    const { owner, accounting, change } = this.#postingOf(execution);
    const { instrument } = accounting;
    this.post(execution.venue, (account) => {
      confirmReceipt(account, { owner, accounting, quanta: change.quanta });
      return { kind: "confirm", owner, instruments: [instrument.id], currencies: [] };
    });
  }

  /** Posts cash to the account and its owner. */
  postCash(venue: VenueId, { owner, leg, isCharge, feeTag }: CashPosting): void {
    this.post(venue, (account) => {
      account.post(owner, leg);
      if (isCharge) account.noteCharge(owner, leg);
      return { kind: "cash", owner, instruments: [], currencies: [leg.currency] };
    });
    if (feeTag !== null && owner !== null) this.#tagBook(owner).addFee(feeTag.tag, leg);
  }

  /** Closes every book's position in a derivative at a price. */
  settle(instrument: Instrument, price: Px): void {
    const accounting = this.accountingOf(instrument);
    this.post(instrument.venue, (account) => settleInstrument(account, accounting, price));
    for (const book of this.#tags.values()) book.settle(accounting, price);
  }

  /** Lets a fact that is no execution change the books of an account; it says what it touched. */
  post(venue: VenueId, fact: (account: Account) => Touched): void {
    this.#last = { venue, ...fact(this.#account(venue)) };
    this.#revision += 1;
  }

  /** Returns the rules of a listed instrument. */
  accountingOf(instrument: Instrument): Accounting {
    const known = this.#accountings[instrument.id];
    if (known?.instrument === instrument) return known;
    const accounting = policyOf(instrument.assetClass).accountingOf(instrument, this.pools);
    putAt(this.#accountings, instrument.id, accounting);
    return accounting;
  }

  /** Returns the signed open position of a client or an account, quanta; betting: net stake. */
  positionQuanta(scope: ClientIndex | "account", instrument: InstrumentId): number {
    return this.#position(scope, instrument)?.heldQuanta ?? 0;
  }

  /** Returns the book of a client or an account, or undefined before its first posting. */
  holdings(scope: ClientIndex | "account", venue: VenueId): Holdings | undefined {
    const account = this.#accounts.get(venue);
    return account === undefined ? undefined : bookOf(account, scope);
  }

  /** Returns what a position has at stake; `mark` values what is open. */
  exposure(
    scope: ClientIndex | "account",
    of: { readonly instrument: InstrumentId; readonly mark: Px | undefined },
  ): Exposure {
    const position = this.#position(scope, of.instrument);
    if (position === undefined) return { atEntry: NOTHING, atMark: NOTHING };
    return position.exposure(usable(position.instrument, of.mark));
  }

  /** Returns shown cash of a client or an account. */
  cash(
    scope: ClientIndex | "account",
    of: { readonly venue: VenueId; readonly currency: string },
  ): Amount {
    const account = this.#accounts.get(of.venue);
    const book = account === undefined ? undefined : bookOf(account, scope);
    return book?.cash(of.currency) ?? NOTHING;
  }

  /** Tells whether the account ever had cash of a currency. */
  hasCash(of: { readonly venue: VenueId; readonly currency: string }): boolean {
    return this.#accounts.get(of.venue)?.whole.posted(of.currency) !== undefined;
  }

  /**
   * Returns realised and unrealised P&L of a client or an account in one currency, at one venue or
   * (null) at all; undefined if something is open that `markOf` has no price for.
   */
  profit(
    scope: ClientIndex | "account",
    of: {
      readonly venue: VenueId | null;
      readonly currency: string;
      readonly markOf: (instrument: InstrumentId) => Px | undefined;
    },
  ): Amount | undefined {
    let total = NOTHING;
    for (const [venue, account] of this.#accounts) {
      if (of.venue !== null && of.venue !== venue) continue;
      for (const position of bookOf(account, scope)?.positions() ?? []) {
        if (position.currency !== of.currency) continue;
        const mark = usable(position.instrument, of.markOf(position.instrument.id));
        const profit = this.#profitOf(position, mark);
        if (profit === undefined) return undefined;
        total = sum({ left: total, right: profit });
      }
    }
    return total;
  }

  /** Returns what a client or an account was charged beside its trades; below 0 a cost. */
  charges(scope: ClientIndex | "account"): ChargeRow[] {
    const rows: ChargeRow[] = [];
    for (const venue of this.#venues()) {
      const book = bookOf(this.#account(venue), scope);
      for (const { currency, amount } of book?.charges() ?? []) {
        rows.push({ venue, currency, amount });
      }
    }
    return rows;
  }

  /** Returns every position ever held, by instrument; `markOf` values what is open. */
  positions(
    scope: ClientIndex | "account",
    markOf: (instrument: InstrumentId) => Px | undefined,
  ): PositionRow[] {
    const positions: Position[] = [];
    for (const account of this.#accounts.values()) {
      positions.push(...bookOf(account, scope)?.positions() ?? []);
    }
    positions.sort((left, right) => left.instrument.id - right.instrument.id);
    return positions.map((position) => ({
      instrument: position.instrument.id,
      scope: scope === "account" ? "account" : "client",
      ...position.figures(usable(position.instrument, markOf(position.instrument.id))),
      currency: position.currency,
    }));
  }

  /** Returns P&L and fees of a client by tag; `markOf` values what is open. */
  tags(
    client: ClientIndex,
    markOf: (instrument: InstrumentId) => Px | undefined,
  ): readonly TagRow[] {
    const rows = this.#tags.get(client)?.rows((instrument) =>
      usable(instrument, markOf(instrument.id))
    );
    return rows ?? [];
  }

  /** Returns the account's shown cash by venue and currency; `reservedOf` gives decimals. */
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
        const reserved = amountShown(reservedOf(id, currency));
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

  /** @throws {InvariantError} If what the last posting touched is not the sum of its parts. */
  assertTouched(): void {
    if (this.#last === undefined) return;
    const account = this.#account(this.#last.venue);
    for (const currency of this.#last.currencies) account.assertCash(currency);
    for (const instrument of this.#last.instruments) account.assertPosition(instrument);
  }

  /** @throws {InvariantError} If the venue's account is not the sum of its sub-books. */
  assertConserved(venue: VenueId): void {
    this.#accounts.get(venue)?.assertConserved();
  }

  /** Mixes the last posting and what it led to into a digest; once. */
  mixInto(digest: Digest): void {
    const last = this.#last;
    if (last === undefined) return;
    this.#last = undefined;
    const account = this.#account(last.venue);
    digest.text(last.kind);
    digest.int(last.venue);
    digest.mix(last.owner ?? "external");
    mixBook(account.whole, last, digest);
    if (last.owner !== "all") return mixBook(account.ownerBook(last.owner), last, digest);
    for (const [, book] of account.clients()) mixBook(book, last, digest);
    mixBook(account.external, last, digest);
  }

  /** Returns the whole state: venues, clients, currencies and instruments in order. */
  checkpoint(): CheckpointNode {
    const venues = this.#venues();
    const tagged = [...this.#tags].sort(([left], [right]) => left - right);
    return {
      venues,
      accounts: venues.map((venue) => this.#account(venue).checkpoint()),
      pools: this.pools.checkpoint(),
      tagged: tagged.map(([client]) => client),
      tags: tagged.map(([, book]) => book.checkpoint()),
    };
  }

  /** Returns the ledger of a checkpoint; `instruments` are those listed then. */
  static restore(node: CheckpointNode, instruments: readonly Instrument[]): Ledger {
    const byId = new Map(instruments.map((instrument) => [instrument.id, instrument]));
    const saved = new NodeReader(node);
    const venues = saved.integers("venues");
    const ledger = new Ledger();
    for (const instrument of instruments) ledger.list(instrument);
    ledger.pools.restore(saved.child("pools"));
    const accountingOf = (id: InstrumentId): Accounting | undefined => {
      const instrument = byId.get(id);
      return instrument === undefined ? undefined : ledger.accountingOf(instrument);
    };
    for (const [at, child] of saved.rows("accounts").entries()) {
      const venue = venueId(venues[at] ?? -1);
      const account = Account.restore(child, accountingOf);
      ledger.#accounts.set(venue, account);
      for (const { outcomes } of ledger.pools.conditionsOf(venue)) {
        for (const outcome of outcomes) learnStated(account, outcome);
      }
    }
    const tagged = saved.integers("tagged");
    for (const [at, child] of saved.rows("tags").entries()) {
      ledger.#tags.set(clientIndex(tagged[at] ?? -1), TagBook.restore(child, accountingOf));
    }
    return ledger;
  }

  /** Flow and value at the mark where that is all, without a text in between. */
  #profitOf(position: Position, mark: Px | undefined): Amount | undefined {
    if (position.kind === "cost") {
      const { instrument, quanta, flow } = position;
      if (mark === undefined) {
        if (quanta !== 0) return undefined;
        return amountShown(position.figures(mark).realisedPnl);
      }
      const value = this.accountingOf(instrument).valueOf({ quanta, px: mark });
      return sum({ left: { units: flow.value, scale: value.scale }, right: value });
    }
    const { realisedPnl, unrealisedPnl } = position.figures(mark);
    if (unrealisedPnl === null) return undefined;
    return sum({ left: amountShown(realisedPnl), right: amountShown(unrealisedPnl) });
  }

  #postingOf(execution: LedgerExecution): Posting {
    const { venue, client, instrument, side, qty, px, booked, isProvisional } = execution;
    invariant(instrument.venue === venue, "An execution must be booked at its instrument's venue");
    const accounting = this.accountingOf(instrument);
    const change = { quanta: side === "Buy" ? qty : -qty, px, booked, isProvisional };
    const legs = accounting.legsOf(change);
    const amount = negated(amountOf(execution.commission));
    const fee = amount.units === 0 ? null : { currency: execution.commissionCurrency, amount };
    const charge = fee === null ? null : chargeOf(instrument, { fee, px });
    const taken = fee === null ? NOTHING : takenBy(instrument, fee);
    return { owner: client, accounting, change, legs, fee, charge, taken };
  }

  #touch(
    { venue, instrument }: LedgerExecution,
    of: { readonly kind: string; readonly posting: Posting },
  ): void {
    const { owner, legs, fee } = of.posting;
    const currencies: string[] = [];
    for (const { currency } of legs) if (!currencies.includes(currency)) currencies.push(currency);
    if (fee !== null && !currencies.includes(fee.currency)) currencies.push(fee.currency);
    for (const currency of of.posting.accounting.followUp?.(this.#account(venue), owner) ?? []) {
      if (!currencies.includes(currency)) currencies.push(currency);
    }
    this.#revision += 1;
    this.#last = { venue, kind: of.kind, owner, instruments: [instrument.id], currencies };
  }

  #tag({ client, tag = null }: LedgerExecution, { accounting, change, fee }: Posting): void {
    if (client === null) return;
    const book = this.#tagBook(client);
    book.add(tag, { accounting, change });
    if (fee !== null) book.addFee(tag, fee);
  }

  #tagBook(client: ClientIndex): TagBook {
    const known = this.#tags.get(client);
    if (known !== undefined) return known;
    const book = new TagBook();
    this.#tags.set(client, book);
    return book;
  }

  #position(scope: ClientIndex | "account", instrument: InstrumentId): Position | undefined {
    const venue = this.#accountings[instrument]?.instrument.venue;
    const account = venue === undefined ? undefined : this.#accounts.get(venue);
    return account === undefined ? undefined : bookOf(account, scope)?.position(instrument);
  }

  #account(venue: VenueId): Account {
    const known = this.#accounts.get(venue);
    if (known !== undefined) return known;
    const account = new Account();
    this.#accounts.set(venue, account);
    return account;
  }

  #venues(): VenueId[] {
    return [...this.#accounts.keys()].sort((left, right) => left - right);
  }
}

/** Only a spread, which is linear, may be worth 0 or less: of all others that is no price. */
function usable({ assetClass }: Instrument, mark: Px | undefined): Px | undefined {
  return assetClass !== "linear" && mark !== undefined && mark <= 0 ? undefined : mark;
}

function mixBook(book: Holdings, touched: Touched, digest: Digest): void {
  for (const currency of touched.currencies) {
    const cash = book.posted(currency);
    digest.text(currency);
    if (cash === undefined) digest.int(0);
    else cash.mixInto(digest);
  }
  for (const instrument of touched.instruments) {
    digest.int(instrument);
    const position = book.position(instrument);
    if (position === undefined) digest.int(0);
    else position.mixInto(digest);
    book.taken(instrument)?.mixInto(digest);
  }
}
