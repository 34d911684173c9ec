/**
 * What must hold, said once: the assertion used by every machine in `core/`.
 *
 * A broken invariant is our bug. It is caught only at the engine's seam, where it halts the
 * account (`strict`) or is counted (`warn`).
 * @module
 */

/** A rule of the machine itself was broken. Its message is the rule. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * Asserts what must hold. The rule is a constant: hot paths build no text.
 * @throws {InvariantError} If `condition` is false.
 */
export function invariant(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new InvariantError(rule);
}

/**
 * Does not compile while a variant is unhandled; throws if the types were bypassed.
 * @throws {InvariantError} Always.
 */
export function unreachable(value: never): never {
  throw new InvariantError(`Unreachable variant: ${JSON.stringify(value)}`);
}
