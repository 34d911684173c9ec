/**
 * Windows and rows of orders, used again and again.
 *
 * Known limit: rows are never given back to the machine; there are as many as orders were kept at
 * one time.
 * @module
 */
import { ClOrdIds } from "../command.ts";
import type { OrderTerms } from "../order_parts.ts";
import { Order } from "../order.ts";
import type { IntentRecord, Intents } from "./intents.ts";
import { OrderList } from "./order_list.ts";
import { ORDER_WIDTH, type RowPage, rowPage } from "./order_row.ts";
import { PAGE_SIZE, PageMemory } from "./pages.ts";
import { SeenKeys } from "./seen_keys.ts";

/** Rows per page: a page of a third of a megabyte. */
const ROWS = PAGE_SIZE;

/** All windows. */
export class OrderPool {
  readonly intents: Intents;
  readonly keys = new ClOrdIds();
  readonly seen = new SeenKeys();
  readonly #free = new OrderList();
  readonly #memory = new PageMemory(8 * ROWS * ORDER_WIDTH);
  #page: RowPage | undefined;
  #used = ROWS;

  constructor(intents: Intents) {
    this.intents = intents;
  }

  /** Makes an order. */
  take(terms: OrderTerms, bearer: IntentRecord): Order {
    const order = this.#free.take() ?? this.#grow();
    order.begin(terms, bearer);
    return order;
  }

  /** Takes an order back that nothing refers to any more. */
  giveBack(order: Order): void {
    order.end();
    this.#free.add(order);
  }

  #grow(): Order {
    if (this.#page === undefined || this.#used === ROWS) {
      this.#page = rowPage(ROWS, this.#memory.take());
      this.#used = 0;
    }
    const at = this.#used * ORDER_WIDTH;
    this.#used += 1;
    return new Order(this, { ...this.#page, at });
  }
}
