/**
 * Lists by number: a value stands at its number, and what is not there yet is `undefined`.
 *
 * Invariant: such a list has no holes, which the engine's loops would be slower over.
 * @module
 */

/** Puts a value at its number, over whatever stood there. */
export function putAt<Value>(list: (Value | undefined)[], number: number, value: Value): void {
  while (list.length <= number) list.push(undefined);
  list.fill(value, number, number + 1);
}
