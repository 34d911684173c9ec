/**
 * A book that knows the checksum of its ten best levels on both sides.
 * @module
 */
import { crc32 } from "node:zlib";
import type { Px, Qty } from "../../core/numbers.ts";

/** Levels of a side in the checksum. */
const CHECKED = 10;

/** A level; `text` is what it adds to the checksum. */
export type CheckedLevel = { readonly px: Px; readonly qty: Qty; readonly text: string };

/** Levels from the best to the worst, at most `depth` on a side after `cut`. */
export class ChecksumBook {
  readonly #depth: number;
  readonly #sides: Readonly<Record<"bid" | "ask", CheckedLevel[]>> = { bid: [], ask: [] };

  constructor(depth: number) {
    this.#depth = depth;
  }

  /** Sets or, with quantity 0, removes a level. */
  set(side: "bid" | "ask", level: CheckedLevel): void {
    const levels = this.#sides[side];
    const at = placeOf(levels, side === "ask" ? level.px : -level.px);
    const isThere = levels[at]?.px === level.px;
    if (level.qty > 0) levels.splice(at, isThere ? 1 : 0, level);
    else if (isThere) levels.splice(at, 1);
  }

  /** Removes what lies below the depth; returns it as changed levels, flat. */
  cut(side: "bid" | "ask"): readonly number[] {
    return this.#sides[side].splice(this.#depth).flatMap(({ px }) => [px, 0]);
  }

  /** Asks from the lowest, then bids from the highest. */
  checksum(): number {
    const { ask, bid } = this.#sides;
    const text = [...ask.slice(0, CHECKED), ...bid.slice(0, CHECKED)].map((level) => level.text);
    return crc32(text.join(""));
  }
}

/** Where a price stands or belongs; prices ascend, those of bids with their sign turned. */
function placeOf(levels: readonly CheckedLevel[], signed: number): number {
  const sign = signed < 0 ? -1 : 1;
  let [low, high] = [0, levels.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((levels[middle]?.px ?? 0) * sign < signed) low = middle + 1;
    else high = middle;
  }
  return low;
}
