/**
 * What `tapeline why` is asked about, as a person has it at hand: a number from a report, a client
 * order id or a venue's id from the venue's web page, an intent of a strategy's log.
 * @module
 */

/** A name as it was written, and what it can be. */
export type Subject =
  /** An order's number; one that no order bears may still be a venue's id. */
  | { readonly kind: "order"; readonly text: string; readonly order: number }
  | {
    readonly kind: "clOrdId";
    readonly text: string;
    readonly prefix: string;
    readonly order: number;
  }
  | {
    readonly kind: "intent";
    readonly text: string;
    readonly client: string;
    readonly intentId: string;
  }
  /** An intent of any client, or an order's id at a venue, with or without `VENUE:`. */
  | { readonly kind: "name"; readonly text: string };

const CL_ORD_ID = /^(tl[0-9a-f]{8})-([1-9]\d{0,14})-\d+$/;
const INTENT = /^([A-Za-z0-9._-]{1,64})\/([A-Za-z0-9._:-]{1,64})$/;

/**
 * Reads what was asked for. Anything can be a venue's id, so nothing is refused.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(parseSubject("17").kind, "order");
 * strictEqual(parseSubject("tl0a1b2c3d-17-1").kind, "clOrdId");
 * strictEqual(parseSubject("maker/q-17").kind, "intent");
 * strictEqual(parseSubject("my-account:8389765").kind, "name");
 * ```
 */
export function parseSubject(text: string): Subject {
  if (/^[1-9]\d{0,14}$/.test(text)) return { kind: "order", text, order: Number(text) };
  const key = CL_ORD_ID.exec(text);
  if (key !== null) {
    const [, prefix = "", order = ""] = key;
    return { kind: "clOrdId", text, prefix, order: Number(order) };
  }
  const intent = INTENT.exec(text);
  if (intent === null) return { kind: "name", text };
  const [, client = "", intentId = ""] = intent;
  return { kind: "intent", text, client, intentId };
}

/** What a story is about, once it is certain. */
export type Target =
  | { readonly kind: "order"; readonly order: number }
  /** An intent that has no order: refused, or one that never makes one. */
  | { readonly kind: "intent"; readonly client: string; readonly intentId: string }
  /** An order that was not placed from here. `venue`: its name. */
  | { readonly kind: "foreign"; readonly venue: string; readonly venueOrderId: string };

/** The target as one would ask for it again. */
export function targetName(target: Target): string {
  switch (target.kind) {
    case "order":
      return String(target.order);
    case "intent":
      return `${target.client}/${target.intentId}`;
    case "foreign":
      return `${target.venue}:${target.venueOrderId}`;
  }
}
