/**
 * Products and differences of exact integers: numbers where that is exact, else BigInts.
 * @module
 */
import { narrowed, type Wide } from "../ledger/exact_sum.ts";
import type { Px, Qty } from "../numbers.ts";

export { ExactSum, narrowed, type Wide } from "../ledger/exact_sum.ts";

/** Returns price × quantity, quanta². */
export function productOf(price: Px, quantity: Qty): Wide {
  const small = price * quantity;
  if (Number.isSafeInteger(small)) return small + 0; // + 0 turns -0 into 0
  return BigInt(price) * BigInt(quantity);
}

/** Returns `left` × `right`. */
export function times(of: { readonly left: Wide; readonly right: Wide }): Wide {
  const { left, right } = of;
  if (typeof left === "number" && typeof right === "number") {
    const small = left * right;
    if (Number.isSafeInteger(small)) return small + 0; // + 0 turns -0 into 0
  }
  return narrowed(BigInt(left) * BigInt(right));
}

/** Returns `left` − `right`. */
export function difference(of: { readonly left: Wide; readonly right: Wide }): Wide {
  const { left, right } = of;
  if (typeof left === "number" && typeof right === "number") {
    const small = left - right;
    if (Number.isSafeInteger(small)) return small;
  }
  return narrowed(BigInt(left) - BigInt(right));
}
