/**
 * The machines as every part of a process plays them: the daemon, its follower, the journal's tools.
 * @module
 */
import { createTimeline } from "../core/mod.ts";
import type { FollowerMachine } from "../edge/journal/follower.ts";
import type { Randomness } from "../edge/ports.ts";
import { writeReport } from "../wire/encode_report.ts";

const SECRET_BYTES = 16;

/** Returns the maker of timelines, whose indexes are spread by what is drawn here and told nobody. */
export function ownMachine(randomness: Randomness): FollowerMachine {
  const secret = randomness.bytes(SECRET_BYTES).toHex();
  return { createTimeline: (from) => createTimeline(from, secret), writeReport };
}
