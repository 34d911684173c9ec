/**
 * Feeds: where market data comes from when no venue sends it — generated, or recorded and played
 * again. A feed runs in a Worker of its own; the daemon's end is `edge/feed_link.ts`.
 * @module
 */
export { CAPTURE_FORMATS, LISTING_FORMATS } from "./capture_formats.ts";
export { columnProblems } from "./row_mapping.ts";
