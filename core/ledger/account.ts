/**
 * The books of one venue (one account at one exchange): what the account holds, and whose it is.
 *
 * Invariant: the account book equals the sub-books of the clients plus `external`, per currency
 * (posted cash) and per instrument (`quanta` and `flow`), after every posting. Shown cash of
 * `external` is the account's less the clients'. Ordering: clients by number, `external` last.
 * @module
 */
import { invariant } from "../invariant.ts";
import type { NodeReader } from "../node_reader.ts";
import { type ClientIndex, clientIndex, type InstrumentId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import { Cash } from "./cash.ts";
import { ExactSum } from "./exact_sum.ts";
import { Holdings } from "./holdings.ts";
import { type Amount, amountOf, decimalOf, negated, NOTHING, sum, unitsBelow } from "./money.ts";
import type { Accounting, CashLeg, Change, Position } from "./policy.ts";
import { Totals } from "./totals.ts";

/** Whose book: a client's, or null for `external`. */
export type Owner = ClientIndex | null;

/** An execution with all that it moves. */
export type Posting = {
  readonly owner: Owner;
  readonly accounting: Accounting;
  readonly change: Change;
  readonly legs: readonly CashLeg[];
  /** Commission, below 0 a cost; null: none. */
  readonly fee: CashLeg | null;
  /** The commission as it counts for a loss, maybe in another currency; null: none. */
  readonly charge: CashLeg | null;
  /** What of it is taken off the base that was traded; below 0 what a rebate adds. */
  readonly taken: Amount;
};

/** Books of one venue. */
export class Account {
  readonly #whole = new Holdings(null);
  readonly #totals = new Totals();
  readonly #external: Holdings;
  readonly #clients = new Map<ClientIndex, Holdings>();
  readonly #opening = new Map<string, Amount>();

  constructor() {
    this.#external = new Holdings(this.#totals);
  }

  /** The account book. */
  get whole(): Holdings {
    return this.#whole;
  }

  /** What no client of ours did. */
  get external(): Holdings {
    return this.#external;
  }

  /** Book of a client, or undefined before its first posting here. */
  client(client: ClientIndex): Holdings | undefined {
    return this.#clients.get(client);
  }

  /** Books of the clients, by number. */
  clients(): [ClientIndex, Holdings][] {
    return [...this.#clients].sort(([left], [right]) => left - right);
  }

  /** Every book: the account's, the clients' by number, `external`. */
  books(): Holdings[] {
    return [this.#whole, ...this.clients().map(([, book]) => book), this.#external];
  }

  /** The book that an owner's postings go to. */
  ownerBook(owner: Owner): Holdings {
    if (owner === null) return this.#external;
    const known = this.#clients.get(owner);
    if (known !== undefined) return known;
    const book = new Holdings(this.#totals);
    this.#clients.set(owner, book);
    return book;
  }

  /** @throws {InvariantError} If `book` could not take it. */
  assertBookable(posting: Posting): void {
    this.#assertBookable(posting, this.#netOf(posting));
  }

  /**
   * Asserts both halves of a correction: the execution can be taken out, and booked as it now
   * stands after that. @throws {InvariantError} If not.
   */
  assertCorrectable({ was, now }: { readonly was: Posting; readonly now: Posting }): void {
    const out = this.#netOfVoid(was);
    this.#assertReversible(was, out);
    const taken = sum({ left: now.taken, right: negated(was.taken) });
    const by = { ...now.change, quanta: now.change.quanta - was.change.quanta };
    const change = this.#netOf({ ...now, change: by, taken });
    assertSafe(change.quanta + out.quanta);
    // What makes it smaller ends between the two positions that were just found within bounds.
    const isSmaller = Math.sign(change.quanta) !== Math.sign(now.change.quanta);
    const isTaken = was.taken.units !== 0 || now.taken.units !== 0;
    if (!isSmaller || isTaken) this.#assertBookable(now, change);
  }

  /**
   * Books an execution; returns by what it moved positions.
   * @throws {InvariantError} Before anything changed.
   */
  book(posting: Posting): Change {
    const change = this.#netOf(posting);
    this.#assertBookable(posting, change);
    this.#post(posting, (position) => position.book(change));
    return change;
  }

  /**
   * Takes an execution out again; returns what it took off positions.
   * @throws {InvariantError} Before anything changed.
   */
  reverse(posting: Posting): Change {
    const change = this.#netOfVoid(posting);
    this.#assertReversible(posting, change);
    this.#post(opposite(posting), (position) => position.reverse(change));
    return change;
  }

  /** Posts cash to the account and to its owner. */
  post(owner: Owner, leg: CashLeg): void {
    this.#whole.addCash(leg);
    this.ownerBook(owner).addCash(leg);
  }

  /** Notes for the account and its owner what they were charged; it is posted beside this. */
  noteCharge(owner: Owner, leg: CashLeg): void {
    this.#whole.noteCharge(leg);
    this.ownerBook(owner).noteCharge(leg);
  }

  /** Does the same to the position of the account and of an owner; it must be additive. */
  changeBoth(
    of: { readonly owner: Owner; readonly accounting: Accounting },
    change: (position: Position) => void,
  ): void {
    for (const book of [this.#whole, this.ownerBook(of.owner)]) {
      book.changePosition(book.ensure(of.accounting), change);
    }
  }

  /**
   * Does to each book by itself what need not be additive (a rounded share, a settlement): to the
   * account, the clients by number, and `external`; what is then left of cash and of the
   * instruments' flows goes to `external`.
   */
  settle(instruments: readonly Accounting[], effect: (book: Holdings) => void): void {
    effect(this.#whole);
    for (const [, book] of this.clients()) effect(book);
    effect(this.#external);
    for (const currency of this.#whole.currencies()) {
      const rest = new Cash();
      rest.merge(this.#whole.posted(currency) ?? rest);
      const parts = this.#totals.cash(currency);
      if (parts !== undefined) rest.part(parts);
      if (!rest.sum.isZero) this.#external.addCash({ currency, amount: rest.amount });
    }
    for (const accounting of instruments) this.#levelFlow(accounting);
  }

  /** Sets the opening balance of a currency: only its difference to the last one is posted. */
  deposit(currency: string, total: Amount): void {
    const before = this.#opening.get(currency) ?? NOTHING;
    this.#opening.set(currency, total);
    this.post(null, { currency, amount: sum({ left: total, right: negated(before) }) });
  }

  /** @throws {InvariantError} If posted cash of a currency is not that of its parts. */
  assertCash(currency: string): void {
    const whole = this.#whole.posted(currency) ?? new Cash();
    const isWhole = whole.equals(this.#totals.cash(currency) ?? new Cash());
    invariant(isWhole, "Cash of an account must be that of its sub-books and external");
  }

  /** @throws {InvariantError} If the account's position is not that of its parts. */
  assertPosition(instrument: InstrumentId): void {
    const whole = this.#whole.position(instrument);
    const parts = this.#totals.position(instrument);
    const isWhole = whole === undefined || parts === undefined
      ? whole === parts
      : parts.quanta.value === whole.quanta && parts.flow.equals(whole.flow);
    invariant(isWhole, "A position of an account must be that of its sub-books and external");
  }

  /** As both, for every currency and instrument, from the books alone; at the cost of all of them. */
  assertConserved(): void {
    const counted = new Totals();
    for (const [, book] of this.clients()) count(counted, book);
    count(counted, this.#external);
    for (const currency of [...this.#whole.currencies(), ...counted.currencies()]) {
      this.assertCash(currency);
      const parts = counted.cash(currency) ?? new Cash();
      const isWhole = parts.equals(this.#whole.posted(currency) ?? new Cash());
      invariant(isWhole, "Cash of an account must be what its parts add up to");
    }
    const held = [...this.#whole.positions()].map(({ instrument }) => instrument.id);
    for (const instrument of [...held, ...counted.instruments()]) {
      this.assertPosition(instrument);
      const whole = this.#whole.position(instrument);
      const parts = counted.position(instrument);
      const isWhole = whole !== undefined && parts?.quanta.value === whole.quanta &&
        parts.flow.equals(whole.flow);
      invariant(isWhole, "A position of an account must be what its parts add up to");
    }
  }

  /** Returns the whole state; clients by number. */
  checkpoint(): CheckpointNode {
    const currencies = [...this.#opening.keys()].sort();
    const clients = this.clients();
    return {
      opening_currencies: currencies,
      opening: currencies.map((currency) => decimalOf(this.#opening.get(currency) ?? NOTHING)),
      whole: this.#whole.checkpoint(),
      external: this.#external.checkpoint(),
      clients: clients.map(([client]) => client),
      books: clients.map(([, book]) => book.checkpoint()),
    };
  }

  /** Returns the account of a checkpoint. */
  static restore(
    saved: NodeReader,
    accountingOf: (id: InstrumentId) => Accounting | undefined,
  ): Account {
    const account = new Account();
    account.#whole.restore(saved.child("whole"), accountingOf);
    account.#external.restore(saved.child("external"), accountingOf);
    const opening = saved.texts("opening");
    for (const [at, currency] of saved.texts("opening_currencies").entries()) {
      account.#opening.set(currency, amountOf(opening[at] ?? ""));
    }
    const clients = saved.integers("clients");
    for (const [at, node] of saved.rows("books").entries()) {
      account.ownerBook(clientIndex(clients[at] ?? -1)).restore(node, accountingOf);
    }
    return account;
  }

  /** By what an execution moves positions: a quantum that is begun to be taken off is off. */
  #netOf({ owner, accounting, change, taken }: Posting): Change {
    if (taken.units === 0) return change;
    const { id, qtyRule: { scale } } = accounting.instrument;
    const before = this.#existing(owner)?.taken(id)?.amount ?? NOTHING;
    const after = sum({ left: before, right: taken });
    const left = (off: Amount): bigint => unitsBelow(negated(off), scale);
    const quanta = change.quanta + Number(left(after) - left(before));
    assertSafe(quanta);
    return { ...change, quanta };
  }

  /** What an execution would have moved, had it been the last. */
  #netOfVoid(posting: Posting): Change {
    const { quanta } = this.#netOf(opposite(posting));
    return { ...posting.change, quanta: 0 - quanta };
  }

  #assertBookable({ owner, accounting }: Posting, change: Change): void {
    positionIn(this.#whole, accounting).assertBookable(change);
    positionIn(this.#existing(owner), accounting).assertBookable(change);
  }

  #assertReversible({ owner, accounting }: Posting, change: Change): void {
    positionIn(this.#whole, accounting).assertReversible(change);
    positionIn(this.#existing(owner), accounting).assertReversible(change);
  }

  #post(posting: Posting, post: (position: Position) => void): void {
    const { owner, accounting, legs, fee, charge, taken } = posting;
    this.changeBoth(posting, post);
    for (const leg of legs) this.post(owner, leg);
    if (fee !== null) this.post(owner, fee);
    if (taken.units !== 0) this.ownerBook(owner).take(accounting.instrument.id, taken);
    if (charge !== null) this.noteCharge(owner, charge);
  }

  #existing(owner: Owner): Holdings | undefined {
    return owner === null ? this.#external : this.#clients.get(owner);
  }

  #levelFlow(accounting: Accounting): void {
    const { id } = accounting.instrument;
    const rest = new ExactSum();
    const [whole, parts] = [this.#whole.position(id), this.#totals.position(id)];
    if (whole !== undefined) rest.addSum(whole.flow);
    if (parts !== undefined) rest.subtractSum(parts.flow);
    if (rest.isZero) return;
    const position = this.#external.ensure(accounting);
    this.#external.changePosition(position, ({ flow }) => flow.addSum(rest));
  }
}

/** Returns the posting that undoes quantity and cash of another. */
export function opposite(posting: Posting): Posting {
  const { owner, accounting, change, legs, fee, charge, taken } = posting;
  return {
    owner,
    accounting,
    change: { ...change, quanta: -change.quanta },
    legs: legs.map(oppositeLeg),
    fee: fee === null ? null : oppositeLeg(fee),
    charge: charge === null ? null : oppositeLeg(charge),
    taken: negated(taken),
  };
}

/** @throws {InvariantError} If an execution would move a position by more than it may hold. */
function assertSafe(quanta: number): void {
  invariant(Number.isSafeInteger(quanta), "A position must stay within 2^53 quanta");
}

function oppositeLeg({ currency, amount }: CashLeg): CashLeg {
  return { currency, amount: negated(amount) };
}

/** The position in a book, or an empty one where there is none. */
function positionIn(book: Holdings | undefined, accounting: Accounting): Position {
  return book?.position(accounting.instrument.id) ?? accounting.open();
}

function count(totals: Totals, book: Holdings): void {
  for (const currency of book.currencies()) {
    const cash = book.posted(currency);
    if (cash !== undefined) totals.ensureCash(currency).merge(cash);
  }
  for (const position of book.positions()) totals.enter(position);
}
