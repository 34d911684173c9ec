/**
 * The one version of the program: daemon, engine and clients of one release carry the same.
 * @module
 */

/** Semantic version. The engine's version in the journal: a suffix of another one is not replayed. */
export const VERSION = "0.1.0";
