/**
 * The loopback protocol: frames, messages, sessions, subscriptions, queries.
 *
 * Owns what is said to clients and when. Takes from the core its types and constructors, never an
 * engine; the daemon's loop drives the server through `Observer` and is driven through `Backend`.
 * @module
 */
export type { Backend } from "./backend.ts";
export { writeReport } from "./encode_report.ts";
export { WireServer } from "./server.ts";
export { readOrCreateToken, tokenPath } from "./token.ts";
