/**
 * The books of one venue (one account at one exchange): what the account holds, and whose it is.
 *
 * Invariant: the account book equals the sub-books of the clients plus `external`, per currency and
 * per instrument, after every posting.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { NodeReader } from "../node_reader.ts";
import { type ClientIndex, clientIndex, type InstrumentId } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import { Holdings } from "./holdings.ts";
import { type Amount, amountOf, decimalOf, negated, NOTHING, sum } from "./money.ts";

/** Books of one venue. */
export class Account {
  readonly #whole: Holdings;
  readonly #external: Holdings;
  readonly #clients = new Map<ClientIndex, Holdings>();
  readonly #opening = new Map<string, Amount>();

  constructor(of: { readonly whole: Holdings; readonly external: Holdings }) {
    this.#whole = of.whole;
    this.#external = of.external;
  }

  /** The account book. */
  get whole(): Holdings {
    return this.#whole;
  }

  /** Book of a client, or undefined before its first execution here. */
  client(client: ClientIndex): Holdings | undefined {
    return this.#clients.get(client);
  }

  /** The book that an execution of this owner goes to; null is `external`. */
  ownerBook(client: ClientIndex | null): Holdings {
    if (client === null) return this.#external;
    const known = this.#clients.get(client);
    if (known !== undefined) return known;
    const book = new Holdings();
    this.#clients.set(client, book);
    return book;
  }

  /** Sets the opening balance of a currency: only its difference to the last one is posted. */
  deposit(currency: string, total: Amount): void {
    const before = this.#opening.get(currency) ?? NOTHING;
    const difference = sum({ left: total, right: negated(before) });
    this.#opening.set(currency, total);
    this.#whole.addCash(currency, difference);
    this.#external.addCash(currency, difference);
  }

  /** @throws {InvariantError} If the account book is not the sum of its sub-books. */
  assertConserved(): void {
    for (const currency of this.#whole.currencies()) {
      let rest = this.#whole.cash(currency);
      for (const book of this.#parts()) {
        rest = sum({ left: rest, right: negated(book.cash(currency)) });
      }
      invariant(rest.units === 0n, "Cash of an account must be that of its sub-books and external");
    }
    for (const { instrument, quanta, flow } of this.#whole.positions()) {
      let restQuanta = quanta;
      let restFlow = flow;
      for (const book of this.#parts()) {
        restQuanta -= book.position(instrument.id)?.quanta ?? 0;
        restFlow -= book.position(instrument.id)?.flow ?? 0n;
      }
      const isWhole = restQuanta === 0 && restFlow === 0n;
      invariant(isWhole, "A position of an account must be that of its sub-books and external");
    }
  }

  /** Returns the whole state; clients by number. */
  checkpoint(): CheckpointNode {
    const currencies = [...this.#opening.keys()].sort();
    const clients = [...this.#clients.keys()].sort((left, right) => left - right);
    return {
      opening_currencies: currencies,
      opening: currencies.map((currency) => decimalOf(this.#opening.get(currency) ?? NOTHING)),
      whole: this.#whole.checkpoint(),
      external: this.#external.checkpoint(),
      clients,
      books: clients.map((client) => this.ownerBook(client).checkpoint()),
    };
  }

  /** Returns the account of a checkpoint. */
  static restore(
    saved: NodeReader,
    instrumentOf: (id: InstrumentId) => Instrument | undefined,
  ): Account {
    const account = new Account({
      whole: Holdings.restore(saved.child("whole"), instrumentOf),
      external: Holdings.restore(saved.child("external"), instrumentOf),
    });
    const opening = saved.texts("opening");
    for (const [at, currency] of saved.texts("opening_currencies").entries()) {
      account.#opening.set(currency, amountOf(opening[at] ?? ""));
    }
    const clients = saved.integers("clients");
    for (const [at, node] of saved.rows("books").entries()) {
      account.#clients.set(clientIndex(clients[at] ?? -1), Holdings.restore(node, instrumentOf));
    }
    return account;
  }

  *#parts(): Generator<Holdings, void> {
    yield this.#external;
    yield* this.#clients.values();
  }
}
