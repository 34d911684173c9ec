/**
 * Lines of the view before they are drawn: pieces of plain text, each with a tone. Whether a tone
 * becomes a colour is decided where lines are painted; no meaning hangs on it alone.
 * @module
 */
import { cut, fit, plain, widthOf } from "./text.ts";

/** How a piece of text is meant. */
export type Tone = "plain" | "dim" | "title" | "good" | "warn" | "bad";
/** A piece of one line. */
export type Span = { readonly text: string; readonly tone: Tone };
/** A line of the view. */
export type Line = readonly Span[];

/** Returns a piece of text; what does not draw in it is replaced. */
export function span(text: string, tone: Tone = "plain"): Span {
  return { text: plain(text), tone };
}

/** Returns how many columns a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** Returns the text of a line without blanks at its end. */
export function lineText(line: Line): string {
  return line.map(({ text }) => text).join("").trimEnd();
}

/** Returns a line in at most `width` columns. */
export function cutLine(line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line;
  const kept: Span[] = [];
  let room = width;
  for (const { text, tone } of line) {
    const size = widthOf(text);
    if (size > room || (size === room && kept.length < line.length - 1)) {
      kept.push({ text: size > room ? cut(text, room) : cut(`${text} `, room), tone });
      break;
    }
    kept.push({ text, tone });
    room -= size;
  }
  return kept;
}

/** Returns a line in exactly `width` columns. */
export function padLine(line: Line, width: number): Line {
  const short = cutLine(line, width);
  const missing = width - lineWidth(short);
  return missing > 0 ? [...short, { text: " ".repeat(missing), tone: "plain" }] : short;
}

/** Returns a line with `left` at its left and `right` at its right end; `right` gives way. */
export function spread(left: Line, right: Line, width: number): Line {
  const space = width - lineWidth(left) - lineWidth(right);
  if (space < 1) return cutLine(left, width);
  return [...left, { text: fit("", space, "left"), tone: "plain" }, ...right];
}
