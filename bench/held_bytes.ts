/**
 * What this process holds, after a collection.
 * @module
 */

/** Returns heap and typed arrays, bytes. @throws {Error} Without the flag `--expose-gc`. */
export function heldBytes(): number {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect !== "function") throw new Error("Cannot collect: --expose-gc must be set");
  collect();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
