/**
 * A plain market maker on the simulated venue: one order at each best price, moved every half
 * second, not beyond a small position.
 * @module
 */
import type { CancelRequest } from "../../core/command.ts";
import { Book } from "../../core/book.ts";
import type { Draft, Event } from "../../core/event.ts";
import type { Side } from "../../core/instrument.ts";
import { micros, orderId, px, qty, requestId, seqId } from "../../core/numbers.ts";
import type { Px } from "../../core/numbers.ts";
import { Simulator } from "../../core/simulator/mod.ts";
import type { CheckpointNode } from "../../core/timeline.ts";
import { declarationOf, inShort, INSTRUMENT, NO_COSTS, VENUE } from "./simulated_venue.ts";

const REQUOTE_US = 500_000;
const ORDER_QTY = 3;
const POSITION_MAX = 15;

type Quote = { readonly id: number; readonly price: Px };

/** Feed it drafts; it trades. */
export class Quoter {
  /** Everything the venue said, in short. */
  readonly said: string[] = [];
  bought = 0;
  sold = 0;
  readonly #declaration = declarationOf({
    ...NO_COSTS,
    orderLatencyUs: 2000,
    reportLatencyUs: 2000,
  });
  #simulator = new Simulator(this.#declaration);
  readonly #book = new Book();
  readonly #quotes = new Map<Side, Quote>();
  #cash = 0n;
  #seq = 0;
  #nowUs = 0;
  #quotedUs = 0;
  #nextOrder = { Buy: 1, Sell: 2 };

  /** Takes one piece of news, then trades. */
  feed(draft: Draft): void {
    this.#nowUs = Math.max(this.#nowUs, draft.eventTime); // a daemon's clock never goes back
    this.#apply(draft);
    if (draft.eventType === "BookSnapshot") {
      this.#book.applySnapshot(draft.payload, draft.eventTime);
    }
    if (draft.eventType === "BookDelta") this.#book.applyDelta(draft.payload, draft.eventTime);
    for (const output of this.#simulator.takeOutputs(micros(this.#nowUs))) this.#hear(output);
    if (this.#nowUs - this.#quotedUs >= REQUOTE_US) this.#requote();
  }

  /** Cash and position at the middle of the book, quanta of price × quantity, doubled. */
  profit(): bigint {
    const middle = (this.#book.best("Buy")?.price ?? 0) + (this.#book.best("Sell")?.price ?? 0);
    return 2n * this.#cash + BigInt(this.#position) * BigInt(middle);
  }

  /** Replaces the simulator by the one that its checkpoint gives. */
  roundTrip(): void {
    const node = JSON.parse(JSON.stringify(this.#simulator.checkpoint())) as CheckpointNode;
    this.#simulator = Simulator.restore(this.#declaration, node, () => INSTRUMENT);
  }

  get #position(): number {
    return this.bought - this.sold;
  }

  #apply(draft: Draft): void {
    const event = { ...draft, seqId: seqId(++this.#seq), ingestTime: micros(this.#nowUs) };
    this.#simulator.apply(event as Event, () => INSTRUMENT);
  }

  #hear(output: Draft): void {
    this.#apply(output);
    this.said.push(inShort(output));
    if (output.eventType !== "OrderExecuted") return;
    const { order, lastQty, lastPx } = output.payload;
    const isBuy = (order ?? 0) % 2 === 1;
    if (isBuy) this.bought += lastQty;
    else this.sold += lastQty;
    this.#cash += BigInt(lastQty) * BigInt(lastPx) * (isBuy ? -1n : 1n);
  }

  #requote(): void {
    this.#quotedUs = this.#nowUs;
    for (const side of ["Buy", "Sell"] as const) {
      const quote = this.#quotes.get(side);
      const isFull = this.#position * (side === "Buy" ? 1 : -1) >= POSITION_MAX;
      const price = isFull ? undefined : this.#book.best(side)?.price;
      if (quote?.price === price) continue;
      if (quote !== undefined) this.#cancel(quote);
      if (price === undefined) this.#quotes.delete(side);
      else this.#place(side, price);
    }
  }

  #cancel({ id }: Quote): void {
    this.#simulator.command({ kind: "Cancel", ...this.#common(id) }, micros(this.#nowUs));
  }

  #place(side: Side, price: Px): void {
    const id = this.#nextOrder[side];
    this.#nextOrder[side] += 2;
    this.#quotes.set(side, { id, price });
    this.#simulator.command({
      kind: "Submit",
      ...this.#common(id),
      side,
      ordType: "Limit",
      timeInForce: "GTC",
      expireUs: null,
      price: px(price),
      orderQty: qty(ORDER_QTY),
      postOnly: true,
      reduceOnly: false,
      params: null,
    }, micros(this.#nowUs));
  }

  #common(id: number): Omit<CancelRequest, "kind"> {
    return {
      seqId: seqId(this.#seq),
      request: requestId(id),
      venue: VENUE,
      instrument: INSTRUMENT.id,
      order: orderId(id),
      clOrdId: `c${id}`,
      venueOrderId: null,
    };
  }
}
