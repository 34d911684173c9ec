/**
 * The simulated venue: a pure machine beside the engine, on the same timeline.
 * @module
 */
export { PAPER_CAPABILITIES } from "./capabilities.ts";
export { Simulator } from "./simulator.ts";
