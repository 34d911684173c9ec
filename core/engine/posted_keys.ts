/**
 * Keys of facts about accounts that were posted, per venue, so that a repetition changes nothing.
 *
 * A key is remembered from when it was first seen, for the horizon and for as long as its venue may
 * tell its fact again. Bound: what a venue reports within the horizon, or since shortly before the last
 * reconciliation that was answered.
 * @module
 */
import { type Micros, micros, type VenueId, venueId } from "../numbers.ts";
import type { NodeReader } from "../node_reader.ts";
import type { CheckpointNode } from "../timeline.ts";

/** Keys with the time at which they were seen. */
export class PostedKeys {
  /** By venue, each oldest first. */
  readonly #seen = new Map<VenueId, Map<string, Micros>>();

  /** Tells whether the key was seen after `sinceUs`. */
  has(venue: VenueId, of: { readonly key: string; readonly sinceUs: number }): boolean {
    const at = this.#seen.get(venue)?.get(of.key);
    return at !== undefined && at > of.sinceUs;
  }

  /** Remembers a key, and forgets those that were seen at `sinceUs` or before. */
  add(
    venue: VenueId,
    of: { readonly key: string; readonly nowUs: Micros; readonly sinceUs: number },
  ): void {
    const keys = this.#seen.get(venue) ?? new Map<string, Micros>();
    this.#seen.set(venue, keys);
    for (const [oldest, at] of keys) {
      if (at > of.sinceUs) break;
      keys.delete(oldest);
    }
    keys.set(of.key, of.nowUs);
  }

  /** Returns every key; venues as they came, which is how they are read back, keys oldest first. */
  checkpoint(): CheckpointNode {
    return [...this.#seen].map(([venue, keys]) => (
      { venue, keys: [...keys.keys()], times: [...keys.values()] }
    ));
  }

  /** Takes the keys of a checkpoint. */
  restore(rows: readonly NodeReader[]): void {
    for (const row of rows) {
      const times = row.integers("times");
      const keys = new Map<string, Micros>();
      for (const [at, key] of row.texts("keys").entries()) keys.set(key, micros(times[at] ?? 0));
      this.#seen.set(venueId(row.integer("venue")), keys);
    }
  }
}
