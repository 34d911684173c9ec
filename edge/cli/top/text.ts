/**
 * Text in columns of a terminal: how wide it is, cut and padded to a width.
 *
 * Invariant: what `plain` returns holds no control character, so that a tag, a name or a venue's
 * reason cannot move the cursor of whoever looks at it.
 * Limit: a terminal may draw a character of ambiguous width wider than is counted here.
 * @module
 */

const ELLIPSIS = "…";
/** Controls, formats, private and unassigned characters, lone surrogates. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** Would make the character before it wider. */
const SELECTORS = /[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu;
const COMBINING = /\p{M}/u;
const PICTURE = /\p{Emoji_Presentation}/u;

/** East Asian wide and full-width blocks. Source: Unicode Standard Annex 11. */
const WIDE: readonly (readonly [from: number, to: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x1f000, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Returns the text with every character that does not draw replaced by a dot. */
export function plain(text: string): string {
  return text.replace(SELECTORS, "").replace(INVISIBLE, "·");
}

/** Returns how many columns a text takes that `plain` returned. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/**
 * Returns the text in at most `width` columns; what does not fit ends in an ellipsis.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(cut("BTC/USDT", 5), "BTC/…");
 * ```
 */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return "";
  let kept = "";
  let room = width - 1;
  for (const character of text) {
    room -= characterWidth(character);
    if (room < 0) break;
    kept += character;
  }
  return kept + ELLIPSIS;
}

/** Returns the text in exactly `width` columns, to the left or to the right of them. */
export function fit(text: string, width: number, align: "left" | "right"): string {
  const short = cut(text, width);
  const space = " ".repeat(Math.max(0, width - widthOf(short)));
  return align === "left" ? short + space : space + short;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (COMBINING.test(character)) return 0;
  if (PICTURE.test(character)) return 2;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}
