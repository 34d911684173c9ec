/**
 * Single messages of betting streams from the shared data, written over several lines there.
 * @module
 */
import { sharedData } from "./shared_data.ts";

/** Names of the messages of the market stream. */
export const LINE_NAMES: readonly string[] = [
  "connection",
  "status",
  "mcm_BSP",
  "mcm_BSP_settled",
  "mcm_HEARTBEAT",
  "mcm_RESUB_DELTA",
  "mcm_SUB_IMAGE",
  "mcm_SUB_IMAGE_no_market_def",
  "mcm_UPDATE",
  "mcm_UPDATE_md",
  "mcm_UPDATE_tv",
  "mcm_latency",
  "mcm_live_IMAGE",
  "mcm_live_UPDATE",
];

/** Returns a message, or each of a list of them, as a line; undefined without the shared data. */
export function payloadLines(name: string): readonly string[] | undefined {
  const path = sharedData(`venue_payloads/betfair/stream/${name}.json`);
  if (path === undefined) return undefined;
  const payload = JSON.parse(Deno.readTextFileSync(path)) as unknown;
  return (Array.isArray(payload) ? payload : [payload]).map((one) => JSON.stringify(one));
}
