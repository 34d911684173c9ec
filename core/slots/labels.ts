/**
 * Labels: texts that many things share, each kept once for as long as something bears it. The tags
 * of orders and intents are labels.
 *
 * Invariant: a label that is taken as often as it is dropped is forgotten.
 * @module
 */
import { NO_SLOT, SlotIndex } from "./slot_index.ts";
import { hashText } from "./text_hash.ts";

/** No label. */
export const NO_LABEL = -1;

/** Texts with numbers, counted. */
export class Labels {
  readonly #texts: string[] = [];
  readonly #counts: number[] = [];
  readonly #free: number[] = [];
  readonly #index = new SlotIndex();
  readonly #seed: number;
  /** The one that was taken last: mostly it is taken again. */
  #newest = NO_LABEL;

  /** `seed`: what clients, who choose the texts, do not know. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** How many are kept. */
  get size(): number {
    return this.#index.size;
  }

  /** Returns the number of a text, {@link NO_LABEL} of null; whoever takes it drops it later. */
  take(text: string | null): number {
    if (text === null) return NO_LABEL;
    const newest = this.#newest;
    const label = newest !== NO_LABEL && this.#texts[newest] === text ? newest : this.#find(text);
    this.#counts[label] = (this.#counts[label] ?? 0) + 1;
    this.#newest = label;
    return label;
  }

  /** Gives a label back. */
  drop(label: number): void {
    if (label === NO_LABEL) return;
    const count = (this.#counts[label] ?? 0) - 1;
    this.#counts[label] = count;
    if (count > 0) return;
    this.#index.remove(label, hashText(this.#texts[label] ?? "", this.#seed));
    this.#texts[label] = "";
    this.#free.push(label);
    if (this.#newest === label) this.#newest = NO_LABEL;
  }

  /** The text of a label. */
  text(label: number): string | null {
    return label === NO_LABEL ? null : this.#texts[label] ?? null;
  }

  #find(text: string): number {
    const hash = hashText(text, this.#seed);
    let label = this.#index.first(hash);
    while (label !== NO_SLOT && this.#texts[label] !== text) label = this.#index.after();
    if (label !== NO_SLOT) return label;
    const fresh = this.#free.pop() ?? this.#texts.length;
    this.#texts[fresh] = text;
    this.#index.insert(fresh, hash);
    return fresh;
  }
}
