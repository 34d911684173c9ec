/**
 * Reads a list that the daemon gives page by page.
 *
 * Limit: `pagesMax`; whoever asked is told that there is more.
 * @module
 */
import type { JsonObject } from "../../../wire/json.ts";
import type { TopLink } from "./link.ts";
import { objectsOf } from "./reading.ts";

/** `cut`: more follow than are read. `refused`: a page was, so that some are missing. */
export type PagesEnd = "whole" | "cut" | "refused";

export type PagesOptions = {
  readonly what: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly pagesMax: number;
  /** Called with the rows of each page. */
  readonly onRows: (rows: readonly JsonObject[]) => void;
  /** Called once, unless the connection ends. */
  readonly onEnd: (end: PagesEnd) => void;
};

/** Asks for one page after the other. */
export function readPages(link: TopLink, options: PagesOptions): void {
  const { what, args, pagesMax, onRows, onEnd } = options;
  const ask = (page: number, from: { readonly cursor?: string }): void => {
    link.query(what, { ...args, ...from }, ({ ok, result, nextCursor }) => {
      if (!ok) return onEnd("refused");
      onRows(objectsOf(result));
      if (nextCursor === null) return onEnd("whole");
      if (page >= pagesMax) return onEnd("cut");
      ask(page + 1, { cursor: nextCursor });
    });
  };
  ask(1, {});
}
