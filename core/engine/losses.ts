/**
 * What each book has lost since 00:00 UTC: profit when the day began less profit now.
 *
 * Profit is realised and unrealised together of every position of a book in one currency, less what
 * the book was charged: commission, funding, fees and interest of the account. The first event of a
 * new day notes it before anything else, by the middle of each reference book, else of the own book
 * as it stands, fresh or not; a position whose book is empty counts what it realised. Now it is told
 * by reference books only. What an account is taken over with was won or lost before, by the same
 * middles.
 *
 * Limits: the day is that of the engine's clock; what happened while the daemon was down belongs to
 * the day in which it came back. A position that is taken over while its book is empty counts from
 * the price at which it was entered.
 * @module
 */
import type { EngineState } from "./state.ts";
import type { ChargeRow } from "../ledger/charges.ts";
import { type Amount, amountShown, negated, NOTHING, sum } from "../ledger/money.ts";
import type { ClientIndex, InstrumentId, Micros, Px, VenueId } from "../numbers.ts";
import { DAY_US, micros } from "../numbers.ts";
import { type LossMeter, midOf, referenceBook } from "../risk/mod.ts";
import type { PositionRow } from "../view.ts";

/** Profit of one book in one currency when the day began. `client` null: the account's. */
export type Baseline = {
  readonly client: ClientIndex | null;
  readonly venue: VenueId;
  readonly currency: string;
  readonly profit: Amount;
};

/** Losses of the day. */
export class DayLosses implements LossMeter {
  /** When the next day begins; 0 before the first event. */
  nextDayUs: Micros = micros(0);
  baselines: Baseline[] = [];
  readonly #state: EngineState;

  constructor(state: EngineState) {
    this.#state = state;
  }

  /** Notes where every book stands if `nowUs` is in a new day. */
  roll(nowUs: Micros): void {
    if (nowUs < this.nextDayUs) return;
    const isFirst = this.nextDayUs === 0;
    this.nextDayUs = micros(nowUs - nowUs % DAY_US + DAY_US);
    if (isFirst) return;
    this.baselines = this.#profits(null);
    for (const { index } of this.#state.clients.all) this.baselines.push(...this.#profits(index));
  }

  /** Lets accounts be taken over: whatever `post` books changes no loss, also if it throws. */
  takeOver(post: () => void): void {
    const before = this.#profits(null);
    try {
      post();
    } finally {
      for (const { profit, ...of } of this.#profits(null)) {
        const left = profit;
        const right = negated(before.find((one) => isOf(one, of))?.profit ?? NOTHING);
        this.#shift(of, sum({ left, right }));
      }
    }
  }

  clientLoss(client: ClientIndex, currency: string): Amount | undefined {
    return this.#lossOf({ client, venue: null, currency });
  }

  venueLoss(venue: VenueId, currency: string): Amount | undefined {
    return this.#lossOf({ client: null, venue, currency });
  }

  #lossOf(
    of: {
      readonly client: ClientIndex | null;
      readonly venue: VenueId | null;
      readonly currency: string;
    },
  ): Amount | undefined {
    const { ledger } = this.#state;
    const now = ledger.profit(of.client ?? "account", {
      venue: of.venue,
      currency: of.currency,
      markOf: (id) => this.#freshMid(id),
    });
    if (now === undefined) return undefined;
    let loss = negated(now);
    for (const { venue, currency, amount } of ledger.charges(of.client ?? "account")) {
      if (currency !== of.currency || (of.venue !== null && venue !== of.venue)) continue;
      loss = sum({ left: loss, right: negated(amount) });
    }
    for (const baseline of this.baselines) {
      if (baseline.client !== of.client || baseline.currency !== of.currency) continue;
      if (of.venue !== null && baseline.venue !== of.venue) continue;
      loss = sum({ left: loss, right: baseline.profit });
    }
    return loss;
  }

  /** By the middle of each reference book, else of the own book as it stands. */
  #profits(client: ClientIndex | null): Baseline[] {
    const { ledger } = this.#state;
    const rows = ledger.positions(client ?? "account", (id) => this.#mid(id));
    const charges = ledger.charges(client ?? "account");
    return profitsOf(this.#state, { client, rows, charges });
  }

  #shift(of: Omit<Baseline, "profit">, by: Amount): void {
    if (BigInt(by.units) === 0n) return;
    const at = this.baselines.findIndex((one) => isOf(one, of));
    const left = this.baselines[at]?.profit ?? NOTHING;
    const shifted = { ...of, profit: sum({ left, right: by }) };
    if (at < 0) this.baselines.push(shifted);
    else this.baselines[at] = shifted;
  }

  #mid(instrument: InstrumentId): Px | undefined {
    const listed = this.#state.risk.instruments[instrument];
    if (listed === undefined) return undefined;
    return midOf(referenceBook(listed, this.#state.nowUs) ?? listed.book);
  }

  #freshMid(instrument: InstrumentId): Px | undefined {
    const listed = this.#state.risk.instruments[instrument];
    const book = listed === undefined ? undefined : referenceBook(listed, this.#state.nowUs);
    return book === undefined ? undefined : midOf(book);
  }
}

function isOf(baseline: Baseline, of: Omit<Baseline, "profit">): boolean {
  const { client, venue, currency } = baseline;
  return client === of.client && venue === of.venue && currency === of.currency;
}

/** Sums by venue and currency, in the order of the rows, then of the charges. */
function profitsOf(
  state: EngineState,
  of: {
    readonly client: ClientIndex | null;
    readonly rows: readonly PositionRow[];
    readonly charges: readonly ChargeRow[];
  },
): Baseline[] {
  const found: Baseline[] = [];
  const add = ({ venue, currency, amount }: ChargeRow): void => {
    const at = found.findIndex((one) => one.venue === venue && one.currency === currency);
    const known = found[at];
    if (known === undefined) found.push({ client: of.client, venue, currency, profit: amount });
    else found[at] = { ...known, profit: sum({ left: known.profit, right: amount }) };
  };
  for (const { instrument, realisedPnl, unrealisedPnl, currency } of of.rows) {
    const { venue } = state.instrument(instrument).instrument;
    const unrealised = unrealisedPnl === null ? NOTHING : amountShown(unrealisedPnl);
    add({ venue, currency, amount: sum({ left: amountShown(realisedPnl), right: unrealised }) });
  }
  of.charges.forEach(add);
  return found;
}
