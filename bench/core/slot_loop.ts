/**
 * The floor of the core's throughput: the same events through a bare loop over typed-array slots.
 *
 * It reads the very event objects that the engine reads, decimals included, and is told the slot of
 * each. One table of states by steps, one row of columns per order, one position at average cost
 * in doubles, cash, fees and open exposure. No guard, no report, no intent or execution ids, no
 * digest, nothing exact beyond 2^53.
 * @module
 */
import { type Event, toQuanta } from "../../core/mod.ts";
import { isBuying, STEP, type Steps } from "./lives.ts";
import { PRICE_SCALE, QTY_SCALE } from "./scene.ts";

const NONE = 0;
const SUBMITTED = 1;
const ACCEPTED = 2;
const PARTLY = 3;
const FILLED = 4;
const REPLACING = 5;
const CANCELLING = 6;
const CANCELLED = 7;
const STATES = 8;
const ILLEGAL = 255;
const FEE = 0.0001;

function tableOf(): Uint8Array {
  const next = new Uint8Array(STATES * 8).fill(ILLEGAL);
  const allow = (from: number, by: number, to: number): void => {
    next[from * 8 + by] = to;
  };
  for (const ended of [NONE, FILLED, CANCELLED]) allow(ended, STEP.Place, SUBMITTED);
  allow(SUBMITTED, STEP.Accepted, ACCEPTED);
  allow(ACCEPTED, STEP.Replace, REPLACING);
  allow(REPLACING, STEP.Replaced, ACCEPTED);
  allow(ACCEPTED, STEP.Part, PARTLY);
  allow(PARTLY, STEP.Rest, FILLED);
  allow(PARTLY, STEP.Cancel, CANCELLING);
  allow(CANCELLING, STEP.Cancelled, CANCELLED);
  return next;
}

type Move = { readonly by: number; readonly px: number; readonly qty: number };

/** The bare loop's state. */
export class SlotLoop {
  readonly #next = tableOf();
  readonly #state: Uint8Array;
  readonly #px: Int32Array;
  readonly #qty: Int32Array;
  readonly #cum: Int32Array;
  #position = 0;
  #cost = 0;
  #cash = 0;
  #fees = 0;
  #exposure = 0;
  #illegal = 0;

  constructor(lanes: number) {
    this.#state = new Uint8Array(lanes);
    this.#px = new Int32Array(lanes);
    this.#qty = new Int32Array(lanes);
    this.#cum = new Int32Array(lanes);
  }

  /** What came of it, so that nothing is optimised away. */
  get sums(): readonly number[] {
    return [this.#position, this.#cost, this.#cash, this.#fees, this.#exposure, this.#illegal];
  }

  /** Applies a batch; `steps` gives the slots. */
  apply(events: readonly Event[], steps: Steps): void {
    const { lane } = steps;
    for (let at = 0; at < events.length; at++) {
      const event = events[at];
      if (event !== undefined) this.#apply(event, lane[at] ?? 0);
    }
  }

  #apply(event: Event, slot: number): void {
    switch (event.eventType) {
      case "IntentReceived":
        return this.#intent(event, slot);
      case "OrderAccepted":
        return this.#move(slot, { by: STEP.Accepted, px: 0, qty: 0 });
      case "OrderReplaced": {
        const { price, orderQty } = event.payload;
        return this.#move(slot, { by: STEP.Replaced, px: price ?? 0, qty: orderQty });
      }
      case "OrderExecuted": {
        const { lastPx, lastQty } = event.payload;
        const left = (this.#qty[slot] ?? 0) - (this.#cum[slot] ?? 0) - lastQty;
        const by = left === 0 ? STEP.Rest : STEP.Part;
        return this.#move(slot, { by, px: lastPx, qty: lastQty });
      }
      case "OrderCancelled":
        return this.#move(slot, { by: STEP.Cancelled, px: 0, qty: 0 });
      default:
        this.#illegal++;
    }
  }

  #intent(event: Event<"IntentReceived">, slot: number): void {
    const { intent } = event.payload;
    if (intent.action === "Cancel") return this.#move(slot, { by: STEP.Cancel, px: 0, qty: 0 });
    if (intent.action !== "Place" && intent.action !== "Replace") return;
    const px = toQuanta(intent.price ?? "", PRICE_SCALE) ?? 0;
    const qty = toQuanta(intent.orderQty, QTY_SCALE) ?? 0;
    const by = intent.action === "Place" ? STEP.Place : STEP.Replace;
    this.#move(slot, { by, px, qty });
  }

  #move(slot: number, of: Move): void {
    const to = this.#next[(this.#state[slot] ?? 0) * 8 + of.by] ?? ILLEGAL;
    if (to === ILLEGAL) {
      this.#illegal++;
      return;
    }
    this.#state[slot] = to;
    this.#act(slot, of);
  }

  #act(slot: number, of: Move): void {
    switch (of.by) {
      case STEP.Place:
        this.#px[slot] = of.px;
        this.#qty[slot] = of.qty;
        this.#cum[slot] = 0;
        this.#exposure += of.qty;
        break;
      case STEP.Replaced:
        this.#exposure += of.qty - (this.#qty[slot] ?? 0);
        this.#px[slot] = of.px;
        this.#qty[slot] = of.qty;
        break;
      case STEP.Part:
      case STEP.Rest:
        this.#cum[slot] = (this.#cum[slot] ?? 0) + of.qty;
        this.#exposure -= of.qty;
        this.#book(isBuying(slot) ? of.qty : -of.qty, of.px);
        break;
      case STEP.Cancelled:
        this.#exposure -= (this.#qty[slot] ?? 0) - (this.#cum[slot] ?? 0);
        break;
    }
  }

  #book(quanta: number, px: number): void {
    const position = this.#position;
    const after = position + quanta;
    this.#cash -= quanta * px;
    this.#fees += Math.abs(quanta) * px * FEE;
    if (position === 0 || Math.sign(position) === Math.sign(quanta)) this.#cost += quanta * px;
    else if (Math.sign(after) !== Math.sign(position)) this.#cost = after * px;
    else this.#cost -= this.#cost * (Math.abs(quanta) / Math.abs(position));
    this.#position = after;
  }
}
