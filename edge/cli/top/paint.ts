/**
 * Lines as the bytes of a terminal. Colours are an addition: without them nothing is lost.
 *
 * Source: ECMA-48 for cursor, erasing and colours; mode 2026 is synchronised output, which a
 * terminal that does not know it ignores.
 * @module
 */
import type { Line, Tone } from "./line.ts";
import { lineText, lineWidth } from "./line.ts";

const ESC = "\u001b[";
const SGR = {
  plain: "",
  dim: "2",
  title: "1",
  good: "32",
  warn: "33",
  bad: "1;31",
} as const satisfies Record<Tone, string>;

/** Takes the whole window, hides the cursor, and lets no line wrap that a terminal draws wider. */
export const ENTER_SCREEN = `${ESC}?1049h${ESC}?25l${ESC}?7l${ESC}2J`;
/** Gives the window back as it was. */
export const LEAVE_SCREEN = `${ESC}?7h${ESC}?25h${ESC}0m${ESC}?1049l`;

export type PaintOptions = { readonly hasColour: boolean };

/** Returns what shows the lines in place of those before: one text, to be written at once. */
export function paintFrame(
  lines: readonly Line[],
  { hasColour, columns }: PaintOptions & { readonly columns: number },
): string {
  const rows = lines.map((line) => {
    // Behind a line that fills the window the cursor is still on its last character.
    const rest = lineWidth(line) < columns ? `${ESC}K` : "";
    return `${paintLine(line, hasColour ? "colour" : "plain")}${rest}`;
  });
  return `${ESC}?2026h${ESC}H${rows.join("\r\n")}${ESC}J${ESC}?2026l`;
}

/** Returns the lines for a reader that is no terminal, or that scrolls. */
export function paintText(lines: readonly Line[], { hasColour }: PaintOptions): string {
  return lines.map((line) => hasColour ? paintLine(line, "colour") : lineText(line)).join("\n");
}

function paintLine(line: Line, as: "colour" | "plain"): string {
  return line.map(({ text, tone }) => {
    const code = SGR[tone];
    return as === "plain" || code === "" || text.trim() === ""
      ? text
      : `${ESC}${code}m${text}${ESC}0m`;
  }).join("");
}
