/**
 * Slots: what grows with orders and intents, kept in rows of typed arrays, found by indexes that grow
 * a piece at a time.
 *
 * Begin with `order_window.ts` (the columns of an order) and `intents.ts`. `order_pool.ts` hands out
 * windows, `order_list.ts` links them, `id_directory.ts` finds them by id, `venue_names.ts` by the
 * venue's name; `slot_index.ts` is the index under the last two that look for texts.
 *
 * Invariants: nothing takes long in one step (decision 0050); nothing that is seen outside depends
 * on where a slot is; the naive twins in the tests agree after every command.
 * @module
 */
export { IdDirectory } from "./id_directory.ts";
export { INTENT_ACTIONS, type IntentFields, type IntentRecord, Intents } from "./intents.ts";
export { OrderList } from "./order_list.ts";
export { OrderPool } from "./order_pool.ts";
export { VenueNames } from "./venue_names.ts";
