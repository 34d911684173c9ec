/**
 * The terms that an order has at the venue: answers, look-ups, lists of open orders and the user stream
 * all tell of them, each in its own time.
 *
 * A time is that of the order's newest change, a fill as well as an amendment: whatever shows the order
 * as of a time shows every amendment up to it. The stream tells all of them, in order, and may be
 * seconds behind: what was shown already is not told again, since the core would take it for the answer
 * to a newer Replace, or for a change by the venue.
 *
 * Two amendments of one millisecond have no order but that of the stream: where their terms differ, what
 * it says last counts.
 * @module
 */
import type { Micros } from "../../../../core/numbers.ts";
import type { KnownOrder } from "./known_orders.ts";
import type { BinanceOrder } from "./payloads.ts";

/** As the venue spells them, and as of when: milliseconds, 0 where it does not say. */
export type Terms = Pick<BinanceOrder, "origQty" | "price" | "updatedMs">;

/** An amendment as the stream told it: under which key, and when. */
export type ToldAmendment = {
  readonly terms: Terms;
  readonly key: string;
  readonly toldUs: Micros;
};

/** More than are told of an order while one amendment of it waits for its answer. */
const AMENDMENTS_MAX = 8;

/** Keeps terms that are going to be told now, unless newer ones were; returns the newest. */
export function noteTerms(order: KnownOrder, terms: Terms, nowUs: Micros): Terms {
  const { terms: told } = order;
  if (told !== undefined && isOlder(terms, told)) return told;
  order.terms = terms;
  order.termsToldUs = nowUs;
  return terms;
}

/**
 * True of terms from before those that were told, which a look-up shows that left at `leftUs`: they
 * decide nothing. One that left so long after they were told that the exchange cannot lag behind
 * any more is believed, whatever it shows: no doubt may wait for ever.
 */
export function isOutdated(
  shown: Terms,
  of: {
    readonly order: KnownOrder;
    readonly leftUs: Micros;
    /** How long the exchange may lag behind itself. */
    readonly propagationMs: number;
  },
): boolean {
  const { terms: told, termsToldUs } = of.order;
  if (told === undefined || !isOlder(shown, told) || isSame(shown, told)) return false;
  return of.leftUs < termsToldUs + of.propagationMs * 1000;
}

/** True of an amendment that is part of what was told. */
export function isTold(amended: Terms, { terms: told }: KnownOrder): boolean {
  if (told === undefined || amended.updatedMs > told.updatedMs) return false;
  return amended.updatedMs < told.updatedMs || isSame(amended, told);
}

function isOlder(terms: Terms, told: Terms): boolean {
  return terms.updatedMs !== 0 && terms.updatedMs < told.updatedMs;
}

function isSame(one: Terms, other: Terms): boolean {
  return one.origQty === other.origQty && one.price === other.price;
}

/** Keeps under which key the stream told an amendment, for the answer that is to come. */
export function noteAmendment(order: KnownOrder, told: ToldAmendment): void {
  order.amendments = [...order.amendments, told].slice(-AMENDMENTS_MAX);
}

/**
 * Returns the key of the answer to an amendment that left at `leftUs`. Where the order has traded the
 * answer has a later time than the stream's word on the same amendment; under a key of its own it would
 * be taken for the answer to the next one, which may have left meanwhile. So what was told of these
 * terms since it left, first of all, lends its key.
 */
export function answerKey(
  answer: Terms & Pick<BinanceOrder, "orderId">,
  of: { readonly order: KnownOrder; readonly leftUs: Micros },
): string {
  const told = of.order.amendments.find(({ terms, toldUs }) =>
    toldUs > of.leftUs && isSame(terms, answer)
  );
  return told?.key ?? amendmentKey(answer);
}

/** Answer and stream say one amendment twice: this tells that they do. */
export function amendmentKey(
  { orderId, updatedMs, origQty, price }: Terms & Pick<BinanceOrder, "orderId">,
): string {
  return `amended ${orderId} ${updatedMs} ${origQty} ${price}`;
}
