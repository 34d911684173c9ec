/**
 * Recognises the lines that are about an order or an intent, by the ids that it is known by so far.
 * @module
 */
import type { Target } from "./subject.ts";

/** Ids of one sort that are looked for; of more, the first and the newest. */
const IDS_MAX = 16;

/** Ids to look for. */
export class Mentions {
  readonly #fixed: readonly string[];
  #intents: readonly string[] = [];
  #venueOrders: readonly string[] = [];
  readonly #pattern: RegExp;
  #learnt: RegExp | undefined;

  constructor(target: Target, clOrdIdPrefix: string) {
    if (target.kind !== "order") {
      this.#fixed = [
        target.kind === "intent"
          ? `intent_id":${JSON.stringify(target.intentId)}`
          : `"venue_order_id":${JSON.stringify(target.venueOrderId)}`,
      ];
      this.#pattern = anyOf(this.#fixed.map(escaped));
      return;
    }
    const { order } = target;
    this.#fixed = [
      `"order":${order}`,
      `"order_id":"${order}"`,
      `${clOrdIdPrefix}-${order}-`,
      `rder ${order} `,
    ];
    this.#pattern = anyOf([
      `"order":${order}[,}]`,
      `"order_id":"${order}"`,
      `"${clOrdIdPrefix}-${order}-`,
      `"alarm".*[Oo]rder ${order}(?!\\d)`,
    ]);
  }

  /** What to look for in a whole batch. */
  get texts(): readonly string[] {
    return [...this.#fixed, ...this.#intents, ...this.#venueOrders];
  }

  /** True if a line names it. */
  isIn(line: string): boolean {
    return this.#pattern.test(line);
  }

  /** True if an event's line names it, or an id that it bears, which others may bear as well. */
  mayBeIn(line: string): boolean {
    return this.#pattern.test(line) || this.#learnt?.test(line) === true;
  }

  /** An intent of the order: its repetitions name no order. */
  addIntent(intentId: string): void {
    const text = `"intent_id":${JSON.stringify(intentId)}`;
    if (this.#intents.includes(text)) return;
    this.#intents = bounded([...this.#intents, text]);
    this.#learn();
  }

  /** A name that the venue gave the order. */
  addVenueOrder(venueOrderId: string | undefined): void {
    if (venueOrderId === undefined) return;
    const text = `"venue_order_id":${JSON.stringify(venueOrderId)}`;
    if (this.#venueOrders.includes(text)) return;
    this.#venueOrders = bounded([...this.#venueOrders, text]);
    this.#learn();
  }

  #learn(): void {
    this.#learnt = anyOf([...this.#intents, ...this.#venueOrders].map(escaped));
  }
}

function anyOf(patterns: readonly string[]): RegExp {
  return new RegExp(patterns.join("|"));
}

function bounded(texts: readonly string[]): readonly string[] {
  return texts.length <= IDS_MAX ? texts : [...texts.slice(0, 1), ...texts.slice(2)];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
