/**
 * The engine: the machine that keeps orders, accounts and risk. One event in, new state, effects out.
 *
 * Begin with `engine.ts` (the door and the seam). From there by what an event is: `intents.ts` (what a
 * strategy asks: `admit`, `place`, `replace`, `cancel_intents`, `refuse`), `broker.ts` (what a venue
 * says: `outcomes`, `replaced`, `fills`, `answers`, `doubt`), `control.ts` (`sessions`, `restart`),
 * `deadlines.ts`, `market.ts`. Only `reports.ts` writes an order's state, but for what a checkpoint
 * restores.
 *
 * Invariants: a report number is used once; a terminal order stays terminal; the account book is the
 * sum of its parts after every event (`asserts.ts`).
 * @module
 */
export { engineNode, enginePieces, readEngine } from "./checkpoint.ts";
export { Engine } from "./engine.ts";
export { EngineState } from "./state.ts";
export { EngineView } from "./view.ts";
