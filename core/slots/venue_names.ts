/**
 * Orders by the names that their venues gave them.
 *
 * Most venues repeat our own key and never need this, so a venue's names are kept only from when
 * they are first wanted. Of two orders with one name the one that was named last has it.
 * @module
 */
import type { OrderId, VenueId } from "../numbers.ts";
import { PAGE_BITS, PAGE_MASK, PAGE_SIZE, stored } from "./pages.ts";
import { NO_SLOT, SlotIndex } from "./slot_index.ts";
import { hashText } from "./text_hash.ts";

type Page = { readonly rows: Float64Array; readonly names: string[] };

const VENUE = 0;
const ORDER = 1;
/** The free slot that follows. */
const NEXT = 2;
const WIDTH = 3;

/** Names of orders, by venue. */
export class VenueNames {
  readonly #open = new Set<VenueId>();
  readonly #index = new SlotIndex();
  readonly #pages: Page[] = [];
  #used = 0;
  #free = NO_SLOT;

  /** True if names of this venue are kept. */
  isOpen(venue: VenueId): boolean {
    return this.#open.has(venue);
  }

  /** Keeps the names of this venue from now on. */
  open(venue: VenueId): void {
    this.#open.add(venue);
  }

  /** Gives a name to an order, if names of its venue are kept. */
  add(venue: VenueId, of: { readonly name: string; readonly order: OrderId }): void {
    if (!this.isOpen(venue)) return;
    const known = this.#slotOf(venue, of.name);
    const slot = known === NO_SLOT ? this.#take() : known;
    const page = this.#pageOf(slot);
    const at = (slot & PAGE_MASK) * WIDTH;
    if (page === undefined) return;
    page.rows[at + ORDER] = of.order;
    if (known !== NO_SLOT) return;
    page.rows[at + VENUE] = venue;
    page.names[slot & PAGE_MASK] = of.name;
    this.#index.insert(slot, hashOf(venue, of.name));
  }

  /** The order that has the name, or undefined. */
  find(venue: VenueId, name: string): OrderId | undefined {
    const slot = this.#slotOf(venue, name);
    const rows = slot === NO_SLOT ? undefined : this.#pageOf(slot)?.rows;
    return rows === undefined ? undefined : stored(rows, (slot & PAGE_MASK) * WIDTH + ORDER);
  }

  /** Takes a name away from an order; nothing happens if another has it. */
  delete(venue: VenueId, of: { readonly name: string; readonly order: OrderId }): void {
    if (this.find(venue, of.name) !== of.order) return;
    const slot = this.#slotOf(venue, of.name);
    this.#index.remove(slot, hashOf(venue, of.name));
    const page = this.#pageOf(slot);
    if (page === undefined) return;
    page.names[slot & PAGE_MASK] = "";
    page.rows[(slot & PAGE_MASK) * WIDTH + NEXT] = this.#free;
    this.#free = slot;
  }

  #slotOf(venue: VenueId, name: string): number {
    let slot = this.#index.first(hashOf(venue, name));
    for (; slot !== NO_SLOT; slot = this.#index.after()) {
      const page = this.#pageOf(slot);
      if (page?.names[slot & PAGE_MASK] !== name) continue;
      if (page.rows[(slot & PAGE_MASK) * WIDTH + VENUE] === venue) return slot;
    }
    return NO_SLOT;
  }

  #take(): number {
    const slot = this.#free;
    const page = slot === NO_SLOT ? undefined : this.#pageOf(slot);
    if (page !== undefined) {
      this.#free = stored(page.rows, (slot & PAGE_MASK) * WIDTH + NEXT);
      return slot;
    }
    if ((this.#used & PAGE_MASK) === 0) {
      const names = new Array<string>(PAGE_SIZE).fill("");
      this.#pages.push({ rows: new Float64Array(PAGE_SIZE * WIDTH), names });
    }
    this.#used += 1;
    return this.#used - 1;
  }

  #pageOf(slot: number): Page | undefined {
    return this.#pages[slot >>> PAGE_BITS];
  }
}

function hashOf(venue: VenueId, name: string): number {
  return hashText(name, Math.imul(venue + 1, 0x9e3779b1));
}
