/**
 * Blocks of the view and how they share a window: each states the least and the most lines it can
 * use; what is left over goes round among those that want more.
 * @module
 */
import { cutLine, type Line, padLine, type Span, span } from "./line.ts";
import { type Column, type Row, tableLines } from "./columns.ts";

/** A part of the view. */
export type Block = {
  /** Lines below which it says nothing. */
  readonly least: number;
  /** Lines that would show all of it. */
  readonly wanted: number;
  /** Returns at most `height` lines of at most `width` columns. */
  draw(width: number, height: number): readonly Line[];
};

/** Lines of a window in columns and rows. */
export type Size = { readonly columns: number; readonly rows: number };

/** A titled table. */
export type ListOptions = {
  readonly title: Line;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Said in place of the table if there are no rows. */
  readonly empty: string;
  /** Lines below which it says nothing, its title among them. */
  readonly least: number;
};

/** Returns a block with a title and a table; what does not fit is counted in its last line. */
export function list({ title, columns, rows, empty, least }: ListOptions): Block {
  return {
    least,
    wanted: rows.length === 0 ? 2 : rows.length + 2,
    draw: (width, height) => {
      const head = cutLine(title, width);
      if (rows.length === 0) {
        return [head, cutLine([span(`  ${empty}`, "dim")], width)].slice(0, height);
      }
      const room = height - 2;
      const isWhole = rows.length <= room;
      const shown = isWhole ? rows : rows.slice(0, Math.max(0, room - 1));
      const lines = tableLines(columns, shown, Math.max(1, width - 2))
        .map((line) => [INDENT, ...line]);
      const rest = `  … ${rows.length - shown.length} more`;
      const tail = isWhole ? [] : [[span(rest, "dim")]];
      return [head, ...lines, ...tail].map((line) => cutLine(line, width)).slice(0, height);
    },
  };
}

const INDENT: Span = { text: "  ", tone: "plain" };
const SEPARATOR: Span = { text: " │ ", tone: "dim" };
const SEPARATOR_COLUMNS = 3;

/** Returns two blocks beside each other; `share` is the left one's part of the width. */
export function beside(left: Block, right: Block, share: number): Block {
  return {
    least: Math.max(left.least, right.least),
    wanted: Math.max(left.wanted, right.wanted),
    draw: (width, height) => {
      const leftColumns = Math.floor((width - SEPARATOR_COLUMNS) * share);
      const rightColumns = width - SEPARATOR_COLUMNS - leftColumns;
      if (leftColumns < 1 || rightColumns < 1) return left.draw(width, height);
      const leftLines = left.draw(leftColumns, height);
      const rightLines = right.draw(rightColumns, height);
      const rows = Math.max(leftLines.length, rightLines.length);
      return Array.from({ length: rows }, (_, at) => [
        ...padLine(leftLines[at] ?? [], leftColumns),
        SEPARATOR,
        ...rightLines[at] ?? [],
      ]);
    },
  };
}

/** Returns the lines of blocks below each other, in a window. */
export function stack(blocks: readonly Block[], { columns, rows }: Size): Line[] {
  const heights = heightsOf(blocks, rows);
  return blocks.flatMap((block, at) => {
    const height = heights[at] ?? 0;
    if (height === 0) return [];
    const lines = block.draw(columns, height).slice(0, height);
    return [...lines, ...Array.from({ length: height - lines.length }, () => [])];
  });
}

/** Shares out rows: each its least in order, then one by one to those that want more. */
function heightsOf(blocks: readonly Block[], rows: number): number[] {
  let left = Math.max(0, rows);
  const heights = blocks.map(({ least }) => {
    const height = Math.min(least, left);
    left -= height;
    return height;
  });
  for (let isSharing = true; left > 0 && isSharing;) {
    isSharing = false;
    for (const [at, { wanted }] of blocks.entries()) {
      const height = heights[at] ?? 0;
      if (left === 0 || height >= wanted) continue;
      heights[at] = height + 1;
      left -= 1;
      isSharing = true;
    }
  }
  return heights;
}
