/**
 * Fewer events that show the same: whatever can be left out is left out.
 * @module
 */
import type { JsonObject } from "../contracts/trace/json.ts";

/**
 * Leaves out runs of events, long ones first, then single ones, as long as `isFailing` holds of what
 * is left, numbered anew. The first event stays: a journal begins with its start.
 */
export async function fewestEvents(
  events: readonly JsonObject[],
  isFailing: (events: readonly JsonObject[]) => Promise<boolean>,
): Promise<readonly JsonObject[]> {
  let kept = [...events];
  for (let length = Math.ceil(kept.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let at = kept.length - length; at >= 1; at -= length) {
      const fewer = numbered([...kept.slice(0, at), ...kept.slice(at + length)]);
      if (await isFailing(fewer)) kept = fewer;
    }
  }
  return kept;
}

function numbered(events: readonly JsonObject[]): JsonObject[] {
  return events.map((event, at) => ({ ...event, seq_id: at + 1 }));
}
