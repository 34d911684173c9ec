/**
 * Orders by the names that their venues gave them. A name is one of its instrument: there are venues
 * that count the orders of each by themselves, and two of theirs must not be taken for each other.
 *
 * Most venues repeat our own key and never need this, so a venue's names are kept only from when
 * they are first wanted. Of orders with one name the newest has it: what is found then depends on the
 * orders alone, not on when they were named, so that a state read back finds the same.
 * @module
 */
import type { InstrumentId, OrderId, VenueId } from "../numbers.ts";
import { PAGE_BITS, PAGE_MASK, PAGE_SIZE, PageMemory, stored } from "./pages.ts";
import { NO_SLOT, SlotIndex } from "./slot_index.ts";
import { hashText } from "./text_hash.ts";

type Page = { readonly rows: Float64Array; readonly names: string[] };

/** An order under a name of its instrument. */
type Named = { readonly instrument: InstrumentId; readonly name: string; readonly order: OrderId };

const INSTRUMENT = 0;
const ORDER = 1;
/** The free slot that follows. */
const NEXT = 2;
const WIDTH = 3;

/** Names of orders, by instrument. */
export class VenueNames {
  readonly #open = new Set<VenueId>();
  readonly #index = new SlotIndex();
  readonly #memory = new PageMemory(8 * PAGE_SIZE * WIDTH);
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
  add(venue: VenueId, of: Named): void {
    if (this.isOpen(venue) && this.#slotOf(of) === NO_SLOT) this.addNew(venue, of);
  }

  /** Gives a name to an order that does not have it, if names of its venue are kept. */
  addNew(venue: VenueId, of: Named): void {
    if (!this.isOpen(venue)) return;
    const slot = this.#take();
    const page = this.#pageOf(slot);
    const at = (slot & PAGE_MASK) * WIDTH;
    if (page === undefined) return;
    page.rows[at + ORDER] = of.order;
    page.rows[at + INSTRUMENT] = of.instrument;
    page.names[slot & PAGE_MASK] = of.name;
    this.#index.insert(slot, hashOf(of));
  }

  /** The newest order that has the name, or undefined. */
  find(of: Pick<Named, "instrument" | "name">): OrderId | undefined {
    let newest: OrderId | undefined;
    let slot = this.#index.first(hashOf(of));
    for (; slot !== NO_SLOT; slot = this.#index.after()) {
      const order = this.#orderAt(slot, of);
      if (order !== undefined && (newest === undefined || order > newest)) newest = order;
    }
    return newest;
  }

  /** Takes a name away from an order; nothing happens if it does not have it. */
  delete(of: Named): void {
    const slot = this.#slotOf(of);
    const page = this.#pageOf(slot);
    if (page === undefined) return;
    this.#index.remove(slot, hashOf(of));
    page.names[slot & PAGE_MASK] = "";
    page.rows[(slot & PAGE_MASK) * WIDTH + NEXT] = this.#free;
    this.#free = slot;
  }

  #slotOf(of: Named): number {
    let slot = this.#index.first(hashOf(of));
    for (; slot !== NO_SLOT; slot = this.#index.after()) {
      if (this.#orderAt(slot, of) === of.order) return slot;
    }
    return NO_SLOT;
  }

  /** The order of a slot, if it has this name on this instrument. */
  #orderAt(slot: number, of: Pick<Named, "instrument" | "name">): OrderId | undefined {
    const page = this.#pageOf(slot);
    const at = (slot & PAGE_MASK) * WIDTH;
    if (page?.names[slot & PAGE_MASK] !== of.name) return undefined;
    if (page.rows[at + INSTRUMENT] !== of.instrument) return undefined;
    return stored(page.rows, at + ORDER);
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
      const { buffer, from } = this.#memory.take();
      this.#pages.push({ rows: new Float64Array(buffer, from, PAGE_SIZE * WIDTH), names });
    }
    this.#used += 1;
    return this.#used - 1;
  }

  #pageOf(slot: number): Page | undefined {
    return this.#pages[slot >>> PAGE_BITS];
  }
}

function hashOf({ instrument, name }: Pick<Named, "instrument" | "name">): number {
  return hashText(name, Math.imul(instrument + 1, 0x9e3779b1));
}
