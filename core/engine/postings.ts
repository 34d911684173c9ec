/**
 * What is posted to the ledger beside executions, and what every posting ends with.
 * @module
 */
import type { Turn } from "./turn.ts";

/**
 * Ends a posting: what it touched must be the sum of its parts, and belongs to the digest.
 * @throws {InvariantError} If it is not.
 */
export function closePosting(turn: Turn): void {
  const { digest, ledger } = turn.state;
  ledger.assertTouched();
  ledger.mixInto((value) => digest.mix(value));
}
